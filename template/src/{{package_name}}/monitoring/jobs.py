"""The monitoring jobs, one after the other: each writes a report and ends in one line.

`run` does them all, sums them up in reports/monitor.json and the page reports/monitoring.html, and
records what was found as events: alerts, and maybe the request for a new training.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from pydantic import Field

from .. import operations, params, reports
from ..errors import BadInput
from ..model.evaluate import chosen
from ..settings import Settings
from . import health, overview, prediction_log, quality, retraining, trend
from .drift import DriftLimits, by_status, compare_columns
from .page import page
from .watched import NothingToCompare, Outcome, Scene, Watched, scene, watched

# A delivery counts as late after this many periods: a job may start a little later than the day
# before.
TOLERANCE = 1.5
# How many periods back a gap is shown.
SLOTS = 10
# Jobs that every project needs; the others say `unknown` until their section is filled in.
NEEDED = frozenset({"drift", "model_age", "continuity"})


class ModelLimits(operations.Section):
    """How old the champion may become, in days since it was trained, and its data (None: any)."""

    max_age_days: float = Field(gt=0)
    max_data_age_days: float | None = Field(default=None, gt=0)


class DeliveryLimits(operations.Section):
    """How often a scored file is due, in hours."""

    every_hours: float = Field(gt=0)


def run(
    settings: Settings,
    *,
    current: Path | None = None,
    without: Collection[str] = (),
    labels: Path | None = None,
    now: datetime | None = None,
) -> int:
    """Run the jobs and return 0 (all is well), 1 (at least one finding) or 3.

    3: nothing was found, and a job that every project needs had nothing to look at. `current` is a
    file of rows to compare with the training rows instead of the prediction log; `without` names
    columns to leave out; `labels` is a file of labels. Raises BadInput for a wrong file, column or
    setting.
    """
    now = now or datetime.now(UTC)
    prediction_log.compact(settings.data_dir)
    bounds = operations.section("quality", quality.QualityLimits)
    drift_limits = operations.section("drift", DriftLimits)
    review = operations.section("cases", health.CaseLimits)
    days = max(drift_limits.window_days, quality.longest(bounds), review.every_days)
    seen = scene(settings, now, days)
    jobs = _jobs(seen, drift_limits, bounds, current, without, labels)
    outcomes = {name: _safely(job) for name, job in jobs.items()}
    statuses = {outcome.status for outcome in outcomes.values()}
    nothing = any(outcomes[job].status == "unknown" for job in NEEDED & outcomes.keys())
    code = 1 if "finding" in statuses else 3 if nothing else 0
    _record(seen, outcomes, code, by_hand=current is not None)
    return code


def _safely(job: Callable[[], Outcome]) -> Outcome:
    """Run a job; where it has nothing to look at, that is its outcome."""
    try:
        return job()
    except (NothingToCompare, quality.NoLabels) as nothing:
        return Outcome("unknown", str(nothing))


def _jobs(
    seen: Scene,
    drift_limits: DriftLimits,
    bounds: quality.QualityLimits,
    current: Path | None,
    without: Collection[str],
    labels: Path | None,
) -> dict[str, Callable[[], Outcome]]:
    """Return the jobs by name; a section that is wrong is named before any of them runs."""
    sound = operations.section("invariants", health.InvariantLimits)
    same = operations.section("skew", health.SkewLimits)
    review = operations.section("cases", health.CaseLimits)
    age = operations.section("model", ModelLimits)
    trends = operations.section("trend", trend.TrendLimits)
    kpis = operations.section("kpi", trend.Kpis)
    rates = operations.section("cost", trend.Cost)
    name = params.load().evaluate.metric
    metric = chosen(name)
    known: quality.Labelled | None = None
    try:
        known = quality.labelled(seen, bounds, labels)
    except (quality.NoLabels, NothingToCompare) as nothing:
        why = str(nothing)

    def judged(job: Callable[[quality.Labelled], Outcome]) -> Callable[[], Outcome]:
        return lambda: Outcome("unknown", why) if known is None else job(known)

    jobs: dict[str, Callable[[], Outcome]] = {
        "invariants": lambda: health.invariants(seen, sound),
        "non_finite": lambda: health.non_finite(seen, sound),
        "drift": lambda: drift(seen, drift_limits, current, without),
        "skew": lambda: health.skew(seen, same),
        "uncertain_cases": lambda: health.uncertain_cases(seen, review),
        "model_age": lambda: model_age(seen, age),
        "quality": judged(lambda rows: quality.quality(seen, bounds, rows, name, metric)),
        "bias": judged(lambda rows: quality.bias(seen, bounds, rows)),
        "next_day": judged(lambda rows: quality.next_day(seen, bounds, rows, name, metric)),
        "perf_trend": lambda: trend.perf_trend(seen, trends, bounds, known, metric),
        "kpi": lambda: trend.kpi(seen, kpis, bounds, known),
        "cost": lambda: trend.cost(seen, rates),
    }
    if operations.has("delivery"):
        due = operations.section("delivery", DeliveryLimits)
        jobs["continuity"] = lambda: continuity(seen, due)
    return jobs


def _record(seen: Scene, outcomes: Mapping[str, Outcome], code: int, *, by_hand: bool) -> None:
    """Print a line a job, write report and page, and append the events.

    A comparison with a file by hand is no run that may ask for a new training.
    """
    settings, now = seen.settings, seen.now
    version = seen.champion.manifest.version if seen.champion else None
    jobs: dict[str, dict[str, str]] = {}
    for name, outcome in outcomes.items():
        jobs[name] = {"status": outcome.status, "message": outcome.message}
        line = f"{name}: {outcome.status}: {outcome.message}"
        if outcome.status == "finding":
            jobs[name]["alert"] = retraining.alert(settings, name, outcome.message, version, now)
            line += f" (alert {jobs[name]['alert']})"
        print(line)
    if not by_hand:
        statuses = {name: outcome.status for name, outcome in outcomes.items()}
        retraining.record(settings, statuses, version, trend.training_seconds(seen), now)
        bounds = operations.section("retrain", retraining.RetrainLimits)
        if why := retraining.trigger(settings, bounds, version, now):
            print(f"retrain: requested: {why}")
    reports.write("monitor", {"exit_code": code, "jobs": jobs, "model_version": version}, settings)
    overview.write(settings, now)


def drift(
    seen: Scene,
    bounds: DriftLimits,
    current: Path | None = None,
    without: Collection[str] = (),
) -> Outcome:
    """Compare the rows of today with the training rows; write reports/drift.json and drift.html.

    A column that drifted is a finding. Without enough rows NothingToCompare is raised, and the
    reports of the last run stay as they are.
    """
    sides = watched(seen, bounds, current, without)
    found = compare_columns(sides.reference, sides.current, sides.label, bounds)
    drifted, watch = by_status(found, "drift"), by_status(found, "watch")
    if drifted:
        outcome = Outcome("finding", f"drift in {', '.join(drifted)} ({sides.source})")
    else:
        near = f"; watch {', '.join(watch)}" if watch else ""
        outcome = Outcome("fine", f"{len(found)} columns are as in training ({sides.source}){near}")
    body = {
        "current": sides.source,
        "rows": sides.rows,
        "label": sides.label,
        "limits": bounds.model_dump(mode="json"),
        "drift": drifted,
        "watch": watch,
        "columns": found,
    }
    title = f"Drift: {seen.settings.model_name}"
    text = page(found, title, _facts(sides, seen.now), sides.label)
    reports.replace_file(seen.settings.reports_dir / "drift.html", text.encode())
    days = None if current else bounds.window_days
    return seen.conclude("drift", outcome, body, sides.rows["current"], days)


def _facts(sides: Watched, now: datetime) -> dict[str, str]:
    return {
        "Reference": f"{sides.rows['reference']:,} training rows",
        "Current": f"{sides.rows['current']:,} rows, {sides.source}",
        "Made": now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def model_age(seen: Scene, bounds: ModelLimits) -> Outcome:
    """Compare the age of the champion, and of its newest data, with the limits (model_age.json)."""
    if seen.champion is None:
        return Outcome("unknown", seen.reason)
    manifest = seen.champion.manifest
    days = _days_since(manifest.trained_at, seen.now)
    end = seen.known("data_end")
    data_days = None if end is None else _days_since(end, seen.now)
    text = (
        f"version {manifest.version} was trained {days:.1f} days ago, "
        f"{bounds.max_age_days:g} are allowed"
    )
    old = days > bounds.max_age_days
    if data_days is not None and bounds.max_data_age_days is not None:
        old |= data_days > bounds.max_data_age_days
        text += f"; its data ends {data_days:.1f} days ago, {bounds.max_data_age_days:g} allowed"
    outcome = Outcome("finding" if old else "fine", text)
    body = {
        "model_version": manifest.version,
        "trained_at": manifest.trained_at,
        "age_days": round(days, 3),
        "max_age_days": bounds.max_age_days,
        "data_end": end,
        "data_age_days": None if data_days is None else round(data_days, 3),
        "max_data_age_days": bounds.max_data_age_days,
    }
    return seen.conclude("model_age", outcome, body)


def _days_since(moment: str, now: datetime) -> float:
    """Return the days since a moment; one without a zone is UTC."""
    then = datetime.fromisoformat(moment)
    return (now - (then if then.tzinfo else then.replace(tzinfo=UTC))) / timedelta(days=1)


def continuity(seen: Scene, limits: DeliveryLimits) -> Outcome:
    """Judge reports/deliveries.jsonl and write reports/continuity.json.

    The newest delivery decides; earlier gaps are listed in the report. Raises BadInput for a line
    that is no delivery.
    """
    now = seen.now
    times = _delivered(seen.settings.reports_dir / "deliveries.jsonl")
    outcome = _in_time(times, timedelta(hours=limits.every_hours), now)
    body = {
        "deliveries": len(times),
        "newest": times[-1].isoformat() if times else None,
        "every_hours": limits.every_hours,
        "gaps": gaps(times, timedelta(hours=limits.every_hours), now),
    }
    return seen.conclude("continuity", outcome, body, len(times))


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
