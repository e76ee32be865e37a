"""The terminals of a rollout: what opened each, what used it again, and how its process stands (question 7)."""

from collections.abc import Iterator

import msgspec

from rollout_trace.ids import RawPayloadId, TerminalId, TerminalOperationId, ThreadId, ToolCallId
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.terminal import ExecCommandRequest, TerminalOperation, WriteStdinRequest
from rollout_trace.query.gist import operation_input, printed
from rollout_trace.query.outcome import Outcome, duration_of, operation_outcome, terminal_outcome
from rollout_trace.reduce.evidence import EventPosition, ObjectKind
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import ExecutionStatus, UnixMilliseconds


class TerminalUse(msgspec.Struct, frozen=True, kw_only=True):
    """One operation on a terminal."""

    operation_id: TerminalOperationId
    tool_call_id: ToolCallId
    kind: str
    input: str
    """The command, or what was typed."""
    at_unix_ms: UnixMilliseconds
    duration_ms: int | None
    outcome: Outcome
    output: str | None
    """What the operation gave back, errors after the rest; None if the trace does not have it."""
    events: tuple[EventPosition, ...]
    payloads: tuple[RawPayloadId, ...]


class Terminal(msgspec.Struct, frozen=True, kw_only=True):
    """One process, from the operation that opened it to the last that used it."""

    terminal_id: TerminalId | None
    """None for what had no process: a command that could not be started, a write to one that was not there."""
    thread_id: ThreadId | None
    cwd: str | None
    outcome: Outcome
    uses: tuple[TerminalUse, ...]


def terminals_of(reduction: Reduction) -> tuple[Terminal, ...]:
    """Every terminal, in the order in which they were opened; then the operations that had none."""
    return tuple(
        Terminal(
            terminal_id=opened.terminal_id,
            thread_id=opened.thread_id,
            cwd=opened.cwd,
            outcome=opened.outcome,
            uses=tuple(use_of(reduction, operation) for operation in opened.operations),
        )
        for opened in opened_terminals(reduction.trace)
    )


class OpenedTerminal(msgspec.Struct, frozen=True, kw_only=True):
    """One process, with the operations on it as the graph has them."""

    terminal_id: TerminalId | None
    """None for what never had a process."""
    session_id: TerminalId | None
    """The session that the graph has of it; it also has one of a write to a process that was not there."""
    opened_by: TerminalOperation | None
    """The operation that opened it, or was to; None if the graph does not have it."""
    thread_id: ThreadId | None
    cwd: str | None
    outcome: Outcome
    operations: tuple[TerminalOperation, ...]


def opened_terminals(trace: RolloutTrace) -> Iterator[OpenedTerminal]:
    """Every terminal, in the order in which they were opened; then the operations that had none."""
    for terminal_id, session in trace.terminal_sessions.items():
        created = trace.terminal_operations.get(session.created_by_operation_id)
        yield OpenedTerminal(
            terminal_id=None if created is not None and _was_not_there(created) else terminal_id,
            session_id=terminal_id,
            opened_by=created,
            thread_id=session.thread_id,
            cwd=_cwd(created),
            outcome=terminal_outcome(trace, session),
            operations=tuple(
                trace.terminal_operations[operation]
                for operation in session.operation_ids
                if operation in trace.terminal_operations
            ),
        )
    for operation in trace.terminal_operations.values():
        if operation.terminal_id is None:
            tool = trace.tool_calls.get(operation.tool_call_id)
            yield OpenedTerminal(
                terminal_id=None,
                session_id=None,
                opened_by=operation,
                thread_id=None if tool is None else tool.thread_id,
                cwd=_cwd(operation),
                outcome=operation_outcome(trace, operation),
                operations=(operation,),
            )


def _was_not_there(created: TerminalOperation) -> bool:
    """Whether a session began with a write that failed: no process was there, and none was opened."""
    return isinstance(created.request, WriteStdinRequest) and created.execution.status is ExecutionStatus.FAILED


def _cwd(operation: TerminalOperation | None) -> str | None:
    request = None if operation is None else operation.request
    return request.cwd if isinstance(request, ExecCommandRequest) else None


def use_of(reduction: Reduction, operation: TerminalOperation) -> TerminalUse:
    """One operation, with what it gave back."""
    window, result = operation.execution, operation.result
    return TerminalUse(
        operation_id=operation.operation_id,
        tool_call_id=operation.tool_call_id,
        kind=operation.kind,
        input=operation_input(operation),
        at_unix_ms=window.started_at_unix_ms,
        duration_ms=duration_of(window),
        outcome=operation_outcome(reduction.trace, operation),
        output=None if result is None else printed(result),
        events=reduction.evidence.events_of(ObjectKind.TERMINAL_OPERATION, operation.operation_id),
        payloads=operation.raw_payload_ids,
    )
