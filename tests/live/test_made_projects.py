"""Made projects really run: lint, strict types and the suite of each distinct source tree."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from machine import Machine
from making import make_project, registered_versions

# The answers that change the source tree; the render lane proves that no other answer does.
PRODUCTION = [
    {"task": task, "serving": serving}
    for task in ("classification", "regression")
    for serving in ("realtime", "batch", "both")
]
EXPLORATION = [{"phase": "exploration", "task": task} for task in ("classification", "regression")]


# The sample is read from scikit-learn's files, since importing it takes longer: the same numbers.
SAMPLE = {
    "classification": """
import pandas, sklearn.datasets
there = sklearn.datasets.load_breast_cancer(as_frame=True).frame
mine = pandas.read_parquet("data/raw/source.parquet")
assert [*mine.columns[:-1]] == [name.replace(" ", "_") for name in there.columns[:-1]]
assert (mine.iloc[:, :-1].to_numpy() == there.iloc[:, :-1].to_numpy()).all()
assert (mine["malignant"] == 1 - there["target"]).all() and len(mine) == 569
""",
    "regression": """
import pandas, sklearn.datasets
there = sklearn.datasets.load_diabetes(as_frame=True, scaled=False).frame
mine = pandas.read_parquet("data/raw/source.parquet")
assert (mine.to_numpy() == there.to_numpy()).all() and len(mine) == 442
""",
}


def _id(answers: dict[str, Any]) -> str:
    return "-".join(answers.values())


@pytest.mark.parametrize("answers", [*PRODUCTION, *EXPLORATION], ids=_id)
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


@pytest.mark.parametrize(
    "answers",
    [
        {"task": "classification", "serving": "realtime"},
        {"task": "regression", "serving": "both"},
        {"task": "classification", "serving": "batch"},
    ],
    ids=_id,
)
def test_pipeline_ends_in_a_registered_model(
    template_repo: Path, fresh_machine: Machine, answers: dict[str, Any]
) -> None:
    project = make_project(fresh_machine, template_repo, answers)
    fresh_machine.run(["uv", "run", "poe", "pipeline"], project)
    fresh_machine.run(["uv", "run", "python", "-c", SAMPLE[answers["task"]]], project)
    assert registered_versions(project) == {"1": "challenger"}
    fresh_machine.run(["uv", "run", "poe", "promote"], project)
    assert registered_versions(project) == {"1": "champion"}
    fresh_machine.run(["uv", "run", "poe", "ml-tests"], project)
    if answers["serving"] != "realtime":
        fresh_machine.run(["uv", "run", "poe", "score"], project)
        assert len(list((project / "data" / "scored").glob("*.parquet"))) == 1
    # Nothing changed, so nothing is trained and nothing is registered anew.
    fresh_machine.run(["uv", "run", "poe", "pipeline"], project)
    assert list(registered_versions(project)) == ["1"]
