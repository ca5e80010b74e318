"""What is said of a fresh copy, in which nothing happened yet; expected/fresh.yaml was written before it was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from machine import make_machine
from making import make_project
from trueline.evidence.snapshot import Snapshot, collect
from trueline.maturity.score import score
from trueline.testscore import scoring

EXPECTED = Path(__file__).parent / "expected"
FRESH: dict[str, Any] = yaml.safe_load((EXPECTED / "fresh.yaml").read_text())
TEST_SCORE: dict[str, Any] = yaml.safe_load((EXPECTED / "fresh_test_score.yaml").read_text())


@pytest.fixture(scope="module", params=FRESH)
def fresh(
    request: pytest.FixtureRequest,
    template_repo: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, Any], Snapshot]:
    """What is expected of one of the projects, and what its fresh copy holds."""
    expected = FRESH[request.param]
    answers = {
        name: yaml.safe_dump(value, default_flow_style=True).strip()
        if isinstance(value, list)
        else value
        for name, value in expected["answers"].items()
    }
    machine = make_machine(tmp_path_factory.mktemp(request.param) / "machine")
    return expected, collect(make_project(machine, template_repo, answers, sync=False))


def test_each_statement_is_where_others_expect_it(fresh: tuple[dict[str, Any], Snapshot]) -> None:
    expected, snapshot = fresh
    result = score(snapshot)
    assert {one.entry.id for one in result.statements} == set(expected["statements"])
    wrong = [
        f"{one.entry.id}: {one.outcome.value}, expected {wanted['outcome']} ({one.reason})"
        for one in result.statements
        for wanted in [expected["statements"][one.entry.id]]
        if one.outcome.value not in (wanted["outcome"], *wanted.get("or", []))
    ]
    assert not wrong, "\n".join(wrong)
    met, applicable = expected["core"]["met"], expected["core"]["applicable"]
    assert (result.core.met, result.core.applicable) == (met, applicable)


def test_no_test_of_the_ml_test_score_is_worth_anything_yet(
    fresh: tuple[dict[str, Any], Snapshot],
) -> None:
    found = scoring.score(fresh[1])
    assert found.totals.final == TEST_SCORE["fresh"]["final"]
    assert {one.points for one in found.tests} == {0.0}
