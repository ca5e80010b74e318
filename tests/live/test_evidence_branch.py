"""The branch `evidence`: two jobs at once lose nothing, and the checkouts stay as they are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from machine import Machine

SCRIPT = Path(__file__).parents[2] / "template" / "scripts" / "publish_evidence.py"
ROUNDS = 6


def _clone(machine: Machine, origin: Path) -> Path:
    clone = machine.root / "clone"
    machine.run(["git", "clone", "-q", f"file://{origin}", str(clone)])
    return clone


def _origin(machine: Machine) -> Path:
    """Make a remote that holds one commit on main."""
    work, origin = machine.root / "work", machine.root / "origin.git"
    machine.run(["git", "init", "-q", str(work)])
    (work / "code.py").write_text("x = 1\n")
    machine.git("add", "-A", cwd=work)
    machine.git("commit", "-qm", "Code", cwd=work)
    machine.run(["git", "clone", "-q", "--bare", str(work), str(origin)])
    return origin


def _publish(machine: Machine, clone: Path, path: str, text: str) -> subprocess.Popen[str]:
    folder = machine.root / "out" / text
    (folder / path).parent.mkdir(parents=True)
    (folder / path).write_text(text)
    (folder / "badge.svg").write_text(f"<svg>{text}</svg>")
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(folder)],
        cwd=clone,
        env=machine.env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_two_jobs_at_once_lose_nothing(
    fresh_machine: Machine, another_machine: Callable[[str], Machine]
) -> None:
    origin = _origin(fresh_machine)
    machines = [another_machine("one"), another_machine("two")]
    clones = [_clone(machine, origin) for machine in machines]
    for turn in range(ROUNDS):
        # Started together: the first round also races for the branch's first commit.
        running = [
            _publish(machine, clone, f"reports/{name}-{turn}.json", f"{name}-{turn}")
            for name, machine, clone in zip("ab", machines, clones, strict=True)
        ]
        for job in running:
            output, errors = job.communicate(timeout=120)
            assert job.returncode == 0, errors
            assert len(output.strip()) == 40
    names = fresh_machine.git("ls-tree", "-r", "--name-only", "evidence", cwd=origin).split()
    assert set(names) == {
        "badge.svg",
        *(f"reports/{name}-{turn}.json" for name in "ab" for turn in range(ROUNDS)),
    }
    assert fresh_machine.git("rev-list", "--count", "evidence", cwd=origin) == str(2 * ROUNDS)
    # It shares no history with the code, and the code's checkouts did not notice.
    assert fresh_machine.run(
        ["git", "merge-base", "main", "evidence"], origin, check=False
    ).returncode
    for machine, clone in zip(machines, clones, strict=True):
        assert machine.git("status", "--porcelain", cwd=clone) == ""
        assert machine.git("symbolic-ref", "HEAD", cwd=clone) == "refs/heads/main"


def test_what_cannot_be_published_is_one_line(fresh_machine: Machine) -> None:
    clone = _clone(fresh_machine, _origin(fresh_machine))
    empty = fresh_machine.root / "empty"
    empty.mkdir()
    full = fresh_machine.root / "full"
    full.mkdir()
    (full / "check.json").write_text("{}")
    nothing = fresh_machine.run([sys.executable, str(SCRIPT), str(empty)], clone, check=False)
    fresh_machine.git("remote", "set-url", "origin", "file:///nowhere.git", cwd=clone)
    nowhere = fresh_machine.run([sys.executable, str(SCRIPT), str(full)], clone, check=False)
    for done, words in ((nothing, "no file to publish"), (nowhere, "nowhere.git")):
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr
