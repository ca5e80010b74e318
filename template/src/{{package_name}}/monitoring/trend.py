"""What moves over weeks: quality and latency (a sudden step, a slow leak), KPIs, and cost."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from pydantic import Field, model_validator

from .. import TASK, operations, reports
from ..data.schema import TARGET
from ..errors import BadInput
from ..model.evaluate import METRICS, Metric
from . import retraining
from .quality import Labelled, QualityLimits, value
from .watched import Outcome, Scene

# A KPI reads the labelled log by the name of a measure, or by one of these of a column.
SOURCE = re.compile(r"(mean|sum|min|max|median)\((.+)\)")
COUNTED = ("precision", "recall", "rows")
TRAINING = "candidate/training.json"


class TrendLimits(operations.Section):
    """How far a series may step or creep.

    A step: the last point against the median of the `k` before. Creeping: a line through the last
    `n` points. Shares of the median; for quality `quality.max_loss` is the limit of both.
    """

    k: int = Field(default=5, ge=2)
    n: int = Field(default=14, ge=4)
    sudden: float = Field(default=0.5, gt=0)
    slow: float = Field(default=0.25, gt=0)
    min_rows: int = Field(default=30, ge=1)


@dataclass(frozen=True)
class Series:
    """Points of equal distance, the oldest first; `limits` are those of a step and of creeping."""

    points: Sequence[tuple[str, float]]
    higher_is_better: bool
    limits: tuple[float, float]


def sudden(values: Sequence[float], k: int) -> float | None:
    """Return how far the last value is from the median of the `k` before; None: too few."""
    if len(values) <= k:
        return None
    return values[-1] - float(pd.Series(values[-k - 1 : -1]).median())


def slow(values: Sequence[float], n: int) -> tuple[float, float, float] | None:
    """Return the slope a step by Theil and Sen, between the ends of its 95 % interval.

    The median slope of all pairs of the last `n` values: a few outliers do not move it. Source: Sen
    1968, Journal of the American Statistical Association 63, p. 1379. None: fewer than `n` values.
    """
    if len(values) < n:
        return None
    from scipy import stats

    found = stats.theilslopes(values[-n:], alpha=0.95)
    return float(found.low_slope), float(found.slope), float(found.high_slope)


def judge(series: Series, limits: TrendLimits) -> dict[str, Any]:
    """Return step, slope and what is found about one series: sudden, slow, fine or unknown."""
    values = [point for _, point in series.points]
    step, line = sudden(values, limits.k), slow(values, limits.n)
    better = 1 if series.higher_is_better else -1
    found = []
    if step is not None and -better * step > series.limits[0]:
        found.append("sudden")
    if line is not None:
        away = line[2] < 0 if series.higher_is_better else line[0] > 0
        if away and -better * line[1] * (limits.n - 1) > series.limits[1]:
            found.append("slow")
    known = "fine" if step is not None else "unknown"
    return {
        "points": list(series.points),
        "step": step,
        "slope": line[1] if line else None,
        "slope_interval": (line[0], line[2]) if line else None,
        "found": found or [known],
    }


def perf_trend(
    seen: Scene,
    limits: TrendLimits,
    quality: QualityLimits,
    known: Labelled | None,
    metric: Metric,
) -> Outcome:
    """Judge quality and latency by day, and the training time by version (perf_trend.json)."""
    series = {}
    if known is not None:
        days = {
            day: value(rows, metric) for day, rows in _days(known.rows, quality.min_rows).items()
        }
        points = [(day, point) for day, point in days.items() if point is not None]
        series["quality"] = Series(points, metric.higher_is_better, (quality.max_loss,) * 2)
    # Each row of a request carries the time of the whole request, which counts once.
    answers = seen.logged.answers.dropna(subset=["latency_ms"])
    answers = answers[answers["row"] == 0]
    slowest = [
        (day, float(rows["latency_ms"].quantile(0.95)))
        for day, rows in _days(answers, limits.min_rows).items()
    ]
    trained = list(retraining.trainings(reports.events(seen.settings)).items())
    for name, points in (("latency_p95_ms", slowest), ("training_s", trained)):
        unit = float(pd.Series([point for _, point in points], dtype=float).median())
        series[name] = Series(points, False, (limits.sudden * unit, limits.slow * unit))
    judged = {name: judge(one, limits) for name, one in series.items()}
    wrong = [name for name, one in judged.items() if {"sudden", "slow"} & set(one["found"])]
    told = [name for name, one in judged.items() if one["found"] != ["unknown"]]
    if wrong:
        how = ", ".join(f"{name} ({' and '.join(judged[name]['found'])})" for name in wrong)
        outcome = Outcome("finding", f"worse: {how}")
    elif told:
        outcome = Outcome("fine", f"steady: {', '.join(told)}")
    else:
        outcome = Outcome("unknown", f"no series has {limits.k + 1} points yet")
    body = {
        "series": judged,
        "limits": limits.model_dump(mode="json"),
    }
    return seen.conclude("perf_trend", outcome, body, len(seen.logged.answers))


def _days(rows: pd.DataFrame, least: int) -> dict[str, pd.DataFrame]:
    """Return the rows of each day that has enough of them, the oldest first."""
    if rows.empty:
        return {}
    return {str(day): part for day, part in rows.groupby(rows["ts"].dt.date) if len(part) >= least}


class Kpi(operations.Section):
    """A number that the business is judged by; `source` says how the labelled log gives it."""

    name: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    baseline: float
    target: float
    direction: Literal["up", "down"]
    source: str = Field(min_length=1)
    owner: str | None = None


class Kpis(operations.Section):
    """The list of KPIs."""

    wanted: tuple[Kpi, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _a_list(cls, given: object) -> object:
        return {"wanted": given} if isinstance(given, list) else given


def kpi(seen: Scene, wanted: Kpis, quality: QualityLimits, known: Labelled | None) -> Outcome:
    """Compute each KPI; one that is worse than its baseline is a finding (reports/kpi.json)."""
    if not wanted.wanted:
        return Outcome("unknown", "conf/operations.yaml names no kpi")
    if known is None:
        return Outcome("unknown", "the KPIs wait for labels")
    found = []
    for one in wanted.wanted:
        number = measured(one, known.rows)
        sign = 1 if one.direction == "up" else -1
        worse = sign * (number - one.baseline) < 0
        met = sign * (number - one.target) >= 0
        status = "worse than the baseline" if worse else "met" if met else "between"
        if math.isnan(number):  # as the precision where nobody was predicted a yes
            found.append({**one.model_dump(), "value": None, "status": "unknown"})
        else:
            found.append({**one.model_dump(), "value": number, "status": status})
    wrong = [str(one["name"]) for one in found if one["status"] == "worse than the baseline"]
    text = ", ".join(
        f"{one['name']} unknown"
        if one["value"] is None
        else f"{one['name']} {one['value']:.4g} {one['unit']}"
        for one in found
    )
    text += f"; worse than before: {', '.join(wrong)}" if wrong else ""
    told = any(one["value"] is not None for one in found)
    outcome = Outcome("finding" if wrong else "fine" if told else "unknown", text)
    body = {
        "kpis": found,
        "label_delay_days": quality.label_delay_days,
    }
    return seen.conclude("kpi", outcome, body, len(known.rows), quality.window_days)


def measured(one: Kpi, rows: pd.DataFrame) -> float:
    """Return the KPI of labelled rows; raises BadInput for a source that cannot be read."""
    place = f"conf/operations.yaml: kpi {one.name!r}: source {one.source!r}"
    if one.source == "rows":
        return float(len(rows))
    if one.source in METRICS[TASK]:
        number = value(rows, METRICS[TASK][one.source])
        return float("nan") if number is None else number
    if one.source in ("precision", "recall") and TASK == "classification":
        right = ((rows["prediction"] == 1) & (rows[TARGET] == 1)).sum()
        among = (rows["prediction" if one.source == "precision" else TARGET] == 1).sum()
        return float(right / among) if among else float("nan")
    call = SOURCE.fullmatch(one.source)
    if call is None:
        known = ", ".join((*METRICS[TASK], *COUNTED))
        raise BadInput(f"{place} is none of {known}, nor like mean(COLUMN)")
    if call[2] not in rows.columns:
        raise BadInput(f"{place}: the labelled log has no column {call[2]!r}")
    try:
        return float(getattr(rows[call[2]].astype(float), call[1])())
    except (TypeError, ValueError):
        raise BadInput(f"{place}: column {call[2]!r} does not hold numbers") from None


class Cost(operations.Section):
    """Rates in money an hour, and what a month may cost."""

    currency: str = "EUR"
    training_per_hour: float = Field(default=0.0, ge=0)
    trainings_per_month: float = Field(default=4, ge=0)
    serving_per_hour: float = Field(default=0.0, ge=0)
    serving_hours_per_month: float = Field(default=730, ge=0)
    fixed_per_month: float = Field(default=0.0, ge=0)
    budget_per_month: float | None = Field(default=None, gt=0)
    owner: str | None = None


def cost(seen: Scene, rates: Cost) -> Outcome:
    """Estimate a month by rates and durations, against the budget; write reports/cost.json."""
    if rates.budget_per_month is None:
        return Outcome("unknown", "conf/operations.yaml: cost names no budget_per_month")
    if seen.champion is None:
        return Outcome("unknown", seen.reason)
    seconds = training_seconds(seen)
    parts = {
        "training": (seconds or 0.0) / 3600 * rates.training_per_hour * rates.trainings_per_month,
        "serving": rates.serving_per_hour * rates.serving_hours_per_month,
        "fixed": rates.fixed_per_month,
    }
    month = sum(parts.values())
    outcome = Outcome(
        "finding" if month > rates.budget_per_month else "fine",
        f"about {month:.2f} {rates.currency} a month of {rates.budget_per_month:.2f}",
    )
    body = {
        "training_seconds": seconds,
        "month": {**parts, "total": month},
        "budget_delta": rates.budget_per_month - month,
        "rates": rates.model_dump(mode="json"),
    }
    return seen.conclude("cost", outcome, body)


def training_seconds(seen: Scene) -> float | None:
    """Return how long the champion's training took; of the last candidate if that is not known."""
    known = (seen.known("training") or {}).get("seconds")
    path = seen.settings.models_dir / TRAINING
    if known is None and path.is_file():
        known = json.loads(path.read_text("utf-8")).get("seconds")
    return None if known is None else float(known)
