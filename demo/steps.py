"""Run programs step by step, show each step's seconds, and stop at the first that fails."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


class Failed(Exception):
    """A step did not do what it should; the text says what was seen."""


@dataclass
class Steps:
    """The steps of a demo, in order; `seconds` holds what each one took."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[list[str]]:
        """Time what happens inside; lines put into the yielded list are shown below the step."""
        print(f"  {title:<58}", end="", flush=True)
        notes: list[str] = []
        start = time.perf_counter()
        try:
            yield notes
        except BaseException:
            print("  failed", flush=True)
            raise
        self.seconds[title] = time.perf_counter() - start
        print(f"{self.seconds[title]:6.1f} s", flush=True)
        for note in notes:
            print(f"      {note}", flush=True)


def environment() -> dict[str, str]:
    """Give the environment of the made project's commands: this one, without our own virtualenv."""
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    # Never writing bytecode makes every start of a Python tool 2.4 times slower.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


class Running:
    """A program that runs while something else is done; `output` waits for its end."""

    def __init__(self, args: list[str], cwd: Path) -> None:
        self.args = args
        self.process = subprocess.Popen(
            args,
            cwd=cwd,
            env=environment(),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def output(self) -> str:
        """Return what it printed; its whole output is in the error if it failed."""
        stdout, stderr = self.process.communicate()
        if self.process.returncode:
            said = f"{stdout[-4000:]}{stderr[-4000:]}"
            raise Failed(f"`{' '.join(self.args)}` exited {self.process.returncode}\n{said}")
        return stdout


def run(args: list[str], cwd: Path) -> str:
    """Run a program and return what it printed; its whole output is in the error if it fails."""
    return Running(args, cwd).output()


def fail(message: str) -> None:
    """End the demo with one line."""
    print(f"demo: {message}", file=sys.stderr)
    sys.exit(1)
