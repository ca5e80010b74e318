"""A check of a large repository: 20,000 files, 10,000 commits; `python -m benchmarks.large`.

A made project that has grown: modules, tests, jobs, notes and samples around it. Seconds of
different machines are not comparable, so the check stands beside `git status` of the same
repository and beside a parse of the same modules, in the same run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demo.snapshot import snapshot

from .projects import ROOT, add, run
from .timing import medians

FILES, COMMITS = 20_000, 10_000
MODULES, TESTS, JOBS, NOTES = 3_000, 2_000, 5_000, 4_000
GROUP = 100  # files of one folder
START = 1_700_000_000  # seconds; the first commit
STEP = 3_000  # seconds between two commits
AUTHORS = 20

_MODULE = '''"""Part {n}."""

from __future__ import annotations

import pandas as pd

from {package}.more.group{before_group}.part{before} import total as other


def total(rows: pd.DataFrame, weight: float = 1.0) -> float:
    """Return the weighted sum of a column."""
    found = rows["amount"].sum() * weight
    if found < 0:
        raise ValueError("less than nothing")
    return float(found)


def both(rows: pd.DataFrame) -> float:
    """Return two sums."""
    return total(rows) + other(rows, {n})
'''
_TEST = '''"""Tests of part {n}."""

import pandas as pd
import pytest

from {package}.more.group{group}.part{n} import total


def test_amounts_are_added() -> None:
    assert total(pd.DataFrame({{"amount": [1, {n}]}})) == {n} + 1


def test_less_than_nothing_is_refused() -> None:
    rows = pd.DataFrame({{"amount": [-{n} - 1]}})
    with pytest.raises(ValueError, match="nothing"):
        total(rows)
'''
_JOB = "name: job{n}\nschedule: daily\nparams:\n  rate: 0.{n}\n  depth: 7\n"
_NOTE = "# Note {n}\n\nWhat was seen on day {n} of the experiment, and what it means.\n"
_SAMPLE = '{{"id": {n}, "amount": {n}.5}}\n'
_PARSE = """
import ast, pathlib, sys
for path in pathlib.Path(sys.argv[1]).glob("[st]*/**/*.py"):
    ast.parse(path.read_text())
"""


def main() -> None:
    """Make the repository, measure, and write the row."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        project = grown(folder)
        found = medians(
            {
                "ours": lambda: [_trueline(), "check", str(project)],
                "git status": lambda: ["git", "-C", str(project), "status", "--short"],
                "parse of its modules": lambda: [sys.executable, "-c", _PARSE, str(project)],
            },
            folder,
        )
        row: dict[str, Any] = {f"{name} (s)": seconds for name, seconds in found.items()}
        row["ratio to a parse"] = round(found["ours"] / found["parse of its modules"], 2)
        row |= {"peak MB": _peak(project), "limit seconds": 5.0, "limit MB": 200}
    add({f"trueline check of {FILES:,} files, {COMMITS:,} commits": row})


def grown(folder: Path) -> Path:
    """Make a project from the template and let it grow, in one `git fast-import`."""
    template, made, project = folder / "template.git", folder / "made", folder / "large"
    snapshot(ROOT, template)
    copy = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", "--vcs-ref", "HEAD"]
    run([*copy, f"git+file://{template}", str(made)], folder)
    paths = sorted(path for path in made.rglob("*") if path.is_file())
    files = {str(path.relative_to(made)): path.read_bytes() for path in paths}
    (package,) = (path.name for path in (made / "src").iterdir() if path.is_dir())
    for path, content in _more(package):
        if len(files) == FILES:
            break
        files[path] = content.encode()
    run(["git", "init", "-q", "-b", "main", str(project)], folder)
    stream = b"".join(_stream(files))
    command = ["git", "fast-import", "--quiet"]
    subprocess.run(command, cwd=project, input=stream, check=True, capture_output=True)
    run(["git", "reset", "-q", "--hard"], project)
    return project


def _more(package: str) -> Iterator[tuple[str, str]]:
    """Yield path and content of the files around the project, samples without an end."""
    for n in range(MODULES):
        before = max(n - 1, 0)
        content = _MODULE.format(n=n, package=package, before=before, before_group=before // GROUP)
        yield f"src/{package}/more/group{n // GROUP}/part{n}.py", content
    for n in range(TESTS):
        content = _TEST.format(n=n, package=package, group=n // GROUP)
        yield f"tests/more/group{n // GROUP}/test_part{n}.py", content
    for n in range(JOBS):
        yield f"conf/jobs/group{n // GROUP}/job{n}.yaml", _JOB.format(n=n)
    for n in range(NOTES):
        yield f"docs/notes/group{n // GROUP}/note{n}.md", _NOTE.format(n=n)
    for n in range(FILES):
        yield f"data/samples/group{n // GROUP}/sample{n}.json", _SAMPLE.format(n=n)


def _stream(files: dict[str, bytes]) -> Iterator[bytes]:
    """Yield the history as fast-import reads it: all files at once, then one note a commit."""
    for number in range(COMMITS):
        seconds = START + number * STEP
        author = f"Author {number % AUTHORS} <author{number % AUTHORS}@acme.example>"
        yield f"commit refs/heads/main\ncommitter {author} {seconds} +0000\n".encode()
        yield b"data 6\nChange\n"
        n = number % NOTES
        note = f"docs/notes/group{n // GROUP}/note{n}.md"
        changed = {note: f"# Note\n\nSeen on day {number}.\n".encode()} if number else files
        for path, content in changed.items():
            yield f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"


def _trueline() -> str:
    return str(Path(sys.prefix) / "bin" / "trueline")


def _peak(project: Path) -> int:
    """Return the most memory that a check held, in MB; git's own processes held less."""
    done = subprocess.Popen([_trueline(), "check", str(project)], stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(done.pid, 0)
    return int(used.ru_maxrss // 1024)


if __name__ == "__main__":
    main()
