"""Which job of CI writes a test report by itself, so that its failure would show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ..evidence.junit import TestRun
from ..evidence.runs import Record
from ..evidence.shell import Command
from ..evidence.snapshot import Snapshot
from ..evidence.workflows import FOLDER, Workflow, surely
from ..maturity.finding import Place, at
from ..maturity.proof import IDLE_PYTEST

BY_ITSELF = ("push", "pull_request", "schedule")
_OPTIONS = ("--junitxml", "--junit-xml")


def producer(report: Record[TestRun], snapshot: Snapshot) -> tuple[Place | None, str]:
    """Return the step that writes a report without anybody's doing, or why there is none."""
    steps = list(_steps(snapshot))
    name = PurePosixPath(report.path).name
    named = [step for step in steps if _written(step[0]) == name]
    # Where no command names any report, the name may stand in pytest's own configuration.
    whole = [step for step in steps if not _narrowed(step[0])]
    mine = named or ([] if any(_written(step[0]) for step in steps) else whole)
    for _, place, gap in mine:
        if gap is None:
            return place, ""
    if mine:
        return None, str(mine[0][2])
    if not snapshot.workflows.readable:
        return None, "there is no CI that would run it"
    return None, f"no job of CI writes {report.path}"


def _steps(snapshot: Snapshot) -> Iterator[tuple[Command, Place, str | None]]:
    """Yield every pytest of CI with the reason why it is no automatic run, if there is one."""
    for workflow in snapshot.workflows.readable:
        for event in workflow.triggers:
            for job in workflow.runnable(event):
                for step, command in job.running("pytest", "py.test"):
                    if command.has(*IDLE_PYTEST):
                        continue
                    place = at(step.location, f"job {job.id}")
                    gap = _by_hand(workflow, event, snapshot) or command.swallowed
                    if gap is None and not surely(step.condition, event):
                        gap = f"the condition of the step in {workflow.path} may skip it"
                    yield command, place, gap


def _by_hand(workflow: Workflow, event: str, snapshot: Snapshot) -> str | None:
    trigger = workflow.triggers[event]
    if event not in BY_ITSELF:
        return f"{workflow.path} runs it only on {event}"
    if event == "schedule":
        # GitLab keeps the times of its schedules outside the file.
        timed = any(trigger.crons) or not workflow.path.startswith(FOLDER)
        return None if timed else f"{workflow.path} names no time for its schedule"
    if not trigger.lets_branch(snapshot.branch):
        return f"{workflow.path} leaves out {snapshot.branch}"
    return None


def _narrowed(command: Command) -> bool:
    """Tell whether a pytest runs some of the tests alone; their report is not that of all."""
    return any(word.startswith("tests/") and word != "tests/" for word in command.words[1:])


def _written(command: Command) -> str:
    """Return the name of the report that a pytest writes by its own words; '' for none."""
    words = list(command.words)
    for position, word in enumerate(words):
        option, _, value = word.partition("=")
        if option in _OPTIONS:
            following = words[position + 1] if position + 1 < len(words) else ""
            return PurePosixPath(value or following).name
    return ""
