"""Continuity of delivery: is the newest scored file there in time, and was one left out?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from .. import reports
from ..errors import BadInput
from ..settings import Settings
from .limits import DeliveryLimits
from .outcome import Outcome

# A delivery counts as late after this many periods: a job may start a little later than the day
# before.
TOLERANCE = 1.5
# How many periods back a gap is shown.
SLOTS = 10


def look(settings: Settings, limits: DeliveryLimits, now: datetime) -> Outcome:
    """Judge reports/deliveries.jsonl and write reports/continuity.json.

    The newest delivery decides; earlier gaps are listed in the report. Raises BadInput for a line
    that is no delivery.
    """
    times = _delivered(settings.reports_dir / "deliveries.jsonl")
    outcome = _judge(times, timedelta(hours=limits.every_hours), now)
    reports.write(
        "continuity",
        {
            "status": outcome.status,
            "message": outcome.message,
            "deliveries": len(times),
            "newest": times[-1].isoformat() if times else None,
            "every_hours": limits.every_hours,
            "gaps": gaps(times, timedelta(hours=limits.every_hours), now),
        },
        settings,
    )
    return outcome


def _judge(times: Sequence[datetime], period: timedelta, now: datetime) -> Outcome:
    if not times:
        return Outcome("unknown", "nothing was delivered yet; `uv run poe score` delivers")
    age = (now - times[-1]) / timedelta(hours=1)
    due = f"one is due every {period / timedelta(hours=1):g}"
    text = f"the newest delivery is {age:.1f} hours old, {due}"
    return Outcome("finding" if now - times[-1] > TOLERANCE * period else "fine", text)


def gaps(times: Sequence[datetime], period: timedelta, now: datetime) -> list[dict[str, str]]:
    """Return the times between two deliveries that were too long, of the last SLOTS periods."""
    first = now - SLOTS * period
    return [
        {"from": before.isoformat(), "to": after.isoformat()}
        for before, after in pairwise(times)
        if after >= first and after - before > TOLERANCE * period
    ]


def _delivered(path: Path) -> list[datetime]:
    """Return when files were delivered, the oldest first."""
    if not path.is_file():
        return []
    times = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            times.append(datetime.fromisoformat(json.loads(line)["delivered_at"]))
        except (ValueError, KeyError, TypeError):
            raise BadInput(f"{path}, line {number} is no record of a delivery") from None
    return sorted(times)
