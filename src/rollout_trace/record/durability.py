"""When recorded bytes are brought from the operating system's memory to the device.

Owns the three promises of `Durability`. Whichever is chosen, an event has left the process before the call that
records it returns; the promises differ in what survives when the machine itself goes down.
"""

import threading
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from rollout_trace.record import files

MILLISECONDS_PER_SECOND = 1000


class Durability(StrEnum):
    """What survives what; see the table in `docs/recording.md`."""

    PROCESS = "process"
    """What was recorded survives the end of the process, however it ends."""
    INTERVAL = "interval"
    """Besides, all but the last moments survive the end of the machine: files are synced every so often."""
    EVENT = "event"
    """Besides, everything recorded survives the end of the machine: each event is synced before its call returns."""


class Syncing(Protocol):
    """Told what was written, it sees to it that it reaches the device."""

    def payload_written(self, path: str) -> None:
        """A payload file is complete."""

    def event_appended(self) -> None:
        """A line stands in the log."""

    def close(self) -> None:
        """Nothing more will be written; the log is closed after this."""


class _Never:
    def payload_written(self, path: str) -> None:
        """Nothing to do: the operating system has it."""

    def event_appended(self) -> None:
        """Nothing to do: the operating system has it."""

    def close(self) -> None:
        """Nothing to do: the operating system has it."""


class _EachEvent:
    """Syncs each payload before the event that refers to it is written, and each event before its call returns."""

    def __init__(self, bundle: Path, sync_log: Callable[[], None]) -> None:
        self._payloads = str(bundle / "payloads")
        self._sync_log = sync_log

    def payload_written(self, path: str) -> None:
        files.sync_path(path)
        files.sync_path(self._payloads)

    def event_appended(self) -> None:
        self._sync_log()

    def close(self) -> None:
        self._sync_log()


class _Interval:
    """Syncs in a thread of its own, so that no call of the host waits for the device."""

    def __init__(
        self, bundle: Path, sync_log: Callable[[], None], milliseconds: int, report: Callable[[OSError], None]
    ) -> None:
        self._payloads = str(bundle / "payloads")
        self._sync_log = sync_log
        self._seconds = milliseconds / MILLISECONDS_PER_SECOND
        self._report = report
        self._unsynced: deque[str] = deque()
        self._has_news = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rollout-trace sync", daemon=True)
        self._thread.start()

    def payload_written(self, path: str) -> None:
        self._unsynced.append(path)

    def event_appended(self) -> None:
        self._has_news = True

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self._sync()

    def _run(self) -> None:
        while not self._closing.wait(self._seconds):
            try:
                self._sync()
            except OSError as error:
                self._report(error)

    def _sync(self) -> None:
        """Payloads first, so that no event on the device refers to a payload that is not."""
        if not self._has_news:
            return
        self._has_news = False
        if self._unsynced:
            while self._unsynced:
                files.sync_path(self._unsynced.popleft())
            files.sync_path(self._payloads)
        self._sync_log()


def syncing(
    durability: Durability,
    bundle: Path,
    sync_log: Callable[[], None],
    interval_ms: int,
    report: Callable[[OSError], None],
) -> Syncing:
    """What keeps a promise for the recording in the folder `bundle`; failures in the background go to `report`."""
    match durability:
        case Durability.PROCESS:
            return _Never()
        case Durability.EVENT:
            return _EachEvent(bundle, sync_log)
        case Durability.INTERVAL:
            return _Interval(bundle, sync_log, interval_ms, report)
