"""Commands."""

import click


@click.group()
def main() -> None:
    """Run a stage."""


@main.command()
def ingest() -> None:
    """Read the source."""


@main.command("rollback")
def go_back() -> None:
    """Go back to the version before."""
