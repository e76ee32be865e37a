"""Where the command begins and how it ends: what is shown and returned when something goes wrong.

Nothing is imported before it is known what is needed, so that the command starts at once.
"""

import os
import sys

from rollout_trace.version import __version__

OUTPUT_CLOSED = 141
"""The exit code of a command whose output nobody reads any more, as shells have it."""
INTERRUPTED = 130
"""The exit code of a command that was stopped by Ctrl-C, as shells have it."""


def main() -> None:
    """Run the command line; never shows a traceback for what the user gave or did."""
    try:
        if sys.argv[1:] == ["--version"]:
            print(f"rollout-trace {__version__}", flush=True)  # noqa: T201 - before what prints better is imported
            return
        from rollout_trace.memory import prepare_for_graphs  # noqa: PLC0415 - see the head of this module

        prepare_for_graphs()  # before all else is imported, which makes many objects too
        from rollout_trace.cli.plain_reduction import reduce_plainly  # noqa: PLC0415 - likewise

        exit_code = reduce_plainly(sys.argv[1:])
        if exit_code is None:
            from rollout_trace.cli.run import run  # noqa: PLC0415 - likewise

            exit_code = run()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_code)  # to take a large graph apart, object by object, took a twentieth of the time of making it
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except SystemExit:
        if not _is_read():  # which the libraries that print answer by ending the process
            _leave_standard_output()
            sys.exit(OUTPUT_CLOSED)
        raise
    except OSError as error:
        _leave_standard_output()
        if isinstance(error, BrokenPipeError):  # whoever reads has had enough, which is no fault
            sys.exit(OUTPUT_CLOSED)
        print(f"rollout-trace: error: {error.strerror or error}", file=sys.stderr)  # noqa: T201 - click may not be there
        sys.exit(1)


def _is_read() -> bool:
    """Whether what is printed can still reach anybody: a pipe whose other end is closed says that it is broken."""
    import select  # noqa: PLC0415 - see the head of this module

    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return not any(events & select.POLLERR for _, events in poll.poll(0))


def _leave_standard_output() -> None:
    """Let the end of the process not try again to write what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
