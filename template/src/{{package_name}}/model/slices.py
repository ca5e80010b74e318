"""Quality by slice and by protected group, each with its size and interval; and calibration.

What is too small to judge is `unknown`, which is never a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types

from .. import TASK
from ..errors import BadInput
from ..params import Evaluate

Numbers = npt.NDArray[np.float64]
# Of a 95 % interval of the normal distribution.
Z = 1.959964
# A number with at most so many values is a category; so many categories get a slice of their own.
MANY_VALUES = 10
TOP = 5
# More rows than this are not drawn for an interval: it gets wider by that, never narrower.
MOST_DRAWN = 10_000


def _log_loss(truth: Numbers, answers: pd.DataFrame) -> Numbers:
    p = np.clip(answers["probability"].to_numpy(np.float64), 1e-15, 1 - 1e-15)
    losses: Numbers = -np.log(np.where(truth == 1, p, 1 - p))
    return losses


# Metrics that are a mean over rows: defined for the smallest slice, even of one class alone.
ROW: dict[str, dict[str, Callable[[Numbers, pd.DataFrame], Numbers]]] = {
    "classification": {
        "accuracy": lambda truth, answers: (answers["prediction"].to_numpy() == truth) * 1.0,
        "brier": lambda truth, answers: (answers["probability"].to_numpy(np.float64) - truth) ** 2,
        "log_loss": _log_loss,
    },
    "regression": {
        "mae": lambda truth, answers: np.abs(answers["prediction"].to_numpy(np.float64) - truth),
    },
}


def metric(settings: Evaluate) -> str:
    """Return the name of the metric of slices; raises BadInput if it is no mean over rows."""
    name = settings.slice_metric or ("accuracy" if TASK == "classification" else "mae")
    if name not in ROW[TASK]:
        known = ", ".join(ROW[TASK])
        raise BadInput(f"params.yaml: evaluate.slice_metric {name!r} is none of {known}")
    return name


def groups(column: pd.Series[Any]) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Give each group of a column with its rows: quartiles of numbers, else the top categories."""
    missing = column.isna().to_numpy()
    number = types.is_numeric_dtype(column) and not types.is_bool_dtype(column)
    if (number and column.nunique() > MANY_VALUES) or types.is_datetime64_any_dtype(column):
        edges = column.quantile([0.25, 0.5, 0.75]).dropna().unique()
        place = np.searchsorted(edges, column.to_numpy(), side="left")
        for i in range(len(edges) + 1):
            low = "" if i == 0 else f"above {_short(edges[i - 1])}"
            high = "" if i == len(edges) else f"up to {_short(edges[i])}"
            # Where a value is so frequent that quartiles fall on it, nothing may lie above them.
            if (rows := (place == i) & ~missing).any():
                yield f"{low} {high}".strip(), rows
    else:
        text = column.astype(object).map(str).to_numpy()
        names = column.dropna().astype(object).map(str).value_counts().index
        for name in names[:TOP]:
            yield str(name), (text == name) & ~missing
        if len(names) > TOP:
            yield "others", ~np.isin(text, names[:TOP]) & ~missing
    if missing.any():
        yield "missing", missing


def by_slice(
    rows: pd.DataFrame, truth: Numbers, answers: pd.DataFrame, settings: Evaluate
) -> dict[str, Any]:
    """Return the report on slices: overall, then a line for each slice.

    `rows` holds raw columns. Raises BadInput if a column of `evaluate.slices` is not among them.
    """
    absent = [name for name in settings.slices if name not in rows.columns]
    if absent:
        raise BadInput(f"params.yaml: evaluate.slices: there is no column {absent[0]!r}")
    name = metric(settings)
    values = ROW[TASK][name](truth, answers)
    chosen = [(column, "configured") for column in settings.slices]
    chosen += [
        (column, "automatic")
        for column in _followed(rows.drop(columns=list(settings.slices)), answers)
    ][: settings.automatic_slices]
    lines = [
        {"column": column, "slice": label, "chosen": why, **_line(values[mask], name, settings)}
        for column, why in chosen
        for label, mask in groups(rows[column])
    ]
    overall = _line(values, name, settings)
    return {
        "metric": name,
        "higher_is_better": name == "accuracy",
        "overall": overall,
        "slices": lines,
    }


def by_group(
    people: pd.DataFrame, truth: Numbers, answers: pd.DataFrame, settings: Evaluate
) -> dict[str, Any]:
    """Return the report on fairness: a table for each protected column, `people`.

    In a classification: the ratio of the lowest to the highest share of yes (demographic parity)
    and the gap between the highest and the lowest share of found cases (equal opportunity, Hardt,
    Price, Srebro: Equality of Opportunity in Supervised Learning, 2016, section 2). In a
    regression: error and mean answer of each group.
    """
    if people.columns.empty:
        why = "no column of conf/features.yaml is marked `protected: true`"
        return {"status": "na", "reason": why, "columns": {}}
    columns = {name: _fairness(people[name], truth, answers, settings) for name in people.columns}
    return {"status": "measured", "reason": None, "columns": columns}


