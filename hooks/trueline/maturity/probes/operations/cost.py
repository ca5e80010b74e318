"""4.1.1: rates and a budget, a job that computes, and a report young enough on a real training."""

from __future__ import annotations

import re
from datetime import timedelta

from ....evidence.document import mapping, text
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, weak
from ...probe import Probe
from ...reports import Report, by_ci, number, stale
from ...schedule import runs, scheduled
from ...settings import Section, section

PARTS = ("training", "serving", "fixed")


class CostIsTracked(Probe):
    """What the infrastructure costs is tracked and estimated regularly."""

    statement = "4.1.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Rates, budget and owner first; then the job; then what it reported."""
        cost = section(snapshot, "cost")
        if isinstance(cost, Finding):
            return cost
        lacking = _lacking(cost)
        if lacking:
            return missing(f"cost does not say {lacking[0]}", cost.place)
        wanted = runs(snapshot, lambda name: re.search(r"(^|_)costs?(_|$)", name) is not None)
        job = scheduled(snapshot, wanted, "computes the cost", cost.place)
        if isinstance(job, Finding):
            return job
        report = by_ci(snapshot, "cost", job.place, cost.place)
        if isinstance(report, Finding):
            return report
        here = Place(report.where)
        gap = _gap(report)
        if gap:
            return weak(f"{report.where} {gap}", here, job.place, cost.place)
        most = timedelta(days=self.entry.number("report_days"))
        late = stale(snapshot, report, most, job.place, cost.place)
        if late:
            return late
        total = number(mapping(report.body.get("month")).get("total")) or 0.0
        return found(f"a month is estimated at {total:g}", here, job.place, cost.place)


def _lacking(cost: Section) -> list[str]:
    rates = [
        value
        for name in cost.values
        if name.endswith(("_per_hour", "fixed_per_month")) and (value := cost.number(name))
    ]
    checks = {
        "what anything costs: all rates are 0": any(value > 0 for value in rates),
        "what a month may cost (budget_per_month)": (cost.number("budget_per_month") or 0) > 0,
        "whose budget it is (owner)": bool(text(cost.values.get("owner"))),
    }
    return [name for name, there in checks.items() if not there]


def _gap(report: Report) -> str | None:
    month = mapping(report.body.get("month"))
    lacking = [name for name in (*PARTS[:2], "total") if number(month.get(name)) is None]
    if lacking:
        return f"does not say what {lacking[0]} costs a month"
    if not (number(report.body.get("training_seconds")) or 0) > 0:
        return "knows no training whose time it could count"
    if number(report.body.get("budget_delta")) is None:
        return "does not compare with the budget (budget_delta)"
    total = number(month["total"]) or 0.0
    parts = sum(value for name in month if name != "total" and (value := number(month[name])))
    if total <= 0 or abs(total - parts) > 0.01 * total:
        return f"does not add up: {parts:g} in all, {total:g} as the total"
    return None
