"""Stage `ingest`: load the source, leave out rows without a label, hold it against the schema."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

from .. import reports
from ..errors import BadInput, Refused
from ..params import Params
from ..settings import Settings
from . import contract, schema, source, table
from .columns import check
from .schema import TARGET, Source


def run(settings: Settings, params: Params) -> str:
    """Write data/raw/source.parquet and reports/ingest.json; return one line on what was read.

    Writes no data and raises BadInput if a row breaks the schema, Refused if the source breaks its
    contract or gives other rows than before for the same `as_of`.
    """
    frame = source.load(params.data.as_of)
    contract.hold(frame, settings)
    if TARGET not in frame.columns:
        raise BadInput(f"the source has no column {TARGET!r}, which the schema names as target")
    labelled = frame[frame[TARGET].notna()]
    kept = check(labelled, Source.to_schema(), "the source")
    if kept.empty:
        raise BadInput(f"no row of the source has a value in {TARGET!r}")
    no_label = len(frame) - len(labelled)
    body = {
        "rows_read": len(frame),
        "rows_kept": len(kept),
        "dropped": {"no_label": no_label},
        "as_of": params.data.as_of.isoformat() if params.data.as_of else None,
        "rows_sha256": digest(kept),
        "made_by": recipe(params),
    }
    before = reports.read("ingest", settings) or {}
    repeatable(before, body)
    path = settings.data_dir / table.RAW
    table.write(kept, path)
    if before.get("rows_sha256") != body["rows_sha256"]:
        version = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        reports.append_event(
            "data_version", settings=settings, trigger="data", data_version=f"md5:{version}"
        )
    reports.write("ingest", body, settings)
    return f"{len(kept)} rows kept of {len(frame)}; {no_label} have no label"


def digest(frame: pd.DataFrame) -> str:
    """Return a sha256 of the rows, the same for the same rows in any order."""
    rows = pd.util.hash_pandas_object(frame, index=False).sort_values()
    columns = json.dumps([(str(name), str(dtype)) for name, dtype in frame.dtypes.items()])
    return hashlib.sha256(columns.encode() + rows.to_numpy().tobytes()).hexdigest()


def recipe(params: Params) -> str:
    """Return a sha256 of what, beside `as_of`, decides which rows there are: code and place."""
    content = params.data.source.encode()
    for module in (source, schema):
        content += Path(str(module.__file__)).read_bytes()
    return hashlib.sha256(content).hexdigest()


def repeatable(before: dict[str, Any], now: dict[str, Any]) -> None:
    """Raise Refused if the same code gave other rows for the same point in time."""
    same = all(before.get(key) == now[key] for key in ("as_of", "made_by"))
    if now["as_of"] and same and before["rows_sha256"] != now["rows_sha256"]:
        raise Refused(
            f"the source is not repeatable: as_of {now['as_of']} gave {before['rows_kept']} rows "
            f"({before['rows_sha256'][:12]}) on {before['created_at']} and gives "
            f"{now['rows_kept']} ({now['rows_sha256'][:12]}) now; mend source.py, or set another "
            "data.as_of in params.yaml"
        )
