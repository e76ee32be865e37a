"""Who did what from when to when: the pieces of work of which a rollout's time is made.

Owns three definitions that the account of time and the critical path build on:

- *model*: a request is under way, to answer or to compact a history, from its start to its end. What Codex sends again
  within one request (a refused connection, say) is part of it.
- *tools*: a tool call is open, from its start until the model gets its result; or a code cell runs, until the model
  gets its first response. A call of `wait_agent` is not a tool, but
- *waiting*: an agent waits for other agents, from the start of `wait_agent` to its end.

A command or a cell that runs on after its call has returned is in the *background*: nobody waits for it.

What was interrupted never ends in the log. What ended around it counts (`outcome.end_of`), or else the last moment
that the graph knows.
"""

import math
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

import msgspec

from rollout_trace.ids import CodexTurnId, ThreadId
from rollout_trace.model.compaction import CompactionRequest
from rollout_trace.model.inference import InferenceCall
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.tools import CodeCell, CodeCellRequester, ToolCall
from rollout_trace.query.outcome import end_of
from rollout_trace.query.summary import last_known_moment, tool_name
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.values import Seq, UnixMilliseconds, WaitAgent


class Work(StrEnum):
    """What a piece of work is."""

    MODEL = "model"
    TOOLS = "tools"
    WAITING = "waiting"


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work of one agent."""

    work: Work
    kind: ObjectKind
    object_id: str
    """The request, tool call, code cell or compaction request that it is."""
    name: str
    """The model, or the tool."""
    thread_id: ThreadId
    codex_turn_id: CodexTurnId | None
    is_nested: bool
    """Whether a code cell asked for it, so that it is part of that cell's work."""
    started_at_unix_ms: UnixMilliseconds
    started_seq: Seq
    ended_at_unix_ms: UnixMilliseconds
    ended_seq: Seq | None
    """None where the log has no end at all."""

    @property
    def end(self) -> float:
        """The place of its end in the order of the log; infinite where there is none."""
        return math.inf if self.ended_seq is None else self.ended_seq


class Background(msgspec.Struct, frozen=True, kw_only=True):
    """A command or a code cell that ran on after its call had returned; only where the log has its end."""

    thread_id: ThreadId
    started_at_unix_ms: UnixMilliseconds
    ended_at_unix_ms: UnixMilliseconds


def activities_of(trace: RolloutTrace) -> Iterator[Activity]:
    """Every piece of work of a rollout, in no order."""
    last = last_known_moment(trace)
    for call in trace.inference_calls.values():
        named = _Named(Work.MODEL, ObjectKind.INFERENCE_CALL, call.inference_call_id, call.model)
        yield _activity(trace, last, named, call, call.codex_turn_id)
    for request in trace.compaction_requests.values():
        name = f"{request.model}, compaction"
        named = _Named(Work.MODEL, ObjectKind.COMPACTION_REQUEST, request.compaction_request_id, name)
        yield _activity(trace, last, named, request, request.codex_turn_id)
    for tool in trace.tool_calls.values():
        work = Work.WAITING if isinstance(tool.kind, WaitAgent) else Work.TOOLS
        named = _Named(work, ObjectKind.TOOL_CALL, tool.tool_call_id, tool_name(tool.kind))
        yield _activity(trace, last, named, tool, tool.started_by_codex_turn_id)
    for cell in trace.code_cells.values():
        named = _Named(Work.TOOLS, ObjectKind.CODE_CELL, cell.code_cell_id, "exec")
        yield _activity(trace, last, named, _until_first_response(cell), cell.codex_turn_id)


def background_of(trace: RolloutTrace) -> Iterator[Background]:
    """What ran on in the background."""
    for operation in trace.terminal_operations.values():
        tool = trace.tool_calls.get(operation.tool_call_id)
        if tool is None:
            continue  # a graph may name what it does not have
        since, until = tool.execution.ended_at_unix_ms, operation.execution.ended_at_unix_ms
        if since is not None and until is not None and since < until:
            yield Background(thread_id=tool.thread_id, started_at_unix_ms=since, ended_at_unix_ms=until)
    for cell in trace.code_cells.values():
        since, until = cell.initial_response_at_unix_ms, cell.execution.ended_at_unix_ms
        if since is not None and until is not None and since < until:
            yield Background(thread_id=cell.thread_id, started_at_unix_ms=since, ended_at_unix_ms=until)


class _Named(NamedTuple):
    """What a piece of work is."""

    work: Work
    kind: ObjectKind
    object_id: str
    name: str


def _activity(
    trace: RolloutTrace,
    last: UnixMilliseconds,
    named: _Named,
    done: InferenceCall | CompactionRequest | ToolCall | CodeCell,
    turn_id: CodexTurnId | None,
) -> Activity:
    window = done.execution
    end = end_of(trace, window, done.thread_id, turn_id)
    ended_at = last if end is None else end.at_unix_ms
    return Activity(
        work=named.work,
        kind=named.kind,
        object_id=named.object_id,
        name=named.name,
        thread_id=done.thread_id,
        codex_turn_id=turn_id,
        is_nested=isinstance(done, ToolCall) and isinstance(done.requester, CodeCellRequester),
        started_at_unix_ms=window.started_at_unix_ms,
        started_seq=window.started_seq,
        ended_at_unix_ms=max(window.started_at_unix_ms, ended_at),
        ended_seq=None if end is None else max(window.started_seq, end.seq),
    )


def _until_first_response(cell: CodeCell) -> CodeCell:
    """A cell as if it had ended with its first response."""
    if cell.initial_response_seq is None:
        return cell
    window = msgspec.structs.replace(
        cell.execution, ended_at_unix_ms=cell.initial_response_at_unix_ms, ended_seq=cell.initial_response_seq
    )
    return msgspec.structs.replace(cell, execution=window)
