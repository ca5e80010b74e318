"""The command `trueline explain`: one statement, in full."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ..exitcodes import FINE

if TYPE_CHECKING:
    from rich.console import Console

    from .subject import Subject


@click.command("explain")
@click.argument("name", metavar="ID", required=False)
@click.option("--list", "listing", is_flag=True, help="Name all ids with their titles.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["rich", "json"]),
    default="rich",
    show_default=True,
    help="Text for people, or JSON.",
)
def command(name: str | None, form: str, *, listing: bool) -> int:
    """Explain one statement: what it asks, why, what counts as evidence, what to do.

    \b
    trueline explain 2.2.9
    trueline explain --list

    Exit codes: 0 explained, 2 no such id (the line names the nearest ones).
    """
    from ..errors import BadInput
    from ..maturity.catalogue import load
    from .subject import subject

    if listing:
        click.echo("\n".join(f"{entry.id:<6} {entry.title}" for entry in load().entries))
        return FINE
    if not name:
        raise BadInput("name a statement, as 2.2.9; `trueline explain --list` names all")
    found = subject(name)
    if form == "json":
        click.echo(json.dumps(as_data(found), indent=2, ensure_ascii=False, default=str))
        return FINE
    from ..report.terminal import painted

    text = painted(lambda console: _draw(console, found), terminal=True)
    click.echo(text, nl=False, color=True)
    return FINE


def as_data(found: Subject) -> dict[str, Any]:
    """Return the explanation as plain data."""
    entry, remedy = found.entry, found.entry.remedy
    return {
        "schema": 1,
        "kind": "statement",
        "id": entry.id,
        "section": entry.section,
        "core": entry.core,
        "title": entry.title,
        "why": entry.why,
        "asked": found.asked,
        "evidence": entry.evidence,
        "judged": list(found.judged),
        "applies": entry.applies,
        "exploration": entry.exploration,
        "limits": entry.limits,
        "remedy": {"text": remedy.text, "effort": remedy.effort, "start": remedy.start},
        "documents": list(found.documents),
        "levels": list(found.levels),
        "since": entry.since,
    }


def _draw(console: Console, found: Subject) -> None:
    from rich.table import Table
    from rich.text import Text

    entry, remedy = found.entry, found.entry.remedy
    console.print(Text(f"{entry.id} {entry.title}", style="bold"))
    console.print(Text("core" if entry.core else "beyond the core", style="bright_black"))
    console.print()
    phase = " An exploration is held to it, too." if entry.exploration else ""
    rows = [
        ("why", entry.why),
        ("asked", f"{found.asked}."),
        ("applies to", f"{found.applies}.{phase}"),
        ("judged by", "\n".join(f"{text}." for text in found.judged)),
        ("limits", "\n".join(f"{key}: {value}" for key, value in found.limits.items())),
        ("levels", "\n".join(found.levels)),
        ("do", f"{remedy.text} ({remedy.effort})."),
        ("begin with", remedy.start),
        ("documents", "\n".join(f"trueline start {path}" for path in found.documents)),
        ("sign", f"trueline attest {entry.id}" if entry.evidence == "attest" else ""),
    ]
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in rows:
        if text:
            table.add_row(name, Text(text))
    console.print(table)
