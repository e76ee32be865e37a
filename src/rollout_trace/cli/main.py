"""Where the command begins. It imports what it needs when it is known what that is, so that it starts at once."""

import sys

from rollout_trace.version import __version__


def main() -> None:
    """Run the command line; never shows a traceback for what the user gave."""
    if sys.argv[1:] == ["--version"]:
        print(f"rollout-trace {__version__}")  # noqa: T201 - before anything is imported that could print it better
        return
    from rollout_trace.cli.commands import rollout_trace  # noqa: PLC0415 - see the head of this module

    rollout_trace(prog_name="rollout-trace")
