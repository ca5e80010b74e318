"""Naming commits: what a user writes, and the first-parent line of a branch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ..errors import BadInput, CannotTell
from ..evidence.git import Repository, run


@dataclass(frozen=True)
class Commit:
    """A commit and the moment of its committer."""

    sha: str
    at: datetime


def resolved(repository: Repository, name: str) -> str:
    """Return the commit that a name stands for.

    Raises BadInput when there is none, and CannotTell when a shallow clone may merely lack it.
    """
    found = run(
        repository.root,
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        f"{name}^{{commit}}",
    )
    sha = found.stdout.decode(errors="replace").strip()
    if found.returncode or not sha or "\n" in sha:
        if _shallow(repository):
            raise CannotTell(f"this shallow clone has no commit {name!r}; fetch with full history")
        raise BadInput(f"there is no commit {name!r} in {repository.root}")
    return sha


def pair(repository: Repository, text: str) -> tuple[str, str]:
    """Return the two commits of `BASE..HEAD`, `BASE...HEAD` (from their merge base) or `BASE`."""
    base, dots, head = text.partition("...")
    if not dots:
        base, dots, head = text.partition("..")
    before = resolved(repository, base or "HEAD")
    after = resolved(repository, head or "HEAD")
    if dots != "...":
        return before, after
    done = run(repository.root, "merge-base", before, after)
    if done.returncode:
        raise CannotTell(f"{base} and {head or 'HEAD'} have no common commit in this clone")
    return done.stdout.decode().split()[0], after


def line(repository: Repository, most: int) -> list[Commit]:
    """Return the newest first-parent commits of HEAD, newest first, at most `most`."""
    if not repository.head:
        return []
    done = run(
        repository.root,
        "rev-list",
        "--first-parent",
        f"--max-count={most}",
        "--no-commit-header",
        "--format=%H %ct",
        repository.head,
        "--",
    )
    rows = [row.split() for row in done.stdout.decode().splitlines()]
    return [Commit(sha, datetime.fromtimestamp(int(seconds), UTC)) for sha, seconds in rows]


def main_tip(repository: Repository, branch: str) -> str:
    """Return the newest commit of the default branch: origin's first, then the local one's."""
    for ref in (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}"):
        found = run(repository.root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        if found.returncode == 0:
            return found.stdout.decode().strip()
    return repository.head


def _shallow(repository: Repository) -> bool:
    done = run(repository.root, "rev-parse", "--is-shallow-repository")
    return done.stdout.decode().strip() == "true"
