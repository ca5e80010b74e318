"""Projects on GitLab: an honest one meets what CI proves, and the usual tricks earn nothing there either."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from trueline.maturity.score import Outcome, score
from trueline.testscore import scoring as testscore
from unit.checker.building import Project
from unit.checker.forge import Gitlab, Pull
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


BOTH = """
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
"""
MERGED = """
  rules:
    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
"""
DAILY = """
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
"""
STARTED = """
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
    - if: $CI_PIPELINE_SOURCE == "trigger"
"""
JOBS = {
    "lint": ("check", BOTH, ["uv lock --check", "uv run pre-commit run --all-files"]),
    "docs": ("check", BOTH, ["uv run mkdocs build --strict"]),
    "test": ("check", BOTH, ["uv run poe test"]),
    "features": (
        "check",
        BOTH,
        [
            "uv build --wheel",
            "uv run --isolated --no-project --with dist/*.whl --with pytest pytest tests/features",
        ],
    ),
    "alerts": ("check", BOTH, ["promtool test rules monitoring/rules_test.yml"]),
    "infra": (
        "check",
        BOTH,
        [
            "docker compose config --quiet",
            "terraform fmt -check -recursive infra",
            "terraform -chdir=infra/environments/staging validate",
            "terraform -chdir=infra/environments/production validate",
            "hadolint Dockerfile",
            "terraform -chdir=infra/modules/service test -test-directory=../../tests",
        ],
    ),
    "build": ("build", MERGED, ["docker build -t churn .", "docker push churn"]),
    "model": ("model", MERGED, ["uv run dvc repro evaluate"]),
    "gate": ("gate", MERGED, ["uv run python -m churn register"]),
    "load": ("operate", DAILY, ['uv run poe load-test --host "$API_URL"']),
    "monitor": ("operate", DAILY, ["uv run poe monitor", "uv run poe ml-tests"]),
    "train": ("operate", STARTED, ["uv run poe pipeline"]),
}
DEPLOYS = """
.deploy:
  id_tokens: {AWS_TOKEN: {aud: "https://gitlab.acme.example"}}
  script:
    - terraform -chdir=infra/environments/$CI_ENVIRONMENT_NAME apply -input=false -auto-approve
""" + "".join(
    f"{name}:\n  extends: .deploy\n  stage: {name}\n  environment: {name}{MERGED}"
    for name in ("staging", "production")
)
STAGES = "stages: [check, build, model, gate, staging, production, operate]\n"
WHOLE = f'{STAGES}default: {{image: "python:3.11"}}\n{DEPLOYS}' + "".join(
    f"{name}:\n  stage: {stage}\n  script: {json.dumps(script)}{rules}"
    for name, (stage, rules, script) in JOBS.items()
)


def test_all_that_is_met_on_github_is_met_on_gitlab(project: Project, gitlab: Gitlab) -> None:
    moved(project, WHOLE)
    gitlab.pulls.insert(0, Pull(99, [project.commit("To GitLab")]))
    project.evidence = {
        path: content.replace("github:run", "gitlab:pipeline")
        for path, content in project.evidence.items()
    }
    snapshot = project.snapshot()
    found = {s.entry.id: (s.outcome, s.reason) for s in score(snapshot).statements}
    assert {id_: why for id_, why in found.items() if why[0] is not MET} == {}
    assert {one.points for one in testscore.score(snapshot).tests} == {1}


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
    project.holds(statement, expected, change)
