"""What the model's call ids tie together (spec 3, section 6).

A `call_id` stands on the model's call item, on the output item, and on the tool call that did the work. This module
owns those ties: in tool calls, the call and output items; in inference calls, the tools that their answers started. It
neither starts nor ends anything. It also keeps the list of call ids that something new was tied to.
"""

from msgspec.structs import replace

from rollout_trace.ids import CallId, InferenceCallId, ItemId, ToolCallId
from rollout_trace.model.conversation import ConversationItem, ToolProducer
from rollout_trace.reduce import items, terminal
from rollout_trace.reduce.once import added_once
from rollout_trace.reduce.reducer_state import ReducerState


def tool_started(state: ReducerState, tool_call_id: ToolCallId, call_id: CallId) -> None:
    """Tie a tool that starts to the items of its thread that have its call id."""
    state.tools_by_call[call_id] = tool_call_id
    call_tied(state, call_id)
    thread_id = state.tool_calls[tool_call_id].thread_id
    call_items = items.items_with_call_id(state, thread_id, call_id, items.CALL_KINDS)
    output_items = items.items_with_call_id(state, thread_id, call_id, items.OUTPUT_KINDS)
    _tie(state, tool_call_id, tuple(call_items), tuple(output_items))


def item_sighted(state: ReducerState, item: ConversationItem) -> None:
    """Tie an item that is seen to the tool of its call id.

    The tool may be of another thread: a forked child sends its parent's history.
    """
    tool_call_id = None if item.call_id is None else state.tools_by_call.get(item.call_id)
    if tool_call_id is None:
        return
    if item.kind in items.CALL_KINDS:
        _tie(state, tool_call_id, (item.item_id,), ())
    elif item.kind in items.OUTPUT_KINDS:
        _tie(state, tool_call_id, (), (item.item_id,))


def response_recorded(
    state: ReducerState, call_id: InferenceCallId, before: tuple[ItemId, ...], now: tuple[ItemId, ...]
) -> None:
    """Note which items an answer consists of, in place of those that it consisted of before."""
    for item_id in before:
        others = tuple(other for other in state.calls_by_response_item[item_id] if other != call_id)
        state.calls_by_response_item[item_id] = others
    for item_id in now:
        known = state.calls_by_response_item.get(item_id, ())
        state.calls_by_response_item[item_id] = added_once(known, call_id)
        tied_call = state.items[item_id].call_id
        if tied_call is not None:
            call_tied(state, tied_call)


def call_tied(state: ReducerState, call_id: CallId) -> None:
    """Note that there is something new to which items of a call id are tied when they are seen (again)."""
    state.tied_calls[len(state.tied_calls)] = call_id


def _tie(
    state: ReducerState, tool_call_id: ToolCallId, call_items: tuple[ItemId, ...], output_items: tuple[ItemId, ...]
) -> None:
    tool = state.tool_calls[tool_call_id]
    known_calls, known_outputs = tool.model_visible_call_item_ids, tool.model_visible_output_item_ids
    calls, outputs = added_once(known_calls, *call_items), added_once(known_outputs, *output_items)
    if calls is not known_calls or outputs is not known_outputs:
        tied = replace(tool, model_visible_call_item_ids=calls, model_visible_output_item_ids=outputs)
        state.tool_calls[tool_call_id] = tied
        terminal.observe(state, tied)
    for item_id in output_items:
        items.add_producer(state, item_id, ToolProducer(tool_call_id))
    if call_items:
        _tie_to_answers(state, tool_call_id, calls)


def _tie_to_answers(state: ReducerState, tool_call_id: ToolCallId, call_items: tuple[ItemId, ...]) -> None:
    """Add the tool to what each answer started that holds one of its call items."""
    for item_id in call_items:
        for call_id in state.calls_by_response_item.get(item_id, ()):
            call = state.inference_calls[call_id]
            started = added_once(call.tool_call_ids_started_by_response, tool_call_id)
            if started is not call.tool_call_ids_started_by_response:
                state.inference_calls[call_id] = replace(call, tool_call_ids_started_by_response=started)
