"""2.1.5: nobody but CD can deploy."""

from __future__ import annotations

from typing import Any

from unit.checker.building import Project

from . import Scenarios
from .pull_requests import Asked

CD, DEPLOY, SIGNED, SETTINGS = (
    ".github/workflows/cd.yml",
    ".github/workflows/deploy.yml",
    "maturity.yaml",
    "conf/environments/production.yaml",
)
RIGHTS = "permissions:\n  contents: read\n  id-token: write\n"
scenario = Scenarios("2.1.5")


def record(project: Project, statement: str, **fields: Any) -> None:
    """Change fields of a statement's attestation."""

    def change(body: dict[str, Any]) -> None:
        next(r for r in body["attestations"] if r["id"] == statement).update(fields)

    project.edit_yaml(SIGNED, change)


def unsign(project: Project, statement: str) -> None:
    """Delete a statement's attestation."""
    project.edit_yaml(
        SIGNED,
        lambda body: body.update(
            attestations=[r for r in body["attestations"] if r["id"] != statement]
        ),
    )


scenario.simply(
    no_record=lambda asked: unsign(asked.project, "2.1.5"),
    no_token=lambda asked: asked.env.delenv("GITHUB_TOKEN"),
    renamed_key=lambda asked: asked.project.edit(
        DEPLOY,
        "          aws-region: eu-central-1\n",
        "          aws-region: eu-central-1\n"
        "          aws-secret-access-key: ${{ secrets.PROD_CREDS }}\n",
    ),
    commented_oidc=lambda asked: asked.project.edit(CD, "  id-token: write", "  # id-token: write"),
    commented_deployer=lambda asked: asked.project.edit(SETTINGS, "deployer: ci", "# deployer: ci"),
    no_reviewers=lambda asked: asked.github.environments[0].update(protection_rules=[]),
    expired=lambda asked: record(asked.project, "2.1.5", reviewed_on="2026-04-01"),
    last_day=lambda asked: record(asked.project, "2.1.5", reviewed_on="2026-04-02"),
)


@scenario("human-deployment")
def human(asked: Asked) -> None:
    by_hand = {**asked.github.deployments[0], "creator": {"login": "ada", "type": "User"}}
    asked.github.deployments.append(by_hand)


@scenario("job-permission")
def job_permission(asked: Asked) -> None:
    asked.project.edit(CD, RIGHTS, "permissions:\n  contents: read\n")
    for job in ("staging", "production"):
        asked.project.edit(
            CD, f"  {job}:\n", f"  {job}:\n    permissions: {{contents: read, id-token: write}}\n"
        )
