"""Which events made or changed an object, and where an item's full content lies.

The reducer fills it as it goes; it belongs to a graph as its footnotes.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Literal

import msgspec

from rollout_trace.ids import ItemId
from rollout_trace.values import PayloadRef, Seq


class ObjectKind(StrEnum):
    """The kinds of objects in a graph."""

    ROLLOUT = "rollout"
    THREAD = "thread"
    CODEX_TURN = "codex_turn"
    CONVERSATION_ITEM = "conversation_item"
    INFERENCE_CALL = "inference_call"
    CODE_CELL = "code_cell"
    TOOL_CALL = "tool_call"
    TERMINAL_SESSION = "terminal_session"
    TERMINAL_OPERATION = "terminal_operation"
    COMPACTION = "compaction"
    COMPACTION_REQUEST = "compaction_request"
    INTERACTION_EDGE = "interaction_edge"
    RAW_PAYLOAD = "raw_payload"


class EventPosition(msgspec.Struct, frozen=True):
    """Where an event stands: its `seq`, and its line (1-based) if it came from a log."""

    seq: Seq
    line: int | None


ListName = Literal["input", "output_items", "input_history", "replacement_history"]
"""The lists of items that payloads hold."""


class ItemSource(msgspec.Struct, frozen=True):
    """Where an item was first seen: a payload, the list in it, and the index (from 0) in that list.

    Without a list the payload is the item itself, as it is when a message from another agent is accepted.
    """

    payload: PayloadRef
    list_name: ListName | None
    index: int


class Evidence:
    """The events and payloads behind the objects of one graph."""

    def __init__(
        self,
        touches: Iterable[tuple[EventPosition, tuple[tuple[ObjectKind, str], ...]]] = (),
        item_sources: dict[ItemId, ItemSource] | None = None,
    ) -> None:
        self._touches = list(touches)
        self._item_sources = item_sources or {}
        self._events: dict[tuple[ObjectKind, str], list[EventPosition]] | None = None

    def events_of(self, kind: ObjectKind, object_id: str) -> tuple[EventPosition, ...]:
        """The events that made or changed an object, in order; empty for an object that no event speaks of.

        A thread counts as changed by every event that added to its conversation, a cell and an edge as made by the
        event that first told of them, though the graph may have them only later.
        """
        if self._events is None:
            events: dict[tuple[ObjectKind, str], list[EventPosition]] = {}
            for position, objects in self:
                for touched in objects:
                    events.setdefault(touched, []).append(position)
            self._events = events  # when it is whole: another thread may ask meanwhile
        return tuple(self._events.get((kind, object_id), ()))

    def item_source(self, item_id: ItemId) -> ItemSource | None:
        """Where an item was first seen; None for a compaction marker, which stands in no payload.

        Raises:
            KeyError: the graph has no such item.
        """
        if not self.events_of(ObjectKind.CONVERSATION_ITEM, item_id):
            raise KeyError(item_id)
        return self._item_sources.get(item_id)

    def __iter__(self) -> Iterator[tuple[EventPosition, tuple[tuple[ObjectKind, str], ...]]]:
        """Every event that was applied, in order, with the objects that it made or changed."""
        return ((position, tuple(dict.fromkeys(objects))) for position, objects in self._touches)
