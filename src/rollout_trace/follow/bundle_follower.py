"""One bundle that grows: its new events are reduced as they come, none twice.

Owns the life of a bundle that is followed: it opens, grows, is replaced by another, is gone, comes back. The reduction
is in mode salvage: a bundle that still runs is never whole, and the writer has written a payload before the event that
names it, so one that is not there is lost.
"""

import time
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from rollout_trace.bundle import layout
from rollout_trace.bundle.folder import Bundle
from rollout_trace.bundle.log import LineReader
from rollout_trace.errors import BundleError
from rollout_trace.follow.log_tail import LogTail, ReplacedError
from rollout_trace.limits import DEFAULT_LIMITS, Limits
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction

QUIET_SECONDS: Final = 3600.0
"""For how long a log may stay as it is until nobody counts on its growing any more."""


class ChangeKind(StrEnum):
    """What has happened to a bundle that is followed."""

    OPENED = "opened"
    """It was seen for the first time, with what it held by then."""
    GROWN = "grown"
    """Lines were appended."""
    REPLACED = "replaced"
    """Its log is another than before, or was cut; it was read anew from its beginning."""
    GONE = "gone"
    """It, or its log, is no longer there. What was read of it stays."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change, with the number of entries (lines that are not blank) that were read for it."""

    kind: ChangeKind
    entries: int
    reason: str | None = None
    """How it shows that the log is another; why it is gone."""


class BundleFollower:
    """A bundle that is followed; `poll` it to take in what is new."""

    def __init__(self, path: str | Path, limits: Limits = DEFAULT_LIMITS) -> None:
        """Follow the bundle in the folder `path`, which need not be there yet."""
        self.path = Path(path)
        self._limits = limits
        self._bundle: Bundle | None = None
        self._is_gone = False

    @property
    def is_open(self) -> bool:
        """Whether there has been a bundle, so that there is a graph."""
        return self._bundle is not None

    @property
    def is_closed(self) -> bool:
        """Whether the log says that the recording is at its end."""
        return self.is_open and self._reducer.is_closed

    @property
    def is_live(self) -> bool:
        """Whether the log may still grow: nobody closed it, and something was written to it not long ago."""
        if self.is_closed or self.is_gone:
            return False
        try:
            return time.time() - (self.path / layout.EVENT_LOG).stat().st_mtime < QUIET_SECONDS
        except OSError:
            return False

    @property
    def is_gone(self) -> bool:
        """Whether the bundle, or its log, is no longer there. What was read of it stays."""
        return self._is_gone

    @property
    def bundle(self) -> Bundle:
        """The bundle as it was opened.

        Raises:
            BundleError: there has been no bundle so far.
        """
        if self._bundle is None:
            raise BundleError(self.path, "no trace bundle so far")
        return self._bundle

    def progress(self) -> tuple[int, int]:
        """How many bytes of the log were read, and of how many; while one thread polls, others may ask."""
        return (self._tail.bytes_read, self._tail.bytes_in_log) if self.is_open else (0, 0)

    def poll(self) -> Change | None:
        """Take in what is new; None if nothing is."""
        if self._bundle is None:
            return self._open(ChangeKind.OPENED, None)
        try:
            entries = self._read()
        except ReplacedError as error:
            return self._open(ChangeKind.REPLACED, str(error))
        except (BundleError, OSError) as error:
            return self._lose(error)
        was_gone, self._is_gone = self._is_gone, False
        return Change(kind=ChangeKind.GROWN, entries=entries) if entries or was_gone else None

    def reduction(self, *, log_goes_on: bool = False) -> Reduction:
        """The graph of what has been read: that of a fresh reduction of the same bytes in mode salvage.

        `log_goes_on` if its log is taken to be written still, as one that `is_live`.

        Raises:
            BundleError: there has been no bundle so far.
        """
        if self._bundle is None:
            raise BundleError(self.path, "no trace bundle so far")
        reducer, reader = self._reducer, self._reader.copy()
        tail = self._tail.incomplete_line
        if unsure := (*(reader.take(tail) if tail else ()), *reader.end()):
            reducer = reducer.fork()
            for entry in unsure:
                reducer.apply(entry)
        return reducer.view(log_goes_on=log_goes_on)

    def _open(self, kind: ChangeKind, reason: str | None) -> Change | None:
        """Begin to read a bundle from its beginning; None while it has no manifest, or half of one."""
        try:
            bundle = Bundle(self.path, self._limits)
        except BundleError as error:
            return None if self._bundle is None else self._lose(error)
        self._reducer = Reducer(bundle.manifest, bundle.read_payload, Mode.SALVAGE, limits=self._limits)
        self._reader = LineReader(self._limits)
        self._tail = LogTail(bundle)
        self._bundle = bundle
        self._is_gone = False
        try:
            entries = self._read()
        except (BundleError, OSError, ReplacedError):  # it has no log yet, or changed while it was opened
            entries = 0
        return Change(kind=kind, entries=entries, reason=reason)

    def _read(self) -> int:
        count = 0
        for line in self._tail.new_lines(is_closed=self._reducer.is_closed):
            for entry in self._reader.take(line):
                self._reducer.apply(entry)
                count += 1
        return count

    def _lose(self, error: BundleError | OSError) -> Change | None:
        if self._is_gone or not self._tail.has_read:  # which had no log yet
            return None
        self._is_gone = True
        reason = error.reason if isinstance(error, BundleError) else str(error)
        return Change(kind=ChangeKind.GONE, entries=0, reason=reason)
