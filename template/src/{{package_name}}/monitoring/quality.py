"""Quality on what was really predicted, once the labels are known.

Labels come late: a file with the label and with request_id (and row), or with key columns that are
features, is joined to the prediction log. Rows younger than the label's delay wait: the labels that
come first are not like the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types
from pydantic import Field

from .. import TASK, operations
from ..data import table
from ..data.columns import conform, features
from ..data.schema import TARGET
from ..errors import BadInput
from ..model.evaluate import Metric
from .statistics import Floats
from .watched import Outcome, Scene, logged_features, typed

# How sure an interval is; and the draws of a bootstrap, which give its ends to about two digits.
CONFIDENCE = 0.95
DRAWS = 200
# A slice of a number or a point in time is a quarter of the rows; of categories, the most frequent
# have one each.
TOP = 5


class QualityLimits(operations.Section):
    """Where labels come from, how late, and how much worse than on the test rows is too much.

    `max_loss` is in units of the metric; `max_bias`, between mean prediction and mean label, in
    standard deviations of the label.
    """

    labels: Path | None = None
    keys: tuple[str, ...] = ()
    label_delay_days: float = Field(default=1, ge=0)
    window_days: float = Field(default=30, gt=0)
    min_rows: int = Field(default=30, ge=2)
    max_loss: float = Field(default=0.05, ge=0)
    slices: tuple[str, ...] = ()
    max_bias: float = Field(default=0.1, gt=0)


@dataclass(frozen=True)
class Labelled:
    """The champion's logged rows whose label is known; `eligible` counts those it may be for."""

    rows: pd.DataFrame
    eligible: int
    source: str


class NoLabels(Exception):
    """There are no labels, or too few; the message says what is needed."""


def labelled(seen: Scene, limits: QualityLimits, file: Path | None) -> Labelled:
    """Join labels and log.

    The columns are the features, then ts, prediction, probability, latency_ms and the target.
    Raises BadInput for a wrong file, NoLabels if nothing can be said.
    """
    path = file or limits.labels
    if path is None:
        raise NoLabels("no labels: give --labels FILE, or set quality.labels")
    if seen.champion is None:
        raise NoLabels(seen.reason)
    if file is None and not path.is_file():
        raise NoLabels(f"no labels at {path} yet")
    there = logged_features(seen.logged)
    names = [feature.name for feature in there]
    unknown = {*limits.keys, *limits.slices} - set(names)
    if unknown:
        raise BadInput(f"conf/operations.yaml: quality: the log has no feature {min(unknown)!r}")
    logged = seen.within(limits.window_days, limits.label_delay_days)
    logged = logged.having(names, seen.champion.manifest.version)
    labels = _labels(path, limits)
    if not len(logged.answers):
        raise NoLabels(f"no prediction is {limits.label_delay_days:g} days old: labels are awaited")
    rows = typed(logged.features, there)
    answers = logged.answers[["request_id", "row", "ts", "prediction", "probability", "latency_ms"]]
    on = list(limits.keys) or ["request_id", "row"]
    joined = pd.concat([rows, answers], axis=1).merge(labels, on=on, how="inner")
    if len(joined) < limits.min_rows:
        raise NoLabels(f"{len(joined)} rows have a label, at least {limits.min_rows} are needed")
    return Labelled(joined, len(rows), str(path))


def _labels(path: Path, limits: QualityLimits) -> pd.DataFrame:
    """Read keys and label; of several labels for one row the last counts."""
    frame = table.read(path)
    if not limits.keys and "row" not in frame.columns:
        frame = frame.assign(row=0)
    on = list(limits.keys) or ["request_id", "row"]
    missing = [name for name in (*on, TARGET) if name not in frame.columns]
    if missing:
        raise BadInput(f"{path} has no column {missing[0]!r}; it needs {', '.join(on)}, {TARGET}")
    frame = frame[frame[TARGET].notna()]
    try:
        label = pd.to_numeric(frame[TARGET])
    except (TypeError, ValueError):
        raise BadInput(f"{path}: column {TARGET!r} does not hold numbers") from None
    if TASK == "classification" and not label.isin([0, 1]).all():
        raise BadInput(f"{path}: column {TARGET!r} holds other values than 0 and 1")
    if limits.keys:
        keys = conform(frame, [f for f in features() if f.name in limits.keys])
    else:
        try:
            keys = frame[on].astype({"request_id": str, "row": "int64"})
        except (TypeError, ValueError):
            raise BadInput(f"{path}: column 'row' does not hold whole numbers") from None
    return keys.assign(**{TARGET: label}).drop_duplicates(on, keep="last")


def value(rows: pd.DataFrame, metric: Metric) -> float | None:
    """Return the metric of labelled rows, or None where it has no value (a single class)."""
    if TASK == "classification" and rows[TARGET].nunique() < 2:
        return None
    return float(metric.function(rows[TARGET].to_numpy(), rows[metric.on].to_numpy()))


