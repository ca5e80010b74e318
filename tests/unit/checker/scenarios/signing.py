"""What scenarios do to the records of maturity.yaml."""

from __future__ import annotations

from typing import Any

import yaml
from unit.checker.building import Project

SIGNED = "maturity.yaml"


def record(project: Project, statement: str, **fields: Any) -> None:
    """Change the fields of one statement's record; `...` takes one out."""

    def change(body: dict[str, Any]) -> None:
        found = next(item for item in body["attestations"] if item["id"] == statement)
        found.update(fields)
        for key in [key for key, value in fields.items() if value is ...]:
            del found[key]

    project.edit_yaml(SIGNED, change)


def unsign(project: Project, statement: str) -> None:
    """Delete one statement's record."""
    records = yaml.safe_load(project.read(SIGNED))["attestations"]
    assert statement in [item["id"] for item in records]
    kept = [item for item in records if item["id"] != statement]
    project.edit_yaml(SIGNED, lambda body: body.update(attestations=kept))


def review(project: Project) -> None:
    """Commit what changed and let every record name that commit: nothing changed since then."""
    sha = project.commit("Before the review")

    def change(body: dict[str, Any]) -> None:
        for item in body["attestations"]:
            item["reviewed_commit"] = sha

    project.edit_yaml(SIGNED, change)
