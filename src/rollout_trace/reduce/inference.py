"""Requests to a model and their answers (spec 3, section 2).

Owns inference calls. What their items mean for a thread's history is for `conversation`.
"""

from typing import Final

import msgspec
from msgspec.structs import replace

from rollout_trace import json_text
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import payloads
from rollout_trace.events import types as events
from rollout_trace.events.types import TraceEvent
from rollout_trace.ids import CodexTurnId, InferenceCallId, ItemId, ResponseId
from rollout_trace.model.conversation import InferenceProducer
from rollout_trace.model.inference import InferenceCall, TokenUsage
from rollout_trace.reduce import conversation, links, repeated_history
from rollout_trace.reduce.items import Carrier
from rollout_trace.reduce.normalize import normalize
from rollout_trace.reduce.payload_reading import items_in, read_payload, shaped
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.repeated_history import ItemList
from rollout_trace.reduce.sent_list import SentList
from rollout_trace.reduce.threads import known_turn
from rollout_trace.reduce.windows import Moment, closed, moment_of, opened
from rollout_trace.values import ExecutionStatus, PayloadRef

_LARGEST_COUNT: Final = 2**63 - 1


def inference_started(state: ReducerState, event: TraceEvent, start: events.InferenceStarted) -> None:
    """A request goes to a model: its items are what the model sees."""
    call_id = start.inference_call_id
    if call_id in state.inference_calls:
        message = f"inference call {call_id} is started twice"
        raise Rejection(Code.DUPLICATE, message, {"inference_call_id": call_id})
    known_turn(state, start.codex_turn_id, start.thread_id, f"inference call {call_id}")
    request_item_ids: tuple[ItemId, ...] = ()
    with state.payload_of(
        start.request_payload, "the inference call is kept, without the items of its request", inference_call_id=call_id
    ):
        request_item_ids = _place_request(state, event, start)
    state.inference_calls[call_id] = InferenceCall(
        inference_call_id=call_id,
        thread_id=start.thread_id,
        codex_turn_id=start.codex_turn_id,
        execution=opened(moment_of(event)),
        model=start.model,
        provider_name=start.provider_name,
        response_id=None,
        upstream_request_id=None,
        request_item_ids=request_item_ids,
        response_item_ids=(),
        tool_call_ids_started_by_response=(),
        usage=None,
        raw_request_payload_id=start.request_payload.raw_payload_id,
        raw_response_payload_id=None,
    )
    state.latest_calls[start.thread_id] = call_id
    of_turn = state.calls_by_turn.get(start.codex_turn_id, ())
    state.calls_by_turn[start.codex_turn_id] = (*of_turn, call_id)


def inference_completed(state: ReducerState, event: TraceEvent, end: events.InferenceCompleted) -> None:
    """A model has answered."""
    call = _known_call(state, end.inference_call_id)
    call = _with_answer(state, event, call, end.response_payload)
    call = replace(call, response_id=end.response_id)
    if end.response_id is not None:
        answered = (call.thread_id, end.response_id)
        state.calls_by_response[answered] = (*state.calls_by_response.get(answered, ()), call.inference_call_id)
    _end(state, event, call, ExecutionStatus.COMPLETED, end.upstream_request_id)


def inference_failed(state: ReducerState, event: TraceEvent, end: events.InferenceFailed) -> None:
    """A request failed, perhaps after a part of its answer."""
    _broken_off(state, event, end, ExecutionStatus.FAILED)


def inference_cancelled(state: ReducerState, event: TraceEvent, end: events.InferenceCancelled) -> None:
    """The host stopped reading an answer, perhaps after a part of it."""
    _broken_off(state, event, end, ExecutionStatus.CANCELLED)


def end_with_turn(state: ReducerState, turn_id: CodexTurnId, moment: Moment, status: ExecutionStatus) -> None:
    """End the inference calls that still run in a turn that ends."""
    for call_id in state.calls_by_turn.get(turn_id, ()):
        call = state.inference_calls[call_id]
        if call.execution.status is ExecutionStatus.RUNNING:
            execution = closed(call.execution, moment, status)
            state.inference_calls[call_id] = replace(call, execution=execution)


def _broken_off(
    state: ReducerState,
    event: TraceEvent,
    end: events.InferenceFailed | events.InferenceCancelled,
    status: ExecutionStatus,
) -> None:
    call = _with_answer(state, event, _known_call(state, end.inference_call_id), end.partial_response_payload)
    _end(state, event, replace(call, response_id=None), status, end.upstream_request_id)


def _known_call(state: ReducerState, call_id: InferenceCallId) -> InferenceCall:
    call = state.inference_calls.get(call_id)
    if call is None:
        message = f"inference call {call_id} ends, but is unknown"
        raise Rejection(Code.UNKNOWN_REFERENCE, message, {"inference_call_id": call_id})
    return call


