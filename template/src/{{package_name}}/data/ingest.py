"""Stage `ingest`: load the source, leave out rows without a label, hold it against the schema."""

from __future__ import annotations

from .. import reports
from ..errors import BadInput
from ..params import Params
from ..settings import Settings
from . import source, table
from .columns import check
from .schema import TARGET, Source


def run(settings: Settings, params: Params) -> str:
    """Write data/raw/source.parquet and reports/ingest.json; return one line on what was read.

    Raises BadInput, and writes nothing, if a row breaks the schema.
    """
    frame = source.load(params.data.as_of)
    if TARGET not in frame.columns:
        raise BadInput(f"the source has no column {TARGET!r}, which the schema names as target")
    labelled = frame[frame[TARGET].notna()]
    kept = check(labelled, Source.to_schema(), "the source")
    if kept.empty:
        raise BadInput(f"no row of the source has a value in {TARGET!r}")
    table.write(kept, settings.data_dir / table.RAW)
    no_label = len(frame) - len(labelled)
    reports.write(
        "ingest",
        {"rows_read": len(frame), "rows_kept": len(kept), "dropped": {"no_label": no_label}},
        settings,
    )
    return f"{len(kept)} rows kept of {len(frame)}; {no_label} have no label"
