"""Changes that several statements on operation share: events by type, records by statement."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from unit.checker.building import Project

EVENTS, SIGNED = "events.jsonl", "maturity.yaml"
Events = list[dict[str, Any]]


def events(project: Project, change: Callable[[Events], Events]) -> None:
    """Rewrite the events on branch evidence."""
    found = change([json.loads(line) for line in project.evidence[EVENTS].splitlines()])
    project.evidence[EVENTS] = "".join(json.dumps(event) + "\n" for event in found)


def update(project: Project, wanted: Callable[[dict[str, Any]], bool], **fields: Any) -> None:
    """Change fields of the events that are wanted."""
    events(project, lambda found: [{**e, **fields} if wanted(e) else e for e in found])


def drop(project: Project, wanted: Callable[[dict[str, Any]], bool]) -> None:
    """Delete the events that are wanted."""
    events(project, lambda found: [event for event in found if not wanted(event)])


def of_type(*types: str) -> Callable[[dict[str, Any]], bool]:
    """Return a test for events of some types."""
    return lambda event: event["type"] in types


def sign(project: Project, of: str, **fields: Any) -> None:
    """Change fields of the record of statement `of`."""

    def change(body: dict[str, Any]) -> None:
        next(r for r in body["attestations"] if r["id"] == of).update(fields)

    project.edit_yaml(SIGNED, change)


def unsign(project: Project, statement: str) -> None:
    """Delete a statement's record."""
    project.edit_yaml(
        SIGNED,
        lambda body: body.update(
            attestations=[r for r in body["attestations"] if r["id"] != statement]
        ),
    )
