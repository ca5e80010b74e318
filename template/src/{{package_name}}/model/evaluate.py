"""Stage `evaluate`: measure candidate and baseline on the same test rows, whole and in parts."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
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
from ..data.columns import conform, described, features, protected
from ..data.schema import TARGET
from ..errors import BadInput
from ..features.pipeline import predict
from ..features.split import TEST, TRAIN
from ..params import Params
from ..settings import Settings
from . import artifact, slices
from .train import CANDIDATE, fit

# Single rows whose time is taken, for the median.
TIMED = 15


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
        # It would refuse rows of one class alone, which a fold of a rare class may well be.
        "log_loss": Metric(partial(metrics.log_loss, labels=[0, 1]), "probability", False),
        "brier": Metric(metrics.brier_score_loss, "probability", False),
    },
    "regression": {
        "r2": Metric(metrics.r2_score, "prediction", True),
        "rmse": Metric(metrics.root_mean_squared_error, "prediction", False),
        "mae": Metric(metrics.mean_absolute_error, "prediction", False),
    },
}


def run(settings: Settings, params: Params) -> str:
    """Write reports/{metrics,slices,fairness}.json; return one line on candidate and baseline."""
    name = params.evaluate.metric
    chosen(name)
    train = table.read(settings.data_dir / TRAIN)
    test = table.read(settings.data_dir / TEST)
    model = artifact.load(settings.models_dir / CANDIDATE)
    answers = _answers(model, test)
    simple = _answers(fit(train, baseline(params.evaluate.baseline)), test)
    truth = np.asarray(test[TARGET], dtype=np.float64)
    candidate, stands = _values(truth, answers), _values(truth, simple)
    low, high = margin(chosen(name), truth, answers, simple, params.evaluate.resamples)
    body = {
        "task": TASK,
        "metric": name,
        "candidate": candidate,
        "baseline": stands,
        "baseline_model": params.evaluate.baseline,
        "margin": {"low": low, "high": high},
        "calibration": slices.calibration(truth, answers, params.evaluate.bins),
        "row_ms": row_ms(model, test),
        "rows": {"train": len(train), "test": len(test)},
    }
    # A slice's name holds values, so a personal column is cut only where params.yaml asks for it.
    personal = {name for name, told in described().items() if told.pii}
    columns = {feature.name for feature in features()} - personal
    sliced = test[[name for name in test.columns if name in columns | {*params.evaluate.slices}]]
    reports.write("slices", slices.by_slice(sliced, truth, answers, params.evaluate), settings)
    people = test[protected()]
    reports.write("fairness", slices.by_group(people, truth, answers, params.evaluate), settings)
    reports.write("metrics", body, settings)
    return f"{name} {candidate[name]:.4f}, {params.evaluate.baseline} {stands[name]:.4f}"


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
    return _values(np.asarray(rows[TARGET], dtype=np.float64), _answers(model, rows))


def margin(
    metric: Metric, truth: slices.Numbers, candidate: pd.DataFrame, simple: pd.DataFrame, times: int
) -> tuple[float, float]:
    """Return the 95 % interval of the candidate's gain over the simple model, in the metric.

    Both answer the same resampled rows (a paired bootstrap); above 0 the candidate is better.
    Draws of a single class, on which some metrics are not defined, are left out.
    """
    sign = 1.0 if metric.higher_is_better else -1.0
    value = QUICK.get(metric.function, metric.function)
    better, other = (frame[metric.on].to_numpy() for frame in (candidate, simple))
    gains = []
    for rows in slices.draws(len(truth), times):
        real = truth[rows]
        if real.min() == real.max():
            continue
        gains.append(sign * float(value(real, better[rows]) - value(real, other[rows])))
    return slices.interval(gains) if gains else (float("nan"), float("nan"))


def _roc_auc(truth: slices.Numbers, said: slices.Numbers) -> float:
    """Return the share of pairs in the right order (Mann and Whitney, 1947), equal ones as half."""
    _, place, counts = np.unique(said, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    ones = int((truth == 1).sum())
    pairs = ones * (len(truth) - ones)
    return float((ranks[truth == 1].sum() - ones * (ones + 1) / 2) / pairs)


def _r2(truth: slices.Numbers, said: slices.Numbers) -> float:
    return float(1 - ((truth - said) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


# The same values without scikit-learn's checks, which take most of the time of a resampled metric.
QUICK: dict[Callable[[Any, Any], float], Callable[[Any, Any], float]] = {
    metrics.roc_auc_score: _roc_auc,
    metrics.r2_score: _r2,
}


def row_ms(model: Pipeline, rows: pd.DataFrame) -> float:
    """Return the median time of one row through the whole pipeline, in milliseconds."""
    raw = conform(rows.head(TIMED), features())
    times = []
    for i in range(TIMED):
        start = time.perf_counter()
        predict(model, raw.iloc[[i % len(raw)]], TASK)
        times.append(time.perf_counter() - start)
    return round(float(np.median(times)) * 1000, 3)


def _answers(model: Pipeline, rows: pd.DataFrame) -> pd.DataFrame:
    return predict(model, conform(rows, features()), TASK)


def _values(truth: slices.Numbers, answers: pd.DataFrame) -> dict[str, float]:
    return {
        name: float(metric.function(truth, answers[metric.on]))
        for name, metric in METRICS[TASK].items()
    }
