"""Items entering a thread's history, as the runtime says it (spec 5, section 3, "Accepted items").

Owns acceptances, which wait for items that no payload has shown yet. A message from another agent is an item as soon as
it arrives, before a request carries it; the receipt for it is in `conversation`.
"""

import msgspec

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import types as events
from rollout_trace.events.types import TraceEvent
from rollout_trace.ids import ResponsesItemId
from rollout_trace.reduce import conversation, items
from rollout_trace.reduce.items import Carrier
from rollout_trace.reduce.normalize import normalize
from rollout_trace.reduce.payload_reading import read_payload
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.threads import known_thread
from rollout_trace.reduce.windows import moment_of


def history_item_accepted(state: ReducerState, event: TraceEvent, accepted: events.HistoryItemAccepted) -> None:
    """An item enters the history of the envelope's thread; the first time counts."""
    if event.thread_id is None:
        message = f"item {accepted.item_id} is accepted by no thread"
        raise Rejection(Code.MISSING_CONTEXT, message, {"responses_item_id": accepted.item_id})
    known_thread(state, event.thread_id)
    by_id = (event.thread_id, accepted.item_id)
    if by_id not in state.acceptances:
        state.acceptances[by_id] = moment_of(event)
        for item_id in state.items_by_responses_id.get(by_id, ()):
            items.accept(state, item_id, moment_of(event))
    if accepted.agent_message_payload is not None:
        carrier = Carrier(
            event.thread_id, event.codex_turn_id, event.wall_time_unix_ms, accepted.agent_message_payload, None
        )
        what_remains = "the item is accepted, without the message that it is"
        with state.payload_of(carrier.payload, what_remains, responses_item_id=accepted.item_id):
            _receive(state, carrier, accepted.item_id)


def _receive(state: ReducerState, carrier: Carrier, item_id: ResponsesItemId) -> None:
    """A message from another agent arrives."""
    if (carrier.thread_id, item_id) in state.items_by_responses_id:  # it has been seen, and the payload is not read
        return
    payload_id = carrier.payload.raw_payload_id
    payload = read_payload(state, carrier.payload)
    incoming = normalize(state, [msgspec.Raw(payload.data)], payload_id)
    for item in incoming:
        if item.fault is not None and item.fault.code == Code.ITEM_SHAPE:  # shown elsewhere, but no message
            raise item.fault
    if len(incoming) != 1 or incoming[0].agent_message is None or incoming[0].responses_item_id != item_id:
        message = f"payload {payload_id} is not the agent message {item_id}"
        raise Rejection(Code.PAYLOAD_SHAPE, message, {"raw_payload_id": payload_id, "responses_item_id": item_id})
    conversation.receive(state, carrier, incoming[0], item_id)
