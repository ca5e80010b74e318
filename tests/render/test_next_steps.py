"""A newcomer does what `trueline next` says, five times, and each time the project is more mature.

Nothing is done that the step does not tell of. CI is the one thing played here: what its jobs would
leave behind is pushed to branch `evidence` by the project's own script.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rendering import render
from trueline.evidence.snapshot import collect
from trueline.guidance.next import as_data
from trueline.maturity.score import Result, score
from unit.checker.building import Project
from unit.checker.reported import coverage, junit
from unit.report.running import run

# What somebody would write; a key is a field that waits for words.
TEAM = {
    "members": '["@my-org", "Ada <ada@acme.example>"]',
    "answers_for": "what this role decides, and the questions about it",
    "reviewed": "2026-06-01",
}
STEPS = {
    "what": "All images of the clinic's archive are joined with their diagnosis.",
    "why": "The archive is the only place that keeps both, and nobody edits it later.",
    "inputs": "[the archive of the clinic]",
    "outputs": "[one row for each image]",
}
RISK = {
    "risk": "The scanner is replaced, and images get a tint that no model has seen.",
    "likelihood": "low",
    "impact": "medium",
    "mitigation": "The drift report names the columns, and who is on duty stops the delivery.",
    "owner": '"@my-org"',
}
MKDOCS = "site_name: Churn\nplugins:\n  - mkdocstrings\n"


def filled(project: Project, path: str, words: dict[str, str]) -> None:
    """Answer each prompt of a form."""

    def answer(found: re.Match[str]) -> str:
        return f"{found[1]}{found[2]}: {words[found[2]]}"

    text = re.sub(r"(?m)^([ -]*)(\w+): # fill: .*$", answer, project.read(path))
    assert "fill:" not in text
    project.write(path, text)


def signed(project: Project, name: str) -> None:
    """Sign as somebody who looked at it."""
    project.commit(f"Write down what {name} asks for")
    said = "Gone through with those who are named, line by line."
    done = run("attest", name, project.root, "--statement", said, "--owner", "@my-org", "--yes")
    assert done.returncode == 0, done.stderr
    project.commit(f"Sign for {name}")


def push(_: Project, start: str) -> None:
    assert start == "git push"


def team(project: Project, start: str) -> None:
    begun(project, start)
    filled(project, "docs/project/team.yaml", TEAM)
    signed(project, "1.1.2")


def steps(project: Project, start: str) -> None:
    begun(project, start)
    filled(project, "docs/data/steps.yaml", STEPS)
    project.commit("Say what each data stage does, and why")


def reference(project: Project, start: str) -> None:
    assert start == "mkdocs.yml"
    project.write(start, MKDOCS)
    project.write("docs/reference.md", "# Reference\n\n::: ml_project\n")
    last = '  { cmd = "deptry src" },\n'
    project.edit("pyproject.toml", last, last + '  { cmd = "mkdocs build --strict" },\n')
    project.commit("Make a reference of the docstrings")


def risk(project: Project, start: str) -> None:
    filled(project, start, RISK)
    signed(project, "1.1.3")


# What is done for which statement; any other proposal is one that a newcomer cannot follow alone.
HANDS: dict[str, Callable[[Project, str], None]] = {
    "3.2.1": push,
    "1.1.2": team,
    "1.2.1": steps,
    "3.2.7": reference,
    "1.1.3": risk,
}


def begun(project: Project, start: str) -> None:
    """Run a step's own command, `trueline start FILE`."""
    program, command, path = start.split()
    assert (program, command) == ("trueline", "start")
    done = run(command, path, project.root)
    assert done.returncode == 0, done.stderr


def ci_passes(project: Project) -> None:
    """Push, and do what a green run of ci does: leave its reports on branch `evidence`."""
    project.git("push", "-q", "origin", "main")
    head, at = project.git("rev-parse", "HEAD"), datetime.now(UTC).isoformat()
    jobs = {job: {"result": "success"} for job in ("lint", "test", "pipeline")}
    nodes = [case.node for case in collect(project.root).suite.cases]
    reports = project.root.parent / "left" / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    told = {"source": "ci", "commit": head, "run_id": "7", "created_at": at, "jobs": jobs}
    (reports / "ci.json").write_text(json.dumps(told))
    (reports / "junit.xml").write_text(junit(dict.fromkeys(nodes, "passed"), commit=head, at=at))
    (reports / "coverage.xml").write_text(coverage())
    publish = [sys.executable, "scripts/publish_evidence.py", str(reports.parent)]
    subprocess.run(publish, cwd=project.root, check=True, capture_output=True)
    project.git("fetch", "-q", "origin")


def seen(project: Project) -> Result:
    return score(collect(project.root))


@pytest.mark.slow
def test_five_steps_each_win_at_least_one_statement(template_repo: Path, tmp_path: Path) -> None:
    project = Project(render(template_repo, tmp_path / "made", {}))
    project.git("init", "-q", "-b", "main")
    project.git("init", "-q", "--bare", "-b", "main", str(tmp_path / "origin.git"))
    project.git("remote", "add", "origin", f"file://{tmp_path / 'origin.git'}")
    project.git("config", "user.name", "Ada")
    project.git("config", "user.email", "ada@acme.example")
    project.commit("Made from the template")
    result, followed = seen(project), []
    for _ in range(5):
        (step,) = as_data(result, 1)["next"]
        name = step["id"]
        assert name in HANDS, f"a newcomer would be stuck at {name}: {step}"
        assert name not in followed, f"{name} was done as told, and is proposed again: {step}"
        HANDS[name](project, step["remedy"]["start"])
        ci_passes(project)
        before, result = result, seen(project)
        outcome = next(s for s in result.statements if s.entry.id == name)
        assert outcome.outcome.value == "met", f"{name}: {outcome.reason}"
        assert result.core.met > before.core.met, name
        followed.append(name)
    assert set(followed) == set(HANDS)
