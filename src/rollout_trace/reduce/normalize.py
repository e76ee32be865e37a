"""Items of the Responses API in the one form that the graph has for them (spec 3, section 4).

Owns what an item's type means: its role, channel, kind, parts and call id. It knows nothing of history; whether an
item is new is for `conversation`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import msgspec

from rollout_trace import json_text
from rollout_trace.diagnostics import Code
from rollout_trace.errors import JsonError, Rejection
from rollout_trace.ids import CallId, RawPayloadId, ResponsesItemId
from rollout_trace.json_text import JsonValue
from rollout_trace.limits import exceeded
from rollout_trace.model.conversation import (
    AgentMessage,
    Channel,
    CodePart,
    EncodedPart,
    ItemBody,
    ItemKind,
    JsonPart,
    Part,
    PayloadRefPart,
    Role,
    SummaryPart,
    TextPart,
)
from rollout_trace.reduce.matching import IncomingItem, match_key
from rollout_trace.reduce.modes import reads_on
from rollout_trace.reduce.reducer_state import ReducerState

Item = dict[str, JsonValue]

SUMMARY_BYTES: Final = 240
"""A json part shows at most this many bytes of UTF-8."""

NOT_SEEN_BY_THE_MODEL: Final = "internal_chat_message_metadata_passthrough"
"""A field of items that the client removes before it sends them."""
_SKIPPED: Final = frozenset({"additional_tools"})
_SKIPPED_WHEN_READING_BETTER: Final = frozenset({"additional_tools", "configuration_update", "compaction_trigger"})
NO_CONVERSATION: Final = (_SKIPPED_WHEN_READING_BETTER, _SKIPPED)
"""The types of a list's entries that give no item: by the modes that read better than Codex, and by mode codex."""
_CHANNELS: Final = {"commentary": Channel.COMMENTARY, "final_answer": Channel.FINAL, "summary": Channel.SUMMARY}
_TEXT_ENTRIES: Final = frozenset({"input_text", "output_text", "text"})
_REASONING_TEXTS: Final = frozenset({"reasoning_text", "text"})
_REASONING_SUMMARIES: Final = frozenset({"summary_text"})


class _MalformedError(Exception):
    """An item is not formed as its type demands; the message says in which way."""


class _Opaque(msgspec.Struct, frozen=True):
    """Content that the graph shows only by a label and the payload that holds it."""

    label: str
    content: JsonValue
    """What the part stands for; null for what is not there."""
    is_entry: bool = False
    """Whether it is an entry of a content list."""


_Draft = Part | _Opaque


class _Form(msgspec.Struct, frozen=True):
    """What an item's type and fields make of it."""

    role: Role
    channel: Channel | None
    kind: ItemKind
    parts: list[_Draft]
    has_call_id: bool = True
    agent_message: AgentMessage | None = None
    fault: Rejection | None = None


def normalize(
    state: ReducerState, raw_items: list[msgspec.Raw], payload_id: RawPayloadId, first_index: int = 0
) -> list[IncomingItem]:
    """Normalise the items of a list from `first_index` on, in order, leaving out those that are no conversation.

    Raises:
        Rejection: an item is not formed as its type demands, its type is unknown, or there are too many.
    """
    if len(raw_items) > state.limits.objects:
        message = exceeded(state.limits, "objects", f"the number of items in payload {payload_id}")
        raise Rejection(Code.LIMIT_EXCEEDED, message, {"raw_payload_id": payload_id})
    skipped = _SKIPPED_WHEN_READING_BETTER if state.reads_better else _SKIPPED
    normalized: list[IncomingItem] = []
    for index, raw in enumerate(raw_items, start=first_index):
        value = json_text.parse_checked(raw)
        try:
            item, item_type = _typed(value)
            if item_type in skipped:
                continue
            item.pop(NOT_SEEN_BY_THE_MODEL, None)
            form_of = _FORMS.get(item_type)
            form = _unknown(state, item, item_type, payload_id) if form_of is None else form_of(item, payload_id)
        except _MalformedError as error:
            message = f"item {index} of payload {payload_id} {error}"
            form = _malformed(state, value, message, payload_id)
            item = value if isinstance(value, dict) else {}
        normalized.append(_incoming(state, form, item, index, payload_id))
    return normalized


def _typed(value: JsonValue) -> tuple[Item, str]:
    if isinstance(value, dict):
        item_type = _string(value, "type")
        if item_type is not None:
            return value, item_type
    raise _MalformedError("has no string `type`")


