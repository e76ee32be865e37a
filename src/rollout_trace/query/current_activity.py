"""What each agent is doing when a graph ends: the last thing that it began and that nothing has ended."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from rollout_trace.ids import AgentPath, CodexTurnId, ThreadId
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.terminal import ExecCommandRequest
from rollout_trace.model.threads import AgentThread
from rollout_trace.model.tools import ToolCall
from rollout_trace.query.gist import operation_input
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.outcome import end_of, operation_of
from rollout_trace.query.summary import tool_name
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.values import AgentSummary, ExecutionStatus, GenericSummary, UnixMilliseconds


class Doing(StrEnum):
    """What an agent can be doing."""

    ASKING = "asking"
    """It waits for a model's answer."""
    USING_TOOL = "using-tool"
    RUNNING_CELL = "running-cell"
    COMPACTING = "compacting"
    WORKING = "working"
    """It is in a turn, between two of the above."""
    IDLE = "idle"
    """It is in no turn."""
    ENDED = "ended"


class AgentActivity(msgspec.Struct, frozen=True, kw_only=True):
    """What one agent is doing, since when, and on what: a model, a command, the name of a tool, how it ended."""

    thread_id: ThreadId
    agent_path: AgentPath
    nickname: str | None
    doing: Doing
    what: str
    work: ObjectRef | None
    """The request, the tool call, … that it is at; None for an agent that does nothing."""
    since_unix_ms: UnixMilliseconds


class _Work(msgspec.Struct, frozen=True):
    execution: ExecutionWindow
    doing: Doing
    what: str
    ref: ObjectRef


def current_activities(trace: RolloutTrace) -> tuple[AgentActivity, ...]:
    """What every agent is doing, in order of their starts."""
    latest: dict[ThreadId, _Work] = {}
    for thread_id, work in _under_way(trace):
        known = latest.get(thread_id)
        if known is None or known.execution.started_seq <= work.execution.started_seq:
            latest[thread_id] = work
    idle_since = {turn.thread_id: turn.execution.ended_at_unix_ms for turn in trace.codex_turns.values()}
    return tuple(
        _activity(thread, latest.get(thread_id), idle_since.get(thread_id))
        for thread_id, thread in trace.threads.items()
    )


def _activity(thread: AgentThread, work: _Work | None, idle_since: UnixMilliseconds | None) -> AgentActivity:
    window = thread.execution
    since = window.ended_at_unix_ms
    if since is not None:
        doing, what = Doing.ENDED, window.status.value
    elif work is not None:
        doing, what, since = work.doing, work.what, work.execution.started_at_unix_ms
    else:
        doing, what, since = Doing.IDLE, "", window.started_at_unix_ms if idle_since is None else idle_since
    return AgentActivity(
        thread_id=thread.thread_id,
        agent_path=thread.agent_path,
        nickname=thread.nickname,
        doing=doing,
        what=what,
        work=None if work is None or window.ended_at_unix_ms is not None else work.ref,
        since_unix_ms=since,
    )


def _under_way(trace: RolloutTrace) -> Iterator[tuple[ThreadId, _Work]]:
    """Everything that runs, by its thread."""
    yield from _turns_and_requests(trace)
    yield from _cells_and_tools(trace)


def _turns_and_requests(trace: RolloutTrace) -> Iterator[tuple[ThreadId, _Work]]:
    for turn in trace.codex_turns.values():
        if _runs(trace, turn.execution, turn.thread_id):
            ref = ObjectRef(ObjectKind.CODEX_TURN, turn.codex_turn_id)
            yield turn.thread_id, _Work(turn.execution, Doing.WORKING, "", ref)
    for call in trace.inference_calls.values():
        if _runs(trace, call.execution, call.thread_id, call.codex_turn_id):
            ref = ObjectRef(ObjectKind.INFERENCE_CALL, call.inference_call_id)
            yield call.thread_id, _Work(call.execution, Doing.ASKING, call.model, ref)
    for request in trace.compaction_requests.values():
        if _runs(trace, request.execution, request.thread_id, request.codex_turn_id):
            ref = ObjectRef(ObjectKind.COMPACTION_REQUEST, request.compaction_request_id)
            yield request.thread_id, _Work(request.execution, Doing.COMPACTING, request.model, ref)


def _cells_and_tools(trace: RolloutTrace) -> Iterator[tuple[ThreadId, _Work]]:
    for cell in trace.code_cells.values():
        if _runs(trace, cell.execution, cell.thread_id, cell.codex_turn_id):
            ref = ObjectRef(ObjectKind.CODE_CELL, cell.code_cell_id)
            yield cell.thread_id, _Work(cell.execution, Doing.RUNNING_CELL, _first_line(cell.source_js), ref)
    for tool in trace.tool_calls.values():
        if _runs(trace, tool.execution, tool.thread_id, tool.started_by_codex_turn_id):
            ref = ObjectRef(ObjectKind.TOOL_CALL, tool.tool_call_id)
            yield tool.thread_id, _Work(tool.execution, Doing.USING_TOOL, _asked_of(trace, tool), ref)


def _runs(
    trace: RolloutTrace, window: ExecutionWindow, thread_id: ThreadId, turn_id: CodexTurnId | None = None
) -> bool:
    """Whether work runs. What a turn or an agent that is over left open was interrupted, and does not."""
    return window.status is ExecutionStatus.RUNNING and end_of(trace, window, thread_id, turn_id) is None


def _asked_of(trace: RolloutTrace, tool: ToolCall) -> str:
    """What a tool call is about, in a few words."""
    name = tool_name(tool.kind)
    operation = operation_of(trace, tool)
    if operation is not None and isinstance(operation.request, ExecCommandRequest):
        return f"{name}: {_first_line(operation_input(operation))}"
    match tool.summary:
        case AgentSummary(target_agent_path=target):
            return f"{name}: {target}"
        case GenericSummary(input_preview=str(preview)):
            return f"{name}: {_first_line(preview)}"
        case _:
            return name


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
