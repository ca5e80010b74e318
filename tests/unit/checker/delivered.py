"""What CI left behind of the mature project's deployments: events of infrastructure and model."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from unit.checker import operating

if TYPE_CHECKING:
    from unit.checker.building import Project

EVENTS = "events.jsonl"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
HEAD = "@HEAD@"  # the commit that CI ran on


def event(number: str, kind: str, hours: float, env: str, **fields: Any) -> dict[str, Any]:
    """Return an event as append_event writes it, that many hours old."""
    at = (NOW - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")
    return {
        "event_id": number,
        "type": kind,
        "ts": at,
        "recorded_at": at,
        "env": env,
        "status": "success",
        "source": "github:run/7",
        "git_sha": HEAD,
        "model": "churn",
        "model_version": operating.VERSION,
        "prev_version": operating.BEFORE,
        "run_id": "4f1c",
        "trigger": "code",
        **fields,
    }


def change(project: Project, edit: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change the events in place."""
    found = [json.loads(line) for line in project.evidence[EVENTS].splitlines()]
    edit(found)
    project.evidence[EVENTS] = "".join(f"{json.dumps(item)}\n" for item in found)


def forget(project: Project, kind: str, env: str = "") -> None:
    """Take out all events of a kind."""
    change(
        project,
        lambda found: found.__setitem__(
            slice(None), [e for e in found if e["type"] != kind or env not in ("", e["env"])]
        ),
    )


def update(project: Project, kind: str, env: str = "", **fields: Any) -> None:
    """Change fields of all events of a kind."""

    def edit(found: list[dict[str, Any]]) -> None:
        for item in found:
            if item["type"] == kind and env in ("", item["env"]):
                item.update(fields)

    change(project, edit)


def events() -> list[dict[str, Any]]:
    """Return infrastructure applied, then one image promoted from staging to production."""
    image = {**operating.FACTS, "infra_hash": "e" * 64}
    image |= {"data_version": "md5:" + "d" * 32, "logical_date": "2026-06-30"}
    return [
        event("11", "infra_deploy", 9, "production", infra_hash="e" * 64),
        event("12", "model_deployed", 8, "staging", **image),
        event("13", "model_deployed", 6, "production", **image),
    ]
