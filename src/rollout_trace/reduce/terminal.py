"""Terminals: the operations that tools do on them (spec 3, section 6).

Owns operations, and in tool calls the operation and the summary that names it. That a tool starts or ends is for
`tools`, which calls here when the tool is one that uses a terminal. Which operations share a session stands in
`terminal_sessions`, how a payload becomes output text in `terminal_result`.
"""

import msgspec
from msgspec.structs import replace

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import payloads
from rollout_trace.ids import TerminalOperationId
from rollout_trace.model.terminal import (
    ExecCommandRequest,
    ModelObservation,
    TerminalOperation,
    WriteStdinRequest,
)
from rollout_trace.model.tools import ToolCall
from rollout_trace.reduce import terminal_sessions
from rollout_trace.reduce.once import added_once
from rollout_trace.reduce.payload_reading import Payload, arguments_as, shaped
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.terminal_result import read_command_end, read_stdin_end
from rollout_trace.reduce.windows import Moment, closed, opened
from rollout_trace.values import ExecCommand, ExecutionStatus, TerminalSummary, WriteStdin, is_uint64


def uses_terminal(tool: ToolCall) -> bool:
    """Whether a tool call is of a kind that works on a terminal."""
    return isinstance(tool.kind, ExecCommand | WriteStdin)


def start_by_invocation(state: ReducerState, tool: ToolCall, payload: Payload, moment: Moment) -> None:
    """Start the operation of a `write_stdin` call when it is asked for; it need not have runtime events.

    Raises:
        Rejection: the invocation does not say what goes to which terminal (which schema 2 lets pass: nothing starts).
    """
    invocation = shaped(payload, payloads.StdinInvocation, "invocation of write_stdin")
    if state.dialect.stdin_may_be_malformed:
        if not isinstance(invocation.tool_namespace, str | None):
            message = f"payload {payload.raw_payload_id} is no invocation of write_stdin: `tool_namespace` is no string"
            raise Rejection(Code.PAYLOAD_SHAPE, message, {"raw_payload_id": payload.raw_payload_id})
        if invocation.tool_namespace is not None:
            return
    try:
        stdin, process_id = _stdin_arguments(tool, payload)
    except Rejection:
        if state.dialect.stdin_may_be_malformed:
            return
        raise
    request = WriteStdinRequest(
        stdin=stdin.chars, yield_time_ms=stdin.yield_time_ms, max_output_tokens=stdin.max_output_tokens
    )
    _start(state, tool, payload, moment, request, process_id)


def start_by_runtime(state: ReducerState, tool: ToolCall, payload: Payload, moment: Moment) -> None:
    """Start the operation of a tool whose runtime begins.

    Raises:
        Rejection: the tool has an operation already, or the payload is no start of a command.
    """
    if tool.terminal_operation_id is not None:
        message = f"tool call {tool.tool_call_id} already has {tool.terminal_operation_id}"
        raise Rejection(Code.DUPLICATE, message, {"tool_call_id": tool.tool_call_id})
    begin = shaped(payload, payloads.ExecBegin, "start of a command")
    ids = {"tool_call_id": tool.tool_call_id, "raw_payload_id": payload.raw_payload_id}
    if begin.command is msgspec.UNSET and begin.cwd is msgspec.UNSET:
        message = (
            f"tool call {tool.tool_call_id} runs no command: {payload.raw_payload_id} has no `command` and no `cwd`"
        )
        state.tolerate(Code.RUNTIME_NOT_A_COMMAND, message, ids)
        return
    if isinstance(begin.command, msgspec.UnsetType) or isinstance(begin.cwd, msgspec.UnsetType):
        message = f"payload {payload.raw_payload_id} is no start of a command: it lacks `command` or `cwd`"
        raise Rejection(Code.PAYLOAD_SHAPE, message, ids)
    request: ExecCommandRequest | WriteStdinRequest
    if isinstance(tool.kind, ExecCommand):
        request = ExecCommandRequest(
            command=tuple(begin.command),
            display_command=" ".join(begin.command),
            cwd=begin.cwd,
            yield_time_ms=None,
            max_output_tokens=None,
        )
    else:
        request = WriteStdinRequest(stdin=begin.interaction_input or "", yield_time_ms=None, max_output_tokens=None)
    _start(state, tool, payload, moment, request, begin.process_id)


