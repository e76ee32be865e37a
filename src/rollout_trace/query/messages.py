"""The words of what goes from one agent to another, without the envelope that a client puts around them.

What the receiver was shown may be encrypted. Its words then stand in the call with which the sender sent it.
"""

import re
from collections.abc import Mapping
from typing import Final

from rollout_trace import json_text
from rollout_trace.errors import JsonError
from rollout_trace.ids import ItemId
from rollout_trace.model.conversation import ConversationItem
from rollout_trace.model.edges import ItemAnchor, ToolCallAnchor
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.tools import ToolCall
from rollout_trace.query.item_text import readable_text
from rollout_trace.values import AgentSummary, GenericSummary

_ENVELOPE: Final = re.compile(r"(?:[A-Z][A-Za-z ]*: [^\n]*\n)+Payload:(?:\n|$)")
_ARGUMENTS: Final = ("message", "prompt", "input")
"""What the tools that send something call what is sent."""
_CUT_ARGUMENT: Final = re.compile(r'"(?:message|prompt|input)" ?: ?"(.*)', re.DOTALL)


def without_envelope(text: str) -> str:
    """A message without the lines before its words: its type, its task, its sender."""
    found = _ENVELOPE.match(text)
    return text[found.end() :] if found else text


def written_words(arguments: str) -> str | None:
    """What the arguments of a call send; None if they send nothing, or are cut."""
    try:
        values = json_text.parse(arguments)
    except JsonError:
        return None
    if not isinstance(values, dict):
        return None
    return next((value for name in _ARGUMENTS if isinstance(value := values.get(name), str)), None)


def words_sent(trace: RolloutTrace) -> dict[ItemId, str]:
    """The words, or their beginning, of the messages that a call sent, by the item that the receiver was shown."""
    found = {}
    for edge in trace.interaction_edges.values():
        if isinstance(edge.source, ToolCallAnchor) and isinstance(edge.target, ItemAnchor):
            tool = trace.tool_calls.get(edge.source.tool_call_id)
            words = None if tool is None else _beginning(tool)
            if words:
                found[edge.target.item_id] = words
    return found


def _beginning(tool: ToolCall) -> str | None:
    match tool.summary:
        case AgentSummary(message_preview=preview):
            return preview
        case GenericSummary(input_preview=str(preview)):
            cut = _CUT_ARGUMENT.search(preview)
            return written_words(preview) or (cut and cut[1])
        case _:
            return None


def item_words(item: ConversationItem, sent: Mapping[ItemId, str]) -> str:
    """What an item says, for a title; `sent` are the `words_sent` of its graph."""
    text = readable_text(item)
    if item.agent_message is None:
        return text
    words = without_envelope(text)
    return words if words.strip() else sent.get(item.item_id, text)
