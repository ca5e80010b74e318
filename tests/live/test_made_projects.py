"""Made projects really run: lint, strict types and the suite of each distinct source tree."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from machine import Machine
from making import SAMPLE, make_project, registered_versions
from whole_loop import live_through

# The answers that change the source tree; the render lane proves that no other answer does. Not in
# these lists: the default, whose lint, types and suite are run by test_workflows, and whose pipeline
# and whole loop by test_demo.
WHOLE = {"task": "regression", "serving": "both"}
BATCH = {"task": "classification", "serving": "batch"}
LONG = [
    WHOLE,
    {"phase": "exploration", "task": "classification"},
    {"phase": "exploration", "task": "regression"},
    {"task": "classification", "serving": "both"},
    BATCH,
    {"task": "regression", "serving": "realtime"},
    {"task": "regression", "serving": "batch", "practices": "[personal_data]"},
]


def _id(answers: dict[str, Any]) -> str:
    return "-".join(answers.values())


@pytest.mark.parametrize("answers", LONG, ids=_id)
@pytest.mark.long
def test_lint_types_and_suite_are_green(
    template_repo: Path, fresh_machine: Machine, answers: dict[str, Any]
) -> None:
    project = make_project(fresh_machine, template_repo, answers)
    fresh_machine.run(["uv", "run", "poe", "lint"], project)
    fresh_machine.run(["uv", "run", "poe", "test"], project)
    suite = ET.parse(project / "reports" / "junit.xml").getroot()
    counts = {
        key: sum(int(s.get(key, 0)) for s in suite.iter("testsuite"))
        for key in ("tests", "failures", "errors", "skipped")
    }
    assert counts["tests"] >= 15
    assert (counts["failures"], counts["errors"], counts["skipped"]) == (0, 0, 0)
    assert fresh_machine.git("status", "--porcelain", cwd=project) == ""


@pytest.mark.parametrize("answers", [WHOLE, BATCH], ids=_id)
def test_a_project_trains_and_delivers(
    template_repo: Path, fresh_machine: Machine, answers: dict[str, Any]
) -> None:
    project = make_project(fresh_machine, template_repo, answers)
    _deploy(fresh_machine, project, answers)
    _deliver(fresh_machine, project)
    if answers is WHOLE:
        fresh_machine.run(["uv", "run", "poe", "lint"], project)


@pytest.mark.parametrize("answers", [WHOLE, BATCH], ids=_id)
@pytest.mark.long
def test_from_the_pipeline_once_around_the_whole_loop(
    template_repo: Path, fresh_machine: Machine, answers: dict[str, Any]
) -> None:
    project = make_project(fresh_machine, template_repo, answers)
    _deploy(fresh_machine, project, answers)
    fresh_machine.run(["uv", "run", "poe", "ml-tests"], project)
    _deliver(fresh_machine, project)
    # Nothing changed, so nothing is trained and nothing is registered anew.
    fresh_machine.run(["uv", "run", "poe", "pipeline"], project)
    assert list(registered_versions(project)) == ["1"]
    live_through(fresh_machine, project, serves=answers["serving"] != "batch")


def _deploy(machine: Machine, project: Path, answers: dict[str, Any]) -> None:
    machine.run(["uv", "run", "poe", "pipeline"], project)
    machine.run(["uv", "run", "python", "-c", SAMPLE[answers["task"]]], project)
    assert registered_versions(project) == {"1": "challenger"}
    machine.run(["uv", "run", "poe", "promote"], project)
    assert registered_versions(project) == {"1": "champion"}


def _deliver(machine: Machine, project: Path) -> None:
    machine.run(["uv", "run", "poe", "score"], project)
    assert len(list((project / "data" / "scored").glob("*.parquet"))) == 1
