"""`debug`: commands that behave as those of the same name of the `codex` program."""

import click

from rollout_trace.cli.commands import CommandsByFile


@click.group(cls=CommandsByFile, files=("trace_reduce",))
def debug() -> None:
    """Stand in for `codex debug`."""
