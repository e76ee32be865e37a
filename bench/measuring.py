"""Whole processes: how long each takes from its start to its exit, and how much memory it needs."""

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Command = Sequence[str]

BYTES_IN_A_UNIT_OF_PEAK = 1 if sys.platform == "darwin" else 1024


class FailedError(Exception):
    """A process did not do what it was measured for."""


@dataclass(frozen=True)
class Measure:
    """What processes of one command took: the least seconds of any, the most bytes of memory of any."""

    seconds: float
    peak: int

    def __or__(self, other: "Measure") -> "Measure":
        return Measure(min(self.seconds, other.seconds), max(self.peak, other.peak))


def measure(command: Command, longest: float = 600) -> Measure | None:
    """Run a process to its end; None if it was killed because it took more than so many seconds.

    Linux counts the memory of whoever starts a process as that process's too, so this one has to stay small.

    Raises:
        FailedError: its exit code is not 0.
    """
    with tempfile.TemporaryFile() as told:
        streams = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, told.fileno(), 2),
        ]
        started = time.perf_counter()
        process = os.posix_spawn(command[0], list(command), os.environ, file_actions=streams)
        ending = threading.Timer(longest, os.kill, (process, signal.SIGKILL))
        ending.start()
        try:
            _, status, usage = os.wait4(process, 0)
            seconds = time.perf_counter() - started
        finally:
            ending.cancel()
        exit_code = os.waitstatus_to_exitcode(status)
        if exit_code == -signal.SIGKILL and seconds >= longest:
            return None
        if exit_code != 0:
            told.seek(0)
            raise FailedError(f"{' '.join(command)}: exit code {exit_code}\n{told.read().decode(errors='replace')}")
    return Measure(seconds, usage.ru_maxrss * BYTES_IN_A_UNIT_OF_PEAK)


def measure_side_by_side(commands: Mapping[str, Command], times: int) -> dict[str, Measure]:
    """Run each command so many times, in turns, so that what else the machine does is the same for all of them."""
    measures: dict[str, Measure] = {}
    for _ in range(times):
        for name, command in commands.items():
            measured = measure(command)
            if measured is None:
                raise FailedError(f"{' '.join(command)}: takes too long")
            measures[name] = measures[name] | measured if name in measures else measured
    return measures
