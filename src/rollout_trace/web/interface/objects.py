"""Answers about the objects of a rollout: items, requests, tools, cells, terminals, and the evidence of each."""

import msgspec

from rollout_trace.ids import (
    CallId,
    CodeCellId,
    CodexTurnId,
    CompactionId,
    InferenceCallId,
    ItemId,
    RawPayloadId,
    TerminalId,
    ThreadId,
    ToolCallId,
)
from rollout_trace.model.conversation import Channel, ItemKind, Role
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.model.inference import TokenUsage
from rollout_trace.query.description import Figure
from rollout_trace.query.links import Link
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.outcome import Outcome
from rollout_trace.query.prices import UsDollars
from rollout_trace.query.terminals import TerminalUse
from rollout_trace.query.tool_outputs import Showing
from rollout_trace.reduce.evidence import EventPosition, ItemSource
from rollout_trace.values import PayloadRef, Seq, UnixMilliseconds
from rollout_trace.web.interface.common import Excerpt


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a conversation."""

    item_id: ItemId
    role: Role
    channel: Channel | None
    kind: ItemKind
    label: str
    """Who says it, or what it is, in a word."""
    tool: str | None
    """The tool of a call or an output, if the trace has it."""
    call_id: CallId | None
    first_seen_at_unix_ms: UnixMilliseconds
    origins: tuple[ObjectRef, ...]
    """What produced it; empty for what the user or the host program wrote."""
    first_shown_in: InferenceCallId | None
    text: Excerpt
    content_kinds: tuple[str, ...]
    """The kinds of its parts, in order: `text`, `summary`, `code`, `json`, `encoded`, `payload_ref`."""
    source: ItemSource | None
    """Where it stands in the evidence; its raw JSON can be asked for."""


class ConversationEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An item at its place in the conversation of an agent."""

    index: int
    item: Item
    begins_turn: CodexTurnId | None
    """The turn with which this item is the first."""
    compaction: CompactionId | None
    """The compaction whose marker it is."""


