"""What an item said in full, read again from the evidence."""

from typing import Any

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.diagnostics import Code
from rollout_trace.errors import PayloadError
from rollout_trace.ids import ItemId
from rollout_trace.reduce.replay import Reduction


def item_content(bundle: Bundle, reduction: Reduction, item_id: ItemId) -> dict[str, Any] | None:
    """An item as the payload has it where it was first seen; None for a compaction marker, which no payload has.

    Raises:
        KeyError: the graph has no such item.
        PayloadError: the payload cannot be read any more, or is not what it was.
    """
    source = reduction.evidence.item_source(item_id)
    if source is None:
        return None
    data = bundle.read_payload(source.payload)
    try:
        if source.list_name is None:
            return msgspec.json.decode(data, type=dict[str, Any])
        items = msgspec.json.decode(data, type=dict[str, msgspec.Raw])[source.list_name]
        item = msgspec.json.decode(items, type=list[msgspec.Raw])[source.index]
        return msgspec.json.decode(item, type=dict[str, Any])
    except (msgspec.DecodeError, LookupError) as error:
        reason = f"{item_id} no longer stands at {source.list_name}[{source.index}]"
        raise PayloadError(Code.PAYLOAD_SHAPE, source.payload.raw_payload_id, reason) from error
