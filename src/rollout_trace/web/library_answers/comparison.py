"""Two rollouts beside each other, row by row."""

from collections.abc import Sequence
from itertools import zip_longest

import msgspec

from rollout_trace.errors import QuestionError
from rollout_trace.ids import ItemId
from rollout_trace.query.conversation import said_items
from rollout_trace.query.difference import AgentDifference, Difference, Stretch, difference_between
from rollout_trace.query.naming import item_ref
from rollout_trace.web import parts
from rollout_trace.web.answers.cutting import excerpt, page_made_of
from rollout_trace.web.interface.common import Page
from rollout_trace.web.interface.library import Compared, ComparedAgent, ComparedItem, ComparedRow
from rollout_trace.web.interface.library import ComparedRowsQuery as RowsQuery
from rollout_trace.web.kept import Kept
from rollout_trace.web.view import View

_Row = tuple[bool, ItemId | None, ItemId | None]


def compared(left: View, right: View, kept: Kept) -> Compared:
    """The two as wholes, and where each pair of agents parts."""
    difference = _difference(left, right, kept)
    rows = [_rows(agent) for agent in difference.agents]
    return Compared(
        left_name=left.extent.name,
        right_name=right.extent.name,
        left=msgspec.structs.replace(difference.left, agents=()),
        right=msgspec.structs.replace(difference.right, agents=()),
        left_usage=parts.usage(left).total,
        right_usage=parts.usage(right).total,
        agents=tuple(
            ComparedAgent(
                agent_path=agent.agent_path,
                left=agent.left,
                right=agent.right,
                rows=len(of_agent),
                same=sum(is_same for is_same, _, _ in of_agent),
                parts_at=next((index for index, (is_same, _, _) in enumerate(of_agent) if not is_same), None),
            )
            for agent, of_agent in zip(difference.agents, rows, strict=True)
        ),
    )


def compared_rows(left: View, right: View, kept: Kept, asked: RowsQuery) -> Page[ComparedRow]:
    """The rows of one pair of agents.

    Raises:
        QuestionError: there is no such pair.
    """
    agents = _difference(left, right, kept).agents
    if asked.agent >= len(agents):
        raise QuestionError(f"there is no agent {asked.agent} in both rollouts; they have {len(agents)} together")
    return page_made_of(_rows(agents[asked.agent]), asked, lambda rows: _told(rows, left, right))


def _difference(left: View, right: View, kept: Kept) -> Difference:
    pair = (left.bundle, left.reduction), (right.bundle, right.reduction)
    return kept.get("difference", (left, right), lambda: difference_between(*pair))


def _rows(agent: AgentDifference) -> list[_Row]:
    return [row for stretch in agent.stretches for row in _rows_of(stretch)]


def _rows_of(stretch: Stretch) -> list[_Row]:
    return [(stretch.is_same, mine, theirs) for mine, theirs in zip_longest(stretch.left, stretch.right)]


def _told(rows: Sequence[_Row], left: View, right: View) -> list[ComparedRow]:
    on_left = _items(left, [item_id for _, item_id, _ in rows if item_id is not None])
    on_right = _items(right, [item_id for _, _, item_id in rows if item_id is not None])
    return [
        ComparedRow(
            is_same=is_same,
            left=None if mine is None else on_left[mine],
            right=None if theirs is None else on_right[theirs],
        )
        for is_same, mine, theirs in rows
    ]


def _items(view: View, item_ids: Sequence[ItemId]) -> dict[ItemId, ComparedItem]:
    names = parts.names(view)
    said = said_items(view.bundle, view.reduction, item_ids, parts.item_ties(view), with_content=False)
    return {
        item.item_id: ComparedItem(
            item_id=item.item_id,
            name=names.short(item_ref(item.item_id)),
            label=item.label,
            tool=item.tool,
            text=excerpt(item.text),
        )
        for item in said
    }
