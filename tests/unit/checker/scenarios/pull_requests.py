"""2.1.3 and 2.2.3: what the forge says, and what only looks like it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from unit.checker.building import Project
from unit.checker.forge import Github, Gitlab

from . import Scenarios


@dataclass(frozen=True)
class Asked:
    """A project, the forge that knows it, and the environment that leads there."""

    project: Project
    github: Github
    env: pytest.MonkeyPatch
    request: pytest.FixtureRequest

    def gitlab(self) -> Gitlab:
        """Move to GitLab, where the same is known, and let the project say so."""
        forge: Gitlab = self.request.getfixturevalue("gitlab")
        answers = self.project.read(".copier-answers.yml")
        self.project.write(".copier-answers.yml", f"{answers}forge: gitlab\n")
        return forge


code, infrastructure = Scenarios("2.2.3"), Scenarios("2.1.3")


@code("no-token")
@infrastructure("no-token")
def no_token(asked: Asked) -> None:
    asked.env.delenv("GITHUB_TOKEN")


@code("empty-token")
def empty_token(asked: Asked) -> None:
    asked.env.setenv("GITHUB_TOKEN", "")


@code("no-remote")
def no_remote(asked: Asked) -> None:
    asked.env.delenv("GITHUB_REPOSITORY")


@code("file-only")
@infrastructure("file-only")
def file_only(asked: Asked) -> None:
    asked.env.delenv("GITHUB_TOKEN")
    rules = {"target": "branch", "enforcement": "active", "rules": [{"type": "pull_request"}]}
    asked.project.write(".github/rulesets/main.json", json.dumps(rules))


def signed(asked: Asked, statement: str) -> None:
    asked.env.delenv("GITHUB_TOKEN")
    asked.project.edit("maturity.yaml", '"1.1.3"', f'"{statement}"')


code.simply(signed=lambda asked: signed(asked, "2.2.3"))
infrastructure.simply(signed=lambda asked: signed(asked, "2.1.3"))


@code("no-rule")
@infrastructure("no-rule")
def no_rule(asked: Asked) -> None:
    asked.github.rulesets.clear()


@code("switched-off")
def switched_off(asked: Asked) -> None:
    asked.github.rulesets[1]["enforcement"] = "disabled"


@infrastructure("only-evaluated")
def only_evaluated(asked: Asked) -> None:
    asked.github.rulesets[1]["enforcement"] = "evaluate"


@infrastructure("other-branch")
def other_branch(asked: Asked) -> None:
    asked.github.rulesets[1]["branches"] = ["develop"]


@code("refused")
def refused(asked: Asked) -> None:
    asked.github.status = 403


@code("bypass")
def bypass(asked: Asked) -> None:
    asked.github.rulesets[1]["bypass_actors"] = [{"actor_id": 5, "actor_type": "RepositoryRole"}]


@code("direct-push")
def direct_push(asked: Asked) -> None:
    asked.github.drop(asked.project.commits["Own model"])


@infrastructure("direct-push")
def pushed_infrastructure(asked: Asked) -> None:
    asked.github.drop(asked.project.commits["infra 2"])


@infrastructure("closed-request")
def closed_request(asked: Asked) -> None:
    asked.github.of(asked.project.commits["infra 2"])[0].merged_at = None


@infrastructure("classic")
def classic(asked: Asked) -> None:
    asked.github.rulesets.clear()
    asked.github.classic = {
        "required_pull_request_reviews": {"required_approving_review_count": 1},
        "enforce_admins": {"enabled": True},
    }


@infrastructure("direct-elsewhere")
def direct_elsewhere(asked: Asked) -> None:
    asked.github.drop(asked.project.commits["reviewed"])
