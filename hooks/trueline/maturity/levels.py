"""Google's and Microsoft's levels of MLOps maturity, derived from the statements that are met.

A level is reached when each statement asked by it and by the levels below is met. A statement that
the project's practices rule out is not asked; one that only its phase rules out still is, and so is
one that this release does not score: neither shows that a level is reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..evidence import yamltext
from ..evidence.document import mapping, sequence, text
from .score import Outcome, Result, Statement

RULES = Path(__file__).with_name("levels.yaml")


@dataclass(frozen=True)
class Level:
    """One level of a scale: its name, and the statements it asks with what each stands for."""

    title: str
    asks: dict[str, str]


@dataclass(frozen=True)
class Scale:
    """A public scale of maturity; its levels count from 0."""

    key: str
    name: str
    source: str
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Standing:
    """Where a project stands on one scale, and which statements keep it from the next level."""

    scale: Scale
    reached: int
    left: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return the name of the level that is reached."""
        return self.scale.levels[self.reached].title

    @property
    def top(self) -> int:
        """Return the scale's highest level."""
        return len(self.scale.levels) - 1

    @property
    def following(self) -> Level | None:
        """Return the next level, None at the top."""
        return self.scale.levels[self.reached + 1] if self.reached < self.top else None


@cache
def scales() -> tuple[Scale, ...]:
    """Read the scales that travel with this release."""
    body = mapping(yamltext.load(RULES.read_text("utf-8")))
    return tuple(_scale(mapping(item)) for item in sequence(body["scales"]))


def standings(result: Result) -> tuple[Standing, ...]:
    """Return where a project stands on each scale. Pure, as the score is."""
    known = {statement.entry.id: statement for statement in result.statements}
    return tuple(_standing(scale, known, result.phase) for scale in scales())


def _standing(scale: Scale, known: dict[str, Statement], phase: str) -> Standing:
    for number, level in enumerate(scale.levels[1:]):
        states = {name: _state(known.get(name), phase) for name in level.asks}
        left = tuple(name for name, state in states.items() if state is False)
        if left or True not in states.values():
            return Standing(scale, number, left)
    return Standing(scale, len(scale.levels) - 1)


def _state(statement: Statement | None, phase: str) -> bool | None:
    """Tell whether a statement is met; None when the project's practices rule it out."""
    if statement is None:
        return False
    if statement.outcome is Outcome.NA:
        by_phase = phase == "exploration" and not statement.entry.exploration
        return False if by_phase else None
    return statement.outcome is Outcome.MET


def _scale(body: dict[str, object]) -> Scale:
    levels = tuple(
        Level(text(level["title"]), {key: text(why) for key, why in mapping(level["asks"]).items()})
        for level in map(mapping, sequence(body["levels"]))
    )
    return Scale(text(body["key"]), text(body["name"]), text(body["source"]), levels)
