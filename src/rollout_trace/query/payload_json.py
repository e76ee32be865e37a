"""Payloads as JSON, for answers: what cannot be read is not there, since an answer is worth more than none."""

import re
from collections.abc import Iterator

from rollout_trace import json_text
from rollout_trace.bundle.folder import Bundle
from rollout_trace.errors import JsonError, PayloadError
from rollout_trace.ids import RawPayloadId
from rollout_trace.json_text import JsonValue
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.values import PayloadRef


def payload_bytes(bundle: Bundle, trace: RolloutTrace, payload_id: RawPayloadId | None) -> bytes | None:
    """The bytes of a payload; None where there is none, or it cannot be had."""
    ref = None if payload_id is None else trace.raw_payloads.get(payload_id)
    try:
        return None if ref is None else bundle.read_payload(ref)
    except PayloadError:
        return None


def payload_json(bundle: Bundle, trace: RolloutTrace, payload_id: RawPayloadId | None) -> JsonValue:
    """A payload's value; None where there is none, or it cannot be had or is no JSON."""
    return None if payload_id is None else referred_json(bundle, trace.raw_payloads.get(payload_id))


def referred_json(bundle: Bundle, ref: PayloadRef | None) -> JsonValue:
    """A payload's value; None where there is none, or it cannot be had or is no JSON."""
    try:
        return None if ref is None else json_text.parse(bundle.read_payload(ref))
    except (PayloadError, JsonError):
        return None


def value_at(value: JsonValue, *path: str) -> JsonValue:
    """What stands in nested objects under these names; None where there is nothing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_of(value: JsonValue) -> str:
    """The text of a value: itself, the `text` of the entries of a list, or else compact JSON (spec 3, section 6)."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        texts = [text for entry in value if isinstance(text := value_at(entry, "text"), str)]
        return (
            "\n".join(texts)
            if texts
            else "\n".join(f"[{json_text.compact(value_at(entry, 'type'))}]" for entry in value)
        )
    return json_text.compact(value)


def strings_in(value: JsonValue, but: re.Pattern[str] | None = None) -> Iterator[str]:
    """Every text in a value, in order, `but` those of fields with such a name."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for entry in value:
            yield from strings_in(entry, but)
    elif isinstance(value, dict):
        for name, entry in value.items():
            if but is None or not but.fullmatch(name):
                yield from strings_in(entry, but)
