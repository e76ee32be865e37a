"""What the model saw and said: conversation items and their parts (spec 2, "ConversationItem")."""

from enum import StrEnum

import msgspec

from rollout_trace.ids import (
    CallId,
    CodeCellId,
    CodexTurnId,
    CompactionId,
    EdgeId,
    InferenceCallId,
    ItemId,
    RawPayloadId,
    ResponsesItemId,
    ThreadId,
    ToolCallId,
)
from rollout_trace.values import Seq, UnixMilliseconds


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Channel(StrEnum):
    """What an item is meant for."""

    ANALYSIS = "analysis"
    COMMENTARY = "commentary"
    FINAL = "final"
    SUMMARY = "summary"


class ItemKind(StrEnum):
    """What an item is."""

    MESSAGE = "message"
    REASONING = "reasoning"
    FUNCTION_CALL = "function_call"
    FUNCTION_CALL_OUTPUT = "function_call_output"
    CUSTOM_TOOL_CALL = "custom_tool_call"
    CUSTOM_TOOL_CALL_OUTPUT = "custom_tool_call_output"
    COMPACTION_MARKER = "compaction_marker"


class TextPart(msgspec.Struct, frozen=True, tag="text"):
    """Text as it stands."""

    text: str


class SummaryPart(msgspec.Struct, frozen=True, tag="summary"):
    """A readable summary of reasoning."""

    text: str


class EncodedPart(msgspec.Struct, frozen=True, tag="encoded"):
    """Content that only the model provider can read."""

    label: str
    value: str


class JsonPart(msgspec.Struct, frozen=True, tag="json"):
    """A JSON value, cut to 240 bytes; the whole stands in the payload."""

    summary: str
    raw_payload_id: RawPayloadId


class CodePart(msgspec.Struct, frozen=True, tag="code"):
    """A program that the model wrote."""

    language: str
    source: str


class PayloadRefPart(msgspec.Struct, frozen=True, tag="payload_ref", omit_defaults=True):
    """Content that is not shown here, such as an image; it stands in the payload."""

    label: str
    raw_payload_id: RawPayloadId
    content_sha256: str | None = None
    """The hash of the content as JSON with sorted keys. Schema 2, for entries of a content list."""


Part = TextPart | SummaryPart | EncodedPart | JsonPart | CodePart | PayloadRefPart


class ItemBody(msgspec.Struct, frozen=True):
    """The content of an item, part by part."""

    parts: tuple[Part, ...]


class AgentMessage(msgspec.Struct, frozen=True):
    """Between which agents a message went, as the item says it."""

    author: str
    recipient: str


class UserInputProducer(msgspec.Struct, frozen=True, tag="user_input"):
    """A person wrote the item."""


class InferenceProducer(msgspec.Struct, frozen=True, tag="inference"):
    """A model answered with the item."""

    inference_call_id: InferenceCallId


class ToolProducer(msgspec.Struct, frozen=True, tag="tool"):
    """The item is what the model was shown of a tool call."""

    tool_call_id: ToolCallId


class CodeCellProducer(msgspec.Struct, frozen=True, tag="code_cell"):
    """The item is what the model was shown of a code cell."""

    code_cell_id: CodeCellId


class EdgeProducer(msgspec.Struct, frozen=True, tag="interaction_edge"):
    """The item came from another agent."""

    edge_id: EdgeId


class CompactionProducer(msgspec.Struct, frozen=True, tag="compaction"):
    """A compaction made the item."""

    compaction_id: CompactionId


class HarnessProducer(msgspec.Struct, frozen=True, tag="harness"):
    """The host program made the item."""


Producer = (
    UserInputProducer
    | InferenceProducer
    | ToolProducer
    | CodeCellProducer
    | EdgeProducer
    | CompactionProducer
    | HarnessProducer
)


class ConversationItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item of a thread's conversation.

    Identity is content and occurrence: history that is sent again keeps its items, the same words said anew are a new
    one. `first_seen_at_unix_ms` is the time of the event that first carried it.
    """

    item_id: ItemId
    responses_item_id: ResponsesItemId | None = None
    """The id that the provider or the client gave the item. Schema 2."""
    accepted_at_unix_ms: UnixMilliseconds | None = None
    accepted_seq: Seq | None = None
    """When the item entered the thread's history. Schema 2."""
    thread_id: ThreadId
    codex_turn_id: CodexTurnId | None
    first_seen_at_unix_ms: UnixMilliseconds
    role: Role
    channel: Channel | None
    kind: ItemKind
    agent_message: AgentMessage | None = None
    body: ItemBody
    call_id: CallId | None
    produced_by: tuple[Producer, ...]
