"""A fault in a trace as a value: what is wrong, where, and how much it matters.

Owns the codes. Which mode tolerates which code is a rule of reduction and stands in `reduce.modes`.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from rollout_trace.errors import located


class Level(StrEnum):
    """How much a fault matters to the graph."""

    NOTE = "note"
    """Something that we know how to read, and that Codex's own reducer would have refused."""
    WARNING = "warning"
    """The evidence is odd or incomplete; the graph says all that can be said."""
    ERROR = "error"
    """Mode default refuses this: in the graph something is left out, or read by a guess."""


class Code(StrEnum):
    """What is wrong. The words are stable: programs may compare them."""

    TORN_LINE = "torn-line"
    """The last line of the log is no JSON: a crash, or the writer is still at it."""
    BROKEN_LINE = "broken-line"
    """A line of the log is no event."""
    UNKNOWN_EVENT = "unknown-event"
    """An event of a type that we do not know, as a newer Codex may write."""
    OTHER_EVENT = "other-event"
    """An event of type `other`: its payloads are kept, it has no meaning."""
    NO_EVENTS = "no-events"
    """No event of the log could be applied, or it has none: nothing was recorded, or nothing is left of it."""
    SEQUENCE = "sequence"
    """The `seq` of an event is not one more than the last."""
    EVENT_SCHEMA = "event-schema"
    """An event says another `schema_version` than the manifest."""
    UNKNOWN_SCHEMA = "unknown-schema"
    """The manifest says a schema that we do not know."""
    AFTER_COMPLETION = "after-completion"
    """An event stands after the end of the recording."""
    NOT_COMPLETED = "not-completed"
    """The recording was not closed: it still runs, or its process died."""
    EVENT_ROLLOUT = "event-rollout"
    """An event belongs to another rollout than the manifest says."""
    LIMIT_EXCEEDED = "limit-exceeded"
    """A line, a payload, a list of items or the whole is more than we are willing to read (`rollout_trace.Limits`)."""

    DUPLICATE = "duplicate"
    """Something starts, or is assigned, a second time."""
    UNKNOWN_REFERENCE = "unknown-reference"
    """An event names an object that no earlier event has made."""
    WRONG_OWNER = "wrong-owner"
    """Two objects that an event brings together do not belong to the same thread or turn."""
    MISSING_CONTEXT = "missing-context"
    """An event does not say which thread or turn it belongs to."""
    CONFLICT = "conflict"
    """Two events say different things of one object."""
    TURN_NEVER_STARTED = "turn-never-started"
    """The end of a turn that this log never saw start, as review mode writes."""
    TOOL_NEVER_STARTED = "tool-never-started"
    """A runtime event of a tool call that this log never saw start, as review mode writes."""

    THREAD_FROM_ELSEWHERE = "thread-from-elsewhere"
    """A thread is resumed that was started in an older recording."""

    PAYLOAD_MISSING = "payload-missing"
    """A payload file is not there or cannot be opened."""
    PAYLOAD_OUTSIDE = "payload-outside"
    """A payload reference leads out of the bundle, or to something that is no regular file."""
    PAYLOAD_BROKEN = "payload-broken"
    """A payload is no JSON."""
    UNREAD_PAYLOAD = "unread-payload"
    """A payload that reduction does not read is missing, or is no JSON."""
    PAYLOAD_SHAPE = "payload-shape"
    """A payload is JSON, but not what its event needs."""
    RUNTIME_NOT_A_COMMAND = "runtime-not-a-command"
    """The runtime of a terminal tool did not run a command, as when a patch is given to the shell tool."""
    EXEC_END_WITHOUT_OUTPUT = "exec-end-without-output"
    """The end of a command lacks `stdout`, `stderr` or `formatted_output`; `aggregated_output` is shown."""

    ITEM_SHAPE = "item-shape"
    """A conversation item is not formed as its type demands."""
    ITEM_TYPE = "item-type"
    """A conversation item of a type that we do not know, as a newer Codex may send."""
    CALL_ID_REUSED = "call-id-reused"
    """Two conversation items have one `call_id` and kind, but different content."""
    OUTPUT_REPEATED = "output-repeated"
    """A second output of one call, with other content, as a cell's `notify` makes; it is an item of its own."""
    CONVERSATION_MISMATCH = "conversation-mismatch"
    """An incremental request disagrees with the history that it continues."""
    UNTRACED_ANSWER = "untraced-answer"
    """A request continues an answer that this log does not have, such as that of an untraced warm-up."""


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One fault. `line` is 1-based; `line`, `seq` and `event_type` are None where the fault has no event."""

    level: Level
    code: Code
    line: int | None = None
    seq: int | None = None
    event_type: str | None = None
    ids: Mapping[str, str]
    """The objects concerned: what they are (`tool_call_id`, …) and their ids."""
    message: str
    """One sentence for a person."""

    def __str__(self) -> str:
        place = located(self.line, self.seq, self.event_type)
        return f"{self.level} {self.code}: {place + ': ' if place else ''}{self.message}"
