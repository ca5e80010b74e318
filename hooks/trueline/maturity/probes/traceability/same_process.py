"""2.2.6: environments differ in values only: no code asks for their name, one workflow deploys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from ....evidence.snapshot import Snapshot
from ....evidence.suite import Case
from ...cd import EVENTS, Doing, applies, deploys, doings, merging, unreadable
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe
from ...proof import tests

BY_HAND = ("workflow_dispatch", "release")


class SameProcessEverywhere(Probe):
    """The same code and the same deploy process serve every environment."""

    statement = "2.2.6"

    def observe(self, snapshot: Snapshot) -> Finding:
        """The code first, then the workflow, then the test that loads every environment."""
        code = snapshot.branching
        for path, problem in code.broken:
            return unseen(f"{path} cannot be read: {problem}", Place(path))
        for asking in code.asking:
            return missing(
                f"{asking.path} compares the environment's name with a literal",
                Place(asking.path, asking.line),
                remedy="make what differs a value of conf/environments, and read that",
            )
        if len(code.settings) != 1:
            said = "no class" if not code.settings else f"{len(code.settings)} classes"
            return missing(
                f"{said} below src/ read the settings, one should",
                *(Place(path, line, name) for name, path, line in code.settings[:3]),
            )
        gap, places = _shared(snapshot)
        if gap:
            return unreadable(snapshot) or missing(gap, *places)
        return self._loaded(snapshot, places)

    def _loaded(self, snapshot: Snapshot, places: list[Place]) -> Finding:
        names = sorted(snapshot.environments.settings)
        if len(names) < 2:
            return missing("conf/environments has fewer than two environments", *places)
        _, path, _ = snapshot.branching.settings[0]
        module = (
            PurePosixPath(path).with_suffix("").as_posix().removeprefix("src/").replace("/", ".")
        )
        cases = [c for c in snapshot.suite.cases if _loads(c, module)]
        if not cases:
            return weak(f"no test that asserts anything uses {path}", *places)
        proof = tests(snapshot, by_ci=True)
        if proof.run is None:
            return weak(proof.gap, *places)
        lacking = names
        for case in cases:
            outcomes = proof.run.body.parameters.get(case.node, {})
            if "failed" in outcomes.values():
                return weak(f"{case.name} failed in CI", *proof.places, *places)
            passed = {given for given, outcome in outcomes.items() if outcome == "passed"}
            left = [name for name in names if not any(_about(name, given) for given in passed)]
            if not left:
                here = Place(case.path, case.line, case.name)
                return found(
                    f"{len(names)} environments, one process; CI loaded each",
                    here,
                    *proof.places,
                    *places,
                )
            lacking = left if len(left) < len(lacking) else lacking
        return weak(
            f"no test of CI loaded conf/environments/{lacking[0]}.yaml", *proof.places, *places
        )


def _loads(case: Case, module: str) -> bool:
    known = any(name == module or name.startswith(f"{module}.") for name in case.modules)
    return known and case.asserts and not case.skipped


def _about(name: str, given: str) -> bool:
    """Tell whether a test's parameter names an environment: `staging`, `staging.yaml`, a path."""
    return name in re.split(r"[^\w]+", given.removesuffix(".yaml").removesuffix(".yml"))


def _shared(snapshot: Snapshot) -> tuple[str, list[Place]]:
    """Say why not one workflow alone deploys every environment; '' when one does, and where."""
    listed: list[tuple[Doing, bool]] = []
    for event in (*EVENTS, *BY_HAND):
        for workflow in merging(snapshot, event, ()):
            for doing, command in doings(workflow, event):
                # A model that is promoted where it was trained reaches no environment yet.
                if event in BY_HAND and not doing.job.environments:
                    continue
                if deploys(command, doing.step) or applies(command):
                    listed.append((doing, deploys(command, doing.step)))
    called = [doing for doing, _ in listed if doing.job.called and doing.job.environments]
    # Terraform in a job of its own changes machines; which version runs on them is another matter.
    own = [doing for doing, brings in listed if brings and not doing.job.called]
    if own:
        return (
            f"job '{own[0].job.id}' deploys by itself, not by a workflow that all share",
            [own[0].place],
        )
    by_workflow: dict[str, dict[str, Doing]] = {}
    for doing in called:
        for name in doing.job.environments:
            by_workflow.setdefault(doing.job.called, {}).setdefault(name, doing)
    if len(by_workflow) > 1:
        return (
            f"environments are deployed by {' and '.join(sorted(by_workflow))}",
            [doing.place for found_ in by_workflow.values() for doing in found_.values()][:4],
        )
    for path, reached in by_workflow.items():
        if any("${{" in name for name in reached) or len(reached) > 1:
            bare = _undescribed(reached, snapshot)
            if bare:
                return f"{path} deploys {bare}, of which conf/environments has no file", [
                    Place(path)
                ]
            return "", [Place(path), *(doing.place for doing in list(reached.values())[:4])]
        return f"{path} deploys {', '.join(reached)} alone", [Place(path)]
    return "no reusable workflow deploys the environments", []


def _undescribed(reached: Iterable[str], snapshot: Snapshot) -> str:
    """Return an environment without settings; '' too where the forge calls them all otherwise."""
    described = set(snapshot.environments.settings)
    named = set(reached)
    lacking = sorted(name for name in named - described if "${{" not in name)
    return lacking[0] if lacking and named & described else ""
