"""Generic ways to look better than one is, made from what a tick rests on (relies.yaml).

A fake starts from the mature project, where every statement is met and every test earns its point,
and changes one thing. Whoever adds a statement writes down what it rests on; the fakes follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import yaml
from trueline.evidence.document import Document
from trueline.evidence.forge import NOT_ASKED, Forge, Rules
from unit.checker import decoys, vouching
from unit.checker import faking as do
from unit.checker.building import MATURE
from unit.checker.claiming import ran
from unit.checker.relies import ANSWERS, EVENTS, RECORD, TASKS, Relies

NAMES = (
    "evidence removed",
    "empty file",
    "comment only",
    "unedited prose",
    "skipped test",
    "failed test",
    "test without assertion",
    "swallowed failure",
    "continue on error",
    "job switched off",
    "trigger switched off",
    "failed job",
    "old report",
    "future report",
    "report of another repository",
    "local report posing as CI",
    "edited badge",
    "attestation instead of evidence",
    "attestation of a stranger",
    "attestation of another commit",
    "expired attestation",
    decoys.AT_ONCE,
)
# What each id has to face, by evidence of its own or by a decoy; the others are made where they fit.
ALWAYS = (
    "evidence removed",
    "empty file",
    "comment only",
    "skipped test",
    "swallowed failure",
    "continue on error",
    "job switched off",
    "trigger switched off",
    "old report",
    "report of another repository",
    "local report posing as CI",
    "edited badge",
    "attestation of a stranger",
)


@dataclass(frozen=True)
class Fake:
    """One way to look better: a name of `NAMES`, what it changes, and how."""

    name: str
    target: str
    claims: frozenset[str]  # things as in Relies.things; a path claims its parts too
    take: str = ""  # what it takes away before all else: a thing, or the forge
    change: do.Change = lambda _: None
    late: do.Change = lambda _: None  # what must know the commit that CI runs on
    forge: Callable[[Forge], Forge] = lambda said: said
    worthless: bool = False  # leaves a test of the ML Test Score nothing, not half


def fakes(relies: Relies) -> Iterator[Fake]:
    """Yield all of one tick: those that fit what it rests on, and decoys of the other kinds."""
    made = set()
    for fake in _fitting(relies):
        made.add(fake.name)
        yield fake
    yield from _decoys(relies, made)


def _decoys(relies: Relies, made: set[str]) -> Iterator[Fake]:
    for one in decoys.of(relies, made):
        piece = one.claim.piece
        # A test that passed once, long ago, is worth half; one that never ran is worth nothing.
        worthless = ran(piece) and one.name != "old report"
        yield Fake(
            one.name, one.target, one.claims, piece, one.change, one.late, worthless=worthless
        )


def _fitting(relies: Relies) -> Iterator[Fake]:
    yield from _of_files(relies)
    for test in relies.tests:
        yield from _of_test(test, relies.junit)
    for path, job in relies.jobs:
        yield from _of_job(path, job)
    for path in dict.fromkeys(path for path, _ in relies.jobs):
        yield from _of_file(path)
        yield _fake("trigger switched off", path, do.by_hand_only(path))
    for task in relies.tasks:
        claim = f"{TASKS}#{task}"
        yield _fake("swallowed failure", claim, do.swallowed_task(task))
    for job in relies.records:
        yield _fake("failed job", f"{RECORD}#{job}", do.failed_job(job))
    for path in _reports(relies):
        yield from _of_report(path, aging=path in relies.ages)
    for kind in relies.events:
        yield from _of_events(kind, aging=kind in relies.ages)
    for part in relies.forge:
        yield from _of_forge(part)
    yield from _instead(relies)
    if relies.attested:
        yield from _of_attestation(relies.subject)


def _fake(name: str, target: str, change: do.Change, *more: str) -> Fake:
    return Fake(name, target, frozenset({target, *more}), change=change)


def _of_files(relies: Relies) -> Iterator[Fake]:
    tested = dict.fromkeys(test.partition("::")[0] for test in relies.tests)
    for path in dict.fromkeys((*relies.files, *tested, *([ANSWERS] if relies.attested else []))):
        yield from _of_file(path)
    for folder in relies.folders:
        whole = f"{folder}/"
        yield Fake("evidence removed", whole, frozenset({whole}), whole)
        yield _fake("empty file", whole, do.each_file(folder, lambda path: do.content(path, "")))
        yield _fake("comment only", whole, do.each_file(folder, do.commented))
    for path in relies.prose:
        yield _fake("unedited prose", path, do.unedited(path))


def _of_file(path: str) -> Iterator[Fake]:
    yield Fake("evidence removed", path, frozenset({path}), path)
    yield _fake("empty file", path, do.content(path, ""))
    if not path.endswith(".db"):
        yield _fake("comment only", path, do.commented(path))


def _of_test(test: str, report: str) -> Iterator[Fake]:
    code, ran = test.replace("::", "#"), f"{report}#{test}"
    yield _fake("skipped test", code, do.skipped(test), ran)
    yield _fake("failed test", ran, do.ended(test, "<failure message='no'/>"))
    yield _fake("test without assertion", code, do.without_assertion(test))


def _of_job(path: str, job: str) -> Iterator[Fake]:
    target = f"{path}#{job}"
    if _runs(path, job):
        yield _fake("swallowed failure", target, do.swallowed(path, job))
        tolerant = do.in_job(path, job, "continue-on-error", True)
        yield _fake("continue on error", target, tolerant)
    yield _fake("job switched off", target, do.in_job(path, job, "if", False))


def _runs(path: str, job: str) -> bool:
    """Tell whether a job has commands of its own; others call a workflow that has."""
    source = (MATURE / "files" / path.removeprefix(".")).read_text("utf-8")
    return "steps" in yaml.safe_load(source)["jobs"][job]


def _reports(relies: Relies) -> Iterator[str]:
    yield from relies.reports
    if relies.tests:
        yield relies.junit
    if relies.records:
        yield RECORD


def _of_report(path: str, *, aging: bool) -> Iterator[Fake]:
    yield Fake("evidence removed", path, frozenset({path}), path)
    yield _fake("empty file", path, do.content(path, ""))
    yield replace(_fake("local report posing as CI", path, lambda _: None), late=do.local(path))
    if path.endswith("coverage.xml"):
        return  # it names neither a commit nor a day; the JUnit report beside it does
    if not path.endswith(".jsonl"):
        yield _fake("report of another repository", path, do.foreign(path))
    yield _fake("future report", path, do.dated(path, do.FUTURE()))
    if aging:
        yield _fake("old report", path, do.dated(path, do.OLD()))


def _of_events(kind: str, *, aging: bool) -> Iterator[Fake]:
    target = f"{EVENTS}#{kind}"
    yield _fake("evidence removed", target, do.events(kind, None))
    yield _fake("future report", target, do.events(kind, {"ts": do.FUTURE()}))
    stranger = do.events(kind, {"git_sha": do.ELSEWHERE})
    yield _fake("report of another repository", target, stranger)
    yield replace(
        _fake("local report posing as CI", target, lambda _: None), late=do.local_events(kind)
    )
    if aging:
        yield _fake("old report", target, do.events(kind, {"ts": do.OLD()}))


def _of_forge(part: str) -> Iterator[Fake]:
    """Yield what a forge's silence, its no, and a file that speaks in its place are worth."""
    target = f"forge#{part}"
    silent = _fake("evidence removed", target, lambda _: None)
    yield replace(silent, forge=lambda said: _silent(said, part))
    yield replace(silent, name="empty file", forge=lambda said: _no(said, part))
    settings = '{"target": "branch", "enforcement": "active", "rules": [{"type": "pull_request"}]}'
    posing = do.content(".github/rulesets/main.json", settings)
    yield Fake(
        "local report posing as CI",
        target,
        frozenset({target}),
        change=posing,
        forge=lambda said: _silent(said, part),
    )


