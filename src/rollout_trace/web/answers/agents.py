"""The agents of a rollout, and what went between them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rollout_trace.ids import EdgeId, ThreadId
from rollout_trace.query.agents import Passage, ends_of, parent_of, passage, passages_in_order
from rollout_trace.query.current_activity import AgentActivity, current_activities
from rollout_trace.query.summary import AgentTotals
from rollout_trace.query.time_account import Account
from rollout_trace.query.usage import UsageTotals
from rollout_trace.web import parts
from rollout_trace.web.answers.cutting import page_made_of
from rollout_trace.web.answers.finding import check_thread
from rollout_trace.web.interface.common import Page
from rollout_trace.web.interface.questions import RolloutPageQuery, ThreadPageQuery
from rollout_trace.web.interface.rollout import AgentLine
from rollout_trace.web.view import View, once_a_view


class _Branch(NamedTuple):
    """An agent at its place in the tree."""

    thread_id: ThreadId
    parent: ThreadId | None
    depth: int


class _Figures(NamedTuple):
    """What is counted of each agent."""

    totals: Mapping[ThreadId, AgentTotals]
    usage: Mapping[ThreadId, UsageTotals]
    accounts: Mapping[ThreadId, Account]
    activities: Mapping[ThreadId, AgentActivity]
    sent: Counter[ThreadId | None]
    received: Counter[ThreadId | None]


def agents(view: View, asked: RolloutPageQuery) -> Page[AgentLine]:
    """The tree of agents: each after its parent, with the children in order of start."""
    return page_made_of(_tree(view), asked, lambda branches: [_line(view, branch) for branch in branches])


def passages(view: View, asked: ThreadPageQuery) -> Page[Passage]:
    """What went between agents, in the order in which it did; of one agent, what it sent and got."""
    check_thread(view, asked.thread)
    return page_made_of(
        _edges_by_thread(view).get(asked.thread, ()),
        asked,
        lambda edge_ids: [passage(view.bundle, view.reduction, edge_id) for edge_id in edge_ids],
    )


def _line(view: View, branch: _Branch) -> AgentLine:
    thread_id, figures = branch.thread_id, _figures(view)
    window = view.trace.threads[thread_id].execution
    return AgentLine(
        thread_id=thread_id,
        parent=branch.parent,
        depth=branch.depth,
        outcome=figures.totals[thread_id].outcome,
        started_at_unix_ms=window.started_at_unix_ms,
        ended_at_unix_ms=window.ended_at_unix_ms,
        totals=figures.totals[thread_id],
        usage=figures.usage[thread_id],
        account=figures.accounts[thread_id],
        activity=figures.activities[thread_id],
        sent=figures.sent[thread_id],
        received=figures.received[thread_id],
    )


@once_a_view
def _tree(view: View) -> Sequence[_Branch]:
    threads = view.trace.threads
    children: dict[ThreadId | None, list[ThreadId]] = {}
    for thread_id, thread in threads.items():
        children.setdefault(parent_of(view.trace, thread), []).append(thread_id)
    found: dict[ThreadId, _Branch] = {}
    _grow(found, children.get(None, ()), children)
    for thread_id in threads:  # those whose parents lead in a circle, as only a forged trace can have it
        if thread_id not in found:
            _grow(found, [thread_id], children)
    return tuple(found.values())


def _grow(
    found: dict[ThreadId, _Branch], roots: Iterable[ThreadId], children: Mapping[ThreadId | None, Sequence[ThreadId]]
) -> None:
    """Add these agents as roots, with all below them."""
    waiting = [_Branch(thread_id, None, 0) for thread_id in roots][::-1]
    while waiting:
        branch = waiting.pop()
        if branch.thread_id not in found:
            found[branch.thread_id] = branch
            below = children.get(branch.thread_id, ())
            waiting += [_Branch(child, branch.thread_id, branch.depth + 1) for child in reversed(below)]


@once_a_view
def _figures(view: View) -> _Figures:
    trace = view.trace
    ends = [ends_of(trace, edge) for edge in trace.interaction_edges.values()]
    return _Figures(
        totals={agent.thread_id: agent for agent in parts.summary(view).agents},
        usage={agent.thread_id: agent.totals for agent in parts.usage(view).agents},
        accounts={agent.thread_id: agent.account for agent in parts.time(view).agents},
        activities={activity.thread_id: activity for activity in current_activities(trace)},
        sent=Counter(sender for sender, _ in ends),
        received=Counter(receiver for _, receiver in ends),
    )


@once_a_view
def _edges_by_thread(view: View) -> Mapping[ThreadId | None, Sequence[EdgeId]]:
    """The edges at each agent; those of all agents stand under None."""
    found: dict[ThreadId | None, list[EdgeId]] = {None: []}
    for edge_id in passages_in_order(view.reduction):
        for thread_id in {None, *ends_of(view.trace, view.trace.interaction_edges[edge_id])}:
            found.setdefault(thread_id, []).append(edge_id)
    return found
