"""Reports: JSON files in reports/ that say where they come from.

That is: commit, changed files, version of the data, lock, and who ran it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import secrets
import subprocess
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import yaml

from .settings import Settings, load

# What a run itself writes says nothing about the code and configuration that it ran with.
WRITTEN_BY_RUNS = (":(exclude)dvc.lock", ":(exclude)reports")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


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
        "source": source(),
        "commit": commit(),
        "run_id": run_id(),
        "data_version": data_version(),
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


def registered(settings: Settings) -> str | None:
    """Return what `register` said of the candidate, if nothing happened to either since; else None.

    For that it left the model's sha256 and the registry's stamp in reports/registration.json.
    """
    report = read("registration", settings)
    model = settings.models_dir / "candidate/model.skops"
    if report is None or report["registry"] is None or not model.is_file():
        return None
    sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
    if (report["registry"], report["sha256"]) != (settings.registry_stamp(), sha256):
        return None
    return f"unchanged: {report['outcome']}"


def commit() -> str | None:
    """Return the full id of HEAD, or None outside a repository."""
    return _git("rev-parse", "--verify", "HEAD")


def dirty() -> bool | None:
    """Tell whether tracked code or configuration differs from HEAD (None outside a repository).

    `dvc.lock` and `reports/` do not count: runs write them.
    """
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", *WRITTEN_BY_RUNS)
    return None if changed is None else bool(changed)


def data_version(lock: Path = Path("dvc.lock")) -> str | None:
    """Return `md5:<digest>` of the ingested data, as DVC recorded it; None before the first run."""
    if not lock.is_file():
        return None
    stages = (yaml.safe_load(lock.read_text("utf-8")) or {}).get("stages", {})
    for out in stages.get("ingest", {}).get("outs", []):
        if str(out["path"]).endswith(".parquet"):
            return f"md5:{out['md5']}"
    return None


def lock_hash(lock: Path = Path("uv.lock")) -> str | None:
    """Return the sha256 of the lock of all packages, or None if there is none."""
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else None


def environment_hash(package: Path = Path(__file__).parent) -> str:
    """Return the sha256 of what predictions depend on beside the model's file.

    That is: this package's code, the lock of all packages, and Python's version.
    """
    found = hashlib.sha256(f"{platform.python_version()} {lock_hash()}".encode())
    for path in sorted(package.rglob("*.py")):
        found.update(f"\n{path.relative_to(package).as_posix()}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def source() -> Literal["ci", "local"]:
    """Return `ci` if a workflow runs this, else `local`."""
    ci = os.environ.get("CI", "").lower() == "true" and os.environ.get("GITHUB_RUN_ID")
    return "ci" if ci else "local"


def run_id() -> str | None:
    """Return the id of the workflow run, or None on a laptop."""
    return os.environ.get("GITHUB_RUN_ID") if source() == "ci" else None


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None  # no git, or no commit yet, as in a container
    return done.stdout.strip()


def new_id() -> str:
    """Return a ULID: 48 bits of milliseconds and 80 random bits, so that ids sort by time.

    Source: https://github.com/ulid/spec
    """
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return "".join(CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def append_event(kind: str, *, settings: Settings | None = None, **fields: Any) -> dict[str, Any]:
    """Append one event and return it; a field that is given wins over what is filled in.

    Usual fields: model_version, prev_version, git_sha, run_id, data_version, trigger, status.
    """
    settings = settings or load()
    moment = now()
    workflow = run_id()
    event: dict[str, Any] = {
        "event_id": new_id(),
        "type": kind,
        "ts": moment,
        "recorded_at": moment,
        "phase": "production",
        "env": settings.environment,
        "model": settings.model_name,
        "model_version": None,
        "prev_version": None,
        "git_sha": commit(),
        "run_id": None,
        "data_version": data_version(),
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


def events(settings: Settings | None = None) -> list[dict[str, Any]]:
    """Return what `append_event` wrote, the oldest first; a line that is no event is left out."""
    path = (settings or load()).reports_dir / "events.jsonl"
    found = []
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and {"event_id", "type", "ts"} <= event.keys():
            found.append(event)
    return found
