"""The command as a shell runs it: foreseen or not, an error is one line and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_COMMAND = [sys.executable, "-m", "trueline.cli"]


@pytest.mark.parametrize(
    "args",
    [
        ("check", "x" * 300),
        ("align", "x" * 300),
        ("new", "p", "--from", "~nosuchuser/x", "--defaults"),
        ("new", "x" * 300, "--from", ".", "--defaults"),
    ],
)
def test_no_traceback(args: tuple[str, ...]) -> None:
    done = subprocess.run([*_COMMAND, *args], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("trueline: ")
    assert done.stderr.count("\n") == 1


def test_without_arguments_it_shows_the_help() -> None:
    done = subprocess.run(_COMMAND, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) > 10


def test_a_reader_that_went_away_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [*_COMMAND, "--help"], stdout=writer, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writer)
    assert done.returncode == 0
