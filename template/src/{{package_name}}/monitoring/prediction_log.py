"""The prediction log: every row that was predicted for, with the answer and the version.

data/predictions/YYYY-MM-DD.jsonl is the journal of a day: a line a row with {ts, request_id, row
(its number in the request, left out for the first), model_version, features, prediction,
probability (classification), latency_ms, flags (where there are any)}. A line costs microseconds,
and what was written survives the process. `compact` turns journals into Parquet files,
data/predictions/YYYY-MM-DD/<id>-<n>.parquet, one for each set of features. `read` reads both.
"""

from __future__ import annotations

import fcntl
import io
import json
import math
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from ..reports import new_id, replace_file

FOLDER = "predictions"
# In a Parquet file a feature's column is called this and its name.
PREFIX = "features."
Frames = dict[frozenset[str], pd.DataFrame]
# Keys of the Parquet file's metadata: lines that could not be read, and columns of mixed types.
BROKEN, AS_JSON = b"broken_lines", b"as_json"
TYPES = {
    "ts": "datetime64[us, UTC]",
    "request_id": "str",
    "row": "int64",
    "model_version": "str",
    "prediction": "float64",
    "probability": "float64",
    "latency_ms": "float64",
}


@dataclass(frozen=True)
class Answered:
    """One request with its answers, or some of its rows: `numbers` are then their places in it."""

    request_id: str
    model_version: str
    rows: Sequence[Mapping[Any, Any]]
    predictions: Sequence[float]
    probabilities: Sequence[float] | None
    latency_ms: float  # of the whole request
    flags: Sequence[Sequence[str]] | None = None  # what makes each row doubtful
    numbers: Sequence[int] | None = None


def append(data_dir: Path, requests: Iterable[Answered], now: datetime | None = None) -> Path:
    """Append one line for each row; all lines of a call or none, and never a part of one.

    Threads and processes may append at the same time. Returns the day's journal. Raises OSError.
    """
    now = now or datetime.now(UTC)
    at = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    path = data_dir / FOLDER / f"{now:%Y-%m-%d}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(line for request in requests for line in _written(request, at))
    _append_whole(path, lines.encode())
    return path


def _written(of: Answered, at: str) -> Iterator[str]:
    for index, (row, answer) in enumerate(zip(of.rows, of.predictions, strict=True)):
        line: dict[str, Any] = {"ts": at, "request_id": of.request_id}
        line |= {"row": of.numbers[index] if of.numbers else index} if index or of.numbers else {}
        line |= {"model_version": of.model_version, "features": _plain(row), "prediction": answer}
        line |= {} if of.probabilities is None else {"probability": of.probabilities[index]}
        line["latency_ms"] = round(of.latency_ms, 3)
        line |= {"flags": list(of.flags[index])} if of.flags and of.flags[index] else {}
        yield json.dumps(line, ensure_ascii=False, default=_text) + "\n"


def _append_whole(path: Path, content: bytes) -> None:
    with _journal(path) as file:
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":
            content = b"\n" + content  # a process died in the middle of its line
        left = memoryview(content)
        try:
            while left:
                left = left[os.write(file, left) :]
        except OSError:
            os.ftruncate(file, size)
            raise


@contextmanager
def _journal(path: Path) -> Iterator[int]:
    """Open the journal and lock it; a file that `compact` took away meanwhile is not the one."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)  # released when the file is closed
            if path.exists() and path.stat().st_ino == os.fstat(file).st_ino:
                yield file
                return
        finally:
            os.close(file)


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the features of a row with null for what is missing; JSON knows no NaN."""
    return {str(name): None if _is_missing(value) else value for name, value in row.items()}


def _is_missing(value: Any) -> bool:
    nan = isinstance(value, float) and math.isnan(value)
    return nan or value is None or value is pd.NaT or value is pd.NA


