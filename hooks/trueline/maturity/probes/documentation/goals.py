"""1.1.1: what the business is judged by, in words and figures, and a report that has them."""

from __future__ import annotations

from ....evidence.document import mapping, sequence, text
from ....evidence.runs import Record
from ....evidence.snapshot import Snapshot
from ... import attestation
from ...finding import Finding, Place, Strength, missing, weak
from ...forms import form, page
from ...probe import Probe
from ...proof import foreign

NUMBERS = "docs/project/project.yaml"
GOALS = "docs/project/goals.md"
FIELDS = ("name", "unit", "direction", "owner", "source")
FIGURES = ("baseline", "target")


class GoalsAreWritten(Probe):
    """Business goals and KPIs are written down, and kept current."""

    statement = "1.1.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look at figures and words, at who vouches for them, then at the newest report."""
        body = form(snapshot, NUMBERS)
        if isinstance(body, Finding):
            return body
        kpis = [mapping(kpi) for kpi in sequence(body.get("kpis"))]
        if not kpis:
            return missing(f"{NUMBERS} names no KPI", Place(NUMBERS))
        for kpi in kpis:
            gap = _gap(kpi)
            if gap:
                return missing(f"{NUMBERS}: {gap}", Place(NUMBERS, getattr(kpi, "line", 0) or None))
        goals = page(snapshot, GOALS)
        if isinstance(goals, Finding):
            return goals
        places = (Place(NUMBERS, None, f"{len(kpis)} KPIs"), Place(GOALS))
        signed = attestation.judge(self.entry, snapshot, *places)
        if signed.strength is not Strength.PROVED:
            return signed
        if snapshot.project.phase == "exploration":
            return signed  # nothing is deployed yet whose effect could be reported
        gap = _unreported(snapshot, {text(kpi.get("name")) for kpi in kpis})
        return weak(gap, *signed.evidence, remedy="run `poe monitor`") if gap else signed


def _gap(kpi: dict[str, object]) -> str | None:
    name = text(kpi.get("name")) or "a KPI without name"
    lacking = [field for field in FIELDS if not text(kpi.get(field))]
    if lacking:
        return f"{name} lacks {', '.join(lacking)}"
    vague = [field for field in FIGURES if not _number(kpi.get(field))]
    if vague:
        return f"{vague[0]} of {name} is no number"
    if text(kpi.get("direction")).lower() not in ("up", "down"):
        return f"direction of {name} is neither up nor down"
    return None


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _unreported(snapshot: Snapshot, names: set[str]) -> str | None:
    """Say which of the agreed KPIs the newest report of this code does not have."""
    past = [r for r in snapshot.runs.report("kpi") if r.at is None or r.at <= snapshot.now]
    newest = max(past, key=_time, default=None)
    if newest is None:
        return "no reports/kpi.json has them yet"
    reason = foreign(newest.commit, snapshot)
    if reason:
        return f"{newest.where} {reason}"
    kpis = newest.body.get("kpis")
    listed = (
        [text(key) for key in kpis]
        if isinstance(kpis, dict)
        else [text(mapping(kpi).get("name")) for kpi in sequence(kpis)]
    )
    lost = sorted(names - set(listed))
    return f"{newest.where} does not have {', '.join(lost)}" if lost else None


def _time(record: Record[dict[str, object]]) -> float:
    return record.at.timestamp() if record.at else 0.0
