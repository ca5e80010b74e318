"""The command `trueline check`: collect, score, render."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import BadInput
from ..exitcodes import FINDING, FINE

if TYPE_CHECKING:
    from datetime import datetime

    from ..evidence.forge import Forge
    from ..maturity.score import Result

FORMATS = ("rich", "md", "html", "json", "sarif", "badge", "shields")


@click.command("check")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="rich",
    show_default=True,
    help="A card for the terminal; a Markdown checklist, also for pull requests; one HTML page; "
    "JSON; SARIF for code scanning; an SVG badge, or what a shields.io badge reads.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file instead of the terminal.",
)
@click.option(
    "--forge",
    is_flag=True,
    help="Ask GitHub (GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL) or GitLab (GITLAB_TOKEN, "
    "CI_PROJECT_PATH, GITLAB_API_URL or CI_API_V4_URL) too.",
)
@click.option(
    "--save-forge",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write what the forge said to this file; needs --forge.",
)
@click.option(
    "--forge-from",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Take the forge's answers from a file that --save-forge wrote, at most 30 days ago.",
)
@click.option(
    "--fail-under",
    type=click.IntRange(min=0),
    metavar="N",
    help="Exit 1 when fewer than N statements are met (default: `targets.core` of maturity.yaml).",
)
@click.option(
    "--no-regressions",
    "base",
    metavar="BASE",
    help="Exit 1 when a statement that was met at commit BASE is not met any more.",
)
@click.option("--now", hidden=True, help="Score as of this moment (ISO 8601).")
def command(
    path: Path,
    form: str,
    output: Path | None,
    forge: bool,
    save_forge: Path | None,
    forge_from: Path | None,
    fail_under: int | None,
    base: str | None,
    now: str | None,
) -> int:
    """Score a repository from its evidence; nothing in it is run or changed.

    PATH is the root of a git repository (default: here).

    \b
    trueline check --format html --output maturity.html
    trueline check --no-regressions origin/main --fail-under 30

    Exit codes: 0 scored, 1 fewer met than --fail-under or a regression, 2 no such repository.
    """
    from ..evidence.moment import stated
    from ..evidence.snapshot import collect
    from ..maturity.score import score
    from .render import render
    from .writing import write

    if forge_from and forge:
        raise BadInput("--forge asks the forge and --forge-from does not: give one of them")
    if save_forge and not forge:
        raise BadInput("--save-forge saves what --forge asks: give that too")
    at = stated(now)
    # The base is named before the work is done: a slip of the pen should not cost a minute.
    before = _before(path, base, at) if base else None
    snapshot = collect(path, now=at, ask_forge=forge, forge_from=forge_from)
    if save_forge:
        _save(save_forge, snapshot.forge)
    result = score(snapshot)
    colour = output is None and form == "rich"
    text = render(result, form, terminal=colour)
    if output is None:
        click.echo(text, nl=not text.endswith("\n"), color=True if colour else None)
    else:
        write(output, text if text.endswith("\n") else f"{text}\n")
    regressed = _regressions(before, result, base or "") if before else False
    target = result.target if fail_under is None else fail_under
    if target is not None and result.core.met < target:
        click.echo(f"trueline: {result.core.met} statements met, the target is {target}", err=True)
        return FINDING
    return FINDING if regressed else FINE


def _save(path: Path, said: Forge) -> None:
    """Save the forge's answers; when there are none, say so, since the score says it too."""
    from ..evidence.forge_file import dumped
    from .writing import write

    if said.problem:
        click.echo(f"trueline: nothing saved in {path}: {said.problem}", err=True)
    else:
        write(path, dumped(said))


def _before(path: Path, base: str, at: datetime | None) -> Result:
    from datetime import UTC, datetime

    from ..evidence.git import Repository
    from ..past.commits import resolved
    from ..past.diff import results

    repository = Repository.open(path)
    (result,) = results(repository, (resolved(repository, base),), at or datetime.now(UTC))
    return result


def _regressions(before: Result, after: Result, base: str) -> bool:
    from ..past.change import changes, lost
    from .plain import plain

    found = lost(changes(before, after))
    for change in found:
        said = f"{change.after.entry.id} was met at {base} and is {change.after.outcome.value} now"
        click.echo(f"trueline: {plain(f'{said}: {change.after.reason}')}", err=True)
    return bool(found)
