"""Whole projects: fresh copies of the template, and the mature one in odd places."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import copier
import pytest
import yaml
from trueline.evidence.snapshot import collect
from trueline.maturity.catalogue import load
from trueline.maturity.score import Outcome, Result, score
from trueline.report.badge import message
from unit.checker.building import NOW, Project, outcome, released

EXPECTED = yaml.safe_load((Path(__file__).parent / "expected.yaml").read_text("utf-8"))
WHOLE = {case["id"]: case for case in EXPECTED["projects"]}
ANSWERS: dict[str, dict[str, Any]] = {
    "fresh": {},
    "batch": {"serving": "batch"},
    "both": {"serving": "both"},
    "realtime": {"serving": "realtime"},
    "exploration": {"phase": "exploration"},
    "all-signed": {},
    "no-answers": {},
}


@pytest.fixture(scope="module")
def made(template_repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Project]:
    """Make a project from the template as it stands; each combination of answers once."""
    known: dict[str, Path] = {}

    def make(target: Path, answers: dict[str, Any]) -> Project:
        key = repr({"serving": "realtime", **answers})
        if key not in known:
            known[key] = tmp_path_factory.mktemp("made") / "project"
            source = f"git+file://{template_repo}"
            copier.run_copy(
                source, known[key], data=answers, defaults=True, vcs_ref="main", quiet=True
            )
        project = Project(target)
        subprocess.run(["cp", "-r", str(known[key]), str(target)], check=True)
        project.git("init", "-q", "-b", "main")
        project.commit("Copy of the template")
        return project

    return make


def sign_everything(project: Project) -> None:
    record = {
        "claim": "met",
        "owner": next(w for w in project.read(".github/CODEOWNERS").split() if w.startswith("@")),
        "evidence": ["README.md"],
        "reviewed_on": "2026-06-30",
        "reviewed_commit": project.git("rev-parse", "HEAD"),
    }
    records = [{"id": statement, **record} for statement in EXPECTED["statements"]]
    project.write("maturity.yaml", yaml.safe_dump({"schema": 1, "attestations": records}))
    project.commit("All signed")


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_a_fresh_copy(made: Callable[..., Project], tmp_path: Path, name: str) -> None:
    project = made(tmp_path / "project", ANSWERS[name])
    if name == "all-signed":
        sign_everything(project)
    if name == "no-answers":
        project.remove(".copier-answers.yml")
        project.commit("No answers")
    # The released digests of the package itself: unedited prose must earn nothing.
    result = score(collect(project.root, now=NOW))
    _hold(WHOLE[name], result)
    assert bool(result.assumed) is (name == "no-answers")


def _hold(case: dict[str, Any], result: Result) -> None:
    outcomes = {s.entry.id: s.outcome for s in result.statements}
    reasons = {s.entry.id: s.reason for s in result.statements}
    expected = {statement: Outcome(value) for statement, value in case.get("expect", {}).items()}
    assert {s: outcomes[s] for s in expected} == expected, reasons
    for statement in case.get("not_met", []):
        assert outcomes[statement] is not Outcome.MET, reasons[statement]
    for statement in case.get("never_na", []):
        assert outcomes[statement] is not Outcome.NA, reasons[statement]
    if "applicable" in case:
        assert result.core.applicable == case["applicable"]
    assert case.get("badge_contains", "") in message(result.core, result.phase)


def test_every_project_of_the_list_is_tested_here_or_alive() -> None:
    # `demo` needs a project whose pipeline, tests and monitoring really ran: the live lane has it.
    assert set(WHOLE) == {*ANSWERS, "shallow", "worktree", "hostile-code", "demo"}


def test_a_shallow_clone_cannot_tell_when_the_review_was(project: Project, tmp_path: Path) -> None:
    project.snapshot()
    url = project.root.as_uri()
    subprocess.run(["git", "clone", "-q", "--depth", "1", url, str(tmp_path / "thin")], check=True)
    _hold(WHOLE["shallow"], score(collect(tmp_path / "thin", now=NOW, texts=released())))


def test_a_shallow_evidence_branch_makes_no_shallow_history(
    project: Project, tmp_path: Path
) -> None:
    project.publish()
    project.evidence["reports/extra.json"] = "{}"
    project.publish()
    url = project.root.as_uri()
    whole = tmp_path / "whole"
    subprocess.run(["git", "clone", "-q", "--single-branch", url, str(whole)], check=True)
    fetched = ["fetch", "-q", "--depth=1", "origin", "evidence:refs/remotes/origin/evidence"]
    subprocess.run(["git", "-C", str(whole), *fetched], check=True)
    snapshot = collect(whole, now=NOW, texts=released())
    assert (whole / ".git/shallow").exists()
    assert not snapshot.shallow
    assert outcome(score(snapshot), "1.1.3") is Outcome.MET
    assert outcome(score(snapshot), "3.2.3") is Outcome.MET


def test_a_linked_worktree_is_a_repository(project: Project, tmp_path: Path) -> None:
    project.publish()
    project.git("worktree", "add", "-q", "-b", "second", str(tmp_path / "second"))
    assert (tmp_path / "second" / ".git").is_file()
    _hold(WHOLE["worktree"], score(collect(tmp_path / "second", now=NOW, texts=released())))


def test_nothing_of_the_repository_is_run_or_changed(project: Project) -> None:
    sentinel = project.root.parent / "SENTINEL"
    touch = f"touch {sentinel}"
    python = f"import pathlib\npathlib.Path({str(sentinel)!r}).touch()\n"
    for path in (
        "conftest.py",
        "setup.py",
        "noxfile.py",
        "tests/conftest.py",
        "src/churn/__init__.py",
    ):
        project.write(path, python)
    project.edit("dvc.yaml", "cmd: python -m churn ingest", f"cmd: {touch}")
    project.edit("pyproject.toml", "pytest --junitxml=reports/junit.xml", touch)
    project.write("Makefile", f"X := $(shell {touch})\ntest:\n\t{touch}\n")
    project.commit("Hostile")
    project.publish()
    for name in ("post-index-change", "pre-commit", "fsmonitor-watchman", "reference-transaction"):
        hook = project.root / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{touch}\n")
        hook.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "core.editor"):
        project.git("config", key, touch)
    sentinel.unlink(missing_ok=True)
    before = _content(project.root)

    result = score(collect(project.root, now=NOW, texts=released()))

    assert len(result.statements) == len(load().entries)
    assert not sentinel.exists()
    assert _content(project.root) == before


def _content(root: Path) -> dict[Path, tuple[bytes, int]]:
    files = [path for path in root.rglob("*") if path.is_file()]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
