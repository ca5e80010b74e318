"""Puts cases together that can be tried at once, so that few tries do for many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from unit.checker.fakes import Fake
from unit.checker.relies import Relies, touches


@dataclass
class Case:
    """One fake, and all whose tick rests on what it changes."""

    fake: Fake
    subjects: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the fake with what it changes."""
        return f"{self.fake.name}: {self.fake.target}"


class Things:
    """All things that are rested on or changed, and which of them touch each other."""

    def __init__(self, listed: Iterable[str]) -> None:
        self._all = list(dict.fromkeys(listed))
        self._near: dict[str, list[str]] = {}  # a file -> itself and its parts
        for thing in self._all:
            self._near.setdefault(thing.partition("#")[0], []).append(thing)
        self._folders = [thing for thing in self._all if thing.endswith("/")]
        self._known: dict[str, frozenset[str]] = {}

    def touched(self, claims: frozenset[str]) -> frozenset[str]:
        """Return all that a change of these touches."""
        return frozenset().union(*map(self._by, claims))

    def _by(self, claim: str) -> frozenset[str]:
        if claim not in self._known:
            # To compare each with each would take longer than all that it saves.
            near = self._near.get(claim.partition("#")[0], [])
            listed = self._all if claim.endswith("/") else [*near, *self._folders]
            self._known[claim] = frozenset(thing for thing in listed if touches(claim, thing))
        return self._known[claim]


@dataclass
class Bundle:
    """Cases that take the same thing away: whatever is put in its place, it is gone."""

    cases: list[Case]
    claims: frozenset[str]
    touched: frozenset[str]
    subjects: frozenset[str]
    hit: frozenset[str]  # all that rest on something that it changes


@dataclass
class Pack:
    """Bundles that are tried at once: each of their subjects rests on what one of them changes."""

    cases: list[Case] = field(default_factory=list)
    claims: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)
    hit: set[str] = field(default_factory=set)

    def takes(self, bundle: Bundle) -> bool:
        """Tell whether nothing rests on it and on what is in already."""
        apart = self.hit.isdisjoint(bundle.subjects) and self.subjects.isdisjoint(bundle.hit)
        return apart and self.claims.isdisjoint(bundle.touched)

    def add(self, bundle: Bundle) -> None:
        """Take a bundle in."""
        self.cases += bundle.cases
        self.claims |= bundle.claims
        self.subjects |= bundle.subjects
        self.hit |= bundle.hit


def packs(all_cases: Iterable[Case], relies: Iterable[Relies]) -> list[Pack]:
    """Put cases together; those that touch the most go first, they are the hardest to place."""
    made: list[Pack] = []
    for bundle in sorted(_bundles(list(all_cases), list(relies)), key=lambda one: -len(one.hit)):
        pack = next((pack for pack in made if pack.takes(bundle)), None)
        if pack is None:
            pack = Pack()
            made.append(pack)
        pack.add(bundle)
    return made


def _bundles(cases: list[Case], relies: list[Relies]) -> list[Bundle]:
    resting: dict[str, set[str]] = {}  # a thing -> all that rest on it
    for one in relies:
        for thing in one.things:
            resting.setdefault(thing, set()).add(one.subject)
    changed = [claim for case in cases for claim in case.fake.claims]
    things = Things([*resting, *changed])
    groups: dict[object, list[Case]] = {}
    by_subject = {one.subject: one for one in relies}
    for case in cases:
        fake = case.fake
        # What one exempt fake lets pass must not be asked of the others, nor theirs hide it.
        exempt = any(by_subject[s].lets_pass(fake.name, fake.target) for s in case.subjects)
        groups.setdefault(id(case) if exempt or not fake.take else fake.take, []).append(case)
    made = []
    for group in groups.values():
        claims = frozenset(claim for case in group for claim in case.fake.claims)
        touched = things.touched(claims)
        subjects = frozenset(subject for case in group for subject in case.subjects)
        hit = subjects.union(*(resting.get(thing, ()) for thing in touched))
        made.append(Bundle(group, claims, touched, subjects, hit))
    return made
