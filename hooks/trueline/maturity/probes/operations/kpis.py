"""4.3.2: the agreed KPIs are computed by a schedule, and each has a number that is young enough."""

from __future__ import annotations

import re
from datetime import timedelta

from ....evidence.document import mapping, sequence, text
from ....evidence.moment import period
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe
from ...reports import Report, by_ci, number, stale
from ...schedule import runs, scheduled
from ...settings import PATH as SETTINGS

AGREED = "docs/project/project.yaml"
FIELDS = ("name", "unit", "baseline", "target", "direction", "owner", "source")
_TOLERANCE = 1.5
# What the labelled log gives: the name of a measure, or a function of a column.
_MEASURE = re.compile(r"[a-z][a-z0-9_]*|[a-z_]+\([^()]+\)", re.IGNORECASE)
_CALLABLE = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+):([A-Za-z_]\w*)")

Kpi = dict[str, object]


class KpisAreEvaluated(Probe):
    """A feedback loop evaluates the agreed KPIs continuously."""

    statement = "4.3.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """What was agreed first, and how it is computed; then the numbers themselves."""
        page, operations = snapshot.pages.yaml(AGREED), snapshot.operations
        for problem, path in ((page.problem, AGREED), (operations.problem, SETTINGS)):
            if problem:
                return unseen(f"{path} cannot be read: {problem}", Place(path))
        agreed = [mapping(item) for item in sequence(mapping(page.value).get("kpis"))]
        if not agreed:
            return missing(f"{AGREED} names no KPI", Place(AGREED))
        computed = {
            text(mapping(item).get("name")): mapping(item)
            for item in sequence((operations.value or {}).get("kpi"))
        }
        for kpi in agreed:
            gap = _gap(kpi, computed, snapshot)
            if gap:
                name = text(kpi.get("name")) or "a KPI without name"
                return missing(f"{AGREED}: {name} {gap}", Place(AGREED))
        wanted = runs(snapshot, lambda name: re.search(r"(^|_)kpis?(_|$)", name) is not None)
        job = scheduled(snapshot, wanted, "computes the KPIs", Place(AGREED))
        if isinstance(job, Finding):
            return job
        places = [Place(AGREED, None, f"{len(agreed)} KPIs"), job.place]
        report = by_ci(snapshot, "kpi", *places)
        if isinstance(report, Finding):
            return report
        return self._computed(snapshot, report, agreed, places)

    def _computed(
        self, snapshot: Snapshot, report: Report, agreed: list[Kpi], places: list[Place]
    ) -> Finding:
        here = Place(report.where)
        values = _values(report.body.get("kpis"))
        for kpi in agreed:
            name = text(kpi.get("name"))
            if number(values.get(name)) is None:
                return weak(f"{report.where} has no number for {name}", here, *places)
        if number(report.body.get("label_delay_days")) is None:
            reason = "does not say how late labels come (label_delay_days)"
            return weak(f"{report.where} {reason}", here, *places)
        spans = [span for kpi in agreed if (span := _period(kpi)) is not None]
        late = stale(snapshot, report, min(spans, default=timedelta()) * _TOLERANCE, *places)
        return late or found(f"{len(agreed)} KPIs are computed in time", here, *places)


def _period(kpi: Kpi) -> timedelta | None:
    days = number(kpi.get("period_days"))
    return period(days if days is not None else kpi.get("period"))


def _gap(kpi: Kpi, computed: dict[str, Kpi], snapshot: Snapshot) -> str | None:
    lacking = [field for field in FIELDS if not text(kpi.get(field))]
    if lacking:
        return f"does not say its {lacking[0]}"
    if _period(kpi) is None:
        return "does not say how often it can be read anew (period_days)"
    configured = computed.get(text(kpi["name"]))
    if configured is None and computed:
        return f"is not among those that {SETTINGS} computes (kpi)"
    for place, body in ((SETTINGS, configured or {}), (AGREED, kpi)):
        source = text(body.get("source"))
        target = _CALLABLE.fullmatch(source)
        if target and not _defined(target[1], target[2], snapshot):
            return f"is computed by {source}, which is not there ({place})"
    source = text((configured or kpi).get("source"))
    query = source.endswith(".sql") and snapshot.has(source)
    if query or _CALLABLE.fullmatch(source) or (configured and _MEASURE.fullmatch(source)):
        return None
    return f"has the source '{source[:60]}', which is no measure, function or query"


def _defined(module: str, name: str, snapshot: Snapshot) -> bool:
    path = snapshot.modules.dotted.get(module)
    return any(f.path == path and f.name == name for f in snapshot.modules.functions)


def _values(listed: object) -> dict[str, object]:
    if isinstance(listed, dict):
        return {
            str(name): mapping(item).get("value") if isinstance(item, dict) else item
            for name, item in listed.items()
        }
    return {text(mapping(i).get("name")): mapping(i).get("value") for i in sequence(listed)}
