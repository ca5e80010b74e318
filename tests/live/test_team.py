"""What the checker says after a team has worked with what a made project holds today.

The outcome of every id was written down before, from the catalogue, in
tests/unit/checker/expected/team.yaml; what the team does is scripted in tests/team/. Where script
and checker agree that a written outcome is wrong, disputed.yaml says why.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from machine import Machine
from making import make_project
from team import exploring, pipelines, working
from team.company import Company, asking
from team.outcomes import differences, table

EXPECTED = Path(__file__).parents[1] / "unit" / "checker" / "expected"
WRITTEN: dict[str, Any] = yaml.safe_load((EXPECTED / "team.yaml").read_text("utf-8"))
DISPUTED: list[dict[str, str]] = yaml.safe_load((EXPECTED / "disputed.yaml").read_text("utf-8"))
ANSWERS: dict[str, dict[str, Any]] = {
    "minimum": {"phase": "exploration"},
    "default": {},
    "maximum": {
        "serving": "both",
        "practices": "[personal_data, ab_testing, feature_store, kubernetes]",
    },
}


@pytest.mark.long
@pytest.mark.parametrize("name", ANSWERS)
def test_what_a_team_reaches(template_repo: Path, fresh_machine: Machine, name: str) -> None:
    project = make_project(fresh_machine, template_repo, ANSWERS[name])
    company = Company(fresh_machine, project, fresh_machine.root / "origin.git", ANSWERS[name])
    (exploring if name == "minimum" else working).work(company)
    assert pipelines.publish(company) == {}
    said = score(company)
    wrong = differences(name, WRITTEN[name], said, DISPUTED)
    assert not wrong, f"{len(wrong)} ids are not as written:\n{table(wrong)}"


def score(company: Company) -> dict[str, Any]:
    """Score the clone that operated, with the branch evidence fetched and the forge asked."""
    company.machine.git("fetch", "-q", "origin", cwd=company.project)
    with company.forge() as server:
        text = company.trueline("check", "--forge", "--format", "json", ".", **asking(server))
    said: dict[str, Any] = json.loads(text)["statements"]
    return said
