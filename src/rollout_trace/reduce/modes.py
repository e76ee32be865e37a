"""How strict a reduction is (spec 3, section 9).

The tables below are the rule: the faults that the modes default and salvage can live with, by skipping the event or by
reading it in another way. What that other way is stands in the module of the fault's domain, beside the call of
`ReducerState.tolerate`. Any fault that is in neither table ends a reduction, but in salvage only costs its event, or
if the fault is a payload's, what that payload would have added (`ReducerState.payload_of`).
"""

from enum import StrEnum
from typing import Final

from rollout_trace.diagnostics import Code, Level


class Mode(StrEnum):
    """How a reduction treats what Codex's own reducer refuses, or reads worse than it could be read."""

    CODEX = "codex"
    """The same graph, byte for byte, and the same refusals as Codex's own reducer."""
    DEFAULT = "default"
    """A better graph of what the real client writes; damage is refused."""
    SALVAGE = "salvage"
    """Whatever can be had: an event is kept without a payload that cannot be read, and skipped where it cannot be
    applied at all, always with a diagnostic."""


# What the released client writes though its own reducer refuses it. Everything else is damage.
_SKIPPED_BY_DEFAULT: Final = {
    Code.TORN_LINE: Level.WARNING,
    Code.UNKNOWN_EVENT: Level.WARNING,
    Code.TURN_NEVER_STARTED: Level.WARNING,
    Code.TOOL_NEVER_STARTED: Level.WARNING,
}
_READ_BY_DEFAULT: Final = {
    Code.NO_EVENTS: Level.WARNING,
    Code.SEQUENCE: Level.WARNING,
    Code.EVENT_SCHEMA: Level.WARNING,
    Code.EVENT_ROLLOUT: Level.WARNING,
    Code.AFTER_COMPLETION: Level.WARNING,
    Code.NOT_COMPLETED: Level.WARNING,
    Code.THREAD_FROM_ELSEWHERE: Level.NOTE,
    Code.UNREAD_PAYLOAD: Level.WARNING,
    Code.OTHER_EVENT: Level.NOTE,
    Code.RUNTIME_NOT_A_COMMAND: Level.NOTE,
    Code.EXEC_END_WITHOUT_OUTPUT: Level.NOTE,
    Code.ITEM_TYPE: Level.WARNING,
    Code.OUTPUT_REPEATED: Level.NOTE,
    Code.UNTRACED_ANSWER: Level.NOTE,
}


FAULTS_OF_PAYLOADS: Final = frozenset(
    {
        Code.PAYLOAD_MISSING,
        Code.PAYLOAD_OUTSIDE,
        Code.PAYLOAD_BROKEN,
        Code.PAYLOAD_SHAPE,
        Code.ITEM_SHAPE,
        Code.LIMIT_EXCEEDED,
    }
)
"""What is wrong with a payload alone. The event that names it says enough to be kept without it, in mode salvage."""


def reads_on(mode: Mode, code: Code) -> bool:
    """Whether the rest of an event with this fault is read."""
    return mode is not Mode.CODEX and code in _READ_BY_DEFAULT


def skips(mode: Mode, code: Code) -> bool:
    """Whether an event that is refused for this fault is skipped, and the reduction goes on."""
    return mode is Mode.SALVAGE or (mode is Mode.DEFAULT and code in _SKIPPED_BY_DEFAULT)


def level_of(code: Code) -> Level:
    """How much a fault that did not end the reduction matters."""
    return _SKIPPED_BY_DEFAULT.get(code) or _READ_BY_DEFAULT.get(code, Level.ERROR)
