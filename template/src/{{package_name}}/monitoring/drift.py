"""Drift: how far the rows of today differ from those that the model was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal, TypedDict

import numpy as np
import pandas as pd
from pandas.api import types
from pydantic import Field

from .. import operations
from . import statistics
from .statistics import Floats

Status = Literal["stable", "watch", "drift"]

# As many categories as gradient boosted trees tell apart; of more, the rarest are taken together.
MAX_CATEGORIES = 254
OTHER, MISSING = "(other)", "(missing)"
# A column of whole numbers with only these values is a yes or no.
YES_NO = frozenset({0.0, 1.0})


class DriftLimits(operations.Section):
    """When a column counts as drifted; the meaning of each is written in conf/operations.yaml."""

    every_hours: float = Field(default=24, gt=0)
    alert: str | None = None
    window_days: float = Field(default=7, gt=0)
    min_rows: int = Field(default=50, ge=2)
    without: tuple[str, ...] = ()
    bins: int = Field(default=10, ge=2, le=100)
    alpha: float = Field(default=0.01, gt=0, lt=1)
    watch_psi: float = Field(default=0.02, gt=0)
    drift_psi: float = Field(default=0.1, gt=0)
    label_change: float = Field(default=0.1, gt=0)


class ColumnDrift(TypedDict):
    """What is found about one column.

    `bins` names the bins; `reference` and `current` are the shares of rows in them. `change` is set
    for the label alone: the change of its rate relative to the reference's rate (yes or no), else
    of its mean in standard deviations of the reference.
    """

    psi: float
    statistic: float
    p_value: float
    p_adjusted: float
    test: Literal["ks", "chi2"]
    status: Status
    change: float | None
    bins: list[str]
    reference: list[float]
    current: list[float]


def compare(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    target: str | None = None,
    limits: DriftLimits | None = None,
) -> dict[str, ColumnDrift]:
    """Compare every column of `reference` that `current` has, too; return what is found by column.

    `target` names the label. Raises ValueError if a frame holds no rows.
    """
    return compare_columns(
        {str(name): column for name, column in reference.items()},
        {str(name): column for name, column in current.items()},
        target,
        limits,
    )


def compare_columns(
    reference: Mapping[str, pd.Series],
    current: Mapping[str, pd.Series],
    target: str | None = None,
    limits: DriftLimits | None = None,
) -> dict[str, ColumnDrift]:
    """Compare columns of the same name; they need not come from the same rows.

    Numbers get a Kolmogorov-Smirnov test; text, categories and yes or no a chi-square test, missing
    values one more. `target` names the label, which has a limit of its own; rows without it do not
    count. Raises ValueError for a column without rows.
    """
    limits = limits or DriftLimits()
    found = {}
    for name in (name for name in reference if name in current):
        old, new = reference[name], current[name]
        if name == target:
            old, new = old.dropna(), new.dropna()
        if not len(old) or not len(new):
            raise ValueError(f"column {name!r} holds no rows to compare")
        found[name] = _column(old, new, limits)
        if name == target:
            found[name]["change"] = label_change(old, new)
    adjusted = statistics.holm([column["p_value"] for column in found.values()])
    for column, p_adjusted in zip(found.values(), adjusted, strict=True):
        column["p_adjusted"] = p_adjusted
        column["status"] = status(p_adjusted, column["psi"], limits, column["change"])
    return found


def status(
    p_adjusted: float, psi: float, limits: DriftLimits, change: float | None = None
) -> Status:
    """Name what was found: drift and watch need a small p-value and a large enough change."""
    if p_adjusted >= limits.alpha:
        return "stable"
    if psi >= limits.drift_psi or (change is not None and abs(change) >= limits.label_change):
        return "drift"
    return "watch" if psi >= limits.watch_psi else "stable"


def label_change(reference: pd.Series, current: pd.Series) -> float | None:
    """Return how far the label moved, as `ColumnDrift.change` says; None where that has no value.

    A label of text has no rate or mean, and a label that was constant no unit: then the status
    follows PSI alone.
    """
    if not types.is_numeric_dtype(reference):
        return None
    old, new = _numbers(reference), _numbers(current)
    if not len(old) or not len(new):
        return None
    difference = float(new.mean() - old.mean())
    unit = float(old.mean()) if _is_yes_no(reference) else float(old.std())
    return difference / unit if unit > 0 else None


def _column(reference: pd.Series, current: pd.Series, limits: DriftLimits) -> ColumnDrift:
    test: Literal["ks", "chi2"]
    if _is_number(reference):
        old, new = _numbers(reference), _numbers(current)
        test, (statistic, p_value) = "ks", statistics.kolmogorov_smirnov(old, new)
        bins, counts = _count_numbers(old, new, limits.bins)
    else:
        bins, counts = _count_categories(_categories(reference), _categories(current))
        test, (statistic, p_value) = "chi2", statistics.chi_square(*counts)
    gone = np.array([reference.isna().sum(), current.isna().sum()], dtype=float)
    if gone.any():
        bins, counts = [*bins, MISSING], np.column_stack([counts, gone])
        there = np.array([reference.notna().sum(), current.notna().sum()], dtype=float)
        missing = statistics.chi_square(*np.column_stack([there, gone]))
        # Two looks at one column: the smaller p-value counts twice (Bonferroni).
        if missing[1] < p_value:
            test, (statistic, p_value) = "chi2", missing
        p_value = min(1.0, 2 * p_value)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return ColumnDrift(
        psi=statistics.psi(*counts),
        statistic=statistic,
        p_value=p_value,
        p_adjusted=p_value,
        test=test,
        status="stable",
        change=None,
        bins=bins,
        reference=shares[0].tolist(),
        current=shares[1].tolist(),
    )


def _is_number(column: pd.Series) -> bool:
    """Tell whether a column is measured in numbers or points in time; yes or no is a category."""
    if types.is_datetime64_any_dtype(column):
        return True
    return types.is_numeric_dtype(column) and not _is_yes_no(column)


def _is_yes_no(column: pd.Series) -> bool:
    return types.is_bool_dtype(column) or YES_NO.issuperset(column.dropna().unique())


def _numbers(column: pd.Series) -> Floats:
    """Return what is there of a column as floats; points in time as seconds since 1970."""
    there = column.dropna()
    if types.is_datetime64_any_dtype(there):
        return there.to_numpy("datetime64[us]").astype(np.int64) / 1e6
    return there.to_numpy(dtype=np.float64)


def _categories(column: pd.Series) -> pd.Series:
    """Return what is there of a column as text; true, 1 and 1.0 are the same yes."""
    there = column.dropna()
    if types.is_numeric_dtype(there) or types.is_bool_dtype(there):
        return there.astype(float).map("{:g}".format)
    return there.map(str)


def _count_numbers(reference: Floats, current: Floats, bins: int) -> tuple[list[str], Floats]:
    cuts = statistics.cut_points(reference[np.isfinite(reference)], bins)
    edges = [f"{cut:.4g}" for cut in cuts]
    inner = [f"{low} to {high}" for low, high in pairwise(edges)]
    names = [f"to {edges[0]}", *inner, f"above {edges[-1]}"] if edges else ["all"]
    counts = [
        np.bincount(np.searchsorted(cuts, values), minlength=len(cuts) + 1)
        for values in (reference, current)
    ]
    return names, np.array(counts, dtype=float)


def _count_categories(reference: pd.Series, current: pd.Series) -> tuple[list[str], Floats]:
    """Count each category, the most frequent first; the rarest are taken together.

    Which are frequent is decided on all rows together: categories that were picked for being
    frequent on one side would look like drift.
    """
    counts = pd.DataFrame(
        {
            side: column.value_counts()
            for side, column in (("reference", reference), ("current", current))
        }
    )
    counts = counts.fillna(0.0).sort_index()
    counts = counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    names = [str(name) for name in counts.index[:MAX_CATEGORIES]]
    kept = counts.iloc[:MAX_CATEGORIES].to_numpy(dtype=float).T
    rest = counts.iloc[MAX_CATEGORIES:].to_numpy(dtype=float)
    if len(rest):
        return [*names, OTHER], np.column_stack([kept, rest.sum(axis=0)])
    return names, kept


def by_status(found: Mapping[str, ColumnDrift], wanted: Status) -> list[str]:
    """Return the names of the columns with that status, the largest PSI first."""
    names = [name for name, column in found.items() if column["status"] == wanted]
    return sorted(names, key=lambda name: -found[name]["psi"])
