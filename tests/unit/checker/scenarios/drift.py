"""4.4.1: drift, watched."""

from __future__ import annotations

import json
from typing import Any

from unit.checker.building import Project, ago, junit, passing

from . import Scenarios
from .features import side_commit

SETTINGS, REPORT, JUNIT = "conf/operations.yaml", "reports/drift.json", "reports/junit.xml"
NODE = ("tests.monitoring.test_drift", "test_a_shift_raises_the_alert")
scenario = Scenarios("4.4.1")


def settings(project: Project, **fields: Any) -> None:
    project.edit_yaml(SETTINGS, lambda body: body["drift"].update(fields))


def fewer_columns(project: Project) -> None:
    columns = json.loads(project.evidence[REPORT])["columns"]
    del columns["mean_texture"]
    project.report(REPORT, columns=columns)


def without_node(project: Project) -> None:
    project.evidence[JUNIT] = junit({k: v for k, v in passing().items() if k != NODE})


scenario.simply(
    no_settings=lambda p: p.edit_yaml(SETTINGS, lambda body: body.pop("drift")),
    no_report=lambda p: p.evidence.pop(REPORT),
    no_test=without_node,
    empty_settings=lambda p: p.write(SETTINGS, ""),
    no_features=lambda p: settings(p, features=[]),
    weak_features=lambda p: settings(p, features=["mean_texture"]),
    hollow_report=lambda p: p.evidence.update({REPORT: "{}"}),
    old=lambda p: p.report(REPORT, created_at=ago(hours=37)),
    future=lambda p: p.report(REPORT, created_at=ago(days=-1)),
    no_rows=lambda p: p.report(REPORT, n=0),
    fewer_columns=fewer_columns,
    no_target=lambda p: p.report(REPORT, target=None),
    local=lambda p: p.report(REPORT, source="local"),
    no_ancestor=lambda p: p.report(REPORT, commit=side_commit(p)),
    skipped=lambda p: p.evidence.update({JUNIT: junit({**passing(), NODE: "skipped"})}),
)
