"""The card for people: one line a statement, the reason, and for what is not met the next step."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..maturity.levels import Standing, standings
from ..maturity.score import Outcome, Result, Statement
from .badge import headline
from .plain import cleaned
from .sections import SYMBOLS, coverage, sections
from .terminal import painted

COLOURS = {
    Outcome.MET: "green",
    Outcome.PARTIAL: "yellow",
    Outcome.UNMET: "red",
    Outcome.STALE: "magenta",
    Outcome.UNKNOWN: "cyan",
    Outcome.NA: "bright_black",
}


def card(result: Result, *, terminal: bool = False, width: int | None = None) -> str:
    """Return the card, at most `width` columns wide; colours need a terminal and no NO_COLOR."""
    result = cleaned(result)
    return painted(lambda console: _print(console, result), terminal=terminal, width=width)


def _print(console: Console, result: Result) -> None:
    commit = result.commit[:12] or "no commit yet"
    console.print(f"[bold]{escape(headline(result))}[/]  {escape(result.phase)}, {commit}")
    for section in sections(result):
        console.print()
        console.print(f"[bold]{section.number} {escape(section.title)}[/]")
        table = Table.grid(padding=(0, 1), expand=False)
        table.add_column(width=1)
        table.add_column(width=5)
        table.add_column(overflow="fold")
        for statement in section.statements:
            colour = COLOURS[statement.outcome]
            symbol = Text(SYMBOLS[statement.outcome], style=colour)
            table.add_row(symbol, statement.entry.id, _body(statement, colour))
        console.print(Padding(table, (0, 0, 0, 1)))
    _footer(console, result)


def _body(statement: Statement, colour: str) -> Text:
    text = Text(statement.entry.title)
    text.append(f"\n{statement.outcome.value}", style=f"bold {colour}")
    text.append(f": {statement.reason}", style="default")
    if statement.waiver:
        waiver = statement.waiver
        text.append(f"\nwaived until {waiver.expires} by {waiver.owner}: {waiver.reason}")
    elif statement.remedy:
        text.append(f"\n→ {statement.remedy.text} ({statement.remedy.effort})", style="bold")
    return text


def _footer(console: Console, result: Result) -> None:
    console.print()
    for path, problem in result.unreadable:
        console.print(Text(f"could not read {path}: {problem}", style="cyan"))
    for said in result.assumed:
        console.print(Text(f"assumed: {said}", style="cyan"))
    core = result.core
    console.print(
        f"{core.met} met, {core.partial} partial, {core.unmet} unmet, {core.stale} stale, "
        f"{core.unknown} unknown, {core.na} not applicable"
    )
    if result.beyond.applicable:
        beyond = result.beyond
        console.print(f"beyond the core: {beyond.met} of {beyond.applicable} met")
    for standing in standings(result):
        console.print(Text(_level(standing)))
    console.print(coverage(result))


def _level(standing: Standing) -> str:
    said = (
        f"{standing.scale.name}'s MLOps level {standing.reached} of {standing.top}: "
        f"{standing.title}"
    )
    return f"{said}; the next asks {', '.join(standing.left)}" if standing.left else said
