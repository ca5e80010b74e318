"""Fuzz every target in turn: `python -m tests.fuzz [--seconds N] [--kept DIR] [TARGET ...]`.

Writes benchmarks/long/fuzz.json when all targets ran. What a target falls over lies in DIR (build/fuzz)
afterwards; exits with 1 if there is any.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.fuzz.targets import MOST, ROOT, TARGETS, seeds

RECORD = ROOT / "benchmarks" / "long" / "fuzz.json"
# libFuzzer's watch is for a hang; instrumented code takes several times as long as plain code.
HANG_SECONDS = 10
MEGABYTES = 2_048
_COVERED = re.compile(r"cov: (\d+) ft: (\d+)")
_STAT = re.compile(r"stat::(\w+):\s+(\d+)")


def main() -> int:
    """Read the arguments, run target by target, and write the record."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--kept", type=Path, default=ROOT / "build" / "fuzz", help="for findings")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    given = parser.parse_args()
    found = {
        name: fuzz(name, given.seconds, given.kept / name) for name in given.targets or TARGETS
    }
    if not given.targets:
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
        )
        body = {
            "commit": head.stdout.strip(),
            "day": datetime.now(UTC).date().isoformat(),
            "seconds_each": given.seconds,
            "targets": found,
        }
        RECORD.write_text(json.dumps(body, indent=1) + "\n", "utf-8")
    return int(any(one["findings"] for one in found.values()))


def fuzz(name: str, seconds: int, kept: Path) -> dict[str, object]:
    """Run one target in a process of its own, since what it finds ends that process."""
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for number, content in enumerate(seeds(name)):
            (Path(corpus) / f"seed{number}").write_bytes(content)
        options = [f"-max_total_time={seconds}", f"-timeout={HANG_SECONDS}", f"-max_len={MOST}",
                   f"-rss_limit_mb={MEGABYTES}", f"-artifact_prefix={kept}/", "-print_final_stats=1"]  # fmt: skip
        command = [sys.executable, "-m", "tests.fuzz.one", name, *options, corpus]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace")
        inputs = len(list(Path(corpus).iterdir()))
    (kept / "log.txt").write_text(done.stdout + done.stderr, "utf-8")
    covered = _COVERED.findall(done.stderr)
    stats = dict(_STAT.findall(done.stderr))
    findings = sorted(
        path.name for path in kept.iterdir() if path.name.startswith(("crash", "timeout", "oom"))
    )
    # A target that did not even start must not pass for one without a finding.
    if done.returncode and not findings:
        findings = [f"exit code {done.returncode}, see {kept.name}/log.txt"]
    print(
        f"{name}: {stats.get('number_of_executed_units', '?')} inputs, {findings or 'no finding'}"
    )
    return {
        "executed": int(stats.get("number_of_executed_units", 0)),
        "edges": int(covered[-1][0]) if covered else 0,
        "features": int(covered[-1][1]) if covered else 0,
        "seeds": len(seeds(name)),
        "corpus": inputs,
        "slowest_seconds": int(stats.get("slowest_unit_time_sec", 0)),
        "findings": findings,
    }


if __name__ == "__main__":
    sys.exit(main())
