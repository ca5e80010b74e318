"""Search: which parameters of the model do best in cross-validation, on training rows alone.

It never edits params.yaml: the lines to change are printed, and a person decides.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold, TimeSeriesSplit

from .. import TASK, reports, tracking
from ..data import table
from ..data.schema import TARGET, TIME
from ..errors import BadInput
from ..features.split import TRAIN
from ..params import Model, Params, Range, Search
from ..reports import new_id
from ..settings import Settings
from .evaluate import chosen, measure
from .train import estimator, fit

SEEDS = 5
# Nearer to an end of a range than this share of it is on the edge.
EDGE = 0.05


class Trial(NamedTuple):
    """A point of the space and its mean metric over the folds (NaN: it cannot be trained)."""

    point: dict[str, Any]
    score: float


def run(settings: Settings, params: Params) -> tuple[str, int]:
    """Try `search.trials` points; log each, write reports/search.json, give advice and code.

    The first point is params.yaml's own. 1 is a finding: no point beats that one, or the best one
    lies on the edge of the space, beyond which a better one may be. Raises BadInput for a parameter
    that is neither searched nor fixed with a reason.
    """
    covered(params)
    how, name = params.search, params.evaluate.metric
    sign = 1 if chosen(name).higher_is_better else -1
    rows = table.read(settings.data_dir / TRAIN)
    own = {key: value for key, value in _current(params.model).items() if key in how.space}
    trials = [Trial(point, _score(rows, params, point)) for point in _points(how, own)]
    reseeded = [{**own, "seed": params.model.seed + i} for i in range(SEEDS)]
    seeds = [_score(rows, params, point) for point in reseeded]
    best = max(trials, key=lambda trial: _rank(sign * trial.score))
    better = _rank(sign * best.score) > _rank(sign * trials[0].score)
    # params.yaml's own point may hold values of no range, such as null.
    found = best.point.items() if better else ()
    edges = [key for key, value in found if _on_edge(how.space[key], value)]
    study = new_id()
    body = {
        "study": study,
        "metric": name,
        "folds": how.folds,
        "trials": [trial._asdict() for trial in trials],
        "best": best._asdict(),
        "beats_current": better,
        "on_edge": edges,
        "fixed": how.fixed,
        "seeds": {"n": SEEDS, "low": min(seeds), "high": max(seeds)},
    }
    reports.write("search", body, settings)
    tracking.log_study(settings, study, name, [trial._asdict() for trial in trials])
    spread = f"{SEEDS} seeds differ by {max(seeds) - min(seeds):.4f}"
    head = f"study {study}, {len(trials)} trials, {spread}"
    if not better:
        return f"{head}: no point beats params.yaml's own {name} {trials[0].score:.4f}", 1
    advice = "\n".join(
        [f"{name} {trials[0].score:.4f} -> {best.score:.4f} by cross-validation", " model:"]
        + [
            f"-  {key}: {own[key]}\n+  {key}: {value}"
            for key, value in best.point.items()
            if own[key] != value
        ]
    )
    if edges:
        return f"{advice}\n{head}: {', '.join(edges)} on the edge of the space: widen it", 1
    return f"{advice}\n{head}", 0


def covered(params: Params) -> None:
    """Raise BadInput unless each parameter of `model` is searched, or fixed with a reason."""
    space, fixed = params.search.space, params.search.fixed
    for name in _current(params.model):
        if name not in space and not fixed.get(name, "").strip():
            what = f"{name} is neither in `space` nor, with a reason, in `fixed`"
            raise BadInput(f"params.yaml: search: {what}")
    for name in space:
        if name in fixed:
            raise BadInput(f"params.yaml: search: {name} is in `space` and in `fixed`")
        if name not in _current(params.model):
            raise BadInput(f"params.yaml: search: {name} is no parameter of `model`")


def _current(model: Model) -> dict[str, Any]:
    """Return the parameters that stand in params.yaml."""
    return model.model_dump(exclude_unset=True)


def _points(how: Search, own: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the points to try, the same ones for the same seed; the first is params.yaml's own."""
    generator = np.random.default_rng(how.seed)
    drawn = [
        {name: _value(values, generator) for name, values in how.space.items()}
        for _ in range(how.trials - 1)
    ]
    return [own, *drawn]


def _rank(score: float) -> float:
    return -math.inf if math.isnan(score) else score


def _value(values: Range | list[Any], generator: np.random.Generator) -> Any:
    if isinstance(values, list):
        return values[int(generator.integers(len(values)))]
    low, high = values.low, values.high
    whole = low.is_integer() and high.is_integer()
    if values.log:
        drawn = math.exp(generator.uniform(math.log(low), math.log(high)))
        return round(drawn) if whole else float(f"{drawn:.3g}")
    if whole:
        return int(generator.integers(int(low), int(high) + 1))
    return float(f"{generator.uniform(low, high):.3g}")


def _on_edge(values: Range | list[Any], value: Any) -> bool:
    if isinstance(values, list):
        return False
    place, low, high = (
        (math.log(float(x)) if values.log and x > 0 else float(x))
        for x in (value, values.low, values.high)
    )
    return min(place - low, high - place) < EDGE * (high - low)


def _score(rows: pd.DataFrame, params: Params, point: dict[str, Any]) -> float:
    model = Model.model_validate({**params.model.model_dump(), **point})
    values = []
    for train, test in _folds(rows, params.search.folds, params.search.seed):
        try:
            fitted = fit(rows.iloc[train], estimator(model), model.threads)
        except BadInput:
            return math.nan
        values.append(measure(fitted, rows.iloc[test])[params.evaluate.metric])
    return float(np.mean(values))


def _folds(rows: pd.DataFrame, folds: int, seed: int) -> Any:
    """Give row numbers to train on and to measure on; with a time, training is always earlier."""
    if TIME is not None and TIME in rows:
        order = np.argsort(rows[TIME].to_numpy(), kind="stable")
        return [(order[a], order[b]) for a, b in TimeSeriesSplit(folds).split(order)]
    kind = StratifiedKFold if TASK == "classification" else KFold
    return list(kind(folds, shuffle=True, random_state=seed).split(rows, rows[TARGET]))
