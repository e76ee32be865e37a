"""Code cells: programs that the model wrote, from their start to their end (spec 3, section 7).

Owns cells and the waiting starts of cells. The model's `exec` call is what a cell is; the runtime's own id of it is a
handle within a thread. In a real stream a cell starts before the answer that holds its source is recorded, so a start
waits until its source item is seen, and what happens to the cell meanwhile waits with it.
"""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import types as events
from rollout_trace.events.types import TraceEvent
from rollout_trace.ids import CodeCellId, CodexTurnId, ItemId, RuntimeCellId, ThreadId, ToolCallId, code_cell_id
from rollout_trace.model.conversation import CodeCellProducer, ConversationItem, ItemKind
from rollout_trace.model.tools import CodeCell
from rollout_trace.reduce import items, links
from rollout_trace.reduce.once import added_once
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.threads import known_turn, thread_of
from rollout_trace.reduce.waiting_cells import CellReport, WaitingCell
from rollout_trace.reduce.windows import Moment, closed, moment_of, opened
from rollout_trace.values import CellStatus, ExecutionStatus

_SOURCE: Final = frozenset({ItemKind.CUSTOM_TOOL_CALL})
_OUTPUT: Final = frozenset({ItemKind.CUSTOM_TOOL_CALL_OUTPUT})
_EXECUTION_STATUS: Final = {
    CellStatus.COMPLETED: ExecutionStatus.COMPLETED,
    CellStatus.FAILED: ExecutionStatus.FAILED,
    CellStatus.TERMINATED: ExecutionStatus.CANCELLED,
}


def code_cell_started(state: ReducerState, event: TraceEvent, start: events.CodeCellStarted) -> None:
    """A cell begins, or waits for the item that holds its source."""
    thread_id = thread_of(state, event, f"the start of code cell {start.runtime_cell_id}")
    cell_id = code_cell_id(start.model_visible_call_id)
    handle = (thread_id, start.runtime_cell_id)
    if state.cells_by_runtime_id.get(handle, cell_id) != cell_id:
        message = f"runtime cell {start.runtime_cell_id} of thread {thread_id} is {state.cells_by_runtime_id[handle]}"
        ids = {"runtime_cell_id": start.runtime_cell_id, "thread_id": thread_id, "code_cell_id": cell_id}
        raise Rejection(Code.CONFLICT, f"{message}, and is started as {cell_id} too", ids)
    state.cells_by_runtime_id[handle] = cell_id
    waiting = WaitingCell(moment_of(event), thread_id, event.codex_turn_id, start, ())
    source = _source_item(state, waiting)
    if source is not None:
        _start(state, cell_id, waiting, source)
        return
    if cell_id in state.waiting_cells:
        message = f"{cell_id} is started twice"
        raise Rejection(Code.DUPLICATE, message, {"code_cell_id": cell_id})
    state.waiting_cells[cell_id] = waiting


def code_cell_initial_response(state: ReducerState, event: TraceEvent, report: events.CodeCellInitialResponse) -> None:
    """The model gets the first answer of a cell, which may run on."""
    _report(state, event, report, is_end=False)


def code_cell_ended(state: ReducerState, event: TraceEvent, report: events.CodeCellEnded) -> None:
    """A cell has ended."""
    _report(state, event, report, is_end=True)


def start_waiting(state: ReducerState, item_ids: Iterable[ItemId]) -> None:
    """Start the cells whose source is seen with these items, which have been placed."""
    # An unrelated cell may wait for long, and the list may be a whole history: so first look whether any can start.
    if all(_source_item(state, waiting) is None for waiting in state.waiting_cells.values()):
        return
    for item_id in item_ids:
        cell_id = code_cell_id(state.items[item_id].call_id)
        waiting = state.waiting_cells.get(cell_id)
        source = None if waiting is None else _source_item(state, waiting)
        if waiting is None or source is None:
            continue
        del state.waiting_cells[cell_id]
        with state.giving_up():
            _start(state, cell_id, waiting, source)
            for report in sorted(waiting.reports, key=lambda report: report.moment.seq):
                _apply(state, cell_id, report)


