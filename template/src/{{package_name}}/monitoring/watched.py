"""What drift compares: the rows of the training, and those of today from the log or from a file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
from pandas.api import types

from ..data import table
from ..data.columns import conform, features
from ..data.schema import TARGET
from ..errors import BadInput
from ..features.split import TEST, TRAIN
from ..model.champion import Champion
from ..settings import Settings
from . import prediction_log
from .drift import DriftLimits

Columns = dict[str, pd.Series]

# The answers of the champion, as a column beside the features.
PREDICTION = "prediction"


class NothingToCompare(Exception):
    """There are no rows, or too few; the message says where they should be."""


@dataclass(frozen=True)
class Watched:
    """Both sides, column by column; `label` is the column that has the label's limit, if any."""

    reference: Columns
    current: Columns
    label: str | None
    rows: dict[str, int]
    source: str


def watched(
    settings: Settings,
    limits: DriftLimits,
    champion: Champion | None,
    now: datetime,
    file: Path | None,
    without: Collection[str],
) -> Watched:
    """Return what to compare: `file`, or else the prediction log of the last days.

    A file may hold the target, which then is compared, too; the log holds predictions instead.
    Raises BadInput for a wrong file or an unknown column in `without`, NothingToCompare for too few
    rows.
    """
    names = _names({*without, *limits.without})
    path = settings.data_dir / TRAIN
    if not path.is_file():
        raise NothingToCompare(f"no training rows at {path}; run `uv run poe pipeline`")
    training = table.read(path)
    reference = {name: training[name] for name in (*names, TARGET) if name in training.columns}
    if file is not None:
        current, rows, source = *_from_file(file, names, training[TARGET]), str(file)
        label = TARGET if TARGET in current else None
    else:
        since = now - timedelta(days=limits.window_days)
        current, rows = _from_log(settings, champion, since, names)
        source = f"prediction log of the last {limits.window_days:g} days"
        label = PREDICTION if PREDICTION in current else None
        if label and champion:
            # On rows that it was fitted to, a model answers differently than on new ones.
            unseen = table.read(settings.data_dir / TEST)
            reference[PREDICTION] = champion.predict(unseen)[PREDICTION]
    if rows < limits.min_rows:
        raise NothingToCompare(f"{source}: {rows} rows, at least {limits.min_rows} are needed")
    dropped = {*without, *limits.without}
    current = {name: column for name, column in current.items() if name not in dropped}
    counts = {"reference": len(training), "current": rows}
    return Watched(reference, current, label, counts, source)


def _names(dropped: Collection[str]) -> list[str]:
    """Return the features that are left; raise BadInput if a column to leave out does not exist."""
    known = [feature.name for feature in features()]
    unknown = set(dropped) - {*known, TARGET, PREDICTION}
    if unknown:
        raise BadInput(f"cannot leave out {min(unknown)!r}: the schema has no such column")
    return [name for name in known if name not in dropped]


def _from_file(
    path: Path, names: Collection[str], training_label: pd.Series
) -> tuple[Columns, int]:
    frame = table.read(path)
    wanted = [feature for feature in features() if feature.name in names]
    current = {str(name): column for name, column in conform(frame, wanted).items()}
    if TARGET in frame.columns and frame[TARGET].notna().any():
        current[TARGET] = _like(frame[TARGET].dropna(), training_label, path)
    return current, len(frame)


def _like(label: pd.Series, training_label: pd.Series, path: Path) -> pd.Series:
    """Give the label the kind that it has in the training rows: a number, or text."""
    if not types.is_numeric_dtype(training_label):
        return label
    try:
        return pd.to_numeric(label)
    except (TypeError, ValueError):
        raise BadInput(f"{path}: column {TARGET!r} does not hold numbers") from None


def _from_log(
    settings: Settings, champion: Champion | None, since: datetime, names: Collection[str]
) -> tuple[Columns, int]:
    """Read the log; the predictions are those of the champion alone, others had another model."""
    logged = prediction_log.read(settings.data_dir, since)
    there = [
        feature
        for feature in features()
        if feature.name in names and feature.name in logged.features.columns
    ]
    current = {str(name): column for name, column in conform(logged.features, there).items()}
    if champion is not None and PREDICTION not in names:
        mine = logged.answers["model_version"] == champion.manifest.version
        if mine.any():
            current[PREDICTION] = logged.answers.loc[mine, PREDICTION]
    return current, len(logged.answers)
