"""Forms of a result: counts, badge, JSON, card; and the command around them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import trueline.report
import yaml
from rich.cells import cell_len
from trueline.maturity.score import Core, Outcome, Result, count
from trueline.report.badge import GREEN, GREY, RED, colour, endpoint, headline, message, svg
from trueline.report.card import card
from trueline.report.document import as_data, as_json
from trueline.report.sections import coverage
from unit.checker.building import Project, outcome

HERE = Path(__file__).parent
COUNTS = yaml.safe_load((HERE / "expected.yaml").read_text("utf-8"))["counts"]
SCHEMA = json.loads(
    (Path(trueline.report.__file__).parent / "check.schema.json").read_text("utf-8")
)


WAIVER = """waivers:
  - id: "2.2.3"
    reason: The [forge] moves.
    owner: "@acme/churn"
    expires: 2026-08-01
"""


@pytest.fixture
def result(project: Project) -> Result:
    """A result with every kind of line: met, partial, unknown, waived, unreadable."""
    project.write("maturity.yaml", project.read("maturity.yaml") + WAIVER)
    project.edit("Dockerfile", "@sha256:", "@md5:")
    project.write("monitoring/rules.yml", "groups: [")
    return project.result()


@pytest.mark.parametrize("case", COUNTS, ids=[case["id"] for case in COUNTS])
def test_counts_and_badge(case: dict[str, Any]) -> None:
    core = count(o for name, n in case["outcomes"].items() for o in [Outcome(name)] * n)
    assert {key: getattr(core, key) for key in case["core"]} == case["core"]
    assert message(core) in case["badge"]
    assert (colour(core) == GREY) is case["grey"]


def test_the_colour_follows_the_share() -> None:
    assert colour(Core(met=12)) == GREEN
    assert colour(Core(met=1, unmet=11)) == RED
    assert colour(Core(na=12)) == GREY
    assert message(Core(met=3, unmet=5), "exploration") == "exploration core 3/8"


def test_the_json_obeys_its_schema(result: Result) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    checker = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    data = json.loads(as_json(result))
    assert list(checker.iter_errors(data)) == []
    assert data["statements"]["2.2.5"]["outcome"] == "partial"
    assert data["statements"]["2.2.5"]["evidence"][0] == {
        "path": "Dockerfile",
        "line": 1,
        "detail": "",
    }
    assert data["statements"]["2.2.5"]["remedy"]["effort"] == "days"
    assert data["unreadable"] == [
        {"path": "monitoring/rules.yml", "problem": "not valid YAML at line 2"}
    ]
    for broken in ({**data, "core": {}}, {**data, "schema": 2}, {**data, "more": 1}):
        assert list(checker.iter_errors(broken))


def test_a_waiver_is_shown_and_counts_for_nothing(result: Result) -> None:
    assert outcome(result, "2.2.3") is Outcome.UNKNOWN
    assert as_data(result)["statements"]["2.2.3"]["waived"]["expires"] == "2026-08-01"
    assert "waived until 2026-08-01 by @acme/churn: The [forge] moves." in card(result, width=100)
    # Nobody asked the forge, and the rules of monitoring are broken.
    unknown = [s for s in result.statements if s.outcome is Outcome.UNKNOWN and s.entry.core]
    assert result.core.unknown == len(unknown) >= 3


def test_the_score_is_pure(project: Project) -> None:
    from trueline.maturity.score import score

    snapshot = project.snapshot()
    first = score(snapshot)
    project.remove("src", "conf")
    assert score(snapshot) == first


@pytest.mark.parametrize("width", [60, 120])
def test_the_card_fits(result: Result, width: int) -> None:
    lines = card(result, width=width).splitlines()
    assert max(map(cell_len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert coverage(result) in text
    assert "→" in text
    assert "could not read monitoring/rules.yml" in text
    for statement in result.statements:
        assert statement.entry.id in text
        assert statement.reason.split()[0] in text
    assert "\x1b" not in text


def test_the_badge_is_a_picture_that_reads_itself_aloud(result: Result) -> None:
    root = ElementTree.fromstring(svg(result))
    names = {"svg": "http://www.w3.org/2000/svg"}
    title = root.find("svg:title", names)
    assert title is not None
    assert title.text == f"maturity: {headline(result)}"
    assert root.get("aria-labelledby") == title.get("id")
    assert not re.search(r"href|url\(http|<script|<image", svg(result))


def test_shields_reads_the_endpoint(result: Result) -> None:
    body = json.loads(endpoint(result))
    assert body["schemaVersion"] == 1
    assert body["message"] == headline(result)
    assert set(body) == {"schemaVersion", "label", "message", "color"}


def run(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "FORCE_", "COLUMNS"))
    }
    return subprocess.run(
        [sys.executable, "-m", "trueline.cli", "check", *map(str, arguments)],
        capture_output=True, text=True, env={**kept, **env}, check=False,
    )  # fmt: skip


def test_the_command_writes_what_it_is_asked_for(project: Project, tmp_path: Path) -> None:
    project.publish()
    at = ("--now", "2026-07-01T00:00:00Z")
    plain = run(project.root, *at, COLUMNS="70")
    assert (plain.returncode, plain.stderr) == (0, "")
    assert "\x1b" not in plain.stdout
    assert max(map(cell_len, plain.stdout.splitlines())) <= 70
    data = run(project.root, *at, "--format", "json", "--output", tmp_path / "check.json")
    assert (data.returncode, data.stdout) == (0, "")
    assert json.loads((tmp_path / "check.json").read_text("utf-8"))["now"] == at[1]
    assert run(project.root, *at, "--format", "badge").stdout.startswith("<svg")
    assert list(tmp_path.glob(".*part")) == []


def test_a_target_that_is_missed_is_a_finding(project: Project) -> None:
    project.publish()
    at = ("--now", "2026-07-01T00:00:00Z")
    met = json.loads(run(project.root, *at, "--format", "json").stdout)["core"]["met"]
    assert met >= 10
    assert run(project.root, *at, "--fail-under", str(met)).returncode == 0
    missed = run(project.root, *at, "--fail-under", str(met + 1))
    assert (missed.returncode, missed.stderr.count("\n")) == (1, 1)
    project.write(
        "maturity.yaml", project.read("maturity.yaml") + f"targets: {{core: {met + 1}}}\n"
    )
    assert run(project.root, *at).returncode == 1


def test_bad_input_is_one_line(project: Project, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for arguments in (
        [tmp_path / "nowhere"],
        [tmp_path / "file"],
        [tmp_path / "empty"],
        [project.root / "src"],
        [project.root, "--now", "yesterday"],
        [project.root, "--format", "pdf"],
        [project.root, "--output", tmp_path / "no" / "folder.json", "--format", "json"],
        [project.root, "--fail-under", "-1"],
    ):
        done = run(*arguments)
        assert done.returncode == 2, arguments
        assert done.stdout == ""
        assert re.fullmatch(r"trueline: [^\n]+\n", done.stderr), done.stderr


def test_a_repository_without_a_commit_can_be_checked(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    done = run(tmp_path, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["commit"] is None