def _silent(said: Forge, part: str) -> Forge:
    changes = tuple(replace(one, pulls=None) for one in said.changes)
    quiet = {"changes": changes} if part == "pulls" else {}
    return replace(said, **{part: Document(part, None, NOT_ASKED)}, **quiet)


def _no(said: Forge, part: str) -> Forge:
    changes = tuple(replace(one, pulls=()) for one in said.changes)
    pushed = {"changes": changes} if part == "pulls" else {}
    return replace(said, **{part: Document(part, Rules() if part == "rules" else ())}, **pushed)


def _instead(relies: Relies) -> Iterator[Fake]:
    """Yield what is put in the place of the most telling piece of evidence."""
    piece = decoys.taken(relies)
    never_ran = relies.scored
    yield Fake(
        "edited badge", piece, frozenset({piece}), piece, vouching.painted, worthless=never_ran
    )
    if not relies.attested:
        claims = frozenset({piece, f"{ANSWERS}#{relies.subject}"})
        sign = vouching.signed(relies.subject)
        name = "attestation instead of evidence"
        yield Fake(name, relies.subject, claims, piece, sign, worthless=never_ran)


def _of_attestation(statement: str) -> Iterator[Fake]:
    target = f"{ANSWERS}#{statement}"
    for name, fields in (
        ("attestation of a stranger", {"owner": "@acme/nobody"}),
        ("attestation of another commit", {"reviewed_commit": do.ELSEWHERE}),
        ("expired attestation", {"reviewed_on": "2024-01-02"}),
    ):
        yield _fake(name, target, vouching.attested(statement, **fields))
