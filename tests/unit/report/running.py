"""Runs the command as a shell does, free of the machine's forge and terminal settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

AT = ("--now", "2026-07-01T00:00:00Z")


def run(*arguments: str | Path, given: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run `trueline` and return what it said."""
    dropped = ("GITHUB_", "FORCE_", "COLUMNS", "GIT_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    return subprocess.run(
        [sys.executable, "-m", "trueline.cli", *map(str, arguments)],
        input=given, capture_output=True, text=True, env={**kept, **env}, check=False,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line of a refusal."""
    assert done.returncode == 2, done
    assert done.stderr.startswith("trueline: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr
