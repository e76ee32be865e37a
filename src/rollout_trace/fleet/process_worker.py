"""The program of a worker of `rollout_trace.fleet.processes`: work comes in, results go out.

First comes what to do with a bundle, then one bundle after another.

Its argument is the number of the descriptor of its connection. It ends when the connection does.
"""

import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from rollout_trace.memory import prepare_for_graphs


def work(connection: "Connection[Any, Any]") -> None:
    """Do what is asked for with the bundles that come, one at a time, until nobody sends or listens any more."""
    with suppress(EOFError, ConnectionError):
        do = connection.recv()
        while True:
            connection.send(do(connection.recv()))


def _leave(_signal: int, _frame: object) -> NoReturn:
    """End as by an error, so that a file that is half written is removed."""
    sys.exit()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    prepare_for_graphs()
    work(Connection(int(sys.argv[1])))
