"""What follows from findings: alerts that prove right or wrong, and a request to train anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import Field

from .. import operations, reports
from ..errors import BadInput
from ..settings import Settings

Event = Mapping[str, Any]
# Types of events.
RUN, ALERT, OUTCOME, TRIGGERED = "monitor_run", "alert", "alert_outcome", "retrain_triggered"
UNCHANGED = "candidate_unchanged"
# What answers a request: a candidate went through the gate, whatever it said, or was deployed; or
# the training gave a model that is known already.
ANSWERED = ("gate_decision", "model_deployed", UNCHANGED)


class RetrainLimits(operations.Section):
    """`k` of the last `n` runs with a finding in one of `jobs` ask for a new training."""

    jobs: tuple[str, ...] = ("drift", "quality", "next_day", "model_age")
    k: int = Field(default=2, ge=1)
    n: int = Field(default=3, ge=1)
    cooldown_days: float = Field(default=7, ge=0)


class AlertLimits(operations.Section):
    """From how many outcomes on the precision of a job's alerts is told."""

    min_outcomes: int = Field(default=5, ge=1)


def reasons(runs: Sequence[Mapping[str, str]], limits: RetrainLimits) -> list[str]:
    """Return the jobs that ask for a new training, or nothing if too few runs do.

    `runs` are the statuses of each run by job, the oldest first.
    """
    found = [[job for job in limits.jobs if run.get(job) == "finding"] for run in runs[-limits.n :]]
    if sum(map(bool, found)) < limits.k:
        return []
    return [job for job in limits.jobs if any(job in run for run in found)]


def cooling(last: datetime | None, now: datetime, limits: RetrainLimits) -> bool:
    """Tell whether the last request is too young for another one."""
    return last is not None and now - last < timedelta(days=limits.cooldown_days)


def record(
    settings: Settings,
    statuses: Mapping[str, str],
    version: str | None,
    training_s: float | None,
    now: datetime,
) -> None:
    """Keep the statuses of a run by job, and how long the champion's training took."""
    reports.append_event(
        RUN,
        settings=settings,
        ts=_utc(now),
        model_version=version,
        trigger="schedule",
        jobs=dict(statuses),
        training_s=training_s,
    )


def trainings(events: Sequence[Event]) -> dict[str, float]:
    """Return the seconds of the training of each version that was watched, the oldest first."""
    return {
        str(event["model_version"]): float(event["training_s"])
        for event in events
        if event["type"] == RUN and event.get("training_s") is not None
    }


def trigger(
    settings: Settings, limits: RetrainLimits, version: str | None, now: datetime
) -> str | None:
    """Ask for a new training if the last runs say so; return one line, or None.

    Only runs that looked at today's champion count: its successor starts anew.
    """
    events = reports.events(settings)
    runs = [e["jobs"] for e in events if e["type"] == RUN and e.get("model_version") == version]
    why = reasons(runs, limits)
    if not why or cooling(newest(events, TRIGGERED), now, limits):
        return None
    text = f"{', '.join(why)} in {limits.k} or more of the last {limits.n} runs"
    reports.append_event(
        TRIGGERED,
        settings=settings,
        ts=_utc(now),
        model_version=version,
        trigger="drift" if why == ["drift"] else "data",
        reasons=why,
    )
    return text


def requested(settings: Settings, now: datetime) -> str | None:
    """Return why a new training is asked for, or None: nothing asked, or it was answered."""
    events = reports.events(settings)
    asked = [event for event in events if event["type"] == TRIGGERED]
    if not asked:
        return None
    moment = newest(asked, TRIGGERED)
    answered = [newest(events, kind) for kind in ANSWERED]
    if moment is None or moment > now or any(one and one > moment for one in answered):
        return None
    return ", ".join(asked[-1]["reasons"])


def answer(settings: Settings, outcome: str, now: datetime) -> None:
    """Record that the pipeline ran and ended with `outcome`, if a request still stands.

    A candidate that went through the gate has answered it already; one that did not change has not.
    """
    if requested(settings, now) is not None:
        reports.append_event(UNCHANGED, settings=settings, ts=_utc(now), reason=outcome)


def newest(events: Sequence[Event], kind: str) -> datetime | None:
    """Return when the last event of a type happened."""
    return max((datetime.fromisoformat(e["ts"]) for e in events if e["type"] == kind), default=None)


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def alert(settings: Settings, job: str, message: str, version: str | None, now: datetime) -> str:
    """Record a finding as an event; return its id."""
    event = reports.append_event(
        ALERT, settings=settings, ts=_utc(now), model_version=version, job=job, message=message
    )
    return str(event["event_id"])


def alert_outcome(settings: Settings, alert_id: str, *, right: bool, note: str) -> str:
    """Record whether an alert was right; return one line. Raises BadInput for an unknown id."""
    known = {event["event_id"]: event for event in reports.events(settings)}
    event = known.get(alert_id)
    if event is None or event["type"] != ALERT:
        raise BadInput(f"no alert has the id {alert_id!r}; `uv run poe monitor` prints them")
    reports.append_event(
        OUTCOME,
        settings=settings,
        model_version=event["model_version"],
        alert_id=alert_id,
        job=event["job"],
        right=right,
        note=note,
    )
    return f"{event['job']}: the alert was {'right' if right else 'wrong'}"


def outcomes(events: Sequence[Event]) -> dict[str, bool]:
    """Return for each alert that was judged whether it was right; the last word counts."""
    return {event["alert_id"]: bool(event["right"]) for event in events if event["type"] == OUTCOME}


def precision(events: Sequence[Event], limits: AlertLimits) -> dict[str, str]:
    """Return for each job with alerts which share of them was right, in words."""
    judged = outcomes(events)
    jobs: dict[str, list[bool]] = {}
    for event in events:
        if event["type"] == ALERT:
            rights = jobs.setdefault(event["job"], [])
            if event["event_id"] in judged:
                rights.append(judged[event["event_id"]])
    return {
        job: f"{sum(rights)} of {len(rights)} alerts were right"
        if len(rights) >= limits.min_outcomes
        else f"too few outcomes to tell ({len(rights)} of {limits.min_outcomes})"
        for job, rights in jobs.items()
    }


def monitoring_problems(path: Path = operations.PATH) -> list[str]:
    """Return what conf/operations.yaml lacks for a model that others rely on, a line each."""
    from .drift import DriftLimits
    from .quality import QualityLimits
    from .trend import Cost, Kpis

    problems = []
    try:
        drift = operations.section("drift", DriftLimits, path)
        quality = operations.section("quality", QualityLimits, path)
        kpis = operations.section("kpi", Kpis, path)
        cost = operations.section("cost", Cost, path)
        operations.section("retrain", RetrainLimits, path)
        if not operations.has("model", path):
            problems.append("model.max_age_days: no limit on the model's age")
    except BadInput as error:
        return [str(error)]
    if _is_prompt(drift.alert):
        problems.append("drift.alert: nobody hears of a finding")
    if quality.labels is None:
        problems.append("quality.labels: quality is not measured after deployment")
    if not kpis.wanted:
        problems.append("kpi: no number of the business is watched")
    if cost.budget_per_month is None:
        problems.append("cost.budget_per_month: cost has no limit")
    return [f"conf/operations.yaml: {problem}" for problem in problems]


def _is_prompt(text: str | None) -> bool:
    """Tell whether a value is still what the template says to fill in."""
    return text is None or not text.strip() or "fill:" in text
