"""Made projects really run: lint, strict types and the suite of each distinct source tree."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from machine import Machine
from making import SAMPLE, make_project, registered_versions
from whole_loop import live_through

# The answers that change the source tree; the render lane proves that no other answer does.
# Classification in real time, the default, is missing: test_workflows runs its lint, types and
# suite, and test_demo its pipeline.
PIPELINES = [
    {"task": "regression", "serving": "both"},
    {"task": "classification", "serving": "batch"},
]
LONG = [
    {"task": "classification", "serving": "both"},
    {"task": "regression", "serving": "realtime"},
    {"task": "regression", "serving": "batch", "practices": "[personal_data]"},
]
EXPLORATION = [{"phase": "exploration", "task": task} for task in ("classification", "regression")]


def _id(answers: dict[str, Any]) -> str:
    return "-".join(answers.values())


@pytest.mark.parametrize(
    "answers",
    [*EXPLORATION, *(pytest.param(answers, marks=pytest.mark.long) for answers in LONG)],
    ids=_id,
)
def test_lint_types_and_suite_are_green(
    template_repo: Path, fresh_machine: Machine, answers: dict[str, Any]
) -> None:
    _is_green(fresh_machine, make_project(fresh_machine, template_repo, answers))


@pytest.mark.parametrize("answers", PIPELINES, ids=_id)
def test_what_is_green_goes_once_around_the_whole_loop(
    template_repo: Path, fresh_machine: Machine, answers: dict[str, Any]
) -> None:
    project = make_project(fresh_machine, template_repo, answers)
    _is_green(fresh_machine, project)
    fresh_machine.run(["uv", "run", "poe", "pipeline"], project)
    fresh_machine.run(["uv", "run", "python", "-c", SAMPLE[answers["task"]]], project)
    assert registered_versions(project) == {"1": "challenger"}
    fresh_machine.run(["uv", "run", "poe", "promote"], project)
    assert registered_versions(project) == {"1": "champion"}
    fresh_machine.run(["uv", "run", "poe", "ml-tests"], project)
    fresh_machine.run(["uv", "run", "poe", "score"], project)
    assert len(list((project / "data" / "scored").glob("*.parquet"))) == 1
    # Nothing changed, so nothing is trained and nothing is registered anew.
    fresh_machine.run(["uv", "run", "poe", "pipeline"], project)
    assert list(registered_versions(project)) == ["1"]
    live_through(fresh_machine, project, serves=answers["serving"] != "batch")


def _is_green(machine: Machine, project: Path) -> None:
    machine.run(["uv", "run", "poe", "lint"], project)
    machine.run(["uv", "run", "poe", "test"], project)
    suite = ET.parse(project / "reports" / "junit.xml").getroot()
    counts = {
        key: sum(int(s.get(key, 0)) for s in suite.iter("testsuite"))
        for key in ("tests", "failures", "errors", "skipped")
    }
    assert counts["tests"] >= 15
    assert (counts["failures"], counts["errors"], counts["skipped"]) == (0, 0, 0)
    assert machine.git("status", "--porcelain", cwd=project) == ""
