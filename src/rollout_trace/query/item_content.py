"""What items said in full, read again from the evidence."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rollout_trace import json_text
from rollout_trace.bundle.folder import Bundle
from rollout_trace.diagnostics import Code
from rollout_trace.errors import JsonError, PayloadError
from rollout_trace.ids import ItemId
from rollout_trace.json_text import JsonValue
from rollout_trace.reduce.evidence import ItemSource, ListName
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import PayloadRef

ItemContent = dict[str, JsonValue]
"""An item as a payload has it. A number with a fraction or an exponent is a `msgspec.Raw` of its text."""


def item_content(bundle: Bundle, reduction: Reduction, item_id: ItemId) -> ItemContent | None:
    """An item as the payload has it where it was first seen; None for a compaction marker, which no payload has.

    A number with a fraction or an exponent is a `msgspec.Raw` of its text, so that none of its digits is lost.

    Raises:
        KeyError: the graph has no such item.
        PayloadError: the payload cannot be read any more, or is not what it was.
    """
    content = item_contents(bundle, reduction, [item_id]).get(item_id)
    if isinstance(content, PayloadError):
        raise content
    return content


def item_contents(
    bundle: Bundle, reduction: Reduction, item_ids: Iterable[ItemId]
) -> dict[ItemId, ItemContent | PayloadError]:
    """Items as the payloads have them, or why not; without compaction markers. Each payload is read once.

    Raises:
        KeyError: the graph lacks one of the items.
    """
    places: dict[tuple[PayloadRef, ListName | None], list[tuple[ItemId, ItemSource]]] = {}
    for item_id in item_ids:
        source = reduction.evidence.item_source(item_id)
        if source is not None:
            places.setdefault((source.payload, source.list_name), []).append((item_id, source))
    contents: dict[ItemId, ItemContent | PayloadError] = {}
    for (payload, list_name), wanted in places.items():
        contents.update(_contents_in(bundle, payload, list_name, wanted))
    return contents


def _contents_in(
    bundle: Bundle, payload: PayloadRef, list_name: ListName | None, wanted: Sequence[tuple[ItemId, ItemSource]]
) -> Iterator[tuple[ItemId, ItemContent | PayloadError]]:
    try:
        items = _items_in(bundle.read_payload(payload), list_name)
    except PayloadError as error:
        yield from ((item_id, error) for item_id, _ in wanted)
        return
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, LookupError):
        items = []
    for item_id, source in wanted:
        place = "its payload" if list_name is None else f"{list_name}[{source.index}]"
        reason = f"{item_id} no longer stands at {place}"
        try:
            item = json_text.parse(bytes(items[source.index]))
        except (JsonError, LookupError):
            item = None
        else:
            reason = f"{item_id} is no object any more"
        if isinstance(item, dict):
            yield item_id, item
        else:
            yield item_id, PayloadError(Code.PAYLOAD_SHAPE, payload.raw_payload_id, reason)


def _items_in(data: bytes, list_name: ListName | None) -> Sequence[bytes | msgspec.Raw]:
    """The items in a payload, unparsed; each is checked when it is parsed."""
    if list_name is None:
        return [data]
    items = msgspec.json.decode(data, type=dict[str, msgspec.Raw])[list_name]
    return msgspec.json.decode(items, type=list[msgspec.Raw])
