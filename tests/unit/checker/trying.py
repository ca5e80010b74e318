"""Tries fakes on copies of the mature project: one alone, or many at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from trueline.evidence.forge import Forge, unasked
from trueline.evidence.snapshot import Snapshot
from trueline.maturity import score as maturity
from trueline.testscore import scoring as testscore
from unit.checker.building import Project, copy
from unit.checker.decoys import FORGE
from unit.checker.fakes import fakes
from unit.checker.faking import removed
from unit.checker.packing import Case
from unit.checker.relies import read

RELIES = {relies.subject: relies for relies in read()}


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


@dataclass(frozen=True)
class Bench:
    """The mature project and what its forge says; fakes are tried on copies."""

    mature: Project
    forge: Forge

    def tried(self, pack: Iterable[Case], root: Path) -> dict[str, Worth]:
        """Return what all comes to when the pack's fakes are made at once."""
        return worths(self.read(pack, root))

    def read(self, pack: Iterable[Case], root: Path) -> Snapshot:
        """Return what is read of the repository when the pack's fakes are made at once."""
        project, pack = copy(self.mature, root), list(pack)
        taken = dict.fromkeys(case.fake.take for case in pack if case.fake.take)
        for thing in taken:
            if thing != FORGE:
                removed(thing)(project)
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
        if FORGE in taken:
            said = unasked()
        return replace(snapshot, forge=said)


def worths(snapshot: Snapshot) -> dict[str, Worth]:
    """Return what each statement and each test comes to."""
    found = {
        one.entry.id: Worth(float(one.outcome is maturity.Outcome.MET), one.reason)
        for one in maturity.score(snapshot).statements
    }
    for one in testscore.score(snapshot).tests:
        found[one.test.id] = Worth(one.points, one.reason)
    return found
