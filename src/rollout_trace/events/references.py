"""What an event says of itself: its type, what it begins, and the payloads that it refers to."""

from functools import cache
from typing import Final, get_args, get_type_hints

import msgspec

from rollout_trace.events import types as events
from rollout_trace.events.types import OtherObserved, TraceEvent, UnknownEvent
from rollout_trace.values import PayloadRef

_BEGINNINGS: Final[dict[type[msgspec.Struct], str]] = {
    events.ThreadStarted: "thread_id",
    events.ThreadResumed: "thread_id",
    events.CodexTurnStarted: "codex_turn_id",
    events.InferenceStarted: "inference_call_id",
    events.ToolCallStarted: "tool_call_id",
    events.CodeCellStarted: "runtime_cell_id",
    events.CompactionRequestStarted: "compaction_request_id",
}


def event_type(event: TraceEvent) -> str:
    """The `type` of an event, known or not."""
    payload = event.payload
    return payload.type if isinstance(payload, UnknownEvent) else str(payload.__struct_config__.tag)


def payload_refs(event: TraceEvent) -> list[PayloadRef]:
    """Every payload reference in an event, in the order of its fields; none of an event whose type is unknown."""
    payload = event.payload
    if isinstance(payload, OtherObserved):
        return list(payload.payloads)
    fields = _reference_fields(type(payload))
    return [reference for field in fields if (reference := getattr(payload, field)) is not None]


def begun_by(event: TraceEvent) -> dict[str, str]:
    """What an event is the beginning of, as what it is and its id; empty for an event that begins nothing."""
    field = _BEGINNINGS.get(type(event.payload))
    return {} if field is None else {field: getattr(event.payload, field)}


@cache
def _reference_fields(payload_type: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of an event's type that may hold a payload reference."""
    types = get_type_hints(payload_type)
    return tuple(name for name in payload_type.__struct_fields__ if PayloadRef in {types[name], *get_args(types[name])})
