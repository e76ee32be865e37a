"""`export`: a rollout as one file in another form."""

import click

from rollout_trace.cli.commands import CommandsByFile


@click.group(cls=CommandsByFile, files=("html",))
def export() -> None:
    """Write a rollout to one file, in another form."""
