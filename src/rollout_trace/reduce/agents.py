"""What passes between agents: messages on their way, and the edges that they become (spec 3, section 8).

Owns edges and pending deliveries. A tool, or a child's result, says that a message went out; the recipient's
conversation says when it arrived. Until an item with the same author and text is seen there, the message waits. Which
runtime payload says what stands in `agent_tools`, how an item carries a message in `deliveries`.
"""

from msgspec.structs import replace

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import types as events
from rollout_trace.events.types import TraceEvent
from rollout_trace.ids import ItemId, RawPayloadId, ToolCallId, creation_order
from rollout_trace.model.edges import Anchor, EdgeKind, InteractionEdge, ItemAnchor, ThreadAnchor, ToolCallAnchor
from rollout_trace.reduce.deliveries import Address, PendingDelivery, delivery_in, same_delivery
from rollout_trace.reduce.once import added_once
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.threads import known_thread
from rollout_trace.values import UnixMilliseconds


def agent_result_observed(state: ReducerState, event: TraceEvent, result: events.AgentResultObserved) -> None:
    """A child's result goes to its parent, from the last thing that the child said in its turn."""
    child = known_thread(state, result.child_thread_id)
    answer = state.latest_assistant_messages.get((result.child_thread_id, result.child_codex_turn_id))
    delivery = PendingDelivery(
        edge_id=result.edge_id,
        kind=EdgeKind.AGENT_RESULT,
        source=ThreadAnchor(result.child_thread_id) if answer is None else ItemAnchor(answer),
        address=Address(result.parent_thread_id, child.agent_path, result.message),
        started_at_unix_ms=event.wall_time_unix_ms,
        ended_at_unix_ms=event.wall_time_unix_ms,
        carried_raw_payload_ids=() if result.carried_payload is None else (result.carried_payload.raw_payload_id,),
    )
    queue(state, delivery)


def item_changed(state: ReducerState, item_id: ItemId) -> None:
    """Look whether an item that is new, or says something new, brings a message from another agent."""
    item = state.items[item_id]
    address = delivery_in(item, known_thread(state, item.thread_id).agent_path)
    before = state.addresses.get(item_id)
    if address == before:
        return
    if before is not None:
        others = tuple(other for other in state.items_by_address[before] if other != item_id)
        state.items_by_address[before] = others
        del state.addresses[item_id]
    if address is not None:
        state.addresses[item_id] = address
        known = (*state.items_by_address.get(address, ()), item_id)
        state.items_by_address[address] = tuple(sorted(known, key=creation_order))


def item_sighted(state: ReducerState, item_id: ItemId) -> None:
    """Resolve the first waiting message that an item brings, unless it has brought one already."""
    address = state.addresses.get(item_id)
    if address is None or item_id in state.edges_by_target:
        return
    while waiting := state.pending_by_address.get(address):
        delivery = state.pending[waiting[0]]
        _forget(state, delivery)
        with state.giving_up():
            _deliver(state, delivery, item_id)
            return


def queue(state: ReducerState, delivery: PendingDelivery) -> None:
    """A message went out: make its edge if it has arrived, else let it wait.

    Raises:
        Rejection: another message went out under the same edge id.
    """
    delivered = state.delivered.get(delivery.edge_id)
    if state.reads_better and delivered is not None and same_delivery(delivered, delivery):
        edge = state.edges[delivery.edge_id]
        make_edge(state, _edge_of(delivery, edge.target, ()))
        return
    for item_id in state.items_by_address.get(delivery.address, ()):
        if item_id not in state.edges_by_target:
            _deliver(state, delivery, item_id)
            return
    pending = state.pending.get(delivery.edge_id)
    if pending is None:
        _remember(state, delivery)
    elif same_delivery(pending, delivery):
        state.pending[delivery.edge_id] = replace(
            pending,
            started_at_unix_ms=min(pending.started_at_unix_ms, delivery.started_at_unix_ms),
            ended_at_unix_ms=_latest(pending.ended_at_unix_ms, delivery.ended_at_unix_ms),
            carried_raw_payload_ids=added_once(pending.carried_raw_payload_ids, *delivery.carried_raw_payload_ids),
        )
    else:
        message = f"edge {delivery.edge_id} waits for one message and was seen to carry another"
        raise Rejection(Code.CONFLICT, message, {"edge_id": delivery.edge_id})


