"""Terminal sessions: which operations work on the same process (spec 3, section 6; spec 5, section 6).

Owns sessions, what is known of process ids, and in operations the terminal. In schema 1 a session's id is the process
id. In schema 2 it is made from the operation that opened the session, since a process id may be given again.
"""

from msgspec.structs import replace

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import types as events
from rollout_trace.events.types import TraceEvent
from rollout_trace.ids import TerminalId, TerminalOperationId, ThreadId, ToolCallId
from rollout_trace.model.terminal import TerminalOperation, TerminalSession
from rollout_trace.reduce.once import added_once
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.windows import Moment, opened


def works_on(state: ReducerState, operation_id: TerminalOperationId, process_id: str) -> None:
    """An operation is known to work on a process: it joins a session, or opens one.

    Raises:
        Rejection: it was known to work on another process, or the session is another thread's.
    """
    operation = state.terminal_operations[operation_id]
    known = state.process_ids.get(operation_id)
    if known not in {None, process_id}:
        message = f"{operation_id} works on process {known}, but its end names process {process_id}"
        raise Rejection(Code.CONFLICT, message, {"operation_id": operation_id, "process_id": process_id})
    state.process_ids[operation_id] = process_id
    if operation.terminal_id is None:
        thread_id = state.tool_calls[operation.tool_call_id].thread_id
        _join(state, operation, _session_id(state, operation, thread_id, process_id), thread_id)


def stdin_target_resolved(state: ReducerState, _event: TraceEvent, resolved: events.StdinTargetResolved) -> None:
    """Input went to a process that another call had started: its operation moves to that one's session."""
    operation = _operation_of(state, resolved.tool_call_id)
    target = _operation_of(state, resolved.exec_tool_call_id)
    if operation is None or target is None or target.terminal_id is None:
        return
    process_id = state.process_ids.get(target.operation_id)
    if process_id is not None:
        state.process_ids[operation.operation_id] = process_id
    if operation.terminal_id != target.terminal_id:
        _leave(state, operation)
        _join(state, operation, target.terminal_id, state.tool_calls[operation.tool_call_id].thread_id)


def forget_process_ids(state: ReducerState, thread_id: ThreadId) -> None:
    """A thread that is resumed may see its process ids given anew."""
    for process in [process for process in state.sessions_by_process if process[0] == thread_id]:
        del state.sessions_by_process[process]


def _session_id(state: ReducerState, operation: TerminalOperation, thread_id: ThreadId, process_id: str) -> TerminalId:
    """The session of a process, which a command opens and input joins, if there is one."""
    if not state.dialect.process_ids_are_hidden:
        return TerminalId(process_id)
    process = (thread_id, process_id)
    if operation.kind == "write_stdin" and process in state.sessions_by_process:
        return state.sessions_by_process[process]
    terminal_id = TerminalId(f"terminal_session:{operation.operation_id}")
    state.sessions_by_process[process] = terminal_id
    return terminal_id


def _join(state: ReducerState, operation: TerminalOperation, terminal_id: TerminalId, thread_id: ThreadId) -> None:
    session = state.terminal_sessions.get(terminal_id)
    if session is None:
        session = TerminalSession(
            terminal_id=terminal_id,
            thread_id=thread_id,
            created_by_operation_id=operation.operation_id,
            operation_ids=(),
            execution=opened(Moment(operation.execution.started_at_unix_ms, operation.execution.started_seq)),
        )
    elif session.thread_id != thread_id and not state.dialect.process_ids_are_hidden:
        message = f"terminal {terminal_id} belongs to thread {session.thread_id}, not to {thread_id}"
        raise Rejection(Code.WRONG_OWNER, message, {"terminal_id": terminal_id, "thread_id": thread_id})
    operation_ids = added_once(session.operation_ids, operation.operation_id)
    state.terminal_sessions[terminal_id] = replace(session, operation_ids=operation_ids)
    state.terminal_operations[operation.operation_id] = replace(operation, terminal_id=terminal_id)


def _leave(state: ReducerState, operation: TerminalOperation) -> None:
    if operation.terminal_id is None:
        return
    session = state.terminal_sessions[operation.terminal_id]
    remaining = tuple(other for other in session.operation_ids if other != operation.operation_id)
    if remaining:
        state.terminal_sessions[session.terminal_id] = replace(session, operation_ids=remaining)
    else:
        del state.terminal_sessions[session.terminal_id]


def _operation_of(state: ReducerState, tool_call_id: ToolCallId) -> TerminalOperation | None:
    tool = state.tool_calls.get(tool_call_id)
    if tool is None:
        message = f"tool call {tool_call_id} has its input resolved, but is unknown"
        raise Rejection(Code.UNKNOWN_REFERENCE, message, {"tool_call_id": tool_call_id})
    if tool.terminal_operation_id is None:
        return None
    return state.terminal_operations[tool.terminal_operation_id]
