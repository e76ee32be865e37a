"""Tool calls and code cells (spec 2)."""

import msgspec

from rollout_trace.ids import (
    CallId,
    CodeCellId,
    CodexTurnId,
    ItemId,
    McpCallId,
    RawPayloadId,
    RuntimeCellId,
    TerminalOperationId,
    ThreadId,
    ToolCallId,
)
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.values import AnyToolKind, CellStatus, Seq, ToolSummary, UnixMilliseconds


class ModelRequester(msgspec.Struct, frozen=True, tag="model"):
    """The model asked for the tool call."""


class CodeCellRequester(msgspec.Struct, frozen=True, tag="code_cell"):
    """A code cell asked for the tool call."""

    code_cell_id: CodeCellId


class ToolCall(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One operation that was asked for by the model or by model-written code, tied to what the model saw of it."""

    tool_call_id: ToolCallId
    mcp_call_id: McpCallId | None
    model_visible_call_id: CallId | None
    code_mode_runtime_tool_id: str | None
    started_code_cell_id: CodeCellId | None = None
    """The cell that this call of `exec` started. Schema 2."""
    thread_id: ThreadId
    started_by_codex_turn_id: CodexTurnId | None
    execution: ExecutionWindow
    requester: ModelRequester | CodeCellRequester
    kind: AnyToolKind
    model_visible_call_item_ids: tuple[ItemId, ...]
    model_visible_output_item_ids: tuple[ItemId, ...]
    terminal_operation_id: TerminalOperationId | None
    summary: ToolSummary
    raw_invocation_payload_id: RawPayloadId | None
    raw_result_payload_id: RawPayloadId | None
    raw_runtime_payload_ids: tuple[RawPayloadId, ...]


class CodeCell(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One program that the model wrote for the `exec` tool, and what it did.

    `execution` spans the whole life of the cell; `initial_response_*` is when the model got its first answer,
    `yielded_*` when the cell last said that it runs on.
    """

    code_cell_id: CodeCellId
    model_visible_call_id: CallId
    thread_id: ThreadId
    codex_turn_id: CodexTurnId
    source_item_id: ItemId
    output_item_ids: tuple[ItemId, ...]
    runtime_cell_id: RuntimeCellId | None
    execution: ExecutionWindow
    runtime_status: CellStatus
    initial_response_at_unix_ms: UnixMilliseconds | None
    initial_response_seq: Seq | None
    initial_response_status: CellStatus | None = None
    raw_initial_response_payload_id: RawPayloadId | None = None
    raw_result_payload_id: RawPayloadId | None = None
    """These three in schema 2 only."""
    yielded_at_unix_ms: UnixMilliseconds | None
    yielded_seq: Seq | None
    source_js: str
    nested_tool_call_ids: tuple[ToolCallId, ...]
    wait_tool_call_ids: tuple[ToolCallId, ...]
