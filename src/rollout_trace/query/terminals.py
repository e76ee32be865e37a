"""The terminals of a rollout: what opened each, what used it again, and how its process stands (question 7)."""

import msgspec

from rollout_trace.ids import RawPayloadId, TerminalId, TerminalOperationId, ThreadId, ToolCallId
from rollout_trace.model.terminal import ExecCommandRequest, TerminalOperation
from rollout_trace.query.gist import operation_input, printed
from rollout_trace.query.outcome import Outcome, operation_outcome, terminal_outcome
from rollout_trace.reduce.evidence import EventPosition, ObjectKind
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import UnixMilliseconds


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
    """None for a command that never had a process, as one that could not be started."""
    thread_id: ThreadId | None
    cwd: str | None
    outcome: Outcome
    uses: tuple[TerminalUse, ...]


def terminals_of(reduction: Reduction) -> tuple[Terminal, ...]:
    """Every terminal, in the order in which they were opened; then the operations that had none."""
    trace = reduction.trace
    found = []
    for terminal_id, session in trace.terminal_sessions.items():
        operations = [trace.terminal_operations[operation] for operation in session.operation_ids]
        created = trace.terminal_operations.get(session.created_by_operation_id)
        found.append(
            Terminal(
                terminal_id=terminal_id,
                thread_id=session.thread_id,
                cwd=_cwd(created),
                outcome=terminal_outcome(trace, session),
                uses=tuple(_use(reduction, operation) for operation in operations),
            )
        )
    for operation in trace.terminal_operations.values():
        if operation.terminal_id is None:
            tool = trace.tool_calls.get(operation.tool_call_id)
            found.append(
                Terminal(
                    terminal_id=None,
                    thread_id=None if tool is None else tool.thread_id,
                    cwd=_cwd(operation),
                    outcome=operation_outcome(trace, operation),
                    uses=(_use(reduction, operation),),
                )
            )
    return tuple(found)


def _cwd(operation: TerminalOperation | None) -> str | None:
    request = None if operation is None else operation.request
    return request.cwd if isinstance(request, ExecCommandRequest) else None


def _use(reduction: Reduction, operation: TerminalOperation) -> TerminalUse:
    window, result = operation.execution, operation.result
    return TerminalUse(
        operation_id=operation.operation_id,
        tool_call_id=operation.tool_call_id,
        kind=operation.kind,
        input=operation_input(operation),
        at_unix_ms=window.started_at_unix_ms,
        duration_ms=None if window.ended_at_unix_ms is None else window.ended_at_unix_ms - window.started_at_unix_ms,
        outcome=operation_outcome(reduction.trace, operation),
        output=None if result is None else printed(result),
        events=reduction.evidence.events_of(ObjectKind.TERMINAL_OPERATION, operation.operation_id),
        payloads=operation.raw_payload_ids,
    )
