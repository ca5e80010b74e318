"""The inputs of a model, read where MLflow keeps what it logged: an exploration exports nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
import yaml
from trueline.maturity.score import Outcome
from unit.checker.building import Project
from unit.checker.tracking_store import Store

RUN = "0123456789abcdef0123456789abcdef"
FOLDERS = (
    "mlartifacts/models/m-1/artifacts",
    "mlruns/0/models/m-1/artifacts",
    f"mlruns/0/{RUN}/artifacts/model",
)
KNOWN = ("mean_radius", "mean_texture")


def logged(project: Project, folder: str, names: Sequence[str], *, commit: str) -> None:
    """Leave what MLflow leaves of one logged model, and nothing else that lists inputs."""
    project.remove("models", "mlflow.db")
    for name in ("reports/train.json", "reports/metrics.json"):
        project.evidence.pop(name, None)
    with Store(project.root / "mlflow.db") as store:
        store.run(RUN, at=1_780_000_000_000, tags={"git.commit": commit})
    inputs = [{"type": "double", "name": name, "required": True} for name in names]
    body = {"run_id": RUN, "signature": {"inputs": json.dumps(inputs), "params": None}}
    project.write(f"{folder}/MLmodel", yaml.safe_dump(body))
    project.write(
        ".gitignore", f"{project.read('.gitignore')}\n/mlartifacts\n/mlruns\n/mlflow.db\n"
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_logged_model_shows_its_inputs(project: Project, folder: str) -> None:
    logged(project, folder, KNOWN, commit=project.commits["signed"])
    found = project.judged("1.2.2")
    assert found.outcome is Outcome.MET, found.reason
    assert [place.path for place in found.evidence][-1] == f"{folder}/MLmodel"


def test_one_that_takes_what_nobody_documented_is_named(project: Project) -> None:
    logged(project, FOLDERS[0], [*KNOWN, "zip_code"], commit=project.commits["signed"])
    found = project.judged("1.2.2")
    assert found.outcome is Outcome.PARTIAL
    assert "takes zip_code" in found.reason


@pytest.mark.parametrize("commit", ["", "0123456789abcdef0123456789abcdef01234567"])
def test_one_of_no_run_of_this_repository_shows_nothing(project: Project, commit: str) -> None:
    logged(project, FOLDERS[0], KNOWN, commit=commit)
    assert project.outcome("1.2.2") is Outcome.PARTIAL


@pytest.mark.parametrize(
    "text",
    [
        "signature: [",
        "signature: {inputs: '['}",
        "signature: {inputs: '3'}",
        "signature: {inputs: 3}",
        "[]",
        "",
        "a: &a [x, x]\nsignature: {inputs: [*a, *a]}",
    ],
)
def test_one_that_cannot_be_read_shows_nothing(project: Project, text: str) -> None:
    logged(project, FOLDERS[0], KNOWN, commit=project.commits["signed"])
    project.write(f"{FOLDERS[0]}/MLmodel", text)
    assert project.outcome("1.2.2") is Outcome.PARTIAL


def test_a_link_out_of_the_repository_is_not_followed(project: Project) -> None:
    logged(project, FOLDERS[0], KNOWN, commit=project.commits["signed"])
    (project.root / "mlartifacts").rename(project.root.parent / "elsewhere")
    (project.root / "mlartifacts").symlink_to(project.root.parent / "elsewhere")
    assert project.outcome("1.2.2") is Outcome.PARTIAL
