"""Items of a conversation, as a host hands them over and as a payload holds them (spec 1, "Items"; spec 4).

Owns what makes an item readable: its form, the one way to write what providers allow in several (a message whose
`content` is a plain text, an input that is one), and by what an item is known when it is sent again. Which id it has,
and whether it is new, is for `history`.
"""

import hashlib
import uuid
from typing import Any, Final, Literal, NamedTuple

import msgspec

from rollout_trace.model.conversation import Role
from rollout_trace.record.encoding import Json, UnrecordableError, encode, plain, shaped


class NothingToReadError(UnrecordableError):
    """An item is as it should be, but shows nothing: providers that keep reasoning to themselves send such."""


class Item(NamedTuple):
    """An item that readers can read."""

    body: Json
    """The item without its id."""
    item_type: str
    own_id: str | None
    """The id that it came with."""
    identity: bytes
    """Equal for two items exactly if they are the same words, or the same call, or the same output."""
    call: tuple[str, str] | None
    """For a call: its kind and `call_id`, which no other content may have."""
    id_is_content: bool
    """Whether readers compare the whole item, with its id, when they see the call again."""


ID_PREFIXES: Final = {
    "message": "msg_",
    "reasoning": "rs_",
    "agent_message": "amsg_",
    "function_call": "fc_",
    "function_call_output": "fco_",
    "custom_tool_call": "ctc_",
    "custom_tool_call_output": "ctco_",
}
"""How the ids begin that are made here, by type of item."""

WITHOUT_ID: Final = frozenset({"additional_tools", "compaction_trigger", "configuration_update"})
"""Items that are no part of a conversation."""

_HAS_CALL_ID: Final = {
    "function_call": "function_call",
    "tool_search_call": "function_call",
    "web_search_call": "function_call",
    "image_generation_call": "function_call",
    "local_shell_call": "function_call",
    "custom_tool_call": "custom_tool_call",
}
"""The kind, in the graph, of items whose `call_id` stands for one content."""


class _Message(msgspec.Struct):
    role: Role


class _Text(msgspec.Struct, tag="input_text"):
    text: str


class _Encrypted(msgspec.Struct, tag="encrypted_content"):
    encrypted_content: str


class AgentMessageShape(msgspec.Struct):
    """A message from one agent to another."""

    author: str
    recipient: str
    content: list[_Text | _Encrypted]


class _ReasoningText(msgspec.Struct):
    type: Literal["reasoning_text", "text"]
    text: str


class _SummaryText(msgspec.Struct):
    type: Literal["summary_text"]
    text: str


class _Reasoning(msgspec.Struct):
    content: list[_ReasoningText] | None = None
    summary: list[_SummaryText] = []
    encrypted_content: str | None = None


class _Compaction(msgspec.Struct):
    encrypted_content: str


class _FunctionCall(msgspec.Struct):
    arguments: msgspec.Raw


class _CustomCall(msgspec.Struct):
    input: str


class _Output(msgspec.Struct):
    output: msgspec.Raw


_SHAPES: Final[dict[str, Any]] = {
    "message": _Message,
    "agent_message": AgentMessageShape,
    "reasoning": _Reasoning,
    "compaction": _Compaction,
    "compaction_summary": _Compaction,
    "context_compaction": _Compaction,
    "function_call": _FunctionCall,
    "custom_tool_call": _CustomCall,
    "function_call_output": _Output,
    "custom_tool_call_output": _Output,
}
"""What readers demand of the types that they refuse otherwise (spec 3, section 4)."""


def items_of(values: object) -> list[object]:
    """The items of an `input`, which providers also take as one text: what the user says."""
    if isinstance(values, str):
        return [{"type": "message", "role": "user", "content": values}]
    if isinstance(values, list | tuple):
        return list(values)
    raise UnrecordableError(f"a list of items was expected, not {type(values).__name__}")


def item_of(value: object) -> Item:
    """An item in the form that readers know; the value itself is left as it is.

    Raises:
        UnrecordableError: there is no such form for it.
    """
    body = dict(value) if isinstance(value, dict) else plain(value)
    if not isinstance(body, dict):
        raise UnrecordableError("it is no object")
    own_id = body.pop("id", None)
    item_type = body.setdefault("type", "message" if "role" in body else None)
    if not isinstance(item_type, str):
        raise UnrecordableError("it has no string `type`")
    if item_type == "message":
        body["content"] = _entries(body.get("content"), body.get("role"))
    if item_type in _SHAPES:
        shaped(body, _SHAPES[item_type])
    if item_type == "agent_message" and not body["content"]:
        raise UnrecordableError("it has no content")
    if item_type == "reasoning" and not any(body.get(part) for part in ("content", "summary", "encrypted_content")):
        raise NothingToReadError("it has neither text nor summary nor encrypted content")
    call_id = body.get("call_id")
    kind = _HAS_CALL_ID.get(item_type)
    return Item(
        body=body,
        item_type=item_type,
        own_id=own_id if isinstance(own_id, str) else None,
        identity=hashlib.blake2b(encode(_identity(item_type, body)), digest_size=16).digest(),
        id_is_content=kind is not None and item_type not in {"function_call", "custom_tool_call"},
        call=(kind, call_id) if kind is not None and isinstance(call_id, str) else None,
    )


def new_id(item_type: str) -> str:
    """An id for an item that came without."""
    return f"{ID_PREFIXES.get(item_type, 'item_')}{uuid.uuid4()}"


def with_id(item: Item, item_id: str | None) -> Json:
    """The item as a payload holds it."""
    return {"type": item.item_type, **({} if item_id is None else {"id": item_id}), **item.body}


def _entries(content: object, role: object) -> object:
    if content is None:
        return []
    if not isinstance(content, str):
        return content
    return [{"type": "output_text" if role == "assistant" else "input_text", "text": content}]


def _identity(item_type: str, body: Json) -> object:
    """By what an item is known: what providers and hosts add or drop when they send it again is left out."""
    match item_type:
        case "message":
            return [item_type, body["role"], body.get("phase"), [_words(entry) for entry in _listed(body["content"])]]
        case "function_call":
            return [item_type, body.get("call_id"), body["arguments"]]
        case "custom_tool_call":
            return [item_type, body.get("call_id"), body.get("input")]
        case "function_call_output" | "custom_tool_call_output":
            return [item_type, body.get("call_id"), body["output"]]
        case "reasoning":
            return [item_type, body.get("encrypted_content") or [body.get("content"), body.get("summary")]]
    return body


def _words(entry: object) -> object:
    return entry["text"] if isinstance(entry, dict) and isinstance(entry.get("text"), str) else entry


def _listed(content: object) -> list[object]:
    return content if isinstance(content, list) else [content]
