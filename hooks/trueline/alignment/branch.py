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

    The same hop again finds its branch there and leaves it; a branch that was merged is reused.
    Raises BadInput when it holds anything else: it may be somebody's half-settled conflicts.
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
        _refuse_unmerged(hop, branch, there)
    commit = text(
        "commit-tree", hop.merged.tree, "-p", hop.head, "-m", message,
        cwd=hop.repo, env=_identity(hop.repo),
    )  # fmt: skip
    # What the ref must hold (zeros: it must not exist): of two updates at once, one wins.
    expected = there or "0" * len(commit)
    text("update-ref", "-m", "trueline update", ref, commit, expected, cwd=hop.repo)
    return branch, commit


def _refuse_unmerged(hop: Hop, branch: str, commit: str) -> None:
    """Refuse to replace a branch that holds what HEAD does not have, or that is checked out."""
    ref = f"refs/heads/{branch}"
    if text("for-each-ref", "--format=%(worktreepath)", ref, cwd=hop.repo):
        raise BadInput(f"the branch {branch} is checked out; go back to your own branch first")
    if text("rev-list", "--max-count=1", commit, f"^{hop.head}", cwd=hop.repo):
        raise BadInput(
            f"the branch {branch} exists and holds another update; merge it, or delete it with"
            f" `git branch -D {branch}`"
        )


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
