"""What an item said in full, read again from the evidence."""

import msgspec

from rollout_trace import json_text
from rollout_trace.bundle.folder import Bundle
from rollout_trace.diagnostics import Code
from rollout_trace.errors import JsonError, PayloadError
from rollout_trace.ids import ItemId
from rollout_trace.json_text import JsonValue
from rollout_trace.reduce.evidence import ItemSource
from rollout_trace.reduce.replay import Reduction


def item_content(bundle: Bundle, reduction: Reduction, item_id: ItemId) -> dict[str, JsonValue] | None:
    """An item as the payload has it where it was first seen; None for a compaction marker, which no payload has.

    A number with a fraction or an exponent is a `msgspec.Raw` of its text, so that none of its digits is lost.

    Raises:
        KeyError: the graph has no such item.
        PayloadError: the payload cannot be read any more, or is not what it was.
    """
    source = reduction.evidence.item_source(item_id)
    if source is None:
        return None
    try:
        item = _item_in(bundle.read_payload(source.payload), source)
    except (JsonError, msgspec.DecodeError, LookupError) as error:
        place = "its payload" if source.list_name is None else f"{source.list_name}[{source.index}]"
        reason = f"{item_id} no longer stands at {place}"
        raise PayloadError(Code.PAYLOAD_SHAPE, source.payload.raw_payload_id, reason) from error
    if isinstance(item, dict):
        return item
    raise PayloadError(Code.PAYLOAD_SHAPE, source.payload.raw_payload_id, f"{item_id} is no object any more")


def _item_in(data: bytes, source: ItemSource) -> JsonValue:
    json_text.check(data)
    if source.list_name is None:
        return json_text.parse_checked(data)
    items = msgspec.json.decode(data, type=dict[str, msgspec.Raw])[source.list_name]
    return json_text.parse_checked(msgspec.json.decode(items, type=list[msgspec.Raw])[source.index])
