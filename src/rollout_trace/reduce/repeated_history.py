"""Items that a thread sends again, recognised as bytes: neither parsed nor placed a second time.

A request of a long thread repeats the history of the request before and the answer to it, and adds a few items, so
parsing and placing all of it costs the square of the conversation. This module remembers, for each thread, the text of
the last list that it sent and of the answer, and the items that these texts were found to be. A list that begins with
the same bytes begins with the same items. Any doubt leads to the ordinary way, which reads everything, and both ways
give the same graph, the same diagnostics and the same rejections. Why:

*As text.* The repeated items are whole JSON values, found to be strict JSON when they were read first, as deep in their
payload as here. So the payload is strict JSON exactly if it is with one plain value in their place, and that is what is
parsed. The list must be the payload's own: it begins with that value, which stands nowhere else in what is parsed.
Reasoning of an answer may have got `"content": null`, which says what it says without (spec 3, section 4).

*As history.* The ordinary way compares each item with the one in its place in the history. The history must still begin
with exactly the items that the text was found to be. Each fits again: what an item is known by changes only when a
receipt is redeemed, which makes the thread forget its list, and an own id once taken stays. A list with an item that
would not be found again, as it is known by the payload it stands in, is not remembered; nor is one of schema 2 that a
receipt gave an item which it had already, since no list finds an item twice.

*As news.* An item took over what its text says when that was seen before: its own id, readable reasoning. Seen again,
it can only have ties completed, to a tool, a cell or an answer that came since then. `links` keeps a list of the call
ids that have got ties, so `Repeated.retied` are the items to look at again. Messages between agents are settled when
their item is first seen, or when they are sent after that.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Final, Generic, TypeVar

import msgspec
from msgspec.structs import replace

from rollout_trace import json_text
from rollout_trace.errors import JsonError
from rollout_trace.ids import ItemId, ThreadId, creation_order
from rollout_trace.model.conversation import ItemKind
from rollout_trace.model.inference import InferenceCall
from rollout_trace.reduce.evidence import ListName
from rollout_trace.reduce.matching import IncomingItem
from rollout_trace.reduce.payload_reading import Payload, checked_payload, items_in, shaped
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.sent_list import NOTHING_REPEATED, AnsweredItem, Repeated, SentList
from rollout_trace.values import PayloadRef

Shape = TypeVar("Shape", bound=msgspec.Struct)
_SPACE = b" \t\n\r"
_SEPARATOR = re.compile(rb"[ \t\n\r,]*")
_COMMA = re.compile(rb"[ \t\n\r]*,[ \t\n\r]*")
_END_OF_REASONING = re.compile(rb'(?:[ \t\n\r]*,[ \t\n\r]*"content"[ \t\n\r]*:[ \t\n\r]*null)?[ \t\n\r]*}')
_MORE_OR_END = re.compile(rb"[ \t\n\r]*[,\]]")
_REPEATED: Final = b'"the items that are repeated"'
"""What stands in a text in place of them."""
_LAST_ITEMS: Final = 16
_MOST_OPENINGS: Final = 8
"""Each place where a list may begin costs a look at all that was sent, so only so many are looked at."""


class ItemList(msgspec.Struct, Generic[Shape], frozen=True):
    """A payload that was read for a list in it."""

    payload: Payload
    fields: Shape
    """The fields that are read; that of the list has only what follows the repeated items."""
    repeated: Repeated
    raw_items: list[msgspec.Raw]
    """The items that follow the repeated ones, still unparsed."""
    start: int | None
    """Where in the payload the list's first item begins; None if that is not known."""
    end: int
    """Where the last item ends."""


class _Beginning(msgspec.Struct, frozen=True):
    """Where a payload repeats the beginning of a list: its bracket, its first item, how many items, where they end."""

    bracket: int
    start: int
    count: int
    end: int


def read_list(
    state: ReducerState, ref: PayloadRef, shape: type[Shape], what: str, list_name: ListName, sent: SentList | None
) -> ItemList[Shape]:
    """Read a payload for one of its lists, which may repeat `sent`; `what` names the payload in errors.

    Every field of `shape` may be absent.

    Raises:
        Rejection: the payload cannot be had, is no strict JSON, has another shape, or not this list.
    """
    text = state.load(ref)
    if sent is not None and len(text) * 2 > sent.length:  # what repeats less than half of it is as well read in full
        for beginning in _beginnings(sent, text, list_name):
            found = _read_rest(Payload(ref.raw_payload_id, text), shape, list_name, beginning)
            if found is not None:
                state.checked_payloads.add(ref)
                return replace(found, repeated=_repeated(state, sent, beginning.count))
    payload = checked_payload(state, ref, text)
    fields = shaped(payload, shape, what)
    list_text = getattr(fields, list_name)
    raw_items = items_in(payload, list_name, list_text)
    start, end = _place_of(text, list_name, list_text) if state.recognises_repetition and raw_items else (None, 0)
    return ItemList(payload, fields, NOTHING_REPEATED, raw_items, start, end)


