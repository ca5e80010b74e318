"""The result of an update as one commit on one new branch; nothing else of the project changes."""

from __future__ import annotations

from pathlib import Path

from ..errors import BadInput
from .git import GitFailed, text
from .hop import Hop

PREFIX = "trueline/update-"
_NOBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Trueline"), ("EMAIL", "trueline@localhost"))
}


def write(hop: Hop, message: str) -> tuple[str, str]:
    """Write the commit and the branch of a hop; return the branch and the commit.

    The same hop again finds its branch there and leaves it. Raises BadInput when the branch holds
    anything else: it may be somebody's half-settled conflicts.
    """
    if hop.merged is None:
        raise BadInput("there is nothing to write")
    branch = PREFIX + hop.after
    ref = f"refs/heads/{branch}"
    there = _commit(hop.repo, ref)
    if there is not None:
        if text("show", "-s", "--format=%T %P", there, cwd=hop.repo) == (
            f"{hop.merged.tree} {hop.head}"
        ):
            return branch, there
        raise BadInput(
            f"the branch {branch} exists and holds another update; merge it, or delete it with"
            f" `git branch -D {branch}`"
        )
    commit = text(
        "commit-tree", hop.merged.tree, "-p", hop.head, "-m", message,
        cwd=hop.repo, env=_identity(hop.repo),
    )  # fmt: skip
    # The zeros say that the ref must not exist: of two updates at once, one wins.
    text("update-ref", "-m", "trueline update", ref, commit, "0" * len(commit), cwd=hop.repo)
    return branch, commit


def _commit(repo: Path, ref: str) -> str | None:
    try:
        return text("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", cwd=repo)
    except GitFailed:
        return None


def _identity(repo: Path) -> dict[str, str]:
    """Return nothing when git knows who commits here, else a name of ours."""
    try:
        text("-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT", cwd=repo)
        text("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT", cwd=repo)
    except GitFailed:
        return _NOBODY
    return {}
