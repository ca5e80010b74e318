"""The ticked checklist in Markdown: a page of the repository, or a comment on a pull request."""

from __future__ import annotations

from ..maturity.advice import advice
from ..maturity.finding import Place
from ..maturity.levels import standings
from ..maturity.score import Outcome, Result, Statement
from .badge import headline
from .marks import code, escaped
from .plain import cleaned
from .sections import SYMBOLS, WORDS, Section, coverage, sections, tally

# Hidden on the first line, so that a bot finds its comment again and updates it.
MARKER = "<!-- trueline: check -->"
LONGEST = 65_000  # characters; GitHub refuses a comment of 65,536
STEPS = 3


def as_markdown(result: Result) -> str:
    """Return the checklist; of a very long one the evidence is shortened, and at last left out."""
    result = cleaned(result)
    page = ""
    for places in (5, 1, 0):
        page = _page(result, places)
        if len(page) <= LONGEST:
            break
    return page


def _page(result: Result, places: int) -> str:
    commit = code(result.commit[:12]) if result.commit else "no commit yet"
    lines = [
        MARKER,
        f"## Maturity: {headline(result)}",
        "",
        f"Phase {escaped(result.phase)}, commit {commit}, {result.now:%Y-%m-%d %H:%M} UTC.",
    ]
    lines += _steps(result)
    for section in sections(result):
        lines += _section(section, places)
    return "\n".join([*lines, *_footer(result)]) + "\n"


def _steps(result: Result) -> list[str]:
    chosen = advice(result)[:STEPS]
    if not chosen:
        return []
    steps = [
        f"{number}. **{s.entry.id}** {escaped(s.entry.title)}: {_step(s)}"
        for number, s in enumerate(chosen, 1)
    ]
    return ["", "Best next steps:", "", *steps]


def _section(section: Section, places: int) -> list[str]:
    counts = section.counts
    score = f"{counts.met}/{counts.applicable} met" if counts.applicable else "does not apply"
    return [
        "",
        "<details>",
        f"<summary>{section.number} {escaped(section.title)}: {score}</summary>",
        "",
        *(line for statement in section.statements for line in _statement(statement, places)),
        "",
        "</details>",
    ]


def _statement(statement: Statement, places: int) -> list[str]:
    box = "x" if statement.outcome is Outcome.MET else " "
    word = f"{SYMBOLS[statement.outcome]} {WORDS[statement.outcome]}"
    lines = [
        f"- [{box}] {statement.entry.id} {escaped(statement.entry.title)}  ",
        f"  **{word}**: {escaped(statement.reason)}",
    ]
    if statement.waiver:
        waiver = statement.waiver
        said = f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"
        lines += [f"  - {escaped(said)}"]
    elif statement.remedy:
        lines += [f"  - Next: {_step(statement)}"]
    if statement.evidence and places:
        shown = [_place(place) for place in statement.evidence[:places]]
        more = len(statement.evidence) - len(shown)
        shown += [f"{more} more"] if more else []
        lines += [f"  - Evidence: {', '.join(shown)}"]
    return lines


def _step(statement: Statement) -> str:
    remedy = statement.remedy or statement.entry.remedy
    begin = f", begin with {code(remedy.start)}" if remedy.start else ""
    return f"{escaped(remedy.text)} ({remedy.effort}{begin})"


def _place(place: Place) -> str:
    shown = code(f"{place.path}:{place.line}" if place.line else place.path)
    return f"{shown} {escaped(place.detail, 120)}" if place.detail else shown


def _footer(result: Result) -> list[str]:
    lines = ["", f"Core: {tally(result.core)}. Beyond: {tally(result.beyond)}.", ""]
    lines += [
        f"- [{s.scale.name}'s MLOps level]({s.scale.source}): {s.reached} of {s.top}, {s.title}"
        for s in standings(result)
    ]
    lines += [f"- could not read {code(p)}: {escaped(why)}" for p, why in result.unreadable[:20]]
    lines += [f"- assumed: {escaped(said)}" for said in result.assumed]
    return [*lines, "", coverage(result)]
