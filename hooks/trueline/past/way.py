"""The score over the first-parent commits: which commits, as of when, and what they came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..evidence.git import Repository
from ..maturity.score import Core
from .commits import Commit, line
from .pushed import pushed
from .scoring import scored
from .scratch import scratch

LOOKED_AT = 100_000  # first-parent commits that are listed before any is chosen


@dataclass(frozen=True)
class Point:
    """One commit's score, and the moment as of which it was scored."""

    commit: Commit
    as_of: datetime
    core: Core
    beyond: Core
    phase: str


def chosen(
    commits: list[Commit], *, every: int, since: datetime | None, most: int
) -> tuple[list[Commit], int]:
    """Return every n-th commit counted back from the newest, oldest first, and how many more.

    Of more than `most` the newest are taken.
    """
    kept = [c for c in commits[::every] if since is None or c.at >= since]
    return kept[:most][::-1], max(0, len(kept) - most)


def listed(repository: Repository) -> list[Commit]:
    """Return the first-parent commits of HEAD, newest first."""
    return line(repository, LOOKED_AT)


def walked(
    repository: Repository,
    commits: list[Commit],
    now: datetime,
    tell: Callable[[int], None] = lambda _: None,
) -> list[Point]:
    """Score each commit, in order; `tell` hears before each how many are done.

    HEAD counts as of now, every other commit as of the last that CI published about it, or of its
    own date: scored today, everything old would be stale.
    """
    points: list[Point] = []
    if not commits:
        return points
    known = pushed(repository)
    with scratch(repository) as copy:
        for number, commit in enumerate(commits):
            tell(number)
            state = known.about(repository, commit.sha)
            told = max(commit.at, state.at) if state else commit.at
            as_of = now if commit.sha == repository.head else min(told, now)
            result = scored(copy, commit.sha, state, as_of)
            points.append(Point(commit, as_of, result.core, result.beyond, result.phase))
    return points
