"""What each feature costs, and what it is good for: `poe feature-value`.

Cost: time and bytes for 1,000 rows, missing values, and how many others it depends on. Benefit: how
the metric changes when the model has this feature alone, all but this one, or all but those of one
source. Nothing here knows which model that is: the estimator and the metric are handed in.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from pandas.api import types
from scipy import stats
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from .. import TASK, reports
from ..data import table
from ..data.columns import conform, features
from ..data.schema import TARGET
from ..settings import Settings
from .pipeline import encoder, inputs, predict
from .registry import BENEFIT, CONSTANT, COST, DUPLICATE, Registry, load, over_budget

FOLDS = 3
CONFIDENCE = 0.95
# From here on two columns say the same; the threshold is that of Breck et al. (2017), test Data 2.
SAME = 0.999
# Boosting is cut off here: enough rounds to rank features, in a fraction of the time.
ROUNDS = 20
COST_ROWS = 1000


class Metric(Protocol):
    """What is measured: a function of truth and answer, on which answer, and the better side."""

    @property
    def function(self) -> Callable[[Any, Any], float]:
        """The metric of (truth, answer)."""

    @property
    def on(self) -> str:
        """Which answer: `prediction` or `probability`."""

    @property
    def higher_is_better(self) -> bool:
        """The better side."""


class Gain(NamedTuple):
    """A change of the metric towards the better: its mean, and the interval it lies in."""

    mean: float
    low: float
    high: float


def run(
    settings: Settings, unfitted: BaseEstimator, metric: Metric, *, rows: int, repeats: int
) -> int:
    """Write reports/feature_value.json and print a line a feature; return 1 if there is a finding.

    A finding is a constant or duplicate feature, or one that costs more than the policy allows,
    without an exception in conf/features.yaml. Looks at `rows` training rows at most.
    """
    registry = load()
    train = table.read(settings.data_dir / table.TRAIN)
    sample = train.sample(min(rows, len(train)), random_state=0)
    raw = conform(sample, features())
    ready = inputs(raw)
    costs = cost(raw, ready, registry)
    found = redundant(ready)
    gains = benefit(ready, sample[TARGET], unfitted, metric, _sources(ready, registry), repeats)
    unproven = [
        name
        for name in map(str, ready.columns)
        if not gains["drop_one"][name].low > 0 and registry.excepted(BENEFIT, name) is None
    ]
    findings = {
        f"{name}: {rule}{f' of {other}' if other else ''}": registry.excepted(rule, name)
        for name, rule, other in found
    }
    dear = over_budget(registry, costs)
    findings |= {f"{name}: {COST}: {why}": registry.excepted(COST, name) for name, why in dear}
    open_findings = [finding for finding, reason in findings.items() if reason is None]
    body = {
        "rows": len(sample),
        "repeats": repeats,
        "folds": FOLDS,
        "features": {
            name: {
                **costs[name],
                "alone": gains["alone"][name]._asdict(),
                "drop_one": gains["drop_one"][name]._asdict(),
            }
            for name in costs
        },
        "sources": {name: gain._asdict() for name, gain in gains["sources"].items()},
        "no_proven_benefit": unproven,
        "findings": findings,
    }
    reports.write("feature_value", body, settings)
    for name in costs:
        print(_line(name, costs[name], gains["alone"][name], gains["drop_one"][name]))
    print(f"no proven benefit: {', '.join(unproven) or 'none'}")
    for finding in open_findings:
        print(f"finding: {finding}")
    return 1 if open_findings else 0


def cost(raw: pd.DataFrame, ready: pd.DataFrame, registry: Registry) -> dict[str, dict[str, Any]]:
    """Return for each input of the model: ms and bytes for 1,000 rows, missing, and dependencies.

    The time is that of converting and encoding the column; derived columns share that of derive.
    """
    pick = np.resize(np.arange(len(raw)), COST_ROWS)
    many = raw.iloc[pick].reset_index(drop=True)
    derived = [name for name in ready.columns if name not in raw.columns]
    known = {feature.name: feature for feature in features()}
    share = _milliseconds(lambda: inputs(many)) / len(derived) if derived else 0.0
    result = {}
    for name, column in ready.iloc[pick].reset_index(drop=True).items():
        # Without the index, which every column shares.
        size = int(column.memory_usage(index=False, deep=True))
        spent = _milliseconds(partial(_codes, column))
        if name in known:
            text = many[[name]].astype(object)
            spent += _milliseconds(partial(conform, text, [known[str(name)]]))
        result[str(name)] = {
            "ms_per_1000_rows": round(spent + (share if name in derived else 0.0), 3),
            "bytes_per_1000_rows": size,
            "missing": float(ready[name].isna().mean()),
            "depends_on": len(registry.upstream(str(name))),
        }
    return result


def redundant(ready: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return (feature, rule, other): columns with one value, and those that repeat an earlier one.

    Two numbers repeat each other if their correlation (Pearson) is above 0.999, two categories if
    each value of one goes with exactly one value of the other.
    """
    found = []
    varied = []
    for name in map(str, ready.columns):
        if ready[name].nunique(dropna=False) < 2:
            found.append((name, CONSTANT, ""))
        else:
            varied.append(name)
    numbers = [name for name in varied if types.is_numeric_dtype(ready[name])]
    strength = ready[numbers].astype("float64").corr().abs().to_numpy()
    pairs = [
        (one, other)
        for (i, one), (j, other) in itertools.combinations(enumerate(numbers), 2)
        if strength[i, j] > SAME
    ]
    words = [name for name in varied if name not in numbers]
    codes = {name: pd.factorize(ready[name], use_na_sentinel=False)[0] for name in words}
    # Codes are given in order of appearance: two columns with the same pattern have the same.
    for one, other in itertools.combinations(words, 2):
        if (codes[one] == codes[other]).all():
            pairs.append((one, other))
    repeats: dict[str, str] = {}
    for one, other in pairs:
        repeats.setdefault(other, one)
    return found + [(name, DUPLICATE, other) for name, other in repeats.items()]