def end_with_turn(state: ReducerState, turn_id: CodexTurnId, moment: Moment, status: CellStatus) -> None:
    """End the cells that still run in a turn that ends."""
    for cell_id in state.cells_by_turn.get(turn_id, ()):
        if state.code_cells[cell_id].execution.status is ExecutionStatus.RUNNING:
            _apply(state, cell_id, CellReport(moment, status, is_end=True))


def item_sighted(state: ReducerState, item: ConversationItem) -> None:
    """Add an output that is seen to the cell of its call.

    The cell may be of another thread: a forked child sends its parent's history.
    """
    if item.call_id is None or item.kind is not ItemKind.CUSTOM_TOOL_CALL_OUTPUT:
        return
    cell_id = code_cell_id(item.call_id)
    cell = state.code_cells.get(cell_id)
    if cell is not None:
        output_item_ids = added_once(cell.output_item_ids, item.item_id)
        if output_item_ids is not cell.output_item_ids:
            state.code_cells[cell_id] = replace(cell, output_item_ids=output_item_ids)
        items.add_producer(state, item.item_id, CodeCellProducer(cell_id))


def cell_of_runtime_id(state: ReducerState, thread_id: ThreadId, runtime_cell_id: RuntimeCellId) -> CodeCellId:
    """The cell that the runtime calls so; raises `Rejection` if the thread knows none."""
    cell_id = state.cells_by_runtime_id.get((thread_id, runtime_cell_id))
    if cell_id is None:
        message = f"thread {thread_id} knows no runtime cell {runtime_cell_id}"
        ids = {"runtime_cell_id": runtime_cell_id, "thread_id": thread_id}
        raise Rejection(Code.UNKNOWN_REFERENCE, message, ids)
    return cell_id


def forget_runtime_ids(state: ReducerState, thread_id: ThreadId) -> None:
    """A thread that is resumed gives its runtime ids anew."""
    for handle in [handle for handle in state.cells_by_runtime_id if handle[0] == thread_id]:
        del state.cells_by_runtime_id[handle]


def tool_requested(state: ReducerState, cell_id: CodeCellId, tool_call_id: ToolCallId) -> None:
    """A cell asked for a tool call."""
    state.tools_by_cell[cell_id] = (*state.tools_by_cell.get(cell_id, ()), tool_call_id)
    cell = state.code_cells.get(cell_id)
    if cell is not None:
        nested = added_once(cell.nested_tool_call_ids, tool_call_id)
        state.code_cells[cell_id] = replace(cell, nested_tool_call_ids=nested)


def waited_for(
    state: ReducerState, thread_id: ThreadId, runtime_cell_id: RuntimeCellId, tool_call_id: ToolCallId
) -> None:
    """A tool call waits for a cell. A cell that is not known, or not yet, is nobody's to wait for."""
    cell_id = state.cells_by_runtime_id.get((thread_id, runtime_cell_id))
    cell = None if cell_id is None else state.code_cells.get(cell_id)
    if cell is not None:
        waits = added_once(cell.wait_tool_call_ids, tool_call_id)
        state.code_cells[cell.code_cell_id] = replace(cell, wait_tool_call_ids=waits)


def _source_item(state: ReducerState, waiting: WaitingCell) -> ItemId | None:
    found = items.items_with_call_id(state, waiting.thread_id, waiting.start.model_visible_call_id, _SOURCE)
    return found[0] if found else None


