"""Running a command by click, with our own ends for what click would end otherwise."""

import os
import sys
from pathlib import Path
from typing import TextIO

import click

from rollout_trace.cli.commands import rollout_trace
from rollout_trace.garbage_collection import collect_seldom


def run() -> int:
    """Run the command that the arguments name; returns its exit code when all is done and written.

    Raises:
        KeyboardInterrupt: the user stopped it.
        OSError: what it prints cannot be written.
    """
    collect_seldom()
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that lacks a character gets it escaped
            stream.reconfigure(errors="backslashreplace")
    try:
        exit_code = rollout_trace.main(prog_name="rollout-trace", standalone_mode=False)
        sys.stdout.flush()
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    return exit_code if isinstance(exit_code, int) else 0


def _nowhere() -> TextIO:
    """A stream for what the shell has closed; it stays open as long as the process runs."""
    return Path(os.devnull).open("w")
