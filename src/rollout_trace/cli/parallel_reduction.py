"""Many bundles at once, in processes that have one bundle each at a time.

A pool of the standard library would not do: when one of its processes dies, as happens where memory runs out, it gives
up on all bundles and cannot say which of them the process had; and it does not stop before all that has begun is done.

A worker is a new interpreter, not a copy (fork) of this process, which may have threads, such as that of the progress
bar; and on macOS copies are not safe. It costs each worker the time that imports take, about 0.1 s.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path

import msgspec

from rollout_trace.cli.outcome import Outcome
from rollout_trace.errors import RolloutTraceError
from rollout_trace.limits import DEFAULT_LIMITS, Limits
from rollout_trace.reduce.modes import Mode


class WorkerDiedError(RolloutTraceError):
    """The process that reduced a bundle ended before it was done."""

    def __init__(self, exit_code: int) -> None:
        ended = f"ended with exit code {exit_code}"
        if exit_code < 0:
            ended = f"was ended by signal {-exit_code} ({signal.strsignal(-exit_code)})"
        if exit_code == -signal.SIGKILL:
            ended += ", as happens where memory runs out; fewer --jobs need less of it"
        super().__init__(f"the process that reduced it {ended}")


def reduce_in_processes(
    bundles: Sequence[Path], mode: Mode, jobs: int, limits: Limits = DEFAULT_LIMITS
) -> Generator[Outcome]:
    """Reduce bundles, each of them once and `jobs` at a time, and write the graph of each into it.

    The outcomes come in the order of the bundles. When this generator has ended or is closed, no worker is left, and
    no file that is half written.
    """
    remaining = iter(bundles)
    outcomes: dict[Path, Outcome] = {}
    workers: list[_Worker] = []
    try:
        workers.extend(_Worker(mode, limits, bundle) for bundle in islice(remaining, jobs))
        for bundle in bundles:
            while bundle not in outcomes:
                for worker in _that_are_done(workers):
                    outcome = worker.outcome()
                    outcomes[outcome.bundle] = outcome
                    following = next(remaining, None)
                    if following is not None:
                        worker.begin(following)
            yield outcomes.pop(bundle)
    finally:
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.wait()


class _Worker:
    """A process that reduces one bundle at a time, and another one in its place when it has died."""

    def __init__(self, mode: Mode, limits: Limits, bundle: Path) -> None:
        self._mode = mode
        self._limits = limits
        self._start()
        self.begin(bundle)

    def _start(self) -> None:
        self.connection: Connection[Path, Outcome]
        self.connection, theirs = Pipe()
        arguments = [str(theirs.fileno()), self._mode, msgspec.json.encode(self._limits).decode()]
        program = [sys.executable, "-P", "-m", "rollout_trace.cli.reduction_worker", *arguments]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                program,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},  # so that it finds the same packages
                process_group=0,  # so that Ctrl-C in a terminal is for this process alone, which then stops the workers
            )

    def begin(self, bundle: Path) -> None:
        """Give it a bundle to reduce."""
        self._bundle = bundle
        self.is_busy = True
        with suppress(ConnectionError):  # it has died just now, which is seen when its outcome is asked for
            self.connection.send(bundle)

    def outcome(self) -> Outcome:
        """What became of the bundle that it was given; waits for it."""
        self.is_busy = False
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            self.stop()
            error = WorkerDiedError(self.wait())
        self._start()
        return Outcome(self._bundle, None, (), error)

    def stop(self) -> None:
        """Have it end, whatever it is doing."""
        self.connection.close()
        if self.is_busy:  # else it ends with its connection
            self._process.terminate()

    def wait(self) -> int:
        """Wait until it has ended; returns its exit code, negative if that is a signal."""
        return self._process.wait()


def _that_are_done(workers: Iterable[_Worker]) -> list[_Worker]:
    """Those of which an outcome can be had, as they are done or have died; waits for one."""
    busy = {worker.connection: worker for worker in workers if worker.is_busy}
    ready = wait(busy)
    return [worker for connection, worker in busy.items() if connection in ready]
