"""3.1.1: on a pull request every kind of infrastructure code is validated and tested."""

from __future__ import annotations

from collections.abc import Iterator

from ....evidence.forge import Rules
from ....evidence.infra import KINDS, concerns
from ....evidence.snapshot import Snapshot
from ....evidence.workflows import Workflow, surely
from ...cd import Doing, doings, unreadable
from ...finding import Finding, Place, found, missing, weak
from ...infrastructure import NAMES, checked, hooked, used
from ...probe import Probe
from ...proof import job_passed

EVENT = "pull_request"


class InfrastructureIsTested(Probe):
    """CI validates and tests infrastructure on every pull request."""

    statement = "3.1.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Find a step for each kind of code and one that tests; then what makes them binding."""
        infra = snapshot.infra
        if not infra.code:
            return missing("there is no infrastructure code to validate")
        wanted = [kind for kind in KINDS if infra.files.get(kind)]
        if "terraform" in wanted:
            wanted.append("format")
        best: dict[str, Doing] = {}
        for kind, doing in _seen(snapshot):
            known = best.get(kind)
            if known is None or (_ignored(known) and not _ignored(doing)):
                best[kind] = doing
        lacking = [kind for kind in (*wanted, "test") if kind not in best]
        if lacking:
            return self._lacking(snapshot, lacking, best)
        steps = [best[kind] for kind in (*wanted, "test")]
        places = list(dict.fromkeys(doing.place for doing in steps))
        for doing in steps:
            ignored = _ignored(doing)
            if ignored:
                return weak(ignored, doing.place, remedy="let the job fail with its checks")
        return _binding(snapshot, steps, places)

    def _lacking(self, snapshot: Snapshot, lacking: list[str], best: dict[str, Doing]) -> Finding:
        names = ", ".join(NAMES[kind] for kind in lacking)
        return unreadable(snapshot) or missing(
            f"no job of a pull request that changes infrastructure runs {names}",
            *(doing.place for doing in list(best.values())[:3]),
        )


def _seen(snapshot: Snapshot) -> Iterator[tuple[str, Doing]]:
    """Yield each kind that a step checks, in workflows that all files of that kind start."""
    for workflow in snapshot.workflows.readable:
        trigger = workflow.triggers.get(EVENT)
        if not trigger or not trigger.lets_branch(snapshot.branch) or not trigger.sees_new_commits:
            continue
        for doing, command in doings(workflow, EVENT):
            kinds = checked(command) if command else used(doing.step.uses)
            if command and command.name in ("terraform", "tofu") and not snapshot.infra.tests:
                kinds.discard("test")  # it would find no test and be content
            if (
                command
                and command.name in ("pre-commit", "prek")
                and command.has("--all-files", "-a")
            ):
                hooks = snapshot.hooks.value
                kinds |= hooked(set(hooks.ids)) if hooks else set()
            if (
                command
                and command.name in ("pytest", "py.test")
                and _whole(snapshot, command.words)
            ):
                kinds.add("test")
            for kind in kinds:
                files = snapshot.infra.files.get("terraform" if kind == "format" else kind, ())
                if all(map(trigger.lets_path, files or snapshot.infra.code)):
                    yield kind, doing


def _whole(snapshot: Snapshot, words: tuple[str, ...]) -> bool:
    """Tell whether pytest runs the whole suite, and tests of the infrastructure are in it."""
    narrowed = [w for w in words[1:] if not w.startswith("-") and w.rstrip("/") != "tests"]
    return not narrowed and any(
        case.path.startswith(("tests/infra/", "tests/infrastructure/")) and case.asserts
        for case in snapshot.suite.cases
    )


def _ignored(doing: Doing) -> str | None:
    if doing.ignored:
        return doing.ignored
    certain = surely(doing.step.condition, EVENT) and surely(doing.job.condition, EVENT)
    return None if certain else "its condition may skip it"


def _binding(snapshot: Snapshot, steps: list[Doing], places: list[Place]) -> Finding:
    jobs = {(doing.workflow.path, doing.job.id): doing for doing in steps}
    for doing in jobs.values():
        passed, gap = job_passed(snapshot, doing.workflow, doing.job, doing.step, concerns)
        if passed is None:
            return weak(gap, *places)
        places.append(passed)
    rules = snapshot.forge.rules
    if rules.value is None:
        return weak(
            f"whether a merge needs it is not known: {rules.problem}",
            *places,
            remedy="run `trueline check --forge` with a token that may read",
        )
    for doing in jobs.values():
        if not _required(doing.workflow, doing.job.id, rules.value):
            return weak(
                f"{snapshot.forge.branch} may be merged to although job '{doing.job.id}' fails",
                *places,
                remedy=f"make {doing.job.id} a required status check",
            )
    return found("validated and tested on each pull request, and required", *places)


def _required(workflow: Workflow, job: str, rules: Rules) -> bool:
    """Tell whether a job, or one that waits for it, must pass before a merge."""
    root = job.partition("/")[0]
    for known in workflow.jobs:
        named = {known.id, known.name, known.id.replace("/", " / ")}
        ours = known.id.partition("/")[0] == root or (
            root in known.needs and "always()" not in known.condition
        )
        if ours and any(map(rules.requires, named)):
            return True
    return False
