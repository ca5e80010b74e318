"""Tables on disk: Parquet and CSV files in, Parquet files out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import BadInput
from ..reports import replace_file

# What ingest writes, below the data folder. Here, so that later stages need not import the source.
RAW = "raw/source.parquet"


def read(path: Path) -> pd.DataFrame:
    """Read a .parquet or .csv file; raises BadInput if it is missing, of another kind or broken."""
    if not path.is_file():
        raise BadInput(f"no file at {path}")
    try:
        match path.suffix:
            case ".parquet":
                return pd.read_parquet(path)
            case ".csv":
                return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}".splitlines()[0]) from None
    raise BadInput(f"{path} is neither .parquet nor .csv")


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a Parquet file as a whole: readers see the old or the new one, never a part."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    replace_file(path, buffer.getvalue())


def to_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain values for JSON: missing is None, a time is ISO 8601."""
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.isoformat() if isinstance(value, pd.Timestamp) else value