def _place_request(state: ReducerState, event: TraceEvent, start: events.InferenceStarted) -> tuple[ItemId, ...]:
    ref = start.request_payload
    thread_id = start.thread_id
    carrier = Carrier(thread_id, start.codex_turn_id, event.wall_time_unix_ms, ref, "input")
    sent_before = repeated_history.sent_before(state, thread_id, conversation.expected(state, thread_id))
    request = _read_request(state, ref, sent_before)
    previous = _previous(request.fields)
    if previous is not None and request.repeated.count:  # all of its items are new, whatever they look like
        request = _read_request(state, ref, None)
    incoming = normalize(state, request.raw_items, ref.raw_payload_id, request.repeated.count)
    if previous is not None:
        return conversation.place_continuation(state, carrier, incoming, *_continued(state, start, previous))
    item_ids = conversation.place_full_request(state, carrier, incoming, request.repeated)
    repeated_history.remember(state, thread_id, request, incoming, item_ids)
    return item_ids


def _read_request(state: ReducerState, ref: PayloadRef, sent: SentList | None) -> ItemList[payloads.InferenceRequest]:
    return repeated_history.read_list(state, ref, payloads.InferenceRequest, "inference request", "input", sent)


def _previous(request: payloads.InferenceRequest) -> ResponseId | None:
    """The answer that a request continues."""
    if isinstance(request.previous_response_id, msgspec.UnsetType):
        return None
    previous = json_text.parse_checked(request.previous_response_id)
    return ResponseId(previous) if isinstance(previous, str) else None


def _continued(
    state: ReducerState, start: events.InferenceStarted, previous: ResponseId
) -> tuple[tuple[ItemId, ...], tuple[ItemId, ...]]:
    """The history that a request continues: what the model saw, and what it said, in the call of that answer."""
    answered = [
        call_id
        for call_id in state.calls_by_response.get((start.thread_id, previous), ())
        if state.inference_calls[call_id].response_id == previous
    ]
    if answered:
        call = state.inference_calls[min(answered)]
        return call.request_item_ids, call.response_item_ids
    message = f"inference call {start.inference_call_id} continues answer {previous}, which this log does not have"
    ids = {"inference_call_id": start.inference_call_id, "response_id": previous, "thread_id": start.thread_id}
    if start.thread_id not in state.untraced_answers:
        state.tolerate(Code.UNTRACED_ANSWER, message, ids)
        state.untraced_answers[start.thread_id] = previous
    elif state.is_salvage:
        state.report(Code.UNKNOWN_REFERENCE, message, ids)
    else:
        # A warm-up is untraced once. Where it happens again, answers are missing from the log.
        raise Rejection(Code.UNKNOWN_REFERENCE, message, ids)
    return (), ()


def _with_answer(state: ReducerState, event: TraceEvent, call: InferenceCall, ref: PayloadRef | None) -> InferenceCall:
    """The call with the items of its answer placed and its usage read; the same call if there is no payload."""
    if ref is not None:
        what_remains = "the inference call ends without the items of its answer"
        with state.payload_of(ref, what_remains, inference_call_id=call.inference_call_id):
            return _answered(state, event, call, ref)
        call = replace(call, raw_response_payload_id=ref.raw_payload_id)
    return call


def _answered(state: ReducerState, event: TraceEvent, call: InferenceCall, ref: PayloadRef) -> InferenceCall:
    payload = read_payload(state, ref)
    response = shaped(payload, payloads.InferenceResponse, "inference response")
    raw_items = items_in(payload, "output_items", response.output_items)
    carrier = Carrier(
        call.thread_id,
        call.codex_turn_id,
        event.wall_time_unix_ms,
        ref,
        "output_items",
        (InferenceProducer(call.inference_call_id),),
    )
    incoming = normalize(state, raw_items, ref.raw_payload_id)
    item_ids = conversation.place_response(state, carrier, incoming, call.inference_call_id)
    repeated_history.remember_answer(state, call, raw_items, incoming, item_ids)
    call = state.inference_calls[call.inference_call_id]  # placing the items may have tied tools to it
    links.response_recorded(state, call.inference_call_id, call.response_item_ids, item_ids)
    return replace(
        call,
        response_item_ids=item_ids,
        usage=_usage(json_text.parse_checked(response.token_usage)) or call.usage,
        raw_response_payload_id=ref.raw_payload_id,
    )


def _end(
    state: ReducerState,
    event: TraceEvent,
    call: InferenceCall,
    status: ExecutionStatus,
    upstream_request_id: str | None,
) -> None:
    if call.execution.status is ExecutionStatus.RUNNING:  # the end of its turn may have closed it
        call = replace(call, execution=closed(call.execution, moment_of(event), status))
    if upstream_request_id is not None:
        call = replace(call, upstream_request_id=upstream_request_id)
    state.inference_calls[call.inference_call_id] = call


def _usage(token_usage: object) -> TokenUsage | None:
    """The counts of an answer, none below 0; None if one that is required is no whole number."""
    try:
        usage = msgspec.convert(token_usage, payloads.RawTokenUsage)
    except msgspec.ValidationError:
        return None
    cache_write = usage.cache_write_input_tokens
    if type(cache_write) is not int or cache_write > _LARGEST_COUNT:
        cache_write = 0
    return TokenUsage(
        input_tokens=max(usage.input_tokens, 0),
        cached_input_tokens=max(usage.cached_input_tokens, 0),
        cache_write_input_tokens=max(cache_write, 0),
        output_tokens=max(usage.output_tokens, 0),
        reasoning_output_tokens=max(usage.reasoning_output_tokens, 0),
    )
