"""A difference of two results as table, Markdown and JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..maturity.score import Result
from ..report.badge import headline
from ..report.document import counts
from ..report.marks import code, escaped
from ..report.plain import cleaned
from ..report.ruleset import ruleset_version
from ..report.sections import SYMBOLS, WORDS
from ..report.terminal import painted
from .change import Change, Kind, changes

# Hidden on the first line, so that a bot finds its comment again and updates it.
MARKER = "<!-- trueline: diff -->"
_STYLES = {Kind.LOST: "bold red", Kind.WORSE: "red", Kind.WON: "bold green", Kind.BETTER: "green"}


def as_data(before: Result, after: Result) -> dict[str, Any]:
    """Return the difference as plain data."""
    before, after = cleaned(before), cleaned(after)
    found = changes(before, after)
    return {
        "schema": 1,
        "ruleset_version": ruleset_version(),
        "base": _side(before),
        "head": _side(after),
        "changes": [
            {
                "id": change.after.entry.id,
                "title": change.after.entry.title,
                "kind": change.kind.value,
                "before": change.before.value,
                "after": change.after.outcome.value,
                "reason": change.after.reason,
            }
            for change in found
        ],
        "won": [c.after.entry.id for c in found if c.kind is Kind.WON],
        "lost": [c.after.entry.id for c in found if c.kind is Kind.LOST],
    }


def as_markdown(before: Result, after: Result) -> str:
    """Return the difference as a comment for a pull request."""
    before, after = cleaned(before), cleaned(after)
    found = changes(before, after)
    lines = [MARKER, f"## Maturity: {headline(before)} → {headline(after)}", ""]
    lines += [f"From {code(before.commit[:12])} to {code(after.commit[:12])}.", ""]
    if not found:
        return "\n".join([*lines, "No statement changes."]) + "\n"
    lines += ["| | statement | before | after | why |", "|---|---|---|---|---|"]
    lines += [
        f"| {change.kind.value} | {change.after.entry.id} {escaped(change.after.entry.title)} "
        f"| {SYMBOLS[change.before]} {WORDS[change.before]} "
        f"| {SYMBOLS[change.after.outcome]} {WORDS[change.after.outcome]} "
        f"| {escaped(change.after.reason)} |"
        for change in found
    ]
    return "\n".join(lines) + "\n"


def as_table(before: Result, after: Result) -> str:
    """Return the difference for a terminal."""
    before, after = cleaned(before), cleaned(after)
    return painted(lambda console: _draw(console, before, after), terminal=True)


def _draw(console: Console, before: Result, after: Result) -> None:
    console.print(Text(f"{headline(before)}  →  {headline(after)}", style="bold"))
    console.print(Text(f"{before.commit[:12]} → {after.commit[:12]}"))
    found = changes(before, after)
    if not found:
        console.print(Text("No statement changes."))
        return
    console.print()
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for change in found:
        kind = Text(change.kind.value, style=_STYLES.get(change.kind, ""))
        table.add_row(kind, change.after.entry.id, _body(change))
    console.print(table)


def _body(change: Change) -> Text:
    text = Text(change.after.entry.title)
    text.append(f"\n{WORDS[change.before]} → {WORDS[change.after.outcome]}: {change.after.reason}")
    return text


def _side(result: Result) -> dict[str, Any]:
    return {
        "commit": result.commit or None,
        "core": counts(result.core),
        "beyond": counts(result.beyond),
    }
