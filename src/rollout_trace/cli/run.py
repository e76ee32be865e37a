"""Running a command by click, with our own ends for what click would end otherwise."""

import sys

import click

from rollout_trace.cli.commands import rollout_trace
from rollout_trace.cli.reporting import PROGRAM, complain, own_failure_line
from rollout_trace.cli.streams import prepare_streams


def run() -> int:
    """Run the command that the arguments name; returns its exit code when all is done and written.

    Raises:
        KeyboardInterrupt: the user stopped it.
        OSError: what it prints cannot be written.
    """
    prepare_streams()
    try:
        exit_code = rollout_trace.main(prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        complain(own_failure_line(_sentence(error)))
        sys.exit(error.exit_code)
    return exit_code if isinstance(exit_code, int) else 0


def _sentence(error: click.ClickException) -> str:
    sentence = error.format_message().strip().rstrip(".")
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return sentence
    return f"{sentence}; `{error.ctx.command_path} -h` says how it is used"
