"""4.3.2: the numbers that the business is judged by."""

from __future__ import annotations

import json
from typing import Any

from unit.checker.building import Project, ago

from . import Scenarios

REPORT, WORKFLOW = "reports/kpi.json", ".github/workflows/operate.yml"
AGREED, SETTINGS = "docs/project/project.yaml", "conf/operations.yaml"
GONE = "churn.monitoring.kpi:referrals"
scenario = Scenarios("4.3.2")


def kpis(project: Project, name: str, **fields: Any) -> list[dict[str, Any]]:
    """Return the report's entries, one of them changed."""
    found = json.loads(project.evidence[REPORT])["kpis"]
    return [{**entry, **fields} if entry["name"] == name else entry for entry in found]


scenario.simply(
    no_schedule=lambda p: p.remove(WORKFLOW),
    no_report=lambda p: p.evidence.pop(REPORT),
    old=lambda p: p.report(REPORT, created_at=ago(hours=37)),
    no_value=lambda p: p.report(REPORT, kpis=kpis(p, "referrals", value=None, status="unknown")),
    no_delay=lambda p: p.report(REPORT, label_delay_days=None),
    local=lambda p: p.report(REPORT, source="local"),
)


@scenario("no-source")
def no_source(project: Project) -> None:
    project.edit_yaml(SETTINGS, lambda body: body["kpi"][1].update(source=GONE))
    project.edit_yaml(AGREED, lambda body: body["kpis"][1].update(source=GONE))


@scenario("bad-news")
def bad_news(project: Project) -> None:
    worse = kpis(project, "missed_cases", value=0.7, status="worse than the baseline")
    project.report(REPORT, status="finding", kpis=worse)


@scenario("weekly")
def weekly(project: Project) -> None:
    project.edit(AGREED, "period_days: 1", "period_days: 7", every=True)
    project.edit(WORKFLOW, "0 5 * * *", "0 5 * * 1")
    project.report(REPORT, created_at=ago(days=10))
