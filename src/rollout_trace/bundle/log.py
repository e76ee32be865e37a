"""Reading the event log line by line (spec 1, "trace.jsonl").

Owns line numbers and their bytes, blank lines, lines that are too long to be read, and the difference between a line
that is torn (the last, and no JSON) and one that is broken. What either means for the graph is for `reduce`.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from rollout_trace.errors import EventError
from rollout_trace.events.codec import decode_event
from rollout_trace.events.log_entry import LogEntry, LoggedEvent, UnreadableLine
from rollout_trace.limits import DEFAULT_LIMITS, LimitName, Limits, exceeded

_WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def read_log(lines: Iterable[bytes], limits: Limits = DEFAULT_LIMITS) -> Iterator[LogEntry]:
    """The entries of a log, in order. Holds one line at a time; blank lines are counted and skipped."""
    reader = LineReader(limits)
    for line in lines:
        yield from reader.take(line)
        if reader.has_stopped:
            return
    yield from reader.end()


def lines_of(log: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Iterator[bytes]:
    """The lines of a file, each with its line feed. Of one that is too long, pieces: no more is ever in memory."""
    while line := log.readline(limits.line_bytes + 1):
        yield line


class LineReader:
    """Makes entries of lines as they come. One place for a log that is read at once and for one that grows."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._lines = 0
        self._bytes = 0
        self._held: UnreadableLine | None = None  # whether a line is torn shows only when the log has ended
        self._is_within_line = False
        self.has_stopped = False
        """Whether a limit was met at which the log is read no further."""

    def take(self, line: bytes) -> tuple[LogEntry, ...]:
        """The entries that are known when this line is: its own, after one that was held."""
        limits, offset = self._limits, self._bytes
        self._bytes = offset + len(line)
        if self._is_within_line or len(line) > limits.line_bytes or self._bytes > limits.total_bytes:
            return self._take_too_much(line, offset)
        self._lines += 1
        if self._lines > limits.events:
            return self._stop("events", "the number of lines", offset)
        try:
            entry = LoggedEvent(decode_event(line, limits), self._lines, line.endswith(b"\n"), offset)
        except EventError as error:
            return () if _is_blank(line) else self._take_unreadable(error, offset)
        return (entry,) if self._held is None else (*self._take_held(), entry)

    def end(self) -> tuple[LogEntry, ...]:
        """The entry that is known when the log has ended, if one was held."""
        held, self._held = self._held, None
        return () if held is None else (held,)

    def copy(self) -> "LineReader":
        """A reader that has seen what this one has."""
        copy = LineReader(self._limits)
        copy.__dict__.update(self.__dict__)
        return copy

    def _take_too_much(self, line: bytes, offset: int) -> tuple[LogEntry, ...]:
        """A line, or a further piece of one, that is too long, or with which the log is."""
        is_new = not self._is_within_line
        self._lines += is_new
        self._is_within_line = not line.endswith(b"\n")
        if self._bytes > self._limits.total_bytes:
            return self._stop("total_bytes", "the number of bytes read so far", offset)
        reason = exceeded(self._limits, "line_bytes", "its length in bytes")
        return (*self._take_held(), self._unread(reason, offset, exceeds_limit=True)) if is_new else ()

    def _take_unreadable(self, error: EventError, offset: int) -> tuple[LogEntry, ...]:
        before = self._take_held()
        if error.is_json:
            return (*before, self._unread(error.reason, offset, exceeds_limit=error.exceeds_limit))
        self._held = UnreadableLine(line=self._lines, reason=error.reason, torn=True, offset=offset)
        return before

    def _take_held(self) -> tuple[LogEntry, ...]:
        """The line that was held, now that another follows: it is broken, and not torn."""
        return tuple(msgspec.structs.replace(held, torn=False) for held in self.end())

    def _stop(self, name: LimitName, what: str, offset: int) -> tuple[LogEntry, ...]:
        if self.has_stopped:
            return ()
        self.has_stopped = True
        reason = f"{exceeded(self._limits, name, what)}; nothing from here on is read"
        return (*self._take_held(), self._unread(reason, offset, exceeds_limit=True))

    def _unread(self, reason: str, offset: int, *, exceeds_limit: bool) -> UnreadableLine:
        return UnreadableLine(
            line=max(self._lines, 1), reason=reason, torn=False, exceeds_limit=exceeds_limit, offset=offset
        )


def _is_blank(line: bytes) -> bool:
    """Whether a line holds nothing but white space, in the sense of Unicode."""
    if line.startswith(b"{"):  # as nearly every line does
        return False
    try:
        return not line.decode().strip(_WHITE_SPACE)
    except UnicodeDecodeError:
        return False
