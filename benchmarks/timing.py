"""Time whole processes in turn, so that a drift of the machine's speed hits both alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

RUNS = 5


def medians(commands: dict[str, Callable[[], list[str]]], cwd: Path) -> dict[str, float]:
    """Run each command once to warm up and then RUNS times, A B A B; give median seconds.

    A command is made anew for each run, so that it can name a folder that does not exist yet.
    """
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for turn in range(RUNS + 1):
        for name, make in commands.items():
            command = make()
            start = time.perf_counter()
            done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
            took = time.perf_counter() - start
            if done.returncode not in (0, 1):
                raise SystemExit(f"{command} exited {done.returncode}: {done.stderr}")
            if turn:
                seconds[name].append(took)
    return {name: round(statistics.median(values), 3) for name, values in seconds.items()}