def interval(rows: pd.DataFrame, metric: Metric) -> tuple[float, float] | None:
    """Return the ends of a bootstrap interval of the metric; always the same for the same rows."""
    generator = np.random.default_rng(0)
    truth, answers = rows[TARGET].to_numpy(), rows[metric.on].to_numpy()
    drawn = []
    for _ in range(DRAWS):
        chosen = generator.integers(0, len(rows), len(rows))
        if TASK == "regression" or len(np.unique(truth[chosen])) == 2:
            drawn.append(float(metric.function(truth[chosen], answers[chosen])))
    if not drawn:
        return None
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def quality(
    seen: Scene, limits: QualityLimits, known: Labelled, name: str, metric: Metric
) -> Outcome:
    """Hold the metric on labelled rows against the test rows; write reports/quality.json."""
    rows = known.rows
    days = [
        {"day": str(day), "rows": len(part), "value": value(part, metric)}
        for day, part in rows.groupby(rows["ts"].dt.date)
    ]
    slices = [
        {"slice": label, "rows": len(part), "value": value(part, metric)}
        for label, part in sliced(rows, limits)
    ]
    facts, outcome = _against_holdout(seen, limits, rows, name, metric, f"{len(rows)} rows")
    body = {
        **facts,
        "coverage": len(rows) / known.eligible,
        "days": days,
        "slices": slices,
        "label_delay_days": limits.label_delay_days,
        "labels": known.source,
    }
    return seen.conclude("quality", outcome, body, len(rows), limits.window_days)


def next_day(
    seen: Scene, limits: QualityLimits, known: Labelled, name: str, metric: Metric
) -> Outcome:
    """Hold the newest labelled day with enough rows against the test rows (next_day.json)."""
    dates = known.rows["ts"].dt.date
    full = [day for day, rows in dates.value_counts().items() if rows >= limits.min_rows]
    if not full:
        return Outcome("unknown", f"no day has {limits.min_rows} labelled rows")
    rows = known.rows[dates == max(full)]
    facts, outcome = _against_holdout(seen, limits, rows, name, metric, str(max(full)))
    return seen.conclude("next_day", outcome, {**facts, "day": str(max(full))}, len(rows), 1)


def _against_holdout(
    seen: Scene, limits: QualityLimits, rows: pd.DataFrame, name: str, metric: Metric, what: str
) -> tuple[dict[str, Any], Outcome]:
    """Judge the loss: too large, and not by chance (the whole interval is on the worse side)."""
    measured, ends = value(rows, metric), interval(rows, metric)
    holdout = (seen.known("metrics") or {}).get(name)
    if measured is None or ends is None:
        outcome = Outcome("unknown", f"{name} has no value: all labels are equal ({what})")
    elif holdout is None:
        outcome = Outcome("unknown", f"{name} {measured:.4f}; this version has no test metrics")
    else:
        sign = 1 if metric.higher_is_better else -1
        best = ends[1] if metric.higher_is_better else ends[0]
        loss = sign * (holdout - measured)
        worse = loss > limits.max_loss and sign * (holdout - best) > 0
        text = f"{name} {measured:.4f} ({what}), {holdout:.4f} on the test rows"
        outcome = Outcome("finding" if worse else "fine", text)
    facts = {
        "metric": name,
        "value": measured,
        "interval": ends,
        "holdout": holdout,
        "max_loss": limits.max_loss,
    }
    return facts, outcome


def sliced(rows: pd.DataFrame, limits: QualityLimits) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give all rows, then each slice that has enough of them, with its name."""
    yield "all", rows
    for name in limits.slices:
        column = rows[name]
        number = types.is_numeric_dtype(column) and not types.is_bool_dtype(column)
        if number or types.is_datetime64_any_dtype(column):
            groups = pd.qcut(column, 4, duplicates="drop").astype(str)
        else:
            groups = column.astype(str)
            groups = groups.where(groups.isin(groups.value_counts().index[:TOP]), "(other)")
        groups = groups.where(column.notna(), "(missing)")
        for group, part in rows.groupby(groups):
            if len(part) >= limits.min_rows:
                yield f"{name} {group}", part


def bias(seen: Scene, limits: QualityLimits, known: Labelled) -> Outcome:
    """Hold the mean prediction of each slice against its mean label; write reports/bias.json.

    The intervals hold for all slices together (Bonferroni).
    """
    parts = list(sliced(known.rows, limits))
    z = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / len(parts))
    unit = float(known.rows[TARGET].std(ddof=0))
    column = "probability" if TASK == "classification" else "prediction"
    found = []
    for name, part in parts:
        low, mean, high = mean_interval((part[column] - part[TARGET]).to_numpy(np.float64), z)
        off = not low <= 0 <= high and abs(mean) >= limits.max_bias * unit
        found.append(
            {
                "slice": name,
                "rows": len(part),
                "predicted": float(part[column].mean()),
                "observed": float(part[TARGET].mean()),
                "bias": mean,
                "interval": (low, high),
                "status": "finding" if off else "fine",
            }
        )
    wrong = [str(one["slice"]) for one in found if one["status"] == "finding"]
    text = f"predictions are off in {', '.join(wrong)}" if wrong else "no slice is off"
    outcome = Outcome("finding" if wrong else "fine", f"{text} (slices: {len(found)})")
    body = {
        "max_bias": limits.max_bias,
        "slices": found,
    }
    return seen.conclude("bias", outcome, body, len(known.rows), limits.window_days)


def mean_interval(values: Floats, z: float) -> tuple[float, float, float]:
    """Return the mean between the ends of its normal interval, `z` standard errors to each side."""
    mean = float(values.mean())
    error = z * float(values.std(ddof=1)) / len(values) ** 0.5
    return mean - error, mean, mean + error


def longest(limits: QualityLimits) -> float:
    """Return how many days of the log this needs."""
    return limits.window_days + limits.label_delay_days + timedelta(days=1) / timedelta(days=1)
