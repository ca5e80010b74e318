"""Put the working tree, dirty or not, into a bare repository as a real commit.

A made project records where it came from: its hooks, its checker and its later updates all fetch
that commit. A working tree has none, so it is never copied from directly. Equal content gives an
equal commit id, which keeps the caches of uvx and pre-commit warm. Nothing is written to the
repository's own `.git`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

_DRAFT = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "draft"), ("EMAIL", "draft@localhost"))
}


def snapshot(root: Path, bare: Path) -> str:
    """Put the working tree at `root` on branch `main` of the repository `bare`; return its commit.

    Tags travel along. A tree that equals HEAD is HEAD itself, anything else one commit on top.
    """

    def git(*args: str, **env: str) -> str:
        done = subprocess.run(
            ["git", *args],
            cwd=root,
            check=True,
            text=True,
            capture_output=True,
            env={**os.environ, **env},
        )
        return done.stdout.strip()

    bare = bare.resolve()
    head = git("rev-parse", "HEAD")
    if not (bare / "HEAD").exists():
        git("init", "-q", "--bare", "-b", "main", str(bare))
        # A clone may be shallow (CI): its history is short, not wrong.
        git("-C", str(bare), "config", "receive.shallowUpdate", "true")
    git("push", "-q", "--force", str(bare), f"{head}:refs/heads/main", "refs/tags/*:refs/tags/*")
    with tempfile.TemporaryDirectory() as scratch:
        inside = {
            "GIT_DIR": str(bare),
            "GIT_WORK_TREE": str(root.resolve()),
            "GIT_INDEX_FILE": str(Path(scratch) / "index"),
        }
        git("read-tree", head, **inside)
        git("add", "-A", **inside)
        tree = git("write-tree", **inside)
        if tree == git("rev-parse", f"{head}^{{tree}}"):
            return head
        when = git("show", "-s", "--format=%ct", head) + " +0000"
        draft = git(
            "commit-tree",
            tree,
            "-p",
            head,
            "-m",
            "draft of the working tree",
            **inside,
            **_DRAFT,
            GIT_AUTHOR_DATE=when,
            GIT_COMMITTER_DATE=when,
        )
        git("update-ref", "refs/heads/main", draft, **inside)
    return draft


if __name__ == "__main__":
    print(snapshot(Path.cwd(), Path(sys.argv[1])))