class RequestHead(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asked, against the request before it in its thread or another; its items come in pages."""

    inference_call_id: InferenceCallId
    thread_id: ThreadId
    codex_turn_id: CodexTurnId
    model: str
    provider_name: str
    execution: ExecutionWindow
    outcome: Outcome
    usage: TokenUsage | None
    cost_usd: UsDollars | None
    number_in_thread: int
    """From 1."""
    before: InferenceCallId | None
    after: InferenceCallId | None
    """The requests around it in its thread."""
    against: InferenceCallId | None
    usage_against: TokenUsage | None
    items: int
    new: int
    vanished: int
    shared_prefix: int
    """How many items at the beginning say the same in both."""
    broken_by: ItemId | None
    """The first item that differs from the other request's; None if this one begins with all of the other's."""
    broken_at: ItemId | None
    """The item that the other request had in its place."""
    keeps_cache: bool
    changed_settings: tuple[str, ...]
    compactions: tuple[CompactionId, ...]
    instructions: Excerpt | None
    tools: int | None
    response_item_ids: tuple[ItemId, ...]
    started_tool_call_ids: tuple[ToolCallId, ...]
    request_payload: PayloadRef | None
    response_payload: PayloadRef | None


class RequestItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item that a request showed; or of the request before, if it has vanished."""

    index: int
    """Its place in the request that has it."""
    is_new: bool
    """The other request had nothing that says the same."""
    is_vanished: bool
    is_in_shared_prefix: bool
    item: Item


class RequestLine(msgspec.Struct, frozen=True, kw_only=True):
    """One request in a list of them."""

    inference_call_id: InferenceCallId
    thread_id: ThreadId
    codex_turn_id: CodexTurnId
    started_seq: Seq
    started_at_unix_ms: UnixMilliseconds
    duration_ms: int | None
    model: str
    outcome: Outcome
    tokens: TokenUsage | None
    cost_usd: UsDollars | None
    items: int
    shared_prefix: int | None
    """How many items at its beginning the request before it had too; None for the first of a thread."""
    items_before: int | None
    """How many items the request before it had: with fewer in common, the cache of the rest was lost."""
    gist: str
    """What it answered, in a line."""


class ToolLine(msgspec.Struct, frozen=True, kw_only=True):
    """One tool call in a list of them; what it was asked, in a line."""

    tool_call_id: ToolCallId
    thread_id: ThreadId
    codex_turn_id: CodexTurnId | None
    started_seq: Seq
    started_at_unix_ms: UnixMilliseconds
    duration_ms: int | None
    tool: str
    asked: str
    outcome: Outcome
    showing: Showing
    """How much the model was shown of what it returned."""


class CellLine(msgspec.Struct, frozen=True, kw_only=True):
    """One code cell, with what belongs to it."""

    code_cell_id: CodeCellId
    thread_id: ThreadId
    codex_turn_id: CodexTurnId
    started_seq: Seq
    started_at_unix_ms: UnixMilliseconds
    duration_ms: int | None
    outcome: Outcome
    runtime_status: str
    source: Excerpt
    nested_tool_call_ids: tuple[ToolCallId, ...]
    wait_tool_call_ids: tuple[ToolCallId, ...]
    output_item_ids: tuple[ItemId, ...]


class TerminalLine(msgspec.Struct, frozen=True, kw_only=True):
    """One process; what used it comes in pages."""

    terminal_id: TerminalId | None
    """None for what had no process: a command that could not be started, a write to one that was not there."""
    opened_by: ObjectRef | None
    """The operation that opened it, or was to."""
    thread_id: ThreadId | None
    codex_turn_id: CodexTurnId | None
    cwd: str | None
    command: str
    started_at_unix_ms: UnixMilliseconds | None
    duration_ms: int | None
    """From its start to the end of the command that opened it; None while that runs."""
    outcome: Outcome
    uses: int


class TerminalUseLine(msgspec.Struct, frozen=True, kw_only=True):
    """One operation on a terminal. `use.output` is left out; `output` has it in part."""

    use: TerminalUse
    output: Excerpt | None


class BehindEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that made or changed an object."""

    position: EventPosition
    event_type: str
    at_unix_ms: UnixMilliseconds


class TextSource(msgspec.Struct, frozen=True, kw_only=True):
    """What recorded a text, and the event that told of it."""

    ref: ObjectRef
    seq: Seq | None


class ObjectDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Any object: what it is, what it says, and how it is tied to others. Long lists come in pages."""

    ref: ObjectRef
    name: str
    kind_word: str
    """What a person calls its kind."""
    what: str
    thread_id: ThreadId | None
    codex_turn_id: CodexTurnId | None
    execution: ExecutionWindow | None
    outcome: Outcome | None
    figures: dict[str, Figure]
    links: tuple[Link, ...]
    """The objects that it names, without whole histories: the first thousand."""
    links_in_all: int
    named_by: int
    events: int
    payloads: int
    texts: dict[str, Excerpt]
    """What it says, by title; more of each can be asked for."""
    sources: dict[str, tuple[TextSource, ...]]
    """What recorded its texts, by title, where that is not the object itself."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where an object stands in the lists of the page; None where it is not in one."""

    ref: ObjectRef
    thread_id: ThreadId | None
    conversation_index: int | None
    """Of an item, in the conversation of `thread_id`."""
    timeline_index: int | None
    event_index: int | None
    """Of the first event that speaks of it, in the list of events."""


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log: an event, or what could not be read. `text` is the line as it stands."""

    index: int
    line: int
    seq: Seq | None
    at_unix_ms: UnixMilliseconds | None
    event_type: str | None
    thread_id: ThreadId | None
    codex_turn_id: CodexTurnId | None
    fault: str | None
    """Why the line is no event, or was not applied."""
    touched: tuple[ObjectRef, ...]
    """The objects that it made or changed: the first hundred."""
    payloads: tuple[PayloadRef, ...]
    text: Excerpt


class PayloadText(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a payload file as text, from the byte `offset` on; bytes that are no UTF-8 are escaped."""

    payload: PayloadRef
    bytes: int
    """The size of the file."""
    offset: int
    next_offset: int | None
    """Where to go on; None at the end."""
    text: str
    fault: str | None
    """Why the file cannot be had; then the text is empty."""


class ItemJson(msgspec.Struct, frozen=True, kw_only=True):
    """An item as the payload has it."""

    item_id: ItemId
    payload: PayloadRef | None
    """None for a compaction marker, which stands in no payload."""
    path: str | None
    """Where in the payload: `input[3]`."""
    text: Excerpt
    images: tuple[str, ...]
    """The `data:` addresses of images in it."""
    fault: str | None


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """A line in which the words stand: what is before them, they, and what comes after, cut to what can be shown."""

    holder: ObjectRef
    what: str
    thread_id: ThreadId | None
    before: str
    match: str
    after: str
    payload: RawPayloadId | None
    position: EventPosition | None
