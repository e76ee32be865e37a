"""Tool calls: their start, the work behind them, their end (spec 3, section 6).

Owns tool calls. What a call means to others is theirs: `links` ties it to conversation and answers, `terminal` has its
operation, `code_cells` its cell, `agent_tools` the agents that it concerns.
"""

import msgspec
from msgspec.structs import replace

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import payloads
from rollout_trace.events import types as events
from rollout_trace.events.types import TraceEvent
from rollout_trace.ids import TerminalOperationId, ThreadId, ToolCallId
from rollout_trace.model.tools import CodeCellRequester, ModelRequester, ToolCall
from rollout_trace.reduce import agent_tools, agents, code_cells, links, terminal
from rollout_trace.reduce.once import added_once
from rollout_trace.reduce.payload_reading import Payload, arguments_as, read_payload
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.threads import known_thread, known_turn, thread_of
from rollout_trace.reduce.windows import Moment, closed, moment_of, opened
from rollout_trace.values import Mcp, Other, PayloadRef, WriteStdin


class _Named(msgspec.Struct, frozen=True):
    """Which tool an invocation calls."""

    tool_name: object = None


def tool_call_started(state: ReducerState, event: TraceEvent, start: events.ToolCallStarted) -> None:
    """A tool call is dispatched."""
    tool_call_id, call_id, ref = start.tool_call_id, start.model_visible_call_id, start.invocation_payload
    thread_id = _check_start(state, event, start)
    tool = ToolCall(
        tool_call_id=tool_call_id,
        mcp_call_id=None,
        model_visible_call_id=call_id,
        code_mode_runtime_tool_id=start.code_mode_runtime_tool_id,
        thread_id=thread_id,
        started_by_codex_turn_id=event.codex_turn_id,
        execution=opened(moment_of(event)),
        requester=_requester(state, thread_id, start),
        kind=start.kind,
        model_visible_call_item_ids=(),
        model_visible_output_item_ids=(),
        terminal_operation_id=None,
        summary=start.summary,
        raw_invocation_payload_id=None if ref is None else ref.raw_payload_id,
        raw_result_payload_id=None,
        raw_runtime_payload_ids=(),
    )
    state.tool_calls[tool_call_id] = tool
    if call_id is not None:
        links.tool_started(state, tool_call_id, call_id)
    if ref is not None:
        with state.payload_of(ref, "the tool call is kept, without what it was asked", tool_call_id=tool_call_id):
            invocation = read_payload(state, ref)
            if isinstance(tool.kind, WriteStdin):
                terminal.start_by_invocation(state, state.tool_calls[tool_call_id], invocation, moment_of(event))
            _note_wait(state, tool, invocation)
    if isinstance(tool.requester, CodeCellRequester):
        code_cells.tool_requested(state, tool.requester.code_cell_id, tool_call_id)


def mcp_tool_call_correlation_assigned(
    state: ReducerState, _event: TraceEvent, assigned: events.McpToolCallCorrelationAssigned
) -> None:
    """A tool call goes to an MCP server under an id of its own."""
    tool = _known_tool(state, assigned.tool_call_id, "the MCP correlation")
    if tool.mcp_call_id is not None:
        message = f"tool call {tool.tool_call_id} is given an MCP call id twice"
        raise Rejection(Code.DUPLICATE, message, {"tool_call_id": tool.tool_call_id})
    state.tool_calls[tool.tool_call_id] = replace(tool, mcp_call_id=assigned.mcp_call_id)


def tool_call_runtime_started(state: ReducerState, event: TraceEvent, start: events.ToolCallRuntimeStarted) -> None:
    """The work behind a tool call begins."""
    tool = _known_tool(state, start.tool_call_id, "the start of the runtime", Code.TOOL_NEVER_STARTED)
    if state.dialect.runtime_says_kind:
        if start.kind is None:
            message = f"the start of the runtime of tool call {tool.tool_call_id} has no `kind`"
            raise Rejection(Code.BROKEN_LINE, message, {"tool_call_id": tool.tool_call_id})
        tool = replace(tool, kind=start.kind)
    tool = _with_runtime_payload(state, tool, start.runtime_payload)
    what_remains = "the tool call is kept, without what this began"
    with state.payload_of(start.runtime_payload, what_remains, tool_call_id=tool.tool_call_id):
        if terminal.uses_terminal(tool):
            terminal.start_by_runtime(state, tool, read_payload(state, start.runtime_payload), moment_of(event))
        else:
            agent_tools.runtime_started(state, tool, start.runtime_payload)


def tool_call_runtime_ended(state: ReducerState, event: TraceEvent, end: events.ToolCallRuntimeEnded) -> None:
    """The work behind a tool call ends, perhaps long after the call."""
    tool = _known_tool(state, end.tool_call_id, "the end of the runtime", Code.TOOL_NEVER_STARTED)
    tool = _with_runtime_payload(state, tool, end.runtime_payload)
    is_unread = isinstance(tool.kind, Mcp) and state.dialect.mcp_results_are_not_read
    if is_unread and tool.terminal_operation_id is None:
        return
    what_remains = "the tool call is kept, its terminal operation ends without a result"
    with state.payload_of(end.runtime_payload, what_remains, tool_call_id=tool.tool_call_id):
        payload = read_payload(state, end.runtime_payload)
        if tool.terminal_operation_id is not None:
            terminal.end(state, tool.terminal_operation_id, payload, moment_of(event), end.status)
        if not is_unread:
            agent_tools.runtime_ended(state, tool, payload, event.wall_time_unix_ms)
        return
    if tool.terminal_operation_id is not None:
        terminal.end_without_payload(state, tool.terminal_operation_id, moment_of(event), end.status)


