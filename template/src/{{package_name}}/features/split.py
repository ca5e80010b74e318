"""Stage `features`: split the data into training and test rows, at random or by time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import TASK, reports
from ..data import table
from ..data.columns import features
from ..data.schema import TARGET, TIME
from ..errors import BadInput, Refused
from ..params import Params, RandomSplit, TimeSplit
from ..settings import Settings
from . import registry

TRAIN, TEST, FINAL = table.TRAIN, table.TEST, table.FINAL


def run(settings: Settings, params: Params) -> str:
    """Write data/processed/{train,test,final}.parquet and reports/split.json; return one line.

    Raises, and writes nothing: BadInput if conf/features.yaml and the schema differ or one side of
    the split is empty, Refused if a feature breaks the policy or a group is on both sides.
    """
    frame = table.read(settings.data_dir / table.RAW)
    known = registry.enforce(frame)
    train, test = split(frame, params.split, TARGET, TIME)
    for side, rows in (("training", train), ("test", test)):
        if rows.empty:
            raise BadInput(f"the split leaves no {side} rows; see `split` in params.yaml")
        if TASK == "classification" and rows[TARGET].nunique() < 2:
            raise BadInput(f"all {len(rows)} {side} rows have the same {TARGET!r}")
    leaks = leakage(train, test, params.split.group, TIME)
    if leaks["groups_on_both_sides"]:
        raise Refused(
            f"{leaks['groups_on_both_sides']} groups of {params.split.group!r} have training and "
            "test rows; see `split` in params.yaml"
        )
    table.write(train, settings.data_dir / TRAIN)
    table.write(test, settings.data_dir / TEST)
    final = held_back(frame, params.split, TARGET, TIME)
    table.write(final, settings.data_dir / FINAL)
    left_out = len(frame) - len(train) - len(test) - len(final)
    counts = {"train": len(train), "test": len(test), "final": len(final), "left_out": left_out}
    body = {"kind": params.split.kind, **counts, **leaks, "features_sha256": known.sha256}
    reports.write("split", body, settings)
    line = f"{len(train)} training rows, {len(test)} test rows, {left_out} left out"
    same = leaks["test_rows_like_a_training_row"]
    return f"{line}; {same} test rows equal a training row" if same else line


def split(
    frame: pd.DataFrame, how: RandomSplit | TimeSplit, target: str, time: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return training and test rows, each in the order of the frame.

    At random: each class of a classification gives the same share, or with a group its members stay
    together. By time: [from, to) of each, so that no test row is older than a training row.
    """
    if how.group is not None and how.group not in frame.columns:
        raise BadInput(f"params.yaml: split.group: there is no column {how.group!r}")
    match how:
        case RandomSplit():
            part = _random(frame, how, target)
            return frame[part == 0], frame[part == 1]
        case TimeSplit() if time is not None:
            moments = frame[time]
            return frame[_within(moments, how.train)], frame[_within(moments, how.test)]
    raise BadInput("a split by time needs TIME in the schema to name the column with the time")


def leakage(
    train: pd.DataFrame, test: pd.DataFrame, group: str | None, time: str | None
) -> dict[str, int | None]:
    """Count what tells the model about test rows beforehand.

    Rows that are on both sides by their place in the source (never), test rows whose features all
    equal those of a training row, groups on both sides, and test rows that are older than the
    newest training row (None without a group or a time; at random that is most of them).
    """
    names = [name for name in train.columns if name in {feature.name for feature in features()}]
    seen = set(pd.util.hash_pandas_object(train[names], index=False))
    alike = pd.util.hash_pandas_object(test[names], index=False).isin(seen)
    return {
        "rows_on_both_sides": int(test.index.isin(train.index).sum()),
        "test_rows_like_a_training_row": int(alike.sum()),
        "groups_on_both_sides": len({*train[group]} & {*test[group]}) if group else None,
        "test_rows_before_the_last_training_row": (
            int((test[time] < train[time].max()).sum()) if time else None
        ),
    }


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
    """Mark training rows 0, test rows 1, final rows 2: the same shares of each class, or of all.

    With a group its rows stay together.
    """
    if how.group is not None:
        return _grouped(frame[how.group], how)
    generator = np.random.default_rng(how.seed)
    part = np.zeros(len(frame), dtype=np.int8)
    classes = frame[target].to_numpy() if TASK == "classification" else np.zeros(len(frame))
    for value in np.unique(classes):
        rows = generator.permutation(np.flatnonzero(classes == value))
        test = round(len(rows) * how.test_share)
        part[rows[:test]] = 1
        part[rows[test : test + round(len(rows) * how.final_share)]] = 2
    return part


def _grouped(groups: pd.Series[Any], how: RandomSplit) -> npt.NDArray[np.int8]:
    """Mark whole groups as `_random` marks rows, in random order, until the shares are reached.

    Rows without a group are one group.
    """
    codes, names = pd.factorize(groups, use_na_sentinel=False)
    order = np.random.default_rng(how.seed).permutation(len(names))
    sizes = np.bincount(codes, minlength=len(names))[order]
    # Half of the group that crosses the line decides on which side it is.
    middle = (sizes.cumsum() - sizes / 2) / len(groups)
    until = [middle <= how.test_share, middle <= how.test_share + how.final_share]
    part = np.zeros(len(names), dtype=np.int8)
    part[order] = np.select(until, [1, 2], 0)
    marks: npt.NDArray[np.int8] = part[codes]
    return marks


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
