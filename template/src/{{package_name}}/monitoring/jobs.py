"""The monitoring jobs: drift, the champion's age and, where files are delivered, their continuity.

Each writes a report; `run` does them all and sums them up in reports/monitor.json.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import Field

from .. import operations, reports
from ..errors import BadInput
from ..model import champion as champions
from ..model.champion import Champion
from ..settings import Settings
from .drift import DriftLimits, by_status, compare_columns
from .page import page
from .watched import NothingToCompare, Watched, watched

# A delivery counts as late after this many periods: a job may start a little later than the day
# before.
TOLERANCE = 1.5
# How many periods back a gap is shown.
SLOTS = 10


class ModelLimits(operations.Section):
    """How old the champion may become, in days since it was trained."""

    max_age_days: float = Field(gt=0)


class DeliveryLimits(operations.Section):
    """How often a scored file is due, in hours."""

    every_hours: float = Field(gt=0)


@dataclass(frozen=True)
class Outcome:
    """`finding`: someone has to act; `unknown`: nothing to look at; and one line on it."""

    status: Literal["fine", "finding", "unknown"]
    message: str


def run(
    settings: Settings,
    *,
    current: Path | None = None,
    without: Collection[str] = (),
    now: datetime | None = None,
) -> int:
    """Run the jobs and return 0 (all is well), 1 (something drifted, is too old or late) or 3.

    3: nothing was found, and at least one job had nothing to look at. `current` is a file of rows
    to compare with the training rows instead of the prediction log; `without` names columns to
    leave out. Raises BadInput for a wrong file, column or setting.
    """
    now = now or datetime.now(UTC)
    drift_limits = operations.section("drift", DriftLimits)
    model_limits = operations.section("model", ModelLimits)
    champion: Champion | None = None
    reason = ""
    try:
        champion = champions.load(settings.models_dir)
    except BadInput as error:
        reason = str(error)
    outcomes = {"drift": drift(settings, drift_limits, champion, now, current, without)}
    outcomes["model_age"] = model_age(settings, model_limits, champion, reason, now)
    if operations.has("delivery"):
        delivery_limits = operations.section("delivery", DeliveryLimits)
        outcomes["continuity"] = continuity(settings, delivery_limits, now)
    statuses = {outcome.status for outcome in outcomes.values()}
    code = 1 if "finding" in statuses else 3 if "unknown" in statuses else 0
    jobs = {name: vars(outcome) for name, outcome in outcomes.items()}
    reports.write("monitor", {"exit_code": code, "jobs": jobs}, settings)
    for name, outcome in outcomes.items():
        print(f"{name}: {outcome.status}: {outcome.message}")
    return code


def drift(
    settings: Settings,
    bounds: DriftLimits,
    champion: Champion | None,
    now: datetime,
    current: Path | None = None,
    without: Collection[str] = (),
) -> Outcome:
    """Compare the rows of today with the training rows; write reports/drift.json and drift.html.

    A column that drifted is a finding. Without enough rows the reports of the last run stay as they
    are.
    """
    try:
        sides = watched(settings, bounds, champion, now, current, without)
    except NothingToCompare as nothing:
        return Outcome("unknown", str(nothing))
    found = compare_columns(sides.reference, sides.current, sides.label, bounds)
    drifted, watch = by_status(found, "drift"), by_status(found, "watch")
    if drifted:
        outcome = Outcome("finding", f"drift in {', '.join(drifted)} ({sides.source})")
    else:
        near = f"; watch {', '.join(watch)}" if watch else ""
        outcome = Outcome("fine", f"{len(found)} columns are as in training ({sides.source}){near}")
    body = {
        "status": outcome.status,
        "current": sides.source,
        "rows": sides.rows,
        "label": sides.label,
        "limits": bounds.model_dump(mode="json"),
        "drift": drifted,
        "watch": watch,
        "columns": found,
    }
    written = reports.write("drift", body, settings)
    text = page(found, f"Drift: {settings.model_name}", _facts(sides, now), sides.label)
    reports.replace_file(written.with_suffix(".html"), text.encode())
    return outcome


def _facts(sides: Watched, now: datetime) -> dict[str, str]:
    return {
        "Reference": f"{sides.rows['reference']:,} training rows",
        "Current": f"{sides.rows['current']:,} rows, {sides.source}",
        "Made": now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def model_age(
    settings: Settings, bounds: ModelLimits, champion: Champion | None, reason: str, now: datetime
) -> Outcome:
    """Compare the champion's age with the limit; write reports/model_age.json.

    `reason` says why there is no champion.
    """
    if champion is None:
        return Outcome("unknown", reason)
    manifest = champion.manifest
    days = (now - datetime.fromisoformat(manifest.trained_at)) / timedelta(days=1)
    outcome = Outcome(
        "finding" if days > bounds.max_age_days else "fine",
        f"version {manifest.version} was trained {days:.1f} days ago, "
        f"{bounds.max_age_days:g} are allowed",
    )
    body = {
        "status": outcome.status,
        "model_version": manifest.version,
        "trained_at": manifest.trained_at,
        "age_days": round(days, 3),
        "max_age_days": bounds.max_age_days,
    }
    reports.write("model_age", body, settings)
    return outcome


def continuity(settings: Settings, limits: DeliveryLimits, now: datetime) -> Outcome:
    """Judge reports/deliveries.jsonl and write reports/continuity.json.

    The newest delivery decides; earlier gaps are listed in the report. Raises BadInput for a line
    that is no delivery.
    """
    times = _delivered(settings.reports_dir / "deliveries.jsonl")
    outcome = _in_time(times, timedelta(hours=limits.every_hours), now)
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


def _in_time(times: Sequence[datetime], period: timedelta, now: datetime) -> Outcome:
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
