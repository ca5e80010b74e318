"""Which job runs a certain command by the clock, so that its failure shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..evidence.snapshot import Snapshot
from .ci import steps
from .finding import Finding, Place, at, missing, unseen, weak


@dataclass(frozen=True)
class Scheduled:
    """A step that a schedule starts, and the cron lines of its workflow."""

    place: Place
    crons: tuple[str, ...]


def scheduled(
    snapshot: Snapshot, wanted: Callable[[tuple[str, ...]], bool], what: str, *places: Place
) -> Scheduled | Finding:
    """Return the step that a schedule starts; or what its absence is worth, with `what` it lacks.

    `wanted` tells from its words whether a command is the one that is looked for.
    """
    swallowed: Finding | None = None
    for workflow, job, step, ignored in steps(snapshot, wanted, ("schedule",)):
        here = at(step.location, job.id)
        if ignored is None:
            return Scheduled(here, workflow.triggers["schedule"].crons)
        swallowed = weak(f"the scheduled job that {what}: {ignored}", here, *places)
    if swallowed:
        return swallowed
    broken = snapshot.workflows.broken
    if broken:
        return unseen(
            f"{broken[0].path} cannot be read: {broken[0].problem}", Place(broken[0].path)
        )
    opaque = [
        job
        for workflow in snapshot.workflows.readable
        if "schedule" in workflow.triggers
        for job in workflow.runnable("schedule")
        if job.opaque
    ]
    if opaque:
        place = Place(opaque[0].path, opaque[0].line or None)
        return unseen(f"job '{opaque[0].id}' calls {opaque[0].opaque}, which lies elsewhere", place)
    return missing(f"no scheduled job {what}", *places)


def runs(snapshot: Snapshot, named: Callable[[str], bool]) -> Callable[[tuple[str, ...]], bool]:
    """Return a test for commands of the project that reach a function, or a module with functions,
    of a certain name.
    """
    holding = {
        function.path
        for function in snapshot.modules.functions
        if named(function.name) or named(PurePosixPath(function.path).stem)
    }
    commands = {f.command for f in snapshot.modules.functions if f.command and named(f.name)}
    programs = snapshot.modules.programs

    def wanted(words: tuple[str, ...]) -> bool:
        itself = words[0].rpartition("/")[2] in programs and commands & set(words[1:2])
        return bool(itself or holding & snapshot.modules.run_by(words))

    return wanted
