"""Score a table of rows with the champion and deliver the result as a Parquet file.

data/scored/<when due>-<version>-<digest of the input>.parquet holds the rows as they came, then
`prediction`, `probability` (classification), `model_version`, and `flags`: what makes a row
doubtful (serving/guard.py). What the guard refuses is delivered without a prediction.

Rows are read, checked and scored a chunk at a time, so that memory does not grow with the file.
Scored chunks wait in data/.scoring until all are there: a killed run goes on where it stopped. The
same input, version and due time are delivered once.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .. import operations, reports
from ..data.columns import check, feature_schema, features, personal
from ..errors import BadInput
from ..features.split import TEST
from ..model import champion as champions
from ..model.champion import Champion
from ..monitoring import prediction_log
from ..monitoring.jobs import DeliveryLimits
from ..serving.guard import Columns, Guard
from ..settings import Settings

ADDED = ("prediction", "probability", "model_version", "flags")
CHUNK_ROWS = 50_000
# The prediction log keeps at most so many rows of a delivery, evenly spread; the file has them all.
LOGGED_ROWS = 10_000


def run(
    settings: Settings, *, file: Path | None = None, scheduled_at: datetime | None = None
) -> int:
    """Score `file` (Parquet or CSV; default: the test rows) and return the exit code 0.

    Columns that are no features, such as a key, are passed through (from CSV as text). The file
    appears whole or not at all, and only then its delivery is recorded, in
    reports/deliveries.jsonl and reports/delivery.json. `scheduled_at` is when it was due (UTC
    unless it says otherwise; default: now, and one delivery each period of `delivery.every_hours`).
    Checks of whole columns see a chunk. Raises BadInput, and delivers nothing, for bad rows.
    """
    began, clock = datetime.now(UTC), time.perf_counter()
    path = file or settings.data_dir / TEST
    if not path.is_file():
        raise BadInput(f"no file at {path}")
    champion = champions.load(settings.models_dir)
    guard = Guard.configured(champion.manifest.domain)
    key = {
        "input_sha256": _sha256(path),
        "model_version": champion.manifest.version,
        "slot": _utc(scheduled_at) if scheduled_at else _utc(_slot(began)),
    }
    record = settings.reports_dir / "deliveries.jsonl"
    name = "-".join([key["slot"].replace("-", "").replace(":", ""), key["model_version"]])
    scored = settings.data_dir / "scored"
    output = scored / f"{name}-{key['input_sha256'][:12]}.parquet"
    # Chunks of another size, or of other limits, would not fit together.
    limits = hashlib.sha256(guard.limits.model_dump_json().encode()).hexdigest()[:8]
    job = f"{key['input_sha256'][:32]}-{key['model_version']}-{CHUNK_ROWS}-{limits}"
    work = settings.data_dir / ".scoring" / job
    # Another run must find the record, or the lock: without both it would deliver once more, from
    # parts that are being deleted.
    with _alone(work):
        if (before := _delivered(record, key)) is not None:
            shutil.rmtree(work)
            print(f"nothing new: delivered at {before['delivered_at']} as {before['output']}")
            return 0
        parts = _score(path, champion, guard, work)
        counts, sample, step = _put_together(parts, output)
        delivery = {
            "ts": _utc(began),
            "input": str(path),
            "output": str(output),
            **counts,
            "sha256": _sha256(output),
            **key,
            "scheduled_at": _utc(scheduled_at or began),
            "delivered_at": _utc(datetime.now(UTC)),
        }
        _record(record, delivery)
        shutil.rmtree(work)
    reports.write("delivery", delivery, settings)
    _log(settings, delivery, sample, step, (time.perf_counter() - clock) * 1000)
    said = f"{counts['rows']} rows scored by version {key['model_version']}"
    print(f"{said}, {counts['flagged']} flagged, {counts['refused']} refused: {output}")
    return 0


def _score(path: Path, champion: Champion, guard: Guard, work: Path) -> list[Path]:
    """Score each chunk that is not there yet; return the files of all chunks, in order."""
    schema = feature_schema()
    parts: list[Path] = []
    start = 0
    try:
        for table in _chunks(path):
            part = work / f"{len(parts):06d}.parquet"
            parts.append(part)
            if not part.is_file():
                frame = table.to_pandas()
                # Messages name a row by its place in the file.
                frame.index = pd.RangeIndex(start, start + len(frame))
                names = [name for name in frame.columns if name in schema.columns]
                answers = _answers(champion, guard, check(frame[names], schema, str(path)))
                for name, column in answers.items():
                    table = table.append_column(name, column)
                _write(part, table)
            start += table.num_rows
    except BadInput:
        shutil.rmtree(work)  # the input has to change, and then its digest does
        raise
    if not parts:
        shutil.rmtree(work)
        raise BadInput(f"{path} holds no rows")
    return parts


def _answers(champion: Champion, guard: Guard, frame: pd.DataFrame) -> dict[str, pa.Array]:
    """Return the columns that scoring adds; the guard is asked before an answer is given."""
    said = champion.predict(frame)
    probabilities = said["probability"].tolist() if "probability" in said else None
    flags = guard.flags(Columns.of_frame(frame), probabilities)
    refused = np.zeros(len(frame), dtype=bool)
    refused[[row for row, _ in guard.refused(flags)]] = True
    version = champion.manifest.version
    return {
        **{str(name): pa.array(said[name].to_numpy(), mask=refused) for name in said},
        "model_version": pa.array([version] * len(frame)),
        "flags": pa.array(flags, pa.list_(pa.string())),
    }


def _chunks(path: Path) -> Iterator[pa.Table]:
    """Read a .parquet or .csv file in chunks; raises BadInput as `data.table.read` does."""
    try:
        match path.suffix:
            case ".parquet":
                with pq.ParquetFile(path) as file:
                    _check_names(path, file.schema_arrow.names)
                    for batch in file.iter_batches(CHUNK_ROWS):
                        if batch.num_rows:
                            # What pandas notes about an index would come back with each chunk.
                            yield pa.Table.from_batches([batch]).replace_schema_metadata()
            case ".csv":
                yield from _csv_chunks(path)
            case _:
                raise BadInput(f"{path} is neither .parquet nor .csv")
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}".splitlines()[0]) from None


def _csv_chunks(path: Path) -> Iterator[pa.Table]:
    # A chunk must not decide alone what a column is: text, and what is passed on, stays text.
    names = list(pd.read_csv(path, nrows=0).columns)
    _check_names(path, names)
    kinds = {feature.name: feature.dtype for feature in features()}
    text = {
        name: str
        for name in names
        if (kind := kinds.get(name, "str")) in ("str", "category") or kind.startswith("datetime")
    }
    # With low_memory pandas decides even within a chunk, part by part: 1.5 and '1.5' in one column.
    with pd.read_csv(path, chunksize=CHUNK_ROWS, dtype=text, low_memory=False) as reader:
        for frame in reader:
            table = pa.Table.from_pandas(_floats(frame, kinds), preserve_index=False)
            yield table.replace_schema_metadata()


def _floats(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Return numbers that the schema has as floats as floats: a chunk may hold whole ones only."""
    floats = [name for name in frame.columns if kinds.get(name, "").startswith("float")]
    return frame.astype({name: "float64" for name in floats if frame[name].dtype.kind in "iu"})


