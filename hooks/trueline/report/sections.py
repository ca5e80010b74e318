"""A result by sections, and the words and symbols of the six outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from ..maturity.catalogue import load
from ..maturity.score import Core, Outcome, Result, Statement, count

# A symbol besides the colour: not everyone sees the colours, and a log has none.
SYMBOLS = {
    Outcome.MET: "✔",
    Outcome.PARTIAL: "◐",
    Outcome.UNMET: "✘",
    Outcome.STALE: "⧗",
    Outcome.UNKNOWN: "?",
    Outcome.NA: "\u2013",
}
WORDS = {
    Outcome.MET: "met",
    Outcome.PARTIAL: "partial",
    Outcome.UNMET: "unmet",
    Outcome.STALE: "stale",
    Outcome.UNKNOWN: "unknown",
    Outcome.NA: "not applicable",
}
MEANINGS = {
    Outcome.MET: "there, and seen at work",
    Outcome.PARTIAL: "there, but never seen at work by CI or signed",
    Outcome.UNMET: "looked for, and not there",
    Outcome.STALE: "was met; the evidence is too old",
    Outcome.UNKNOWN: "could not be looked at, so it counts as not met",
    Outcome.NA: "the project's answers rule it out, so it does not count",
}


@dataclass(frozen=True)
class Section:
    """One section of the assessment with those of its statements that this release scores."""

    number: str
    title: str
    statements: tuple[Statement, ...]
    counts: Core


def sections(result: Result) -> list[Section]:
    """Return the sections that have statements, in the catalogue's order."""
    titles = load().sections
    found = []
    for number, group in groupby(result.statements, key=lambda s: s.entry.section):
        statements = tuple(group)
        counts = count(statement.outcome for statement in statements)
        found.append(Section(number, titles[number], statements, counts))
    return found


def tally(counts: Core) -> str:
    """Return counts as words, what is zero left out: `5 met, 1 stale, 2 not applicable`."""
    numbers = {outcome: getattr(counts, outcome.value) for outcome in Outcome}
    return ", ".join(f"{n} {WORDS[outcome]}" for outcome, n in numbers.items() if n) or "none"


def coverage(result: Result) -> str:
    """Say how much of the assessment this release decides."""
    scored = len(result.statements)
    if scored >= result.total:
        return f"All {result.total} statements of the maturity assessment are scored."
    return (
        f"This release scores {scored} of the {result.total} statements of the maturity assessment."
    )
