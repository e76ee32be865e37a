"""Tool calls, and code cells."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from rollout_trace.ids import ThreadId, ToolCallId
from rollout_trace.model.tools import CodeCell
from rollout_trace.query.gist import one_line
from rollout_trace.query.outcome import duration_of, outcome_of, tool_outcome
from rollout_trace.query.summary import tool_name
from rollout_trace.query.tool_outputs import tool_outputs_of
from rollout_trace.web.answers.cutting import excerpt, page_made_of
from rollout_trace.web.answers.finding import check_thread
from rollout_trace.web.interface.common import Page
from rollout_trace.web.interface.objects import CellLine, ToolLine
from rollout_trace.web.interface.questions import ThreadPageQuery, ToolsQuery
from rollout_trace.web.view import View, once_a_view

_MOST_CHARACTERS = 240


class _Choice(NamedTuple):
    """Which tool calls; None and False stand for all."""

    thread: ThreadId | None
    tool: str | None
    faults_only: bool


def tools(view: View, asked: ToolsQuery) -> Page[ToolLine]:
    """Tool calls, in the order of their starts."""
    check_thread(view, asked.thread)
    chosen = _calls_by_choice(view).get(_Choice(asked.thread, asked.tool, asked.faults_only), ())
    return page_made_of(chosen, asked, lambda part: _tool_lines(view, part))


@once_a_view
def _calls_by_choice(view: View) -> Mapping[_Choice, Sequence[ToolCallId]]:
    found: dict[_Choice, list[ToolCallId]] = {}
    for tool in sorted(view.trace.tool_calls.values(), key=lambda tool: tool.execution.started_seq):
        is_fault = tool_outcome(view.trace, tool).is_fault
        for choice in product((tool.thread_id, None), (tool_name(tool.kind), None), {is_fault, False}):
            found.setdefault(_Choice(*choice), []).append(tool.tool_call_id)
    return found


def _tool_lines(view: View, tool_ids: Sequence[ToolCallId]) -> list[ToolLine]:
    lines = []
    for output in tool_outputs_of(view.bundle, view.reduction, tool_ids):
        tool = view.trace.tool_calls[output.tool_call_id]
        lines.append(
            ToolLine(
                tool_call_id=output.tool_call_id,
                thread_id=output.thread_id,
                codex_turn_id=tool.started_by_codex_turn_id,
                started_seq=tool.execution.started_seq,
                started_at_unix_ms=tool.execution.started_at_unix_ms,
                duration_ms=output.duration_ms,
                tool=output.tool,
                asked=one_line(output.asked, _MOST_CHARACTERS),
                outcome=output.outcome,
                showing=output.showing,
            )
        )
    return lines


def cells(view: View, asked: ThreadPageQuery) -> Page[CellLine]:
    """Code cells, in the order of their starts."""
    check_thread(view, asked.thread)
    chosen = _cells_by_thread(view).get(asked.thread, ())
    return page_made_of(chosen, asked, lambda part: [_cell_line(view, cell) for cell in part])


@once_a_view
def _cells_by_thread(view: View) -> Mapping[ThreadId | None, Sequence[CodeCell]]:
    """The cells of each agent; those of all agents stand under None."""
    found: dict[ThreadId | None, list[CodeCell]] = {}
    for cell in sorted(view.trace.code_cells.values(), key=lambda cell: cell.execution.started_seq):
        for thread_id in (None, cell.thread_id):
            found.setdefault(thread_id, []).append(cell)
    return found


def _cell_line(view: View, cell: CodeCell) -> CellLine:
    return CellLine(
        code_cell_id=cell.code_cell_id,
        thread_id=cell.thread_id,
        codex_turn_id=cell.codex_turn_id,
        started_seq=cell.execution.started_seq,
        started_at_unix_ms=cell.execution.started_at_unix_ms,
        duration_ms=duration_of(cell.execution),
        outcome=outcome_of(view.trace, cell.execution, cell.thread_id, cell.codex_turn_id),
        runtime_status=cell.runtime_status,
        source=excerpt(cell.source_js),
        nested_tool_call_ids=cell.nested_tool_call_ids,
        wait_tool_call_ids=cell.wait_tool_call_ids,
        output_item_ids=cell.output_item_ids,
    )
