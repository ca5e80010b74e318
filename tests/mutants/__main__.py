"""Run the mutants: `python -m tests.mutants [--list] [--project DIR] [--jobs N] [ID ...]`.

First all ML tests have to be green. Then each mutant is applied to a copy of the project, and exactly
the tests with its id (and those it names in `also`) have to fail. Writes benchmarks/long/mutants.json
when all mutants ran; exits with 1 if a mutant lives or kills others too, with 2 if it cannot run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from . import TITLES, Mutant, load

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "benchmarks" / "long" / "mutants.json"
# What a copy of the project need not have.
LEFT_OUT = (".venv", ".git", ".*_cache", "__pycache__", "reports", "mlruns", "mlartifacts")


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--list", action="store_true", help="print id, title and mutant, and end")
    parser.add_argument(
        "--project", type=Path, help="a made and synced project; default: a new one"
    )
    parser.add_argument("--jobs", type=int, default=2, help="copies that are tested at a time")
    parser.add_argument("ids", nargs="*", metavar="ID", help="only mutants of these ids")
    given = parser.parse_args()
    if unknown := set(given.ids) - set(TITLES):
        parser.error(f"no such id: {min(unknown)} (known: {', '.join(TITLES)})")
    mutants = [mutant for mutant in load() if not given.ids or mutant.id in given.ids]
    if given.list:
        for mutant in mutants:
            print(f"{mutant.id:7} {TITLES[mutant.id]:62} {mutant.what}")
        return 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        folder = Path(scratch)
        project = given.project.resolve() if given.project else _made(folder)
        return _run(project, folder, mutants, given.jobs, whole=not given.ids)


def _made(folder: Path) -> Path:
    from demo.snapshot import snapshot
    from tests.rendering import render

    snapshot(ROOT, folder / "template.git")
    project = render(folder / "template.git", folder / "project", {})
    # Without a variable that names another environment, uv makes the project's own.
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    subprocess.run(["uv", "sync", "-q"], cwd=project, env=kept, check=True)
    return project


def _run(project: Path, folder: Path, mutants: list[Mutant], jobs: int, *, whole: bool) -> int:
    start = time.perf_counter()
    before = outcomes(_copied(project, folder / "unchanged"), project)
    wanted = TITLES if whole else {mutant.id for mutant in mutants}
    missing = [name for name in wanted if name not in before]
    red = sorted(name for name, failed in before.items() if failed)
    print(f"unchanged: {len(before)} of {len(TITLES)} ids, {len(red)} red")
    for text, names in (("no test has the id", missing), ("red before any mutant", red)):
        if names:
            print(f"{text}: {', '.join(names)}", file=sys.stderr)
    if red:
        return 2
    with ThreadPoolExecutor(jobs) as pool:
        tried = pool.map(lambda pair: _try(project, folder, *pair), enumerate(mutants))
        results = []
        for result in tried:
            results.append(result)
            print(f"{result['status']:9} {result['id']:7} {result['what']}: red: {_names(result)}")
    counts = {
        status: sum(result["status"] == status for result in results)
        for status in ("killed", "lives", "spreads")
    }
    without = [name for name in TITLES if name not in {mutant.id for mutant in mutants}]
    seconds = round(time.perf_counter() - start, 1)
    print(", ".join(f"{count} {status}" for status, count in counts.items()), f"({seconds} s)")
    if whole:
        body = {"commit": _head(), "counts": counts, "seconds": seconds, "results": results}
        RECORD.write_text(json.dumps(body, indent=1) + "\n")
        if without:
            print(f"no mutant: {', '.join(without)}", file=sys.stderr)
    bad = counts["lives"] + counts["spreads"] or missing or (whole and without)
    return 1 if bad else 0


def _try(project: Path, folder: Path, number: int, mutant: Mutant) -> dict[str, Any]:
    """Apply one mutant and say which ids went red: its own and no other is `killed`."""
    copy = _copied(project, folder / f"mutant-{number}")
    mutant.apply(copy)
    start = time.perf_counter()
    red = sorted(name for name, failed in outcomes(copy, project).items() if failed)
    shutil.rmtree(copy)
    expected = {mutant.id, *mutant.also}
    status = "killed" if set(red) == expected else "lives" if mutant.id not in red else "spreads"
    return {
        "id": mutant.id,
        "what": mutant.what,
        "also": list(mutant.also),
        "status": status,
        "red": red,
        "seconds": round(time.perf_counter() - start, 1),
    }


def outcomes(copy: Path, project: Path) -> dict[str, bool]:
    """Run the ML tests in the copy with the project's environment; return which ids failed."""
    junit = copy / "ml_test.xml"
    python = project / ".venv" / "bin" / "python"
    # The environment holds the project's package as a link: this path comes first.
    variables = {**os.environ, "PYTHONPATH": str(copy / "src")}
    for name in ("PYTEST_ADDOPTS", "VIRTUAL_ENV"):
        variables.pop(name, None)
    command = [str(python), "-m", "pytest", "-q", "-m", "ml_test", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, f"--junitxml={junit}"], cwd=copy, env=variables, capture_output=True, text=True
    )
    if done.returncode not in (0, 1):
        raise SystemExit(
            f"pytest ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}"
        )
    failed: dict[str, bool] = {}
    for case in ET.parse(junit).getroot().iter("testcase"):
        wrong = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
        for entry in case.iter("property"):
            if entry.get("name") == "ml_test":
                name = str(entry.get("value"))
                failed[name] = failed.get(name, False) or wrong
    return failed


def _copied(project: Path, place: Path) -> Path:
    shutil.copytree(project, place, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return place


def _names(result: dict[str, Any]) -> str:
    return ", ".join(result["red"]) or "none"


def _head() -> str:
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
