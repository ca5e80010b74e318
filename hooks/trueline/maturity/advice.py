"""What to do next: the statements that are not met, those first that gain most for least effort.

The rule, in this order: a statement of the core goes before one beyond it; what nobody could look
at goes last, since it may hold already; minutes before hours before days; and then what lacks
least: stale (it was met once), partial, unmet. What a waiver accepts for now is left out.
"""

from __future__ import annotations

from .score import Outcome, Result, Statement

EFFORTS = ("minutes", "hours", "days")
LACKING = (Outcome.STALE, Outcome.PARTIAL, Outcome.UNMET, Outcome.UNKNOWN)


def advice(result: Result) -> list[Statement]:
    """Return the statements to work on, the best next step first."""
    left = [s for s in result.statements if s.outcome in LACKING and not s.waiver]
    # Sorting is stable: what is equal stays in the catalogue's order.
    return sorted(left, key=_rank)


def waived(result: Result) -> list[Statement]:
    """Return the statements that a waiver accepts for now."""
    return [s for s in result.statements if s.outcome in LACKING and s.waiver]


def _rank(statement: Statement) -> tuple[bool, bool, int, int]:
    effort = statement.entry.remedy.effort
    place = EFFORTS.index(effort) if effort in EFFORTS else len(EFFORTS)
    unseen = statement.outcome is Outcome.UNKNOWN
    return (not statement.entry.core, unseen, place, LACKING.index(statement.outcome))
