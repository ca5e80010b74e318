"""What the test reports say of one test of the score: the newest outcome of each of its cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from ..evidence.document import mapping
from ..evidence.junit import MlCase, TestRun
from ..evidence.runs import Record, age
from ..evidence.snapshot import Snapshot
from ..evidence.triggers import matches
from ..maturity.proof import foreign
from .catalogue import MlTest
from .period import period

# A change of these may change what a test of code, data or model says; prose may not.
JUDGED = ("src/**", "tests/**", "conf/**", "params.yaml", "pyproject.toml", "*.lock", "dvc.yaml")
TOLERANCE = 1.5  # a job may start a little later than the day before
# Some versions of pytest write local time without a zone, which may be up to 14 hours ahead.
AHEAD = timedelta(hours=14)


@dataclass(frozen=True)
class Row:
    """One test case of one report."""

    case: MlCase
    run: Record[TestRun]

    def own_data(self, snapshot: Snapshot) -> bool:
        """Tell whether it ran on data of the project's own, and says on which version."""
        data = self.case.data
        if not data:
            given = mapping(mapping(snapshot.pages.yaml("params.yaml").value).get("data"))
            data = "sample" if given.get("source") == "sample" else self.run.body.data_version
        return data not in ("", "sample", "unknown", "None")


@dataclass(frozen=True)
class Ran:
    """The cases of one test. `gap` says why they prove no run of CI on this code (if they do
    not), `place` in which report.
    """

    rows: tuple[Row, ...] = ()
    gap: str = ""

    def having(self, outcome: str) -> list[Row]:
        """Return the cases with an outcome."""
        return [row for row in self.rows if row.case.outcome == outcome]


def ran(test: MlTest, snapshot: Snapshot) -> Ran:
    """Return the cases of the reports that count; without any, those of the others, with the
    reason why they do not.
    """
    counting: list[Record[TestRun]] = []
    rest: list[tuple[Record[TestRun], str]] = []
    for run in (*snapshot.runs.tests, *snapshot.runs.ml_tests):
        gap = _gap(run, test, snapshot)
        if gap is None:
            counting.append(run)
        elif any(_rows(test, [run])):
            rest.append((run, gap))
    rows = _newest(_rows(test, counting))
    if rows:
        return Ran(rows)
    rest.sort(key=lambda pair: (pair[0].ci, _moment(pair[0])), reverse=True)
    gap = f"{rest[0][0].where} {rest[0][1]}" if rest else _nowhere(test, snapshot)
    seen = [run for run, _ in rest if _happened(run, snapshot)]
    return Ran(_newest(_rows(test, seen)), gap)


def _gap(run: Record[TestRun], test: MlTest, snapshot: Snapshot) -> str | None:
    """Say why a report proves nothing of a test, whatever it says."""
    if not run.ci:
        return "is not from CI (only branch evidence proves that)"
    if run.at is not None and run.at > snapshot.now + AHEAD:
        return "is dated in the future"
    strange = foreign(run.commit, snapshot)
    if strange:
        return strange
    if test.proof.by_data:
        since = age(run.at, snapshot.now)
        if since is None:
            return "has no time, or one in the future"
        if since > TOLERANCE * period(test.proof, snapshot):
            return f"is {since.total_seconds() / 3600:.0f} hours old"
        return None
    changed = sorted(snapshot.commit(run.commit).changed)
    judged = [path for path in changed if any(matches(pattern, path) for pattern in JUDGED)]
    return f"is from before {judged[0]} changed" if judged else None


def _happened(run: Record[TestRun], snapshot: Snapshot) -> bool:
    """True for a report of this code's history: what it saw fail or skipped, it saw."""
    return foreign(run.commit, snapshot) is None and not (run.at and run.at > snapshot.now + AHEAD)


def _rows(test: MlTest, runs: Iterable[Record[TestRun]]) -> Iterator[Row]:
    for run in sorted(runs, key=_moment):
        for case in run.body.ml_cases:
            if test.id in case.ids:
                yield Row(case, run)


def _newest(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Keep the newest outcome of each case; a report names a case more than once when it is
    repeated, and then the worst one stays.
    """
    kept: dict[tuple[str, str], Row] = {}
    order = ("skipped", "passed", "failed")
    for row in rows:
        key = (row.case.node[0], row.case.name)
        before = kept.get(key)
        again = before is not None and before.run is row.run
        if before and again and order.index(before.case.outcome) > order.index(row.case.outcome):
            continue
        kept[key] = row
    return tuple(kept.values())


def _nowhere(test: MlTest, snapshot: Snapshot) -> str:
    pushed = [run for run in (*snapshot.runs.tests, *snapshot.runs.ml_tests) if run.ci]
    if not pushed:
        return "no reports/junit.xml or reports/ml_test.xml on branch evidence"
    return f"no case of {pushed[0].where} has the property ml_test={test.id}"


def _moment(run: Record[TestRun]) -> float:
    return run.at.timestamp() if run.at else 0.0
