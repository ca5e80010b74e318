"""The command `trueline diff`: what a change wins and loses."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..exitcodes import FINDING, FINE

if TYPE_CHECKING:
    from ..evidence.git import Repository
    from ..maturity.score import Result


@click.command("diff")
@click.argument("commits", metavar="BASE..HEAD")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["rich", "md", "json"]),
    default="rich",
    show_default=True,
    help="A table for people, Markdown for a pull request's comment, or JSON.",
)
@click.option(
    "--no-regressions",
    is_flag=True,
    help="Exit 1 when a statement that was met is not met any more.",
)
@click.option("--now", hidden=True, help="Score as of this moment (ISO 8601).")
def command(commits: str, path: Path, form: str, now: str | None, *, no_regressions: bool) -> int:
    """Compare the scores of two commits: what is won, what is lost, and why.

    BASE...HEAD (three dots) compares with the point where the branches parted, as pull requests
    do; BASE alone compares with HEAD. Both are read from git, at the same moment and under the
    same rules, each with what CI had published about it or its ancestors; what lies in the work
    tree plays no part. A statement that the project's answers rule out now is no regression.

    \b
    trueline diff origin/main...HEAD --no-regressions
    trueline diff v1.0.0..v1.1.0 ../churn --format md

    Exit codes: 0 compared, 1 a regression (with --no-regressions), 2 no such commit,
    3 the clone lacks a commit.
    """
    from ..evidence.git import Repository
    from ..evidence.moment import stated
    from .change import changes, lost
    from .commits import pair
    from .diff_text import as_data, as_markdown, as_table

    repository = Repository.open(path)
    at = stated(now) or datetime.now(UTC)
    before, after = results(repository, pair(repository, commits), at)
    if form == "json":
        click.echo(json.dumps(as_data(before, after), indent=2, ensure_ascii=False))
    elif form == "md":
        click.echo(as_markdown(before, after), nl=False)
    else:
        click.echo(as_table(before, after), nl=False, color=True)
    regressions = lost(changes(before, after))
    if regressions and no_regressions:
        names = ", ".join(change.after.entry.id for change in regressions)
        click.echo(f"trueline: met before and not any more: {names}", err=True)
        return FINDING
    return FINE


def results(repository: Repository, commits: tuple[str, ...], now: datetime) -> list[Result]:
    """Return the scores of some commits of a repository, as of one moment."""
    from ..alignment.progress import announced
    from .pushed import pushed
    from .scoring import scored
    from .scratch import scratch

    known = pushed(repository)
    with announced("scoring from git"), scratch(repository) as copy:
        return [scored(copy, sha, known.about(repository, sha), now) for sha in commits]
