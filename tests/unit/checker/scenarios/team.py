"""1.1.2: who is listed, and who really commits."""

from __future__ import annotations

from typing import Any

from unit.checker.building import Project, ago

from . import Scenarios
from .signing import record, unsign

TEAM, OWNERS = "docs/project/team.yaml", ".github/CODEOWNERS"
STATEMENT = "1.1.2"
scenario = Scenarios(STATEMENT)


def members(project: Project, change: Any) -> None:
    project.edit_yaml(TEAM, lambda body: change(body["members"]))


def commits(project: Project, count: int, author: str) -> None:
    """Let somebody commit so often, ten days ago."""
    name, _, address = author.rstrip(">").partition(" <")
    who = ["-c", f"user.name={name}", "-c", f"user.email={address}"]
    for number in range(count):
        project.git(
            *who, "commit", "-q", "--no-verify", "--allow-empty", f"--author={author}",
            "-m", f"Work {number}", at=ago(days=10),
        )  # fmt: skip


PLACEHOLDER = {
    "name": "TBD",
    "handle": "@todo",
    "emails": [],
    "roles": ["operations", "risk"],
    "teams": ["@acme/model-risk", "@acme/platform", "@acme/security"],
}

scenario.simply(
    no_record=lambda p: unsign(p, STATEMENT),
    no_risk_role=lambda p: members(p, lambda listed: listed[1].update(roles=["operations"])),
    placeholder_member=lambda p: members(p, lambda listed: listed.__setitem__(1, PLACEHOLDER)),
    unlisted_owner=lambda p: p.write(OWNERS, p.read(OWNERS) + "monitoring/ @acme/nightwatch\n"),
    unlisted_author=lambda p: commits(p, 5, "Eve <eve@acme.example>"),
    expired=lambda p: record(p, STATEMENT, reviewed_on="2026-04-01"),
    generous_period=lambda p: record(p, STATEMENT, reviewed_on="2026-03-01", review_days=180),
    four_commits=lambda p: commits(p, 4, "Eve <eve@acme.example>"),
    second_name=lambda p: commits(p, 6, "bokri <ben@acme.example>"),
)


@scenario("two-addresses")
def two_addresses(project: Project) -> None:
    project.write(".mailmap", "Eve <eve@acme.example> <eve@home.example>\n")
    project.commit("One person")
    commits(project, 3, "Eve <eve@acme.example>")
    commits(project, 3, "Eve <eve@home.example>")
