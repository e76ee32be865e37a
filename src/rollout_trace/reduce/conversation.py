"""What the model has in view: where each item of a payload belongs in a thread's history (spec 3 and 5, section 3).

Owns the snapshot of each thread (the items in the model's view, in order), the override that a compaction leaves, which
items were ever sent, and the receipts of messages that arrived before they were. It decides which known item an
incoming one is, or that it is new; the items themselves are in `items`, what a sighting means to tools, cells and
agents is theirs.

Conversation comes only from model-facing payloads. What the runtime saw never becomes conversation.
"""

from collections.abc import Iterable

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.ids import InferenceCallId, ItemId, ResponsesItemId, ThreadId, creation_order
from rollout_trace.reduce import agents, code_cells, items, links, repeated_history
from rollout_trace.reduce.items import Carrier
from rollout_trace.reduce.matching import IncomingItem, UnusedItems, UsedItems, same_own_id
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.sent_list import NOTHING_REPEATED, Repeated

ItemIds = tuple[ItemId, ...]


def expected(state: ReducerState, thread_id: ThreadId) -> ItemIds:
    """The history with which the next full request of a thread is compared."""
    override = state.overrides.get(thread_id)
    return state.snapshots.get(thread_id, ()) if override is None else override


def place_full_request(
    state: ReducerState, carrier: Carrier, incoming: Iterable[IncomingItem], repeated: Repeated = NOTHING_REPEATED
) -> ItemIds:
    """Place the whole history that a request sends; it becomes the snapshot.

    After a compaction the history is compared with what the compaction left, once.
    """
    history = expected(state, carrier.thread_id)
    if carrier.thread_id in state.overrides:
        del state.overrides[carrier.thread_id]
    _sight_again(state, repeated)
    placed = list(repeated.item_ids)
    used = UsedItems(repeated)
    unused: UnusedItems | None = None
    for item in incoming:
        _check_call_id(state, carrier, item)
        position = len(placed)
        known = history[position] if position < len(history) else None
        if known is None or not _fits(state, known, item, used):
            unused = unused or UnusedItems(history[len(repeated.item_ids) :], state.match_keys, state.items)
            known = unused.first(item, used)
        item_id = _sight(state, carrier, item, known)
        placed.append(item_id)
        used.add(item_id)
    return _sent(state, carrier, placed, repeated.sent)


def place_continuation(
    state: ReducerState, carrier: Carrier, incoming: Iterable[IncomingItem], sent: ItemIds, answered: ItemIds
) -> ItemIds:
    """Place the new items of a request that continues what was `sent` and `answered`; all becomes the snapshot.

    Raises:
        Rejection: the snapshot has other items where the new ones belong.
    """
    thread_id = carrier.thread_id
    history = state.snapshots.get(thread_id, ())
    placed = [*sent, *answered]
    used = UsedItems()
    for item in incoming:
        _check_call_id(state, carrier, item)
        position = len(placed)
        known = history[position] if position < len(history) else None
        if known is not None and not _fits(state, known, item, used):
            message = (
                f"the request in turn {carrier.codex_turn_id} of thread {thread_id} differs from the known history "
                f"at item index {position}, which is {known}"
            )
            ids = _ids(carrier, item_id=known)
            if not state.is_salvage:
                raise Rejection(Code.CONVERSATION_MISMATCH, message, ids)
            state.report(Code.CONVERSATION_MISMATCH, f"{message}; it is taken for a new item", ids)
            known = None
        item_id = _sight(state, carrier, item, known)
        placed.append(item_id)
        used.add(item_id)
    return _sent(state, carrier, placed, len(sent))


