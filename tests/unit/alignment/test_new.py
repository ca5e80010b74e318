"""`trueline new`: what it makes equals Copier's own copy, and it appears whole or not at all."""

from __future__ import annotations

import fcntl
import filecmp
import json
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from rendering import files, render
from trueline.alignment import new, origin, source
from trueline.errors import BadInput


def test_it_makes_what_copier_makes(template_repo: Path, tmp_path: Path) -> None:
    answers = {
        "project_name": "Churn model",
        "serving": "both",
        "description": "Who leaves, and why.",
    }
    theirs = render(template_repo, tmp_path / "theirs", answers)
    pairs = tuple(f"{name}={value}" for name, value in answers.items())
    ours = new.make(str(tmp_path / "ours"), f"git+file://{template_repo}", "main", pairs)
    assert files(ours) == files(theirs)
    names = [str(file) for file in files(theirs)]
    same, different, failed = filecmp.cmpfiles(ours, theirs, names, shallow=False)
    assert (different, failed) == ([], [])
    assert len(same) > 10
    for name in names:
        assert (ours / name).stat().st_mode & 0o111 == (theirs / name).stat().st_mode & 0o111, name
    assert ours.stat().st_mode == theirs.stat().st_mode


def test_a_path_is_recorded_absolute(template_repo: Path, tmp_path: Path) -> None:
    relative = os.path.relpath(template_repo)
    made = new.make(str(tmp_path / "project"), relative, None)
    assert f"_src_path: {template_repo}\n" in (made / ".copier-answers.yml").read_text()


def test_a_bare_repository_without_the_suffix_stays_a_repository(
    template_repo: Path, tmp_path: Path
) -> None:
    (tmp_path / "bare").symlink_to(template_repo)
    (tmp_path / "other").mkdir()
    assert source.to_record(str(tmp_path / "bare")) == str(template_repo)
    assert source.to_record(str(tmp_path / "other")) == f"git+file://{tmp_path}/other"


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.25, 0.45, 0.6, 0.75])
def test_a_kill_leaves_no_half_project(template_repo: Path, tmp_path: Path, delay: float) -> None:
    place = tmp_path / "place"
    place.mkdir()
    running = subprocess.Popen(
        [sys.executable, "-m", "trueline.cli", "new", str(place / "project"),
         "--from", f"git+file://{template_repo}", "--defaults"],
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    started = time.monotonic()
    while time.monotonic() - started < delay and running.poll() is None:
        time.sleep(0.002)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    if (place / "project").exists():  # it was quicker than we were: then it is whole
        assert (place / "project" / "pyproject.toml").is_file()
        assert (place / "project" / ".copier-answers.yml").is_file()
        assert len(files(place / "project")) > 10
    # Nothing of the killed run stands in the way of the next.
    new.make(str(place / "again"), f"git+file://{template_repo}", None)


def test_a_refusal_removes_the_parents_it_made(template_repo: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="license"):
        new.make(
            str(tmp_path / "a" / "b" / "project"),
            f"git+file://{template_repo}",
            None,
            ("license=x",),
        )
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_it_says_what_is_open(template_repo: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trueline.cli", "new", str(tmp_path / "project"),
         "--from", f"git+file://{template_repo}", "-d", "project_name=Churn"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--defaults" in done.stderr
    assert "package_name" in done.stderr and "project_name," not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_it_works_for_a_user_whom_git_does_not_know(template_repo: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(
        [sys.executable, "-m", "trueline.cli", "new", str(tmp_path / "project"),
         "--from", f"git+file://{template_repo}", "--defaults"],
        env=env, check=True, stdin=subprocess.DEVNULL, capture_output=True,
    )  # fmt: skip
    assert (tmp_path / "project" / "pyproject.toml").is_file()


def test_a_hook_of_another_repository_does_not_mislead_it(
    template_repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "other")], check=True)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / "index"))
    made = new.make(str(tmp_path / "project"), f"git+file://{template_repo}", None)
    assert (made / "pyproject.toml").is_file()
    assert not (tmp_path / "other" / "index").exists()


@pytest.mark.parametrize(
    ("url", "recorded"),
    [
        ("https://github.com/acme/trueline.git", "https://github.com/acme/trueline.git"),
        ("https://github.com/acme/trueline", "git+https://github.com/acme/trueline"),
        ("https://token@git.acme.org/trueline", "git+https://git.acme.org/trueline"),
        ("ssh://git@git.acme.org/trueline", "git+ssh://git@git.acme.org/trueline"),
        ("file:///srv/template.git", "file:///srv/template.git"),
    ],
)
def test_the_default_source_is_where_trueline_came_from(url: str, recorded: str) -> None:
    direct = json.dumps({"url": url, "vcs_info": {"vcs": "git", "commit_id": "a" * 40}})
    found = origin.installed_from(direct)
    assert found == origin.Origin(recorded, "a" * 40)


@pytest.mark.parametrize(
    "direct",
    [
        '{"url": "file:///w", "dir_info": {"editable": true}}',
        "{",
        "[]",
        '{"vcs_info": 1, "url": "x"}',
    ],
)
def test_from_a_folder_it_asks_for_the_source(direct: str) -> None:
    assert origin.installed_from(direct) is None


@pytest.mark.slow
def test_on_a_terminal_it_asks(template_repo: Path, tmp_path: Path) -> None:
    """A wrong answer is refused at once, by the same sentence; a given answer is not asked for."""
    mine, theirs = os.openpty()
    # Wide, so that no sentence is broken.
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 250, 0, 0))
    running = subprocess.Popen(
        [sys.executable, "-m", "trueline.cli", "new", str(tmp_path / "project"),
         "--from", f"git+file://{template_repo}", "-d", "owner=acme"],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""

    def until(words: bytes) -> None:
        nonlocal shown
        while words not in shown:
            assert select.select([mine], [], [], 20)[0], shown.decode(errors="replace")
            shown += os.read(mine, 4096)

    until(b"What is the project called")
    os.write(mine, b"\x15Churn: x\r")  # control-u clears the default
    until(b"project_name must start with a letter")
    os.write(mine, b"\x15Churn\r")
    for question in (b"Name of the Python package", b"One sentence", b"licence", b"Where is this"):
        until(question)
        os.write(mine, b"\r")
    for question in (b"What does the model", b"How are predictions", b"Where will the repo"):
        until(question)
        os.write(mine, b"\r")
    for question in (b"Where will it run", b"further practices"):
        until(question)
        os.write(mine, b"\r")
    until(b"Churn is made")
    assert running.wait(20) == 0
    os.close(mine)
    assert b"github.com/<owner>" not in shown
    assert b"fetching" not in shown.partition(b"What is")[2]
    recorded = (tmp_path / "project" / ".copier-answers.yml").read_text()
    assert "package_name: churn\n" in recorded and "owner: acme\n" in recorded


def test_interrupted_at_a_question_it_writes_nothing(template_repo: Path, tmp_path: Path) -> None:
    mine, theirs = os.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "trueline.cli", "new", str(tmp_path / "project"),
         "--from", f"git+file://{template_repo}"],
        stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, start_new_session=True, text=True,
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while b"What is the project called" not in shown:
        assert select.select([mine], [], [], 20)[0], shown
        shown += os.read(mine, 4096)
    os.write(mine, b"\x03")
    _, err = running.communicate(timeout=20)
    os.close(mine)
    assert running.returncode == 130
    assert err.splitlines()[-1] == "trueline: interrupted"
    assert list(tmp_path.iterdir()) == []
