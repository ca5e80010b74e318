"""What runs left behind: JUnit, coverage, JSON reports, events, deliveries; from where, and how far
to trust it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from . import jsontext, junit
from .document import Document, Malformed, mapping, text
from .files import LARGE_BYTES, WorkTree, decode
from .git import Repository
from .moment import moment

FOLDER = "reports"
ML_TESTS = "reports/ml_test.xml"
MOST = 200  # reports of one place
BRANCH = "branch evidence"
LOCAL = "work tree"

Value = TypeVar("Value")


@dataclass(frozen=True)
class Record(Generic[Value]):
    """One thing a run left behind.

    It counts as CI's only when it says so and came over branch `evidence`.
    """

    path: str
    place: str
    body: Value
    source: str = ""
    commit: str = ""
    at: datetime | None = None

    @property
    def ci(self) -> bool:
        """True when a workflow made it and pushed it: a file on a laptop may claim anything."""
        return self.place == BRANCH and self.source == "ci"

    @property
    def where(self) -> str:
        """The path as a report shows it."""
        return f"evidence:{self.path}" if self.place == BRANCH else self.path


@dataclass(frozen=True)
class Event:
    """One line of events.jsonl (see append_event in the project's reports.py)."""

    type: str
    at: datetime | None
    fields: dict[str, object]
    place: str

    @property
    def duration(self) -> float | None:
        """How long it took, in seconds, when it says so."""
        for key in ("duration_s", "duration_seconds", "duration"):
            value = self.fields.get(key)
            if (
                isinstance(value, (int, float))
                and not isinstance(value, bool)
                and 0 <= value < 1e15
            ):
                return float(value)
        return None

    @property
    def ci(self) -> bool:
        """True when a workflow recorded it and pushed it."""
        return self.place == BRANCH and text(self.fields.get("source")).startswith(
            ("github:", "gitlab:", "ci")
        )


@dataclass(frozen=True)
class Runs:
    """All that runs left behind, the work tree's and branch `evidence`'s."""

    tests: tuple[Record[junit.TestRun], ...] = ()
    ml_tests: tuple[Record[junit.TestRun], ...] = ()  # runs of the ML Test Score alone
    coverage: tuple[Record[dict[str, tuple[int, int]]], ...] = ()
    reports: tuple[Record[dict[str, object]], ...] = ()
    events: tuple[Event, ...] = ()
    deliveries: tuple[Record[tuple[dict[str, object], ...]], ...] = ()
    broken: tuple[Document[str], ...] = field(default=())

    def report(self, name: str) -> list[Record[dict[str, object]]]:
        """Return the reports of one name, those of CI first, newest first."""
        found = [r for r in self.reports if r.path == f"reports/{name}.json"]
        return sorted(found, key=lambda r: (r.ci, r.at.timestamp() if r.at else 0.0), reverse=True)

    def dated(self, *types: str) -> list[Event]:
        """Return the events of some types that have a time, the newest first."""
        found = [(event.at, event) for event in self.events if event.type in types and event.at]
        return [event for _, event in sorted(found, key=lambda pair: pair[0], reverse=True)]

    def latest(self, now: datetime, *kinds: str) -> list[Event]:
        """Return the newest event that went well of each kind, environment and source; what has
        no time, or one yet to come, did not happen.
        """
        found: dict[tuple[object, ...], tuple[datetime, Event]] = {}
        for event in self.events:
            if event.type in kinds and event.at is not None and event.at <= now:
                key = (event.type, text(event.fields.get("env")), event.ci)
                known = found.get(key)
                if event.fields.get("status") == "success" and not (known and known[0] > event.at):
                    found[key] = event.at, event
        return [event for _, event in found.values()]

    def unreadable(self, path: str) -> Document[str] | None:
        """Return the note on a file that is there but cannot be read."""
        return next((document for document in self.broken if document.path.endswith(path)), None)


def read(tree: WorkTree, repository: Repository) -> Runs:
    """Read `reports/` of the work tree and of branch `evidence`."""
    names = [
        "reports/junit.xml",
        ML_TESTS,
        "reports/coverage.xml",
        "reports/events.jsonl",
        "reports/deliveries.jsonl",
    ]
    pushed = repository.blobs([*names, "events.jsonl", *_reports(repository.pushed(FOLDER))])
    sources: list[tuple[str, Document[str]]] = [
        (BRANCH, _blob(path, content)) for path, content in pushed.items()
    ]
    left = _reports(f"{FOLDER}/{name}" for name in _listed(tree))
    sources += [(LOCAL, tree.loose(path, limit=LARGE_BYTES)) for path in [*names, *left]]
    reader = Reader()
    for place, document in sources:
        reader.take(place, document)
    for document in reader.broken:
        tree.seen[document.path] = document.problem or ""
    return reader.runs()


def _reports(paths: Iterable[str]) -> list[str]:
    return sorted(path for path in paths if path.endswith(".json"))[:MOST]


def _listed(tree: WorkTree) -> list[str]:
    try:
        return [path.name for path in (tree.root / FOLDER).iterdir()]
    except OSError:  # no such folder, or none that may be read
        return []


def _blob(path: str, content: bytes) -> Document[str]:
    try:
        return Document(path, decode(content, LARGE_BYTES))
    except Malformed as error:
        return Document(path, None, str(error))


class Reader:
    """Sorts files into kinds; what cannot be read is kept with its reason."""

    def __init__(self) -> None:
        self.tests: list[Record[junit.TestRun]] = []
        self.ml_tests: list[Record[junit.TestRun]] = []
        self.coverage: list[Record[dict[str, tuple[int, int]]]] = []
        self.reports: list[Record[dict[str, object]]] = []
        self.events: dict[str, Event] = {}
        self.deliveries: list[Record[tuple[dict[str, object], ...]]] = []
        self.broken: list[Document[str]] = []

    def take(self, place: str, document: Document[str]) -> None:
        """Add one file, whatever it is."""
        path, content = document.path, document.value
        shown = f"evidence:{path}" if place == BRANCH else path
        if content is None:
            if document.problem:
                self.broken.append(Document(shown, None, document.problem))
            return
        try:
            self._kind(path)(place, path, content)
        except Malformed as error:
            self.broken.append(Document(shown, None, str(error)))

    def _kind(self, path: str) -> Callable[[str, str, str], None]:
        if path.endswith(("junit.xml", ML_TESTS)):
            return self._junit
        if path.endswith("coverage.xml"):
            return self._coverage
        if path.endswith("events.jsonl"):
            return self._events
        return self._deliveries if path.endswith(".jsonl") else self._report

    def _junit(self, place: str, path: str, content: str) -> None:
        run = junit.parse(content)
        # Its run leaves the other tests out, so it must not pass for the newest run of them all.
        kept = self.ml_tests if path.endswith(ML_TESTS) else self.tests
        kept.append(Record(path, place, run, run.source, run.commit, run.at))

    def _coverage(self, place: str, path: str, content: str) -> None:
        self.coverage.append(Record(path, place, junit.coverage(content)))

    def _report(self, place: str, path: str, content: str) -> None:
        body = jsontext.load(content)
        if not isinstance(body, dict):
            raise Malformed("no JSON object")
        fields = mapping(body)
        self.reports.append(
            Record(
                path,
                place,
                fields,
                text(fields.get("source")),
                text(fields.get("commit")),
                moment(fields.get("created_at")),
            )
        )

    def _events(self, place: str, path: str, content: str) -> None:
        rows, broken = jsontext.lines(content)
        for number, row in enumerate(rows):
            # The same event comes over both ways; the pushed one, read first, is worth more.
            key = text(row.get("event_id")) or f"{place}{number}"
            self.events.setdefault(
                key, Event(text(row.get("type")), moment(row.get("ts")), row, place)
            )
        if broken:
            self.broken.append(Document(path, None, f"{broken} lines are no JSON objects"))

    def _deliveries(self, place: str, path: str, content: str) -> None:
        rows, broken = jsontext.lines(content)
        self.deliveries.append(Record(path, place, tuple(rows)))
        if broken:
            self.broken.append(Document(path, None, f"{broken} lines are no JSON objects"))

    def runs(self) -> Runs:
        """Return what was taken."""
        return Runs(
            tuple(self.tests),
            tuple(self.ml_tests),
            tuple(self.coverage),
            tuple(self.reports),
            tuple(self.events.values()),
            tuple(self.deliveries),
            tuple(self.broken),
        )


def age(at: datetime | None, now: datetime) -> timedelta | None:
    """Return how old something is; None when it has no time or its time has not come yet."""
    return now - at if at is not None and at <= now else None