def _check_names(path: Path, names: list[str]) -> None:
    taken = [name for name in ADDED if name in names]
    if taken:
        raise BadInput(f"{path} has a column {taken[0]!r} already; scoring adds it")


def _put_together(parts: list[Path], output: Path) -> tuple[dict[str, int], pa.Table, int]:
    """Write all parts as one file, in place as a whole; return its counts.

    Also returned, for the log: every so many of its rows, and how many.
    """
    total = sum(pq.read_metadata(part).num_rows for part in parts)
    step = max(1, -(-total // LOGGED_ROWS))
    new = output.with_name(f".{output.name}.{os.getpid()}.part")
    output.parent.mkdir(parents=True, exist_ok=True)
    sampled, offset = [], 0
    counts = {"rows": total, "flagged": 0, "refused": 0}
    try:
        with pq.ParquetWriter(new, pq.read_schema(parts[0])) as writer:
            for part in parts:
                table = pq.read_table(part).cast(writer.schema)
                writer.write_table(table)
                counts["flagged"] += sum(map(bool, table["flags"].to_pylist()))
                counts["refused"] += table["prediction"].null_count
                wanted = range(-offset % step, table.num_rows, step)
                sampled.append(table.take(pa.array(wanted, pa.int64())))
                offset += table.num_rows
        new.replace(output)
    finally:
        new.unlink(missing_ok=True)
    return counts, pa.concat_tables(sampled), step


def _log(
    settings: Settings, delivery: Mapping[str, Any], sample: pa.Table, step: int, latency: float
) -> None:
    # What got no answer is no prediction; the file tells of it.
    answered = sample["prediction"].is_valid().to_numpy()
    frame = sample.filter(answered).to_pandas()
    hidden = personal()
    names = [f.name for f in features() if f.name in frame.columns and f.name not in hidden]
    probability = frame["probability"].tolist() if "probability" in frame else None
    request = prediction_log.Answered(
        request_id=delivery["sha256"][:32],
        model_version=delivery["model_version"],
        rows=frame[names].to_dict("records"),
        predictions=frame["prediction"].tolist(),
        probabilities=probability,
        latency_ms=latency,
        flags=[list(found) for found in frame["flags"]],
        numbers=(np.flatnonzero(answered) * step).tolist(),
    )
    prediction_log.append(settings.data_dir, [request])


@contextmanager
def _alone(work: Path) -> Iterator[None]:
    """Hold the work folder; raises BadInput if another process scores the same."""
    work.parent.mkdir(parents=True, exist_ok=True)
    with (work.parent / f"{work.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # released when the process ends
        except OSError:
            raise BadInput("another run scores the same rows now") from None
        work.mkdir(exist_ok=True)
        yield


def _write(path: Path, table: pa.Table) -> None:
    new = path.with_suffix(".part")
    pq.write_table(table, new)
    new.replace(path)


def _slot(moment: datetime) -> datetime:
    """Return when the period began that a moment lies in; periods count from 1970."""
    period = timedelta(hours=operations.section("delivery", DeliveryLimits).every_hours)
    zero = datetime(1970, 1, 1, tzinfo=UTC)
    return moment - (moment - zero) % period


def _delivered(record: Path, key: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the record of a delivery with that key, if there is one."""
    if not record.is_file():
        return None
    for number, line in enumerate(record.read_text("utf-8").splitlines(), start=1):
        try:
            entry: dict[str, Any] = json.loads(line)
        except ValueError:
            raise BadInput(f"{record}, line {number} is no record of a delivery") from None
        if all(entry.get(name) == value for name, value in key.items()):
            return entry
    return None


def _record(path: Path, delivery: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(delivery, ensure_ascii=False) + "\n")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _utc(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
