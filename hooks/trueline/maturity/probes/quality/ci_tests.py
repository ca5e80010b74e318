"""3.2.3: a job of each pull request runs the tests, its failure shows, and it really ran."""

from __future__ import annotations

from dataclasses import dataclass

from ....evidence.snapshot import Snapshot
from ....evidence.workflows import Workflow
from ...ci import PUSH, shut
from ...finding import Finding, Place, at, found, missing, unseen, weak
from ...probe import Probe
from ...proof import IDLE_PYTEST, tests


class CiRunsTests(Probe):
    """CI runs the tests on every pull request."""

    statement = "3.2.3"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Take the best of all workflows that a pull request starts."""
        weaker: list[Finding] = []
        opaque: list[Finding] = []
        shut_out: list[str] = []
        for workflow in snapshot.workflows.readable:
            trigger = workflow.triggers.get("pull_request")
            if trigger is None:
                continue
            reason = shut(trigger, snapshot)
            if reason:
                shut_out.append(f"{workflow.path}: {reason}")
                continue
            runs = _runs(workflow, snapshot)
            sure = [run for run in runs if run.ignored is None]
            # Tests may be spread over jobs; a job that runs a few of them alone is not the tests.
            if sure and _enough(sure, snapshot):
                return self._at_work(snapshot, sure[0].place)
            if _enough(runs, snapshot):
                weaker += [
                    weak(run.ignored, run.place, remedy="let the job fail with its tests")
                    for run in runs
                    if run.ignored
                ]
            opaque += [
                unseen(
                    f"job '{job.id}' calls {job.opaque}, which lies elsewhere",
                    Place(job.path, job.line),
                )
                for job in workflow.runnable("pull_request")
                if job.opaque
            ]
        if weaker or opaque:
            return (weaker or opaque)[0]
        broken = snapshot.workflows.broken
        if broken:
            return unseen(
                f"{broken[0].path} cannot be read: {broken[0].problem}", Place(broken[0].path)
            )
        other = snapshot.workflows.elsewhere
        if other:
            reason = f"{other} is of a CI that is not read; GitHub's and GitLab's are"
            return unseen(reason, Place(other))
        gap = shut_out[0] if shut_out else "no job of a pull request runs pytest"
        return missing(gap)

    def _at_work(self, snapshot: Snapshot, place: Place) -> Finding:
        proof = tests(snapshot, by_ci=True)
        if proof.run is None:
            gap = f"it is configured, but never seen to run: {proof.gap}"
            return weak(gap, place, **PUSH)
        return found("CI runs the tests; its report is on branch evidence", place, *proof.places)


@dataclass(frozen=True)
class _Run:
    """One command that runs tests: where, why a failure would not show, and which files it runs."""

    place: Place
    ignored: str | None
    covers: frozenset[str]


def _runs(workflow: Workflow, snapshot: Snapshot) -> list[_Run]:
    """Return the commands that run tests, those of all tests first."""
    found_: list[_Run] = []
    for job in workflow.runnable("pull_request"):
        for step, command in job.running("pytest", "py.test"):
            if not command.has(*IDLE_PYTEST):
                here = at(step.location, f"job {job.id}")
                found_.append(_Run(here, command.swallowed, _covers(command.words[1:], snapshot)))
    return sorted(found_, key=lambda run: (run.ignored is not None, -len(run.covers)))


def _enough(runs: list[_Run], snapshot: Snapshot) -> bool:
    """True when the commands together run at least half of the test files."""
    return len({path for run in runs for path in run.covers}) * 2 >= len(_test_files(snapshot))


def _covers(words: tuple[str, ...], snapshot: Snapshot) -> frozenset[str]:
    """Return the test files that the paths among the words of a command name; without any, all."""
    every = _test_files(snapshot)
    named = [word.partition("::")[0].removeprefix("./").rstrip("/") for word in words]
    paths = [path for path in named if path and not path.startswith("-") and snapshot.has(path)]
    if not paths:
        return every
    return frozenset(f for f in every for path in paths if f == path or f.startswith(f"{path}/"))


def _test_files(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(case.path for case in snapshot.suite.cases)
