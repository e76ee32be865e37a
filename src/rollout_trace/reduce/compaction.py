"""Compactions: requests for a shorter history, and its installation (spec 3, section 5).

Owns compactions and their requests. The history before is found again, the marker and the replacement are new items;
how the next request is compared with the replacement is for `conversation`.
"""

from typing import NamedTuple

from msgspec.structs import replace

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import payloads
from rollout_trace.events import types as events
from rollout_trace.events.types import TraceEvent
from rollout_trace.ids import CompactionId, CompactionRequestId, ItemId
from rollout_trace.model.compaction import Compaction, CompactionRequest
from rollout_trace.model.conversation import CompactionProducer, ConversationItem, ItemBody, ItemKind, Role
from rollout_trace.reduce import conversation, items, repeated_history
from rollout_trace.reduce.items import Carrier
from rollout_trace.reduce.normalize import normalize
from rollout_trace.reduce.payload_reading import items_in
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.threads import known_turn
from rollout_trace.reduce.windows import closed, moment_of, opened
from rollout_trace.values import ExecutionStatus


def compaction_request_started(state: ReducerState, event: TraceEvent, start: events.CompactionRequestStarted) -> None:
    """A model is asked for a shorter history. The request is evidence, never conversation."""
    request_id = start.compaction_request_id
    if request_id in state.compaction_requests:
        message = f"compaction request {request_id} is started twice"
        raise Rejection(Code.DUPLICATE, message, {"compaction_request_id": request_id})
    known_turn(state, start.codex_turn_id, start.thread_id, f"compaction request {request_id}")
    state.compaction_requests[request_id] = CompactionRequest(
        compaction_request_id=request_id,
        compaction_id=start.compaction_id,
        thread_id=start.thread_id,
        codex_turn_id=start.codex_turn_id,
        execution=opened(moment_of(event)),
        model=start.model,
        provider_name=start.provider_name,
        raw_request_payload_id=start.request_payload.raw_payload_id,
        raw_response_payload_id=None,
    )
    of_compaction = state.requests_by_compaction.get(start.compaction_id, ())
    state.requests_by_compaction[start.compaction_id] = (*of_compaction, request_id)


def compaction_request_completed(
    state: ReducerState, event: TraceEvent, end: events.CompactionRequestCompleted
) -> None:
    """A model has answered a compaction request."""
    request = _known_request(state, end.compaction_request_id, end.compaction_id)
    state.compaction_requests[end.compaction_request_id] = replace(
        request,
        execution=closed(request.execution, moment_of(event), ExecutionStatus.COMPLETED),
        raw_response_payload_id=end.response_payload.raw_payload_id,
    )


def compaction_request_failed(state: ReducerState, event: TraceEvent, end: events.CompactionRequestFailed) -> None:
    """A compaction request failed."""
    request = _known_request(state, end.compaction_request_id, end.compaction_id)
    execution = closed(request.execution, moment_of(event), ExecutionStatus.FAILED)
    state.compaction_requests[end.compaction_request_id] = replace(request, execution=execution)


def compaction_installed(state: ReducerState, event: TraceEvent, installed: events.CompactionInstalled) -> None:
    """A thread's history is replaced: what was before, a marker, what is after."""
    compaction_id = installed.compaction_id
    thread_id, turn_id = event.thread_id, event.codex_turn_id
    if thread_id is None or turn_id is None:
        message = f"compaction {compaction_id} is installed without thread or codex turn"
        raise Rejection(Code.MISSING_CONTEXT, message, {"compaction_id": compaction_id})
    if compaction_id in state.compactions:
        message = f"compaction {compaction_id} is installed twice"
        raise Rejection(Code.DUPLICATE, message, {"compaction_id": compaction_id})
    known_turn(state, turn_id, thread_id, f"compaction {compaction_id}")

    ref = installed.checkpoint_payload
    carrier = Carrier(thread_id, turn_id, event.wall_time_unix_ms, ref, "input_history")
    replaced: _Replaced | None = None
    what_remains = "the compaction is kept, without the histories before and after it"
    with state.payload_of(ref, what_remains, compaction_id=compaction_id):
        replaced = _replace_history(state, carrier, compaction_id)
    if replaced is None:
        replaced = _Replaced((), _insert_marker(state, carrier, compaction_id), ())
        conversation.note_sent(state, (replaced.marker_item_id,))
    state.compactions[compaction_id] = Compaction(
        compaction_id=compaction_id,
        thread_id=thread_id,
        codex_turn_id=turn_id,
        installed_at_unix_ms=event.wall_time_unix_ms,
        marker_item_id=replaced.marker_item_id,
        request_ids=tuple(sorted(state.requests_by_compaction.get(compaction_id, ()))),
        input_item_ids=replaced.input_item_ids,
        replacement_item_ids=replaced.replacement_item_ids,
    )


