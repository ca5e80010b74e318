"""4.3.1: the metrics of each version, and their trend."""

from __future__ import annotations

import json
from typing import Any

from unit.checker.building import Project, ago
from unit.checker.operating import BEFORE, VERSION

from . import Scenarios
from .operating_changes import of_type, update

REPORT, PARAMS, TRACKING = "reports/metrics_trend.json", "params.yaml", "src/churn/tracking.py"
scenario = Scenarios("4.3.1")


def versions(project: Project) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(project.evidence[REPORT])["versions"]
    return found


def unlimited(body: dict[str, Any]) -> None:
    body["gate"] = dict.fromkeys(body["gate"])


scenario.simply(
    no_metrics=lambda p: p.edit_yaml(
        "dvc.yaml", lambda body: body["stages"]["evaluate"].pop("metrics")
    ),
    no_trend=lambda p: p.evidence.pop(REPORT),
    no_thresholds=lambda p: p.edit_yaml(PARAMS, unlimited),
    commented=lambda p: p.edit(
        TRACKING, "mlflow.log_metrics(measured)", "pass  # mlflow.log_metrics(measured)"
    ),
    gap=lambda p: p.report(REPORT, versions=[{**versions(p)[0], "metrics": {}}, versions(p)[1]]),
    forgotten=lambda p: p.report(REPORT, created_at=ago(days=36), versions=versions(p)[:1]),
    local=lambda p: p.report(REPORT, source="local"),
    edge=lambda p: p.report(REPORT, created_at=ago(days=35)),
)


@scenario("quiet-model")
def quiet_model(project: Project) -> None:
    update(project, of_type("gate_decision"), ts=ago(days=70))
    older = of_type("gate_decision")
    update(project, lambda e: older(e) and e["model_version"] == BEFORE, ts=ago(days=90))
    update(project, lambda e: e.get("model_version") == VERSION and not older(e), ts=ago(days=65))
    first, second = versions(project)
    first["created_at"], second["created_at"] = ago(days=90), ago(days=70)
    project.report(REPORT, created_at=ago(days=60), versions=[first, second])
