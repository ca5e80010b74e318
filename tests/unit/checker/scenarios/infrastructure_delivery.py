"""2.1.4: a merge applies infrastructure."""

from __future__ import annotations

from unit.checker import delivered
from unit.checker.building import Project

from . import Scenarios

CD, DEPLOY = ".github/workflows/cd.yml", ".github/workflows/deploy.yml"
APPLY = "terraform -chdir=infra/environments/production apply -input=false -auto-approve"
GITLAB = f"""infra:
  stage: deploy
  environment: production
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - {APPLY}
"""
INLINE = f"""on:
  push:
    branches: [main]
jobs:
  infra:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: {APPLY}
"""
scenario = Scenarios("2.1.4")

scenario.simply(
    no_workflow=lambda p: p.remove(CD),
    no_event=lambda p: delivered.forget(p, "infra_deploy"),
    wrong_branch=lambda p: p.edit(CD, "branches: [main]", "branches: [release]"),
    other_paths=lambda p: p.edit(
        CD, "branches: [main]", "branches: [main]\n    paths: ['docs/**', 'src/**']"
    ),
    echo=lambda p: p.edit(DEPLOY, "run: terraform", "run: echo terraform"),
    never=lambda p: p.edit(CD, "    uses:", "    if: false\n    uses:", every=True),
    inline=lambda p: p.write(CD, INLINE),
    local_event=lambda p: delivered.update(p, "infra_deploy", source="local"),
)


@scenario("older-event")
def older_event(project: Project) -> None:
    before = project.git("rev-parse", "HEAD")
    project.edit("infra/modules/service/main.tf", "desired_count = 1", "desired_count = 2")
    project.commit("Two of it")
    delivered.update(project, "infra_deploy", git_sha=before)


@scenario("gitlab")
def gitlab(project: Project) -> None:
    project.edit(".copier-answers.yml", "forge: github", "forge: gitlab")
    project.remove(CD)
    project.write(".gitlab-ci.yml", GITLAB)
    delivered.update(project, "infra_deploy", source="gitlab:pipeline/7")