class _Replaced(NamedTuple):
    """The items of a history before and after a compaction, and of the marker between them."""

    input_item_ids: tuple[ItemId, ...]
    marker_item_id: ItemId
    replacement_item_ids: tuple[ItemId, ...]


def _replace_history(state: ReducerState, carrier: Carrier, compaction_id: CompactionId) -> _Replaced:
    """Place the items of a checkpoint; the next request of the thread is compared with its replacement."""
    thread_id, ref = carrier.thread_id, carrier.payload
    sent_before = repeated_history.sent_before(state, thread_id, state.snapshots.get(thread_id, ()))
    if sent_before is not None and len(set(sent_before.item_ids)) < len(sent_before.item_ids):
        sent_before = None
    shape = payloads.CompactionCheckpoint
    checkpoint = repeated_history.read_list(state, ref, shape, "compaction checkpoint", "input_history", sent_before)
    raw_after = items_in(checkpoint.payload, "replacement_history", checkpoint.fields.replacement_history)
    before = normalize(state, checkpoint.raw_items, ref.raw_payload_id, checkpoint.repeated.count)
    after = normalize(state, raw_after, ref.raw_payload_id)
    input_item_ids = conversation.place_detached(state, carrier, before, checkpoint.repeated)
    marker_item_id = _insert_marker(state, carrier, compaction_id)
    producers = (CompactionProducer(compaction_id),)
    carrier = replace(carrier, list_name="replacement_history", producers=producers)
    replacement_item_ids = conversation.create_all(state, carrier, after)
    conversation.note_sent(state, (*input_item_ids, marker_item_id, *replacement_item_ids))
    conversation.set_override(state, thread_id, replacement_item_ids)
    return _Replaced(input_item_ids, marker_item_id, replacement_item_ids)


def _insert_marker(state: ReducerState, carrier: Carrier, compaction_id: CompactionId) -> ItemId:
    """Add the boundary between the history before and after. It is never prompt text."""
    marker = ConversationItem(
        item_id=items.next_item_id(state),
        thread_id=carrier.thread_id,
        codex_turn_id=carrier.codex_turn_id,
        first_seen_at_unix_ms=carrier.at_unix_ms,
        role=Role.ASSISTANT,
        channel=None,
        kind=ItemKind.COMPACTION_MARKER,
        body=ItemBody(()),
        call_id=None,
        produced_by=(CompactionProducer(compaction_id),),
    )
    items.insert(state, marker)
    return marker.item_id


def _known_request(
    state: ReducerState, request_id: CompactionRequestId, compaction_id: CompactionId
) -> CompactionRequest:
    request = state.compaction_requests.get(request_id)
    ids = {"compaction_request_id": request_id, "compaction_id": compaction_id}
    if request is None:
        message = f"compaction request {request_id} ends, but is unknown"
        raise Rejection(Code.UNKNOWN_REFERENCE, message, ids)
    if request.compaction_id != compaction_id:
        message = f"compaction request {request_id} was started for {request.compaction_id}, not for {compaction_id}"
        raise Rejection(Code.CONFLICT, message, ids)
    return request
