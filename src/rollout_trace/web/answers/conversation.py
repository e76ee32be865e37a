"""The conversation of an agent, and one item as its payload has it."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from rollout_trace import json_text
from rollout_trace.errors import PayloadError
from rollout_trace.ids import CodexTurnId, CompactionId, ItemId, ThreadId
from rollout_trace.query.item_content import item_content
from rollout_trace.query.payload_json import strings_in
from rollout_trace.reduce.evidence import ItemSource, ObjectKind
from rollout_trace.web.answers.cutting import excerpt, page_made_of
from rollout_trace.web.answers.finding import found_in
from rollout_trace.web.answers.items import items_of
from rollout_trace.web.interface.common import Page
from rollout_trace.web.interface.objects import ConversationEntry, ItemJson
from rollout_trace.web.interface.questions import ConversationQuery, ItemQuery
from rollout_trace.web.view import View, once_a_view

_IMAGE: Final = re.compile(r"data:image/(?:png|jpeg|gif|webp|avif|bmp);base64,[A-Za-z0-9+/=]+")
"""The addresses that a page may show as images: they hold pixels and nothing that could be run."""


def conversation(view: View, asked: ConversationQuery) -> Page[ConversationEntry]:
    """All that ever stood in an agent's conversation, in the order in which it came."""
    thread = found_in(view, ObjectKind.THREAD, view.trace.threads, asked.thread)
    return page_made_of(
        thread.conversation_item_ids, asked, lambda item_ids: _entries(view, thread.thread_id, asked.offset, item_ids)
    )


def _entries(view: View, thread_id: ThreadId, offset: int, item_ids: Sequence[ItemId]) -> list[ConversationEntry]:
    turns, compactions = _first_items(view), _markers(view)
    return [
        ConversationEntry(
            index=index,
            item=item,
            begins_turn=turns.get((thread_id, item.item_id)),
            compaction=compactions.get(item.item_id),
        )
        for index, item in enumerate(items_of(view, item_ids), start=offset)
    ]


@once_a_view
def _first_items(view: View) -> Mapping[tuple[ThreadId, ItemId], CodexTurnId]:
    """The first item of each turn in the conversation of its agent."""
    found: dict[CodexTurnId, tuple[ThreadId, ItemId]] = {}
    for thread_id, thread in view.trace.threads.items():
        for item_id in thread.conversation_item_ids:
            turn_id = view.trace.conversation_items[item_id].codex_turn_id
            if turn_id is not None:
                found.setdefault(turn_id, (thread_id, item_id))
    return {place: turn_id for turn_id, place in found.items()}


@once_a_view
def _markers(view: View) -> Mapping[ItemId, CompactionId]:
    return {compaction.marker_item_id: compaction_id for compaction_id, compaction in view.trace.compactions.items()}


def item(view: View, asked: ItemQuery) -> ItemJson:
    """An item as the payload has it where it was first seen."""
    found_in(view, ObjectKind.CONVERSATION_ITEM, view.trace.conversation_items, asked.item)
    source = view.reduction.evidence.item_source(asked.item)
    content, fault = None, None
    try:
        content = item_content(view.bundle, view.reduction, asked.item)
    except PayloadError as error:
        fault = str(error)
    text = "" if content is None else msgspec.json.format(json_text.compact(content))
    return ItemJson(
        item_id=asked.item,
        payload=None if source is None else source.payload,
        path=None if source is None else _path(source),
        text=excerpt(text),
        images=tuple(text for text in strings_in(content) if _IMAGE.fullmatch(text)),
        fault=fault,
    )


def _path(source: ItemSource) -> str | None:
    return None if source.list_name is None else f"{source.list_name}[{source.index}]"
