"""The command `trueline attest`: somebody signs for what no file can prove."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from ..errors import BadInput
from ..exitcodes import FINE

if TYPE_CHECKING:
    from datetime import datetime

    from ..maturity.catalogue import Entry
    from .signature import Defaults, Signature

Value = TypeVar("Value", str, int)


@click.command("attest")
@click.argument("name", metavar="ID")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--owner", help="Who vouches; must stand in CODEOWNERS or docs/project/team.yaml.")
@click.option(
    "--evidence",
    multiple=True,
    metavar="FILE|URL",
    help="A tracked file or an https address; may be given several times.",
)
@click.option("--statement", help="What was looked at and found, in a sentence.")
@click.option("--claim", type=click.Choice(["met", "unmet"]), default="met", show_default=True)
@click.option("--days", type=int, help="How long the review holds [the catalogue's maximum].")
@click.option("--commit", help="The commit that was looked at [HEAD].")
@click.option("--on", "on", metavar="DATE", help="The day of the review [today].")
@click.option("--yes", is_flag=True, help="Ask nothing; take the default of all that is not given.")
@click.option("--now", hidden=True, help="Sign as of this moment (ISO 8601).")
def command(
    name: str,
    path: Path,
    owner: str | None,
    evidence: tuple[str, ...],
    statement: str | None,
    claim: str,
    days: int | None,
    commit: str | None,
    on: str | None,
    now: str | None,
    *,
    yes: bool,
) -> int:
    """Sign for a statement in maturity.yaml; on a terminal it asks for what is not given.

    With --yes the owner must be given, unless there is one alone or the last record names one.

    The record holds until its days are over or something it depends on changes. A later record of
    the same statement replaces an earlier one, which stays to be read. All other lines of
    maturity.yaml stay as they are.

    \b
    trueline attest 1.1.3
    trueline attest 1.1.3 --owner @acme/risk --evidence docs/project/risk.yaml
        --statement "Gone through with the risk team" --yes

    Exit codes: 0 written, 2 nothing written: it takes no signature, or the record would not count.
    """
    from ..evidence.git import Repository
    from ..evidence.moment import stated
    from ..evidence.snapshot import collect
    from . import signature
    from .subject import named

    entry = named(name)
    at = stated(now)
    repository = Repository.open(path)
    snapshot = collect(path, now=at)
    known = signature.defaults(entry, snapshot)
    signature.committed(repository)
    given = _Given(owner, evidence, statement, days, commit, on)
    ask = not yes and _terminal(given, known)
    if not ask and not given.owner and not known.sure:
        owners = ", ".join(known.owners[:12]) or "nobody is named in CODEOWNERS yet"
        raise BadInput(f"nobody signs in another's name: give --owner ({owners})")
    signed = _asked(given, claim, known, ask=ask)
    signature.checked(entry, signed, snapshot, repository)
    _write(repository.root, entry, signed)
    _say(repository.root, entry, at)
    return FINE


@dataclass(frozen=True)
class _Given:
    """What the flags say; None and () are open."""

    owner: str | None
    evidence: tuple[str, ...]
    statement: str | None
    days: int | None
    commit: str | None
    on: str | None


def _terminal(given: _Given, known: Defaults) -> bool:
    """Tell whether to ask. Without a terminal, what has no default must be given."""
    with suppress(AttributeError, ValueError):  # a closed standard input is no terminal
        if sys.stdin.isatty():
            return True
    lacking = [
        flag
        for flag, here in (
            ("--evidence", given.evidence or known.evidence),
            ("--statement", given.statement),
        )
        if not here
    ]
    if lacking:
        raise BadInput(f"no terminal to ask on: give {', '.join(lacking)}")
    return False


def _asked(given: _Given, claim: str, known: Defaults, *, ask: bool) -> Signature:
    from ..report.plain import plain
    from .signature import Signature

    def open_(text: str, value: Value | None, default: Value) -> Value:
        if value is not None:
            return value
        if not ask:
            return default
        answer: Value = click.prompt(text, default=default or None, type=type(default), err=True)
        return answer

    if ask and not given.owner and len(known.owners) > 1:
        click.echo(f"Owners: {', '.join(known.owners[:12])}", err=True)
    owner = open_("Owner", given.owner, known.owner)
    proposed = " ".join(known.evidence)
    evidence = given.evidence or tuple(
        open_("Evidence (files or https addresses)", None, proposed).split()
    )
    statement = open_("What was looked at and found", given.statement, "")
    commit = open_("Commit that was looked at", given.commit, known.commit)
    on = open_("Day of the review", given.on, known.on.isoformat())
    days = open_("Days until the next review", given.days, known.days)
    return Signature(
        plain(owner), tuple(map(plain, evidence)), plain(statement), claim, commit, on, days
    )


def _write(root: Path, entry: Entry, signed: Signature) -> None:
    from ..report.writing import write
    from .record import FILE, NEW, added

    target = root / FILE
    if target.is_symlink():
        raise BadInput(f"{FILE} is a link; sign in the file that it leads to")
    try:
        text = target.read_bytes().decode("utf-8") if target.exists() else NEW
    except UnicodeDecodeError:
        raise BadInput(f"{FILE} is not UTF-8 text") from None
    write(target, added(text, signed.record(entry)))


def _say(root: Path, entry: Entry, at: datetime | None) -> None:
    """Read the repository again: the checker itself says what the signature is worth."""
    from ..evidence.git import Repository
    from ..evidence.snapshot import collect
    from ..maturity.score import score
    from ..report.plain import plain
    from .record import FILE

    click.echo(f"wrote the record of {entry.id} to {FILE}")
    if FILE in Repository.open(root).tracked():
        result = score(collect(root, now=at))
        found = next(s for s in result.statements if s.entry.id == entry.id)
        click.echo(f"{entry.id} is {found.outcome.value}: {plain(found.reason)}")
        click.echo(f"Next: commit {FILE}, in a change that the owner approves.")
    else:
        click.echo(f"Next: git add {FILE}; until it is tracked it counts for nothing.")
