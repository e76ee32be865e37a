"""Items as a request itself has them.

Without ids, a graph takes two items for one if their JSON is the same in its first 240 bytes (spec 3, section 3). So
what a model saw of an item that the graph has cut is only to be had from the request's own list. Where that list
continues an answer (`previous_response_id`), what came before stands in the answer, and in the request that it answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from rollout_trace import json_text
from rollout_trace.bundle.folder import Bundle
from rollout_trace.errors import JsonError
from rollout_trace.ids import InferenceCallId, ItemId, RawPayloadId, ThreadId
from rollout_trace.model.inference import InferenceCall
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.query.item_content import ItemContent
from rollout_trace.query.item_text import is_cut, json_part_text
from rollout_trace.query.payload_json import payload_bytes
from rollout_trace.reduce.normalize import NO_CONVERSATION

_Shape = TypeVar("_Shape")


class SentItem(NamedTuple):
    """An item at its place in a list: what the graph has cut of it is told apart by the text in full."""

    item_id: ItemId
    cut_text: str | None = None
    """None if the graph has the item whole, or nothing else can be had."""


def as_in_graph(item_ids: Iterable[ItemId]) -> tuple[SentItem, ...]:
    """Items as the graph has them, whatever it has cut."""
    return tuple(map(SentItem, item_ids))


def sent_items(bundle: Bundle, trace: RolloutTrace, *calls: InferenceCall) -> list[tuple[SentItem, ...]]:
    """The items of requests that are to be compared; as the graph has them all, if the list of one cannot be had."""
    lists: list[tuple[SentItem, ...]] = []
    for call in calls:
        places = cut_places(trace, call.request_item_ids)
        contents = sent_contents(bundle, trace, call, places)
        if len(contents) < len(places):
            return [as_in_graph(one.request_item_ids) for one in calls]
        texts = {place: json_part_text(content) for place, content in contents.items()}
        lists.append(tuple(SentItem(item_id, texts.get(place)) for place, item_id in enumerate(call.request_item_ids)))
    return lists


def cut_places(trace: RolloutTrace, item_ids: Sequence[ItemId]) -> list[int]:
    """Where in a list there are items of which the graph has only the beginning."""
    return [place for place, item_id in enumerate(item_ids) if is_cut(trace.conversation_items[item_id])]


def sent_contents(
    bundle: Bundle, trace: RolloutTrace, call: InferenceCall, places: Iterable[int]
) -> dict[int, ItemContent]:
    """Items of a request by their place in it, as its own list has them; without what cannot be had any more."""
    wanted, found = set(places), dict[int, ItemContent]()
    answered = answered_requests(trace) if wanted else {}
    while wanted:
        own = own_entries(bundle, trace, call, answered)
        entries = dict(enumerate(own.entries, own.begin))
        if own.continues is not None and min(wanted) < own.begin:
            answer = _fields(bundle, trace, own.continues.raw_response_payload_id).get("output_items")
            answer_begin = len(own.continues.request_item_ids)
            entries.update(enumerate(_entries(answer, own.begin - answer_begin), answer_begin))
        for place in wanted.intersection(entries):
            content = parsed(entries[place])
            if content is not None:
                found[place] = content
        if own.continues is None:
            break
        call = own.continues
        wanted = {place for place in wanted if place < len(call.request_item_ids)}
    return found


class OwnEntries(NamedTuple):
    """The entries of a request's list that are items, unparsed."""

    begin: int
    """The place of the first of them among the items of the request."""
    entries: Sequence[msgspec.Raw]
    """As many as there are items from there on; none, if the list has not as many, or cannot be had."""
    continues: InferenceCall | None
    """The request whose answer it continues: that has what is before."""


def own_entries(
    bundle: Bundle, trace: RolloutTrace, call: InferenceCall, answered: Mapping[tuple[ThreadId, str], InferenceCallId]
) -> OwnEntries:
    """What stands in a request itself. `answered` are the `answered_requests` of the graph."""
    fields = _fields(bundle, trace, call.raw_request_payload_id)
    previous = _as(fields.get("previous_response_id"), str)
    before = None if previous is None else _continued(trace, call, answered.get((call.thread_id, previous)))
    begin = 0 if before is None else len(before.request_item_ids) + len(before.response_item_ids)
    return OwnEntries(begin, _entries(fields.get("input"), len(call.request_item_ids) - begin), before)


def parsed(entry: msgspec.Raw) -> ItemContent | None:
    """An entry of a list as an item; None if it is none."""
    try:
        content = json_text.parse(bytes(entry))
    except JsonError:
        return None
    return content if isinstance(content, dict) else None


def _entries(listed: msgspec.Raw | None, count: int) -> Sequence[msgspec.Raw]:
    """The entries of a list that are items, if it has so many of them; else none."""
    entries = _as(listed, list[msgspec.Raw]) or []
    types = [entry.type for entry in _as(listed, list[_Typed]) or []]
    for skipped in NO_CONVERSATION if len(types) == len(entries) else ():
        items = [entry for entry, entry_type in zip(entries, types, strict=True) if entry_type not in skipped]
        if len(items) == count:
            return items
    return entries if len(entries) == count else ()


class _Typed(msgspec.Struct, frozen=True):
    type: str | None = None


def answered_requests(trace: RolloutTrace) -> dict[tuple[ThreadId, str], InferenceCallId]:
    """For each answer of a thread, the request that it answers; of several, the one that the reducer takes."""
    answered: dict[tuple[ThreadId, str], InferenceCallId] = {}
    for call_id in sorted(trace.inference_calls, reverse=True):
        call = trace.inference_calls[call_id]
        if call.response_id is not None:
            answered[call.thread_id, call.response_id] = call_id
    return answered


def _continued(trace: RolloutTrace, call: InferenceCall, before_id: InferenceCallId | None) -> InferenceCall | None:
    """The request whose history another continues, if the graph shows that it does."""
    before = None if before_id is None else trace.inference_calls[before_id]
    if before is None or before.execution.started_seq >= call.execution.started_seq:
        return None
    history = (*before.request_item_ids, *before.response_item_ids)
    return before if call.request_item_ids[: len(history)] == history else None


def _fields(bundle: Bundle, trace: RolloutTrace, payload_id: RawPayloadId | None) -> dict[str, msgspec.Raw]:
    data = payload_bytes(bundle, trace, payload_id)
    return {} if data is None else _as(msgspec.Raw(data), dict[str, msgspec.Raw]) or {}


def _as(text: msgspec.Raw | None, shape: type[_Shape]) -> _Shape | None:
    try:
        return None if text is None else msgspec.json.decode(text, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
