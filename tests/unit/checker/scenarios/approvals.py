"""3.1.2 and 3.2.4: who agreed, and who only seems to have."""

from __future__ import annotations

import json

import yaml
from unit.checker.forge import Pull

from . import Scenarios
from .pull_requests import Asked, no_token, signed

infrastructure, code = Scenarios("3.1.2"), Scenarios("3.2.4")
infrastructure("no-token")(no_token)
code("no-token")(no_token)


@infrastructure("count-0")
@code("no-review-rule")
def no_review(asked: Asked) -> None:
    asked.github.rule["required_approving_review_count"] = 0


@code("no-last-push")
def no_last_push(asked: Asked) -> None:
    asked.github.rule["require_last_push_approval"] = False


@infrastructure("unowned")
def unowned(asked: Asked) -> None:
    owners = asked.project.read(".github/CODEOWNERS")
    asked.project.write(".github/CODEOWNERS", f"{owners}/infra/\n")


def one_of_them(asked: Asked) -> Pull:
    """Return the pull request of one change of infrastructure."""
    return asked.github.of(asked.project.commits["infra 2"])[0]


@infrastructure("self-approved")
@code("self-approved")
def self_approved(asked: Asked) -> None:
    one_of_them(asked).reviews = [("ada", "APPROVED")]


@infrastructure("bot-approved")
def bot_approved(asked: Asked) -> None:
    one_of_them(asked).reviews = [("acme-approver[bot]", "APPROVED"), ("ben", "COMMENTED")]


@code("bot-approved")
def workflow_approved(asked: Asked) -> None:
    one_of_them(asked).reviews = [("github-actions[bot]", "APPROVED")]


@infrastructure("withdrawn")
def withdrawn(asked: Asked) -> None:
    one_of_them(asked).reviews = [("ben", "APPROVED"), ("ben", "CHANGES_REQUESTED")]


@infrastructure("signed")
def signed_infrastructure(asked: Asked) -> None:
    signed(asked, "3.1.2")
    rule = {"type": "pull_request", "parameters": asked.github.rule}
    asked.project.write(".github/rulesets/main.json", json.dumps({"rules": [rule]}))


@infrastructure("many")
def many(asked: Asked) -> None:
    asked.github.of(asked.project.commits["infra 1"])[0].reviews = []
    for number in range(5, 32):
        asked.project.write("infra/README.md", f"# Infrastructure\n\nState {number}.\n")
        asked.github.pulls.append(Pull(number + 100, [asked.project.commit(f"State {number}")]))


@infrastructure("gitlab")
def gitlab(asked: Asked) -> None:
    asked.gitlab()


@code("no-history")
def no_history(asked: Asked) -> None:
    asked.github.pulls = []


@code("waived-solo")
def waived_solo(asked: Asked) -> None:
    for pull in asked.github.pulls:
        pull.reviews = []
    waiver = {"id": "3.2.4", "reason": "Alone", "owner": "@ada", "expires": "2026-12-31"}
    record = asked.project.read("maturity.yaml")
    asked.project.write("maturity.yaml", record + yaml.safe_dump({"waivers": [waiver]}))


@code("young-project")
def young_project(asked: Asked) -> None:
    asked.github.pulls = asked.github.pulls[:4]


@code("bots-change")
def bots_change(asked: Asked) -> None:
    one_of_them(asked).author = "renovate[bot]"
