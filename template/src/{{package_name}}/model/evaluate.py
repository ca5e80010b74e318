"""Stage `evaluate`: measure candidate and baseline on the same test rows; and the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from .. import TASK, reports
from ..data import table
from ..data.columns import conform, features
from ..data.schema import TARGET
from ..errors import BadInput
from ..features.pipeline import predict
from ..features.split import TEST, TRAIN
from ..params import Gate, Params
from ..settings import Settings
from . import artifact
from .train import CANDIDATE, fit

# 0.82 - 0.80 is a little less than 0.02 in floating point; a limit that is met exactly is met.
ROUNDING = 1e-12


class Metric(NamedTuple):
    """How to measure: `function(truth, answer)`, on which answer, and which side is better."""

    function: Callable[[Any, Any], float]
    on: str
    higher_is_better: bool


METRICS: dict[str, dict[str, Metric]] = {
    "classification": {
        "roc_auc": Metric(metrics.roc_auc_score, "probability", True),
        "average_precision": Metric(metrics.average_precision_score, "probability", True),
        "accuracy": Metric(metrics.accuracy_score, "prediction", True),
        "f1": Metric(metrics.f1_score, "prediction", True),
        "log_loss": Metric(metrics.log_loss, "probability", False),
        "brier": Metric(metrics.brier_score_loss, "probability", False),
    },
    "regression": {
        "r2": Metric(metrics.r2_score, "prediction", True),
        "rmse": Metric(metrics.root_mean_squared_error, "prediction", False),
        "mae": Metric(metrics.mean_absolute_error, "prediction", False),
    },
}


def run(settings: Settings, params: Params) -> str:
    """Write reports/metrics.json; return one line on candidate and baseline."""
    name = params.evaluate.metric
    chosen(name)
    train = table.read(settings.data_dir / TRAIN)
    test = table.read(settings.data_dir / TEST)
    candidate = measure(artifact.load(settings.models_dir / CANDIDATE), test)
    simple = measure(fit(train, baseline(params.evaluate.baseline)), test)
    body = {
        "task": TASK,
        "metric": name,
        "candidate": candidate,
        "baseline": simple,
        "baseline_model": params.evaluate.baseline,
        "rows": {"train": len(train), "test": len(test)},
    }
    reports.write("metrics", body, settings)
    return f"{name} {candidate[name]:.4f}, {params.evaluate.baseline} {simple[name]:.4f}"


def chosen(name: str) -> Metric:
    """Return the metric of that name; raises BadInput if the task has none."""
    known = METRICS[TASK]
    if name not in known:
        raise BadInput(f"params.yaml: evaluate.metric {name!r} is none of {', '.join(known)}")
    return known[name]


def baseline(kind: str) -> BaseEstimator:
    """Return the unfitted simple model: a tree with one question, or always the same answer."""
    if TASK == "classification":
        return (
            DecisionTreeClassifier(max_depth=1, random_state=0)
            if kind == "stump"
            else DummyClassifier(strategy="prior")
        )
    return (
        DecisionTreeRegressor(max_depth=1, random_state=0)
        if kind == "stump"
        else DummyRegressor(strategy="mean")
    )


def measure(model: Pipeline, rows: pd.DataFrame) -> dict[str, float]:
    """Return every metric of the task for rows that obey the schema."""
    answers = predict(model, conform(rows, features()), TASK)
    truth = np.asarray(rows[TARGET])
    return {
        name: float(metric.function(truth, answers[metric.on]))
        for name, metric in METRICS[TASK].items()
    }


@dataclass(frozen=True)
class Decision:
    """Whether the candidate may pass, and why in one line."""

    accepted: bool
    reason: str


def decide(
    candidate: float,
    baseline: float,
    champion: float | None,
    limits: Gate,
    *,
    higher_is_better: bool,
) -> Decision:
    """Compare three values of one metric, measured on the same test rows.

    The candidate must beat the baseline by at least `min_gain_over_baseline`, and lose at most
    `max_loss_to_champion` against the champion (None: there is none yet, or it cannot read these
    rows). NaN passes nowhere.
    """
    sign = 1.0 if higher_is_better else -1.0
    gain = sign * (candidate - baseline)
    if not gain >= limits.min_gain_over_baseline - ROUNDING:
        return Decision(
            False,
            f"{candidate:.4f} does not beat the baseline's {baseline:.4f} by "
            f"{limits.min_gain_over_baseline:g} or more",
        )
    if champion is None:
        return Decision(True, f"{candidate:.4f} beats the baseline's {baseline:.4f}; no champion")
    loss = sign * (champion - candidate)
    if not loss <= limits.max_loss_to_champion + ROUNDING:
        return Decision(
            False,
            f"{candidate:.4f} falls behind the champion's {champion:.4f} by more than "
            f"{limits.max_loss_to_champion:g}",
        )
    return Decision(
        True, f"{candidate:.4f} beats the baseline's {baseline:.4f}; champion {champion:.4f}"
    )
