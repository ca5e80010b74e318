"""A made project in a git repository of its own, to edit, update and look at."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import copier
import small_template
from trueline.alignment import new

COMMAND = [sys.executable, "-m", "trueline.cli"]


class Project:
    """One project; `root` is its work tree. Every commit is Ada's."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def make(cls, root: Path, template: str, version: str, **answers: str) -> Project:
        """Make a project of the template at `version` and commit it."""
        new.make(str(root), template, version, tuple(f"{k}={v}" for k, v in answers.items()))
        project = cls(root)
        project.git("init", "-q", "-b", "main")
        project.git("config", "user.name", "Ada")
        project.git("config", "user.email", "ada@example.org")
        project.commit("Made from the template")
        return project

    def copy(self, root: Path) -> Project:
        """Return a copy with its own repository."""
        return Project(Path(shutil.copytree(self.root, root, symlinks=True)))

    def git(self, *args: str) -> str:
        """Run git here, without any identity but the repository's own."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *args], cwd=self.root, env=env, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        """Commit everything and return the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def read(self, path: str, ref: str | None = None) -> str:
        """Return a file's text, in the work tree or at `ref`."""
        return self.git("show", f"{ref}:{path}") if ref else (self.root / path).read_text()

    def replace(self, path: str, old: str, new_text: str) -> None:
        """Edit one place of a file; it must be there."""
        text = self.read(path)
        assert text.count(old) == 1, (path, old, text)
        (self.root / path).write_text(text.replace(old, new_text))

    def paths(self, ref: str) -> set[str]:
        """List the files of a commit."""
        return set(self.git("ls-tree", "-r", "--name-only", ref).splitlines())

    def branches(self) -> list[str]:
        """List every ref of the repository."""
        return self.git("for-each-ref", "--format=%(refname:short)").splitlines()

    def state(self) -> dict[str, str]:
        """Return what an update must leave alone: the work tree byte for byte, the index, HEAD."""
        git_folder = self.root / ".git"
        watched = [f for f in self.root.rglob("*") if git_folder not in f.parents and f.is_file()]
        watched += [git_folder / "index", git_folder / "HEAD", git_folder / "config"]
        return {
            str(f.relative_to(self.root)): f"{f.lstat().st_mode:o} "
            + hashlib.sha256(f.read_bytes()).hexdigest()
            for f in watched
        } | {"HEAD": self.git("rev-parse", "HEAD")}

    def update(self, *args: str, code: int | None = None) -> dict[str, Any]:
        """Run `trueline update` as a user does; return what it says as JSON."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        done = subprocess.run(
            [*COMMAND, "update", str(self.root), "--format", "json", *args],
            env=env, text=True, capture_output=True, check=False,
        )  # fmt: skip
        assert code is None or done.returncode == code, (done.returncode, done.stdout, done.stderr)
        if done.returncode in (0, 1):
            told: dict[str, Any] = json.loads(done.stdout)
            return told
        assert done.stderr.startswith("trueline: ") and done.stderr.count("\n") == 1, done.stderr
        return {"refused": done.stderr}

    def copier_update(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run plain `copier update`."""
        return subprocess.run(
            [sys.executable, "-m", "copier", "update", "--defaults", *args, str(self.root)],
            text=True, capture_output=True, check=False, stdin=subprocess.DEVNULL,
            env={**os.environ, "COPIER_CACHE_DIR": str(self.root.parent / "copier-cache")},
        )  # fmt: skip


def small(root: Path, template: Path, version: str = "v0.1.0", **answers: str) -> Project:
    """Make a project of the small template."""
    return Project.make(root, str(template), version, **answers)


def difference(one: Path, other: Path) -> list[str]:
    """List the files in which two folders differ, their repositories aside."""

    def content(root: Path) -> dict[str, tuple[bytes, int]]:
        return {
            path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o111)
            for path in root.rglob("*")
            if path.is_file() and ".git" not in path.relative_to(root).parts
        }

    mine, theirs = content(one), content(other)
    return sorted(path for path in {*mine, *theirs} if mine.get(path) != theirs.get(path))


def fresh_copy(template: str, folder: Path, version: str, answers: dict[str, Any]) -> Path:
    """Copy the template with Copier itself."""
    copier.run_copy(template, folder, answers, vcs_ref=version, defaults=True, quiet=True)
    return folder


__all__ = ["COMMAND", "Project", "difference", "fresh_copy", "small", "small_template"]
