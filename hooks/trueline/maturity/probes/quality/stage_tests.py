"""3.2.2: for each stage a test that uses it, asserts, and passed."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath

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


class StagesAreTested(Probe):
    """Every step of the ML process has tests."""

    statement = "3.2.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Read the tests first, then the report on them: a report alone could name anything."""
        homes = _homes(snapshot)
        cases = {stage: _cases(stage, snapshot, homes) for stage in _stages(snapshot)}
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
            return weak(proof.gap, *places, remedy="run `poe test --cov`")
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
            remedy = "run `poe test --cov`, or push and let CI do it"
            gap = "no reports/coverage.xml beside it"
            return weak(gap, *proof.places, *places, remedy=remedy)
        least = max(self.entry.number("line_rate"), _fail_under(snapshot) / 100)
        for stage in stages:
            lines = [
                n for path, n in report.body.items() if _belongs(stage, PurePosixPath(path).parts)
            ]
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


def _cases(stage: str, snapshot: Snapshot, homes: dict[str, tuple[str, ...]]) -> list[Case]:
    packages = {name.partition(".")[0] for name in snapshot.imports.modules}
    return [
        case
        for case in snapshot.suite.cases
        if case.asserts
        and not case.skipped
        and any(
            (module.split(".")[0] in packages and _belongs(stage, tuple(module.split(".")[1:])))
            or _belongs(stage, homes[module])
            for module in case.modules | case.attributes
        )
    ]


def _homes(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """Return for what tests name the module of the project in which it stands, by its parts.

    A package may hand on what one of its modules defines.
    """
    known, more = frozenset(snapshot.code.modules), several(snapshot)
    found: dict[str, tuple[str, ...]] = {}
    cases = snapshot.suite.cases
    for name in frozenset().union(*(case.modules | case.attributes for case in cases)):
        piece = snapshot.code.meant(name)
        own = nearest(name, known) or nearest(name.removeprefix("src."), known)
        found[name] = parts(piece.module if piece else own, several=more)
    return found


@lru_cache(maxsize=20_000)
def _belongs(stage: str, parts: tuple[str, ...]) -> bool:
    return any(STAGES[stage].fullmatch(part.removesuffix(".py").lower()) for part in parts)


def _fail_under(snapshot: Snapshot) -> float:
    tool = mapping((snapshot.environment.pyproject.value or {}).get("tool"))
    value = mapping(mapping(tool.get("coverage")).get("report")).get("fail_under")
    return float(value) if isinstance(value, (int, float)) and abs(value) < 1e9 else 0.0