def sent_before(state: ReducerState, thread_id: ThreadId, history: tuple[ItemId, ...]) -> SentList | None:
    """The last list that a thread sent and its answer, as far as this history still begins with their items."""
    sent = state.sent_lists.get(thread_id)
    if sent is None:
        return None
    count = len(sent.item_ids)
    if history[:count] != sent.item_ids:
        return None
    if history[count : count + len(sent.answer_ids)] != sent.answer_ids:
        return replace(sent, answer=(), answer_ids=())
    return sent


def remember(
    state: ReducerState,
    thread_id: ThreadId,
    sent: ItemList[Shape],
    incoming: Sequence[IncomingItem],
    item_ids: tuple[ItemId, ...],
) -> None:
    """Remember a list that a thread sent; `incoming` follows the repeated items, `item_ids` is what all of them are.

    What it repeats is the list that the thread still has in memory: it was read beside that one. If placing it has
    redeemed a receipt, the thread has forgotten that list, and remembers none.
    """
    repeated = sent.repeated
    before = state.sent_lists.get(thread_id)
    if sent.start is None or (repeated.count and before is None):  # unknown where, or forgotten while it was placed
        return
    added = item_ids[len(repeated.item_ids) :]
    if not all(_is_found_again(state, *pair) for pair in zip(incoming, added, strict=True)):
        return
    if state.dialect.items_have_ids and len(set(added)) < len(added):  # by a receipt; it would not be found twice
        return
    skipped = () if before is None else before.skipped[: bisect_left(before.skipped, repeated.count)]
    if len(incoming) < len(sent.raw_items):
        places = range(repeated.count, repeated.count + len(sent.raw_items))
        skipped = (*skipped, *sorted(set(places).difference([item.index for item in incoming])))
    state.sent_lists[thread_id] = SentList(
        thread_id=thread_id,
        texts=_texts(before, sent),
        length=sent.end - sent.start,
        count=repeated.count + len(sent.raw_items),
        item_ids=item_ids,
        skipped=skipped,
        newest=max(repeated.newest, *map(creation_order, added)) if added else repeated.newest,
        known_ties=len(state.tied_calls),
    )


def remember_answer(
    state: ReducerState,
    call: InferenceCall,
    raw_items: Sequence[msgspec.Raw],
    incoming: Sequence[IncomingItem],
    item_ids: tuple[ItemId, ...],
) -> None:
    """Remember the answer to the last list that a thread sent; `item_ids` is what its items were found to be."""
    sent = state.sent_lists.get(call.thread_id)
    if sent is None or len(sent.item_ids) != len(call.request_item_ids):  # it follows something else
        return
    if len(incoming) < len(raw_items):  # it has what is no conversation, which is nowhere in a history
        return
    newest = sent.newest
    for item, item_id in zip(incoming, item_ids, strict=True):
        number = creation_order(item_id)
        if number <= newest or not _is_found_again(state, item, item_id):  # no list finds an item twice
            return
        newest = number
    answer = tuple([_answered(*pair) for pair in zip(raw_items, incoming, strict=True)])
    state.sent_lists[call.thread_id] = replace(sent, newest=newest, answer=answer, answer_ids=item_ids)


def forget(state: ReducerState, thread_id: ThreadId) -> None:
    """What an item of a thread is known by has changed, or the thread has ended."""
    if thread_id in state.sent_lists:
        del state.sent_lists[thread_id]


def _is_found_again(state: ReducerState, incoming: IncomingItem, item_id: ItemId) -> bool:
    return not incoming.is_bound_to_payload and state.match_keys[item_id] == incoming.match_key


def _answered(raw: msgspec.Raw, incoming: IncomingItem) -> AnsweredItem:
    text = bytes(raw)
    # Of equal fields the last counts, and the name of a field may be written with escapes.
    if incoming.kind is ItemKind.REASONING and b'"content"' not in text and b"\\u" not in text:
        return AnsweredItem(text[:-1].rstrip(_SPACE), may_get_null=True)
    return AnsweredItem(text, may_get_null=False)


def _repeated(state: ReducerState, sent: SentList, count: int) -> Repeated:
    if count >= sent.count:
        item_ids = sent.item_ids + sent.answer_ids[: count - sent.count]
    else:
        item_ids = sent.item_ids[: count - bisect_left(sent.skipped, count)]
    tied = {
        item_id
        for number in range(sent.known_ties, len(state.tied_calls))
        for item_id in state.items_by_call.get((sent.thread_id, state.tied_calls[number]), ())
        if creation_order(item_id) <= sent.newest
    }
    return Repeated(count, item_ids, min(len(sent.item_ids), len(item_ids)), sent.newest, _those_of(item_ids, tied))


def _those_of(item_ids: tuple[ItemId, ...], tied: set[ItemId]) -> tuple[ItemId, ...]:
    """Which of the items are tied, in their order. What has got a tie nearly always is one of the last."""
    if tied.issubset(item_ids[-_LAST_ITEMS:]):
        item_ids = item_ids[-_LAST_ITEMS:]
    return tuple([item_id for item_id in item_ids if item_id in tied])


