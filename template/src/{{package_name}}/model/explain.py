"""Why the model answered so: exact contributions of a row's features, and one row step by step.

Contributions are Shapley values under the expectations that the trees themselves hold (which share
of the training rows went each way): Lundberg et al., From local explanations to global
understanding with explainable AI for trees, Nature Machine Intelligence 2, 2020, "TreeExplainer".
They add up to the margin: log-odds in a classification, the answer itself in a regression.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from .. import TASK, reports
from ..data import table
from ..data.columns import catalogue, conform
from ..errors import BadInput, Refused
from ..features.split import TEST, TRAIN
from ..params import Params
from ..settings import Settings
from . import champion

Numbers = npt.NDArray[np.float64]
# Rows that are explained at once: enough to be quick, few enough for the memory.
CHUNK = 64
SHOWN = 5
SCALE = "log-odds of a 1" if TASK == "classification" else "answer"
# Of a feature's standard deviation: a change that should not matter.
NOISE = 0.01


@dataclass(frozen=True)
class Leaves:
    """All leaves of one tree; axis 1 holds the features on a leaf's way, -1 where it is shorter.

    A row goes a feature's whole way if low < x <= high, or if x is missing and `missing` is true.
    """

    value: Numbers
    feature: npt.NDArray[np.int64]
    low: Numbers
    high: Numbers
    missing: npt.NDArray[np.bool_]
    # Which share of the training rows would go this way, were only this feature unknown.
    share: Numbers

    @property
    def expected(self) -> float:
        """What the tree answers with every feature unknown."""
        return float((self.value * self.share.prod(axis=1)).sum())


@dataclass(frozen=True)
class Explainer:
    """The trees of a fitted pipeline, taken apart."""

    pipeline: Pipeline
    names: list[str]
    base: float
    trees: list[Leaves]

    def inputs(self, rows: pd.DataFrame) -> Numbers:
        """Return what reaches the estimator, for rows with the schema's features and types."""
        return np.asarray(self.pipeline[:-1].transform(rows), dtype=np.float64)

    def contributions(self, x: Numbers) -> Numbers:
        """Return contributions to the margin, rows by inputs; with `base` they add up to it."""
        total = np.zeros(x.shape)
        for start in range(0, len(x), CHUNK):
            part = x[start : start + CHUNK]
            for tree in self.trees:
                _add(total[start : start + CHUNK], part, tree)
        return total

    def margin(self, x: Numbers) -> Numbers:
        """Return the estimator's own sum over its trees, before it becomes an answer."""
        return np.asarray(self.pipeline[-1]._raw_predict(x), dtype=np.float64).ravel()


def explainer(pipeline: Pipeline) -> Explainer:
    """Take a fitted pipeline apart; raises BadInput for an estimator of another kind."""
    estimator = pipeline[-1]
    if not hasattr(estimator, "_predictors"):
        raise BadInput(
            f"a {type(estimator).__name__} is not explained here: model/explain.py reads the trees "
            "of scikit-learn's HistGradientBoosting"
        )
    trees = [_leaves(predictor.nodes) for (predictor,) in estimator._predictors]
    base = float(np.ravel(estimator._baseline_prediction)[0]) + sum(t.expected for t in trees)
    names = [str(name) for name in pipeline.steps[-2][1].get_feature_names_out()]
    return Explainer(pipeline, names, base, trees)


def _leaves(nodes: Any) -> Leaves:
    """Read one tree; a feature that is asked more than once on a way is one range."""
    ways: list[tuple[float, dict[int, tuple[float, float, bool, float]]]] = []
    waiting: list[tuple[int, dict[int, tuple[float, float, bool, float]]]] = [(0, {})]
    while waiting:
        place, way = waiting.pop()
        node = nodes[place]
        if node["is_leaf"]:
            ways.append((float(node["value"]), way))
            continue
        if node["is_categorical"]:
            raise BadInput("categorical splits are not explained: encode categories as numbers")
        feature, cut = int(node["feature_idx"]), float(node["num_threshold"])
        low, high, missing, share = way.get(feature, (-np.inf, np.inf, True, 1.0))
        left_too = bool(node["missing_go_to_left"])
        for child, bounds, kept in (
            (int(node["left"]), (low, min(high, cut)), missing and left_too),
            (int(node["right"]), (max(low, cut), high), missing and not left_too),
        ):
            part = share * float(nodes[child]["count"]) / float(node["count"])
            waiting.append((child, {**way, feature: (*bounds, kept, part)}))
    width = max(1, *(len(way) for _, way in ways))
    shape = (len(ways), width)
    result = Leaves(
        value=np.array([value for value, _ in ways]),
        feature=np.full(shape, -1),
        low=np.full(shape, -np.inf),
        high=np.full(shape, np.inf),
        missing=np.ones(shape, dtype=np.bool_),
        share=np.ones(shape),
    )
    for i, (_, way) in enumerate(ways):
        for j, (feature, (low, high, missing, share)) in enumerate(way.items()):
            result.feature[i, j] = feature
            result.low[i, j], result.high[i, j] = low, high
            result.missing[i, j], result.share[i, j] = missing, share
    return result