def calibration(truth: Numbers, answers: pd.DataFrame, bins: int) -> dict[str, Any]:
    """Return the expected calibration error and its reliability table.

    Mean distance of answer and truth over bins, weighted by rows: Naeini, Cooper, Hauskrecht:
    Obtaining Well Calibrated Probabilities Using Bayesian Binning, 2015. Probabilities fall into
    bins of equal width, a regression's answers into bins of equal size; the unit is the truth's.
    """
    if TASK == "classification":
        said = answers["probability"].to_numpy(np.float64)
        place = np.minimum((said * bins).astype(int), bins - 1)
    else:
        said = answers["prediction"].to_numpy(np.float64)
        place = np.searchsorted(np.quantile(said, np.arange(1, bins) / bins), said)
    table = [
        {"n": int(mask.sum()), "said": float(said[mask].mean()), "was": float(truth[mask].mean())}
        for i in range(bins)
        if (mask := place == i).any()
    ]
    error = sum(line["n"] * abs(line["said"] - line["was"]) for line in table) / len(truth)
    return {"error": float(error), "bins": table}


def wilson(hits: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, 1927: Probable Inference, JASA 22)."""
    share, z2 = hits / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return float(middle - half), float(middle + half)


def draws(n: int, times: int, seed: int = 0) -> Iterator[npt.NDArray[np.int64]]:
    """Give row numbers drawn with replacement (Efron's bootstrap), the same ones each time."""
    generator = np.random.default_rng(seed)
    for _ in range(times):
        yield generator.integers(0, n, min(n, MOST_DRAWN))


def interval(values: Numbers | list[float]) -> tuple[float, float]:
    """Return the middle 95 % of resampled values."""
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _line(values: Numbers, name: str, settings: Evaluate) -> dict[str, Any]:
    """Return size, value and interval of one slice; unknown if it is small."""
    n = len(values)
    if n < settings.min_rows:
        return {"n": n, "value": None, "low": None, "high": None, "status": "unknown"}
    if name == "accuracy":
        low, high = wilson(values.sum(), n)
    else:
        low, high = interval([values[rows].mean() for rows in draws(n, settings.resamples)])
    return {"n": n, "value": float(values.mean()), "low": low, "high": high, "status": "measured"}


def _followed(rows: pd.DataFrame, answers: pd.DataFrame) -> list[str]:
    """Return the columns, those first that the answers follow most (by rank correlation).

    It needs nothing of the model but its answers; a category's order is that of its mean answer.
    Rare categories are taken together: each with a mean of its own they would repeat the answers,
    and an identifier would come first.
    """
    said = answers.iloc[:, -1].astype("float64")  # the probability, if there is one
    strength = {}
    for name in rows.columns:
        column = rows[name]
        if types.is_numeric_dtype(column):
            column = column.astype("float64")
        elif not types.is_datetime64_any_dtype(column):
            text = column.astype(object).map(str)
            frequent = text.isin(text.value_counts().index[:TOP])
            column = said.groupby(text.where(frequent, "")).transform("mean")
        follows = column.rank().corr(said.rank())
        strength[str(name)] = 0.0 if pd.isna(follows) else abs(follows)
    return sorted(strength, key=lambda name: -strength[name])


def _fairness(
    column: pd.Series[Any], truth: Numbers, answers: pd.DataFrame, settings: Evaluate
) -> dict[str, Any]:
    said = answers["prediction"].to_numpy(np.float64)
    table, known = [], []
    for label, mask in groups(column):
        n = int(mask.sum())
        line: dict[str, Any] = {"group": label, "n": n, "positives": int((truth[mask] == 1).sum())}
        line["status"] = "measured" if n >= settings.min_rows else "unknown"
        if n >= settings.min_rows:
            known.append(mask)
            line["error"] = float(np.abs(said[mask] - truth[mask]).mean())
            line["mean_answer"] = float(said[mask].mean())
            line["calibration"] = calibration(truth[mask], answers[mask], settings.bins)["error"]
            if TASK == "classification":
                line["selected_interval"] = wilson(said[mask].sum(), n)
        table.append(line)
    result: dict[str, Any] = {"groups": table, "unknown": len(table) - len(known)}
    if TASK == "regression" or len(known) < 2:
        return {**result, "parity_ratio": None, "opportunity_gap": None}
    # A group without enough cases says nothing on the share of them that is found.
    cases = [mask & (truth == 1) for mask in known]
    cases = [mask for mask in cases if mask.sum() >= settings.min_rows]
    for name, masks, figure in (
        ("parity_ratio", known, _ratio),
        ("opportunity_gap", cases, _gap),
    ):
        if len(masks) < 2:
            result[name] = None
            continue
        result[name] = figure(_shares(said, np.arange(len(said)), masks))
        again = np.array(
            [figure(_shares(said, rows, masks)) for rows in draws(len(said), settings.resamples)]
        )
        result[f"{name}_interval"] = interval(again[~np.isnan(again)])
    return result


def _shares(
    said: Numbers, rows: npt.NDArray[np.int64], masks: list[npt.NDArray[np.bool_]]
) -> Numbers:
    """Return the share of yes among the rows of each mask."""
    drawn = said[rows]
    counts = np.array([mask[rows].sum() for mask in masks])
    sums = np.array([drawn[mask[rows]].sum() for mask in masks])
    return sums / np.where(counts == 0, np.nan, counts)


def _ratio(shares: Numbers) -> float:
    """Return the lowest over the highest share; nobody selected anywhere is no difference."""
    highest = shares.max()
    return 1.0 if highest == 0 else float(shares.min() / highest)


def _gap(shares: Numbers) -> float:
    return float(shares.max() - shares.min())


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, (int, float)) else str(value)[:19]