def _texts(before: SentList | None, sent: ItemList[Shape]) -> tuple[bytes, ...]:
    """The text of a list that was sent, in pieces: what it repeats, and what follows.

    To keep the payload itself would be simpler, but two large buffers at a time, each a little larger than the last,
    made the memory allocator take a tenth of the time of the whole. A piece is joined to what is added if that is as
    long, so that there are few pieces.
    """
    text = memoryview(sent.payload.data)[sent.start : sent.end]
    if before is None or sent.repeated.count < before.count:
        return (bytes(text),)
    texts = before.texts
    added = bytes(text[before.length :])
    while len(texts) > 1 and len(texts[-1]) <= len(added):
        texts, added = texts[:-1], texts[-1] + added
    return (*texts, added)


def _beginnings(sent: SentList, text: bytes, list_name: ListName) -> Iterator[_Beginning]:
    """Where lists that may be the one of this name begin with items of the list that was sent."""
    for bracket, start in islice(_openings(text, list_name), _MOST_OPENINGS):
        count, end = _common_items(sent, text, start)
        if count:
            yield _Beginning(bracket, start, count, end)


def _common_items(sent: SentList, text: bytes, start: int) -> tuple[int, int]:
    """How many items a list that starts here has in common with the one that was sent, and where they end."""
    end = start
    for known in sent.texts:
        if not text.startswith(known, end):
            break
        end += len(known)
    else:
        if _MORE_OR_END.match(text, end):
            return _with_answer(sent, text, end)
    known = b"".join(sent.texts)
    count, end = 0, start
    item_start = item_end = 0
    for raw in msgspec.json.decode(b"[%b]" % known, type=list[msgspec.Raw]):
        item_start, item_end = item_end, _after_separator(known, item_end) + len(raw)
        if not (text.startswith(known[item_start:item_end], end) and _MORE_OR_END.match(text, start + item_end)):
            break
        count, end = count + 1, start + item_end
    return count, end


def _with_answer(sent: SentList, text: bytes, end: int) -> tuple[int, int]:
    """How many items a list that has all that was sent, up to `end`, has in common with it and the answer to it."""
    count = sent.count
    for item in sent.answer:
        comma = _COMMA.match(text, end)
        if comma is None or not text.startswith(item.text, comma.end()):
            break
        item_end = comma.end() + len(item.text)
        if item.may_get_null:
            ending = _END_OF_REASONING.match(text, item_end)
            if ending is None:
                break
            item_end = ending.end()
        if not _MORE_OR_END.match(text, item_end):
            break
        count, end = count + 1, item_end
    return count, end


def _read_rest(
    payload: Payload, shape: type[Shape], list_name: ListName, beginning: _Beginning
) -> ItemList[Shape] | None:
    """Read a payload but for the items that it repeats; None in any doubt."""
    text = payload.data
    rest = b"".join((text[: beginning.bracket + 1], _REPEATED, text[beginning.end :]))
    try:
        json_text.check(rest)
        fields = msgspec.json.decode(rest, type=shape)
    except (JsonError, msgspec.ValidationError):
        return None
    found = getattr(fields, list_name)
    list_text = b"" if found is msgspec.UNSET else bytes(found)
    if not list_text.startswith(b"[" + _REPEATED) or rest.count(_REPEATED) != 1:
        return None
    raw_items = msgspec.json.decode(list_text, type=list[msgspec.Raw])[1:]
    end = beginning.end + len(list_text) - len(b"[" + _REPEATED + b"]")
    return ItemList(payload, fields, NOTHING_REPEATED, raw_items, beginning.start, _before_space(text, end))


@cache
def _opening_of(list_name: ListName) -> re.Pattern[bytes]:
    return re.compile(rb'"%b"[ \t\n\r]*:[ \t\n\r]*(\[)[ \t\n\r]*' % list_name.encode())


def _openings(text: bytes, list_name: ListName) -> Iterator[tuple[int, int]]:
    """Where lists of this name seem to open, and where their first items begin."""
    for opening in _opening_of(list_name).finditer(text):
        if text[opening.start() - 1] != ord("\\"):  # else the name is the end of another, or of a text
            yield opening.start(1), opening.end()


def _place_of(text: bytes, list_name: ListName, list_text: msgspec.Raw) -> tuple[int | None, int]:
    """Where the items of a list start and end in a payload; None if the list is not found as it is usually written."""
    for bracket, start in _openings(text, list_name):
        if text.startswith(list_text, bracket):
            return start, _before_space(text, bracket + len(list_text) - 1)
    return None, 0


def _after_separator(text: bytes, position: int) -> int:
    separator = _SEPARATOR.match(text, position)
    return position if separator is None else separator.end()


def _before_space(text: bytes, position: int) -> int:
    while text[position - 1] in _SPACE:
        position -= 1
    return position
