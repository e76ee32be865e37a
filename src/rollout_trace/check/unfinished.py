"""What was under way and never ended, and what waited and was never resolved.

The real client writes no end for what was interrupted. So in a recording that was closed these are worth a note; in
one that stops they are what is missing.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from rollout_trace.check.findings import Finding, FindingCode, Severity
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.reduce.waiting import Waiting
from rollout_trace.values import ExecutionStatus, RolloutStatus, Seq

WHAT_RUNS: Final = {
    "thread_id": "thread",
    "codex_turn_id": "turn",
    "inference_call_id": "request",
    "tool_call_id": "tool call",
    "code_cell_id": "code cell",
    "compaction_request_id": "compaction request",
    "operation_id": "terminal operation",
}
"""What a person calls that which runs, by the name of its id."""


def is_closed(trace: RolloutTrace) -> bool:
    """Whether a recording says that it is at its end; schema 1 says so by the end of the rollout."""
    if trace.recording_complete is not None:
        return trace.recording_complete
    return trace.status is not RolloutStatus.RUNNING


def never_ended(trace: RolloutTrace, severity: Severity) -> Iterator[Finding]:
    """Everything that nothing has ended, in order of its start."""
    running = [
        (window.started_seq, id_name, object_id)
        for id_name, objects in _windows(trace)
        for object_id, window in objects
        if window.status is ExecutionStatus.RUNNING and window.ended_at_unix_ms is None
    ]
    for seq, id_name, object_id in sorted(running):
        message = f"{WHAT_RUNS[id_name]} {object_id} never ended"
        yield _finding(severity, FindingCode.NEVER_ENDED, message, seq, {id_name: object_id})


def never_resolved(waiting: Waiting, severity: Severity) -> Iterator[Finding]:
    """Starts of cells that wait for their source, and messages that were never seen to arrive."""
    for start in waiting.starts:
        message = f"{start.code_cell_id} was started, but no item shows its source: nothing more is known of it"
        ids = {"code_cell_id": start.code_cell_id, "thread_id": start.thread_id, "call_id": start.call_id}
        yield _finding(severity, FindingCode.WAITING_START, message, start.started.seq, ids)
    for delivery in waiting.deliveries:
        message = f"{delivery.kind.value} {delivery.edge_id} to thread {delivery.target_thread_id} never arrived there"
        ids = {"edge_id": delivery.edge_id, "thread_id": delivery.target_thread_id}
        yield _finding(severity, FindingCode.WAITING_DELIVERY, message, None, ids)


def _windows(trace: RolloutTrace) -> Iterator[tuple[str, Iterable[tuple[str, ExecutionWindow]]]]:
    """The windows of everything that runs, by the name of its id."""
    for id_name, objects in (
        ("thread_id", trace.threads),
        ("codex_turn_id", trace.codex_turns),
        ("inference_call_id", trace.inference_calls),
        ("tool_call_id", trace.tool_calls),
        ("code_cell_id", trace.code_cells),
        ("compaction_request_id", trace.compaction_requests),
        ("operation_id", trace.terminal_operations),
    ):
        yield id_name, ((object_id, found.execution) for object_id, found in objects.items())


def _finding(severity: Severity, code: FindingCode, message: str, seq: Seq | None, ids: dict[str, str]) -> Finding:
    return Finding(severity=severity, code=code, message=message, seq=seq, ids=ids)
