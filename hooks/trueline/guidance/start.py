"""The command `trueline start`: begin the document that a statement asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import BadInput
from ..exitcodes import FINE

if TYPE_CHECKING:
    from .begin import Begun


@click.command("start")
@click.argument("name", metavar="ID", required=False)
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--list", "listing", is_flag=True, help="Name all documents and what they are for.")
def command(name: str | None, path: Path, *, listing: bool) -> int:
    """Begin a document: its headings and prompts, for you to answer in your own words.

    ID is a statement (1.1.2) or a document (docs/project/team.yaml); PATH the root of the
    repository (default: here). Several documents may belong to one statement; those that stand
    already are left alone. No file is ever written over, and there is no way to force it.

    \b
    trueline start 1.1.2
    trueline start docs/runbooks/deploy.md ../churn
    trueline start --list

    Exit codes: 0 written, 2 nothing written: it exists, does not fit the project, or is unknown.
    """
    if listing:
        _list()
        return FINE
    if not name:
        raise BadInput("name a statement or a document; `trueline start --list` names all")
    from ..evidence import project
    from ..evidence.files import WorkTree
    from ..evidence.git import Repository
    from .begin import begin

    repository = Repository.open(path)
    tree = WorkTree(repository.root, repository.tracked() | {".copier-answers.yml"})
    _say(begin(name, repository.root, project.read(tree)))
    return FINE


def _say(begun: Begun) -> None:
    for starter in begun.written:
        click.echo(f"wrote {starter.path}: {starter.title.lower()}")
    for starter in begun.standing:
        click.echo(f"left {starter.path} as it is")
    from ..maturity.catalogue import load

    prompts = sum(starter.prompts for starter in begun.written)
    click.echo(
        f"Next: answer the {prompts} prompts (`fill:`) in your own words and take each prompt out; "
        "while one stands, the document counts for nothing. Then commit it."
    )
    wanted = {name for starter in begun.written for name in starter.statements}
    entries = [entry for entry in load().entries if entry.id in wanted]
    for entry in entries:
        if entry.evidence == "attest":
            click.echo(f"Then sign for it: trueline attest {entry.id}")
    if entries:
        click.echo(f"What counts: trueline explain {entries[0].id}")


def _list() -> None:
    from .starters import index

    known = index()
    width = max(len(starter.path) for starter in known)
    for starter in known:
        ids = ", ".join((*starter.statements, *starter.items))
        click.echo(f"{starter.path:<{width}}  {starter.title}" + (f" ({ids})" if ids else ""))
