"""The chain of work that determined when a rollout ended (question 1).

Found backwards, from the last moment that the graph knows to the start, and without a gap: the steps of a path add up
to the whole time. From each step it goes to what that step had to wait for:

- A request to a model waits for the work of its agent that ended last before it, in its turn.
- A tool waits for the request whose answer was still coming when the tool started (tools start while the answer that
  asks for them is written); else, as a request does, for what ended last.
- The first work of a turn waits for the turn. The turn of a child waits for the tool call by which another agent
  spawned it, or gave it a task or a message. Any other turn waits for the user, after the turn before it.
- A call of `wait_agent` waits for the agent whose message or result came last while it was open: the path goes over
  to that agent. If none came, the wait itself is the step.

Work that a code cell asks for is part of the cell's step. What was going on beside the path could have taken longer
without changing the end. The order of events is `seq`; where it and the times disagree, no step is shorter than
nothing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from rollout_trace.ids import AgentPath, ThreadId, ToolCallId
from rollout_trace.model.edges import EdgeKind, ToolCallAnchor
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.threads import CodexTurn
from rollout_trace.model.tools import CodeCellRequester
from rollout_trace.query.activities import Activity, Work, activities_of
from rollout_trace.query.agents import ends_of
from rollout_trace.query.summary import last_known_moment
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.values import UnixMilliseconds

_TASKS: Final = {EdgeKind.SPAWN_AGENT, EdgeKind.ASSIGN_AGENT_TASK, EdgeKind.SEND_MESSAGE}
"""What lets a turn of an agent begin."""


class PathStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the path: what an agent did, as far as it lies on the path. Times are in milliseconds."""

    thread_id: ThreadId
    agent_path: AgentPath
    started_at_unix_ms: UnixMilliseconds
    duration_ms: int
    activity: Activity | None
    """The whole piece of work of which this is a part; None if the agent did nothing that the trace knows of."""
    is_idle: bool
    """Whether no turn of the agent was open."""


def critical_path_of(trace: RolloutTrace) -> tuple[PathStep, ...]:
    """The path of a rollout, in order of time. Steps that took no time are left out."""
    return tuple(reversed([step for step in _Walk(trace).steps() if step.duration_ms]))


class _Delivery(NamedTuple):
    """Something that reached an agent from another."""

    moment: UnixMilliseconds
    sender: ThreadId
    tool_call_id: ToolCallId | None


class _Lane:
    """The work and the turns of one agent, and what reached it."""

    def __init__(self) -> None:
        self.by_end: list[Activity] = []
        self.requests: list[Activity] = []
        self.turns: list[CodexTurn] = []
        self.turns_by_time: list[CodexTurn] = []
        self.deliveries: list[_Delivery] = []
        self.assigners: list[Activity] = []
        """The tool calls by which other agents let its turns begin."""

    def sort(self) -> None:
        self.by_end.sort(key=lambda activity: activity.end)
        self.requests.sort(key=lambda activity: activity.started_seq)
        self.turns.sort(key=lambda turn: turn.execution.started_seq)
        self.turns_by_time = sorted(self.turns, key=lambda turn: turn.execution.started_at_unix_ms)
        self.deliveries.sort(key=lambda delivery: delivery.moment)
        self.assigners.sort(key=lambda activity: activity.started_seq)

    def last_ended(self, before: float, not_after: UnixMilliseconds) -> Activity | None:
        """The work that ended last, before a place in the log and not after a moment."""
        index = bisect_left(self.by_end, before, key=lambda activity: activity.end)
        while index and self.by_end[index - 1].ended_at_unix_ms > not_after:
            index -= 1
        return self.by_end[index - 1] if index else None

    def answering(self, seq: float) -> Activity | None:
        """The request that was under way at a place in the log."""
        index = bisect_left(self.requests, seq, key=lambda activity: activity.started_seq)
        latest = self.requests[index - 1] if index else None
        return latest if latest is not None and latest.end > seq else None

    def turn_before(self, seq: float) -> CodexTurn | None:
        """The turn that was started last before a place in the log."""
        index = bisect_left(self.turns, seq, key=lambda turn: turn.execution.started_seq)
        return self.turns[index - 1] if index else None

    def turns_begun(self, before: UnixMilliseconds) -> Iterator[CodexTurn]:
        """The turns that were started before a moment, the last first."""
        index = bisect_left(self.turns_by_time, before, key=lambda turn: turn.execution.started_at_unix_ms)
        return (self.turns_by_time[place] for place in range(index - 1, -1, -1))

    def assigner(self, after: float, before: float) -> Activity | None:
        """The last tool call of another agent, between two places in the log, that let a turn begin."""
        index = bisect_left(self.assigners, before, key=lambda activity: activity.started_seq)
        latest = self.assigners[index - 1] if index else None
        return latest if latest is not None and latest.started_seq > after else None

    def delivered(self, start: UnixMilliseconds, end: UnixMilliseconds) -> _Delivery | None:
        """What reached the agent last between two moments."""
        index = bisect_right(self.deliveries, end, key=lambda delivery: delivery.moment)
        latest = self.deliveries[index - 1] if index else None
        return latest if latest is not None and latest.moment >= start else None


