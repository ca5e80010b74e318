"""Events: one JSON object a line in reports/events.jsonl, append-only.

Deployments, rollbacks and gate decisions happen at a time that no registry keeps; here it is kept.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from typing import Any

from . import reports
from .settings import Settings, load

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """Return a ULID: 48 bits of milliseconds and 80 random bits, so that ids sort by time.

    Source: https://github.com/ulid/spec
    """
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return "".join(CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def append(type: str, *, settings: Settings | None = None, **fields: Any) -> dict[str, Any]:  # noqa: A002 (the field's name in the log)
    """Append one event and return it; a field that is given wins over what is filled in.

    Usual fields: model_version, prev_version, git_sha, run_id, data_version, trigger, status.
    """
    settings = settings or load()
    moment = reports.now()
    workflow = reports.run_id()
    event: dict[str, Any] = {
        "event_id": new_id(),
        "type": type,
        "ts": moment,
        "recorded_at": moment,
        "phase": "production",
        "env": settings.environment,
        "model": settings.model_name,
        "model_version": None,
        "prev_version": None,
        "git_sha": reports.commit(),
        "run_id": None,
        "data_version": reports.data_version(),
        "trigger": "code",
        "status": "success",
        "source": f"github:run/{workflow}" if workflow else "local",
        **fields,
    }
    settings.reports_dir.mkdir(parents=True, exist_ok=True)
    line = json.dumps(event, ensure_ascii=False) + "\n"
    # One write to a file opened for appending: two processes never mix their lines.
    file = os.open(
        settings.reports_dir / "events.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644
    )
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)
    return event
