"""When a report on data counts: pushed by CI, of a commit that HEAD holds, and young enough."""

from __future__ import annotations

import math
from datetime import timedelta

from ..evidence.runs import Record, age
from ..evidence.snapshot import Snapshot
from .finding import Finding, Place, old, unseen, weak
from .proof import foreign

Report = Record[dict[str, object]]


def by_ci(snapshot: Snapshot, name: str, *places: Place) -> Report | Finding:
    """Return CI's newest report of a name; or what it is worth that none counts."""
    report = next(iter(snapshot.runs.report(name)), None)
    if report is None:
        broken = snapshot.runs.unreadable(f"reports/{name}.json")
        if broken:
            return unseen(f"{broken.path} cannot be read: {broken.problem}", Place(broken.path))
        return weak(f"no reports/{name}.json on branch evidence", *places)
    here = Place(report.where)
    if not report.ci:
        reason = "is not from CI (only branch evidence proves that)"
        return weak(f"{report.where} {reason}", here, *places)
    reason = foreign(report.commit, snapshot) or ""
    if reason:
        return weak(f"{report.where} {reason}", here, *places)
    if age(report.at, snapshot.now) is None:
        return weak(f"{report.where} has no time, or one in the future", here, *places)
    return report


def stale(snapshot: Snapshot, report: Report, most: timedelta, *places: Place) -> Finding | None:
    """Return the finding that a report is too old; None while it is young enough."""
    since = age(report.at, snapshot.now) or timedelta()
    if since <= most:
        return None
    return old(
        f"{report.where} is {_said(since)} old, {_said(most)} are the most",
        Place(report.where),
        *places,
    )


def _said(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:.4g} hours" if hours < 96 else f"{round(hours / 24, 1):g} days"


def number(value: object) -> float | None:
    """Return a finite number, None for anything else: true is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
