"""How a piece of work stands, as far as the log can tell.

What was interrupted never ends in a log: a graph says `running` of it for ever. Here it is said what the log leaves
open, and what has ended around it. Only where the log goes on (the graph is of a moment, or the log is being written)
does such work run; where the log stops without its end, nobody can say whether it does.

What was interrupted counts as ended when its turn ended, or else its agent: `end_of` is the one place for that.
"""

from typing import Final, NamedTuple

import msgspec

from rollout_trace.ids import CodexTurnId, ThreadId
from rollout_trace.model.compaction import CompactionRequest
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.model.inference import InferenceCall
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.terminal import TerminalOperation, TerminalSession
from rollout_trace.model.threads import AgentThread, CodexTurn
from rollout_trace.model.tools import CodeCell, ToolCall
from rollout_trace.values import ExecutionStatus, RolloutStatus, Seq, UnixMilliseconds

NO_END: Final = "no end"
"""What is said of work that a log which has stopped leaves open: it still runs, or was killed."""


class Outcome(msgspec.Struct, frozen=True):
    """How a piece of work stands."""

    status: ExecutionStatus
    unfinished: str | None = None
    """Of work that never ended, what ended around it: `turn cancelled`; or `no end` where nothing did."""
    exit_code: int | None = None
    """Of a command, if it has ended."""
    last_turn: ExecutionStatus | None = None
    """Of an agent that says of itself that all is done, how its last turn ended, if not so."""

    def __str__(self) -> str:
        if self.unfinished is not None:
            return f"unfinished, {self.unfinished}"
        if self.last_turn is not None:
            return f"{self.status}; last turn {self.last_turn}"
        if not self.exit_code:
            return self.status
        ended = f"exit code {self.exit_code}"
        return f"cancelled, {ended}" if self.status is ExecutionStatus.CANCELLED else ended

    @property
    def is_fault(self) -> bool:
        """Whether it failed, was given up, or never ended; what runs is no fault."""
        if self.status is ExecutionStatus.RUNNING:
            return self.unfinished is not None
        return self.status is not ExecutionStatus.COMPLETED or bool(self.exit_code)


class End(NamedTuple):
    """What ended a piece of work."""

    around: str | None
    """`turn` or `agent`, if that ended and the work itself never did."""
    window: ExecutionWindow
    """The window of what ended."""
    at_unix_ms: UnixMilliseconds
    seq: Seq


def end_of(
    trace: RolloutTrace, window: ExecutionWindow, thread_id: ThreadId | None, turn_id: CodexTurnId | None = None
) -> End | None:
    """The end that counts for work of a thread, and of a turn if it has one; None for what nothing has ended."""
    turn = None if turn_id is None else trace.codex_turns.get(turn_id)
    thread = None if thread_id is None else trace.threads.get(thread_id)
    around = [(name, found.execution) for name, found in (("turn", turn), ("agent", thread)) if found is not None]
    for name, ended in [(None, window), *around]:
        if ended.ended_at_unix_ms is not None and ended.ended_seq is not None:
            return End(name, ended, ended.ended_at_unix_ms, ended.ended_seq)
    return None


def duration_of(window: ExecutionWindow) -> int | None:
    """How long work took, in milliseconds; None if it has not ended."""
    return None if window.ended_at_unix_ms is None else window.ended_at_unix_ms - window.started_at_unix_ms


def outcome_of(
    trace: RolloutTrace, window: ExecutionWindow, thread_id: ThreadId | None, turn_id: CodexTurnId | None = None
) -> Outcome:
    """How work of a thread, and of a turn if it has one, stands."""
    if window.status is not ExecutionStatus.RUNNING:
        return Outcome(window.status)
    end = end_of(trace, window, thread_id, turn_id)
    if end is not None and end.around is not None:
        return Outcome(window.status, f"{end.around} {end.window.status}")
    if trace.status is not RolloutStatus.RUNNING:
        return Outcome(window.status, f"rollout {trace.status}")
    if trace.recording_complete:
        return Outcome(window.status, "recording closed")
    return Outcome(window.status, None if trace.log_goes_on else NO_END)


