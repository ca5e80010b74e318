"""Score a table of rows with the champion and deliver the result as a Parquet file.

data/scored/<utc time>.parquet holds the rows as they came, then `prediction`, `probability`
(classification) and `model_version`.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from .. import reports
from ..data import table
from ..data.columns import check, feature_schema
from ..errors import BadInput
from ..features.split import TEST
from ..model import champion as champions
from ..monitoring import prediction_log
from ..settings import Settings

ADDED = ("prediction", "probability", "model_version")


def run(
    settings: Settings, *, file: Path | None = None, scheduled_at: datetime | None = None
) -> int:
    """Score `file` (Parquet or CSV; default: the test rows) and return the exit code 0.

    Columns that are no features, such as a key, are passed through. The file appears whole or not
    at all, and only then its delivery is recorded, in reports/deliveries.jsonl and
    reports/delivery.json. `scheduled_at` is when it was due (UTC unless it says otherwise; default:
    now). Raises BadInput for rows that break the schema; then nothing is written.
    """
    began, clock = datetime.now(UTC), time.perf_counter()
    path = file or settings.data_dir / TEST
    frame = _read(path)
    schema = feature_schema()
    names = [name for name in frame.columns if name in schema.columns]
    rows = check(frame[names], schema, str(path))
    champion = champions.load(settings.models_dir)
    version = champion.manifest.version
    answers = champion.predict(rows)
    added = {str(name): answers[name] for name in answers}

    output = settings.data_dir / "scored" / f"{began:%Y%m%dT%H%M%S%fZ}.parquet"
    table.write(frame.assign(**added, model_version=version), output)
    delivery = {
        "ts": _utc(began),
        "input": str(path),
        "output": str(output),
        "rows": len(frame),
        "sha256": hashlib.sha256(output.read_bytes()).hexdigest(),
        "model_version": version,
        "scheduled_at": _utc(scheduled_at or began),
        "delivered_at": _utc(datetime.now(UTC)),
    }
    _record(settings.reports_dir / "deliveries.jsonl", delivery)
    reports.write("delivery", delivery, settings)
    probability = answers.get("probability")
    prediction_log.append(
        settings.data_dir,
        request_id=uuid.uuid4().hex,
        model_version=version,
        rows=rows.to_dict("records"),
        predictions=answers["prediction"].tolist(),
        probabilities=None if probability is None else probability.tolist(),
        latency_ms=(time.perf_counter() - clock) * 1000,
    )
    print(f"{len(frame)} rows scored by version {version}: {output}")
    return 0


def _read(path: Path) -> pd.DataFrame:
    frame = table.read(path)
    if frame.empty:
        raise BadInput(f"{path} holds no rows")
    taken = [name for name in ADDED if name in frame.columns]
    if taken:
        raise BadInput(f"{path} has a column {taken[0]!r} already; scoring adds it")
    return frame


def _record(path: Path, delivery: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(delivery, ensure_ascii=False) + "\n")


def _utc(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
