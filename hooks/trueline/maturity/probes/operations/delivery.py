"""4.2.2: every batch leaves a record, a missing one raises an alert, and none is missing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ....evidence.document import mapping, text
from ....evidence.moment import moment, period
from ....evidence.runs import BRANCH, Record, age
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, old, unseen, weak
from ...predicting import batch
from ...probe import Probe
from ...proof import foreign

RULES = "monitoring/rules.yml"
SETTINGS = "conf/operations.yaml"
FIELDS = ("rows", "sha256", "output", "scheduled_at", "delivered_at")
_NAMES_BATCH = re.compile(r"deliver|batch", re.IGNORECASE)

Rows = Record[tuple[dict[str, object], ...]]


class DeliveryIsMonitored(Probe):
    """The steady delivery of batches is monitored."""

    statement = "4.2.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Period and alert first; then the records of the last slots."""
        for document in (snapshot.operations, snapshot.alerts):
            if document.problem:
                return unseen(
                    f"{document.path} cannot be read: {document.problem}", Place(document.path)
                )
        settings = mapping((snapshot.operations.value or {}).get("delivery"))
        hours = settings.get("every_hours")
        every = period(f"{hours}h" if hours is not None else settings.get("period"))
        if every is None:
            return missing(f"{SETTINGS} does not say how often a batch is due (delivery)")
        if not batch(snapshot):
            return missing("no code of batch scoring delivers anything")
        alerts = [
            a for a in snapshot.alerts.value or () if _NAMES_BATCH.search(a.name + a.expression)
        ]
        alerts = [alert for alert in alerts if re.search(r"[a-z_]{4,}", alert.expression)]
        if not alerts:
            return missing(
                f"no alert of {RULES} tells of a missing or late delivery", Place(SETTINGS)
            )
        places = [Place(SETTINGS), Place(RULES, alerts[0].line or None, alerts[0].name)]
        return self._delivered(snapshot, every, places)

    def _delivered(self, snapshot: Snapshot, every: timedelta, places: list[Place]) -> Finding:
        records = next(iter(snapshot.runs.deliveries), None)
        rows = [row for row in records.body if _delivered_at(row)] if records else []
        if records is None or not rows:
            return weak("no delivery was ever recorded", *places)
        here = Place(records.where, None, f"{len(rows)} deliveries")
        lacking = [field for field in FIELDS for row in rows[-10:] if not text(row.get(field))]
        if lacking:
            return weak(f"the records do not name {lacking[0]}", here, *places)
        past = [row for row in rows if (_delivered_at(row) or snapshot.now) <= snapshot.now]
        if not past:
            return weak("the only deliveries are dated in the future", here, *places)
        newest = max(at for row in past if (at := _delivered_at(row)))
        since = age(newest, snapshot.now) or timedelta()
        if snapshot.runs.unreadable("deliveries.jsonl") and since > every * 1.5:
            return unseen("the newest lines of reports/deliveries.jsonl cannot be read", here)
        if since > every * 1.5:
            hours = since.total_seconds() / 3600
            return old(f"the last delivery is {hours:.0f} hours ago", here, *places)
        known = _scheduled(records.body, snapshot.now)
        if not known:
            return weak("no record says for when it was due (scheduled_at)", here, *places)
        gap = _gap(known, every, int(self.entry.number("slots")))
        if gap:
            return weak(
                f"nothing was delivered for {gap:%Y-%m-%d %H:%M}, and no incident says why", here
            )
        if records.place != BRANCH:
            return weak(f"{records.where} is not from branch evidence", here, *places)
        return _by_ci(snapshot, every, here, places)


def _by_ci(snapshot: Snapshot, every: timedelta, here: Place, places: list[Place]) -> Finding:
    report = next(iter(snapshot.runs.report("delivery")), None)
    if report is None:
        return weak("no reports/delivery.json says who delivered", here, *places)
    if not report.ci:
        return weak(
            f"{report.where} is not from CI (only branch evidence proves that)", here, *places
        )
    reason = foreign(report.commit, snapshot)
    if reason:
        return weak(f"{report.where} {reason}", here, *places)
    since = age(report.at, snapshot.now)
    if since is None:
        return weak(f"{report.where} does not say when it was made", here, *places)
    if since > every * 1.5:
        hours = since.total_seconds() / 3600
        return old(f"{report.where} is {hours:.0f} hours old", here, *places)
    return found(
        "delivered in time, with an alert for when it is not", here, Place(report.where), *places
    )


def _delivered_at(row: dict[str, object]) -> datetime | None:
    return moment(row.get("delivered_at"))


def _scheduled(rows: tuple[dict[str, object], ...], now: datetime) -> list[datetime]:
    """Return the slots for which there is a delivery or an incident, the oldest first."""
    return sorted(
        at
        for row in rows
        if (at := moment(row.get("scheduled_at")))
        and at <= now
        and (_delivered_at(row) or text(row.get("incident_id")))
    )


def _gap(known: list[datetime], every: timedelta, slots: int) -> datetime | None:
    """Return the newest of the last slots for which there is neither a delivery nor an incident.

    Slots are counted back from the newest one, and not beyond the first record.
    """
    for number in range(1, slots):
        slot = known[-1] - every * number
        if slot < known[0] - every / 2:
            return None
        if not any(abs(at - slot) < every / 2 for at in known):
            return slot
    return None
