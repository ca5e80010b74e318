"""Every scenario and every sum of test_score.yaml, which others wrote down from the catalogue."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from trueline.testscore.scoring import Outcome, score, totals
from unit.checker.building import HERE, Project, ago, junit, passing
from unit.checker.score_evidence import MARKED
from unit.testscore import changing
from unit.testscore.scenarios import KNOWN

EXPECTED = yaml.safe_load((HERE / "expected" / "test_score.yaml").read_text("utf-8"))
CASES = {case["id"]: case for case in EXPECTED["generic"]}
SUMS = {case["id"]: case for case in EXPECTED["sums"]}


def test_every_scenario_is_known_here_and_there() -> None:
    assert set(KNOWN) == set(CASES)
    assert len(CASES) > 40
    assert str(EXPECTED["edition"]) == "2017"


@pytest.mark.parametrize("name", CASES)
def test_points(name: str, project: Project) -> None:
    case = CASES[name]
    KNOWN[name](project, case["test"])
    scored = score(project.snapshot())
    found = next(one for one in scored.tests if one.test.id == case["test"])
    points = "na" if found.outcome is Outcome.NA else found.points
    assert points == case["expect"], f"{found.reason} ({case['given']})"
    assert (found.remedy is None) is (points in ("na", 1))
    assert scored.totals.starred is (points == "na")


@pytest.mark.parametrize("name", SUMS)
def test_sums(name: str) -> None:
    case = SUMS[name]
    given = {s: [None if p == "na" else p for p in v] for s, v in case["scores"].items()}
    found, expected = totals(given), case["expect"]
    assert found.sums == pytest.approx(expected["sums"], abs=1e-9)
    assert found.final == pytest.approx(expected["final"], abs=1e-9)
    assert list(found.limiting) == expected["limiting"]
    assert (found.band, found.starred) == (expected["band"], expected["starred"])


def test_a_batch_that_is_tried_first_keeps_its_point(project: Project) -> None:
    """`batch-thirds` says so of infra6: infra has 7 of 7, monitoring 7 x 6 / 6."""
    changing.serving(project, "batch")
    scored = score(project.snapshot())
    left_out = [one.test.id for one in scored.tests if one.outcome is Outcome.NA]
    assert left_out == ["mon3"]
    changing.unmarked(project, "infra6")
    scored = score(project.snapshot())
    left_out = [one.test.id for one in scored.tests if one.outcome is Outcome.NA]
    assert left_out == ["infra6", "mon3"]
    assert scored.totals.sums["infra"] == scored.totals.sums["monitoring"] == 7


def test_what_is_no_serving_leaves_nothing_out(project: Project) -> None:
    changing.serving(project, "none of these")
    changing.unmarked(project, "mon3")
    assert not score(project.snapshot()).totals.starred


def points(project: Project) -> dict[str, Any]:
    return {one.test.id: one.points for one in score(project.snapshot()).tests}


def test_documentation_alone_makes_no_run_old(project: Project) -> None:
    project.frozen = project.git("rev-parse", "HEAD")
    project.write("README.md", "# Churn, explained\n")
    assert set(points(project).values()) == {1}
    project.write("params.yaml", "model: {max_iter: 200}\n")
    assert points(project)["model5"] == 0.5


def test_a_later_failure_on_a_laptop_changes_nothing(project: Project) -> None:
    head = project.git("rev-parse", "HEAD")
    late = junit(dict.fromkeys(passing(), "failed"), source="local", commit=head, at=ago(hours=1))
    project.write(changing.JUNIT, late)
    assert set(points(project).values()) == {1}


def test_a_failure_that_only_a_laptop_saw_is_no_half(project: Project) -> None:
    changing.local(project)
    head = project.git("rev-parse", "HEAD")
    nodes = {**passing(), MARKED["data1"]: "failed"}
    project.write(changing.JUNIT, junit(nodes, source="local", commit=head))
    found = points(project)
    assert (found["data1"], found["data2"]) == (0, 0.5)
