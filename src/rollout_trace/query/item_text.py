"""What an item says, as text.

A graph has text and programs whole, but JSON cut to 240 bytes; `whole_texts` reads the rest from the payloads.
"""

import re
from collections.abc import Iterable

from rollout_trace import json_text
from rollout_trace.bundle.folder import Bundle
from rollout_trace.errors import PayloadError
from rollout_trace.ids import ItemId
from rollout_trace.json_text import JsonValue
from rollout_trace.model.conversation import (
    CodePart,
    ConversationItem,
    EncodedPart,
    JsonPart,
    Part,
    PayloadRefPart,
    Role,
    SummaryPart,
    TextPart,
)
from rollout_trace.query.item_content import item_contents
from rollout_trace.reduce.replay import Reduction

_CUT_BYTES = 240
_HEADER = re.compile(
    r"(?:(?:Chunk ID|Exit code|Original token count|Total output lines): [^\n]*\n|Wall time:? [^\n]*\n"
    r"|Process (?:exited|running) [^\n]*\n|Script (?:completed|failed|running) ?[^\n]*\n)+Output:(?:\n|$)"
    r"(?:Warning: truncated output [^\n]*\n)?(?:Total output lines: [^\n]*\n\n?)?"
)


def item_text(item: ConversationItem) -> str:
    """What the graph has of an item: its readable parts, and a word in brackets for each that is not."""
    return "\n".join(map(part_text, item.body.parts))


def readable_text(item: ConversationItem) -> str:
    """What there is to read in an item: without encrypted parts beside others, and without an output's first lines."""
    readable = [part for part in item.body.parts if not isinstance(part, EncodedPart)]
    text = "\n".join(map(part_text, readable or item.body.parts))
    return without_header(text) if item.role is Role.TOOL else text


def without_header(shown: str) -> str:
    """An output as the model was shown it, without what the runtime says before it: times, exit code, `Output:`."""
    found = _HEADER.match(shown)
    return shown[found.end() :] if found else shown


def part_text(part: Part) -> str:
    """One part of an item, as text."""
    match part:
        case TextPart(text=text) | SummaryPart(text=text):
            return text
        case CodePart(source=source):
            return source
        case JsonPart(summary=summary):
            return summary
        case EncodedPart(value=value):
            return f"[encrypted, {len(value):,} characters]"
        case PayloadRefPart(label=label):
            return f"[{label}]"


def is_cut(item: ConversationItem) -> bool:
    """Whether the graph has only the beginning of an item."""
    return any(
        isinstance(part, JsonPart) and part.summary.endswith("...") and len(part.summary.encode()) > _CUT_BYTES
        for part in item.body.parts
    )


def whole_texts(bundle: Bundle, reduction: Reduction, item_ids: Iterable[ItemId]) -> dict[ItemId, str]:
    """What items say, none of it cut; what a payload no longer has stays as the graph has it."""
    items = reduction.trace.conversation_items
    texts = {item_id: item_text(items[item_id]) for item_id in item_ids}
    cut = [item_id for item_id in texts if is_cut(items[item_id])]
    for item_id, content in item_contents(bundle, reduction, cut).items():
        if not isinstance(content, PayloadError):
            texts[item_id] = json_part_text(content)
    return texts


def json_part_text(content: dict[str, JsonValue]) -> str:
    """The part of an item that a graph has as JSON: the arguments of a call, an output, or the item itself."""
    for name in ("arguments", "output"):
        value = content.get(name)
        if isinstance(value, str):
            return value
        if value is not None:
            return json_text.compact(value)
    return json_text.compact(content)
