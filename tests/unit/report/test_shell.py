"""Each command as a shell starts it, and how long the help takes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from trueline.cli import COMMANDS
from unit.checker.building import Project
from unit.report.running import AT, shell

HELPFUL = ("check", "next", "explain", "start", "attest", "diff", "history")


@pytest.mark.parametrize("name", HELPFUL)
def test_help_teaches(name: str) -> None:
    done = shell(name, "--help", COLUMNS="100")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Exit codes: 0 " in done.stdout
    assert COMMANDS[name][1].endswith(".")
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_listing_the_commands_imports_none_of_them() -> None:
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        assert shell("--help").returncode == 0
        seconds.append(time.perf_counter() - started)
    # Goal: 0.3 s on a quiet machine; the fastest of five says least about what else runs.
    assert min(seconds) < 0.6


def test_each_command_runs_on_a_project(project: Project, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    (project.root / "docs/model/pseudocode.md").unlink(missing_ok=True)
    for arguments in (
        ("check", project.root, "--format", "html", "--output", page, *AT),
        ("check", project.root, "--format", "sarif", *AT),
        ("check", project.root, "--format", "md", "--no-regressions", "HEAD~1", *AT),
        ("next", project.root, *AT),
        ("explain", "2.2.9"),
        ("start", "docs/model/pseudocode.md", project.root),
        ("diff", "HEAD~1", project.root, *AT),
        ("history", project.root, "--last", "1", *AT),
    ):
        done = shell(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), arguments
    assert page.read_text("utf-8").startswith("<!doctype html>")
