"""Projects on GitLab: an honest one meets what CI proves, and the usual tricks earn nothing there either."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from trueline.maturity.score import Outcome
from unit.checker.building import Project
from unit.checker.test_gitlab import RECOMMENDED

CI = """
stages: [check, test]
default: {image: "python:3.11"}
lint:
  stage: check
  script:
    - uv lock --check
    - uv run pre-commit run --all-files
test:
  stage: test
  script: [uv run poe test]
"""


def moved(project: Project, content: str = CI) -> None:
    """Let the project be one on GitLab."""
    project.remove(".github/workflows")
    project.edit(".copier-answers.yml", "task:", "forge: gitlab\ntask:")
    project.write(".gitlab-ci.yml", content)


MET, PARTIAL, UNMET, UNKNOWN = Outcome.MET, Outcome.PARTIAL, Outcome.UNMET, Outcome.UNKNOWN


@pytest.mark.parametrize("head", ["", RECOMMENDED])
def test_an_honest_project_on_gitlab_meets_what_ci_proves(project: Project, head: str) -> None:
    moved(project, head + CI)
    worth = {s.entry.id: (s.outcome, s.reason) for s in project.result().statements}
    for statement in ("2.2.5", "3.2.1", "3.2.3"):
        assert worth[statement][0] is MET, worth[statement]


def included(project: Project) -> None:
    project.write("ci/checks.yml", CI.replace("stages: [check, test]\n", ""))
    moved(project, "include: [{local: ci/*.yml}]\nstages: [check, test]\n")


def broken(project: Project) -> None:
    project.write("ci/checks.yml", "test: [")
    moved(project, "include: /ci/checks.yml\n")


CASES: list[tuple[str, Outcome, Callable[[Project], object]]] = [
    ("3.2.3", PARTIAL, lambda p: moved(p, CI.replace("  stage: test", "  stage: test\n  allow_failure: true"))),
    ("3.2.3", UNMET, lambda p: moved(p, CI.replace("  stage: test", "  stage: test\n  when: manual"))),
    ("3.2.3", UNMET, lambda p: moved(p, CI.replace("  stage: test", "  stage: test\n  only: [main]"))),
    ("3.2.3", UNMET, lambda p: moved(p, CI.replace("  stage: test", "  stage: test\n  only: {changes: [docs/**]}"))),
    ("3.2.3", UNMET, lambda p: moved(p, CI.replace("test:\n", ".test:\n"))),
    ("3.2.3", MET, included),
    ("3.2.3", UNKNOWN, broken),
    ("3.2.3", UNKNOWN, lambda p: moved(p, "include: ci/checks.yml\n" + CI)),
    ("3.2.3", UNKNOWN, lambda p: moved(p, "include: [{template: Python.gitlab-ci.yml}]\n")),
    ("3.2.3", UNKNOWN, lambda p: moved(p, "test: [")),
    ("3.2.3", UNMET, lambda p: moved(p, "")),
    ("3.2.1", PARTIAL, lambda p: moved(p, CI.replace("--all-files", "--all-files || true"))),
    ("2.2.5", PARTIAL, lambda p: moved(p, CI.replace("3.11", "3.13"))),
    # A file of the other forge never runs.
    ("3.2.3", MET, lambda p: p.write(".gitlab-ci.yml", "test: {script: echo}\n")),
    ("3.2.3", UNMET, lambda p: p.edit(".copier-answers.yml", "task:", "forge: gitlab\ntask:")),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected", "change"), CASES)
def test_a_change_on_gitlab(
    project: Project, statement: str, expected: Outcome, change: Callable[[Project], object]
) -> None:
    change(project)
    found = next(s for s in project.result().statements if s.entry.id == statement)
    assert found.outcome is expected, found.reason
