"""2.2.9: a way back that is written down, tested, and was walked lately."""

from __future__ import annotations

from datetime import timedelta

from ....evidence.document import mapping, text
from ....evidence.released import unwritten
from ....evidence.runs import Event, age
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, old, unseen, weak
from ...probe import Probe
from ...proof import foreign, tests

SETTINGS = "conf/operations.yaml"
RUNBOOK = "docs/runbooks/rollback.md"
EVENTS = ("rollback", "rollback_drill")


class RollbackIsPossible(Probe):
    """The previous version of the model can be brought back."""

    statement = "2.2.9"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Entry point, runbook and kept versions; then a test of it and a drill."""
        runbook = snapshot.pages.text(RUNBOOK)
        if runbook.problem:
            return unseen(f"{RUNBOOK} cannot be read: {runbook.problem}", Place(RUNBOOK))
        entry = _entry_point(snapshot)
        if entry is None:
            return missing("neither the command line nor a workflow has a rollback")
        if runbook.value is None:
            return missing(f"there is no {RUNBOOK}")
        unedited = unwritten(RUNBOOK, runbook.value, snapshot.released)
        if unedited:
            return missing(f"{RUNBOOK}: {unedited}", Place(RUNBOOK))
        if _kept(snapshot) < 2:
            return missing("conf/operations.yaml keeps fewer than 2 versions", Place(SETTINGS))
        return self._at_work(snapshot, entry, Place(RUNBOOK))

    def _at_work(self, snapshot: Snapshot, entry: Place, runbook: Place) -> Finding:
        named = [case for case in snapshot.suite.cases if "rollback" in case.name]
        cases = [case for case in named if case.asserts and not case.skipped]
        proof = tests(snapshot, by_ci=False)
        if not cases:
            return weak("no test named after rollback asserts anything", entry, runbook)
        if proof.run is None:
            return weak(proof.gap, entry, runbook, remedy="run `poe test`")
        if len(proof.passed(cases)) < len(cases):
            return weak("not every test of rollback passed", *proof.places, entry, runbook)
        return self._drilled(snapshot, entry, runbook, *proof.places)

    def _drilled(self, snapshot: Snapshot, *places: Place) -> Finding:
        days = self.entry.number("drill_days")
        drills = [e for e in snapshot.runs.events if e.type in EVENTS and _happened(e, snapshot)]
        if not drills:
            remedy = "practise it: `poe rollback`"
            return weak("no rollback of this code was ever practised", *places, remedy=remedy)
        newest = max(drills, key=lambda event: event.at.timestamp() if event.at else 0.0)
        since = age(newest.at, snapshot.now) or timedelta()
        here = Place("events.jsonl", None, f"{newest.type} {since.days} days ago")
        if since > timedelta(days=days):
            return old(f"the last rollback is {since.days} days ago, {days:.0f} are the most", here)
        if newest.duration is None:
            return weak("the last rollback does not say how long it took", here, *places)
        return found(f"practised {since.days} days ago in {newest.duration:.0f} s", here, *places)


def _happened(event: Event, snapshot: Snapshot) -> bool:
    """Tell whether a rollback of this code succeeded; one that names no commit may be of any."""
    held = foreign(text(event.fields.get("git_sha")), snapshot) is None
    return (
        held and event.fields.get("status") == "success" and age(event.at, snapshot.now) is not None
    )


def _entry_point(snapshot: Snapshot) -> Place | None:
    if "rollback" in snapshot.service.commands:
        return Place(snapshot.service.commands["rollback"], None, "the command rollback")
    for workflow in snapshot.workflows.readable:
        trigger = workflow.triggers.get("workflow_dispatch")
        by_version = trigger is not None and any("version" in name for name in trigger.inputs)
        if by_version and "rollback" in workflow.path:
            return Place(workflow.path)
    return None


def _kept(snapshot: Snapshot) -> int:
    """Return how many versions are kept; nothing is ever deleted unless a setting says so."""
    settings = snapshot.operations.value or {}
    for section in ("rollback", "registry", "model"):
        value = mapping(settings.get(section)).get("keep_versions")
        if isinstance(value, int):
            return value
    return 2
