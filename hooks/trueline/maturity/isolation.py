"""Whether CI builds a wheel and runs the tests of one folder with that wheel alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..evidence.shell import Command
from ..evidence.snapshot import Snapshot
from ..evidence.workflows import Job, Step, Workflow, surely
from .ci import EVENTS
from .finding import Place, at
from .proof import IDLE_PYTEST, job_passed

_RECORD = "reports/ci.json"


@dataclass(frozen=True)
class Isolated:
    """Where CI does it (`at`) and where it says that the job passed (`place`), or the gap."""

    at: tuple[Place, ...] = ()
    place: Place | None = None
    gap: str = ""


def isolated(
    snapshot: Snapshot, about: Callable[[str], bool], judged: Callable[[str], bool]
) -> Isolated:
    """Look for a job that builds the wheel and then runs tests with it; `about` knows their paths.

    `judged` tells which changed paths make an older run count no longer.
    """
    best = Isolated(gap="no job of CI builds the wheel and runs their tests with it alone")
    for workflow in snapshot.workflows.readable:
        for event in EVENTS:
            trigger = workflow.triggers.get(event)
            if trigger is None or not trigger.lets_branch(snapshot.branch):
                continue
            for job in workflow.runnable(event):
                one = _job(snapshot, workflow, job, event, about, judged)
                if one is not None and one.place:
                    return one
                best = one if one is not None and not best.at else best
    return best


def _job(
    snapshot: Snapshot,
    workflow: Workflow,
    job: Job,
    event: str,
    about: Callable[[str], bool],
    judged: Callable[[str], bool],
) -> Isolated | None:
    listed = [(step, command) for step in job.steps for command in step.commands]
    built = next((n for n, (_, command) in enumerate(listed) if _builds(command)), None)
    if built is None:
        return None
    installed = any(_installs_wheel(command) for _, command in listed[built:])
    spoilt = any(_installs_source(command) for _, command in listed)
    for step, command in listed[built:]:
        alone = _brings_wheel(command) or (installed and command.around[:2] != ("uv", "run"))
        if not _tests(command, about) or not alone or spoilt:
            continue
        here = at(step.location, f"job {job.id}")
        for one, part in (listed[built], (step, command)):
            ignored = part.swallowed or one.ignored or job.ignored
            if not ignored and not surely(one.condition, event):
                ignored = "its condition may skip it"
            if ignored:
                return Isolated((here,), None, ignored)
        return _passed(snapshot, workflow, job, step, here, judged)
    return None


def _passed(
    snapshot: Snapshot,
    workflow: Workflow,
    job: Job,
    step: Step,
    here: Place,
    judged: Callable[[str], bool],
) -> Isolated:
    place, gap = job_passed(snapshot, workflow, job, step, judged)
    # A JUnit report may be another job's; only the record of CI names this one.
    if place is not None and not place.path.endswith(_RECORD):
        place, gap = None, f"branch evidence has no record that CI's job '{job.id}' passed"
    return replace(Isolated((here,), gap=gap), place=place)


def _builds(command: Command) -> bool:
    words = command.words
    if command.name in ("uv", "hatch", "poetry", "pdm", "flit"):
        return words[1:2] == ("build",) and "--sdist" not in words
    if command.name in ("pip", "pip3"):
        return words[1:2] == ("wheel",)
    return command.name in ("build", "pyproject-build") and "--sdist" not in words


def _is_wheel(word: str) -> bool:
    return word.endswith(".whl") or word.removeprefix("./").startswith("dist/")


def _install(command: Command) -> tuple[str, ...]:
    words = command.words
    plain = words[1:] if command.name == "uv" else words
    return plain[2:] if plain[:2] in (("pip", "install"), ("pip3", "install")) else ()


def _installs_wheel(command: Command) -> bool:
    return any(_is_wheel(word) for word in _install(command))


def _installs_source(command: Command) -> bool:
    """True for what puts the repository's own code beside the wheel."""
    return any(
        word == "." or word.startswith((".[", "-e", "--editable")) for word in _install(command)
    )


def _brings_wheel(command: Command) -> bool:
    """True when `uv run` or `uvx` brings the wheel and leaves the project out."""
    around = command.around
    values = [word.removeprefix("--with=") for word in around]
    if not any(_is_wheel(word) for word in values):
        return False
    return "uvx" in around or "tool" in around or "--no-project" in around


def _tests(command: Command, about: Callable[[str], bool]) -> bool:
    plain = [word for word in command.words[1:] if not word.startswith("-")]
    return (
        command.name in ("pytest", "py.test")
        and not command.has(*IDLE_PYTEST)
        and any(about(word.partition("::")[0]) for word in plain)
    )