def _text(value: Any) -> Any:
    """Turn what JSON has no type for into what it has: numpy's scalars, points in time."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else str(value)


@dataclass(frozen=True)
class Predictions:
    """Logged predictions: features (one column each), answers beside them, unreadable lines.

    `columns` holds the sets of features that were logged, and `answers["logged"]` the number of the
    row's own: where the schema changed, rows of the old one lack a column that is null in others.
    """

    features: pd.DataFrame
    answers: pd.DataFrame
    broken_lines: int
    columns: tuple[frozenset[str], ...] = ()

    def having(self, names: Collection[str], version: str | None = None) -> Predictions:
        """Return the rows that were logged with all these features, and by that version."""
        full = [number for number, logged in enumerate(self.columns) if logged.issuperset(names)]
        kept = self.answers["logged"].isin(full)
        if version is not None:
            kept &= self.answers["model_version"] == version
        there = [name for name in names if name in self.features.columns]
        features = self.features.loc[kept, there].reset_index(drop=True)
        answers = self.answers[kept].reset_index(drop=True)
        return replace(self, features=features, answers=answers)


def read(data_dir: Path, since: datetime) -> Predictions:
    """Read what was logged at or after `since` (with a time zone), the oldest first.

    `answers` has the columns of TYPES, flags and logged. Lines that are no JSON (a process died
    while it wrote) are left out and counted.
    """
    folder, since = data_dir / FOLDER, since.astimezone(UTC)
    parts: dict[frozenset[str], list[pd.DataFrame]] = {}
    broken = 0
    if folder.is_dir():
        with _lock(folder, fcntl.LOCK_SH):
            for path in _files(folder, since):
                frames, unreadable = _parquet(path) if path.suffix == ".parquet" else _lines(path)
                broken += unreadable
                for columns, frame in frames.items():
                    parts.setdefault(columns, []).append(frame[frame["ts"] >= since])
    if not parts:
        empty = pd.DataFrame(columns=[*TYPES, "flags", "logged"]).astype(TYPES)
        return Predictions(pd.DataFrame(), empty, broken)
    numbered = [
        frame.assign(logged=number)
        for number, frames in enumerate(parts.values())
        for frame in frames
    ]
    both = pd.concat(numbered).sort_values("ts", kind="stable", ignore_index=True)
    names = [str(name) for name in both.columns if str(name).startswith(PREFIX)]
    features = both[names].rename(columns={name: name.removeprefix(PREFIX) for name in names})
    answers = both.drop(columns=names)
    return Predictions(features, answers, broken, tuple(parts))


def compact(data_dir: Path) -> int:
    """Turn the journals into Parquet files; return the number of rows.

    A journal is moved into its day's folder first, so that nobody writes to it any more, and goes
    when its Parquet files are complete; until then they do not count.
    """
    folder, rows = data_dir / FOLDER, 0
    if not folder.is_dir():
        return 0
    with _lock(folder, fcntl.LOCK_EX):
        for path in sorted(folder.glob("*.jsonl")):
            sealed = folder / path.stem / f"{new_id()}.jsonl"
            sealed.parent.mkdir(exist_ok=True)
            with _journal(path):
                path.rename(sealed)
        for path in sorted(folder.glob("*/*.jsonl")):
            frames, broken = _lines(path)
            for number, (columns, frame) in enumerate(frames.items()):
                target = path.with_name(f"{path.stem}-{number}.parquet")
                replace_file(target, _packed(columns, frame, 0 if number else broken))
                rows += len(frame)
            if frames or not broken:  # what nobody can read stays, and is counted
                path.unlink()
    return rows


@contextmanager
def _lock(folder: Path, kind: int) -> Iterator[None]:
    """Let readers wait until a compaction has ended; writers wait for neither."""
    file = os.open(folder / ".lock", os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, kind)
        yield
    finally:
        os.close(file)


def _files(folder: Path, since: datetime) -> list[Path]:
    """Return the files of that day and of later ones, without Parquet files that may be partial."""
    first = since.date().isoformat()
    sealed = sorted(path for path in folder.glob("*/*.jsonl") if path.parent.name >= first)
    unfinished = {path.stem for path in sealed}
    parquet = [
        path
        for path in sorted(folder.glob("*/*.parquet"))
        if path.parent.name >= first and path.stem.rpartition("-")[0] not in unfinished
    ]
    return [*parquet, *sealed, *sorted(p for p in folder.glob("*.jsonl") if p.stem >= first)]


def _lines(path: Path) -> tuple[Frames, int]:
    """Return the rows of a journal by their set of features, and the number of broken lines."""
    groups: dict[frozenset[str], list[dict[str, Any]]] = {}
    broken = 0
    with path.open("rb") as file:
        for line in file:
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
                features = dict(entry.pop("features"))
                row = {
                    "ts": datetime.fromisoformat(entry["ts"]),
                    "request_id": str(entry.get("request_id", "")),
                    "row": int(entry.get("row", 0)),
                    "model_version": str(entry["model_version"]),
                    "prediction": float(entry["prediction"]),
                    "probability": float(entry.get("probability", math.nan)),
                    "latency_ms": float(entry.get("latency_ms", math.nan)),
                    "flags": [str(flag) for flag in entry.get("flags", ())],
                }
            except (ValueError, KeyError, TypeError, AttributeError):
                broken += 1
                continue
            row |= {f"{PREFIX}{name}": value for name, value in features.items()}
            groups.setdefault(frozenset(features), []).append(row)
    # Values stay Python's own: pandas would turn large whole numbers beside a null into floats.
    frames = {columns: pd.DataFrame(rows, dtype=object) for columns, rows in groups.items()}
    return {columns: frame.astype(TYPES) for columns, frame in frames.items()}, broken


def _packed(columns: frozenset[str], frame: pd.DataFrame, broken: int) -> bytes:
    """Return the rows as a Parquet file; a column of mixed types is kept as JSON texts."""
    import pyarrow as pa
    from pyarrow import parquet

    mixed = []
    for name in columns:
        try:
            pa.array(frame[PREFIX + name], from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            mixed.append(name)
            frame = frame.assign(**{PREFIX + name: frame[PREFIX + name].map(json.dumps)})
    table = pa.Table.from_pandas(frame, preserve_index=False)
    notes = {BROKEN: str(broken), AS_JSON: json.dumps(sorted(mixed))}
    buffer = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata({**table.schema.metadata, **notes}), buffer)
    return buffer.getvalue()


def _parquet(path: Path) -> tuple[Frames, int]:
    """Return the rows of a Parquet file, and the number of lines that were lost to it."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except (OSError, pa.ArrowInvalid):
        return {}, 1
    notes = table.schema.metadata or {}
    frame = table.to_pandas(integer_object_nulls=True)
    for name in json.loads(notes.get(AS_JSON, b"[]")):
        frame[PREFIX + name] = frame[PREFIX + name].map(json.loads)
    names = [str(name) for name in frame.columns if str(name).startswith(PREFIX)]
    logged = frozenset(name.removeprefix(PREFIX) for name in names)
    return {logged: frame}, int(notes.get(BROKEN, b"0"))
