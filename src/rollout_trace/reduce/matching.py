"""When two items are the same item seen twice (spec 3, section 3, "Match" and "Merge").

Matching is made an equality of keys: two items of a thread match exactly if their keys are equal. That is what allows
an index over them in place of a search.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping

import msgspec

from rollout_trace.ids import CallId, ItemId
from rollout_trace.model.conversation import (
    AgentMessage,
    Channel,
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
    match_key: Hashable


def match_key(
    role: Role,
    channel: Channel | None,
    kind: ItemKind,
    agent_message: AgentMessage | None,
    call_id: CallId | None,
    parts: tuple[Part, ...],
    opaque: Mapping[int, str],
) -> Hashable:
    """What an item must have in common with another to be the same item.

    `opaque` gives, by the index of a `payload_ref` part, what its content is known by; a part without it is the same
    only within one payload.
    """
    if kind is ItemKind.REASONING:
        encoded = next((part for part in parts if isinstance(part, EncodedPart)), None)
        if encoded is not None:
            # Readable parts come and go when reasoning is sent again; the encoded one says which reasoning it is.
            return (kind, encoded)
    content = tuple(_part_key(part, opaque.get(index)) for index, part in enumerate(parts))
    return (role, channel, kind, agent_message, call_id, content)


def _part_key(part: Part, opaque: str | None) -> Hashable:
    if isinstance(part, JsonPart):
        return (JsonPart, part.summary)
    if isinstance(part, PayloadRefPart) and opaque is not None:
        return (PayloadRefPart, part.label, opaque)
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


class UnusedItems:
    """The items of a history that a list being placed has not used yet, searchable by key."""

    def __init__(self, history: Iterable[ItemId], match_keys: Mapping[ItemId, Hashable]) -> None:
        self._by_key: dict[Hashable, deque[ItemId]] = {}
        for item_id in history:
            self._by_key.setdefault(match_keys[item_id], deque()).append(item_id)

    def first(self, key: Hashable, used: set[ItemId]) -> ItemId | None:
        """The first item with this key that is not in `used`. Over the life of this object `used` may only grow."""
        candidates = self._by_key.get(key, deque())
        while candidates and candidates[0] in used:
            candidates.popleft()
        return candidates[0] if candidates else None