def place_response(
    state: ReducerState, carrier: Carrier, incoming: Iterable[IncomingItem], call_id: InferenceCallId
) -> ItemIds:
    """Place the items of an answer, which follow the history that was sent."""
    thread_id = carrier.thread_id
    if not state.dialect.items_have_ids:
        placed = create_all(state, carrier, incoming)
        state.snapshots[thread_id] = (*state.snapshots.get(thread_id, ()), *placed)
        return placed
    placed = _place_by_own_id(state, carrier, list(incoming))
    is_overtaken = state.latest_calls[thread_id] != call_id
    if not is_overtaken and thread_id not in state.overrides:  # a second answer replaces the first one's part
        state.snapshots[thread_id] = (*state.inference_calls[call_id].request_item_ids, *placed)
    return placed


def place_detached(
    state: ReducerState, carrier: Carrier, incoming: Iterable[IncomingItem], repeated: Repeated = NOTHING_REPEATED
) -> ItemIds:
    """Find the items of a history in the snapshot, in any order, and create the others; the snapshot stays."""
    candidates = state.snapshots.get(carrier.thread_id, ())[len(repeated.item_ids) :]
    return _place_among(state, carrier, incoming, candidates, repeated)


def create_all(state: ReducerState, carrier: Carrier, incoming: Iterable[IncomingItem]) -> ItemIds:
    """Make every item of a list new, even where its words are old; the snapshot stays."""
    placed: list[ItemId] = []
    for item in incoming:
        _check_call_id(state, carrier, item)
        placed.append(_sight(state, carrier, item, None))
    code_cells.start_waiting(state, placed)
    return tuple(placed)


def set_override(state: ReducerState, thread_id: ThreadId, replacement: ItemIds) -> None:
    """The next full request of a thread is compared with what a compaction left."""
    state.overrides[thread_id] = replacement


def note_sent(state: ReducerState, item_ids: Iterable[ItemId]) -> None:
    """Items that were sent, or that a compaction took or left, are in their thread's conversation."""
    if state.dialect.items_have_ids:
        for item_id in item_ids:
            if item_id not in state.sent_items:
                state.sent_items[item_id] = True
                state.threads.touch(state.items[item_id].thread_id)


def in_conversation(state: ReducerState, item_id: ItemId) -> bool:
    """Whether an item is in its thread's conversation: in schema 2 an answer that nobody accepted or sent is not."""
    return (
        not state.dialect.items_have_ids or item_id in state.sent_items or state.items[item_id].accepted_seq is not None
    )


def receive(state: ReducerState, carrier: Carrier, incoming: IncomingItem, own_id: ResponsesItemId) -> None:
    """Make the item of a message that arrives before any request carries it, and keep the receipt for it."""
    state.open_receipts[carrier.thread_id, own_id] = _sight(state, carrier, incoming, None)


def _sent(state: ReducerState, carrier: Carrier, placed: list[ItemId], sent_before: int) -> ItemIds:
    """What was placed is the snapshot; so many items of its beginning are known to have been sent."""
    code_cells.start_waiting(state, placed)
    snapshot = tuple(placed)
    state.snapshots[carrier.thread_id] = snapshot
    note_sent(state, snapshot[sent_before:])
    return snapshot


def _place_by_own_id(state: ReducerState, carrier: Carrier, incoming: list[IncomingItem]) -> ItemIds:
    """Find the items of an answer among those of the thread that have one of its ids, and create the others.

    The candidates are chosen for the answer as a whole, so an item without an id may be one of them too.
    """
    own_ids = {item.responses_item_id for item in incoming if item.responses_item_id is not None}
    by_id = (state.items_by_responses_id.get((carrier.thread_id, own_id), ()) for own_id in own_ids)
    candidates = sorted((item_id for item_ids in by_id for item_id in item_ids), key=creation_order)
    return _place_among(state, carrier, incoming, candidates)


def _place_among(
    state: ReducerState,
    carrier: Carrier,
    incoming: Iterable[IncomingItem],
    candidates: Iterable[ItemId],
    repeated: Repeated = NOTHING_REPEATED,
) -> ItemIds:
    """Find each item after the repeated ones among the candidates, none twice, and create the others."""
    _sight_again(state, repeated)
    unused = UnusedItems(candidates, state.match_keys, state.items)
    placed = list(repeated.item_ids)
    used = UsedItems(repeated)
    for item in incoming:
        _check_call_id(state, carrier, item)
        item_id = _sight(state, carrier, item, unused.first(item, used))
        placed.append(item_id)
        used.add(item_id)
    code_cells.start_waiting(state, placed)
    return tuple(placed)


