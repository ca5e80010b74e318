"""1.1.2: who answers for what, and whether those who work on it are the ones who are listed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from ....evidence.document import mapping, sequence, text
from ....evidence.history import Authored
from ....evidence.snapshot import Snapshot
from ... import attestation
from ...finding import Finding, Place, Strength, missing, unseen, weak
from ...forms import filler, form
from ...probe import Probe

TEAM = "docs/project/team.yaml"
ROLES = ("product", "data science", "ml engineering", "operations", "risk")
LONGEST = 500  # characters of one name, handle or address
_ADDRESS = re.compile(r"[^\s<>,;@\"']+@[^\s<>,;@\"']+\.[^\s<>,;@\"']+")
_HANDLE = re.compile(r"(?<![\w.])@[\w./-]+")
# GitHub hides an address behind the account's name.
_NOREPLY = re.compile(r"(?:\d+\+)?([\w.-]+)@users\.noreply\.\S+")


@dataclass(frozen=True)
class Team:
    """What team.yaml says: members by role, and every name, handle and address in it."""

    roles: dict[str, list[str]]
    words: frozenset[str]

    def knows(self, author: Authored) -> bool:
        """Tell whether an author is listed, by address, by account or by name."""
        local = author.email.partition("@")[0]
        hidden = _NOREPLY.fullmatch(author.email)
        return bool(
            self.words
            & {author.email, author.name.lower(), f"@{author.name.lower()}", f"@{local}",
               f"@{hidden[1].lower()}" if hidden else author.email}
        )  # fmt: skip


class TeamIsListed(Probe):
    """Team members and responsibilities are listed, and kept current."""

    statement = "1.1.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look at roles and owners, at who vouches for them, then at who really commits."""
        body = form(snapshot, TEAM)
        if isinstance(body, Finding):
            return body
        team = read(body)
        empty = [role for role in ROLES if not team.roles.get(role)]
        if empty:
            return missing(f"{TEAM} has nobody for {', '.join(empty)}", Place(TEAM))
        known = snapshot.codeowners
        if known.problem:
            return unseen(f"{known.path} cannot be read: {known.problem}", Place(known.path))
        owners = {owner.lower() for owner in known.value.owners} if known.value else set()
        strange = sorted(owners - team.words)
        if strange:
            return missing(f"{strange[0]} of CODEOWNERS is not in {TEAM}", Place(TEAM))
        place = Place(TEAM, None, f"{len(ROLES)} roles")
        signed = attestation.judge(self.entry, snapshot, place)
        if signed.strength is not Strength.PROVED:
            return signed
        if snapshot.shallow:
            return unseen("a shallow clone does not show who committed lately", place)
        missed = self._unlisted(snapshot, team)
        if missed:
            count, who = missed
            days = f"{self.entry.number('recent_days'):.0f} days"
            return weak(
                f"{who} made {count} commits in {days} and is not in {TEAM}",
                *signed.evidence,
                remedy=f"list them in {TEAM} with the address of their commits, or among `bots`",
            )
        return signed

    def _unlisted(self, snapshot: Snapshot, team: Team) -> tuple[int, str] | None:
        since = snapshot.now - timedelta(days=self.entry.number("recent_days"))
        recent = Counter(
            author.email
            for author in snapshot.history.authored
            if author.at and since <= author.at <= snapshot.now
            if not (_bot(author, snapshot) or team.knows(author))
        )
        who, count = next(iter(recent.most_common(1)), ("", 0))
        return (count, who) if count >= self.entry.number("commits") else None


def read(body: dict[str, object]) -> Team:
    """Read either form: `roles` with their members, or `members` with their roles."""
    roles: dict[str, list[str]] = {}
    for name, content in mapping(body.get("roles")).items():
        members = sequence(
            mapping(content).get("members") if isinstance(content, dict) else content
        )
        roles.setdefault(_plain(name), []).extend(filter(None, map(_member, members)))
    for item in sequence(body.get("members")):
        who = _member(item)
        for role in sequence(mapping(item).get("roles")) if who else ():
            roles.setdefault(_plain(text(role)), []).append(who)
    return Team(roles, frozenset(_words(body)))


def _plain(role: str) -> str:
    return re.sub(r"[\s_-]+", " ", role).strip().lower()


def _member(item: object) -> str:
    """Return who a member is; '' for a placeholder."""
    if not isinstance(item, dict):
        said = text(item)
        return "" if filler(said) else said
    names = [text(mapping(item).get(key)) for key in ("name", "handle")]
    given = [name for name in names if name]
    return "" if not given or any(map(filler, given)) else given[0]


def _words(value: object) -> Iterator[str]:
    """Yield each text in the file in lower case, and the handles and addresses inside it."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        elif said := text(item)[:LONGEST].lower():
            yield said
            addresses = _ADDRESS.findall(said)
            yield from addresses
            yield from _HANDLE.findall(_ADDRESS.sub(" ", said))
            yield from (_ADDRESS.sub("", part).strip(" <>()") for part in said.split(","))


def _bot(author: Authored, snapshot: Snapshot) -> bool:
    declared = {bot.lower() for bot in snapshot.vouched.bots}
    return "[bot]" in author.email + author.name or bool(
        declared & {author.email, author.name.lower()}
    )
