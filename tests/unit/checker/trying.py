"""Tries fakes: one alone, or as many at once as touch nothing that another one is tried on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from trueline.evidence.forge import Forge
from trueline.evidence.snapshot import Snapshot
from trueline.maturity import score as maturity
from trueline.testscore import scoring as testscore
from unit.checker.building import Project, copy
from unit.checker.fakes import Fake, fakes
from unit.checker.relies import Relies, read

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


def packs(all_cases: Iterable[Case]) -> list[list[Case]]:
    """Put cases together so that each of their subjects rests on one changed thing alone."""
    made: list[list[Case]] = []
    for case in all_cases:
        pack = next((pack for pack in made if all(_apart(case, other) for other in pack)), None)
        if pack is None:
            made.append([case])
        else:
            pack.append(case)
    return made


def _apart(one: Case, other: Case) -> bool:
    return (
        not _clash(one.fake.claims, other.fake.claims)
        and not any(RELIES[subject].hit_by(other.fake.claims) for subject in one.subjects)
        and not any(RELIES[subject].hit_by(one.fake.claims) for subject in other.subjects)
    )


def _clash(mine: frozenset[str], others: frozenset[str]) -> bool:
    changed = Relies("", besides=tuple(mine))
    return changed.hit_by(others)


def untouched(pack: Iterable[Case]) -> Iterator[str]:
    """Yield all that rest on nothing that the pack changes."""
    claims = frozenset(claim for case in pack for claim in case.fake.claims)
    for subject, relies in RELIES.items():
        if not relies.hit_by(claims):
            yield subject


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
