"""5.4: who added the last feature, and how."""

from __future__ import annotations

from unit.checker.building import ago
from unit.checker.forge import Pull

from . import Scenarios
from .pull_requests import Asked, no_token

scenario = Scenarios("5.4")
scenario("no-token")(no_token)


def only_one(asked: Asked) -> Pull:
    """Return the one pull request that touched a feature."""
    return asked.github.of(asked.project.commits["Own data"])[0]


@scenario("none-merged")
def none_merged(asked: Asked) -> None:
    asked.github.drop(asked.project.commits["Own data"])


@scenario("no-recipe")
def no_recipe(asked: Asked) -> None:
    asked.project.write("CONTRIBUTING.md", "")


@scenario("other-role")
def other_role(asked: Asked) -> None:
    only_one(asked).author = "ben"


@scenario("closed")
def closed(asked: Asked) -> None:
    only_one(asked).merged_at = None


@scenario("old")
def old(asked: Asked) -> None:
    only_one(asked).merged_at = ago(days=366)


@scenario("edge")
def edge(asked: Asked) -> None:
    only_one(asked).merged_at = ago(days=365)


@scenario("by-bot")
def by_bot(asked: Asked) -> None:
    only_one(asked).author = "renovate[bot]"


@scenario("gitlab")
def gitlab(asked: Asked) -> None:
    asked.gitlab()
    asked.project.remove(".github/workflows")
    asked.project.write(
        ".gitlab-ci.yml",
        "features:\n"
        "  script: [uv run pytest tests/features]\n"
        "  rules:\n"
        "    - if: $CI_PIPELINE_SOURCE == 'merge_request_event'\n"
        "      changes: [src/*/features/**, conf/features.yaml]\n",
    )
