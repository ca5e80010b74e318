"""The command `trueline next`: the best next steps of a project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..exitcodes import FINE

if TYPE_CHECKING:
    from rich.console import Console

    from ..evidence.snapshot import Snapshot
    from ..maturity.score import Result, Statement


@click.command("next")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option(
    "-n",
    "count",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="How many steps to name.",
)
@click.option("--forge", is_flag=True, help="Ask the forge too, as `trueline check --forge` does.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["rich", "json"]),
    default="rich",
    show_default=True,
    help="Text for people, or JSON.",
)
@click.option("--now", hidden=True, help="Score as of this moment (ISO 8601).")
def command(path: Path, count: int, form: str, now: str | None, *, forge: bool) -> int:
    """Name the best next steps, each with the command or file to begin with.

    The order: statements of the core before those beyond it; last what could not be looked at, as
    it may hold already (--forge looks); minutes before hours before days; and then what lacks
    least: stale, partial, unmet. What a waiver accepts for now is left out.

    A command that the project knows by poe is named as it is typed there.

    Exit codes: 0 named (or nothing is left), 2 no such repository.
    """
    from ..evidence.moment import stated
    from ..evidence.snapshot import collect
    from ..maturity.score import score
    from ..report.plain import cleaned

    snapshot = collect(path, now=stated(now), ask_forge=forge)
    result = cleaned(score(snapshot))
    if form == "json":
        click.echo(json.dumps(as_data(result, count), indent=2, ensure_ascii=False))
        return FINE
    from ..report.terminal import painted

    tasks = _tasks(snapshot)
    text = painted(lambda console: _draw(console, result, count, tasks), terminal=True)
    click.echo(text, nl=False, color=True)
    return FINE


def as_data(result: Result, count: int) -> dict[str, Any]:
    """Return the steps as plain data; `left` counts all that is not met and not waived."""
    from ..maturity.advice import advice, waived
    from ..report.ruleset import ruleset_version

    left = advice(result)
    return {
        "schema": 1,
        "ruleset_version": ruleset_version(),
        "commit": result.commit or None,
        "next": [_step(statement) for statement in left[:count]],
        "left": len(left),
        "waived": [statement.entry.id for statement in waived(result)],
    }


def _step(statement: Statement) -> dict[str, Any]:
    entry = statement.entry
    remedy = statement.remedy or entry.remedy
    return {
        "id": entry.id,
        "title": entry.title,
        "section": entry.section,
        "core": entry.core,
        "outcome": statement.outcome.value,
        "reason": statement.reason,
        "remedy": {"text": remedy.text, "effort": remedy.effort, "start": remedy.start},
    }


def _tasks(snapshot: Snapshot) -> frozenset[str]:
    """Return the names of the project's poe tasks."""
    from ..evidence.document import mapping

    tool = mapping((snapshot.environment.pyproject.value or {}).get("tool"))
    return frozenset(mapping(mapping(tool.get("poe")).get("tasks")))


def typed(start: str, tasks: frozenset[str]) -> str:
    """Return a command as it is typed in a project with these poe tasks, where `trueline` is one
    of them; anything else as it is.
    """
    if start.startswith("trueline ") and "trueline" in tasks:
        return f"uv run poe {start}"
    task = start.removeprefix("poe ").partition(" ")[0]
    return f"uv run {start}" if start.startswith("poe ") and task in tasks else start


def _draw(console: Console, result: Result, count: int, tasks: frozenset[str]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from ..maturity.advice import advice, waived
    from ..report.badge import headline

    left, accepted = advice(result), waived(result)
    console.print(Text(headline(result), style="bold"))
    for number, statement in enumerate(left[:count], 1):
        entry = statement.entry
        remedy = statement.remedy or entry.remedy
        console.print()
        console.print(Text(f"{number}. {entry.id} {entry.title}", style="bold"))
        text = Text(f"{statement.outcome.value}: {statement.reason}\n")
        text.append(f"→ {remedy.text} ({remedy.effort})")
        if remedy.start:
            text.append("\n  begin with: ")
            text.append(typed(remedy.start, tasks), style="bold")
        console.print(Padding(text, (0, 0, 0, 3)))
    console.print()
    more = len(left) - count
    if not left:
        console.print(Text("Nothing is left to do."))
    elif more > 0:
        all_of_them = typed(f"trueline next -n {len(left)}", tasks)
        console.print(Text(f"{more} more; `{all_of_them}` names all."))
    if accepted:
        names = ", ".join(statement.entry.id for statement in accepted)
        console.print(Text(f"Waived for now: {names}."))
    if left:
        more_on = typed(f"trueline explain {left[0].entry.id}", tasks)
        console.print(Text(f"More on one: {more_on}"))
