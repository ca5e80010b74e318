"""Killed in the middle: the work tree is byte for byte as before, and the next run succeeds."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet
from edited_project import COMMAND, Project

BRANCH = "trueline/update-v0.2.0"
# Ends the process as a kill does, at the Nth file that is moved or removed in the work tree.
_DYING = """
import os, pathlib, sys
left = int(sys.argv.pop(1))
def dying(method):
    def step(path, *args, **kwargs):
        global left
        if left == 0:
            os._exit(137)
        left -= 1
        return method(path, *args, **kwargs)
    return step
pathlib.Path.replace = dying(pathlib.Path.replace)
pathlib.Path.unlink = dying(pathlib.Path.unlink)
from trueline.cli import main
main()
"""


def _more(*values: float) -> list[ParameterSet]:
    return [pytest.param(value, marks=pytest.mark.long) for value in values]


@pytest.mark.parametrize(
    "share", [0.1, 0.4, 0.7, 0.9, *_more(0.25, 0.5, 0.6, 0.8, 0.95, 1.0)], ids=str
)
def test_a_kill_at_any_moment_touches_nothing(
    edited: Project, whole_run: float, share: float
) -> None:
    before = edited.state()
    running = subprocess.Popen(
        [*COMMAND, "update", str(edited.root)], start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    ends = time.monotonic() + share * whole_run
    while time.monotonic() < ends and running.poll() is None:
        os.sched_yield()
    # It may have come to its end just before; then the whole update is what has to be clean.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert edited.state() == before
    assert edited.git("status", "--porcelain") == ""
    # The branch is there whole, or not at all.
    assert set(edited.branches()) <= {"main", BRANCH}
    edited.git("fsck", "--connectivity-only")
    told = edited.update(code=0)
    assert told["branch"] == BRANCH
    assert edited.state() == before


@pytest.fixture(scope="module")
def whole_run(template: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds that an uninterrupted update takes here and now: the quicker of two, both warm after."""
    from edited_project import small

    seconds = []
    for name in ("cold", "warm"):
        project = small(tmp_path_factory.mktemp(name) / "project", template)
        started = time.monotonic()
        project.update(code=0)
        seconds.append(time.monotonic() - started)
    return min(seconds)


def test_in_place_writes_the_work_tree_and_nothing_else(edited: Project) -> None:
    index, head = (edited.root / ".git/index").read_bytes(), edited.git("rev-parse", "HEAD")
    branch = edited.copy(edited.root.with_name("other"))
    branch.update(code=0)
    told = edited.update("--in-place", code=0)
    assert (told["branch"], told["outcome"]) == (None, "merged")
    assert edited.branches() == ["main"]
    assert edited.git("rev-parse", "HEAD") == head
    assert index == (edited.root / ".git/index").read_bytes()
    edited.git("add", "-A")
    assert edited.git("write-tree") == branch.git("rev-parse", f"{BRANCH}^{{tree}}")
    assert not (edited.root / ".git/trueline-update").exists()


@pytest.mark.parametrize("steps", [0, 4, 9, *_more(1, 6, 11)], ids=str)
def test_in_place_interrupted_is_undone(edited: Project, steps: int) -> None:
    before = edited.state()
    done = subprocess.run(
        [sys.executable, "-c", _DYING, str(steps), "update", str(edited.root), "--in-place"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == (137 if steps < 10 else 0), done.stderr
    whole = edited.copy(edited.root.with_name("whole"))
    if steps >= 10:
        return
    # A plain update is not stopped by it, and does not touch it either.
    half = edited.state()
    edited.update(code=0)
    assert edited.state() == half
    # The next --in-place first goes back, byte for byte; refused for its version, it stays there.
    assert "v9.9.9" in edited.update("--in-place", "--to", "v9.9.9", code=2)["refused"]
    assert edited.state() == before
    # And in one go: back and forth again.
    told = whole.update("--in-place", code=0)
    assert told["outcome"] == "merged"
    whole.git("add", "-A")
    assert whole.git("write-tree") == edited.git("rev-parse", f"{BRANCH}^{{tree}}")


def test_work_done_after_an_interruption_is_not_undone(edited: Project) -> None:
    subprocess.run(
        [sys.executable, "-c", _DYING, "6", "update", str(edited.root), "--in-place"],
        capture_output=True, check=False,
    )  # fmt: skip
    (edited.root / "pyproject.toml").write_text("# settled by hand\n")
    half = edited.state()
    assert "pyproject.toml" in edited.update("--in-place", code=2)["refused"]
    assert edited.state() == half


@pytest.mark.parametrize("dirt", ["edited", "in the way", "conflict"])
def test_in_place_is_all_or_nothing(edited: Project, dirt: str) -> None:
    if dirt == "edited":
        (edited.root / "mine.py").write_text("MINE = 2\n")
    elif dirt == "in the way":
        (edited.root / "src/small/model/gate.py").write_text("GAIN = 'not committed'\n")
    else:
        edited.replace("src/small/monitoring/html.py", 'report["5"]', 'report["five"]')
        edited.commit("Conflict")
    before = edited.state()
    told = edited.update("--in-place", code=1 if dirt == "conflict" else 2)
    assert edited.state() == before
    assert edited.branches() == ["main"]
    if dirt == "conflict":
        assert [row["path"] for row in told["conflicts"]] == ["src/small/monitoring/page.py"]


@pytest.mark.parametrize("hidden", ["--skip-worktree", "--assume-unchanged"])
def test_in_place_refuses_what_git_status_does_not_show(edited: Project, hidden: str) -> None:
    file = edited.root / "src/small/model/train.py"
    edited.git("update-index", hidden, "src/small/model/train.py")
    file.write_text(file.read_text() + "LOCAL = 1\n")
    before = edited.state()
    assert "train.py" in edited.update("--in-place", code=2)["refused"]
    assert edited.state() == before
    file.unlink()  # as in a sparse checkout: nothing to lose
    edited.update("--in-place", code=0)