def tool_call_ended(state: ReducerState, event: TraceEvent, end: events.ToolCallEnded) -> None:
    """The caller of a tool has its result."""
    tool = _known_tool(state, end.tool_call_id, "the end")
    moment, ref = moment_of(event), end.result_payload
    tool = replace(
        tool,
        execution=closed(tool.execution, moment, end.status),
        raw_result_payload_id=None if ref is None else ref.raw_payload_id,
    )
    state.tool_calls[tool.tool_call_id] = tool
    if tool.terminal_operation_id is not None and not tool.raw_runtime_payload_ids:
        _end_operation(state, tool, tool.terminal_operation_id, moment, end)
    if ref is not None:
        agents.result_recorded(state, tool.tool_call_id, ref.raw_payload_id)


def _end_operation(
    state: ReducerState,
    tool: ToolCall,
    operation_id: TerminalOperationId,
    moment: Moment,
    end: events.ToolCallEnded,
) -> None:
    """End the operation of a tool that has no runtime events: its result is what there is."""
    ref = end.result_payload
    if ref is not None:
        what_remains = "the tool call ends, its terminal operation without a result"
        with state.payload_of(ref, what_remains, tool_call_id=tool.tool_call_id):
            terminal.end(state, operation_id, read_payload(state, ref), moment, end.status)
            return
    terminal.end_without_payload(state, operation_id, moment, end.status)


def note_started_cells(state: ReducerState) -> None:
    """Say of the model's `exec` calls which cells they started, when the log has ended."""
    if not state.dialect.calls_know_their_cell:
        return
    for cell in state.code_cells.values():
        tool_call_id = state.tools_by_call.get(cell.model_visible_call_id)
        tool = None if tool_call_id is None else state.tool_calls[tool_call_id]
        if (
            tool is not None
            and tool.kind == Other("exec")
            and isinstance(tool.requester, ModelRequester)
            and tool.thread_id == cell.thread_id
            and tool.started_by_codex_turn_id in {None, cell.codex_turn_id}
        ):
            state.tool_calls[tool.tool_call_id] = replace(tool, started_code_cell_id=cell.code_cell_id)


def _check_start(state: ReducerState, event: TraceEvent, start: events.ToolCallStarted) -> ThreadId:
    """The thread of a tool call that may start; raises `Rejection` if it may not."""
    tool_call_id, call_id = start.tool_call_id, start.model_visible_call_id
    if tool_call_id in state.tool_calls:
        message = f"tool call {tool_call_id} is started twice"
        raise Rejection(Code.DUPLICATE, message, {"tool_call_id": tool_call_id})
    if call_id is not None and call_id in state.tools_by_call:
        message = f"tool call {tool_call_id} has call id {call_id}, as {state.tools_by_call[call_id]} has"
        raise Rejection(Code.DUPLICATE, message, {"tool_call_id": tool_call_id, "call_id": call_id})
    what = f"the start of tool call {tool_call_id}"
    thread_id = thread_of(state, event, what)
    known_thread(state, thread_id)
    if event.codex_turn_id is not None:
        known_turn(state, event.codex_turn_id, thread_id, what)
    return thread_id


def _requester(
    state: ReducerState, thread_id: ThreadId, start: events.ToolCallStarted
) -> ModelRequester | CodeCellRequester:
    if isinstance(start.requester, events.ModelRequester):
        return ModelRequester()
    return CodeCellRequester(code_cells.cell_of_runtime_id(state, thread_id, start.requester.runtime_cell_id))


def _known_tool(
    state: ReducerState, tool_call_id: ToolCallId, what: str, code: Code = Code.UNKNOWN_REFERENCE
) -> ToolCall:
    tool = state.tool_calls.get(tool_call_id)
    if tool is None:
        message = f"{what} of tool call {tool_call_id}, which was not seen to start ({state.why_unseen()})"
        raise Rejection(code, message, {"tool_call_id": tool_call_id})
    return tool


def _with_runtime_payload(state: ReducerState, tool: ToolCall, ref: PayloadRef) -> ToolCall:
    runtime_payload_ids = added_once(tool.raw_runtime_payload_ids, ref.raw_payload_id)
    tool = replace(tool, raw_runtime_payload_ids=runtime_payload_ids)
    state.tool_calls[tool.tool_call_id] = tool
    return tool


def _note_wait(state: ReducerState, tool: ToolCall, invocation: Payload) -> None:
    """An invocation of the tool `wait` says for which code cell it waits."""
    try:
        is_wait = msgspec.json.decode(invocation.data, type=_Named).tool_name == "wait"
    except msgspec.ValidationError:  # no object
        is_wait = False
    if is_wait:
        cell_id = arguments_as(invocation, tool.tool_call_id, payloads.WaitArguments, may_repeat=True).cell_id
        code_cells.waited_for(state, tool.thread_id, cell_id, tool.tool_call_id)
