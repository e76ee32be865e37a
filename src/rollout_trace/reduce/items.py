"""The items of conversations, one by one (spec 3, section 3; spec 5, section 3).

Owns how an item comes to be, the indexes over items, and the few ways in which one changes later: a producer more,
readable reasoning merged in, an id of its own. Which item a payload's entry is, is decided in `conversation`.
"""

from typing import Final

import msgspec
from msgspec.structs import replace

from rollout_trace.diagnostics import Code
from rollout_trace.ids import CallId, CodexTurnId, ItemId, ResponsesItemId, ThreadId, creation_order
from rollout_trace.model.conversation import ConversationItem, ItemKind, Producer, Role
from rollout_trace.reduce.evidence import ItemSource, ListName
from rollout_trace.reduce.matching import IncomingItem, merged_reasoning
from rollout_trace.reduce.once import added_once
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.windows import Moment
from rollout_trace.values import PayloadRef, UnixMilliseconds

CALL_KINDS: Final = frozenset({ItemKind.FUNCTION_CALL, ItemKind.CUSTOM_TOOL_CALL})
OUTPUT_KINDS: Final = frozenset({ItemKind.FUNCTION_CALL_OUTPUT, ItemKind.CUSTOM_TOOL_CALL_OUTPUT})


class Carrier(msgspec.Struct, frozen=True):
    """The list in a payload that carries items, and what the items that it brings are given."""

    thread_id: ThreadId
    codex_turn_id: CodexTurnId | None
    at_unix_ms: UnixMilliseconds
    payload: PayloadRef
    list_name: ListName | None
    producers: tuple[Producer, ...] = ()


def next_item_id(state: ReducerState) -> ItemId:
    """The id of the item that is created next. Items are never deleted, so counting them is numbering them."""
    return ItemId(f"conversation_item:{len(state.items) + 1}")


def create(state: ReducerState, carrier: Carrier, incoming: IncomingItem) -> ItemId:
    """Make a new item of what a payload carries, and tell what is wrong with it."""
    if incoming.fault is not None:
        state.report(Code(incoming.fault.code), incoming.fault.message, incoming.fault.ids)
    item_id = next_item_id(state)
    item = ConversationItem(
        item_id=item_id,
        thread_id=carrier.thread_id,
        codex_turn_id=carrier.codex_turn_id,
        first_seen_at_unix_ms=carrier.at_unix_ms,
        role=incoming.role,
        channel=incoming.channel,
        kind=incoming.kind,
        agent_message=incoming.agent_message,
        body=incoming.body,
        call_id=incoming.call_id,
        produced_by=carrier.producers,
    )
    insert(state, item)
    state.match_keys[item_id] = incoming.match_key
    state.item_sources[item_id] = ItemSource(carrier.payload, carrier.list_name, incoming.index)
    if item.call_id is not None:
        by_call = (item.thread_id, item.call_id)
        state.items_by_call[by_call] = (*state.items_by_call.get(by_call, ()), item_id)
    if incoming.responses_item_id is not None:
        take_own_id(state, item_id, incoming.responses_item_id)
    return item_id


def insert(state: ReducerState, item: ConversationItem) -> None:
    """Add an item to the graph, and so to its thread's conversation."""
    state.items[item.item_id] = item
    state.threads.touch(item.thread_id)
    if item.role is Role.ASSISTANT and item.kind is ItemKind.MESSAGE and item.agent_message is None:
        _note_assistant_message(state, item)


def take_own_id(state: ReducerState, item_id: ItemId, own_id: ResponsesItemId) -> None:
    """Give an item the id that the provider or the client has for it, unless it has one; it may be accepted already."""
    item = state.items[item_id]
    if item.responses_item_id is not None:
        return
    by_id = (item.thread_id, own_id)
    known = (*state.items_by_responses_id.get(by_id, ()), item_id)
    state.items_by_responses_id[by_id] = tuple(sorted(known, key=creation_order))
    state.items[item_id] = replace(item, responses_item_id=own_id)
    acceptance = state.acceptances.get(by_id)
    if acceptance is not None:
        accept(state, item_id, acceptance)


def accept(state: ReducerState, item_id: ItemId, acceptance: Moment) -> None:
    """Show that an item has entered its thread's history."""
    item = state.items[item_id]
    state.items[item_id] = replace(item, accepted_at_unix_ms=acceptance.at_unix_ms, accepted_seq=acceptance.seq)
    state.threads.touch(item.thread_id)


def replace_parts(state: ReducerState, item_id: ItemId, incoming: IncomingItem) -> None:
    """Let an item say what a payload says in its place; who speaks to whom, and when it was first seen, stay."""
    item = replace(state.items[item_id], body=incoming.body)
    state.items[item_id] = item
    state.match_keys[item_id] = replace(incoming.match_key, agent_message=item.agent_message)


def add_producer(state: ReducerState, item_id: ItemId, *producers: Producer) -> None:
    """Say of an item that it was produced by something too."""
    item = state.items[item_id]
    produced_by = added_once(item.produced_by, *producers)
    if produced_by is not item.produced_by:
        state.items[item_id] = replace(item, produced_by=produced_by)


def merge_reasoning(state: ReducerState, item_id: ItemId, incoming: IncomingItem) -> None:
    """Take over what is readable in reasoning that is seen again."""
    item = state.items[item_id]
    if item.kind is ItemKind.REASONING and item.body != incoming.body:
        merged = merged_reasoning(item.body, incoming.body)
        if merged != item.body:
            state.items[item_id] = replace(item, body=merged)


def items_with_call_id(
    state: ReducerState, thread_id: ThreadId, call_id: CallId, kinds: frozenset[ItemKind]
) -> list[ItemId]:
    """A thread's items of a call, in the order in which they are tied to what did the work."""
    candidates = state.items_by_call.get((thread_id, call_id), ())
    of_kind = [item_id for item_id in candidates if state.items[item_id].kind in kinds]
    return of_kind if state.dialect.ties_in_order_of_creation else sorted(of_kind)


def _note_assistant_message(state: ReducerState, item: ConversationItem) -> None:
    if item.codex_turn_id is None:
        return
    by_turn = (item.thread_id, item.codex_turn_id)
    latest_id = state.latest_assistant_messages.get(by_turn)
    if latest_id is not None:
        latest = state.items[latest_id]
        if (latest.first_seen_at_unix_ms, latest_id) > (item.first_seen_at_unix_ms, item.item_id):
            return
    state.latest_assistant_messages[by_turn] = item.item_id
