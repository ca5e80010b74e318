"""The score's forms, JSON and card, and the command around them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import trueline.report
from rich.cells import cell_len
from trueline.report.score_card import card, message
from trueline.report.score_document import as_data, as_json
from trueline.testscore.scoring import TestScore, score
from unit.checker.building import Project
from unit.testscore import changing as to

SCHEMA = json.loads(
    (Path(trueline.report.__file__).parent / "score.schema.json").read_text("utf-8")
)
AT = ("--now", "2026-07-01T00:00:00Z")


@pytest.fixture
def scored(project: Project) -> TestScore:
    """A score with every outcome: full, half, none, unknown and na."""
    to.serving(project, "batch")
    to.unmarked(project, "model1")
    to.only_recorded(project, "model2")
    to.outcome(project, "mon1", "failed")
    project.write(to.source("data1"), "def broken(:\n")
    return score(project.snapshot())


def test_the_json_obeys_its_schema(scored: TestScore) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    checker = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    data = json.loads(as_json(scored))
    assert list(checker.iter_errors(data)) == []
    assert {one["outcome"] for one in data["tests"].values()} == {
        "full",
        "half",
        "none",
        "unknown",
        "na",
    }
    assert (data["tests"]["mon3"]["points"], data["tests"]["mon3"]["remedy"]) == (None, None)
    assert data["tests"]["mon1"]["remedy"]["start"] == "poe contract"
    # model 5.5 of 7; monitoring 5 of 6 are 35 / 6; of data nothing can be read
    assert data["sections"]["model"]["sum"] == 5.5
    assert data["sections"]["monitoring"]["sum"] == pytest.approx(35 / 6)
    assert (data["final"], data["limiting"], data["starred"]) == (0, ["data"], True)
    for broken in (
        {**data, "final": 8},
        {**data, "schema": 2},
        {**data, "more": 1},
        {**data, "tests": {}},
    ):
        assert list(checker.iter_errors(broken))


@pytest.mark.parametrize("width", [60, 120])
def test_the_card_fits_and_shows_first_what_limits(scored: TestScore, width: int) -> None:
    lines = card(scored, width=width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert lines[0] == "ML Test Score 0* (data): research project"
    bars = [line.split()[0] for line in lines if re.search(r"[#.]{14}", line)]
    assert bars == ["data", "model", "monitoring", "infra"]
    text = " ".join(" ".join(lines).split())
    assert (
        text.index("Features and data") < text.index("Model development") < text.index("ML infra")
    )
    assert "limits the score" in text
    for one in scored.tests:
        assert f" {one.test.id} " in text
        if one.remedy:
            assert one.remedy.text.split()[0] in text
    assert "* tests that do not apply were left out" in text
    assert f"could not read {to.source('data1')}" in text
    assert "\x1b" not in text


def test_each_half_point_is_a_step_of_the_bar(project: Project) -> None:
    to.only_recorded(project, "mon2")
    lines = card(score(project.snapshot()), width=100).splitlines()
    assert [line.count("#") for line in lines if re.search(r"[#.]{14}", line)] == [13, 14, 14, 14]
    assert lines[0] == "ML Test Score 6.5 (monitoring): exceptional"


def test_no_text_of_the_repository_forges_a_line(project: Project) -> None:
    to.only_recorded(project, "data1", result="passed\x1b[31m\n✔ data1 full")
    scored = score(project.snapshot())
    assert as_data(scored)["tests"]["data1"]["points"] == 0
    for text in (card(scored), as_json(scored)):
        assert "\x1b" not in text
        assert "\n✔" not in text


def test_the_message_names_all_that_limits(project: Project) -> None:
    said = message(score(project.snapshot()).totals)
    assert said == "ML Test Score 7 (data, model, infra, monitoring): exceptional"


def run(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "FORCE_", "COLUMNS"))
    }
    return subprocess.run(
        [sys.executable, "-m", "trueline.cli", "score", *map(str, arguments)],
        capture_output=True, text=True, env={**kept, **env}, check=False,
    )  # fmt: skip


def test_the_command(project: Project, tmp_path: Path) -> None:
    to.unmarked(project, "infra5")
    project.commit()
    project.publish()
    plain = run(project.root, *AT, COLUMNS="70")
    assert (plain.returncode, plain.stderr) == (0, "")
    assert plain.stdout.startswith("ML Test Score 6 (infra): exceptional\n")
    assert max(map(cell_len, plain.stdout.splitlines())) <= 70
    data = run(project.root, *AT, "--format", "json", "--output", tmp_path / "score.json")
    assert (data.returncode, data.stdout) == (0, "")
    assert json.loads((tmp_path / "score.json").read_text("utf-8"))["final"] == 6
    assert run(project.root, *AT, "--fail-under", "6").returncode == 0
    missed = run(project.root, *AT, "--fail-under", "6.5")
    assert (missed.returncode, missed.stderr) == (
        1,
        "trueline: the score is 6, the target is 6.5\n",
    )
    assert run(project.root, *AT, PYTHONIOENCODING="ascii").returncode == 0


def test_bad_input_is_one_line(project: Project, tmp_path: Path) -> None:
    for arguments in (
        [tmp_path / "nowhere"],
        [project.root / "src"],
        [project.root, "--now", "yesterday"],
        [project.root, "--format", "badge"],
        [project.root, "--fail-under", "8"],
        [project.root, "--output", tmp_path / "no" / "folder.json"],
    ):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert re.fullmatch(r"trueline: [^\n]+\n", done.stderr), done.stderr


def test_an_empty_repository_scores_nothing(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    done = run(tmp_path, "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["final"]) == (0, 0), done.stderr
