"""2.2.8: what sets a training off, and that it happens."""

from __future__ import annotations

from typing import Any

from unit.checker.building import Project

from . import Scenarios
from .operating_changes import drop, update

SETTINGS, WORKFLOW = "conf/operations.yaml", ".github/workflows/retrain.yml"
CRON = '    - cron: "0 4 * * 1"\n'
scenario = Scenarios("2.2.8")


def scheduled(event: dict[str, Any]) -> bool:
    return event.get("trigger") == "schedule"


def unreasoned(body: dict[str, Any]) -> None:
    for trigger in body["triggers"]:
        trigger["rationale"] = "as needed"


scenario.simply(
    no_triggers=lambda p: p.edit_yaml(SETTINGS, lambda body: body.pop("triggers")),
    no_run=lambda p: drop(p, scheduled),
    other_cron=lambda p: p.edit(WORKFLOW, CRON, f'    - cron: "0 4 1 * *"\n    # {CRON.strip()}\n'),
    other_type=lambda p: p.edit(WORKFLOW, "retrain-drift", "retrain_drift"),
    no_reason=lambda p: p.edit_yaml(SETTINGS, unreasoned),
    dead_evidence=lambda p: p.evidence.pop("reports/staleness.json"),
    slept=lambda p: update(p, scheduled, ts="2026-06-20T00:00:00Z"),
    by_hand=lambda p: update(p, scheduled, trigger="manual"),
    edge=lambda p: update(p, scheduled, ts="2026-06-20T12:00:00Z"),
)


@scenario("unchanged")
def unchanged(project: Project) -> None:
    update(project, scheduled, type="candidate_unchanged")
