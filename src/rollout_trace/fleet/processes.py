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
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from rollout_trace.errors import RolloutTraceError

_Result = TypeVar("_Result")
_WAIT_SECONDS: Final = 0.1


class WorkerDiedError(RolloutTraceError):
    """The process that reduced a bundle ended before it was done."""

    def __init__(self, exit_code: int) -> None:
        ended = f"ended with exit code {exit_code}"
        if exit_code < 0:
            ended = f"was ended by signal {-exit_code} ({signal.strsignal(-exit_code)})"
        if exit_code == -signal.SIGKILL:
            ended += ", as happens where memory runs out; fewer --jobs need less of it"
        super().__init__(f"the process that reduced it {ended}")


def usable_cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_processes(
    work: Callable[[Path], _Result],
    bundles: Sequence[Path],
    jobs: int,
    while_waiting: Callable[[], None] | None = None,
) -> Generator[tuple[Path, _Result | WorkerDiedError]]:
    """Do the same work for bundles, for each of them once and `jobs` at a time; both it and its results are pickled.

    Each bundle comes when it is done, with its result, or an error if the process that had it died. When this generator
    has ended or is closed, no worker is left, and no file that is half written. `while_waiting`, if it is given, is
    called several times a second, and may raise an error to end it.

    Raises:
        OSError: the system does not allow a single process.
    """
    waiting = deque(bundles)
    workers: list[_Worker[_Result]] = []
    try:
        while waiting and len(workers) < jobs and _joined(workers, _Worker(work)):
            workers[-1].begin(waiting.popleft())
        while any(worker.is_busy for worker in workers):
            if while_waiting is not None:
                while_waiting()
            for worker in _that_are_done(workers, None if while_waiting is None else _WAIT_SECONDS):
                bundle, result = worker.bundle, worker.result()
                if waiting:
                    worker.begin(waiting.popleft())
                yield bundle, result
    finally:
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.wait()


def in_order(bundles: Iterable[Path], each: Iterable[tuple[Path, _Result]]) -> Iterator[tuple[Path, _Result]]:
    """What comes in any order, in that of the bundles: each as soon as those before it are there."""
    done: dict[Path, _Result] = {}
    coming = iter(each)
    for bundle in bundles:
        while bundle not in done:
            done.update([next(coming)])
        yield bundle, done.pop(bundle)


class _Worker(Generic[_Result]):
    """A process that has one bundle at a time, and another one in its place when it has died."""

    def __init__(self, work: Callable[[Path], _Result]) -> None:
        self._work = work
        self._has_process = False
        self.is_busy = False

    def start(self) -> None:
        """Start a process.

        Raises:
            OSError: the system allows no more of them, or of its connections.
        """
        self.connection: Connection[Any, _Result]
        self.connection, theirs = Pipe()
        # -P: modules are never looked for in the working folder, which may be a stranger's folder of bundles.
        program = [sys.executable, "-P", "-m", "rollout_trace.fleet.process_worker", str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                program,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},  # so that it finds the same packages
                process_group=0,  # so that Ctrl-C in a terminal is for this process alone, which then stops the workers
            )
        self._has_process = True
        self._send(self._work)

    def begin(self, bundle: Path) -> None:
        """Give it a bundle to work on."""
        if not self._has_process:  # the one before has died
            self.start()
        self.bundle = bundle
        self.is_busy = True
        self._send(bundle)

    def _send(self, what: object) -> None:
        with suppress(ConnectionError):  # it has died just now, which is seen when its result is asked for
            self.connection.send(what)

    def result(self) -> _Result | WorkerDiedError:
        """What came of the bundle that it was given; waits for it."""
        self.is_busy = False
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            self.stop()
            self._has_process = False
            return WorkerDiedError(self.wait())

    def stop(self) -> None:
        """Have it end, whatever it is doing."""
        self.connection.close()
        if self.is_busy:  # else it ends with its connection
            self._process.terminate()

    def wait(self) -> int:
        """Wait until it has ended; returns its exit code, negative if that is a signal."""
        return self._process.wait()


def _joined(workers: list["_Worker[_Result]"], worker: "_Worker[_Result]") -> bool:
    """Start one more worker; False if the system does not allow it, which is no reason to stop while there are some."""
    try:
        worker.start()
    except OSError:
        if not workers:
            raise
        return False
    workers.append(worker)
    return True


def _that_are_done(workers: Iterable[_Worker[_Result]], seconds: float | None) -> list[_Worker[_Result]]:
    """Those of which a result can be had, as they are done or have died; waits for one, but not longer than this."""
    busy = {worker.connection: worker for worker in workers if worker.is_busy}
    ready = wait(busy, seconds)
    return [worker for connection, worker in busy.items() if connection in ready]
