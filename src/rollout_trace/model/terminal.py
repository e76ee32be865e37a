"""Terminals and the operations on them (spec 2)."""

from typing import Literal

import msgspec

from rollout_trace.ids import ItemId, RawPayloadId, TerminalId, TerminalOperationId, ThreadId, ToolCallId
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.values import Int64, UInt64


class TerminalSession(msgspec.Struct, frozen=True, kw_only=True):
    """A process that several operations may share. Nothing in a log ever ends it."""

    terminal_id: TerminalId
    thread_id: ThreadId
    created_by_operation_id: TerminalOperationId
    operation_ids: tuple[TerminalOperationId, ...]
    execution: ExecutionWindow


class ExecCommandRequest(msgspec.Struct, frozen=True, kw_only=True, tag="exec_command"):
    """A command to start. `display_command` is its words, joined by a space."""

    command: tuple[str, ...]
    display_command: str
    cwd: str
    yield_time_ms: UInt64 | None
    max_output_tokens: UInt64 | None


class WriteStdinRequest(msgspec.Struct, frozen=True, kw_only=True, tag="write_stdin"):
    """Text for the standard input of a process; an empty one only looks at what it has printed."""

    stdin: str
    yield_time_ms: UInt64 | None
    max_output_tokens: UInt64 | None


class TerminalResult(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation gave back. `original_token_count` is of the output before it was cut."""

    exit_code: Int64 | None
    stdout: str
    stderr: str
    formatted_output: str | None
    original_token_count: UInt64 | None
    chunk_id: str | None


class ModelObservation(msgspec.Struct, frozen=True, kw_only=True):
    """How the model saw an operation: the items of the call, and those of its output."""

    call_item_ids: tuple[ItemId, ...]
    output_item_ids: tuple[ItemId, ...]
    source: Literal["direct_tool_call", "code_cell_output"]


class TerminalOperation(msgspec.Struct, frozen=True, kw_only=True):
    """One use of a terminal: a command that was started, or input to one that runs."""

    operation_id: TerminalOperationId
    terminal_id: TerminalId | None
    tool_call_id: ToolCallId
    kind: Literal["exec_command", "write_stdin"]
    execution: ExecutionWindow
    request: ExecCommandRequest | WriteStdinRequest
    result: TerminalResult | None
    model_observations: tuple[ModelObservation, ...]
    raw_payload_ids: tuple[RawPayloadId, ...]
