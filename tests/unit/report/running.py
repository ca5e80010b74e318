"""Runs the command as its entry point does, free of the machine's forge and terminal settings.

Within this process, because a new one takes longer than most of what is tested; `shell` starts one.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from trueline.cli import main

AT = ("--now", "2026-07-01T00:00:00Z")
_DROPPED = ("GITHUB_", "FORCE_", "COLUMNS", "GIT_")
Done = subprocess.CompletedProcess[str]


def _environment(extra: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(_DROPPED)} | extra


def run(*arguments: str | Path, encoding: str = "utf-8", **env: str) -> Done:
    """Run `trueline` in this process and return what it said."""
    command = ["trueline", *map(str, arguments)]
    out, err = io.BytesIO(), io.BytesIO()
    stdout = io.TextIOWrapper(out, encoding, errors="surrogateescape", write_through=True)
    stderr = io.TextIOWrapper(err, "utf-8", write_through=True)
    code = 0
    # The process itself is the stage here: its arguments, environment and streams.
    with (
        patch.object(sys, "argv", command),
        patch.object(sys, "stdin", io.StringIO()),
        patch.dict(os.environ, _environment(env), clear=True),
        redirect_stdout(stdout),
        redirect_stderr(stderr),
    ):
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
    return Done(command, code, out.getvalue().decode(encoding), err.getvalue().decode())


def shell(*arguments: str | Path, **env: str) -> Done:
    """Run `trueline` as a process of its own."""
    command = [sys.executable, "-m", "trueline.cli", *map(str, arguments)]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=_environment(env), check=False
    )  # fmt: skip


def refused(done: Done) -> str:
    """Return the one line of a refusal."""
    assert done.returncode == 2, done
    assert done.stderr.startswith("trueline: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr
