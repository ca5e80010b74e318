"""Stage `features`: split the data into training and test rows, at random or by time."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import TASK, reports
from ..data import table
from ..data.columns import check_described, features
from ..data.schema import TARGET, TIME
from ..errors import BadInput
from ..params import Params, RandomSplit, TimeSplit
from ..settings import Settings

TRAIN = "processed/train.parquet"
TEST = "processed/test.parquet"
# Rows that neither training, search nor `evaluate` ever sees; often there are none.
FINAL = "processed/final.parquet"


def run(settings: Settings, params: Params) -> str:
    """Write data/processed/{train,test,final}.parquet and reports/split.json; return one line.

    Raises BadInput, and writes nothing, if conf/features.yaml and the schema differ, or if one side
    of the split is empty.
    """
    names = [feature.name for feature in features()]
    check_described(names)
    frame = table.read(settings.data_dir / table.RAW)
    train, test = split(frame, params.split, TARGET, TIME)
    for side, rows in (("training", train), ("test", test)):
        if rows.empty:
            raise BadInput(f"the split leaves no {side} rows; see `split` in params.yaml")
        if TASK == "classification" and rows[TARGET].nunique() < 2:
            raise BadInput(f"all {len(rows)} {side} rows have the same {TARGET!r}")
    table.write(train, settings.data_dir / TRAIN)
    table.write(test, settings.data_dir / TEST)
    final = held_back(frame, params.split, TARGET, TIME)
    table.write(final, settings.data_dir / FINAL)
    left_out = len(frame) - len(train) - len(test) - len(final)
    counts = {"train": len(train), "test": len(test), "final": len(final), "left_out": left_out}
    reports.write("split", {"kind": params.split.kind, **counts}, settings)
    return f"{len(train)} training rows, {len(test)} test rows, {left_out} left out"


def split(
    frame: pd.DataFrame, how: RandomSplit | TimeSplit, target: str, time: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return training and test rows, each in the order of the frame.

    At random: each class of a classification gives the same share. By time: [from, to) of each.
    """
    match how:
        case RandomSplit():
            part = _random(frame, how, target)
            return frame[part == 0], frame[part == 1]
        case TimeSplit() if time is not None:
            moments = frame[time]
            return frame[_within(moments, how.train)], frame[_within(moments, how.test)]
    raise BadInput("a split by time needs TIME in the schema to name the column with the time")


def held_back(
    frame: pd.DataFrame, how: RandomSplit | TimeSplit, target: str, time: str | None
) -> pd.DataFrame:
    """Return the rows of the final test, in the order of the frame; often none."""
    match how:
        case RandomSplit():
            final: pd.DataFrame = frame[_random(frame, how, target) == 2]
            return final
        case TimeSplit() if time is not None and how.final is not None:
            return frame[_within(frame[time], how.final)]
    return frame.iloc[:0]


def _random(frame: pd.DataFrame, how: RandomSplit, target: str) -> npt.NDArray[np.int8]:
    """Mark training rows 0, test rows 1, final rows 2: the same shares of each class, or of all."""
    generator = np.random.default_rng(how.seed)
    part = np.zeros(len(frame), dtype=np.int8)
    classes = frame[target].to_numpy() if TASK == "classification" else np.zeros(len(frame))
    for value in np.unique(classes):
        rows = generator.permutation(np.flatnonzero(classes == value))
        test = round(len(rows) * how.test_share)
        part[rows[:test]] = 1
        part[rows[test : test + round(len(rows) * how.final_share)]] = 2
    return part


def _within(moments: pd.Series[pd.Timestamp], bounds: tuple[datetime, datetime]) -> pd.Series[bool]:
    """Mark the moments in [from, to); a bound without a zone is UTC if the column has a zone."""
    if not pd.api.types.is_datetime64_any_dtype(moments):
        raise BadInput(f"column {moments.name!r} is no time but {moments.dtype}")
    aware = moments.dt.tz is not None
    start, end = (_in_zone(bound, aware) for bound in bounds)
    return (moments >= start) & (moments < end)


def _in_zone(bound: datetime, aware: bool) -> pd.Timestamp:
    if aware:
        return pd.Timestamp(bound if bound.tzinfo else bound.replace(tzinfo=UTC))
    return pd.Timestamp(bound.astimezone(UTC).replace(tzinfo=None) if bound.tzinfo else bound)
