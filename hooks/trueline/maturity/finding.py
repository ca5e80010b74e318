"""What a probe observed. What that is worth is the score's business, not the probe's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Strength(Enum):
    """How strongly the evidence speaks for a statement."""

    PROVED = "proved"  # there, and seen at work
    WEAK = "weak"  # there, never seen at work, or not by CI
    MISSING = "missing"  # looked, and it is not there
    OLD = "old"  # it was there, and is too old to count
    UNSEEN = "unseen"  # could not look


@dataclass(frozen=True)
class Place:
    """Where something was seen: a path, maybe a line (from 1), and what it says."""

    path: str
    line: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Finding:
    """One observation: how strong, why in one sentence, where."""

    strength: Strength
    reason: str
    evidence: tuple[Place, ...] = ()
    remedy: str | None = None
    start: str | None = None  # what to begin with, when it is not what the catalogue says


def found(reason: str, *evidence: Place) -> Finding:
    """The statement is proved."""
    return Finding(Strength.PROVED, reason, evidence)


def weak(
    reason: str, *evidence: Place, remedy: str | None = None, start: str | None = None
) -> Finding:
    """It is there, but its effect was never proved."""
    return Finding(Strength.WEAK, reason, evidence, remedy, start)


def missing(reason: str, *evidence: Place, remedy: str | None = None) -> Finding:
    """It is not there."""
    return Finding(Strength.MISSING, reason, evidence, remedy)


def old(
    reason: str, *evidence: Place, remedy: str | None = None, start: str | None = None
) -> Finding:
    """It was there; the evidence is too old."""
    return Finding(Strength.OLD, reason, evidence, remedy, start)


def unseen(
    reason: str, *evidence: Place, remedy: str | None = None, start: str | None = None
) -> Finding:
    """Nobody could look."""
    return Finding(Strength.UNSEEN, reason, evidence, remedy, start)


def at(location: tuple[str, int], detail: str = "") -> Place:
    """Return the place of a step or a hook."""
    return Place(location[0], location[1] or None, detail)
