"""Tries fakes: one alone, or as many at once as touch nothing that another one is tried on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from trueline.evidence.forge import Forge
from trueline.evidence.snapshot import Snapshot
from trueline.maturity import score as maturity
from trueline.testscore import scoring as testscore
from unit.checker.building import Project, copy
from unit.checker.fakes import Fake, fakes
from unit.checker.relies import read, touches

RELIES = {relies.subject: relies for relies in read()}


@dataclass
class Case:
    """One fake, and all whose tick rests on what it changes."""

    fake: Fake
    subjects: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the fake with what it changes."""
        return f"{self.fake.name}: {self.fake.target}"


@dataclass(frozen=True)
class Worth:
    """What a statement or a test came to: 1 is met, or the full point."""

    points: float
    reason: str


def cases() -> list[Case]:
    """Return every fake once, with all that must notice it."""
    found: dict[tuple[str, str], Case] = {}
    for relies in RELIES.values():
        for fake in fakes(relies):
            case = found.setdefault((fake.name, fake.target), Case(fake))
            case.subjects.append(relies.subject)
    return list(found.values())


@dataclass
class Pack:
    """Cases that are tried at once: each of their subjects rests on one changed thing alone."""

    cases: list[Case] = field(default_factory=list)
    claims: set[str] = field(default_factory=set)
    hit: set[str] = field(default_factory=set)  # all that rest on something that it changes

    def takes(self, case: Case, hit: set[str]) -> bool:
        """Take a case in, if nothing rests on it and on what is in already."""
        subjects = {subject for one in self.cases for subject in one.subjects}
        if self.hit & set(case.subjects) or hit & subjects:
            return False
        if any(touches(mine, other) for mine in case.fake.claims for other in self.claims):
            return False
        self.cases.append(case)
        self.claims |= case.fake.claims
        self.hit |= hit
        return True

    @property
    def untouched(self) -> list[str]:
        """All that rest on nothing that it changes."""
        return [subject for subject in RELIES if subject not in self.hit]


def packs(all_cases: Iterable[Case]) -> list[Pack]:
    """Put cases together; those with the most subjects go first, they are the hardest to place."""
    made: list[Pack] = []
    for case in sorted(all_cases, key=lambda case: -len(case.subjects)):
        hit = {subject for subject, one in RELIES.items() if one.hit_by(case.fake.claims)}
        if not any(pack.takes(case, hit) for pack in made):
            made.append(Pack())
            made[-1].takes(case, hit)
    return made


@dataclass(frozen=True)
class Bench:
    """The mature project and what its forge says; fakes are tried on copies."""

    mature: Project
    forge: Forge

    def tried(self, pack: Iterable[Case], root: Path) -> dict[str, Worth]:
        """Return what all comes to when the pack's fakes are made at once."""
        project, pack = copy(self.mature, root), list(pack)
        for case in pack:
            case.fake.change(project)
        if project.git("status", "--porcelain"):
            project.commit()
        for case in pack:
            case.fake.late(project)
        snapshot = project.snapshot()
        said = self.forge
        newest = replace(said.changes[0], sha=snapshot.head, paths=frozenset())
        said = replace(said, commit=snapshot.head, changes=(newest, *said.changes))
        for case in pack:
            said = case.fake.forge(said)
        return worths(replace(snapshot, forge=said))


def worths(snapshot: Snapshot) -> dict[str, Worth]:
    """Return what each statement and each test comes to."""
    found = {
        one.entry.id: Worth(float(one.outcome is maturity.Outcome.MET), one.reason)
        for one in maturity.score(snapshot).statements
    }
    for one in testscore.score(snapshot).tests:
        found[one.test.id] = Worth(one.points, one.reason)
    return found