def _add(total: Numbers, x: Numbers, tree: Leaves) -> None:
    """Add one tree's contributions to `total`.

    With o = 1 if the row goes a feature's way, else 0, and z its share, the Shapley value is
    value * (o_i - z_i) * integral over t in [0, 1] of the product over the other features of
    (t * o_j + (1 - t) * z_j): the weight |S|! (D - |S| - 1)! / D! is that integral of
    t^|S| (1 - t)^(D - |S| - 1). Gauss-Legendre nodes make it exact.
    """
    depth = tree.feature.shape[1]
    at = x[:, np.maximum(tree.feature, 0)]
    goes = np.where(np.isnan(at), tree.missing, (tree.low < at) & (at <= tree.high))
    goes = np.where(tree.feature < 0, 1.0, goes)  # what pads a short way changes no product
    nodes, weights = np.polynomial.legendre.leggauss(depth // 2 + 1)
    integral = np.zeros(goes.shape)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        factor = node * goes + (1 - node) * tree.share
        integral += weight * factor.prod(axis=2, keepdims=True) / factor
    parts = tree.value[:, None] * (goes - tree.share) * integral
    for i in range(len(x)):
        total[i] += np.bincount(
            np.maximum(tree.feature, 0).ravel(), parts[i].ravel(), minlength=x.shape[1]
        )


def run(settings: Settings, *, version: str | None, file: Path | None) -> str:
    """Return, for each row of the file (default: the golden rows), answer and reasons in lines."""
    loaded = champion.of_version(settings, version)
    rows = champion.rows_of(loaded, file)
    made = explainer(loaded.pipeline)
    x = made.inputs(rows)
    lines = [f"version {loaded.manifest.version}; contributions to the {SCALE}"]
    # A category is told as it came, not by its code.
    texts, given = _texts(made.names), loaded.pipeline[0].transform(rows)
    answers = loaded.predict(rows)
    for i, shares in enumerate(made.contributions(x)):
        lines.append(f"row {i}: {_said(answers.iloc[i])}")
        most = np.argsort(-np.abs(shares), kind="stable")[:SHOWN]
        for j in most:
            way = "raises" if shares[j] > 0 else "lowers"
            value = v if isinstance(v := given[made.names[j]].iloc[i], str) else f"{x[i, j]:g}"
            lines.append(f"  {shares[j]:+.4f}  {made.names[j]} = {value} {way} it: {texts[j]}")
        rest = shares.sum() - shares[most].sum()
        lines.append(f"  {rest:+.4f}  all others; {made.base:+.4f} without knowing anything")
    return "\n".join(lines)


def row_by_step(settings: Settings, *, number: int, version: str | None, file: Path | None) -> str:
    """Return one row from raw values to the answer; the last line is what `predict` gives."""
    loaded = champion.of_version(settings, version)
    rows = champion.rows_of(loaded, file)
    if not 0 <= number < len(rows):
        raise BadInput(f"there is no row {number}: the rows are 0 to {len(rows) - 1}")
    row = rows.iloc[[number]]
    made = explainer(loaded.pipeline)
    lines = ["raw", *_values(row)]
    value: Any = row
    for name, step in loaded.pipeline.steps[:-1]:
        value = step.transform(value)
        names = value.columns if isinstance(value, pd.DataFrame) else made.names
        frame = pd.DataFrame(np.asarray(value, dtype=object), columns=list(names))
        lines += [name, *_values(frame)]
    x = np.asarray(value, dtype=np.float64)
    shares = made.contributions(x)[0]
    lines.append("estimator")
    lines.append(f"  {made.base:+.6f}  without knowing anything")
    for j in np.argsort(-np.abs(shares), kind="stable"):
        if shares[j] != 0:
            lines.append(f"  {shares[j]:+.6f}  {made.names[j]}")
    lines += ["margin", f"  {float(made.margin(x)[0]):.6f}  ({SCALE})"]
    return "\n".join([*lines, _said(loaded.predict(row).iloc[0])])


def measure(settings: Settings, params: Params, *, version: str | None) -> str:
    """Write reports/explanations.json on test rows; return one line, or raise Refused.

    additivity: the largest distance of base plus contributions to the margin. fidelity: correlation
    of what random halves of the features contribute with what setting those to their median changes
    (Bhatt, Weller, Moura: Evaluating and Aggregating Feature-based Model Explanations, 2020),
    averaged over rows. stability: mean cosine of contributions before and after noise of 1 % of
    each feature's standard deviation.
    """
    loaded = champion.of_version(settings, version)
    made = explainer(loaded.pipeline)
    wanted, limits = loaded.manifest.features, params.explain
    test = table.read(settings.data_dir / TEST)
    rows = conform(test.sample(min(limits.rows, len(test)), random_state=0), wanted)
    x = made.inputs(rows)
    seen = made.inputs(conform(table.read(settings.data_dir / TRAIN), wanted))
    shares = made.contributions(x)
    found = {
        "additivity_error": float(np.abs(shares.sum(axis=1) + made.base - made.margin(x)).max()),
        "fidelity": _fidelity(made, x, shares, np.nanmedian(seen, axis=0)),
        "stability": _stability(made, x, shares, np.nanstd(seen, axis=0)),
    }
    wrong = [
        f"{name} {found[name]:.3g}"
        for name, fine in (
            ("additivity_error", found["additivity_error"] <= limits.max_error),
            ("fidelity", found["fidelity"] >= limits.min_fidelity),
            ("stability", found["stability"] >= limits.min_stability),
        )
        if not fine
    ]
    order = np.argsort(-np.abs(shares).mean(axis=0), kind="stable")
    body = {
        "model_version": loaded.manifest.version,
        "method": "tree Shapley values, path-dependent expectations, exact",
        "rows": len(rows),
        **found,
        "limits": limits.model_dump(mode="json"),
        "status": "failed" if wrong else "passed",
        "importance": {made.names[j]: float(np.abs(shares[:, j]).mean()) for j in order},
    }
    reports.write("explanations", body, settings)
    line = ", ".join(f"{name} {value:.3g}" for name, value in found.items())
    if wrong:
        raise Refused(f"the explanations of version {body['model_version']} fail: {wrong[0]}")
    return f"version {body['model_version']}: {line} on {len(rows)} rows"


def _fidelity(made: Explainer, x: Numbers, shares: Numbers, median: Numbers) -> float:
    generator = np.random.default_rng(0)
    margin = made.margin(x)
    told, real = [], []
    for _ in range(30):
        chosen = generator.random(x.shape[1]) < 0.5
        told.append(shares[:, chosen].sum(axis=1))
        real.append(margin - made.margin(np.where(chosen, median, x)))
    return _mean_cosine(np.array(told).T, np.array(real).T, centred=True)


def _stability(made: Explainer, x: Numbers, shares: Numbers, spread: Numbers) -> float:
    noise = np.random.default_rng(0).normal(size=x.shape) * NOISE * spread
    # A whole number is a category or a count: the next one is another case, not noise.
    whole = np.all((x % 1 == 0) | np.isnan(x), axis=0)
    return _mean_cosine(shares, made.contributions(np.where(whole, x, x + noise)))


def _mean_cosine(one: Numbers, other: Numbers, *, centred: bool = False) -> float:
    """Return the mean cosine between rows (centred: correlation); rows of zeros are left out."""
    if centred:
        one, other = (a - a.mean(axis=1, keepdims=True) for a in (one, other))
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    kept = lengths > 0
    return float(((one * other).sum(axis=1)[kept] / lengths[kept]).mean()) if kept.any() else 0.0


def _texts(names: list[str]) -> list[str]:
    known = {**catalogue().derived, **catalogue().features}
    return [
        (known[name].text or known[name].description) if name in known else "derived in derive.py"
        for name in names
    ]


def _values(frame: pd.DataFrame) -> Iterator[str]:
    return (f"  {name} = {value}" for name, value in frame.iloc[0].items())


def _said(answer: pd.Series[Any]) -> str:
    return ", ".join(f"{name} {value:.6g}" for name, value in answer.items())
