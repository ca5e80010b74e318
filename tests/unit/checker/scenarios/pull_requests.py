"""2.2.3: what the forge says, and what only looks like it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from unit.checker.building import Project
from unit.checker.forge import Github

from . import Scenarios

scenario = Scenarios("2.2.3")


@dataclass(frozen=True)
class Asked:
    """A project, the forge that knows it, and the environment that leads there."""

    project: Project
    github: Github
    env: pytest.MonkeyPatch


@scenario("no-token")
def no_token(asked: Asked) -> None:
    asked.env.delenv("GITHUB_TOKEN")


@scenario("empty-token")
def empty_token(asked: Asked) -> None:
    asked.env.setenv("GITHUB_TOKEN", "")


@scenario("no-remote")
def no_remote(asked: Asked) -> None:
    asked.env.delenv("GITHUB_REPOSITORY")


@scenario("file-only")
def file_only(asked: Asked) -> None:
    asked.env.delenv("GITHUB_TOKEN")
    rules = {"target": "branch", "enforcement": "active", "rules": [{"type": "pull_request"}]}
    asked.project.write(".github/rulesets/main.json", json.dumps(rules))


@scenario("signed")
def signed(asked: Asked) -> None:
    asked.env.delenv("GITHUB_TOKEN")
    asked.project.edit("maturity.yaml", '"1.1.3"', '"2.2.3"')


@scenario("no-rule", "switched-off")
def no_rule(asked: Asked) -> None:
    # GitHub lists only rules of active rulesets for a branch.
    asked.github.rules = []


@scenario("refused")
def refused(asked: Asked) -> None:
    asked.github.status = 403


@scenario("bypass")
def bypass(asked: Asked) -> None:
    asked.github.rulesets["1"]["bypass_actors"] = [{"actor_id": 5, "actor_type": "RepositoryRole"}]


@scenario("direct-push")
def direct_push(asked: Asked) -> None:
    asked.github.pulls[asked.project.commits["Own model"]] = []
