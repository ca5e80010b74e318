"""2.1.4: a merge applies infrastructure."""

from __future__ import annotations

from unit.checker import delivered
from unit.checker.building import Project

from . import Scenarios

CD = ".github/workflows/cd.yml"
APPLY = "terraform -chdir=infra/environments/production apply"
GITLAB = f"""infra:
  stage: deploy
  environment: production
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - {APPLY} -input=false -auto-approve
"""
REUSABLE = f"""on:
  workflow_call:
    inputs:
      environment: {{type: string}}
jobs:
  apply:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: {APPLY} -input=false -auto-approve
"""
scenario = Scenarios("2.1.4")

scenario.simply(
    no_workflow=lambda p: p.remove(CD),
    no_event=lambda p: delivered.forget(p, "infra_deploy"),
    wrong_branch=lambda p: p.edit(CD, "branches: [main]", "branches: [release]"),
    other_paths=lambda p: p.edit(
        CD, "branches: [main]", "branches: [main]\n    paths: ['docs/**', 'src/**']"
    ),
    echo=lambda p: p.edit(CD, APPLY, "echo terraform apply"),
    never=lambda p: p.edit(CD, "  infra:\n", "  infra:\n    if: false\n"),
    local_event=lambda p: delivered.update(p, "infra_deploy", source="local"),
)


@scenario("older-event")
def older_event(project: Project) -> None:
    before = project.git("rev-parse", "HEAD")
    project.edit("infra/modules/service/main.tf", "desired_count = 1", "desired_count = 2")
    project.commit("Two of it")
    delivered.update(project, "infra_deploy", git_sha=before)


@scenario("reusable")
def reusable(project: Project) -> None:
    before = project.read(CD).partition("  infra:\n")[0]
    project.write(CD, before + "  infra:\n    uses: ./.github/workflows/deploy.yml\n")
    project.write(".github/workflows/deploy.yml", REUSABLE)


@scenario("gitlab")
def gitlab(project: Project) -> None:
    project.edit(".copier-answers.yml", "forge: github", "forge: gitlab")
    project.remove(CD)
    project.write(".gitlab-ci.yml", GITLAB)
    delivered.update(project, "infra_deploy", source="gitlab:pipeline/7")