def rollout_outcome(trace: RolloutTrace) -> Outcome:
    """How a rollout stands."""
    no_end = None if trace.log_goes_on or trace.status is not RolloutStatus.RUNNING else NO_END
    return Outcome(ExecutionStatus(trace.status), no_end)


def agent_outcomes(trace: RolloutTrace) -> dict[ThreadId, Outcome]:
    """How the agents stand. A log says `completed` of one that is done, also where it could not do its last turn."""
    last = {turn.thread_id: turn.execution.status for turn in trace.codex_turns.values()}
    found = {}
    for thread_id, thread in trace.threads.items():
        outcome = outcome_of(trace, thread.execution, thread_id)
        last_turn = last.get(thread_id, ExecutionStatus.COMPLETED)
        is_told = outcome.status is ExecutionStatus.COMPLETED and last_turn is not ExecutionStatus.COMPLETED
        found[thread_id] = msgspec.structs.replace(outcome, last_turn=last_turn) if is_told else outcome
    return found


def terminal_outcome(trace: RolloutTrace, session: TerminalSession) -> Outcome:
    """How the process of a terminal stands. Nothing ends a session in a log; what tells is the end of its command."""
    created = trace.terminal_operations.get(session.created_by_operation_id)
    if created is None:
        return outcome_of(trace, session.execution, session.thread_id)
    return operation_outcome(trace, created)


def process_window(trace: RolloutTrace, session: TerminalSession) -> ExecutionWindow:
    """When the process of a terminal ran: to the end of the command that opened it, which saw its exit."""
    created = trace.terminal_operations.get(session.created_by_operation_id)
    ended = session.execution if created is None else created.execution
    return msgspec.structs.replace(ended, started_at_unix_ms=session.execution.started_at_unix_ms)


def operation_outcome(trace: RolloutTrace, operation: TerminalOperation) -> Outcome:
    """How an operation on a terminal stands, with the exit code of its process, if it is known."""
    tool = trace.tool_calls.get(operation.tool_call_id)
    thread_id, turn_id = (None, None) if tool is None else (tool.thread_id, tool.started_by_codex_turn_id)
    outcome = outcome_of(trace, operation.execution, thread_id, turn_id)
    exit_code = None if operation.result is None else operation.result.exit_code
    return msgspec.structs.replace(outcome, exit_code=exit_code)


def operation_of(trace: RolloutTrace, tool: ToolCall) -> TerminalOperation | None:
    """The terminal operation that a tool call did, if it did one."""
    operation_id = tool.terminal_operation_id
    return None if operation_id is None else trace.terminal_operations.get(operation_id)


def ran_on(trace: RolloutTrace, tool: ToolCall) -> bool:
    """Whether the command of a call went on when the call had ended: how it ended, the call could not say."""
    operation, ended = operation_of(trace, tool), tool.execution.ended_seq
    if operation is None or ended is None:
        return False
    return operation.execution.ended_seq is not None and operation.execution.ended_seq > ended


def tool_outcome(trace: RolloutTrace, tool: ToolCall) -> Outcome:
    """How a tool call stands; that of a command which was over by then has its exit code."""
    outcome = outcome_of(trace, tool.execution, tool.thread_id, tool.started_by_codex_turn_id)
    operation = operation_of(trace, tool)
    if operation is None or operation.result is None or ran_on(trace, tool):
        return outcome
    return msgspec.structs.replace(outcome, exit_code=operation.result.exit_code)


def standing(trace: RolloutTrace, found: object) -> Outcome | None:
    """How any object of a graph stands; None for one that is no work, such as an item."""
    match found:
        case ToolCall():
            return tool_outcome(trace, found)
        case TerminalOperation():
            return operation_outcome(trace, found)
        case TerminalSession():
            return terminal_outcome(trace, found)
        case AgentThread():
            return agent_outcomes(trace)[found.thread_id]
        case CodexTurn() | InferenceCall() | CodeCell() | CompactionRequest():
            return outcome_of(trace, found.execution, found.thread_id, found.codex_turn_id)
        case _:
            return None
