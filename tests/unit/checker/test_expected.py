"""Every scenario of expected.yaml: a mature project, one change, the outcome that others wrote down."""

from __future__ import annotations

import importlib
import pkgutil
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import yaml
from trueline.maturity.catalogue import load
from trueline.maturity.score import Outcome
from unit.checker import scenarios
from unit.checker.building import Project
from unit.checker.scenarios.pull_requests import Asked

HERE = Path(__file__).parent
FILES = [HERE / "expected.yaml", *sorted((HERE / "expected").glob("section_*.yaml"))]
WRITTEN = {
    statement: body
    for path in FILES
    for statement, body in yaml.safe_load(path.read_text("utf-8"))["statements"].items()
}
# What was written down for a statement that has no probe yet waits for it.
EXPECTED = {entry.id: WRITTEN[entry.id] for entry in load().entries}
GROUPS = ("removed", "faked", "controls")
for module in pkgutil.iter_modules(scenarios.__path__):
    importlib.import_module(f"{scenarios.__name__}.{module.name}")

CASES: dict[tuple[str, str], dict[str, Any]] = {
    (statement, case["id"]): case
    for statement, body in EXPECTED.items()
    for group in GROUPS
    for case in body.get(group, [])
}


def test_every_scenario_is_known_here_and_there() -> None:
    assert set(scenarios.KNOWN) == set(CASES)
    assert len(CASES) > 150


def test_each_statement_has_evidence_removed_and_faked() -> None:
    for statement, body in EXPECTED.items():
        assert body["removed"], statement
        assert body["faked"], statement


def _always(statement: str, name: str) -> bool:
    """Tell whether a scenario runs at every change: of each statement what is removed, two fakes, one control."""
    body = EXPECTED[statement]
    first = [*body["removed"], *body["faked"][:2], *body.get("controls", [])[:1]]
    return name in {case["id"] for case in first}


PARAMETERS = [
    pytest.param(*case, id="-".join(case), marks=() if _always(*case) else pytest.mark.long)
    for case in CASES
]


@pytest.mark.parametrize(("statement", "name"), PARAMETERS)
def test_outcome(
    statement: str,
    name: str,
    project: Project,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = CASES[statement, name]
    change = scenarios.KNOWN[statement, name]
    # A statement of another kind asks for the forge by the name of its scenario's argument.
    if load()[statement].evidence == "forge" or "asked" in signature(change).parameters:
        change(Asked(project, request.getfixturevalue("github"), monkeypatch, request))
    else:
        change(project)
    allowed = case.get("one_of") or [case["expect"]]
    found = project.judged(statement)
    assert found.outcome.value in allowed, f"{found.reason} ({case['given']})"
    assert found.remedy is not None or found.outcome in (Outcome.MET, Outcome.NA)
