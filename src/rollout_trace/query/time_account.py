"""Where the time went (question 1): every millisecond of a rollout, and of each agent, in one account.

At each moment some of three things go on, as `activities` defines them: the *model* works, *tools* run, an agent is
*waiting* for others. A moment at which none of them does is *between* if a turn is open (Codex itself works, a person
is asked for approval, a retry is put off), and *idle* if none is: the agent waits for the user, or for its next task.

So each moment has exactly one of nine names: model, tools or waiting alone, one of their four combinations, between, or
idle. The nine times of an account add up to its total, to the millisecond. The time of several agents, or of several
tools at once, counts once: an account says how long something went on, not how much of it was done.

The account of a rollout reaches from its start to the last moment that the graph knows; that of an agent from the start
of its thread to its end, or to that last moment.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import msgspec

from rollout_trace.ids import AgentPath, ThreadId
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.query.activities import Work, activities_of, background_of
from rollout_trace.query.summary import last_known_moment
from rollout_trace.values import UnixMilliseconds


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """How long something lasted, and what that time was made of, in milliseconds."""

    total_ms: int
    """The sum of the nine times that follow."""
    model_alone_ms: int
    tools_alone_ms: int
    waiting_alone_ms: int
    model_and_tools_ms: int
    model_and_waiting_ms: int
    tools_and_waiting_ms: int
    model_tools_and_waiting_ms: int
    between_ms: int
    idle_ms: int
    model_ms: int
    """All the time in which a model worked, alone or not. These three overlap, and so add up to more."""
    tools_ms: int
    waiting_ms: int
    background_ms: int
    """The time in which a command or a cell ran on after its call had returned, whatever else went on."""


class AgentTime(msgspec.Struct, frozen=True, kw_only=True):
    """The account of one agent."""

    thread_id: ThreadId
    agent_path: AgentPath
    nickname: str | None
    account: Account


class TimeAccount(msgspec.Struct, frozen=True, kw_only=True):
    """The account of a rollout, all its agents together, and that of each agent in order of their starts."""

    rollout: Account
    agents: tuple[AgentTime, ...]


_TURN: Final = "turn"
_BACKGROUND: Final = "background"


class _Span(msgspec.Struct, frozen=True):
    """Something that went on for some time."""

    what: str
    thread_id: ThreadId
    start: UnixMilliseconds
    end: UnixMilliseconds


def time_account_of(trace: RolloutTrace) -> TimeAccount:
    """Account for the time of a rollout."""
    last = last_known_moment(trace)
    spans = list(_spans(trace, last))
    by_thread: dict[ThreadId, list[_Span]] = {}
    for span in spans:
        by_thread.setdefault(span.thread_id, []).append(span)
    agents = []
    for thread in trace.threads.values():
        window = thread.execution
        end = last if window.ended_at_unix_ms is None else window.ended_at_unix_ms
        agents.append(
            AgentTime(
                thread_id=thread.thread_id,
                agent_path=thread.agent_path,
                nickname=thread.nickname,
                account=_account(by_thread.get(thread.thread_id, ()), window.started_at_unix_ms, end),
            )
        )
    return TimeAccount(rollout=_account(spans, trace.started_at_unix_ms, last), agents=tuple(agents))


def _spans(trace: RolloutTrace, last: UnixMilliseconds) -> Iterator[_Span]:
    for activity in activities_of(trace):
        yield _Span(activity.work, activity.thread_id, activity.started_at_unix_ms, activity.ended_at_unix_ms)
    for ran_on in background_of(trace):
        yield _Span(_BACKGROUND, ran_on.thread_id, ran_on.started_at_unix_ms, ran_on.ended_at_unix_ms)
    for turn in trace.codex_turns.values():
        window, thread = turn.execution, trace.threads.get(turn.thread_id)
        end = window.ended_at_unix_ms
        if end is None and thread is not None:
            end = thread.execution.ended_at_unix_ms
        yield _Span(_TURN, turn.thread_id, window.started_at_unix_ms, last if end is None else end)


def _account(spans: Iterable[_Span], start: UnixMilliseconds, end: UnixMilliseconds) -> Account:
    """What the time from `start` to `end` was made of; what lies outside of it does not count."""
    times: dict[frozenset[str], int] = {}
    background = 0
    for going_on, duration in _stretches(spans, start, max(start, end)):
        background += duration if _BACKGROUND in going_on else 0
        named = going_on - {_BACKGROUND, _TURN} or going_on - {_BACKGROUND}
        times[named] = times.get(named, 0) + duration

    def lasted(*what: str) -> int:
        return times.get(frozenset(what), 0)

    def lasted_in_all(work: Work) -> int:
        return sum(duration for named, duration in times.items() if work in named)

    return Account(
        total_ms=max(start, end) - start,
        model_alone_ms=lasted(Work.MODEL),
        tools_alone_ms=lasted(Work.TOOLS),
        waiting_alone_ms=lasted(Work.WAITING),
        model_and_tools_ms=lasted(Work.MODEL, Work.TOOLS),
        model_and_waiting_ms=lasted(Work.MODEL, Work.WAITING),
        tools_and_waiting_ms=lasted(Work.TOOLS, Work.WAITING),
        model_tools_and_waiting_ms=lasted(Work.MODEL, Work.TOOLS, Work.WAITING),
        between_ms=lasted(_TURN),
        idle_ms=lasted(),
        model_ms=lasted_in_all(Work.MODEL),
        tools_ms=lasted_in_all(Work.TOOLS),
        waiting_ms=lasted_in_all(Work.WAITING),
        background_ms=background,
    )


def _stretches(
    spans: Iterable[_Span], start: UnixMilliseconds, end: UnixMilliseconds
) -> Iterator[tuple[frozenset[str], int]]:
    """The time from `start` to `end` in stretches in which the same things go on, and how long each lasted."""
    changes: dict[UnixMilliseconds, list[tuple[str, int]]] = {start: [], end: []}
    for span in spans:
        begun, ended = max(span.start, start), min(span.end, end)
        if begun < ended:
            changes.setdefault(begun, []).append((span.what, 1))
            changes.setdefault(ended, []).append((span.what, -1))
    running: dict[str, int] = {}
    for moment, following in pairwise(sorted(changes)):
        for what, change in changes[moment]:
            running[what] = running.get(what, 0) + change
        yield frozenset(what for what, count in running.items() if count), following - moment
