"""Which request asked for a piece of work, and which was the first to show the model what came of it (question 2)."""

from collections.abc import Iterable

import msgspec

from rollout_trace.ids import CodeCellId, InferenceCallId, ItemId, TerminalOperationId, ToolCallId
from rollout_trace.model.conversation import CodeCellProducer, ConversationItem, InferenceProducer, ToolProducer
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.terminal import TerminalOperation, TerminalSession
from rollout_trace.model.tools import CodeCell, CodeCellRequester, ToolCall
from rollout_trace.query.naming import ObjectRef, object_of
from rollout_trace.query.requests import first_shown, sent_requests


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Between which requests a piece of work lies. None stands for what the trace does not tell."""

    asked_in: InferenceCallId | None = None
    """The request whose answer asked for it, or has it."""
    asked_by_cell: CodeCellId | None = None
    """The code cell that asked for it, which was itself asked for in that request."""
    is_answer: bool = False
    """Whether it is an item that the model wrote, and so needs not be shown to it."""
    shown_in: InferenceCallId | None = None
    """The first request that showed the model what came of it; of an item, that showed it."""


def provenance_of(trace: RolloutTrace, ref: ObjectRef) -> Provenance | None:
    """The provenance of a tool call, a code cell, a terminal, one of its operations or an item; None of anything else.

    Raises:
        KeyError: the graph has no such object.
    """
    match object_of(trace, ref):
        case ToolCall() as tool:
            return _of_tool(trace, tool)
        case CodeCell() as cell:
            asked_in = _asked_in(trace, [cell.source_item_id])
            return Provenance(asked_in=asked_in, shown_in=_shown_in(trace, cell.output_item_ids))
        case TerminalOperation() as operation:
            return _of_operation(trace, operation.operation_id)
        case TerminalSession() as terminal:
            return _of_operation(trace, terminal.created_by_operation_id)
        case ConversationItem() as item:
            return _of_item(trace, item)
        case _:
            return None


def _of_tool(trace: RolloutTrace, tool: ToolCall) -> Provenance:
    shown_in = _shown_in(trace, tool.model_visible_output_item_ids)
    if not isinstance(tool.requester, CodeCellRequester):
        return Provenance(asked_in=_asked_in(trace, tool.model_visible_call_item_ids), shown_in=shown_in)
    cell = trace.code_cells.get(tool.requester.code_cell_id)
    asked_in = None if cell is None else _asked_in(trace, [cell.source_item_id])
    return Provenance(asked_in=asked_in, asked_by_cell=tool.requester.code_cell_id, shown_in=shown_in)


def _of_operation(trace: RolloutTrace, operation_id: TerminalOperationId) -> Provenance | None:
    operation = trace.terminal_operations.get(operation_id)
    return None if operation is None else _of_known_tool(trace, operation.tool_call_id)


def _of_known_tool(trace: RolloutTrace, tool_id: ToolCallId) -> Provenance | None:
    tool = trace.tool_calls.get(tool_id)
    return None if tool is None else _of_tool(trace, tool)


def _of_item(trace: RolloutTrace, item: ConversationItem) -> Provenance:
    shown_in = _shown_in(trace, [item.item_id])
    for producer in item.produced_by:
        made: Provenance | None = None
        match producer:
            case InferenceProducer(inference_call_id=call_id):
                return Provenance(asked_in=call_id, is_answer=True)
            case ToolProducer(tool_call_id=tool_id):
                made = _of_known_tool(trace, tool_id)
            case CodeCellProducer(code_cell_id=cell_id) if cell_id in trace.code_cells:
                made = Provenance(asked_in=_asked_in(trace, [trace.code_cells[cell_id].source_item_id]))
        if made is not None:
            return msgspec.structs.replace(made, shown_in=shown_in)
    return Provenance(shown_in=shown_in)


def _asked_in(trace: RolloutTrace, call_items: Iterable[ItemId]) -> InferenceCallId | None:
    producers = (
        producer
        for item_id in call_items
        if item_id in trace.conversation_items
        for producer in trace.conversation_items[item_id].produced_by
    )
    return next((made.inference_call_id for made in producers if isinstance(made, InferenceProducer)), None)


def _shown_in(trace: RolloutTrace, item_ids: Iterable[ItemId]) -> InferenceCallId | None:
    first = first_shown(sent_requests(trace))
    return next((first[item_id] for item_id in item_ids if item_id in first), None)
