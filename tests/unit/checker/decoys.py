"""Fakes for the kinds of proof that an id does not ask for: something in the evidence's place.

Nobody can age the report of a statement that is decided by a document. What one can do is to leave
the document out and to point at an old report instead. A decoy does that: it takes away the most
telling piece of evidence and puts a thing in its place that claims the statement, under the names
that real evidence has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from trueline.maturity import catalogue as statements
from trueline.maturity.probe import registry
from trueline.testscore import catalogue as tests
from unit.checker import claiming as put
from unit.checker import faking as do
from unit.checker import vouching
from unit.checker.building import Project
from unit.checker.claiming import Claim
from unit.checker.relies import ANSWERS, JUNIT, ML_TESTS, RECORD, Relies, evidence

AT_ONCE = "decoys at once"
FORGE = "forge"  # is taken away by not asking it


@cache
def claim(relies: Relies, piece: str) -> Claim:
    """Return what a decoy of an id says in the place of a piece, and by which names."""
    if relies.scored:
        test = tests.load()[relies.subject]
        start, title, probe = test.remedy.start, test.title, test.id
    else:
        entry = statements.load()[relies.subject]
        start, title = entry.remedy.start, entry.title
        probe = _probe(relies.subject)
    paths = [piece, *relies.files, *relies.folders] if piece != FORGE else list(relies.forge)
    stems = [PurePosixPath(path).name.partition(".")[0].lower() for path in paths]
    real = [PurePosixPath(path).stem for path in relies.reports]
    names = dict.fromkeys(stem for stem in [probe, *stems, *real, f"statement_{probe}"] if stem)
    return Claim(relies.subject, title, piece, probe, tuple(names), start)


def _probe(statement: str) -> str:
    """Return the name of a probe's module, or of its class where two share a module."""
    own = type(registry()[statement])
    if sum(type(probe).__module__ == own.__module__ for probe in registry().values()) > 1:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", own.__name__).lower()
    return own.__module__.rpartition(".")[2]


def taken(relies: Relies) -> str:
    """Return the most telling piece of evidence."""
    if relies.scored:
        return f"{relies.junit}#{relies.tests[0]}"  # that its own test ran; the test is still there
    return next(evidence(relies), FORGE)


def further(relies: Relies) -> list[str]:
    """Return the other pieces that a decoy may stand in for; what is exempt is missed by nobody."""
    pieces = dict.fromkeys([*evidence(relies), *relies.reports])
    return [
        piece
        for piece in pieces
        if piece != taken(relies) and not relies.lets_pass("evidence removed", piece)
    ]


Made = Callable[[Claim], do.Change]
# What each kind puts in the place of evidence: (itself, what must know the commit that CI runs on).
PUT: dict[str, tuple[Made | None, Made | None]] = {
    "comment only": (put.comments, None),
    "skipped test": (put.idle_tests, None),
    "swallowed failure": (put.swallowing, None),
    "continue on error": (put.tolerating, None),
    "job switched off": (put.switched_off, None),
    "trigger switched off": (put.by_hand, None),
    "old report": (put.old, None),
    "report of another repository": (put.foreign, None),
    "local report posing as CI": (None, put.local),
    "attestation of a stranger": (vouching.stranger, None),
}


@dataclass(frozen=True)
class Decoy:
    """What stands in the place of one piece of evidence, of one kind or of several."""

    name: str
    claim: Claim
    kinds: tuple[str, ...]

    @property
    def target(self) -> str:
        """The piece, for one id: another id's decoys claim something else."""
        return _target(self.claim.subject, self.claim.piece)

    @property
    def claims(self) -> frozenset[str]:
        """What it changes: the piece, and the parts of existing files that it adds to."""
        parts = (part for kind in self.kinds for part in _changed(kind, self.claim))
        return frozenset({self.claim.piece, *parts})

    def change(self, project: Project) -> None:
        """Put all in place."""
        self._put(project, 0)

    def late(self, project: Project) -> None:
        """Put in place what must know the commit that CI runs on."""
        self._put(project, 1)

    def _put(self, project: Project, when: int) -> None:
        for kind in self.kinds:
            made = PUT[kind][when]
            if made:
                made(self.claim)(project)


def _target(subject: str, piece: str) -> str:
    return f"{subject} without {piece}"


def of(relies: Relies, made: set[str]) -> Iterator[Decoy]:
    """Yield a decoy for each kind of which no fake is made, and all in each other piece's place."""
    piece, kinds = taken(relies), [kind for kind in PUT if kind not in made]
    for kind in kinds:
        yield Decoy(kind, claim(relies, piece), (kind,))
    target = _target(relies.subject, piece)
    told = tuple(kind for kind in kinds if not relies.lets_pass(kind, target))
    for other in further(relies):
        yield Decoy(AT_ONCE, claim(relies, other), told)


def _changed(kind: str, said: Claim) -> Iterator[str]:
    """Yield the parts of existing files that a decoy adds to."""
    if kind == "attestation of a stranger":
        yield f"{ANSWERS}#{said.subject}"
    elif kind == "old report" and put.ran(said.piece):
        yield f"{ML_TESTS}#{said.piece.partition('#')[2]}"
    elif kind == "skipped test":
        yield from (f"{JUNIT}#{path}::{name}" for path, name in said.tests)
    elif kind in ("swallowed failure", "continue on error"):
        yield f"{RECORD}#{said.probe}"
