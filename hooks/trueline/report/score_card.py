"""The ML Test Score for people: four bars, what limits it, each test with reason and next step."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..testscore.catalogue import load
from ..testscore.scoring import SECTION, Outcome, Scored, TestScore, Totals
from .score_document import cleaned
from .terminal import painted

# A symbol besides the colour: not everyone sees the colours, and a log has none.
SYMBOLS = {
    Outcome.FULL: ("✔", "green"),
    Outcome.HALF: ("◐", "yellow"),
    Outcome.NONE: ("✘", "red"),
    Outcome.UNKNOWN: ("?", "cyan"),
    Outcome.NA: ("\u2013", "bright_black"),
}
STEPS = 14  # of a bar: two for each point, so that each half is seen


def card(scored: TestScore, *, terminal: bool = False, width: int | None = None) -> str:
    """Return the card, at most `width` columns wide; colours need a terminal and no NO_COLOR."""
    scored = cleaned(scored)
    return painted(lambda console: _print(console, scored), terminal=terminal, width=width)


def message(totals: Totals) -> str:
    """Return the score in one line, as `ML Test Score 2.5* (monitoring): reasonably tested`."""
    star = "*" if totals.starred else ""
    return f"ML Test Score {totals.final:.3g}{star} ({', '.join(totals.limiting)}): {totals.band}"


def _print(console: Console, scored: TestScore) -> None:
    totals = scored.totals
    console.print(Text(message(totals), style="bold"))
    said = f"edition {scored.edition}, {scored.commit[:12] or 'no commit yet'}"
    console.print(Text(f"The least of four sums counts. {said}"))
    console.print()
    # What holds the score down comes first: nothing else raises it.
    order = sorted(totals.sums, key=lambda name: totals.sums[name])
    console.print(_bars(totals, order))
    for section in order:
        console.print()
        console.print(Text(load().sections[section], style="bold"))
        table = Table.grid(padding=(0, 1), expand=False)
        table.add_column(width=1)
        table.add_column(width=6)
        table.add_column(overflow="fold")
        for tested in scored.tests:
            if tested.test.section == section:
                symbol, colour = SYMBOLS[tested.outcome]
                table.add_row(Text(symbol, style=colour), tested.test.id, _body(tested, colour))
        console.print(Padding(table, (0, 0, 0, 1)))
    _footer(console, scored)


def _bars(totals: Totals, order: list[str]) -> Table:
    table = Table.grid(padding=(0, 1), expand=False)
    for section in order:
        total, limits = totals.sums[section], section in totals.limiting
        filled = round(total / SECTION * STEPS)
        # Signs that every encoding has, and that tell the two apart without their colours.
        bar = Text("#" * filled, style="red" if limits else "green")
        bar.append("." * (STEPS - filled), style="bright_black")
        note = "limits the score" if limits else ""
        table.add_row(Text(section), bar, Text(f"{total:.3g} of {SECTION}"), Text(note))
    return table


def _body(tested: Scored, colour: str) -> Text:
    text = Text(tested.test.title)
    points = "na" if tested.outcome is Outcome.NA else f"{tested.points:g}"
    text.append(f"\n{points}", style=f"bold {colour}")
    text.append(f": {tested.reason}", style="default")
    if tested.remedy:
        remedy = tested.remedy
        text.append(f"\n→ {remedy.text} ({remedy.effort}; {remedy.start})", style="bold")
    return text


def _footer(console: Console, scored: TestScore) -> None:
    console.print()
    for path, problem in scored.unreadable:
        console.print(Text(f"could not read {path}: {problem}", style="cyan"))
    for said in scored.assumed:
        console.print(Text(f"assumed: {said}", style="cyan"))
    listed = [tested.outcome for tested in scored.tests]
    counts = ", ".join(f"{listed.count(outcome)} {outcome.value}" for outcome in Outcome)
    console.print(Text(counts))
    if scored.totals.starred:
        console.print(Text("* tests that do not apply were left out of their section's sum"))