def _start(state: ReducerState, cell_id: CodeCellId, waiting: WaitingCell, source: ItemId) -> None:
    thread_id, turn_id, start = waiting.thread_id, waiting.codex_turn_id, waiting.start
    if turn_id is None:
        message = f"the start of {cell_id} names no codex turn"
        raise Rejection(Code.MISSING_CONTEXT, message, {"code_cell_id": cell_id})
    known_turn(state, turn_id, thread_id, cell_id)
    if cell_id in state.code_cells:
        message = f"{cell_id} is started twice"
        raise Rejection(Code.DUPLICATE, message, {"code_cell_id": cell_id})
    output_items = items.items_with_call_id(state, thread_id, start.model_visible_call_id, _OUTPUT)
    state.code_cells[cell_id] = CodeCell(
        code_cell_id=cell_id,
        model_visible_call_id=start.model_visible_call_id,
        thread_id=thread_id,
        codex_turn_id=turn_id,
        source_item_id=source,
        output_item_ids=tuple(output_items),
        runtime_cell_id=start.runtime_cell_id,
        execution=opened(waiting.moment),
        runtime_status=CellStatus.STARTING,
        initial_response_at_unix_ms=None,
        initial_response_seq=None,
        yielded_at_unix_ms=None,
        yielded_seq=None,
        source_js=start.source_js,
        nested_tool_call_ids=tuple(sorted(state.tools_by_cell.get(cell_id, ()))),
        wait_tool_call_ids=(),
    )
    state.cells_by_turn[turn_id] = (*state.cells_by_turn.get(turn_id, ()), cell_id)
    for item_id in output_items:
        items.add_producer(state, item_id, CodeCellProducer(cell_id))
    links.call_tied(state, start.model_visible_call_id)
    tool_call_id = state.tools_by_call.get(start.model_visible_call_id)
    if tool_call_id is not None and state.dialect.calls_know_their_cell:
        state.tool_calls.touch(tool_call_id)  # which is said to have started this cell when the log has ended


def _report(
    state: ReducerState,
    event: TraceEvent,
    reported: events.CodeCellInitialResponse | events.CodeCellEnded,
    *,
    is_end: bool,
) -> None:
    thread_id = thread_of(state, event, f"a report of code cell {reported.runtime_cell_id}")
    cell_id = cell_of_runtime_id(state, thread_id, reported.runtime_cell_id)
    payload_id = None if reported.response_payload is None else reported.response_payload.raw_payload_id
    report = CellReport(moment_of(event), reported.status, is_end, payload_id)
    waiting = state.waiting_cells.get(cell_id)
    if waiting is not None:
        state.waiting_cells[cell_id] = waiting._replace(reports=(*waiting.reports, report))
    elif cell_id in state.code_cells:
        _apply(state, cell_id, report)
    else:  # its start was given up
        message = f"{cell_id} is reported of, but could not be started"
        raise Rejection(Code.UNKNOWN_REFERENCE, message, {"code_cell_id": cell_id})


def _apply(state: ReducerState, cell_id: CodeCellId, report: CellReport) -> None:
    cell = state.code_cells[cell_id]
    moment, status = report.moment, report.status
    if cell.initial_response_seq is None:
        cell = replace(cell, initial_response_at_unix_ms=moment.at_unix_ms, initial_response_seq=moment.seq)
    if state.dialect.cells_keep_responses:
        cell = _with_response(cell, report)
    if report.is_end:
        ended = _EXECUTION_STATUS.get(status, ExecutionStatus.RUNNING)
        cell = replace(cell, execution=closed(cell.execution, moment, ended))
    elif status is CellStatus.YIELDED:
        cell = replace(cell, yielded_at_unix_ms=moment.at_unix_ms, yielded_seq=moment.seq)
    state.code_cells[cell_id] = replace(cell, runtime_status=status)


def _with_response(cell: CodeCell, report: CellReport) -> CodeCell:
    """The cell with what a report says beyond its status: the first initial response counts, and the last end."""
    if report.is_end:
        return replace(cell, raw_result_payload_id=report.payload_id)
    if cell.initial_response_status is not None:
        return cell
    return replace(
        cell,
        initial_response_at_unix_ms=report.moment.at_unix_ms,
        initial_response_seq=report.moment.seq,
        initial_response_status=report.status,
        raw_initial_response_payload_id=report.payload_id,
    )
