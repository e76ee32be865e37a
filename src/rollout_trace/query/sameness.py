"""When two items say the same, whatever ids they have.

An item that is sent again after a compaction, or in another rollout, is another item with equal content. For a prompt
cache, and for a person, it is the same.
"""

from collections.abc import Sequence
from typing import TypeAlias

from rollout_trace.model.conversation import ConversationItem, JsonPart, Part, PayloadRefPart

Content: TypeAlias = tuple[object, ...]


def content_of(item: ConversationItem) -> Content:
    """What an item says, as a value that can be compared: ids and places are not in it, the call it belongs to is."""
    speakers = None if item.agent_message is None else (item.agent_message.author, item.agent_message.recipient)
    return (item.role, item.channel, item.kind, item.call_id, speakers, tuple(map(_part, item.body.parts)))


def _part(part: Part) -> object:
    match part:
        case JsonPart(summary=summary):
            return "json", summary
        case PayloadRefPart(label=label, content_sha256=sha256):
            return "opaque", label, sha256
        case _:
            return part


def common_beginning(left: Sequence[object], right: Sequence[object]) -> int:
    """How many entries, or characters, at the beginning of two lists or texts are equal."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(left), len(right)))
