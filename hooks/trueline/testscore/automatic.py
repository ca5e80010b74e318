"""What the automatic evidence of one test is worth: its code, its runs in CI, and what is left."""

from __future__ import annotations

from dataclasses import dataclass

from ..evidence.snapshot import Snapshot
from ..evidence.suite import Case
from ..maturity.finding import Place
from .catalogue import MlTest
from .inherited import inherited
from .producer import producer
from .published import published
from .ran import Ran, Row, ran
from .route import route

FULL, HALF, NOTHING = 1.0, 0.5, 0.0


@dataclass(frozen=True)
class Worth:
    """Points with the reason for them; `unseen` when something that matters cannot be read."""

    points: float
    reason: str
    evidence: tuple[Place, ...] = ()
    unseen: bool = False


def automatic(test: MlTest, snapshot: Snapshot) -> Worth:
    """Return what marked tests and their runs are worth."""
    marked = [case for case in snapshot.suite.cases if test.id in case.ml_tests]
    cases = [case for case in marked if case.asserts and not case.skipped]
    if not cases:
        return _without(test, marked, snapshot)
    here = tuple(Place(case.path, case.line, case.name) for case in cases[:3])
    found = ran(test, snapshot)
    written = {case.node for case in snapshot.suite.cases}
    # What a test said that is gone since is no word on the code of today.
    seen = Ran(tuple(row for row in found.rows if row.case.node in written), found.gap)
    worth = _judged(test, seen, {case.node for case in cases}, snapshot)
    warning = inherited(cases, snapshot) if worth.points else ""
    reason = f"{worth.reason}; {warning}" if warning else worth.reason
    return Worth(worth.points, reason, (*worth.evidence, *here))


def _without(test: MlTest, marked: list[Case], snapshot: Snapshot) -> Worth:
    if marked:
        place = Place(marked[0].path, marked[0].line, marked[0].name)
        what = "is skipped" if marked[0].skipped else "asserts nothing"
        return Worth(NOTHING, f"the test marked {test.id} in {place.path} {what}", (place,))
    broken = snapshot.suite.broken
    if broken:
        reason = f"{broken[0][0]} cannot be read: {broken[0][1]}"
        return Worth(NOTHING, reason, (Place(broken[0][0]),), unseen=True)
    return Worth(NOTHING, f'no test below tests/ is marked ml_test("{test.id}")')


def _judged(test: MlTest, found: Ran, nodes: set[tuple[str, str]], snapshot: Snapshot) -> Worth:
    failed, passed = found.having("failed"), found.having("passed")
    if failed:
        return Worth(NOTHING, f"{_named(failed[0])} failed", _places(failed))
    if found.rows and not passed:
        return Worth(NOTHING, f"{_named(found.rows[0])} was skipped", _places(list(found.rows)))
    passed = [row for row in passed if row.case.node in nodes]
    if not passed:
        # The paper pays for running a test, by hand or by itself; nothing for having written it.
        gap = found.gap or "what passed are not its tests that assert something"
        return Worth(NOTHING, f"written, but not seen to run: {gap}")
    if found.gap:
        return Worth(HALF, f"not seen to run in CI: {found.gap}", _places(passed))
    return _passed(test, passed, snapshot)


def _passed(test: MlTest, passed: list[Row], snapshot: Snapshot) -> Worth:
    made = [(row, *producer(row.run, snapshot)) for row in passed]
    by_itself = [row for row, step, _ in made if step is not None]
    if not by_itself:
        return Worth(HALF, f"passed, but not by itself: {made[0][2]}", _places(passed))
    own = [row for row in by_itself if row.own_data(snapshot)]
    if not own:
        named = by_itself[0].case.data or by_itself[0].run.body.data_version
        on = "sample data only" if named else "data that its report does not name"
        return Worth(HALF, f"passed on {on} ({_named(by_itself[0])})", _places(by_itself))
    steps = [step for row, step, _ in made if step is not None and row in own][:1]
    places = (*_places(own), *steps)
    if test.monitors:
        there, gap = route(snapshot)
        if there is None:
            return Worth(HALF, f"passed, but nobody would hear of it: {gap}", places)
        places = (*places, there)
    beside, gap = published(test.proof, snapshot)
    if gap:
        return Worth(HALF, f"passed in CI, but {gap}", places)
    return Worth(FULL, f"passed in CI ({own[0].run.where})", (*places, *beside))


def _named(row: Row) -> str:
    return f"{row.case.node[1]} in {row.run.where}"


def _places(rows: list[Row]) -> tuple[Place, ...]:
    return tuple(Place(path) for path in sorted({row.run.where for row in rows}))
