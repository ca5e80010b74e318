"""4.2.2: the steady delivery of batches."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from unit.checker.building import Project, ago

from . import Scenarios

ROWS, REPORT, RULES = "reports/deliveries.jsonl", "reports/delivery.json", "monitoring/rules.yml"
ALERT = "  - name: batch\n    rules:\n      - alert: DeliveryLate\n"
ALERT += "        expr: time() - last_delivery_timestamp_seconds > 36 * 3600\n"
ALERT += "        annotations: {runbook_url: docs/runbooks/machines.md}\n"
scenario = Scenarios("4.2.2")

Rows = list[dict[str, Any]]


def rows(project: Project, change: Callable[[Rows], Rows]) -> None:
    found = change([json.loads(line) for line in project.evidence[ROWS].splitlines()])
    project.evidence[ROWS] = "".join(json.dumps(row) + "\n" for row in found)


def shifted(hours: float) -> Callable[[Rows], Rows]:
    """Return a change after which the newest delivery is that old, the others a day apart before it."""

    def change(found: Rows) -> Rows:
        for number, row in enumerate(reversed(found)):
            row["scheduled_at"] = row["delivered_at"] = ago(hours=hours, days=number)
        return found

    return change


def explained(found: Rows) -> Rows:
    slot = found[4]["scheduled_at"]
    return [*found[:4], {"scheduled_at": slot, "incident_id": "INC-7"}, *found[5:]]


def dated(found: Rows) -> Rows:
    return [{**found[-1], "scheduled_at": ago(days=-1), "delivered_at": ago(days=-1)}]


scenario.simply(
    no_alert=lambda p: p.edit(RULES, ALERT, ""),
    late=lambda p: rows(p, shifted(37)),
    on_time=lambda p: rows(p, shifted(36)),
    gap=lambda p: rows(p, lambda found: [*found[:4], *found[5:]]),
    explained_gap=lambda p: rows(p, explained),
    future=lambda p: rows(p, dated),
    no_checksum=lambda p: rows(p, lambda found: [{**r, "sha256": None} for r in found]),
    local=lambda p: p.report(REPORT, source="local"),
    realtime=lambda p: p.edit(".copier-answers.yml", "serving: both", "serving: realtime"),
)


@scenario("no-records")
def no_records(project: Project) -> None:
    del project.evidence[ROWS], project.evidence[REPORT]


@scenario("empty-records")
def empty_records(project: Project) -> None:
    project.evidence[ROWS] = ""
    del project.evidence[REPORT]


@scenario("torn")
def torn(project: Project) -> None:
    rows(project, shifted(24 * 20))
    project.evidence[ROWS] += '{"rows": 9, "delivered_at": "2026-06-'
