"""3.2.5: a load written down, limits of the project, a workflow, and a report within the limits."""

from __future__ import annotations

import re
from datetime import timedelta

from ....evidence.document import mapping, text
from ....evidence.snapshot import Snapshot
from ....evidence.workflows import Workflow
from ...ci import steps
from ...deployed import serving
from ...finding import Finding, Place, at, found, missing, unseen, weak
from ...probe import Probe
from ...reports import Report, by_ci, number, stale
from ...settings import Section, section

# The project's limit, the report's field, and which side is good.
LIMITS = (("p95_ms", True), ("error_rate", True), ("rps", False))
_DEPLOYS = re.compile(r"deploy|promote|release|rollout|production", re.IGNORECASE)


class LoadIsTested(Probe):
    """The API is put under load and stress regularly, against targets."""

    statement = "3.2.5"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Scenario, limits and workflow first; then the newest report against the limits."""
        if not snapshot.load:
            return missing("no load test sends requests to the API")
        scenario = Place(snapshot.load[0].path, snapshot.load[0].line)
        limits = section(snapshot, "load")
        if isinstance(limits, Finding):
            return limits
        lacking = [name for name, _ in LIMITS if (limits.number(name) or -1) < 0]
        lacking = [name for name in lacking if limits.number(name) != 0 or name == "p95_ms"]
        if lacking:
            return missing(f"load does not say {lacking[0]}", limits.place)
        step = self._step(snapshot, scenario, limits.place)
        if isinstance(step, Finding):
            return step
        report = by_ci(snapshot, "load", scenario, limits.place, step)
        if isinstance(report, Finding):
            return report
        return self._held(snapshot, report, limits, [scenario, limits.place, step])

    def _step(self, snapshot: Snapshot, *places: Place) -> Place | Finding:
        names = {scenario.path for scenario in snapshot.load}

        def wanted(words: tuple[str, ...]) -> bool:
            return words[0] != "echo" and any(word.removeprefix("./") in names for word in words)

        swallowed: Finding | None = None
        for event in ("schedule", "push"):
            for workflow, job, step, ignored in steps(snapshot, wanted, (event,)):
                here = at(step.location, job.id)
                if event == "push" and not _guards(workflow, job.id):
                    continue
                if ignored is None:
                    return here
                swallowed = weak(f"the load test of job '{job.id}': {ignored}", here, *places)
        broken = snapshot.workflows.broken
        if swallowed is None and broken:
            return unseen(
                f"{broken[0].path} cannot be read: {broken[0].problem}", Place(broken[0].path)
            )
        gap = "no job runs the load test on a schedule or before a deployment"
        return swallowed or missing(gap, *places)

    def _held(
        self, snapshot: Snapshot, report: Report, limits: Section, places: list[Place]
    ) -> Finding:
        here = Place(report.where)
        for name, at_most in LIMITS:
            value, limit = number(report.body.get(name)), limits.number(name) or 0.0
            if value is None:
                return weak(f"{report.where} does not say {name}", here, *places)
            if (value > limit) if at_most else (value < limit):
                side = "at most" if at_most else "at least"
                reason = f"{report.where}: {name} is {value:g}, {side} {limit:g} is the target"
                return weak(reason, here, *places)
        stress = mapping(report.body.get("stress"))
        if not number(mapping(stress.get("breaking_point")).get("users")):
            return weak(
                f"{report.where} found no breaking point",
                here,
                *places,
                remedy="raise the users of the load test until the service breaks",
            )
        late = stale(snapshot, report, timedelta(days=self.entry.number("report_days")), *places)
        if late:
            return late
        known = [version for version in serving(snapshot) if version]
        if not known:
            return weak("no deployment recorded by CI says which version serves", here, *places)
        version = text(report.body.get("model_version"))
        if version not in known:
            said = f"version {version}" if version else "an unnamed version"
            return weak(f"{report.where} is of {said}, deployed is {known[0]}", here, *places)
        return found("bears its load, and where it breaks is known", here, *places)


def _guards(workflow: Workflow, job: str) -> bool:
    """True when a deploying job of the workflow waits for this one."""
    by_id = {found.id: found for found in workflow.jobs}
    roots = {name.partition("/")[0] for name in by_id}
    waiting = [found.id for found in workflow.jobs if _deploys(workflow, found.id)]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            needs = by_id[name].needs if name in by_id else ()
            waiting += needs
            waiting += [other for other in by_id if name in roots and other.startswith(f"{name}/")]
    deploying = {found.id for found in workflow.jobs if _deploys(workflow, found.id)}
    return bool({job, job.partition("/")[0]} & (seen - deploying))


def _deploys(workflow: Workflow, name: str) -> bool:
    job = next(found for found in workflow.jobs if found.id == name)
    words = [" ".join(command.words[:3]) for step in job.steps for command in step.commands]
    applied = any(
        re.search(r"\bapply\b|\bupgrade\b|\bpromote\b|\bdeploy\b", said) for said in words
    )
    return applied or bool(_DEPLOYS.search(name))
