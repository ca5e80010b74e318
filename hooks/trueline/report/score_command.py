"""The command `trueline score`: collect, score by the ML Test Score, render."""

from __future__ import annotations

from pathlib import Path

import click

from ..exitcodes import FINDING, FINE

FORMATS = ("rich", "json")


@click.command("score")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="rich",
    show_default=True,
    help="A card for people, or JSON.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file instead of the terminal.",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(min=0, max=7),
    metavar="N",
    help="Exit 1 when the final score, the least of the four sums, is below N.",
)
@click.option("--now", hidden=True, help="Score as of this moment (ISO 8601).")
def command(
    path: Path, form: str, output: Path | None, fail_under: float | None, now: str | None
) -> int:
    """Score a repository by the ML Test Score (2017); nothing in it is run or changed.

    Each of 28 tests is worth 0, half a point or one; the score is the least of four sums of seven.
    PATH is the root of a git repository (default: here).
    Exit codes: 0 scored, 1 less than --fail-under, 2 no such repository.
    """
    from ..evidence.moment import stated
    from ..evidence.snapshot import collect
    from ..testscore.scoring import score
    from .score_card import card
    from .score_document import as_json
    from .writing import write

    scored = score(collect(path, now=stated(now)))
    colour = output is None and form == "rich"
    text = as_json(scored) if form == "json" else card(scored, terminal=colour)
    if output is None:
        click.echo(text, nl=False, color=True if colour else None)
    else:
        write(output, text)
    final = scored.totals.final
    if fail_under is not None and final < fail_under:
        click.echo(f"trueline: the score is {final:.3g}, the target is {fail_under:g}", err=True)
        return FINDING
    return FINE
