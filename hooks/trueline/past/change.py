"""What became of each statement between two results. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..maturity.score import Outcome, Result, Statement


class Kind(Enum):
    """How a statement changed."""

    LOST = "lost"  # was met, is not any more
    WORSE = "worse"
    WON = "won"  # is met now
    BETTER = "better"
    OTHER = "other"  # neither: another reason why it is not met, or the answers changed


@dataclass(frozen=True)
class Change:
    """One statement whose outcome differs."""

    kind: Kind
    before: Outcome
    after: Statement


_WORTH = {Outcome.MET: 2, Outcome.PARTIAL: 1}


def changes(before: Result, after: Result) -> list[Change]:
    """Return what differs, losses first, otherwise in the catalogue's order."""
    known = {statement.entry.id: statement.outcome for statement in before.statements}
    found = [
        Change(_kind(known[s.entry.id], s.outcome), known[s.entry.id], s)
        for s in after.statements
        if s.entry.id in known and known[s.entry.id] is not s.outcome
    ]
    order = list(Kind)
    return sorted(found, key=lambda change: order.index(change.kind))


def lost(found: list[Change]) -> list[Change]:
    """Return the regressions: what was met and, though still asked, is met no more."""
    return [change for change in found if change.kind is Kind.LOST]


def _kind(before: Outcome, after: Outcome) -> Kind:
    if Outcome.NA in (before, after):
        return Kind.WON if after is Outcome.MET else Kind.OTHER
    if before is Outcome.MET:
        return Kind.LOST
    if after is Outcome.MET:
        return Kind.WON
    step = _WORTH.get(after, 0) - _WORTH.get(before, 0)
    return Kind.BETTER if step > 0 else Kind.WORSE if step < 0 else Kind.OTHER
