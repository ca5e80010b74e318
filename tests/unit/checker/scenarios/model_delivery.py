"""2.2.4: a merge deploys changes of ML code."""

from __future__ import annotations

import re

from unit.checker import delivered
from unit.checker.building import Project

from . import Scenarios

CD = ".github/workflows/cd.yml"
ONE_JOB = """  model:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: uv run dvc repro evaluate
      - run: uv run python -m churn register
"""
scenario = Scenarios("2.2.4")

scenario.simply(
    no_workflow=lambda p: p.remove(CD),
    no_event=lambda p: delivered.forget(p, "model_deployed"),
    no_order=lambda p: p.write(CD, re.sub(r"    needs: \w+\n", "", p.read(CD))),
    commented_gate=lambda p: p.edit(
        CD,
        "run: uv run python -m churn register",
        "run: |\n          # uv run python -m churn register\n          true",
    ),
    local_event=lambda p: delivered.update(p, "model_deployed", source="local"),
)


def moved_on(project: Project) -> str:
    """Make one more commit; return the one before."""
    before = project.git("rev-parse", "HEAD")
    project.commit("One more")
    return before


def spared(project: Project, reason: str) -> None:
    """Let production run HEAD's parent, with an event that HEAD needs no deployment."""
    before = moved_on(project)
    delivered.update(project, "model_deployed", git_sha=before)
    fields = {"reason": reason, "source": "github:run/8"}
    delivered.change(
        project,
        lambda found: found.append(
            delivered.event("31", "no_deploy_needed", 5, "production", **fields)
        ),
    )


@scenario("only-staging")
def only_staging(project: Project) -> None:
    delivered.update(project, "model_deployed", "production", git_sha=moved_on(project))


@scenario("behind")
def behind(project: Project) -> None:
    delivered.update(project, "model_deployed", git_sha=moved_on(project))


@scenario("no-reason")
def no_reason(project: Project) -> None:
    spared(project, "")


@scenario("documentation-only")
def documentation_only(project: Project) -> None:
    spared(project, "documentation only")


@scenario("one-job")
def one_job(project: Project) -> None:
    text = project.read(CD)
    start, end = text.index("  model:\n"), text.index("  staging:\n")
    rest = text[end:].replace("needs: gate", "needs: model")
    project.write(CD, text[:start] + ONE_JOB + rest)
