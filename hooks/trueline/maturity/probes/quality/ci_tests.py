"""3.2.3: a job of each pull request runs the tests, its failure shows, and it really ran."""

from __future__ import annotations

from ....evidence.snapshot import Snapshot
from ....evidence.workflows import Workflow
from ...ci import shut
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
            for place, ignored in _jobs(workflow):
                if ignored is None:
                    return self._at_work(snapshot, place)
                weaker.append(weak(ignored, place, remedy="let the job fail with its tests"))
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
        gap = shut_out[0] if shut_out else "no job of a pull request runs pytest"
        return missing(gap)

    def _at_work(self, snapshot: Snapshot, place: Place) -> Finding:
        proof = tests(snapshot, by_ci=True)
        if proof.run is None:
            return weak(f"it is configured, but never seen to run: {proof.gap}", place)
        return found("CI runs the tests; its report is on branch evidence", place, *proof.places)


def _jobs(workflow: Workflow) -> list[tuple[Place, str | None]]:
    """Return where tests run, with the reason why a failure would not show, the best first."""
    found_: list[tuple[Place, str | None]] = []
    for job in workflow.runnable("pull_request"):
        for step, command in job.running("pytest", "py.test"):
            if not command.has(*IDLE_PYTEST):
                found_.append((at(step.location, f"job {job.id}"), command.swallowed))
    return sorted(found_, key=lambda item: item[1] is not None)
