"""When a thing that ran counts as proof: whose run, of which commit, how old.

Tests and hooks judge code, so their proof ages with the code: a run counts until a later commit
changes
what it judged. Reports on data (drift, deliveries) age with the calendar; their probes say by how
much.
A run on a laptop never stands in for CI: a file in the work tree may claim anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..evidence.document import mapping, text
from ..evidence.junit import TestRun
from ..evidence.runs import Record
from ..evidence.snapshot import Snapshot
from ..evidence.suite import Case
from ..evidence.workflows import Job, Step, Workflow
from .finding import Place

# pytest with one of these runs no test.
IDLE_PYTEST = (
    "--collect-only",
    "--co",
    "--help",
    "-h",
    "--version",
    "-V",
    "--fixtures",
    "--markers",
)


@dataclass(frozen=True)
class Proof:
    """A test run that counts, or the reason why none does."""

    run: Record[TestRun] | None = None
    gap: str = ""

    def passed(self, cases: list[Case]) -> list[Case]:
        """Return those of the test functions that passed in the run."""
        return [case for case in cases if self.run and self.run.body.passed(case.node)]

    def failed(self, cases: list[Case]) -> list[Case]:
        """Return those of the test functions of which a run failed."""
        nodes = self.run.body.nodes if self.run else {}
        return [case for case in cases if "failed" in nodes.get(case.node, ())]

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the run is written down."""
        return (Place(self.run.where),) if self.run else ()


def tests(snapshot: Snapshot, *, by_ci: bool) -> Proof:
    """Return the newest JUnit that counts; with `by_ci`, only one that CI pushed to
    branch `evidence`.
    """
    listed = sorted(
        snapshot.runs.tests,
        key=lambda run: (run.ci, run.at.timestamp() if run.at else 0.0),
        reverse=True,
    )
    if not by_ci:
        listed.sort(key=lambda run: run.at.timestamp() if run.at else 0.0, reverse=True)
    gaps = [(run, _gap(run, snapshot, by_ci=by_ci)) for run in listed]
    for run, gap in gaps:
        if gap is None:
            return Proof(run)
    if gaps:
        return Proof(gap=f"{gaps[0][0].where} {gaps[0][1]}")
    broken = snapshot.runs.unreadable("reports/junit.xml")
    if broken:
        return Proof(gap=f"{broken.path} cannot be read ({broken.problem})")
    return Proof(gap="no reports/junit.xml" + (" on branch evidence" if by_ci else ""))


def _gap(run: Record[TestRun], snapshot: Snapshot, *, by_ci: bool) -> str | None:
    if run.body.total == 0:
        return "ran no test"
    if _ahead(run.at, snapshot):
        return "is dated in the future"
    if by_ci and not run.ci:
        return "is not from CI (only branch evidence proves that)"
    return foreign(run.commit, snapshot) or (
        "is from before the newest change of src/ or tests/"
        if snapshot.commit(run.commit).code_changed
        else None
    )


def _ahead(at: datetime | None, snapshot: Snapshot) -> bool:
    # Some versions of pytest write local time without a zone, which may be up to 14 hours ahead.
    return at is not None and at > snapshot.now + timedelta(hours=14)


def foreign(sha: str, snapshot: Snapshot) -> str | None:
    """Say why a commit is no evidence for HEAD; None when HEAD holds it."""
    commit = snapshot.commit(sha)
    if not sha:
        return "names no commit"
    if not commit.known:
        return (
            "is of a commit that this "
            + ("shallow clone" if snapshot.shallow else "clone")
            + " lacks"
        )
    return None if commit.ancestor else "is of a commit that is no ancestor of HEAD"


def job_passed(
    snapshot: Snapshot, workflow: Workflow, job: Job, step: Step, judged: Callable[[str], bool]
) -> tuple[Place | None, str]:
    """Return where CI says that a job passed (or at least came past the step), or why nothing
    says so.

    `judged` tells which changed paths since that run would make it count no longer.
    """
    gap = f"branch evidence has no record that CI's job '{job.id}' passed"
    for place, commit, passed, at in _job_records(snapshot, workflow, job, step):
        reason = "is dated in the future" if _ahead(at, snapshot) else foreign(commit, snapshot)
        if reason:
            gap = f"{place.path} {reason}"
        elif any(judged(path) for path in snapshot.commit(commit).changed):
            gap = f"{place.path} is from before the newest change of what the job checks"
        elif passed:
            return place, ""
        else:
            # What CI says of the job itself goes before what its tests let one infer.
            return None, f"CI's job '{job.id}' did not pass ({place.path})"
    return None, gap


def _job_records(
    snapshot: Snapshot, workflow: Workflow, job: Job, step: Step
) -> Iterator[tuple[Place, str, bool, datetime | None]]:
    root = job.id.partition("/")[0]
    for report in snapshot.runs.report("ci"):
        jobs = mapping(report.body.get("jobs"))
        said = jobs.get(job.id, jobs.get(root))
        if report.ci and said is not None:
            result = text(mapping(said).get("result")) if isinstance(said, dict) else text(said)
            yield Place(report.where), report.commit, result == "success", report.at
    # A JUnit from a job proves the jobs before it too: without them it would not have started.
    # Of its own job it proves nothing that comes after the tests.
    if root in _before_tests(workflow) and not _after_tests(job, step):
        for run in snapshot.runs.tests:
            if run.ci and run.body.total and not run.body.failed:
                yield Place(run.where), run.commit, True, run.at


def _after_tests(job: Job, step: Step) -> bool:
    tests_at = [job.steps.index(found) for found, _ in job.running("pytest")]
    return bool(tests_at) and step in job.steps[min(tests_at) + 1 :]


def _before_tests(workflow: Workflow) -> set[str]:
    """Return the ids of the jobs that run pytest and of all that these need to have passed."""
    by_id = {job.id.partition("/")[0]: job for job in workflow.jobs}
    waiting = [job.id.partition("/")[0] for job in workflow.jobs if any(job.running("pytest"))]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in by_id:
            continue
        seen.add(name)
        if not any(
            word in by_id[name].condition for word in ("always()", "cancelled()", "failure()")
        ):
            waiting += by_id[name].needs
    return seen
