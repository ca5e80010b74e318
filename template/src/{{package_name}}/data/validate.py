"""Stage `validate`: is the ingested data, as a whole, fit to train on?"""

from __future__ import annotations

from typing import Any

import pandas as pd
from pandas.api import types

from .. import TASK, reports
from ..errors import BadInput
from ..settings import Settings
from . import table
from .columns import check, features
from .schema import TARGET, TIME, Source

# Below this no split leaves enough rows to tell two models apart.
MIN_ROWS = 50


def run(settings: Settings) -> str:
    """Check data/raw/source.parquet and write reports/validation.json with a profile per column.

    Raises BadInput with one line that names the column and the check that fails.
    """
    ingested = table.read(settings.data_dir / table.RAW)
    frame = check(ingested, Source.to_schema(), "the ingested data")
    fit_to_train(frame)
    profiles = {name: profile(frame[name]) for name in frame.columns}
    reports.write("validation", {"rows": len(frame), "columns": profiles}, settings)
    return f"{len(frame)} rows, {len(frame.columns)} columns"


def fit_to_train(frame: pd.DataFrame) -> None:
    """Raise BadInput for too few rows, a target with one value, or a column without any."""
    if len(frame) < MIN_ROWS:
        raise BadInput(f"{len(frame)} rows are too few to train and test on (at least {MIN_ROWS})")
    values = frame[TARGET].nunique()
    if values < 2:
        raise BadInput(f"column {TARGET!r} has one value only: there is nothing to learn")
    if TASK == "classification" and not frame[TARGET].isin([0, 1]).all():
        other = frame.loc[~frame[TARGET].isin([0, 1]), TARGET].iloc[0]
        raise BadInput(f"column {TARGET!r} holds {other}; a classification needs 0 and 1")
    empty = [feature.name for feature in features() if frame[feature.name].isna().all()]
    if empty:
        raise BadInput(f"column {empty[0]!r} has no values at all")
    if TIME is not None and frame[TIME].isna().any():
        raise BadInput(f"column {TIME!r} gives the time of a row and has missing values")


def profile(column: pd.Series[Any]) -> dict[str, Any]:
    """Return type, share of missing values and, by type, the range or the number of values."""
    facts: dict[str, Any] = {"dtype": str(column.dtype), "missing": float(column.isna().mean())}
    known = column.dropna()
    if types.is_numeric_dtype(column) and not types.is_bool_dtype(column) and len(known):
        facts |= {"min": float(known.min()), "mean": float(known.mean()), "max": float(known.max())}
    else:
        facts["values"] = int(known.nunique())
    return facts