def _incoming(state: ReducerState, form: _Form, item: Item, index: int, payload_id: RawPayloadId) -> IncomingItem:
    known_by: dict[int, str] = {}
    is_bound_to_payload = False
    parts: list[Part] = []
    # Only a list of content entries can give no part; schema 1 shows that as a part of its own.
    nothing = [] if state.dialect.opaque_content_has_hash else [_Opaque("empty_content", None)]
    for part in form.parts or nothing:
        if isinstance(part, _Opaque):
            shown, identity = _shown(state, part, payload_id)
            if identity is None:
                is_bound_to_payload = True
            else:
                known_by[len(parts)] = identity
            parts.append(shown)
        else:
            parts.append(part)
    body = tuple(parts)
    call_id = _string(item, "call_id") if form.has_call_id else None
    typed_call_id = None if call_id is None else CallId(call_id)
    own_id = _string(item, "id") if state.dialect.items_have_ids else None
    return IncomingItem(
        index=index,
        role=form.role,
        channel=form.channel,
        kind=form.kind,
        agent_message=form.agent_message,
        body=ItemBody(body),
        call_id=typed_call_id,
        match_key=match_key(form.role, form.channel, form.kind, form.agent_message, typed_call_id, body, known_by),
        responses_item_id=None if own_id is None else ResponsesItemId(own_id),
        is_bound_to_payload=is_bound_to_payload,
        fault=form.fault,
    )


def _shown(state: ReducerState, opaque: _Opaque, payload_id: RawPayloadId) -> tuple[PayloadRefPart, str | None]:
    """The part for opaque content, and what the content is known by, so that it is found again in another payload."""
    if opaque.is_entry and state.dialect.opaque_content_has_hash:
        content_sha256 = _sha256(json_text.canonical(opaque.content))
        return PayloadRefPart(opaque.label, payload_id, content_sha256), content_sha256
    identity = _sha256(json_text.compact(opaque.content)) if state.reads_better else None
    return PayloadRefPart(opaque.label, payload_id), identity


def _sha256(text: str) -> str:
    import hashlib  # noqa: PLC0415 - few conversations have such content, and it takes a while to import

    return hashlib.sha256(text.encode()).hexdigest()


def _message(item: Item, _payload_id: RawPayloadId) -> _Form:
    try:
        role = Role(_string(item, "role") or "")
    except ValueError:
        raise _MalformedError(f"is a message of unknown role {item.get('role')!r}") from None
    channel = _CHANNELS.get(_string(item, "phase") or "")
    return _Form(role, channel, ItemKind.MESSAGE, _content_parts(item.get("content")), has_call_id=False)


def _agent_message(item: Item, _payload_id: RawPayloadId) -> _Form:
    author, recipient = _string(item, "author"), _string(item, "recipient")
    if author is None or recipient is None:
        raise _MalformedError("is an agent message without string `author` and `recipient`")
    if not isinstance(item.get("id"), str | None):
        raise _MalformedError("is an agent message whose `id` is no string")
    content = item.get("content")
    if not isinstance(content, list) or not content:
        raise _MalformedError("is an agent message without content")
    return _Form(
        Role.ASSISTANT,
        Channel.ANALYSIS,
        ItemKind.MESSAGE,
        [_agent_message_part(entry) for entry in content],
        has_call_id=False,
        agent_message=AgentMessage(author, recipient),
    )


def _agent_message_part(entry: JsonValue) -> Part:
    if isinstance(entry, dict):
        text, encrypted = _string(entry, "text"), _string(entry, "encrypted_content")
        if entry.get("type") == "input_text" and text is not None:
            return TextPart(text)
        if entry.get("type") == "encrypted_content" and encrypted is not None:
            return EncodedPart("encrypted_content", encrypted)
    raise _MalformedError("is an agent message with content that is neither text nor encrypted")


def _reasoning(item: Item, _payload_id: RawPayloadId) -> _Form:
    parts: list[_Draft] = []
    if item.get("content") is not None:
        parts += [TextPart(text) for text in _reasoning_texts(item["content"], "content", _REASONING_TEXTS)]
    if "summary" in item:
        parts += [SummaryPart(text) for text in _reasoning_texts(item["summary"], "summary", _REASONING_SUMMARIES)]
    encrypted = item.get("encrypted_content")
    if isinstance(encrypted, str):
        parts.append(EncodedPart("encrypted_content", encrypted))
    elif encrypted is not None:
        raise _MalformedError("is reasoning whose `encrypted_content` is no string")
    if not parts:
        raise _MalformedError("is reasoning without any content")
    return _Form(Role.ASSISTANT, Channel.ANALYSIS, ItemKind.REASONING, parts, has_call_id=False)


def _reasoning_texts(entries: JsonValue, field: str, types: frozenset[str]) -> Iterator[str]:
    if not isinstance(entries, list):
        raise _MalformedError(f"is reasoning whose `{field}` is no list")
    for entry in entries:
        text = _string(entry, "text") if isinstance(entry, dict) and _string(entry, "type") in types else None
        if text is None:
            raise _MalformedError(f"is reasoning with an unknown entry in `{field}`")
        yield text


def _function_call(item: Item, payload_id: RawPayloadId) -> _Form:
    part: _Draft
    if "arguments" not in item:
        part = _Opaque("payload", None)
    elif isinstance(arguments := item["arguments"], str):
        try:
            part = _json_part(json_text.parse(arguments), payload_id)
        except JsonError:
            part = TextPart(arguments)
    else:
        part = _json_part(arguments, payload_id)
    return _Form(Role.ASSISTANT, Channel.COMMENTARY, ItemKind.FUNCTION_CALL, [part])


