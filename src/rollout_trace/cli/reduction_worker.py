"""The program of a worker of `rollout_trace.cli.parallel_reduction`: bundles come in, outcomes go out.

Its arguments: the number of the descriptor of its connection, the mode, and the limits as JSON. It ends when the
connection does.
"""

import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

import msgspec

from rollout_trace.cli.collection import collect_seldom
from rollout_trace.cli.outcome import Outcome, reduce_and_write
from rollout_trace.limits import Limits
from rollout_trace.reduce.modes import Mode


def work(connection: "Connection[Outcome, Path]", mode: Mode, limits: Limits) -> None:
    """Reduce the bundles that come, one at a time, until nobody sends or listens any more."""
    try:
        while True:
            connection.send(reduce_and_write(connection.recv(), None, mode, limits))
    except (EOFError, ConnectionError):
        return


def _leave(_signal: int, _frame: object) -> NoReturn:
    """End as by an error, so that a file that is half written is removed."""
    sys.exit()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    collect_seldom()
    descriptor, mode, limits = sys.argv[1:]
    work(Connection(int(descriptor)), Mode(mode), msgspec.json.decode(limits, type=Limits))
