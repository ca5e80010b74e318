"""The command `trueline explain`: one statement or one test, in full."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import BadInput
from ..exitcodes import FINE

if TYPE_CHECKING:
    from rich.console import Console

    from .explained import Rows
    from .ml_subject import MlSubject
    from .standing import Standing
    from .subject import Subject


@click.command("explain")
@click.argument("name", metavar="ID", required=False)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--list", "listing", is_flag=True, help="Name all ids with their titles.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["rich", "json"]),
    default="rich",
    show_default=True,
    help="Text for people, or JSON.",
)
@click.option("--now", hidden=True, help="Look at the project as of this moment (ISO 8601).")
def command(
    name: str | None, path: Path | None, form: str, now: str | None, *, listing: bool
) -> int:
    """Explain an ID: what it asks, why, what counts as evidence, what to do, how you stand.

    IDs with a dot (2.2.9) are the 56 statements of the maturity assessment, which `trueline check`
    decides; data1 to data7, model1 to model7, infra1 to infra7 and mon1 to mon7 are the 28 tests
    of the ML Test Score, which `trueline score` adds up: each is worth 0, 0.5 or 1.

    Inside a project, or with its PATH, it also says how that project stands and why; nothing in it
    is run or changed.

    \b
    trueline explain 2.2.9            a statement
    trueline explain data1            a test, and what earns 0.5 and 1.0
    trueline explain mon7 ../churn    the same, with how that project stands
    trueline explain --list           all ids

    Exit codes: 0 explained, 2 no such id (the line names the nearest ones).
    """
    from . import explained, ml_subject
    from .subject import subject

    if listing:
        _list()
        return FINE
    if not name:
        raise BadInput("name an id, as 2.2.9 or data1; `trueline explain --list` names all")
    test = ml_subject.find(name)
    found: Subject | MlSubject = test or subject(name, others=ml_subject.ids())
    if form == "json":
        data = explained.data(found)
        here = explained.standing_data(_standing(name, path, now))
        text = json.dumps({**data, "here": here}, indent=2, ensure_ascii=False, default=str)
        click.echo(text)
        return FINE
    # The explanation waits for no project to be read: that takes seconds.
    _tell(explained.title(found), explained.rows(found))
    standing = _standing(name, path, now)
    if standing:
        _tell("", explained.standing_rows(standing, explained.remedy(found)))
    return FINE


def _standing(name: str, path: Path | None, now: str | None) -> Standing | None:
    """Return how the project stands; without a PATH, being in none is no error."""
    from ..evidence.moment import stated
    from .standing import standing

    at: datetime | None = stated(now)
    try:
        return standing(name, path or Path(), at)
    except BadInput:
        if path:
            raise
        return None


def _list() -> None:
    from ..maturity.catalogue import load
    from ..testscore.catalogue import load as tests

    statements = [(entry.id, entry.title) for entry in load().entries]
    for name, title in (*statements, *((test.id, test.title) for test in tests().tests)):
        click.echo(f"{name:<6} {title}")


def _tell(title: str, rows: Rows) -> None:
    from rich.table import Table
    from rich.text import Text

    from ..report.terminal import painted

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True, min_width=10)
    table.add_column(overflow="fold")
    for name, text in rows:
        if text:
            table.add_row(name, Text(text))

    def draw(console: Console) -> None:
        if title:
            console.print(Text(title, style="bold"))
            console.print()
        console.print(table)

    click.echo(painted(draw, terminal=True), nl=False, color=True)