def benefit(
    ready: pd.DataFrame,
    truth: pd.Series[Any],
    unfitted: BaseEstimator,
    metric: Metric,
    sources: dict[str, list[str]],
    repeats: int,
) -> dict[str, dict[str, Gain]]:
    """Return gains by repeated cross-validation: `alone`, `drop_one` and by group, `sources`.

    `alone` is the gain of one feature over none (the mean, or the more frequent class), `drop_one`
    what is lost without it, `sources` what is lost without all of one source. Each is a mean over
    the same folds, with the interval of Nadeau and Bengio (2003), Inference for the Generalization
    Error, Machine Learning 52: folds share training rows, so the usual one is too narrow.
    """
    names = [str(name) for name in ready.columns]
    sign = 1.0 if metric.higher_is_better else -1.0
    folds = list(_folds(truth, repeats))

    def scores(chosen: Sequence[str]) -> np.ndarray[Any, Any]:
        values = [_score(ready[list(chosen)], truth, fold, unfitted, metric) for fold in folds]
        return sign * np.array(values)

    everything = scores(names)
    nothing = sign * np.array([_without(truth, fold, metric) for fold in folds])
    left_out = {name: [other for other in names if other != name] for name in names}
    return {
        "alone": {name: gain(scores([name]) - nothing) for name in names},
        "drop_one": {
            name: gain(everything - (scores(rest) if rest else nothing))
            for name, rest in left_out.items()
        },
        "sources": {
            source: gain(everything - scores([name for name in names if name not in members]))
            for source, members in sources.items()
            if 0 < len(members) < len(names)
        },
    }


def gain(differences: np.ndarray[Any, Any]) -> Gain:
    """Return mean and interval of paired differences over repeated folds."""
    mean, count = float(differences.mean()), len(differences)
    variance = float(differences.var(ddof=1)) if count > 1 else math.inf
    error = math.sqrt(variance * (1 / count + 1 / (FOLDS - 1)))
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, max(1, count - 1))) * error
    return Gain(mean, mean - reach, mean + reach)


def _folds(truth: pd.Series[Any], repeats: int) -> Iterable[tuple[Any, Any]]:
    kind = StratifiedKFold if TASK == "classification" else KFold
    for seed in range(repeats):
        yield from kind(FOLDS, shuffle=True, random_state=seed).split(truth, truth)


def _score(
    ready: pd.DataFrame,
    truth: pd.Series[Any],
    fold: tuple[Any, Any],
    unfitted: BaseEstimator,
    metric: Metric,
) -> float:
    """Return the metric on the rows held out, with encoder and estimator fitted to the others."""
    train, test = fold
    estimator = clone(unfitted)
    rounds = estimator.get_params().get("max_iter")
    if isinstance(rounds, int) and rounds > ROUNDS:
        estimator.set_params(max_iter=ROUNDS)
    whole = Pipeline([("encode", encoder(ready)), ("estimator", estimator)])
    with threadpool_limits(1, user_api="openmp"):
        model = whole.fit(ready.iloc[train], truth.iloc[train])
    answers = predict(model, ready.iloc[test], TASK)
    return float(metric.function(truth.iloc[test].to_numpy(), answers[metric.on]))


def _without(truth: pd.Series[Any], fold: tuple[Any, Any], metric: Metric) -> float:
    """Return the metric of a model that sees no feature: it always says the same."""
    train, test = fold
    mean = float(truth.iloc[train].mean())
    answer = float(mean >= 0.5) if TASK == "classification" and metric.on == "prediction" else mean
    return float(metric.function(truth.iloc[test].to_numpy(), np.full(len(test), answer)))


def _sources(ready: pd.DataFrame, registry: Registry) -> dict[str, list[str]]:
    """Return source -> inputs that come from it, themselves or what they depend on."""
    groups: dict[str, list[str]] = {}
    for name in map(str, ready.columns):
        origins = {name, *registry.upstream(name)} & registry.features.keys()
        for source in sorted({s for n in origins if (s := registry.features[n].source)}):
            groups.setdefault(source, []).append(name)
    return groups


def _codes(column: pd.Series[Any]) -> object:
    if types.is_numeric_dtype(column):
        return column.to_numpy(dtype="float64", na_value=np.nan)
    return pd.factorize(column)


def _milliseconds(work: Callable[[], object]) -> float:
    """Return the shortest of five times: the others were disturbed."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def _line(name: str, costs: dict[str, Any], alone: Gain, without: Gain) -> str:
    return (
        f"{name}: {costs['ms_per_1000_rows']:.2f} ms and {costs['bytes_per_1000_rows']} bytes "
        f"for 1,000 rows, {costs['missing']:.0%} missing; alone {alone.mean:+.4f}, "
        f"dropped {0 - without.mean:+.4f} ({0 - without.high:+.4f} to {0 - without.low:+.4f})"
    )
