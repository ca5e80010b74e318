"""4.1.1: what a month costs."""

from __future__ import annotations

import json
from typing import Any

from unit.checker.building import Project, ago

from . import Scenarios

SETTINGS, REPORT = "conf/operations.yaml", "reports/cost.json"
FREE = {"training_per_hour": 0, "serving_per_hour": 0, "fixed_per_month": 0}
scenario = Scenarios("4.1.1")


def settings(project: Project, **fields: Any) -> None:
    project.edit_yaml(SETTINGS, lambda body: body["cost"].update(fields))


scenario.simply(
    no_section=lambda p: p.edit_yaml(SETTINGS, lambda body: body.pop("cost")),
    no_report=lambda p: p.evidence.pop(REPORT),
    old=lambda p: p.report(REPORT, created_at=ago(days=36)),
    future=lambda p: p.report(REPORT, created_at=ago(days=-1)),
    local=lambda p: p.report(REPORT, source="local"),
    edge=lambda p: p.report(REPORT, created_at=ago(days=35)),
)


@scenario("free")
def free(project: Project) -> None:
    settings(project, **FREE)
    nothing = {"training": 0.0, "serving": 0.0, "fixed": 0.0, "total": 0.0}
    project.report(REPORT, month=nothing, budget_delta=500.0)


@scenario("no-training")
def no_training(project: Project) -> None:
    month = {"training": 0.0, "serving": 365.0, "fixed": 20.0, "total": 385.0}
    body = {**json.loads(project.evidence[REPORT]), "training_seconds": None}
    project.evidence[REPORT] = json.dumps({**body, "month": month, "budget_delta": 115.0})


@scenario("over-budget")
def over_budget(project: Project) -> None:
    settings(project, budget_per_month=300)
    project.report(REPORT, status="finding", budget_delta=-89.0)
