"""The conversation of an agent, item by item, and exactly what its model saw at a request (questions 3 and 4)."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.errors import PayloadError
from rollout_trace.ids import CallId, InferenceCallId, ItemId, ThreadId
from rollout_trace.model.conversation import Channel, ItemKind, Role
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.query.gist import item_label
from rollout_trace.query.item_content import ItemContent, item_contents
from rollout_trace.query.item_text import is_cut, json_part_text, whole_texts
from rollout_trace.query.lineage import origins_of
from rollout_trace.query.naming import ObjectRef, item_ref
from rollout_trace.query.requests import first_shown, sent_requests
from rollout_trace.query.sent_items import cut_places, sent_contents
from rollout_trace.query.summary import tool_name
from rollout_trace.reduce.evidence import ItemSource
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import UnixMilliseconds

NOT_SENT: Final[Mapping[int, ItemContent]] = MappingProxyType({})


class SaidItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item, in full, with where it came from."""

    item_id: ItemId
    role: Role
    channel: Channel | None
    kind: ItemKind
    label: str
    """Who says it, or what it is, in a word."""
    tool: str | None
    """The tool of a call or an output, if the trace has it."""
    call_id: CallId | None
    first_seen_at_unix_ms: UnixMilliseconds
    origins: tuple[ObjectRef, ...]
    """What produced it; empty for what the user or the host program wrote."""
    first_shown_in: InferenceCallId | None
    """The first request that showed it to a model."""
    text: str
    content: ItemContent | None
    """The item as the payload has it; None if it is in none, cannot be read, or was not asked for."""
    source: ItemSource | None


def conversation_of(
    bundle: Bundle, reduction: Reduction, thread_id: ThreadId, *, with_content: bool = True
) -> tuple[SaidItem, ...]:
    """All that ever stood in an agent's conversation, in the order in which it came.

    Without `with_content` the items are not read again from the payloads, which takes time where there are many.

    Raises:
        KeyError: the graph has no such thread.
    """
    item_ids = reduction.trace.threads[thread_id].conversation_item_ids
    return said_items(bundle, reduction, item_ids, ties_of_items(reduction.trace), with_content=with_content)


def seen_at(
    bundle: Bundle, reduction: Reduction, call_id: InferenceCallId, *, with_content: bool = True
) -> tuple[SaidItem, ...]:
    """The items that a model was shown at a request, in order: exactly those, and nothing else.

    Without `with_content` the items are not read again from the payloads, which takes time where there are many.

    Raises:
        KeyError: the graph has no such request.
    """
    trace = reduction.trace
    call = trace.inference_calls[call_id]
    places = range(len(call.request_item_ids)) if with_content else cut_places(trace, call.request_item_ids)
    return said_items(
        bundle,
        reduction,
        call.request_item_ids,
        ties_of_items(trace),
        with_content=with_content,
        as_sent=sent_contents(bundle, trace, call, places),
    )


class ItemTies(msgspec.Struct, frozen=True):
    """What ties the items of a graph to its other objects."""

    tools: Mapping[ItemId, str]
    """The tool of a call or an output."""
    first_shown: Mapping[ItemId, InferenceCallId]
    origins: Mapping[ObjectRef, tuple[ObjectRef, ...]]


def ties_of_items(trace: RolloutTrace) -> ItemTies:
    """The ties of all items of a graph."""
    return ItemTies(_tools_by_item(trace), first_shown(sent_requests(trace)), origins_of(trace))


def said_items(
    bundle: Bundle,
    reduction: Reduction,
    item_ids: Iterable[ItemId],
    ties: ItemTies,
    *,
    with_content: bool,
    as_sent: Mapping[int, ItemContent] = NOT_SENT,
) -> tuple[SaidItem, ...]:
    """Items of a graph, in full: as they were first seen, or `as_sent` by a request, by their place among these.

    Raises:
        KeyError: the graph lacks one of them.
    """
    trace, ids = reduction.trace, tuple(item_ids)
    texts = whole_texts(bundle, reduction, ids)
    contents = item_contents(bundle, reduction, ids if with_content else ())
    found = []
    for place, item_id in enumerate(ids):
        item, content = trace.conversation_items[item_id], contents.get(item_id)
        sent = as_sent.get(place)
        if sent is not None and with_content:
            content = sent
        found.append(
            SaidItem(
                item_id=item_id,
                role=item.role,
                channel=item.channel,
                kind=item.kind,
                label=item_label(item),
                tool=ties.tools.get(item_id) or named_tool(content),
                call_id=item.call_id,
                first_seen_at_unix_ms=item.first_seen_at_unix_ms,
                origins=ties.origins.get(item_ref(item_id), ()),
                first_shown_in=ties.first_shown.get(item_id),
                text=json_part_text(sent) if sent is not None and is_cut(item) else texts[item_id],
                content=None if isinstance(content, PayloadError) else content,
                source=reduction.evidence.item_source(item_id),
            )
        )
    return tuple(found)


def _tools_by_item(trace: RolloutTrace) -> dict[ItemId, str]:
    return {
        item_id: tool_name(tool.kind)
        for tool in trace.tool_calls.values()
        for item_id in (*tool.model_visible_call_item_ids, *tool.model_visible_output_item_ids)
    }


def named_tool(content: ItemContent | PayloadError | None) -> str | None:
    """The tool that an item names, as its payload has it."""
    name = content.get("name") if isinstance(content, dict) else None
    return name if isinstance(name, str) else None
