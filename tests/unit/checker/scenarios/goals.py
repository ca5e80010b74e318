"""1.1.1: goals and KPIs, in words, in figures and in a report."""

from __future__ import annotations

import json
from typing import Any

from unit.checker.building import Project

from . import Scenarios, shipped
from .features import side_commit
from .signing import record, review, unsign

NUMBERS, GOALS, REPORT = "docs/project/project.yaml", "docs/project/goals.md", "reports/kpi.json"
STATEMENT = "1.1.1"
scenario = Scenarios(STATEMENT)

scenario.simply(
    no_record=lambda p: unsign(p, STATEMENT),
    no_kpi_report=lambda p: p.evidence.pop(REPORT),
    shipped_goals=lambda p: p.write(GOALS, shipped(GOALS)),
    stranger_report=lambda p: p.report(REPORT, commit=side_commit(p)),
    target_moved=lambda p: p.edit(NUMBERS, "target: 0.4", "target: 0.45"),
    future=lambda p: record(p, STATEMENT, reviewed_on="2026-07-02"),
    local_report=lambda p: p.report(REPORT, source="local"),
    wording=lambda p: p.edit(
        GOALS, "every weekday morning", "each weekday before breakfast rounds"
    ),
)


@scenario("shipped-numbers")
def shipped_numbers(project: Project) -> None:
    project.write(NUMBERS, shipped(NUMBERS))
    review(project)


@scenario("other-name")
def other_name(project: Project) -> None:
    kpis: list[dict[str, Any]] = json.loads(project.evidence[REPORT])["kpis"]
    kpis[0]["name"] = kpis[0]["name"].removesuffix("s")
    project.report(REPORT, kpis=kpis)