def _fits(state: ReducerState, known: ItemId, incoming: IncomingItem, used: UsedItems) -> bool:
    """Whether an item is the one that stands at its place in the history."""
    matches = state.match_keys[known] == incoming.match_key and same_own_id(state.items[known], incoming)
    return matches and not (state.dialect.items_have_ids and known in used)


def _sight_again(state: ReducerState, repeated: Repeated) -> None:
    """Items are seen as they were before; only their ties may have to be completed."""
    for item_id in repeated.retied:
        links.item_sighted(state, state.items[item_id])
        code_cells.item_sighted(state, state.items[item_id])


def _sight(state: ReducerState, carrier: Carrier, incoming: IncomingItem, known: ItemId | None) -> ItemId:
    """An item is seen, again or (without `known`) for the first time; tell those whom it concerns."""
    if known is None:
        item_id = _from_receipt(state, carrier, incoming) or items.create(state, carrier, incoming)
        agents.item_changed(state, item_id)
    else:
        item_id = known
        items.merge_reasoning(state, item_id, incoming)
        if incoming.responses_item_id is not None:
            items.take_own_id(state, item_id, incoming.responses_item_id)
    if carrier.producers:
        items.add_producer(state, item_id, *carrier.producers)
    if incoming.call_id is not None:
        links.item_sighted(state, state.items[item_id])
        code_cells.item_sighted(state, state.items[item_id])
    agents.item_sighted(state, item_id)
    return item_id


def _from_receipt(state: ReducerState, carrier: Carrier, incoming: IncomingItem) -> ItemId | None:
    """The item of a message whose arrival was recorded before; it now says what the payload says."""
    if incoming.agent_message is None or incoming.responses_item_id is None:
        return None
    receipt = (carrier.thread_id, incoming.responses_item_id)
    item_id = state.open_receipts.get(receipt)
    if item_id is not None:
        del state.open_receipts[receipt]
        items.replace_parts(state, item_id, incoming)
        repeated_history.forget(state, carrier.thread_id)
    return item_id


def _check_call_id(state: ReducerState, carrier: Carrier, incoming: IncomingItem) -> None:
    """A call id stands for one call: items of one kind that share it must have the same content.

    A second output with other content is what a cell's `notify` makes; modes other than `codex` know that, and schema
    2 does.
    """
    if incoming.call_id is None or (state.dialect.outputs_may_differ and incoming.kind in items.OUTPUT_KINDS):
        return
    known = state.items_by_call.get((carrier.thread_id, incoming.call_id))
    if known is None:
        return
    of_kind = [item_id for item_id in known if state.items[item_id].kind is incoming.kind]
    alike = [item_id for item_id in of_kind if state.match_keys[item_id] == incoming.match_key]
    if len(alike) == len(of_kind):
        return
    message = f"call id {incoming.call_id} was used before by a {incoming.kind} with other content"
    ids = _ids(carrier, call_id=incoming.call_id)
    if incoming.kind not in items.OUTPUT_KINDS:
        if not state.is_salvage:
            raise Rejection(Code.CALL_ID_REUSED, message, ids)
        if not alike:
            state.report(Code.CALL_ID_REUSED, f"{message}; both are shown", ids)
    elif not alike or not state.reads_better:
        state.tolerate(Code.OUTPUT_REPEATED, message, ids)


def _ids(carrier: Carrier, **more: str) -> dict[str, str]:
    turn = {} if carrier.codex_turn_id is None else {"codex_turn_id": carrier.codex_turn_id}
    return {"thread_id": carrier.thread_id, **turn, "raw_payload_id": carrier.payload.raw_payload_id, **more}