class _Walk:
    """Goes from the end of a rollout to its start: it has come to a moment in the life of one agent.

    Each work that it comes to ended, or was under way, before the one that it comes from: so it ends.
    """

    def __init__(self, trace: RolloutTrace) -> None:
        self._trace = trace
        self._lanes = {thread_id: _Lane() for thread_id in trace.threads}
        self._by_tool: dict[ToolCallId, Activity] = {}
        self._moment = last_known_moment(trace)
        self._thread_id = trace.root_thread_id
        self._place_work()
        self._place_deliveries()
        for lane in self._lanes.values():
            lane.sort()

    def _place_work(self) -> None:
        activities = list(activities_of(self._trace))
        cells = {found.object_id: found for found in activities if found.kind is ObjectKind.CODE_CELL}
        for activity in activities:
            lane = self._lanes.setdefault(activity.thread_id, _Lane())
            if activity.work is Work.MODEL:
                lane.requests.append(activity)
            if not activity.is_nested:
                lane.by_end.append(activity)
            if activity.kind is ObjectKind.TOOL_CALL:
                tool = self._trace.tool_calls[ToolCallId(activity.object_id)]
                of_cell = tool.requester.code_cell_id if isinstance(tool.requester, CodeCellRequester) else None
                self._by_tool[tool.tool_call_id] = activity if of_cell is None else cells.get(of_cell, activity)
        for turn in self._trace.codex_turns.values():
            self._lanes.setdefault(turn.thread_id, _Lane()).turns.append(turn)

    def _place_deliveries(self) -> None:
        for edge in self._trace.interaction_edges.values():
            source, target = ends_of(self._trace, edge)
            tool_call_id = edge.source.tool_call_id if isinstance(edge.source, ToolCallAnchor) else None
            moment = edge.started_at_unix_ms if edge.ended_at_unix_ms is None else edge.ended_at_unix_ms
            if source is None or target is None or source == target or not {source, target} <= self._lanes.keys():
                continue
            self._lanes[target].deliveries.append(_Delivery(moment, source, tool_call_id))
            assigner = None if tool_call_id is None else self._by_tool.get(tool_call_id)
            if assigner is not None and edge.kind in _TASKS:
                self._lanes[target].assigners.append(assigner)

    def steps(self) -> Iterator[PathStep]:
        """The steps, the last first."""
        lane = self._lanes.get(self._thread_id)
        current = lane.by_end[-1] if lane is not None and lane.by_end else None
        while current is not None:
            yield from self._without_work(current.ended_at_unix_ms)
            self._thread_id = current.thread_id
            delivery = self._delivery_to(current)
            if delivery is not None:
                yield self._step(delivery.moment, current)
                current = self._sender_of(delivery, current.end)
                self._thread_id = delivery.sender
                continue
            yield self._step(current.started_at_unix_ms, current)
            previous, turn = self._previous(current), self._lanes[current.thread_id].turn_before(current.started_seq)
            if turn is not None and (previous is None or previous.end < turn.execution.started_seq):
                yield from self._without_work(turn.execution.started_at_unix_ms)
                previous = self._assigner_of(turn, previous) or previous
            current = previous
        yield from self._without_work(self._trace.started_at_unix_ms)

    def _previous(self, current: Activity) -> Activity | None:
        """The work of the same agent that a piece of work waited for, in its turn or before."""
        lane = self._lanes[current.thread_id]
        answering = None if current.work is Work.MODEL else lane.answering(current.started_seq)
        return answering or lane.last_ended(current.started_seq, current.started_at_unix_ms)

    def _delivery_to(self, current: Activity) -> _Delivery | None:
        """What ended a wait for other agents."""
        if current.work is not Work.WAITING:
            return None
        lane = self._lanes[current.thread_id]
        found = lane.delivered(current.started_at_unix_ms, min(current.ended_at_unix_ms, self._moment))
        return found if found is not None and self._sender_of(found, current.end) is not None else None

    def _sender_of(self, delivery: _Delivery, before: float) -> Activity | None:
        """The work by which something was sent, or after which a result was there."""
        if delivery.tool_call_id is None:
            return self._lanes[delivery.sender].last_ended(before, delivery.moment)
        sender = self._by_tool.get(delivery.tool_call_id)
        return sender if sender is not None and sender.started_seq < before else None

    def _assigner_of(self, turn: CodexTurn, previous: Activity | None) -> Activity | None:
        """The last tool call of another agent, after the agent's own work, that let a turn begin."""
        since = -1 if previous is None else previous.end
        return self._lanes[turn.thread_id].assigner(since, turn.execution.started_seq)

    def _without_work(self, until: UnixMilliseconds) -> Iterator[PathStep]:
        """The steps back to a moment in which the agent did nothing, in turns and outside of them."""
        lane = self._lanes.get(self._thread_id, _Lane())
        for turn in lane.turns_begun(self._moment):
            if self._moment <= until:
                return
            window = turn.execution
            if window.ended_at_unix_ms is not None:
                yield self._step(max(until, window.ended_at_unix_ms), None, is_idle=True)
            yield self._step(max(until, window.started_at_unix_ms), None)
        yield self._step(until, None, is_idle=True)

    def _step(self, until: UnixMilliseconds, activity: Activity | None, *, is_idle: bool = False) -> PathStep:
        """The step back to a moment. The walk goes neither forward nor beyond the start."""
        start = max(min(until, self._moment), self._trace.started_at_unix_ms)
        duration = max(self._moment - start, 0)
        self._moment = min(start, self._moment)
        thread = self._trace.threads.get(self._thread_id)
        return PathStep(
            thread_id=self._thread_id,
            agent_path=AgentPath("") if thread is None else thread.agent_path,
            started_at_unix_ms=start,
            duration_ms=duration,
            activity=activity,
            is_idle=is_idle,
        )
