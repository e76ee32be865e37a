"""What the model has in view: where each item of a payload belongs in a thread's history (spec 3, section 3).

Owns the snapshot of each thread (the items in the model's view, in order) and the override that a compaction leaves.
It decides which known item an incoming one is, or that it is new; the items themselves are in `items`, what a sighting
means to tools, cells and agents is theirs.

Conversation comes only from model-facing payloads. What the runtime saw never becomes conversation.
"""

from collections.abc import Iterable

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.ids import ItemId, ThreadId
from rollout_trace.reduce import agents, code_cells, items, links
from rollout_trace.reduce.items import Carrier
from rollout_trace.reduce.matching import IncomingItem, UnusedItems
from rollout_trace.reduce.reducer_state import ReducerState

ItemIds = tuple[ItemId, ...]


def place_full_request(state: ReducerState, carrier: Carrier, incoming: Iterable[IncomingItem]) -> ItemIds:
    """Place the whole history that a request sends; it becomes the snapshot.

    After a compaction the history is compared with what the compaction left, once.
    """
    thread_id = carrier.thread_id
    history = state.snapshots.get(thread_id, ())
    if thread_id in state.overrides:
        history = state.overrides[thread_id]
        del state.overrides[thread_id]
    placed: list[ItemId] = []
    used: set[ItemId] = set()
    unused: UnusedItems | None = None
    for position, item in enumerate(incoming):
        _check_call_id(state, carrier, item)
        item_id: ItemId | None = None
        if position < len(history) and state.match_keys[history[position]] == item.match_key:
            item_id = history[position]
        else:
            unused = unused or UnusedItems(history, state.match_keys)
            item_id = unused.first(item.match_key, used)
        item_id = _sight(state, carrier, item, item_id)
        placed.append(item_id)
        used.add(item_id)
    code_cells.start_waiting(state, thread_id)
    state.snapshots[thread_id] = tuple(placed)
    return state.snapshots[thread_id]


def place_continuation(
    state: ReducerState, carrier: Carrier, incoming: Iterable[IncomingItem], continued: ItemIds
) -> ItemIds:
    """Place the new items of a request that continues a history; both together become the snapshot.

    Raises:
        Rejection: the snapshot has other items where the new ones belong.
    """
    thread_id = carrier.thread_id
    history = state.snapshots.get(thread_id, ())
    placed = list(continued)
    for item in incoming:
        _check_call_id(state, carrier, item)
        position = len(placed)
        known = history[position] if position < len(history) else None
        if known is not None and state.match_keys[known] != item.match_key:
            message = (
                f"the request in turn {carrier.codex_turn_id} of thread {thread_id} differs from the known history "
                f"at item index {position}, which is {known}"
            )
            raise Rejection(Code.CONVERSATION_MISMATCH, message, _ids(carrier, item_id=known))
        placed.append(_sight(state, carrier, item, known))
    code_cells.start_waiting(state, thread_id)
    state.snapshots[thread_id] = tuple(placed)
    return state.snapshots[thread_id]


def place_response(state: ReducerState, carrier: Carrier, incoming: Iterable[IncomingItem]) -> ItemIds:
    """Place the items of an answer, which follow the snapshot."""
    placed = create_all(state, carrier, incoming)
    state.snapshots[carrier.thread_id] = (*state.snapshots.get(carrier.thread_id, ()), *placed)
    return placed


def place_detached(state: ReducerState, carrier: Carrier, incoming: Iterable[IncomingItem]) -> ItemIds:
    """Find the items of a history in the snapshot, in any order, and create the others; the snapshot stays."""
    unused = UnusedItems(state.snapshots.get(carrier.thread_id, ()), state.match_keys)
    placed: list[ItemId] = []
    used: set[ItemId] = set()
    for item in incoming:
        _check_call_id(state, carrier, item)
        item_id = _sight(state, carrier, item, unused.first(item.match_key, used))
        placed.append(item_id)
        used.add(item_id)
    code_cells.start_waiting(state, carrier.thread_id)
    return tuple(placed)


def create_all(state: ReducerState, carrier: Carrier, incoming: Iterable[IncomingItem]) -> ItemIds:
    """Make every item of a list new, even where its words are old; the snapshot stays."""
    placed: list[ItemId] = []
    for item in incoming:
        _check_call_id(state, carrier, item)
        placed.append(_sight(state, carrier, item, None))
    code_cells.start_waiting(state, carrier.thread_id)
    return tuple(placed)


def set_override(state: ReducerState, thread_id: ThreadId, replacement: ItemIds) -> None:
    """The next full request of a thread is compared with what a compaction left."""
    state.overrides[thread_id] = replacement


def _sight(state: ReducerState, carrier: Carrier, incoming: IncomingItem, known: ItemId | None) -> ItemId:
    """An item is seen, again or (without `known`) for the first time; tell those whom it concerns."""
    if known is None:
        item_id = items.create(state, carrier, incoming)
        agents.item_created(state, state.items[item_id])
    else:
        item_id = known
        items.merge_reasoning(state, item_id, incoming)
        items.add_producer(state, item_id, *carrier.producers)
    links.item_sighted(state, state.items[item_id])
    code_cells.item_sighted(state, state.items[item_id])
    agents.item_sighted(state, item_id)
    return item_id


def _check_call_id(state: ReducerState, carrier: Carrier, incoming: IncomingItem) -> None:
    """A call id stands for one call: items of one kind that share it must match.

    A second output with other content is what a cell's `notify` makes; modes other than `codex` know that.
    """
    if incoming.call_id is None:
        return
    known = state.items_by_call.get((carrier.thread_id, incoming.call_id), ())
    of_kind = [item_id for item_id in known if state.items[item_id].kind is incoming.kind]
    matching = [item_id for item_id in of_kind if state.match_keys[item_id] == incoming.match_key]
    if len(matching) == len(of_kind):
        return
    message = f"call id {incoming.call_id} was used before by a {incoming.kind} with other content"
    ids = _ids(carrier, call_id=incoming.call_id)
    if incoming.kind not in items.OUTPUT_KINDS:
        raise Rejection(Code.CALL_ID_REUSED, message, ids)
    if not matching or not state.reads_better:
        state.tolerate(Code.OUTPUT_REPEATED, message, ids)


def _ids(carrier: Carrier, **more: str) -> dict[str, str]:
    return {
        "thread_id": carrier.thread_id,
        "codex_turn_id": carrier.codex_turn_id,
        "raw_payload_id": carrier.payload_id,
        **more,
    }