def make_edge(state: ReducerState, edge: InteractionEdge) -> None:
    """Add an edge, or merge it into the one that has its id.

    Raises:
        Rejection: the edge of this id is of another kind or between other ends.
    """
    known = state.edges.get(edge.edge_id)
    if known is not None:
        if (known.kind, known.source, known.target) != (edge.kind, edge.source, edge.target):
            message = f"edge {edge.edge_id} was seen with other ends before"
            raise Rejection(Code.CONFLICT, message, {"edge_id": edge.edge_id})
        edge = replace(
            known,
            started_at_unix_ms=min(known.started_at_unix_ms, edge.started_at_unix_ms),
            ended_at_unix_ms=_latest(known.ended_at_unix_ms, edge.ended_at_unix_ms),
            carried_item_ids=added_once(known.carried_item_ids, *edge.carried_item_ids),
            carried_raw_payload_ids=added_once(known.carried_raw_payload_ids, *edge.carried_raw_payload_ids),
        )
    state.edges[edge.edge_id] = edge
    if isinstance(edge.target, ItemAnchor):
        state.edges_by_target[edge.target.item_id] = edge.edge_id
    if isinstance(edge.source, ToolCallAnchor):
        of_tool = state.edges_by_tool.get(edge.source.tool_call_id, ())
        state.edges_by_tool[edge.source.tool_call_id] = added_once(of_tool, edge.edge_id)


def result_recorded(state: ReducerState, tool_call_id: ToolCallId, payload_id: RawPayloadId) -> None:
    """Add a tool's result to what its first edge carries, or else its first waiting message."""
    edge_ids = state.edges_by_tool.get(tool_call_id, ())
    if edge_ids:
        edge = state.edges[min(edge_ids)]
        carried = added_once(edge.carried_raw_payload_ids, payload_id)
        state.edges[edge.edge_id] = replace(edge, carried_raw_payload_ids=carried)
        return
    pending_ids = state.pending_by_tool.get(tool_call_id, ())
    if pending_ids:
        pending = state.pending[pending_ids[0]]
        carried = added_once(pending.carried_raw_payload_ids, payload_id)
        state.pending[pending.edge_id] = replace(pending, carried_raw_payload_ids=carried)


def resolve_spawns(state: ReducerState) -> None:
    """When the log has ended, a spawn whose message was never seen leads to the child as a whole, if there is one."""
    for delivery in [state.pending[edge_id] for edge_id in sorted(state.pending)]:
        if leads_to_child(state, delivery):
            with state.giving_up():
                make_edge(state, _edge_of(delivery, ThreadAnchor(delivery.address.target_thread_id), ()))


def leads_to_child(state: ReducerState, delivery: PendingDelivery) -> bool:
    """Whether a message that was not seen to arrive spawned a child that is known."""
    return delivery.kind is EdgeKind.SPAWN_AGENT and delivery.address.target_thread_id in state.threads


def _deliver(state: ReducerState, delivery: PendingDelivery, item_id: ItemId) -> None:
    make_edge(state, _edge_of(delivery, ItemAnchor(item_id), (item_id,)))
    state.delivered[delivery.edge_id] = delivery


def _edge_of(delivery: PendingDelivery, target: Anchor, carried_item_ids: tuple[ItemId, ...]) -> InteractionEdge:
    return InteractionEdge(
        edge_id=delivery.edge_id,
        kind=delivery.kind,
        source=delivery.source,
        target=target,
        started_at_unix_ms=delivery.started_at_unix_ms,
        ended_at_unix_ms=delivery.ended_at_unix_ms,
        carried_item_ids=carried_item_ids,
        carried_raw_payload_ids=delivery.carried_raw_payload_ids,
    )


def _remember(state: ReducerState, delivery: PendingDelivery) -> None:
    state.pending[delivery.edge_id] = delivery
    waiting = state.pending_by_address.get(delivery.address, ())
    state.pending_by_address[delivery.address] = (*waiting, delivery.edge_id)
    if isinstance(delivery.source, ToolCallAnchor):
        tool_call_id = delivery.source.tool_call_id
        state.pending_by_tool[tool_call_id] = (*state.pending_by_tool.get(tool_call_id, ()), delivery.edge_id)


def _forget(state: ReducerState, delivery: PendingDelivery) -> None:
    del state.pending[delivery.edge_id]
    waiting = state.pending_by_address[delivery.address]
    state.pending_by_address[delivery.address] = tuple(other for other in waiting if other != delivery.edge_id)
    if isinstance(delivery.source, ToolCallAnchor):
        of_tool = state.pending_by_tool[delivery.source.tool_call_id]
        remaining = tuple(other for other in of_tool if other != delivery.edge_id)
        state.pending_by_tool[delivery.source.tool_call_id] = remaining


def _latest(one: UnixMilliseconds | None, other: UnixMilliseconds | None) -> UnixMilliseconds | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
