"""The command `trueline`: names the subcommands and turns errors into exit codes.

Each subcommand is imported when it is called, so that `--help` stays under 0.3 s.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import sys

import click

from .errors import BadInput, CannotTell
from .exitcodes import BAD_INPUT

# name -> (module, one line of help); help stands here so that listing imports no command.
COMMANDS: dict[str, tuple[str, str]] = {
    "new": (".alignment.new", "Make a project from the template."),
    "check": (".report.command", "Score a repository from its evidence."),
    "score": (".report.score_command", "Score a repository by the ML Test Score: 28 tests."),
    "diff": (".past.diff", "Compare the scores of two commits."),
    "history": (".past.history", "Show how the score went over the commits."),
    "next": (".guidance.next", "Name the best next steps of a project."),
    "explain": (".guidance.explain", "Explain a statement: what it asks, why, what counts."),
    "start": (".guidance.start", "Begin the document that a statement asks for."),
    "attest": (".guidance.attest", "Sign for a statement that no file can prove."),
    "align": (".alignment.align", "Compare a project with the template it was made from."),
    "update": (".alignment.update", "Merge a newer template into a project, edits kept."),
}


class _LateGroup(click.Group):
    """A group whose subcommands are imported only when one of them runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0], __package__)
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=_LateGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine, 1 a finding, 2 bad input, 3 cannot tell.",
)
@click.version_option(package_name="trueline")
@click.pass_context
def trueline(ctx: click.Context) -> None:
    """Make ML projects, score them from evidence, and keep them true to their template.

    \b
    trueline new my-project       make a project
    trueline check my-project     see which statements of the maturity assessment it meets
    trueline next my-project      name the best next steps, and what to begin with
    trueline score my-project     see what its tests are worth by the ML Test Score
    trueline align my-project     see what differs from the template
    trueline update my-project    merge a newer template on a branch, the work tree untouched
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the command line; every foreseen error is one line on stderr, never a traceback."""
    # A check makes a million small objects that live to its end: to look through them is in vain.
    # Commands that score many commits tidy up after each.
    collecting = gc.isenabled()
    gc.disable()
    # Python looks through all objects once more when it ends, but leaves what is frozen alone.
    atexit.register(gc.freeze)
    try:
        _run()
    finally:
        if collecting:
            gc.enable()


def _run() -> None:
    try:
        code = trueline.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        _complain(error.format_message())
        sys.exit(BAD_INPUT)
    except (BadInput, CannotTell) as error:
        _complain(str(error))
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _complain("interrupted")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output (head, a pager) went away; that is no error of ours.
        sys.stderr.close()
        sys.exit(0)
    except SystemExit as stop:
        # click turns that same error into exit code 1, after it has put this in place of stdout.
        gone = type(sys.stdout).__name__.endswith("PacifyFlushWrapper")
        sys.exit(0 if gone else stop.code)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _complain(f"{where}{error.strerror or error}")
        sys.exit(BAD_INPUT)
    except (RuntimeError, ValueError) as error:
        _complain(str(error) or type(error).__name__)
        sys.exit(BAD_INPUT)
    sys.exit(code if isinstance(code, int) else 0)


def _complain(message: str) -> None:
    click.echo("trueline: " + " ".join(message.split()), err=True)


if __name__ == "__main__":
    main()
