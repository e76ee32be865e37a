"""What a trace says, in words, of what went wrong: in events, and in the host's own protocol."""

from collections.abc import Iterable
from typing import Final

from rollout_trace.events import types as events
from rollout_trace.json_text import JsonValue
from rollout_trace.query.applied_events import AppliedEvent
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.payload_json import value_at
from rollout_trace.reduce.evidence import ObjectKind

ERRORS: Final = frozenset({"error", "stream_error"})
"""The events of the host's protocol that tell of a failure."""
TURN_ENDS: Final = frozenset({"turn_aborted", "turn_complete"})
"""Those that say how a turn ended."""
COMPLAINTS: Final = ERRORS | {"warning", "turn_aborted"}
"""Those that tell of trouble of any kind."""


def error_texts(applied: Iterable[AppliedEvent]) -> dict[ObjectRef, str]:
    """What events say of why requests, to a model or for a compaction, went wrong."""
    texts: dict[ObjectRef, str] = {}
    for event in applied:
        match event.event.payload:
            case events.InferenceFailed(inference_call_id=call_id, error=error):
                texts[ObjectRef(ObjectKind.INFERENCE_CALL, call_id)] = error
            case events.InferenceCancelled(inference_call_id=call_id, reason=reason):
                texts[ObjectRef(ObjectKind.INFERENCE_CALL, call_id)] = reason
            case events.CompactionRequestFailed(compaction_request_id=request_id, error=error):
                texts[ObjectRef(ObjectKind.COMPACTION_REQUEST, request_id)] = error
    return texts


def complaint(value: JsonValue) -> str | None:
    """What an event of the host's protocol complains of: its error, its message, or its reason."""
    for path in (("error", "message"), ("message",), ("reason",)):
        found = value_at(value, *path)
        if isinstance(found, str):
            return found
    return None
