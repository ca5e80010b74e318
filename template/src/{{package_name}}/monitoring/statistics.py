"""The figures that drift is judged by: PSI, two tests, and Holm's adjustment for many columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special, stats

Floats = npt.NDArray[np.float64]

# PSI has no value for an empty bin. A share below this floor counts as the floor, so an empty bin
# of the reference that now holds half of the rows adds 0.5 * ln(0.5 / 0.0001) = 4.3.
SHARE_FLOOR = 0.0001
# The chi-square distribution is an approximation that needs about this many expected rows in each
# cell. Source: Cochran 1954, Biometrics 10, p. 417.
MIN_EXPECTED = 5.0


def cut_points(reference: Floats, bins: int) -> Floats:
    """Return where to cut numbers into bins: at the quantiles of the reference.

    `reference`: finite numbers. Bin i holds cut[i-1] < x <= cut[i]; the outer bins are open. A
    number with at most `bins` different values gets one bin for each. A value so frequent that
    several quantiles fall on it gets a bin of its own. Without numbers there is no cut.
    """
    values = np.unique(reference)
    if len(values) <= bins:
        return values[:-1]
    quantiles = np.quantile(reference, np.arange(1, bins) / bins)
    cuts, times = np.unique(quantiles, return_counts=True)
    frequent = cuts[times > 1]
    below = np.searchsorted(values, frequent) - 1
    return np.unique(np.concatenate([cuts, values[below[below >= 0]]]))


def psi(reference_counts: Floats, current_counts: Floats) -> float:
    """Return the population stability index of two counts over the same bins.

    Sum over the bins of (c - r) * ln(c / r), with c and r the shares of current and reference, each
    at least SHARE_FLOOR. Source: Siddiqi 2006, Credit Risk Scorecards, chapter 8, where below 0.1
    is no change and above 0.25 a large one.
    """
    reference = np.maximum(reference_counts / reference_counts.sum(), SHARE_FLOOR)
    current = np.maximum(current_counts / current_counts.sum(), SHARE_FLOOR)
    return float(np.sum((current - reference) * np.log(current / reference)))


def kolmogorov_smirnov(reference: Floats, current: Floats) -> tuple[float, float]:
    """Return statistic and two-sided p-value of the two-sample Kolmogorov-Smirnov test.

    The statistic is the largest distance between the two empirical distributions. The p-value is
    exact up to 10,000 values a side and asymptotic above. With ties it is on the safe side (too
    large).
    """
    if not len(reference) or not len(current):
        return 0.0, 1.0
    result = stats.ks_2samp(reference, current)
    return float(result.statistic), float(result.pvalue)


def chi_square(reference_counts: Floats, current_counts: Floats) -> tuple[float, float]:
    """Return statistic and p-value of Pearson's chi-square test for the same shares on both sides.

    No continuity correction. Rare categories are taken together first, see `_without_rare`. With a
    single category left there is nothing to test: 0 and 1.
    """
    table = _without_rare(np.vstack([reference_counts, current_counts]).astype(float))
    degrees = table.shape[1] - 1
    if degrees < 1:
        return 0.0, 1.0
    expected = _expected(table)
    statistic = float(((table - expected) ** 2 / expected).sum())
    return statistic, float(special.chdtrc(degrees, statistic))


def _expected(table: Floats) -> Floats:
    expected: Floats = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return expected


def _without_rare(table: Floats) -> Floats:
    """Take the columns together in which a side expects fewer than MIN_EXPECTED rows.

    If even together that side neither expects nor has that many, the smallest other column joins
    them: a single row of a rare category proves nothing, fifty rows of a new one do.
    """
    table = table[:, table.sum(axis=0) > 0]
    rare = _expected(table).min(axis=0) < MIN_EXPECTED
    if not rare.any():
        return table
    common = table[:, ~rare]
    common = common[:, np.argsort(common.sum(axis=0))]
    together = table[:, rare].sum(axis=1)
    share = together.sum() / table.sum()
    if np.any(np.maximum(table.sum(axis=1) * share, together) < MIN_EXPECTED) and common.size:
        together, common = together + common[:, 0], common[:, 1:]
    return np.column_stack([together, common])


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted for their number, in the given order.

    Whoever compares them with alpha wrongly flags anything at all with at most that probability,
    however many columns there are. Source: Holm 1979, Scandinavian Journal of Statistics 6, p. 65.
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted
