"""The prediction log: what was asked and answered, one JSON object a line, one file a day (UTC).

data/predictions/YYYY-MM-DD.jsonl holds {ts, request_id, model_version, features, prediction,
probability (classification), latency_ms}.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

FOLDER = "predictions"


def append(
    data_dir: Path,
    *,
    request_id: str,
    model_version: str,
    rows: Sequence[Mapping[Any, Any]],
    predictions: Sequence[float],
    probabilities: Sequence[float] | None,
    latency_ms: float,
    now: datetime | None = None,
) -> Path:
    """Append one line for each row; all lines of a call or none, and never a part of one.

    Threads and processes may append at the same time. `latency_ms` is the time of the whole
    request. Returns the path of the day's file. Raises OSError if it cannot be written (a full
    disk).
    """
    now = now or datetime.now(UTC)
    shared = {
        "ts": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "request_id": request_id,
        "model_version": model_version,
    }
    lines = []
    for index, row in enumerate(rows):
        line = {**shared, "features": _plain(row), "prediction": predictions[index]}
        if probabilities is not None:
            line["probability"] = probabilities[index]
        line["latency_ms"] = round(latency_ms, 3)
        lines.append(json.dumps(line, ensure_ascii=False, default=_text) + "\n")
    path = data_dir / FOLDER / f"{now:%Y-%m-%d}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    _append_whole(path, "".join(lines).encode())
    return path


def _append_whole(path: Path, content: bytes) -> None:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # released when the file is closed
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
    finally:
        os.close(file)


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the features of a row with null for what is missing; JSON knows no NaN."""
    return {str(name): None if _is_missing(value) else value for name, value in row.items()}


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or _is_nan(value)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _text(value: Any) -> Any:
    """Turn what JSON has no type for into what it has: numpy's scalars, points in time."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else str(value)


@dataclass(frozen=True)
class Predictions:
    """Logged predictions: features (one column each), answers beside them, unreadable lines."""

    features: pd.DataFrame
    answers: pd.DataFrame
    broken_lines: int


def read(data_dir: Path, since: datetime) -> Predictions:
    """Read what was logged at or after `since` (with a time zone).

    `answers` has the columns ts, model_version and prediction. Lines that are no JSON (a process
    died while it wrote) are left out and counted.
    """
    since = since.astimezone(UTC)
    features: list[dict[str, Any]] = []
    answers: list[tuple[datetime, str, float]] = []
    broken = 0
    for path in _files(data_dir / FOLDER, since.date()):
        for line in _lines(path):
            try:
                entry = json.loads(line)
                moment = datetime.fromisoformat(entry["ts"])
                row = dict(entry["features"])
                answer = (moment, str(entry["model_version"]), float(entry["prediction"]))
            except (ValueError, KeyError, TypeError):
                broken += 1
                continue
            if moment >= since:
                features.append(row)
                answers.append(answer)
    return Predictions(
        pd.DataFrame(features),
        pd.DataFrame(answers, columns=["ts", "model_version", "prediction"]),
        broken,
    )


def _files(folder: Path, first: date) -> Iterable[Path]:
    """Return the files of that day and of later ones; the name is the day."""
    return sorted(path for path in folder.glob("*.jsonl") if path.stem >= first.isoformat())


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from (line for line in file if line.strip())
