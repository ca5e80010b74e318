"""`trueline align`: what in a project differs from the template version that made it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import CannotTell
from ..exitcodes import FINDING, FINE

if TYPE_CHECKING:
    from .answers import Answers
    from .ownership import Ownership


@click.command(name="align")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--format", "form", type=click.Choice(["rich", "json"]), default="rich")
@click.option("--outdated", is_flag=True, help="A newer release of the template is a finding too.")
def command(path: Path, form: str, outdated: bool) -> int:
    """Compare the project at PATH with the template version that it records.

    A finding (exit 1) is an unsettled conflict, or a file of the template's that was edited or
    removed without a waiver in maturity.yaml. Exit 3: that version is out of reach.
    """
    from .progress import announced

    with announced("comparing with the template"):
        told = run(path, outdated=outdated)
    if form == "json":
        click.echo(json.dumps(told, indent=2))
    else:
        _show(told)
    return FINDING if told["findings"] else FINE


def run(path: Path, *, outdated: bool = False) -> dict[str, Any]:
    """Compare the project at `path` and return the outcome, as the JSON of the command.

    Raises BadInput for what is no project, CannotTell when its template version is out of reach.
    """
    from datetime import datetime

    from . import answers as answers_file
    from . import compare, given, waivers
    from .render import questions, render

    answers = answers_file.read(path)
    # The user's own day: a waiver that expires today holds today.
    accepted = waivers.read(path, datetime.now().astimezone().date())
    with _template(answers) as (unpacked, owners, newest):
        rendered = render(
            unpacked, unpacked.with_name("render"),
            source=answers.source, version=answers.version,
            given=given.check(answers.values, questions(unpacked)),
        )  # fmt: skip
        rows = compare.compare(path, rendered, owners, accepted)
    if outdated and newest is None:
        raise CannotTell(f"cannot tell whether there is a newer release: {answers.source} is away")
    late = outdated and bool(newest)
    return {
        "schema": 1,
        "source": answers.source,
        "version": answers.version,
        "newer": newest or None,
        "findings": sum(row.finding for row in rows) + late,
        "counts": dict(Counter(str(row.state) for row in rows)),
        "files": {
            row.path: {
                "state": str(row.state), "owner": str(row.owner),
                "finding": row.finding, "detail": row.detail,
            }
            for row in rows
        },
    }  # fmt: skip


@contextmanager
def _template(answers: Answers) -> Iterator[tuple[Path, Ownership, str | None]]:
    """Give the recorded version as a folder, its ownership, and a newer release.

    The newer release is '' when there is none, and None when the source cannot be asked. Without
    its source, the template of this package will do when it is the same version.
    """
    import shutil
    import tempfile

    from . import origin, ownership
    from .source import NoSuchVersion, Unreachable, cloned

    with tempfile.TemporaryDirectory(prefix="trueline-") as scratch:
        folder = Path(scratch) / "template"
        try:
            with cloned(answers.source) as template:
                commit = template.commit(answers.version)
                template.unpack(commit, folder)
                owners = ownership.load(template.read(commit, ownership.PATH))
                releases = template.releases()
                newest = releases[-1] if releases else ""
                if newest and template.contains(template.commit(newest), commit):
                    newest = ""
            yield folder, owners, newest
            return
        except Unreachable as error:
            away = str(error)
        except NoSuchVersion:
            away = f"the template at {answers.source} has no version {answers.version}"
        here = origin.version()
        if answers.version.removeprefix("v") != here:
            raise CannotTell(f"{away}; the template that travels with trueline is {here}")
        bundled = origin.bundled()
        if not _asks_what_was_answered(bundled, answers):
            raise CannotTell(f"{away}; the template that travels with trueline is another one")
        folder.mkdir()
        shutil.copy(bundled / "copier.yml", folder)
        shutil.copytree(bundled / "template", folder / "template")
        yield folder, ownership.load(), None


def _asks_what_was_answered(template: Path, answers: Answers) -> bool:
    """Whether a template's questions are those that were answered; equal versions prove little."""
    from .answers import load_mapping

    questions = load_mapping((template / "copier.yml").read_bytes(), "copier.yml")
    asked = {name: spec for name, spec in questions.items() if not name.startswith("_")}
    always = {name for name, spec in asked.items() if "when" not in spec}
    return always <= set(answers.values) <= set(asked)


def _show(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for path, row in told["files"].items():
        if row["state"] in ("aligned", "seed") and not row["finding"]:
            continue
        style = "bold red" if row["finding"] else "dim"
        detail = f" ({row['detail']})" if row["detail"] else ""
        mark = "finding" if row["finding"] else "       "
        line = f"{mark}  {row['state']:<8}  {row['owner']:<9}  {path}{detail}"
        console.print(Text(line, style=style))
    counts = ", ".join(f"{count} {state}" for state, count in sorted(told["counts"].items()))
    console.print(Text(f"{counts} (template {told['version']})"))
    if told["newer"]:
        console.print(Text(f"{told['newer']} is out: trueline update"))
