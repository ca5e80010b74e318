"""Who has which role, by docs/project/team.yaml.

Two forms: `members` with their `roles`, `handle` and `teams`, or `roles` with their `members`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..evidence.document import mapping, sequence, text
from ..evidence.snapshot import Snapshot

TEAM = "docs/project/team.yaml"


def holders(role: str, snapshot: Snapshot) -> frozenset[str]:
    """Return the names (people and teams, without `@`, lower case) that have a role."""
    body = mapping(snapshot.pages.yaml(TEAM).value)
    wanted = _plain(role)
    names = set(_by_member(body, wanted))
    for name, holder in mapping(body.get("roles")).items():
        if _plain(name) == wanted:
            listed = mapping(holder).get("members") if isinstance(holder, dict) else holder
            names |= {text(item) for item in sequence(listed)}
    return frozenset(account(name) for name in names if name)


def _by_member(body: dict[str, object], role: str) -> Iterator[str]:
    for member in map(mapping, sequence(body.get("members"))):
        if role in {_plain(text(item)) for item in sequence(member.get("roles"))}:
            yield text(member.get("handle"))
            yield from (text(team) for team in sequence(member.get("teams")))


def account(name: str) -> str:
    """Return an account's or team's name in one form."""
    return name.removeprefix("@").lower()


def _plain(role: str) -> str:
    return re.sub(r"[\s_-]+", " ", role.strip().lower())
