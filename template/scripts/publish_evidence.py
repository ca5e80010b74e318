"""Put the files of a folder on the branch `evidence`, beside what is already there.

The branch has no history in common with the code. It is written by git's plumbing, so that work
tree, index and HEAD stay as they are, and pushed with a lease: two jobs at once lose nothing, the
second one starts again from what the first one left. Only the standard library is needed.

Usage: python3 scripts/publish_evidence.py [--local] FOLDER

With --local nothing is pushed: only this clone's copy of the branch moves on, so that the checker
can score what this run has just shown. Pushing is left to a job that may write.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BRANCH = "refs/heads/evidence"
COPY = "refs/remotes/origin/evidence"
TRIES = 20


def publish(folder: Path, remote: str = "origin") -> str:
    """Push every file below `folder` to the branch, at its path in the folder; return the commit.

    Raises RuntimeError when git fails, or when the branch moved on at each of the tries.
    """
    blobs = stored(folder)
    for attempt in range(TRIES):
        tip = git("ls-remote", remote, BRANCH).partition("\t")[0]
        if tip:
            git("fetch", "-q", "--no-tags", "--depth=1", remote, BRANCH)
        commit = commit_of(blobs, tip)
        # An empty lease means that the branch must not exist yet.
        lease = f"--force-with-lease={BRANCH}:{tip}"
        pushed = subprocess.run(
            ["git", "push", "-q", lease, remote, f"{commit}:{BRANCH}"],
            capture_output=True,
            check=False,
            text=True,
        )
        if pushed.returncode == 0:
            return commit
        if not is_race(pushed.stderr):
            raise RuntimeError(pushed.stderr.strip())
        time.sleep(secrets.SystemRandom().uniform(0, min(2.0, 0.05 * 2**attempt)))
    raise RuntimeError(f"the branch moved on during each of {TRIES} tries")


def keep(folder: Path) -> str:
    """Put every file below `folder` on this clone's copy of the branch; return the commit."""
    commit = commit_of(stored(folder), git("for-each-ref", "--format=%(objectname)", COPY))
    git("update-ref", COPY, commit)
    return commit


def stored(folder: Path) -> dict[str, str]:
    """Store the files below `folder` in git; give each one's id by its path in the folder."""
    files = sorted(f for f in folder.rglob("*") if f.is_file())
    if not files:
        raise RuntimeError(f"{folder} holds no file to publish")
    return {f.relative_to(folder).as_posix(): git("hash-object", "-w", str(f)) for f in files}


def commit_of(blobs: dict[str, str], tip: str) -> str:
    """Commit `blobs`, by path, on top of `tip` ('' for none); what is there already stays."""
    with tempfile.TemporaryDirectory() as scratch:
        index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        if tip:
            git("read-tree", tip, **index)
        for path, blob in blobs.items():
            git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", **index)
        tree = git("write-tree", **index)
    head = git("rev-parse", "HEAD")
    parent = ["-p", tip] if tip else []
    return git("commit-tree", tree, *parent, "-m", f"Evidence for {head}", **author())


def is_race(message: str) -> bool:
    """Tell whether a push failed because somebody else pushed first."""
    return any(
        sign in message
        for sign in ("stale info", "fetch first", "cannot lock ref", "already exists")
    )


def author() -> dict[str, str]:
    """Sign as the bot that runs the workflow: a runner has no name of its own."""
    name, mail = "github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"
    return {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", mail))
    }


def git(*args: str, **env: str) -> str:
    """Run git and return what it printed."""
    done = subprocess.run(
        ["git", *args], capture_output=True, check=False, text=True, env={**os.environ, **env}
    )
    if done.returncode:
        raise RuntimeError(f"git {args[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--local", folder]:
            act = keep
        case [folder] if not folder.startswith("-"):
            act = publish
        case _:
            sys.exit("usage: publish_evidence.py [--local] FOLDER")
    try:
        print(act(Path(folder)))
    except RuntimeError as error:
        sys.exit(f"publish_evidence: {error}")
