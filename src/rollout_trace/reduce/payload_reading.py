"""Reading payloads as strict JSON of the shape that an event needs (spec 1, "Payload files").

Owns the way from bytes to typed shapes, and the rejections on it. It interprets nothing.
"""

import re
from typing import TypeVar

import msgspec

from rollout_trace import json_text
from rollout_trace.diagnostics import Code
from rollout_trace.errors import JsonError, Rejection
from rollout_trace.events.payloads import ToolInvocation
from rollout_trace.ids import RawPayloadId, ToolCallId
from rollout_trace.reduce.evidence import ListName
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.repeated_fields import repeated_field
from rollout_trace.values import PayloadRef

T = TypeVar("T")
_PATTERN = re.compile(r"Expected `str` matching regex '.*?'(?= - at|$)")
Arguments = TypeVar("Arguments", bound=msgspec.Struct)


class Payload(msgspec.Struct, frozen=True):
    """A payload that was read and is strict JSON."""

    raw_payload_id: RawPayloadId
    data: bytes


def read_payload(state: ReducerState, ref: PayloadRef) -> Payload:
    """Read a payload.

    Raises:
        Rejection: it cannot be had, or is no strict JSON.
    """
    return checked_payload(state, ref, state.load(ref))


def checked_payload(state: ReducerState, ref: PayloadRef, data: bytes) -> Payload:
    """Take bytes that were read as a payload.

    Raises:
        Rejection: they are no strict JSON.
    """
    try:
        json_text.check(data)
    except JsonError as error:
        message = f"payload {ref.raw_payload_id} is no JSON: {error}"
        raise Rejection(Code.PAYLOAD_BROKEN, message, {"raw_payload_id": ref.raw_payload_id}) from error
    state.checked_payloads.add(ref)
    return Payload(ref.raw_payload_id, data)


def shaped(payload: Payload, shape: type[T], what: str, **ids: str) -> T:
    """Take a payload as a typed shape; `what` and `ids` name it in the error, such as `session metadata`.

    Raises:
        Rejection: it has another shape.
    """
    try:
        return msgspec.json.decode(payload.data, type=shape)
    except msgspec.ValidationError:
        pass
    # The typed decoder also looks at values that a later equal key replaces. The parsed value has only what counts.
    try:
        return msgspec.convert(json_text.parse_checked(payload.data), shape)
    except msgspec.ValidationError as error:
        problem = _PATTERN.sub("Expected a text of another form", str(error))
        message = f"payload {payload.raw_payload_id} is no {what}: {problem}"
        raise Rejection(Code.PAYLOAD_SHAPE, message, {**ids, "raw_payload_id": payload.raw_payload_id}) from error


def items_in(payload: Payload, list_name: ListName, list_text: msgspec.Raw | msgspec.UnsetType) -> list[msgspec.Raw]:
    """Split a list of items, each still unparsed.

    Raises:
        Rejection: the payload has no such list, or it is no list.
    """
    if list_text is msgspec.UNSET:
        problem = f"has no `{list_name}`"
    else:
        try:
            return msgspec.json.decode(list_text, type=list[msgspec.Raw])
        except msgspec.ValidationError:
            problem = f"has an `{list_name}` that is no list"
    message = f"payload {payload.raw_payload_id} {problem}"
    raise Rejection(Code.PAYLOAD_SHAPE, message, {"raw_payload_id": payload.raw_payload_id})


def arguments_as(
    payload: Payload, tool_call_id: ToolCallId, shape: type[Arguments], *, may_repeat: bool = False
) -> Arguments:
    """Take the arguments of a tool call, which stand in its invocation as JSON in a text.

    With `may_repeat` the last of equal fields counts, without it a known field may not stand twice.

    Raises:
        Rejection: the payload is no invocation with such arguments.
    """
    try:
        what = f"invocation of tool call {tool_call_id}"
        text = shaped(payload, ToolInvocation, what, tool_call_id=tool_call_id).payload.arguments
        arguments = msgspec.convert(json_text.parse(text), shape)
        repeated = None if may_repeat else repeated_field(arguments, text.encode())
    except (JsonError, msgspec.ValidationError) as error:
        problem = str(error)
    else:
        if repeated is None:
            return arguments
        problem = f"the field `{repeated}` stands twice"
    message = f"tool call {tool_call_id}: the arguments in payload {payload.raw_payload_id} are wrong: {problem}"
    ids = {"tool_call_id": tool_call_id, "raw_payload_id": payload.raw_payload_id}
    raise Rejection(Code.PAYLOAD_SHAPE, message, ids)
