"""3.2.2: for each stage a test that uses it, asserts, and passed."""

from __future__ import annotations

import re
from functools import lru_cache

from ....evidence.document import mapping
from ....evidence.imports import nearest
from ....evidence.snapshot import Snapshot
from ....evidence.suite import Case
from ...finding import Finding, Place, found, missing, unseen, weak
from ...parts import DATA, parts, several
from ...probe import Probe
from ...proof import Proof, tests

# Stage -> how a part of a module's name shows that the module belongs to it.
STAGES = {
    "data": DATA,
    "features": re.compile(r"features?"),
    "train": re.compile(r"train\w*"),
    "evaluate": re.compile(r"eval(?:uat\w*)?"),
    "serving": re.compile(r"serving|serve|api"),
    "batch": re.compile(r"batch|inference|scor(?:e|ing)"),
}
_NOTHING: frozenset[str] = frozenset()


class StagesAreTested(Probe):
    """Every step of the ML process has tests."""

    statement = "3.2.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Read the tests first, then the report on them: a report alone could name anything."""
        used = _used(snapshot)
        cases = {
            stage: [case for case, stages in used if stage in stages] for stage in _stages(snapshot)
        }
        untested = [stage for stage, found_ in cases.items() if not found_]
        if untested:
            names = ", ".join(untested)
            broken = snapshot.suite.broken
            if broken:
                return unseen(f"{broken[0][0]} cannot be read: {broken[0][1]}", Place(broken[0][0]))
            return missing(f"no test that asserts uses {names}", remedy=f"add tests for {names}")
        places = [Place(found_[0].path, found_[0].line, stage) for stage, found_ in cases.items()]
        proof = tests(snapshot, by_ci=False)
        if proof.run is None:
            return weak(proof.gap, *places, remedy="run `poe test`")
        failing = [stage for stage, found_ in cases.items() if not proof.passed(found_)]
        if failing:
            return weak(f"no test of {', '.join(failing)} passed", *proof.places, *places)
        return self._covered(snapshot, proof, list(cases), places)

    def _covered(
        self, snapshot: Snapshot, proof: Proof, stages: list[str], places: list[Place]
    ) -> Finding:
        place = proof.run.place if proof.run else ""
        report = next((r for r in snapshot.runs.coverage if r.place == place), None)
        if report is None:
            return weak("no reports/coverage.xml beside it", *proof.places, *places)
        least = max(self.entry.number("line_rate"), _fail_under(snapshot) / 100)
        for stage in stages:
            belong = [path for path in report.body if stage in _belongs(*path.split("/"))]
            lines = [report.body[path] for path in belong]
            rate = sum(n[0] for n in lines) / max(1, sum(n[1] for n in lines))
            if rate < least:
                return weak(
                    f"tests run {rate:.0%} of the lines of {stage}, {least:.0%} are the least",
                    Place(report.where),
                )
        return found(
            f"tests of {', '.join(stages)} passed", *proof.places, Place(report.where), *places
        )


def _stages(snapshot: Snapshot) -> list[str]:
    project = snapshot.project
    served = {"serving": project.realtime is not False, "batch": project.batch is not False}
    return [stage for stage in STAGES if served.get(stage, True)]


def _used(snapshot: Snapshot) -> list[tuple[Case, frozenset[str]]]:
    """Return with each test that asserts the stages that it uses."""
    packages = {path.split("/")[1] for path in snapshot.files if path.startswith("src/")}
    listed = [case for case in snapshot.suite.cases if case.asserts and not case.skipped]
    # Hundreds of tests use the same few names.
    homes = _homes(snapshot, {n for case in listed for n in (*case.modules, *case.members)})
    named = {
        name: _belongs(*name.split(".")[1:])
        for name in _NOTHING.union(*(case.modules for case in listed))
        if name.partition(".")[0] in packages
    }
    return [
        (
            case,
            _NOTHING.union(
                *(named.get(name, _NOTHING) for name in case.modules),
                *(homes[name] for name in (*case.modules, *case.members)),
            ),
        )
        for case in listed
    ]


def _homes(snapshot: Snapshot, names: set[str]) -> dict[str, frozenset[str]]:
    """Return for what tests name the stages of the module of the project in which it stands.

    A package may hand on what one of its modules defines.
    """
    known, more = frozenset(snapshot.code.modules), several(snapshot)
    found: dict[str, frozenset[str]] = {}
    for name in names:
        piece = snapshot.code.meant(name)
        own = nearest(name, known) or nearest(name.removeprefix("src."), known)
        found[name] = _belongs(*parts(piece.module if piece else own, several=more))
    return found


def _belongs(*parts: str) -> frozenset[str]:
    """Return the stages to which a module belongs by a part of its name."""
    return _NOTHING.union(*map(_stages_of, parts))


@lru_cache(maxsize=1_000)
def _stages_of(part: str) -> frozenset[str]:
    plain = part.removesuffix(".py").lower()
    return frozenset(stage for stage, pattern in STAGES.items() if pattern.fullmatch(plain))


def _fail_under(snapshot: Snapshot) -> float:
    tool = mapping((snapshot.environment.pyproject.value or {}).get("tool"))
    value = mapping(mapping(tool.get("coverage")).get("report")).get("fail_under")
    return float(value) if isinstance(value, (int, float)) and abs(value) < 1e9 else 0.0
