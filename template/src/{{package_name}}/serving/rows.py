"""Rows to predict for, column by column: for the guard, and for answers without data frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


class Columns:
    """Values by column, and as numbers where they are asked for; what is missing is None."""

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
