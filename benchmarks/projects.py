"""Made projects to measure: with their environment, a trained champion, and their results."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from demo.snapshot import snapshot

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"


def make(scratch: Path, answers: dict[str, str]) -> Path:
    """Make a project with these answers and its environment."""
    template, project = scratch / "template.git", scratch / "project"
    snapshot(ROOT, template)
    given = [part for key, value in answers.items() for part in ("-d", f"{key}={value}")]
    copy = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", "--vcs-ref", "HEAD"]
    run([*copy, *given, f"git+file://{template}", str(project)], scratch)
    run(["git", "init", "-q"], project)
    run(["uv", "sync", "-q"], project)
    return project


def train(project: Path) -> None:
    """Run the stages that make a champion."""
    for stage in ("ingest", "validate", "features", "train", "evaluate", "register", "promote"):
        run([*python(project), "-m", package(project), stage], project)


def package(project: Path) -> str:
    """Return the name of the project's package."""
    (folder,) = (path for path in (project / "src").iterdir() if (path / "cli.py").is_file())
    return folder.name


def python(project: Path) -> list[str]:
    """Return the command of the project's own Python."""
    return [str(project / ".venv" / "bin" / "python")]


def environment(project: Path) -> dict[str, str]:
    """Return the environment of a process of the project."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    own = {"MLFLOW_DISABLE_TELEMETRY": "true", "OMP_NUM_THREADS": "1"}
    return kept | own | {"PATH": f"{project / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def run(command: list[str], cwd: Path) -> str:
    """Run a command to its end and return what it printed; its failure ends the benchmark."""
    done = subprocess.run(command, cwd=cwd, env=environment(cwd), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command} exited {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def add(rows: dict[str, dict[str, Any]]) -> None:
    """Put rows into benchmarks/results.json, each with its commit, and print them."""
    result = json.loads(RESULTS.read_text())
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    measured_at = {"commit": head.stdout.strip()[:10], "python": platform.python_version()}
    result["results"] |= {name: figures | measured_at for name, figures in rows.items()}
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    for name, figures in rows.items():
        print(f"{name:<30}", "  ".join(f"{key} {value}" for key, value in figures.items()))
