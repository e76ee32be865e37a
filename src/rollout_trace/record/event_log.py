"""The append-only log of one recording (spec 1, "trace.jsonl"; spec 4, "The writer").

Owns `seq`, the moments of events, and the promise that every line but the last is whole: what a failed write has left
is cut off before anything follows. If that cannot be done, or the file is not ours any more, nothing follows for ever.
What a lost event means is for `recording`.

Three things that could tear or repeat a line are provided for: threads (one lock), an interruption between the write
and the note that it was done (the length of the file is looked at, not remembered), and a call from within a call,
which a garbage collection or a signal can cause (it queues behind the one it interrupted, and never waits for it).
"""

import errno
import os
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Final, NamedTuple

from rollout_trace.events.codec import encode_event
from rollout_trace.events.types import Event, TraceEvent
from rollout_trace.ids import CodexTurnId, RolloutId, ThreadId
from rollout_trace.record import files

_NANOSECONDS_PER_MILLISECOND: Final = 1_000_000


class LogLostError(OSError):
    """The log can never be written to again."""


class Observed(NamedTuple):
    """An event and the context of its envelope."""

    event: Event
    thread_id: ThreadId | None
    codex_turn_id: CodexTurnId | None


class _End(NamedTuple):
    """Where the log ends: its whole lines, and what the last of them says."""

    size: int
    seq: int
    wall_time_unix_ms: int


class EventLog:
    """The log of one recording, created empty."""

    def __init__(self, path: str, schema_version: int, rollout_id: RolloutId) -> None:
        """Create the log.

        Raises:
            OSError: it cannot be created, or is there already.
        """
        self._path = path
        self._schema_version = schema_version
        self._rollout_id = rollout_id
        self._descriptor = files.create_log(path)
        self._identity = files.state(self._descriptor).identity
        self._end = _End(0, 0, 0)
        self._lock = threading.RLock()
        self._is_writing = False
        self._is_ended = False
        self._postponed: deque[Observed] = deque()

    def append(self, observed: Observed, *, is_last: bool = False) -> None:
        """Append an event; it has left the process when this returns. After one that `is_last` nothing can follow.

        Raises:
            LogLostError: neither this event nor any other will ever be in the log.
            OSError: this event is not in the log, others may be.
        """
        with self._lock:
            if self._is_writing:
                self._postponed.append(observed)
                return
            try:
                self._is_writing = True
                self._write_postponed()
                self._write(observed)
                self._is_ended = is_last
                with suppress(OSError):  # what came in meanwhile; it waits for the next event if it must
                    self._write_postponed()
            finally:
                self._is_writing = False

    def sync(self) -> None:
        """Wait until the log is on the device."""
        files.sync(self._descriptor)

    def close(self) -> None:
        """Close the file, unless somebody else has closed it."""
        with self._lock:
            self._is_ended = True
            self._close_if_ours()

    def abandon(self) -> None:
        """Let go of the log in a forked child: the file is its parent's, and the lock may never be free here."""
        self._lock = threading.RLock()
        self._close_if_ours()

    def _close_if_ours(self) -> None:
        with suppress(OSError):  # somebody else has closed it
            if files.state(self._descriptor).identity == self._identity:
                files.close(self._descriptor)

    def _write_postponed(self) -> None:
        while self._postponed:
            observed = self._postponed.popleft()
            try:
                self._write(observed)
            except OSError:
                self._postponed.appendleft(observed)  # it counts as recorded, and goes before whatever comes next
                raise

    def _write(self, observed: Observed) -> None:
        if self._is_ended:
            raise LogLostError("the log has ended")
        self._cut_off_leftovers()
        seq = self._end.seq + 1
        now = max(time.time_ns() // _NANOSECONDS_PER_MILLISECOND, self._end.wall_time_unix_ms)
        event = TraceEvent(
            schema_version=self._schema_version,
            seq=seq,
            wall_time_unix_ms=now,
            rollout_id=self._rollout_id,
            thread_id=observed.thread_id,
            codex_turn_id=observed.codex_turn_id,
            payload=observed.event,
        )
        line = encode_event(event) + b"\n"
        written = files.append(self._descriptor, line)
        if written < len(line):
            self._cut_off_leftovers()
            raise OSError(errno.ENOSPC, f"{os.strerror(errno.ENOSPC)}: only {written} of {len(line)} bytes")
        self._end = _End(self._end.size + len(line), seq, now)

    def _cut_off_leftovers(self) -> None:
        """See that the file is still ours and ends with the last whole line."""
        found = self._state()
        if not found.is_linked:
            raise LogLostError("the log was removed")
        if found.size < self._end.size:
            raise LogLostError("the log was cut by somebody else")
        if found.size > self._end.size:
            try:
                files.cut(self._descriptor, self._end.size)
            except OSError as error:
                # What stands there is half a line: readers tolerate it as the last one, but nothing may follow it.
                raise LogLostError(f"half a line cannot be taken back: {error}") from error

    def _state(self) -> files.FileState:
        """What our descriptor leads to; a host that closes all descriptors (a daemon does) has closed ours too."""
        try:
            found = files.state(self._descriptor)
            if found.identity == self._identity:
                return found
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
        try:
            self._descriptor = files.reopen_log(self._path)
            found = files.state(self._descriptor)
        except OSError as error:
            raise LogLostError(f"the log was closed by somebody else: {error}") from error
        if found.identity != self._identity:
            files.close(self._descriptor)
            raise LogLostError("the log was replaced by somebody else")
        return found
