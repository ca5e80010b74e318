"""Trees of a git repository as plain mappings, read and written without index or work tree."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from .git import git, text


class Blob(NamedTuple):
    """A file in a tree: its mode (100644, 100755, 120000, 160000) and its object id."""

    mode: str
    oid: str


Tree = dict[str, Blob]


def read(repo: Path, treeish: str) -> Tree:
    """Return every file of `treeish` by its path."""
    listed = git("ls-tree", "-r", "-z", "--full-tree", treeish, cwd=repo)
    tree: Tree = {}
    for entry in listed.decode(errors="surrogateescape").split("\0")[:-1]:
        described, _, path = entry.partition("\t")
        mode, _, oid = described.split(" ")
        tree[path] = Blob(mode, oid)
    return tree


def write(repo: Path, tree: Mapping[str, Blob]) -> str:
    """Write `tree` as git objects and return its id."""
    entries = "".join(f"{blob.mode} {blob.oid}\t{path}\0" for path, blob in tree.items())
    with tempfile.TemporaryDirectory(prefix="trueline-") as scratch:
        env = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        given = entries.encode(errors="surrogateescape")
        git("update-index", "-z", "--index-info", cwd=repo, env=env, given=given)
        return text("write-tree", cwd=repo, env=env)


def from_folder(repo: Path, folder: Path) -> Tree:
    """Write every file below `folder` as an object of `repo` and return the tree of them.

    Line ends and filters are those of the folder's own .gitattributes, as in a commit of it.
    """
    with tempfile.TemporaryDirectory(prefix="trueline-") as scratch:
        env = {
            "GIT_INDEX_FILE": str(Path(scratch) / "index"),
            "GIT_DIR": text("rev-parse", "--absolute-git-dir", cwd=repo),
            "GIT_WORK_TREE": str(folder),
        }
        settings = ("-c", "core.fileMode=true", "-c", "core.safecrlf=false")
        # --force: what the template ships is the project's, also where its .gitignore says no.
        git(*settings, "add", "--all", "--force", ".", cwd=folder, env=env)
        return read(repo, text("write-tree", cwd=folder, env=env))


def blob(repo: Path, oid: str) -> bytes:
    """Return the content of an object."""
    return git("cat-file", "blob", oid, cwd=repo)


def store(repo: Path, content: bytes) -> str:
    """Write `content` as an object and return its id."""
    return git("hash-object", "-w", "--stdin", cwd=repo, given=content).decode().strip()
