"""What the jobs look at: the champion with its reference, and what was predicted lately.

The reference belongs to the champion's version, not to the last run of the pipeline: after a
refused candidate or a rollback the two differ.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pandas.api import types

from .. import reports
from ..data import table
from ..data.columns import Feature, conform, features, personal
from ..data.schema import TARGET
from ..errors import BadInput
from ..features.split import TEST, TRAIN
from ..model import champion as champions
from ..model.champion import Champion
from ..settings import Settings
from . import prediction_log
from .drift import DriftLimits
from .prediction_log import Predictions

Columns = dict[str, pd.Series]

# The answers of the champion, as a column beside the features.
PREDICTION = "prediction"
# A file of the exported version; see export.reference.
REFERENCE = "reference.parquet"


class NothingToCompare(Exception):
    """There are no rows, or too few; the message says where they should be."""


@dataclass(frozen=True)
class Outcome:
    """`finding`: someone has to act; `unknown`: nothing to look at; and one line on it."""

    status: Literal["fine", "finding", "unknown"]
    message: str


@dataclass(frozen=True)
class Scene:
    """What one run of the jobs looks at; without a champion `reason` says why there is none."""

    settings: Settings
    now: datetime
    champion: Champion | None
    reason: str
    reference: pd.DataFrame | None
    logged: Predictions

    def within(self, days: float, delay: float = 0.0) -> Predictions:
        """Return what was logged in that many days up to `delay` days ago."""
        end = self.now - timedelta(days=delay)
        moments = self.logged.answers["ts"]
        kept = (moments >= end - timedelta(days=days)) & (moments <= end)
        return replace(
            self.logged,
            features=self.logged.features[kept].reset_index(drop=True),
            answers=self.logged.answers[kept].reset_index(drop=True),
        )

    def known(self, name: str) -> Any:
        """Return what the version's reference says of `name` (metrics, data_end), or None."""
        return None if self.reference is None else self.reference.attrs.get(name)

    def conclude(
        self,
        name: str,
        outcome: Outcome,
        body: dict[str, Any],
        rows: int = 0,
        days: float | None = None,
    ) -> Outcome:
        """Write a job's report: its outcome, what it found, and what that rests on.

        `rows` is the number of rows looked at, `days` the window that they come from.
        """
        manifest = self.champion.manifest if self.champion else None
        inputs = {
            "model_version": manifest.version if manifest else None,
            "data_version": manifest.data_version if manifest else None,
            "window_days": days,
            "rows": rows,
        }
        said = {"status": outcome.status, "message": outcome.message}
        reports.write(name, {**said, **body, "inputs": inputs}, self.settings)
        return outcome


def scene(settings: Settings, now: datetime, days: float) -> Scene:
    """Load the champion, its reference and what was logged in the last days."""
    champion, reason, reference = None, "", None
    try:
        champion = champions.load(settings.models_dir)
    except BadInput as error:
        reason = str(error)
    else:
        path = settings.models_dir / champion.manifest.version / REFERENCE
        # Versions that were exported before there were references have none.
        reference = table.read(path) if path.is_file() else None
    logged = prediction_log.read(settings.data_dir, now - timedelta(days=days))
    return Scene(settings, now, champion, reason, reference, logged)


def logged_features(logged: Predictions) -> list[Feature]:
    """Return the features that a row of the log has: all, but for personal ones it never had."""
    hidden = personal() - frozenset().union(*logged.columns)
    return [feature for feature in features() if feature.name not in hidden]


def typed(frame: pd.DataFrame, wanted: Sequence[Feature]) -> pd.DataFrame:
    """Give logged features the schema's types; raises NothingToCompare where that cannot be done.

    A column that changed its type since is no mistake of who looks at the log.
    """
    try:
        return conform(frame, wanted)
    except BadInput as error:
        raise NothingToCompare(f"the prediction log: {error}") from None


@dataclass(frozen=True)
class Watched:
    """Both sides, column by column; `label` is the column that has the label's limit, if any."""

    reference: Columns
    current: Columns
    label: str | None
    rows: dict[str, int]
    source: str


def watched(
    seen: Scene, limits: DriftLimits, file: Path | None, without: Collection[str]
) -> Watched:
    """Return what to compare: `file`, or else the prediction log of the last days.

    A file may hold the target, which then is compared, too; the log holds predictions instead.
    Raises BadInput for a wrong file or an unknown column in `without`, NothingToCompare for too few
    rows.
    """
    dropped = {*without, *limits.without}
    names = _names(dropped)
    training = _training(seen)
    names = [name for name in names if name in training]
    reference = {name: training[name] for name in (*names, TARGET)}
    if file is not None:
        current, rows, source = *_from_file(file, names, training[TARGET]), str(file)
        label = TARGET if TARGET in current else None
    else:
        current, rows = _from_log(seen, limits.window_days, names)
        source = f"prediction log of the last {limits.window_days:g} days"
        label = PREDICTION if PREDICTION in current else None
        if label and seen.champion:
            reference[PREDICTION] = _answers(seen, seen.champion)
    if rows < limits.min_rows:
        raise NothingToCompare(f"{source}: {rows} rows, at least {limits.min_rows} are needed")
    current = {name: column for name, column in current.items() if name not in dropped}
    counts = {"reference": len(training[TARGET]), "current": rows}
    return Watched(reference, current, label, counts, source)


def _names(dropped: Collection[str]) -> list[str]:
    """Return the features that are left; raise BadInput if a column to leave out does not exist."""
    known = [feature.name for feature in features()]
    unknown = set(dropped) - {*known, TARGET, PREDICTION}
    if unknown:
        raise BadInput(f"cannot leave out {min(unknown)!r}: the schema has no such column")
    return [name for name in known if name not in dropped]


def _training(seen: Scene) -> Columns:
    """Return the champion's training rows; those of the last pipeline run if it came without.

    Personal columns never travel with a version: they are compared only where the last run of the
    pipeline was on the champion's own data.
    """
    path = seen.settings.data_dir / TRAIN
    columns: Columns = {}
    if seen.reference is not None and TARGET in seen.reference.columns:
        columns = {str(name): column for name, column in seen.reference.items()}
        same = seen.champion and seen.champion.manifest.data_version == reports.data_version()
        if not (same and path.is_file() and personal()):
            return columns
    elif not path.is_file():
        raise NothingToCompare(f"no training rows at {path}; run `uv run poe pipeline`")
    known = {feature.name for feature in features()} | {TARGET}
    kept = {str(n): column for n, column in table.read(path).items() if n in known}
    return {**kept, **columns}


def _answers(seen: Scene, champion: Champion) -> pd.Series:
    """Return answers to test rows: on rows that it was fitted to, a model answers differently."""
    answers = seen.known("predictions")
    if answers is not None:
        return pd.Series(answers)
    return champion.predict(table.read(seen.settings.data_dir / TEST))[PREDICTION]


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


def _from_log(seen: Scene, days: float, names: Collection[str]) -> tuple[Columns, int]:
    """Return logged features and answers; only rows that were logged with all the features count.

    The predictions are those of the champion alone, others had another model.
    """
    wanted = [feature for feature in logged_features(seen.logged) if feature.name in names]
    logged = seen.within(days).having([feature.name for feature in wanted])
    current: Columns = {}
    if len(logged.answers):
        current = {str(n): column for n, column in typed(logged.features, wanted).items()}
    if seen.champion is not None and PREDICTION not in names:
        mine = logged.answers["model_version"] == seen.champion.manifest.version
        if mine.any():
            current[PREDICTION] = logged.answers.loc[mine, PREDICTION]
    return current, len(logged.answers)
