"""`make bench`: measure, print a table, and write benchmarks/results.json.

Each figure stands beside a peer or a floor of the same run: seconds of different machines are not
comparable, ratios are. The limits are goals that a reader compares; no test fails on a time.
"""

from __future__ import annotations

import compileall
import shutil
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path
from typing import Any

from demo.snapshot import snapshot

from .projects import add
from .timing import medians

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Measure everything that needs no minutes of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for place in (ROOT / "hooks", Path(sys.prefix) / "lib"):
            compileall.compile_dir(place, quiet=2)
        template = folder / "template.git"
        snapshot(ROOT, template)
        project = folder / "project"
        subprocess.run(_copy(template, project), check=True, capture_output=True)
        _commit(project)
        rows: dict[str, dict[str, Any]] = {
            "copy with default answers": _copying(folder, template, project),
            "trueline --help": _help(folder),
            "trueline check": _checking(project),
            "files of the default project": {
                "files": sum(1 for f in project.rglob("*") if f.is_file() and ".git/" not in str(f))
            },
        }
    add(rows)


def _copying(folder: Path, template: Path, project: Path) -> dict[str, Any]:
    """Compare our template with one of plain files at the same paths and of the same bytes."""
    plain = folder / "plain"
    shutil.copytree(project, plain / "template", ignore=shutil.ignore_patterns(".git"))
    (plain / "copier.yml").write_text('_subdirectory: template\n_exclude: ["*.pyc"]\n')
    _commit(plain)
    numbers = count()
    found = medians(
        {
            "ours": lambda: _copy(template, folder / f"ours{next(numbers)}"),
            "plain files": lambda: _copy(plain, folder / f"plain{next(numbers)}"),
        },
        folder,
    )
    return _with_ratio(found, "ours", "plain files", limit=1.3)


def _help(folder: Path) -> dict[str, Any]:
    found = medians(
        {
            "ours": lambda: [str(Path(sys.prefix) / "bin" / "trueline"), "--help"],
            "python -c pass": lambda: [sys.executable, "-c", "pass"],
        },
        folder,
    )
    return _with_ratio(found, "ours", "python -c pass") | {"limit seconds": 0.3}


def _checking(project: Path) -> dict[str, Any]:
    found = medians(
        {
            "ours": lambda: [str(Path(sys.prefix) / "bin" / "trueline"), "check", str(project)],
            "git status": lambda: ["git", "-C", str(project), "status"],
        },
        project,
    )
    return _with_ratio(found, "ours", "git status") | {"limit seconds": 1.0}


def _with_ratio(
    found: dict[str, float], ours: str, other: str, limit: float | None = None
) -> dict[str, Any]:
    figures: dict[str, Any] = {f"{name} (s)": value for name, value in found.items()}
    figures["ratio"] = round(found[ours] / found[other], 2)
    return figures | ({"limit ratio": limit} if limit else {})


def _copy(template: Path, target: Path) -> list[str]:
    source = f"git+file://{template}"
    return [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", "--vcs-ref", "HEAD",
            source, str(target)]  # fmt: skip


def _commit(folder: Path) -> None:
    who = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    for args in (["init", "-q", "-b", "main"], ["add", "-A"], [*who, "commit", "-qm", "all"]):
        subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True)


if __name__ == "__main__":
    main()
