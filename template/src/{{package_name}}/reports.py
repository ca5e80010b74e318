"""Reports: JSON files in reports/ that say where they come from."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import provenance
from .settings import Settings, load


def now() -> str:
    """Return the time now in UTC as ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that readers see the old or the new content, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def envelope() -> dict[str, Any]:
    """Return what every report carries: source, commit, run id, version of the data, time."""
    return {
        "source": provenance.source(),
        "commit": provenance.commit(),
        "run_id": provenance.run_id(),
        "data_version": provenance.data_version(),
        "created_at": now(),
    }


def write(name: str, body: Mapping[str, Any], settings: Settings | None = None) -> Path:
    """Write reports/<name>.json: the envelope, then the body; return its path.

    A value of the body wins over the envelope's (as the `run_id` of a tracked run).
    """
    path = (settings or load()).reports_dir / f"{name}.json"
    text = json.dumps({**envelope(), **body}, indent=2, ensure_ascii=False)
    replace_file(path, f"{text}\n".encode())
    return path


def read(name: str, settings: Settings | None = None) -> dict[str, Any] | None:
    """Return the report of that name, or None if there is none yet."""
    path = (settings or load()).reports_dir / f"{name}.json"
    if not path.is_file():
        return None
    body: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return body
