"""How much of a bundle is read: bounds against one that was made to exhaust its reader.

Owns the bounds, their defaults, and the sentence that tells of one that is passed. Each is checked where it costs
nearly nothing: `bundle` checks what is read, `events` how deep a line is nested, `reduce` how much a graph holds. The
defaults are far above what the real client writes (its longest line had a kilobyte, its largest payload 200) and below
what would fill the memory of a usual machine.
"""

from typing import Final, Literal

import msgspec

LimitName = Literal["line_bytes", "payload_bytes", "nesting", "events", "objects", "total_bytes"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The most that is read of a bundle. What passes a limit is refused, or in mode salvage left out and reported."""

    line_bytes: int = 64 << 20
    """The bytes of one line of the log, and of the manifest."""
    payload_bytes: int = 256 << 20
    """The bytes of one payload."""
    nesting: int = 500
    """The levels of lists and objects in one line of the log. (A payload that is read has 127, by the format.)"""
    events: int = 5_000_000
    """The lines of the log."""
    objects: int = 2_000_000
    """The events, conversation items and payloads of a graph together (no event makes more than a few objects of other
    kinds), and the items of one list in a payload."""
    total_bytes: int = 64 << 30
    """The bytes that are read of one bundle in all; a payload counts as often as it is read."""


DEFAULT_LIMITS: Final = Limits()


def exceeded(limits: Limits, name: LimitName, what: str) -> str:
    """The sentence that `what` passes a limit: which one, what it is set to, and how to raise it."""
    return f"{what} exceeds the limit {name} of {getattr(limits, name):,} (raise it with --limit {name}=NUMBER)"
