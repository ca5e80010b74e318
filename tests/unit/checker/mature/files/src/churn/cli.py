"""Commands."""

import click


@click.group()
def main() -> None:
    """Run a stage."""


@main.command()
def ingest() -> None:
    """Read the source."""
    from .data import ingest

    click.echo(ingest.run())


@main.command()
def validate() -> None:
    """Hold the source against the schema."""
    from .data import validate

    click.echo(validate.run())


@main.command("rollback")
def go_back() -> None:
    """Go back to the version before."""
