"""What a line of the log gives: an event, or the fact that it could not be read."""

import msgspec

from rollout_trace.events.types import TraceEvent


class LoggedEvent(msgspec.Struct, frozen=True):
    """An event and the line (1-based) where it stands; `line` is None for an event that comes from no log.

    `line_is_ended` tells whether a line feed follows. Without one the writer may not have been done.
    """

    event: TraceEvent
    line: int | None = None
    line_is_ended: bool = True


class UnreadableLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line (1-based) that is no event. `torn` means that it is the log's last one and is no JSON."""

    line: int
    reason: str
    torn: bool


LogEntry = LoggedEvent | UnreadableLine
