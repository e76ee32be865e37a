"""What an event says of itself: its type, and the payloads that it refers to."""

from collections.abc import Iterator

from rollout_trace.events.types import OtherObserved, TraceEvent, UnknownEvent
from rollout_trace.values import PayloadRef


def event_type(event: TraceEvent) -> str:
    """The `type` of an event, known or not."""
    payload = event.payload
    return payload.type if isinstance(payload, UnknownEvent) else str(payload.__struct_config__.tag)


def payload_refs(event: TraceEvent) -> Iterator[PayloadRef]:
    """Every payload reference in an event, in the order of its fields; none of an event whose type is unknown."""
    payload = event.payload
    if isinstance(payload, OtherObserved):
        yield from payload.payloads
        return
    for field in payload.__struct_fields__:
        value = getattr(payload, field)
        if isinstance(value, PayloadRef):
            yield value
