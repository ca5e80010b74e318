"""Which job of CI runs a certain command so that its failure shows, and whether CI says
that it passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..evidence.snapshot import Snapshot
from ..evidence.triggers import Trigger
from ..evidence.workflows import Job, Step, Workflow, surely
from .finding import Place, at
from .proof import job_passed

EVENTS = ("pull_request", "push")
# What is left to do where all is written and CI was not seen to run it: for `remedy` and `start`.
PUSH = {
    "remedy": "Push the default branch, let CI pass, and fetch what it left on branch evidence",
    "start": "git push",
}


@dataclass(frozen=True)
class Stepping:
    """Where CI runs the command (`at`) and where it says that the job passed (`place`),
    or the gap.
    """

    at: tuple[Place, ...] = ()
    place: Place | None = None
    gap: str = ""


def stepping(
    snapshot: Snapshot, wanted: Callable[[tuple[str, ...]], bool], judged: Callable[[str], bool]
) -> Stepping:
    """Look for a job on pull requests or pushes that runs a wanted command, and for proof of it."""
    best = Stepping(gap="no job of CI runs it" if snapshot.workflows.readable else "there is no CI")
    for workflow, job, step, ignored in steps(snapshot, wanted):
        here = at(step.location)
        if ignored:
            best = best if best.at else Stepping((here,), None, ignored)
            continue
        place, gap = job_passed(snapshot, workflow, job, step, judged)
        if place:
            return Stepping((here,), place)
        best = Stepping((here,), None, gap)
    return best


def steps(
    snapshot: Snapshot,
    wanted: Callable[[tuple[str, ...]], bool],
    events: tuple[str, ...] = EVENTS,
) -> Iterator[tuple[Workflow, Job, Step, str | None]]:
    """Yield each step that runs a wanted command on one of the events, and why its failure would
    not show, if it would not.
    """
    for workflow in snapshot.workflows.readable:
        for event in events:
            trigger = workflow.triggers.get(event)
            if trigger is None or not trigger.lets_branch(snapshot.branch):
                continue
            for job in workflow.runnable(event):
                for step in job.steps:
                    for command in step.commands:
                        if wanted(command.words):
                            ignored = command.swallowed or step.ignored or job.ignored
                            if not ignored and not surely(step.condition, event):
                                ignored = "its condition may skip it"
                            yield workflow, job, step, ignored


def shut(trigger: Trigger, snapshot: Snapshot) -> str | None:
    """Say why a pull request that changes code would not start a workflow; None when it would."""
    if not trigger.lets_branch(snapshot.branch):
        return f"its branches filter leaves out {snapshot.branch}"
    if not trigger.sees_new_commits:
        return "its types leave out new commits (synchronize)"
    for folder in ("src/", "tests/"):
        code = [path for path in snapshot.files if path.startswith(folder)]
        if code and not any(trigger.lets_path(path) for path in code):
            return f"its paths filter leaves out {folder}"
    return None
