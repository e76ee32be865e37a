"""When two items are the same item seen twice (spec 3, section 3, "Match" and "Merge").

Matching is made an equality of keys, which allows an index in place of a search: two items of a thread match exactly
if their keys are equal and, where both have an id of their own, their ids too.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping

import msgspec

from rollout_trace.errors import Rejection
from rollout_trace.ids import CallId, ItemId, ResponsesItemId, creation_order
from rollout_trace.model.conversation import (
    AgentMessage,
    Channel,
    ConversationItem,
    EncodedPart,
    ItemBody,
    ItemKind,
    JsonPart,
    Part,
    PayloadRefPart,
    Role,
    SummaryPart,
    TextPart,
)
from rollout_trace.reduce.sent_list import NOTHING_REPEATED, Repeated


class MatchKey(msgspec.Struct, frozen=True):
    """What two items must have in common to be the same item."""

    role: Role
    channel: Channel | None
    kind: ItemKind
    agent_message: AgentMessage | None
    call_id: CallId | None
    content: Hashable


_Candidate = tuple[int, ItemId]
_Candidates = deque[_Candidate]


class IncomingItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item as a payload carries it, normalised but not yet placed."""

    index: int
    """Its place in the list of the payload, from 0; skipped items count."""
    role: Role
    channel: Channel | None
    kind: ItemKind
    agent_message: AgentMessage | None
    body: ItemBody
    call_id: CallId | None
    match_key: MatchKey
    responses_item_id: ResponsesItemId | None
    """The item's own id; always None where items have none (`Dialect.items_have_ids`)."""
    is_bound_to_payload: bool
    """Whether it has content that is only known by the payload in which it stands, and so never is the same again."""
    fault: Rejection | None
    """What the mode tolerates in it; it is told of once, when the item is new."""


def match_key(
    role: Role,
    channel: Channel | None,
    kind: ItemKind,
    agent_message: AgentMessage | None,
    call_id: CallId | None,
    parts: tuple[Part, ...],
    opaque: Mapping[int, str],
) -> MatchKey:
    """What an item must have in common with another to be the same item.

    `opaque` gives, by the index of a `payload_ref` part, what its content is known by; a part without it is the same
    only within one payload.
    """
    if kind is ItemKind.REASONING:
        encoded = next((part for part in parts if isinstance(part, EncodedPart)), None)
        if encoded is not None:
            # Readable parts come and go when reasoning is sent again; the encoded one says which reasoning it is.
            return MatchKey(role, channel, kind, agent_message, call_id, encoded)
    content = tuple([_part_key(part, opaque.get(index)) for index, part in enumerate(parts)])
    return MatchKey(role, channel, kind, agent_message, call_id, content)


def same_own_id(item: ConversationItem, incoming: IncomingItem) -> bool:
    """Whether the own ids of two items agree: where one has none, the content decides alone."""
    return None in {item.responses_item_id, incoming.responses_item_id} or (
        item.responses_item_id == incoming.responses_item_id
    )


def _part_key(part: Part, opaque: str | None) -> Hashable:
    if isinstance(part, JsonPart):
        return (JsonPart, part.summary)
    if isinstance(part, PayloadRefPart) and opaque is not None:
        return (PayloadRefPart, part.label, part.content_sha256 is None, opaque)
    return part


def merged_reasoning(stored: ItemBody, incoming: ItemBody) -> ItemBody:
    """The parts of a stored reasoning item after one that matches it was seen: what is readable is kept."""
    texts = _parts_of(stored, TextPart)
    summaries = _parts_of(stored, SummaryPart)
    if texts and summaries:
        return stored
    parts = (
        *(texts or _parts_of(incoming, TextPart)),
        *(summaries or _parts_of(incoming, SummaryPart)),
        *_parts_of(stored, EncodedPart),
    )
    return ItemBody(parts)


def _parts_of(body: ItemBody, part_type: type[Part]) -> list[Part]:
    return [part for part in body.parts if isinstance(part, part_type)]


class UsedItems:
    """The items that a list being placed has used; its repeated beginning is looked through only where that matters."""

    def __init__(self, repeated: Repeated = NOTHING_REPEATED) -> None:
        self._repeated = repeated
        self._repeated_ids: frozenset[ItemId] | None = None
        self._added: set[ItemId] = set()

    def add(self, item_id: ItemId) -> None:
        """Note that the list has used an item."""
        self._added.add(item_id)

    def __contains__(self, item_id: ItemId) -> bool:
        if item_id in self._added:
            return True
        if creation_order(item_id) > self._repeated.newest:
            return False
        if self._repeated_ids is None:
            self._repeated_ids = frozenset(self._repeated.item_ids)
        return item_id in self._repeated_ids


class UnusedItems:
    """The items of a history that a list being placed has not used yet, searchable by what they match."""

    def __init__(
        self,
        history: Iterable[ItemId],
        match_keys: Mapping[ItemId, MatchKey],
        items: Mapping[ItemId, ConversationItem],
    ) -> None:
        self._by_key: dict[MatchKey, _Candidates] = {}
        self._by_key_and_id: dict[tuple[MatchKey, ResponsesItemId | None], _Candidates] = {}
        for position, item_id in enumerate(history):
            candidate = (position, item_id)
            key = match_keys[item_id]
            self._by_key.setdefault(key, deque()).append(candidate)
            self._by_key_and_id.setdefault((key, items[item_id].responses_item_id), deque()).append(candidate)

    def first(self, incoming: IncomingItem, used: UsedItems) -> ItemId | None:
        """The first item that matches and is not in `used`. Over the life of this object `used` may only grow."""
        key, own_id = incoming.match_key, incoming.responses_item_id
        if own_id is None:
            lists = [self._by_key.get(key)]
        else:
            lists = [self._by_key_and_id.get((key, own_id)), self._by_key_and_id.get((key, None))]
        found = [candidate for candidates in lists if (candidate := _first_unused(candidates, used)) is not None]
        return min(found)[1] if found else None


def _first_unused(candidates: _Candidates | None, used: UsedItems) -> _Candidate | None:
    while candidates and candidates[0][1] in used:
        candidates.popleft()
    return candidates[0] if candidates else None
