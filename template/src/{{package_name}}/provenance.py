"""Where a result comes from: commit, changed files, version of the data, lock, and who ran it."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Literal

import yaml

# What a run itself writes says nothing about the code and configuration that it ran with.
WRITTEN_BY_RUNS = (":(exclude)dvc.lock", ":(exclude)reports")


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None  # no git, or no commit yet, as in a container
    return done.stdout.strip()


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


def source() -> Literal["ci", "local"]:
    """Return `ci` if a workflow runs this, else `local`."""
    ci = os.environ.get("CI", "").lower() == "true" and os.environ.get("GITHUB_RUN_ID")
    return "ci" if ci else "local"


def run_id() -> str | None:
    """Return the id of the workflow run, or None on a laptop."""
    return os.environ.get("GITHUB_RUN_ID") if source() == "ci" else None
