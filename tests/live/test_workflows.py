"""The workflows of a made project, run for real: what passes, what fails, and what they leave."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from acting import act
from machine import Machine
from making import make_project

_SVG = "{http://www.w3.org/2000/svg}"


def _pushed(machine: Machine, template_repo: Path, answers: dict[str, Any]) -> Path:
    """Make a project, with its lock, and push it to a remote that stands for the forge."""
    project = make_project(machine, template_repo, answers)
    origin = machine.root / "origin.git"
    machine.run(["git", "init", "-q", "--bare", "-b", "main", str(origin)])
    machine.git("remote", "add", "origin", f"file://{origin}", cwd=project)
    machine.git("push", "-q", "origin", "main", cwd=project)
    return project


def _commit(machine: Machine, project: Path, message: str) -> None:
    machine.git("commit", "-qam", message, cwd=project)
    machine.git("push", "-q", "origin", "HEAD", cwd=project)


def _published(machine: Machine, path: str) -> str:
    return machine.git("show", f"evidence:{path}", cwd=machine.root / "origin.git")


def test_ci_on_main_checks_everything_and_publishes_the_evidence(
    template_repo: Path, fresh_machine: Machine
) -> None:
    project = _pushed(fresh_machine, template_repo, {})
    run = act(fresh_machine, project, "ci.yml", "push")
    assert run.code == 0, run.story
    jobs = ["lint", "test", "pipeline", "card", "findings", "publish"]
    assert run.results == dict.fromkeys(jobs, "success")
    card = run.summaries["card"]
    assert "## Maturity: core " in card
    assert "- [x] 3.2.1 " in card
    assert "- [ ] 2.2.9 " in card
    assert card.strip() == _published(fresh_machine, "checklist.md")

    origin = fresh_machine.root / "origin.git"
    head = fresh_machine.git("rev-parse", "main", cwd=origin)
    suite = ET.fromstring(_published(fresh_machine, "reports/junit.xml"))
    (counts,) = (one.attrib for one in suite.iter("testsuite"))
    assert int(counts["tests"]) >= 400
    assert (counts["failures"], counts["errors"], counts["skipped"]) == ("0", "0", "0")
    properties = {p.get("name"): p.get("value") for p in suite.iter("property")}
    assert properties["source"] == "ci"
    assert properties["commit"] == head
    result = json.loads(_published(fresh_machine, "check.json"))
    assert result["schema"] == 1
    # This run's own hooks count: the card is made from what the other jobs have just shown.
    assert result["statements"]["3.2.1"]["outcome"] == "met"
    assert (result["scored"], result["core"]["applicable"]) == (56, 41)
    assert json.loads(_published(fresh_machine, "check.sarif"))["version"] == "2.1.0"
    assert ET.fromstring(_published(fresh_machine, "badge.svg")).tag == f"{_SVG}svg"
    log = fresh_machine.git("log", "--format=%s", "evidence", cwd=origin)
    assert log == f"Evidence for {head}"
    assert fresh_machine.git("status", "--porcelain", cwd=project) == ""


def test_a_broken_test_and_a_badly_formatted_file_fail_a_pull_request(
    template_repo: Path, fresh_machine: Machine
) -> None:
    project = _pushed(fresh_machine, template_repo, {"phase": "exploration", "task": "regression"})
    # What fails is the point here; that the whole suite passes is seen elsewhere.
    fresh_machine.git("rm", "-rq", "tests", cwd=project)
    broken = project / "tests" / "test_broken.py"
    broken.parent.mkdir(exist_ok=True)
    broken.write_text("def test_sum() -> None:\n    assert 1+1 == 3\n")
    fresh_machine.git("add", "-A", cwd=project)
    _commit(fresh_machine, project, "Break two things")
    run = act(fresh_machine, project, "ci.yml", "pull_request")
    assert run.code == 1
    # Each job on its own; the card is shown all the same, and a pull request publishes nothing.
    assert run.results == {
        "lint": "failure",
        "test": "failure",
        "pipeline": "success",
        "card": "success",
    }, run.story
    assert run.failed_step("lint") == "The hooks pass on all files"
    assert run.failed_step("test") == "Tests"
    failed = [
        case.get("name")
        for case in ET.parse(run.artifacts / "tests" / "junit.xml").iter("testcase")
        if case.find("failure") is not None
    ]
    assert failed == ["test_sum"]
    assert "3.2.3" in run.summaries["card"]
    result = json.loads((run.artifacts / "evidence" / "check.json").read_text())
    assert result["statements"]["3.2.1"]["outcome"] == "partial"
    assert "did not pass" in result["statements"]["3.2.1"]["reason"]
    # What the change wins and loses stands below the card; a fork's token may not comment it.
    said = (run.artifacts / "evidence" / "diff.md").read_text()
    assert said.startswith("<!-- trueline: diff -->\n## Maturity: exploration core ")
    assert said.strip() in run.summaries["card"]
    branches = fresh_machine.git("branch", "--list", cwd=fresh_machine.root / "origin.git")
    assert branches.split() == ["*", "main"]


@pytest.mark.long
def test_what_cannot_even_start_its_tests_is_published_too(
    template_repo: Path, fresh_machine: Machine
) -> None:
    """The lock does not fit, so no test runs and no JUnit is written: the old badge has to go."""
    project = _pushed(fresh_machine, template_repo, {"phase": "exploration"})
    flattering = project / "build"
    flattering.mkdir()
    (flattering / "badge.svg").write_text("<svg>all is well</svg>")
    publish = ["python3", "scripts/publish_evidence.py", str(flattering)]
    fresh_machine.run(publish, project)
    (flattering / "badge.svg").unlink()
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().replace("dependencies = [", 'dependencies = ["idna",'))
    _commit(fresh_machine, project, "Forget the lock")
    run = act(fresh_machine, project, "ci.yml", "push")
    assert run.code == 1
    assert run.results == {
        "lint": "failure",
        "test": "failure",
        "pipeline": "failure",
        "card": "success",
        "findings": "success",
        "publish": "success",
    }, run.story
    assert ET.fromstring(_published(fresh_machine, "badge.svg")).tag == f"{_SVG}svg"
    result = json.loads(_published(fresh_machine, "check.json"))
    assert result["statements"]["3.2.3"]["outcome"] != "met"
    noted = json.loads(_published(fresh_machine, "reports/ci.json"))
    assert noted["jobs"]["test"]["result"] == "failure"
    listed = fresh_machine.git(
        "ls-tree", "-r", "--name-only", "evidence", cwd=fresh_machine.root / "origin.git"
    )
    left = ["badge.svg", "check.json", "check.sarif", "checklist.md", "reports/ci.json"]
    assert listed.split() == left


@pytest.mark.long
def test_each_day_the_ml_test_score_is_run_and_published(
    template_repo: Path, fresh_machine: Machine
) -> None:
    project = _pushed(fresh_machine, template_repo, {})
    run = act(fresh_machine, project, "operate.yml", "schedule")
    assert run.code == 0, run.story
    assert run.results == {"ml-tests": "success", "publish": "success"}
    suite = ET.fromstring(_published(fresh_machine, "reports/ml_test.xml"))
    (counts,) = (one.attrib for one in suite.iter("testsuite"))
    assert (counts["failures"], counts["errors"], counts["skipped"]) == ("0", "0", "0")
    said = [(p.get("name"), p.get("value")) for p in suite.iter("property")]
    assert {value for name, value in said if name == "ml_test_data"} == {"sample"}
    assert len({value for name, value in said if name == "ml_test"}) == 28
    fresh_machine.git("fetch", "-q", "origin", "evidence:refs/remotes/origin/evidence", cwd=project)
    score = json.loads(
        fresh_machine.run(["trueline", "score", ".", "--format", "json"], project).stdout
    )
    # On the sample's data nothing is proven: each test earns half of what it could.
    worth = [test["points"] for test in score["tests"].values()]
    assert (len(worth), set(worth)) == (28, {0.5})


def test_align_passes_until_a_file_of_the_template_is_edited(
    template_repo: Path, fresh_machine: Machine
) -> None:
    project = _pushed(fresh_machine, template_repo, {})
    clean = act(fresh_machine, project, "align.yml", "workflow_dispatch")
    assert clean.code == 0, clean.story
    assert clean.summaries["align"].startswith("### Alignment with the template\n```text\n")

    workflow = project / ".github" / "workflows" / "ci.yml"
    workflow.write_text(workflow.read_text().replace("poe test", "poe test || true"))
    (project / "src" / "ml_project" / "settings.py").write_text("# the user's own\n")
    _commit(fresh_machine, project, "Swallow failures, and edit a shared file")
    edited = act(fresh_machine, project, "align.yml", "schedule")
    assert edited.code == 1
    assert edited.failed_step("align") == "Compare, in the job summary"
    assert ".github/workflows/ci.yml" in edited.summaries["align"]


@pytest.mark.parametrize(
    "answers", [{}, {"phase": "exploration"}], ids=["production", "exploration"]
)
def test_workflows_are_valid_and_hold_no_known_weakness(
    template_repo: Path, fresh_machine: Machine, answers: dict[str, Any]
) -> None:
    project = make_project(fresh_machine, template_repo, answers, sync=False)
    workflows = sorted(str(f) for f in (project / ".github" / "workflows").iterdir())
    operating = [] if answers else ["operate.yml"]
    assert [Path(f).name for f in workflows] == ["align.yml", "ci.yml", *operating]
    fresh_machine.run(["zizmor", "--offline", "--no-progress", *workflows])
    schemas = {
        "vendor.github-workflows": workflows,
        "vendor.renovate": [str(project / "renovate.json")],
    }
    for schema, files in schemas.items():
        fresh_machine.run(["check-jsonschema", "--builtin-schema", schema, *files])
    # The two linters look: a workflow with a hole and one with a typo are found.
    hole = fresh_machine.root / "hole.yml"
    hole.write_text(
        "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - run: echo ${{ github.event.pull_request.title }}\n"
    )
    assert fresh_machine.run(["zizmor", "--offline", str(hole)], check=False).returncode >= 10
    hole.write_text("on: push\njobs: {a: {runs-on: ubuntu-latest, step: []}}\n")
    schema = ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(hole)]
    assert fresh_machine.run(schema, check=False).returncode == 1
