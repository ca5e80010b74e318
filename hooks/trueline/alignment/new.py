"""`trueline new`: make a project from the template."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from ..errors import BadInput
from ..exitcodes import FINE


@click.command(name="new")
@click.argument("dest")
@click.option(
    "--from", "source", metavar="SOURCE", help="The template: a git URL, gh:owner/repo or a path."
)
@click.option(
    "--to", "version", metavar="VERSION", help="A release, branch or commit [newest release]."
)
@click.option(
    "-d", "--data", "pairs", multiple=True, metavar="KEY=VALUE", help="Answer a question."
)
@click.option("--data-file", type=click.Path(path_type=Path), help="Answer from a YAML file.")
@click.option(
    "--defaults", is_flag=True, help="Ask nothing; take the default of every other question."
)
def command(
    dest: str,
    source: str | None,
    version: str | None,
    pairs: tuple[str, ...],
    data_file: Path | None,
    defaults: bool,
) -> int:
    """Make a project in the new folder DEST.

    On a terminal it asks what -d and --data-file leave open. Wrong input is refused with one line,
    and nothing is written.
    """
    # A polite kill unwinds like an error does, so that no stage is left beside the target.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    make(dest, source, version, pairs, data_file, defaults=defaults)
    return FINE


def make(
    dest: str,
    source: str | None,
    version: str | None,
    pairs: tuple[str, ...] = (),
    data_file: Path | None = None,
    *,
    defaults: bool = True,
) -> Path:
    """Make a project and return its folder. Raises BadInput, and then nothing was written."""
    from . import given, origin, target
    from .progress import announced
    from .render import questions, render
    from .source import NoSuchVersion, Unreachable, checked, cloned, to_record

    _leave_foreign_repository()
    folder = target.checked(dest)
    data = given.collect(pairs, data_file)
    if source is None:
        here = origin.installed_from()
        if here is None:
            raise BadInput("say where the template is: --from gh:owner/repository, a URL or a path")
        source, version = here.source, version or here.commit
    source = to_record(checked(source, "--from"))
    if version is not None:
        version = checked(version, "--to")
    try:
        with (
            announced(f"fetching the template from {source}") as fetched,
            cloned(source) as template,
            tempfile.TemporaryDirectory(prefix="trueline-") as scratch,
        ):
            commit = template.commit(version or template.newest())
            unpacked = template.unpack(commit, Path(scratch) / "template")
            asked = questions(unpacked)
            data = given.check(data, asked)
            ask = _can_ask(defaults, data, asked)
            if ask:
                fetched()
            with target.staged(folder) as stage:
                made = render(
                    unpacked, stage,
                    source=source, version=template.describe(commit),
                    given=data, ask=ask, user_settings=True,
                )  # fmt: skip
                given.refuse_hidden(data, made.hidden, asked)
    except Unreachable as error:
        raise BadInput(str(error)) from None
    except NoSuchVersion:
        named = f"no version {version!r}" if version else "no commit yet"
        raise BadInput(f"the template at {source} has {named}") from None
    if made.message:
        click.echo(made.message, err=True)
    return folder


def _can_ask(defaults: bool, data: dict[str, Any], questions: dict[str, dict[str, Any]]) -> bool:
    """Tell whether to prompt. Without a terminal, every unconditional question needs its answer."""
    if defaults:
        return False
    with suppress(AttributeError, ValueError):  # a closed standard input is no terminal
        if sys.stdin.isatty():
            return True
    missing = [
        n for n, spec in questions.items() if spec.get("when", True) is True and n not in data
    ]
    if missing:
        raise BadInput(
            f"no terminal to ask on: add --defaults, or answer {', '.join(missing)} with -d"
        )
    return False


def _leave_foreign_repository() -> None:
    # Called from a git hook, git's variables name that repository; Copier's git must not see them.
    from .git import LOCAL

    for name in LOCAL:
        os.environ.pop(name, None)
