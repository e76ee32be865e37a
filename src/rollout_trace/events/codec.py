"""Bytes of one log line ⇄ a `TraceEvent` (spec 1, "trace.jsonl").

Owns what makes a line readable: the envelope, the known event types, and the rule that a known field may not stand
twice. Which line it is, and whether an unreadable one may be passed over, is for `bundle` and `reduce`.
"""

from typing import Final

import msgspec

from rollout_trace.errors import EventError
from rollout_trace.events.types import Event, OtherObserved, ToolCallStarted, TraceEvent, UnknownEvent
from rollout_trace.ids import CodexTurnId, RolloutId, ThreadId
from rollout_trace.json_text import is_json, is_nested_deeper
from rollout_trace.limits import DEFAULT_LIMITS, Limits, exceeded
from rollout_trace.repeated_fields import repeated_field
from rollout_trace.values import Seq, UInt32, UnixMilliseconds, WaitAgentSummary, is_uint64


class _AnyEvent(msgspec.Struct, frozen=True, kw_only=True):
    schema_version: UInt32
    seq: Seq
    wall_time_unix_ms: UnixMilliseconds
    rollout_id: RolloutId
    thread_id: ThreadId | None = None
    codex_turn_id: CodexTurnId | None = None
    payload: msgspec.Raw


class _Type(msgspec.Struct, frozen=True):
    type: str


_known_event: Final = msgspec.json.Decoder(TraceEvent)
_any_event: Final = msgspec.json.Decoder(_AnyEvent)
_payload: Final[msgspec.json.Decoder[Event]] = msgspec.json.Decoder(Event)
_type: Final = msgspec.json.Decoder(_Type)
_KNOWN_TYPES: Final = frozenset(tag.__struct_config__.tag for tag in Event.__args__)


def decode_event(line: bytes, limits: Limits = DEFAULT_LIMITS) -> TraceEvent:
    """Read one line of a log. An event of an unknown type is read as `UnknownEvent`.

    Raises:
        EventError: the line is no JSON, lacks a field, holds a wrong value, holds a known field twice, or is nested
            too deeply.
    """
    try:
        if not line.isascii():
            line.decode()
        event = _decode(line)
        payload = event.payload
        if not is_uint64(event.seq):
            raise EventError("`seq` is too large", is_json=True)
        if isinstance(payload, ToolCallStarted) and not _fits_64_bits(payload):
            raise EventError("`timeout_ms` is too large", is_json=True)
        # Writers write the canonical form, so comparing with it settles nearly every line without a second parse.
        if isinstance(payload, UnknownEvent) or msgspec.json.encode(event) != line.rstrip(b"\r\n"):
            _check_nesting(line, limits)
            _reject_repeated_field(event, line)
        elif isinstance(payload, OtherObserved):  # the one event of ours that holds any JSON
            _check_nesting(line, limits)
    except RecursionError:
        _check_nesting(line, limits)
        raise EventError("it is nested too deeply", is_json=True, exceeds_limit=True) from None
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        raise EventError(str(error), is_json=is_json(line)) from None
    return event


def encode_event(event: TraceEvent) -> bytes:
    """Write an event as one compact line, without its line feed."""
    if isinstance(event.payload, UnknownEvent):
        event = msgspec.structs.replace(event, payload=event.payload.fields)
    return msgspec.json.encode(event)


def _check_nesting(line: bytes, limits: Limits) -> None:
    if is_nested_deeper(line, limits.nesting):
        raise EventError(exceeded(limits, "nesting", "its nesting"), is_json=True, exceeds_limit=True)


def _fits_64_bits(start: ToolCallStarted) -> bool:
    return not isinstance(start.summary, WaitAgentSummary) or is_uint64(start.summary.timeout_ms)


def _reject_repeated_field(event: TraceEvent, line: bytes) -> None:
    known: msgspec.Struct = event
    if isinstance(event.payload, UnknownEvent):  # of which nothing but the type is known
        known = msgspec.structs.replace(event, payload=_Type(event.payload.type))
    repeated = repeated_field(known, line)
    if repeated is not None:
        raise EventError(f"the field `{repeated}` stands twice", is_json=True)


def _decode(line: bytes) -> TraceEvent:
    try:
        event = _known_event.decode(line)
    except msgspec.ValidationError:
        event = None
    if event is not None and not isinstance(event.payload, UnknownEvent):
        return event
    unsure = _any_event.decode(line)
    return TraceEvent(
        schema_version=unsure.schema_version,
        seq=unsure.seq,
        wall_time_unix_ms=unsure.wall_time_unix_ms,
        rollout_id=unsure.rollout_id,
        thread_id=unsure.thread_id,
        codex_turn_id=unsure.codex_turn_id,
        payload=_decode_payload(unsure.payload),
    )


def _decode_payload(raw: msgspec.Raw) -> Event | UnknownEvent:
    try:
        return _payload.decode(raw)
    except msgspec.ValidationError:
        event_type = _type.decode(raw).type
        if event_type in _KNOWN_TYPES:
            raise
        return UnknownEvent(event_type, raw.copy())