def end(
    state: ReducerState, operation_id: TerminalOperationId, payload: Payload, moment: Moment, status: ExecutionStatus
) -> None:
    """End an operation with the payload that tells its result.

    Raises:
        Rejection: the payload tells none, or names another process than the operation's.
    """
    operation = state.terminal_operations[operation_id]
    read_end = read_command_end if operation.kind == "exec_command" else read_stdin_end
    result, process_id = read_end(state, payload)
    state.terminal_operations[operation_id] = replace(
        operation,
        execution=closed(operation.execution, moment, status),
        result=result,
        raw_payload_ids=added_once(operation.raw_payload_ids, payload.raw_payload_id),
    )
    if process_id is not None:
        terminal_sessions.works_on(state, operation_id, process_id)


def end_without_payload(
    state: ReducerState, operation_id: TerminalOperationId, moment: Moment, status: ExecutionStatus
) -> None:
    """End an operation of which nothing but its end is known."""
    operation = state.terminal_operations[operation_id]
    state.terminal_operations[operation_id] = replace(operation, execution=closed(operation.execution, moment, status))


def observe(state: ReducerState, tool: ToolCall) -> None:
    """Keep current what the model saw of a tool's operation: the items of the call and of its output."""
    if tool.terminal_operation_id is not None:
        operation = state.terminal_operations[tool.terminal_operation_id]
        state.terminal_operations[tool.terminal_operation_id] = replace(operation, model_observations=_seen_of(tool))


def _seen_of(tool: ToolCall) -> tuple[ModelObservation, ...]:
    call_items, output_items = tool.model_visible_call_item_ids, tool.model_visible_output_item_ids
    if not (call_items or output_items):
        return ()
    return (ModelObservation(call_item_ids=call_items, output_item_ids=output_items, source="direct_tool_call"),)


def _start(
    state: ReducerState,
    tool: ToolCall,
    payload: Payload,
    moment: Moment,
    request: ExecCommandRequest | WriteStdinRequest,
    process_id: str | None,
) -> None:
    # Operations are never deleted, so counting them is numbering them.
    operation_id = TerminalOperationId(f"terminal_operation:{len(state.terminal_operations) + 1}")
    operation = TerminalOperation(
        operation_id=operation_id,
        terminal_id=None,
        tool_call_id=tool.tool_call_id,
        kind="exec_command" if isinstance(request, ExecCommandRequest) else "write_stdin",
        execution=opened(moment),
        request=request,
        result=None,
        model_observations=_seen_of(tool),
        raw_payload_ids=(payload.raw_payload_id,),
    )
    state.terminal_operations[operation_id] = operation
    tool = replace(tool, terminal_operation_id=operation_id, summary=TerminalSummary(operation_id))
    state.tool_calls[tool.tool_call_id] = tool
    if process_id is not None:
        terminal_sessions.works_on(state, operation_id, process_id)


def _stdin_arguments(tool: ToolCall, payload: Payload) -> tuple[payloads.StdinArguments, str]:
    """What goes to which process, its number with the digits that were written."""
    stdin = arguments_as(payload, tool.tool_call_id, payloads.StdinArguments)
    session_id = stdin.session_id
    process_id = ""
    if isinstance(session_id, msgspec.Raw):
        process_id = bytes(session_id).decode()
    elif isinstance(session_id, str | int) and not isinstance(session_id, bool):
        process_id = str(session_id)
    if process_id and is_uint64(stdin.yield_time_ms) and is_uint64(stdin.max_output_tokens):
        return stdin, process_id
    message = f"tool call {tool.tool_call_id}: payload {payload.raw_payload_id} names no terminal, or numbers too large"
    ids = {"tool_call_id": tool.tool_call_id, "raw_payload_id": payload.raw_payload_id}
    raise Rejection(Code.PAYLOAD_SHAPE, message, ids)
