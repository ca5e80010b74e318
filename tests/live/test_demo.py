"""`make demo` on a machine that has only python3, git and make: twice, then without a network."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from api_contract import Asked, keeps_its_contract
from machine import Machine
from making import SAMPLE, registered_versions
from whole_loop import live_through

NEEDED = ("python3", "git", "make", "bash", "sh", "env")


def test_demo_from_a_fresh_clone(template_repo: Path, fresh_machine: Machine) -> None:
    clone = fresh_machine.root / "trueline"
    fresh_machine.run(["git", "clone", "-q", str(template_repo), str(clone)])
    path = _path_without_uv()
    assert shutil.which("uv", path=path) is None
    first = fresh_machine.run(["make", "demo"], clone, PATH=path)
    assert "rollback: the version before answers again" in first.stdout
    assert "core" in first.stdout
    seconds = json.loads((clone / "build" / "demo.json").read_text())
    assert len(seconds) == 8
    assert fresh_machine.git("status", "--porcelain", cwd=clone) == ""
    again = fresh_machine.run(["make", "demo"], clone, PATH=path, UV_OFFLINE="1")
    assert "rollback: the version before answers again" in again.stdout
    _the_project_is_sound(fresh_machine, clone / "build" / "demo")


def _the_project_is_sound(machine: Machine, project: Path) -> None:
    run = ["uv", "run", "--offline", "--project", str(project), "--directory", str(project)]
    machine.run([*run, "python", "-c", SAMPLE["classification"]])
    known = registered_versions(project)
    assert sorted(known.values()) == ["", "champion"]
    # Nothing changed, so nothing is trained and nothing is registered anew.
    machine.run([*run, "poe", "pipeline"])
    assert registered_versions(project) == known
    live_through(machine, project, serves=True)
    keeps_its_contract(machine, project, Asked(gets=20, good=130, bad=90))


def _path_without_uv() -> str:
    """Leave out of the PATH each folder that holds uv, as on a machine that never had it."""
    folders = [
        folder
        for folder in os.environ["PATH"].split(os.pathsep)
        if not (Path(folder) / "uv").exists()
    ]
    for program in NEEDED:
        assert shutil.which(program, path=os.pathsep.join(folders)), program
    return os.pathsep.join(folders)
