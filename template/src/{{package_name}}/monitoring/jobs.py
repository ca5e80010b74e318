"""The monitoring jobs: drift, the champion's age and, where files are delivered, their continuity.

Each writes a report; `run` does them all and sums them up in reports/monitor.json.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .. import reports
from ..errors import BadInput
from ..model import champion as champions
from ..model.champion import Champion
from ..settings import Settings
from . import continuity, html, limits
from .drift import by_status, compare_columns
from .limits import DriftLimits, ModelLimits
from .outcome import Outcome, exit_code
from .watched import NothingToCompare, Watched, watched


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
    bounds = limits.load()
    champion: Champion | None = None
    reason = ""
    try:
        champion = champions.load(settings.models_dir)
    except BadInput as error:
        reason = str(error)
    outcomes = {"drift": drift(settings, bounds.drift, champion, now, current, without)}
    outcomes["model_age"] = model_age(settings, bounds.model, champion, reason, now)
    if bounds.delivery is not None:
        outcomes["continuity"] = continuity.look(settings, bounds.delivery, now)
    code = exit_code(list(outcomes.values()))
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
    page = html.page(found, f"Drift: {settings.model_name}", _facts(sides, now), sides.label)
    reports.replace_file(written.with_suffix(".html"), page.encode())
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
