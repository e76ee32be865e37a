"""What an event says of itself: its type, and the payloads that it refers to."""

from functools import cache
from typing import get_args, get_type_hints

import msgspec

from rollout_trace.events.types import OtherObserved, TraceEvent, UnknownEvent
from rollout_trace.values import PayloadRef


def event_type(event: TraceEvent) -> str:
    """The `type` of an event, known or not."""
    payload = event.payload
    return payload.type if isinstance(payload, UnknownEvent) else str(payload.__struct_config__.tag)


def payload_refs(event: TraceEvent) -> list[PayloadRef]:
    """Every payload reference in an event, in the order of its fields; none of an event whose type is unknown."""
    payload = event.payload
    if isinstance(payload, OtherObserved):
        return list(payload.payloads)
    values = [getattr(payload, field) for field in _reference_fields(type(payload))]
    return [value for value in values if value is not None]


@cache
def _reference_fields(payload_type: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of an event's type that may hold a payload reference."""
    types = get_type_hints(payload_type)
    return tuple(name for name in payload_type.__struct_fields__ if PayloadRef in {types[name], *get_args(types[name])})