def _custom_tool_call(item: Item, payload_id: RawPayloadId) -> _Form:
    part: _Draft
    source = _string(item, "input")
    if source is None:
        part = _json_part(item, payload_id)
    elif item.get("name") == "exec":
        part = CodePart("javascript", source)
    else:
        part = TextPart(source)
    return _Form(Role.ASSISTANT, Channel.COMMENTARY, ItemKind.CUSTOM_TOOL_CALL, [part])


def _output(kind: ItemKind) -> Callable[[Item, RawPayloadId], _Form]:
    def form(item: Item, payload_id: RawPayloadId) -> _Form:
        parts: list[_Draft]
        if "output" not in item:
            parts = [_Opaque("tool_output", None)]
        elif isinstance(output := item["output"], str):
            parts = [TextPart(output)]
        elif isinstance(output, list):
            parts = _content_parts(output)
        else:
            parts = [_json_part(output, payload_id)]
        return _Form(Role.TOOL, Channel.COMMENTARY, kind, parts)

    return form


def _whole_call(item: Item, payload_id: RawPayloadId) -> _Form:
    return _Form(Role.ASSISTANT, Channel.COMMENTARY, ItemKind.FUNCTION_CALL, [_json_part(item, payload_id)])


def _whole_output(item: Item, payload_id: RawPayloadId) -> _Form:
    return _Form(Role.TOOL, Channel.COMMENTARY, ItemKind.FUNCTION_CALL_OUTPUT, [_json_part(item, payload_id)])


def _compaction(item: Item, _payload_id: RawPayloadId) -> _Form:
    encrypted = _string(item, "encrypted_content")
    if encrypted is None:
        raise _MalformedError("is a compaction without a string `encrypted_content`")
    parts: list[_Draft] = [EncodedPart("encrypted_content", encrypted)]
    return _Form(Role.ASSISTANT, Channel.SUMMARY, ItemKind.MESSAGE, parts, has_call_id=False)


def _unknown(state: ReducerState, item: Item, item_type: str, payload_id: RawPayloadId) -> _Form:
    message = f"items of type `{item_type}`, as in payload {payload_id}, are unknown"
    fault = Rejection(Code.ITEM_TYPE, message, {"item_type": item_type, "raw_payload_id": payload_id})
    if not reads_on(state.mode, Code.ITEM_TYPE):
        raise fault
    parts: list[_Draft] = [_Opaque(item_type, item)]
    return _Form(Role.ASSISTANT, None, ItemKind.MESSAGE, parts, has_call_id=False, fault=fault)


def _malformed(state: ReducerState, value: JsonValue, message: str, payload_id: RawPayloadId) -> _Form:
    """In mode salvage what is not formed as its type demands is shown as what stands in the payload."""
    fault = Rejection(Code.ITEM_SHAPE, message, {"raw_payload_id": payload_id})
    if not state.is_salvage:
        raise fault
    parts: list[_Draft] = [_Opaque("malformed_item", value)]
    return _Form(Role.ASSISTANT, None, ItemKind.MESSAGE, parts, has_call_id=False, fault=fault)


_FORMS: Final[Mapping[str, Callable[[Item, RawPayloadId], _Form]]] = {
    "message": _message,
    "agent_message": _agent_message,
    "reasoning": _reasoning,
    "function_call": _function_call,
    "custom_tool_call": _custom_tool_call,
    "function_call_output": _output(ItemKind.FUNCTION_CALL_OUTPUT),
    "custom_tool_call_output": _output(ItemKind.CUSTOM_TOOL_CALL_OUTPUT),
    "tool_search_call": _whole_call,
    "web_search_call": _whole_call,
    "image_generation_call": _whole_call,
    "local_shell_call": _whole_call,
    "tool_search_output": _whole_output,
    "mcp_tool_call_output": _whole_output,
    "compaction": _compaction,
    "compaction_summary": _compaction,
    "context_compaction": _compaction,
}


def _content_parts(content: JsonValue) -> list[_Draft]:
    if not isinstance(content, list):
        return [_Opaque("content", content)]
    parts: list[_Draft] = []
    for entry in content:
        entry_type = _string(entry, "type") if isinstance(entry, dict) else None
        if entry_type not in _TEXT_ENTRIES:
            parts.append(_Opaque("content" if entry_type is None else entry_type, entry, is_entry=True))
        elif isinstance(entry, dict) and isinstance(text := entry.get("text"), str):
            parts.append(TextPart(text))
    return parts


def _json_part(value: JsonValue, payload_id: RawPayloadId) -> JsonPart:
    summary = json_text.compact(value).encode()
    if len(summary) <= SUMMARY_BYTES:
        return JsonPart(summary.decode(), payload_id)
    return JsonPart(summary[:SUMMARY_BYTES].decode(errors="ignore") + "...", payload_id)


def _string(item: Item, field: str) -> str | None:
    value = item.get(field)
    return value if isinstance(value, str) else None
