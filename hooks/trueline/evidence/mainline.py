"""The newest first-parent commits of the default branch: who, when, and which paths they changed.

Git knows all that better than the forge, and costs no request.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace

from .forge import Change
from .git import Repository, run
from .moment import moment

SPAN = 400  # commits that are looked through
NEWEST = 30  # of each kind, for which the forge is asked
MOST_PATHS = 5_000  # of one commit; a larger one is an import, not a change

_INFRA = re.compile(
    r"(infra|infrastructure|terraform|tofu|k8s|kubernetes|kustomize|helm|charts)/.+"
    r"|(docker-)?compose([.-][\w.-]+)?\.ya?ml"
)
_FEATURES = re.compile(r"(src/)?([^/]+/)?features/.+|feature_repo/.+")


def infrastructure(path: str) -> bool:
    """True for a path that describes infrastructure."""
    return _INFRA.fullmatch(path) is not None


def feature(path: str) -> bool:
    """True for a path that holds a feature's code."""
    return not path.startswith(("tests/", "docs/")) and _FEATURES.fullmatch(path) is not None


def touching(changes: Iterable[Change], wanted: Callable[[str], bool]) -> list[Change]:
    """Return the commits that change a wanted path, the first commit of the history left out.

    That one starts the history; no pull request could have brought it.
    """
    return [change for change in changes if not change.root and any(map(wanted, change.paths))]


def asked(changes: Iterable[Change]) -> list[Change]:
    """Return those commits that some statement judges: the newest, and the newest of each kind."""
    listed = list(changes)
    kinds = [
        listed[:NEWEST],
        touching(listed, infrastructure)[:NEWEST],
        touching(listed, feature)[:NEWEST],
    ]
    wanted = {change.sha for kind in kinds for change in kind if not change.root}
    return [change for change in listed if change.sha in wanted]


def tip(repository: Repository, branch: str) -> str:
    """Return the newest commit of `branch`: origin's goes before a local one, then HEAD."""
    for ref in (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}"):
        found = run(repository.root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        if found.returncode == 0:
            return found.stdout.decode().strip()
    return repository.head


def history(repository: Repository, commit: str) -> tuple[Change, ...]:
    """Return the newest first-parent commits up to `commit`, the newest first."""
    if not commit:
        return ()
    # No path can hold what nobody knew before: one could pass for the start of a commit.
    mark = secrets.token_hex(8)
    done = run(
        repository.root,
        "log",
        "--first-parent",
        "--diff-merges=first-parent",
        f"--max-count={SPAN}",
        "--name-only",
        "--no-renames",
        "--root",
        "-z",
        f"--format={mark}%H%x00%ae%x00%P%x00%cI",
        commit,
        "--",
    )
    return tuple(
        change for chunk in done.stdout.split(mark.encode())[1:] if (change := _change(chunk))
    )


def _change(chunk: bytes) -> Change | None:
    rows = chunk.split(b"\0")
    if len(rows) < 4:
        return None
    sha, author, parents, at = (row.decode(errors="replace") for row in rows[:4])
    # The first path follows a line break, since git ends the header of its own with one.
    paths = [os.fsdecode(row).lstrip("\n") for row in rows[4:]]
    kept = frozenset(path for path in paths[:MOST_PATHS] if path)
    return Change(sha, author, not parents, moment(at), kept)


def joined(changes: Iterable[Change], brought: dict[str, tuple[int, ...]]) -> tuple[Change, ...]:
    """Return the commits, each with the pull requests that brought it, if that is known."""
    return tuple(replace(change, pulls=brought.get(change.sha)) for change in changes)
