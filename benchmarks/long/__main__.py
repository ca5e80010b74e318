"""Run the long tests of the named lanes and record each in benchmarks/long/<lane>.json.

The lanes `mutants` and `fuzz` are no folders of tests: see tests/mutants and tests/fuzz.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main(lanes: list[str]) -> int:
    """Run lane by lane; return pytest's worst exit code."""
    worst = 0
    for lane in lanes:
        if lane in ("mutants", "fuzz"):  # programs of their own, which write their own records
            done = subprocess.run([sys.executable, "-m", f"tests.{lane}"], cwd=ROOT)
            worst = max(worst, done.returncode)
            continue
        with tempfile.TemporaryDirectory() as scratch:
            junit = Path(scratch) / "junit.xml"
            start = time.perf_counter()
            command = [sys.executable, "-m", "pytest", "-q", f"tests/{lane}", "-m", "long"]
            done = subprocess.run(
                [*command, "-n", "2", "--dist", "worksteal", "--junitxml", str(junit)], cwd=ROOT
            )
            seconds = round(time.perf_counter() - start, 1)
            (suite,) = ET.parse(junit).getroot().iter("testsuite")
        counts = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        record = {"commit": _head(), "counts": counts, "seconds": seconds}
        path = ROOT / "benchmarks" / "long" / f"{lane}.json"
        path.write_text(json.dumps(record, indent=1) + "\n")
        worst = max(worst, done.returncode)
    return worst


def _head() -> str:
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
