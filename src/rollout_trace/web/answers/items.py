"""Items as all answers give them."""

from collections.abc import Iterable, Mapping, Sequence

from rollout_trace.ids import ItemId
from rollout_trace.model.conversation import ItemKind, Part
from rollout_trace.model.inference import InferenceCall
from rollout_trace.query.conversation import NOT_SENT, SaidItem, named_tool, said_items
from rollout_trace.query.item_content import ItemContent, item_contents
from rollout_trace.query.sent_items import cut_places, sent_contents
from rollout_trace.web import parts
from rollout_trace.web.answers.cutting import excerpt
from rollout_trace.web.interface.objects import Item
from rollout_trace.web.view import View

_CALLS = {ItemKind.FUNCTION_CALL, ItemKind.CUSTOM_TOOL_CALL}


def items_of(view: View, item_ids: Iterable[ItemId]) -> list[Item]:
    """Items of the graph, in the order of their ids as they are given."""
    return _items(view, item_ids, NOT_SENT)


def items_sent(view: View, call: InferenceCall, places: Sequence[int]) -> list[Item]:
    """Items of a request, exactly as it showed them, by their places in it."""
    item_ids = [call.request_item_ids[place] for place in places]
    cut = {places[index]: index for index in cut_places(view.trace, item_ids)}
    sent = sent_contents(view.bundle, view.trace, call, cut)
    return _items(view, item_ids, {cut[place]: content for place, content in sent.items()})


def _items(view: View, item_ids: Iterable[ItemId], as_sent: Mapping[int, ItemContent]) -> list[Item]:
    ties, items = parts.item_ties(view), view.trace.conversation_items
    said = said_items(view.bundle, view.reduction, item_ids, ties, with_content=False, as_sent=as_sent)
    # Of a call that led to no tool call of the graph, only the payload has the name.
    nameless = [item.item_id for item in said if item.tool is None and item.kind in _CALLS]
    contents = item_contents(view.bundle, view.reduction, nameless)
    return [
        _item(item, item.tool or named_tool(contents.get(item.item_id)), _content_kinds(items[item.item_id].body.parts))
        for item in said
    ]


def _item(said: SaidItem, tool: str | None, content_kinds: tuple[str, ...]) -> Item:
    return Item(
        item_id=said.item_id,
        role=said.role,
        channel=said.channel,
        kind=said.kind,
        label=said.label,
        tool=tool,
        call_id=said.call_id,
        first_seen_at_unix_ms=said.first_seen_at_unix_ms,
        origins=said.origins,
        first_shown_in=said.first_shown_in,
        text=excerpt(said.text),
        content_kinds=content_kinds,
        source=said.source,
    )


def _content_kinds(content: Iterable[Part]) -> tuple[str, ...]:
    return tuple(str(part.__struct_config__.tag) for part in content)
