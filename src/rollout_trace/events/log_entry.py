"""What a line of the log gives: an event, or the fact that it could not be read."""

import msgspec

from rollout_trace.events.types import TraceEvent


class LoggedEvent(msgspec.Struct, frozen=True):
    """An event and the line (1-based) where it stands; `line` is None for an event that comes from no log.

    `line_is_ended` tells whether a line feed follows. Without one the writer may not have been done. `offset` is the
    byte of the log at which the line begins.
    """

    event: TraceEvent
    line: int | None = None
    line_is_ended: bool = True
    offset: int | None = None


class UnreadableLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line (1-based) that is no event, and the byte (`offset`) of the log at which it begins.

    `torn` means that it is the log's last one and is no JSON, `exceeds_limit` that it was not read, or that the log is
    not read any further.
    """

    line: int
    reason: str
    torn: bool
    exceeds_limit: bool = False
    offset: int | None = None


LogEntry = LoggedEvent | UnreadableLine
