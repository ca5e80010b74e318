"""When a workflow starts: `on:` in all its shapes, and what its filters let through."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .document import mapping, sequence, text

# Without `types`, a pull request's workflow starts on these; a list must hold the second to see new
# commits.
_DEFAULT_TYPES = ("opened", "synchronize", "reopened")


@dataclass(frozen=True)
class Trigger:
    """One event with its filters; an empty tuple means no filter."""

    event: str
    branches: tuple[str, ...] = ()
    branches_ignore: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    paths_ignore: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    crons: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()

    def lets_branch(self, branch: str) -> bool:
        """True when it starts for `branch` (for a pull request: the branch it goes to)."""
        if self.branches:
            return passes(self.branches, branch)
        return not (self.branches_ignore and passes(self.branches_ignore, branch))

    def lets_path(self, path: str) -> bool:
        """True when a change of `path` alone starts it."""
        if self.paths:
            return passes(self.paths, path)
        return not (self.paths_ignore and passes(self.paths_ignore, path))

    @property
    def sees_new_commits(self) -> bool:
        """True when a pull request's new commits start it."""
        return "synchronize" in (self.types or _DEFAULT_TYPES)


def triggers(on: object) -> dict[str, Trigger]:
    """Return the events of `on:`, be it a text, a list or a mapping."""
    events = mapping(on) if isinstance(on, dict) else {text(name): None for name in sequence(on)}
    return {name: _trigger(name, filters) for name, filters in events.items() if name}


def _trigger(event: str, filters: object) -> Trigger:
    if event == "schedule":
        return Trigger(
            event, crons=tuple(text(mapping(item).get("cron")) for item in sequence(filters))
        )
    body = mapping(filters)

    def listed(key: str) -> tuple[str, ...]:
        # An empty list is a filter that lets nothing through, not the absence of one.
        return tuple(text(item) for item in sequence(body[key])) or ("",) if key in body else ()

    return Trigger(
        event,
        listed("branches"),
        listed("branches-ignore"),
        listed("paths"),
        listed("paths-ignore"),
        listed("types"),
        inputs=tuple(mapping(body.get("inputs"))),
    )


def passes(patterns: Iterable[str], name: str) -> bool:
    """Apply GitHub's filter patterns in order: the last one that matches decides, `!` takes out."""
    result = False
    for pattern in patterns:
        if matches(pattern.removeprefix("!"), name):
            result = not pattern.startswith("!")
    return result


def matches(pattern: str, name: str) -> bool:
    """Match one GitHub filter pattern: `*` stops at a slash, `**` does not."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    regex = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return (
        re.fullmatch("".join(regex.get(part, re.escape(part)) for part in parts), name) is not None
    )
