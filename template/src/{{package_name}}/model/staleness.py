"""Staleness: how fast a model gets worse with age, from the data's own past."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .. import TASK, operations, reports
from ..data import table
from ..data.schema import TARGET, TIME
from ..params import Params
from ..settings import Settings
from .evaluate import chosen, measure
from .train import estimator, fit

# In periods: how old a model is when it is measured, and how long it was trained. Their sum and the
# period that it is measured on make up the whole span of the data.
AGES = (0, 1, 2, 4, 8)
TRAINED = 3
PERIODS = TRAINED + max(AGES) + 1
FEWEST = 50
NOTHING_TO_SEE = 3


def run(settings: Settings, params: Params) -> tuple[str, int]:
    """Write reports/staleness.json; return one line and the exit code.

    Trains on windows of one length that end 0, 1, 2, 4 and 8 periods before the last period, and
    measures each there. 1: conf/operations.yaml lets a model get older than its quality holds.
    3: without a time, or with too few rows, nothing can be said.
    """
    if TIME is None:
        return "the schema names no TIME: the age of a model cannot be measured", NOTHING_TO_SEE
    rows = table.read(settings.data_dir / table.RAW)
    moments = rows[TIME]
    start, end = moments.min(), moments.max()
    period = (end - start) / PERIODS
    test = rows[moments > end - period]
    metric = chosen(params.evaluate.metric)
    curve: list[dict[str, Any]] = []
    for age in AGES:
        until = end - period * (1 + age)
        window = rows[(moments > until - period * TRAINED) & (moments <= until)]
        small = len(window) < FEWEST or len(test) < FEWEST
        if small or (
            TASK == "classification" and min(window[TARGET].nunique(), test[TARGET].nunique()) < 2
        ):
            continue
        model = fit(window, estimator(params.model), params.model.threads)
        value = measure(model, test)[params.evaluate.metric]
        days = age * period / timedelta(days=1)
        curve.append({"age_days": round(days, 2), "rows": len(window), "value": value})
    if len(curve) < 2 or curve[0]["age_days"] > 0:
        return f"fewer than {FEWEST} rows in most of {PERIODS} periods: too few", NOTHING_TO_SEE
    most = oldest(curve, params.gate.max_loss_to_champion, metric.higher_is_better)
    from ..monitoring.jobs import ModelLimits  # the one place that says how old it may become

    configured = operations.section("model", ModelLimits).max_age_days
    fine = configured <= most or most == curve[-1]["age_days"]
    body = {
        "metric": params.evaluate.metric,
        "period_days": round(period / timedelta(days=1), 2),
        "curve": curve,
        "max_loss": params.gate.max_loss_to_champion,
        "suggested_max_age_days": most,
        "configured_max_age_days": configured,
        "status": "passed" if fine else "failed",
    }
    reports.write("staleness", body, settings)
    line = f"quality holds for {most:g} days (measured up to {curve[-1]['age_days']:g})"
    if fine:
        return line, 0
    return f"{line}, conf/operations.yaml: model.max_age_days is {configured}", 1


def oldest(curve: list[dict[str, Any]], most: float, higher_is_better: bool) -> float:
    """Return the greatest age, in days, up to which no model lost more than `most`."""
    sign = 1.0 if higher_is_better else -1.0
    held = 0.0
    for point in curve:
        if not sign * (curve[0]["value"] - point["value"]) <= most:
            break
        held = float(point["age_days"])
    return held
