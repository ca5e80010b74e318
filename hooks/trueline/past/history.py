"""The command `trueline history`: the score over the commits of the branch."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import BadInput
from ..exitcodes import FINE

if TYPE_CHECKING:
    from rich.console import Console

    from .way import Point

MOST = 365
_PATIENCE = 2.0  # seconds
_BARS = "▁▂▃▄▅▆▇█"


@click.command("history")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option(
    "--every", type=click.IntRange(min=1), default=1, metavar="N", help="Every N-th commit."
)
@click.option("--since", metavar="DATE", help="Only commits from this day on, as 2026-01-31.")
@click.option(
    "--last",
    "most",
    type=click.IntRange(min=1, max=MOST),
    default=30,
    show_default=True,
    help=f"At most this many commits, the newest; {MOST} at the most.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["rich", "json", "svg"]),
    help="A table with a sparkline [default], JSON, or a drawing.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file; one that ends with .svg or .json says the format, too.",
)
@click.option("--now", hidden=True, help="Score HEAD as of this moment (ISO 8601).")
def command(
    path: Path,
    every: int,
    since: str | None,
    most: int,
    form: str | None,
    output: Path | None,
    now: str | None,
) -> int:
    """Show how the score went over the first-parent commits of HEAD.

    Each commit is scored from git alone, by today's rules: HEAD as of now, any other as of the last
    report that CI published about it, or of its own date. Each takes as long as a `check`.

    \b
    trueline history --last 12
    trueline history --every 10 --since 2026-01-01 --output history.svg

    Exit codes: 0 shown, 2 no such repository, or no commit in that time.
    """
    from ..evidence.git import Repository
    from ..evidence.moment import moment, stated
    from .way import chosen, listed, walked

    at = stated(now) or datetime.now(UTC)
    start = moment(since)
    if since is not None and start is None:
        raise BadInput(f"--since {since!r} is no day, as 2026-01-31")
    form = form or _named(output)
    repository = Repository.open(path)
    commits, more = chosen(listed(repository), every=every, since=start, most=most)
    if not commits:
        raise BadInput("there is no commit" + (f" since {since}" if since else " yet"))
    points = walked(repository, commits, at, _teller(len(commits)))
    _show(points, more, form, output)
    return FINE


def as_data(points: list[Point], more: int) -> dict[str, Any]:
    """Return the way as plain data, oldest commit first."""
    from ..report.document import counts
    from ..report.ruleset import ruleset_version

    return {
        "schema": 1,
        "ruleset_version": ruleset_version(),
        "commits": [
            {
                "commit": point.commit.sha,
                "date": _iso(point.commit.at),
                "as_of": _iso(point.as_of),
                "phase": point.phase,
                "core": counts(point.core),
                "beyond": counts(point.beyond),
            }
            for point in points
        ],
        "left_out": more,
    }


def sparkline(points: list[Point]) -> str:
    """Return one bar a commit, as high as the share of the core that is met."""
    last = len(_BARS) - 1
    return "".join(_BARS[round(point.core.share * last)] for point in points)


def _show(points: list[Point], more: int, form: str, output: Path | None) -> None:
    if form == "json":
        text = json.dumps(as_data(points, more), indent=2) + "\n"
    elif form == "svg":
        from .plot import plot

        text = plot(points)
    else:
        from ..report.terminal import painted

        text = painted(lambda console: _draw(console, points, more), terminal=output is None)
    if output is None:
        click.echo(text, nl=False, color=True if form == "rich" else None)
        return
    from ..report.writing import write

    write(output, text)


def _draw(console: Console, points: list[Point], more: int) -> None:
    from rich.table import Table
    from rich.text import Text

    first, last = points[0].core, points[-1].core
    span = f"core {first.met}/{first.applicable} → {last.met}/{last.applicable}"
    console.print(Text(span, style="bold"))
    console.print(Text(sparkline(points)))
    console.print()
    table = Table.grid(padding=(0, 2))
    for name in ("date", "commit", "core", "advanced", "change"):
        table.add_column(name, justify="right" if name == "change" else "left", no_wrap=True)
    table.add_row("date", "commit", "core", "advanced", "change", style="bright_black")
    before: int | None = None
    for point in points:
        core, beyond = point.core, point.beyond
        step = "" if before is None or core.met == before else f"{core.met - before:+d}"
        advanced = f"{beyond.met}/{beyond.applicable}" if beyond.applicable else ""
        row = (
            f"{point.commit.at:%Y-%m-%d}",
            point.commit.sha[:12],
            f"{core.met}/{core.applicable}",
        )
        table.add_row(*row, advanced, step)
        before = core.met
    console.print(table)
    if more:
        console.print(Text(f"{more} older commits are left out (--last, --every)."))


def _named(output: Path | None) -> str:
    suffix = output.suffix.lower() if output else ""
    return {".svg": "svg", ".json": "json"}.get(suffix, "rich")


def _teller(total: int) -> Callable[[int], None]:
    """Return what says on a terminal how far it is, once it takes longer than two seconds."""
    started = time.monotonic()
    shown = sys.stderr.isatty()

    def tell(done: int) -> None:
        if shown and time.monotonic() - started > _PATIENCE:
            end = "\r" if done + 1 < total else "\n"
            click.echo(f"trueline: scoring commit {done + 1} of {total}", err=True, nl=False)
            click.echo(end, err=True, nl=False)

    return tell


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
