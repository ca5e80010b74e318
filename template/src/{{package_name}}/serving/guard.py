"""The guard: it knows which rows the model was not trained for, and says so.

What the training rows looked like stands in the manifest of the version (its domain). A row beyond
it still gets an answer, with a flag, unless conf/operations.yaml names that kind of flag in
`guard.refuse`: the API then answers 422, and a scored file holds no prediction for that row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from .. import operations
from ..data.columns import features
from ..errors import BadInput
from ..features.pipeline import THRESHOLD
from ..model.champion import Domain

Kind = Literal["out_of_range", "unseen_category", "missing_key_feature", "low_certainty"]


class GuardLimits(operations.Section):
    """What counts as doubtful, and which doubts are reason enough to refuse."""

    refuse: tuple[Kind, ...] = ()
    # A number may leave the range of the training rows by this share of it.
    margin: float = Field(default=0.2, ge=0)
    # Features without which an answer is worth little; null: those that (almost) never lacked.
    key_features: tuple[str, ...] | None = None
    # A feature lacks "almost never" below this share of the training rows.
    rarely_missing: float = Field(default=0.01, ge=0, le=1)
    # A probability nearer to the threshold than this is a coin toss.
    uncertain: float = Field(default=0.05, ge=0, le=0.5)
    # At most this share of rows like those of the training may be flagged as beyond them.
    max_false_flags: float = Field(default=0.05, ge=0, le=1)


class Guard:
    """The limits of one version; without a domain (an old export) only certainty is looked at."""

    def __init__(self, domain: Domain | None, limits: GuardLimits) -> None:
        self.limits = limits
        known = domain or Domain(ranges={}, categories={}, missing={})
        self.names = list(known.ranges)
        edges = np.array(list(known.ranges.values()), dtype=np.float64).reshape(-1, 2)
        slack = limits.margin * (edges[:, 1] - edges[:, 0])
        self.low, self.high = edges[:, 0] - slack, edges[:, 1] + slack
        self.categories = {name: frozenset(texts) for name, texts in known.categories.items()}
        self.key = _key_features(known, limits)

    @classmethod
    def configured(cls, domain: Domain | None) -> Guard:
        """Return a version's guard as conf/operations.yaml wants it.

        Raises BadInput if that is no configuration, or names a feature that there is not.
        """
        limits = operations.section("guard", GuardLimits)
        unknown = {*(limits.key_features or ())} - {feature.name for feature in features()}
        if unknown:
            what = f"guard.key_features: no such feature {min(unknown)!r}"
            raise BadInput(f"{operations.PATH}: {what}")
        return cls(domain, limits)

    def flags(
        self, columns: Columns, probabilities: Sequence[float] | None = None
    ) -> list[list[str]]:
        """Return for each row what makes it doubtful: `kind`, or `kind:column`."""
        flags: list[list[str]] = [[] for _ in range(columns.length)]
        if self.names:
            numbers = columns.table(self.names)
            # Comparing with NaN is false: what is missing is not out of range.
            outside = (numbers < self.low[:, None]) | (numbers > self.high[:, None])
            if outside.any():
                for column, row in np.argwhere(outside):
                    flags[row].append(f"out_of_range:{self.names[column]}")
        for name, seen in self.categories.items():
            for row, value in enumerate(columns.values[name]):
                if value not in seen and value is not None:
                    flags[row].append(f"unseen_category:{name}")
        for name in self.key:
            values = columns.values[name]
            if None in values:
                for row, value in enumerate(values):
                    if value is None:
                        flags[row].append(f"missing_key_feature:{name}")
        if probabilities is not None:
            for row, probability in enumerate(probabilities):
                if abs(probability - THRESHOLD) < self.limits.uncertain:
                    flags[row].append("low_certainty")
        return flags

    def refused(self, flags: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
        """Return row and flag of all flags that are reason enough to refuse."""
        return [
            (row, flag)
            for row, found in enumerate(flags)
            for flag in found
            if kind(flag) in self.limits.refuse
        ]

    def false_flags(self, columns: Columns) -> float:
        """Return the share of rows that are flagged as unlike the training rows."""
        flagged = sum(1 for found in self.flags(columns) if found)
        return flagged / max(1, columns.length)


def kind(flag: str) -> str:
    """Return the kind of a flag, without the column."""
    return flag.partition(":")[0]


def _key_features(domain: Domain, limits: GuardLimits) -> list[str]:
    shares: Mapping[str, float] = domain.missing
    if limits.key_features is not None:
        return [name for name in limits.key_features if name in shares]
    return [name for name, share in shares.items() if share < limits.rarely_missing]


class Columns:
    """Rows as the guard sees them: values by column, None for what is missing.

    As numbers where they are asked for. Who answers from it needs no data frame.
    """

    def __init__(self, values: Mapping[str, Sequence[Any]], length: int) -> None:
        self.values, self.length = values, length
        self._numbers: dict[str, npt.NDArray[np.float64]] = {}

    @classmethod
    def of_rows(cls, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Columns:
        """Return the rows of one or more requests."""
        return cls(dict(zip(names, zip(*rows, strict=True), strict=True)), len(rows))

    @classmethod
    def of_frame(cls, frame: pd.DataFrame) -> Columns:
        """Return the rows of a table."""
        values: dict[str, Sequence[Any]] = {}
        for name, column in frame.items():
            plain = column.astype(object)
            values[str(name)] = plain.where(column.notna(), None).tolist()
        return cls(values, len(frame))

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """Return a column of numbers or points in time (seconds since 1970); missing is NaN."""
        if name not in self._numbers:
            values = self.values[name]
            if any(isinstance(value, datetime) for value in values):
                values = [None if value is None else _seconds(value) for value in values]
            self._numbers[name] = np.array(values, dtype=np.float64)
        return self._numbers[name]

    def table(self, names: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return columns as `numbers` does, one a row; one by one would outlast the model."""
        try:
            return np.array([self.values[name] for name in names], dtype=np.float64)
        except TypeError:  # points in time
            return np.stack([*map(self.numbers, names)])


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
