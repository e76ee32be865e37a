"""What a tool really returned, against what the model was shown of it (question 5).

*Returned* is what the work behind a tool gave back: what a command printed, the answer of an MCP server, or else the
result of the call. A command that ran on when its call ended returned what the call did; what it printed later came to
later calls. Where an answer has a structured part, that is what a client shows the model, in place of the texts beside
it. *Shown* is the text of the call's output items. It begins with lines of the runtime (times, an exit code), which are
left out of account where it is asked how much of what was returned is in it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from rollout_trace import json_text
from rollout_trace.bundle.folder import Bundle
from rollout_trace.ids import InferenceCallId, ItemId, RawPayloadId, ThreadId, ToolCallId
from rollout_trace.json_text import JsonValue
from rollout_trace.model.inference import InferenceCall
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.tools import ModelRequester, ToolCall
from rollout_trace.query.gist import printed, tool_input
from rollout_trace.query.item_text import whole_texts, without_header
from rollout_trace.query.outcome import Outcome, duration_of, operation_of, ran_on, tool_outcome
from rollout_trace.query.payload_json import payload_json, text_of, value_at
from rollout_trace.query.sameness import common_beginning
from rollout_trace.query.summary import tool_name
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import GenericSummary


class Showing(StrEnum):
    """How much the model was shown of what a tool returned."""

    WHOLE = "whole"
    LATER = "more later"
    """All of what the call returned, and the command ran on: the rest came to later calls, if any looked."""
    CUT = "cut"
    """A part of it is missing."""
    REWORDED = "reworded"
    """The client told it in other words."""
    NOTHING = "nothing"
    """The model never saw an output of the call."""
    TO_CELL = "to a cell"
    """A code cell asked, and got it; the model saw what the cell made of it."""
    UNKNOWN = "unknown"
    """The trace does not have what was returned."""


class ToolOutput(msgspec.Struct, frozen=True, kw_only=True):
    """One tool call: what it was asked, returned, and showed. `shown` begins with the runtime's own lines, if any."""

    tool_call_id: ToolCallId
    thread_id: ThreadId
    tool: str
    asked: str
    outcome: Outcome
    duration_ms: int | None
    returned: str | None
    shown: str | None
    showing: Showing
    missing: int
    """How many characters were cut; 0 if it was not."""
    later: tuple[ToolCallId, ...]
    """The calls that looked at a command that ran on, until it ended or the log did."""
    not_in: InferenceCallId | None
    """Of an output that was never shown, the next request, which was without it; None if there was none."""
    returned_by: RawPayloadId | None
    """The payload that has what was returned."""
    shown_by: tuple[ItemId, ...]


def tool_outputs_of(
    bundle: Bundle, reduction: Reduction, tool_ids: Iterable[ToolCallId] | None = None
) -> tuple[ToolOutput, ...]:
    """Tool calls with what they returned and showed; all of them if none is named, in order of their starts.

    Raises:
        KeyError: the graph lacks one of the calls.
    """
    trace = reduction.trace
    tools = list(trace.tool_calls.values() if tool_ids is None else (trace.tool_calls[tool] for tool in tool_ids))
    tools.sort(key=lambda tool: tool.execution.started_seq)
    items = [
        item_id
        for tool in tools
        for item_id in (*tool.model_visible_call_item_ids[:1], *tool.model_visible_output_item_ids)
    ]
    texts = whole_texts(bundle, reduction, items)
    calls = sorted(trace.inference_calls.values(), key=lambda call: call.execution.started_seq)
    return tuple(_output(bundle, trace, tool, texts, calls) for tool in tools)


def _output(
    bundle: Bundle, trace: RolloutTrace, tool: ToolCall, texts: dict[ItemId, str], calls: Sequence[InferenceCall]
) -> ToolOutput:
    returned = returned_by(bundle, trace, tool)
    shown_by = tool.model_visible_output_item_ids
    shown = "\n".join(texts[item_id] for item_id in shown_by) if shown_by else None
    window = tool.execution
    showing, missing = _showing(trace, tool, returned.to_show, shown)
    return ToolOutput(
        tool_call_id=tool.tool_call_id,
        thread_id=tool.thread_id,
        tool=tool_name(tool.kind),
        asked=_asked(trace, tool, texts),
        outcome=tool_outcome(trace, tool),
        duration_ms=duration_of(window),
        returned=returned.text,
        shown=shown,
        showing=showing,
        missing=missing,
        later=_later(trace, tool),
        not_in=_request_after(tool, calls) if showing is Showing.NOTHING else None,
        returned_by=returned.payload_id,
        shown_by=shown_by,
    )


def _asked(trace: RolloutTrace, tool: ToolCall, texts: dict[ItemId, str]) -> str:
    """What a tool was asked; of a call whose preview is cut, all that the model wrote."""
    asked = tool_input(trace, tool)
    is_cut = isinstance(tool.summary, GenericSummary) and asked.endswith("...")
    if is_cut and tool.model_visible_call_item_ids:
        return texts[tool.model_visible_call_item_ids[0]]
    return asked


class Returned(NamedTuple):
    """What the work behind a tool gave back."""

    text: str | None = None
    """None where the trace does not have it."""
    payload_id: RawPayloadId | None = None
    """The payload that has it."""
    structured: str | None = None
    """The structured part of a server's answer, which `text` ends with."""

    @property
    def to_show(self) -> str | None:
        """What of it a client shows the model."""
        return self.text if self.structured is None else self.structured


def returned_by(bundle: Bundle, trace: RolloutTrace, tool: ToolCall) -> Returned:
    """What the work behind a tool gave back."""
    operation = operation_of(trace, tool)
    if operation is not None and not ran_on(trace, tool):
        if operation.result is None:
            return Returned()
        return Returned(printed(operation.result), next(reversed(operation.raw_payload_ids), None))
    for payload_id in () if ran_on(trace, tool) else tool.raw_runtime_payload_ids[::-1]:
        ended = payload_json(bundle, trace, payload_id)
        text = _runtime_text(ended)
        structured = value_at(ended, "result", "Ok", "structuredContent")
        if structured is not None:
            told = json_text.compact(structured)
            return Returned("\n".join(filter(None, [text, told])), payload_id, told)
        if text is not None:
            return Returned(text, payload_id)
    payload_id_of_result = tool.raw_result_payload_id
    if payload_id_of_result is None:
        return Returned()
    return Returned(result_text(payload_json(bundle, trace, payload_id_of_result)), payload_id_of_result)


def _runtime_text(ended: JsonValue) -> str | None:
    """What the end of a tool's runtime says: the texts of a server's answer, or what a program printed."""
    answer = value_at(ended, "result")
    if isinstance(answer, dict):
        for path in (("Ok", "content"), ("Ok",), ("Err",)):
            if (found := value_at(answer, *path)) is not None:
                return text_of(found)
    printed = [value_at(ended, name) for name in ("stdout", "stderr")]
    texts = [text for text in printed if isinstance(text, str)]
    return "".join(texts) if texts else None


def result_text(result: JsonValue) -> str | None:
    """What a call's result says, to the model or to a cell (spec 1, payload `tool_result`)."""
    for path in (("response_item", "output"), ("value", "output"), ("value",), ("error",), ("response_item",)):
        found = value_at(result, *path)
        if found is not None:
            return text_of(found)
    return None


def _showing(trace: RolloutTrace, tool: ToolCall, returned: str | None, shown: str | None) -> tuple[Showing, int]:
    """How much was shown, and how many characters of what was returned are missing in it."""
    if shown is None:
        return (Showing.NOTHING if isinstance(tool.requester, ModelRequester) else Showing.TO_CELL), 0
    if returned is None:
        return Showing.UNKNOWN, 0
    told, seen = without_header(returned).strip(), without_header(shown).strip()
    if told in seen:
        return (Showing.LATER if ran_on(trace, tool) else Showing.WHOLE), 0
    kept = common_beginning(told, seen)
    kept += common_beginning(told[kept:][::-1], seen[kept:][::-1])
    is_cut = kept < len(told) and kept >= len(seen) // 2
    return (Showing.CUT, len(told) - kept) if is_cut else (Showing.REWORDED, 0)


def _later(trace: RolloutTrace, tool: ToolCall) -> tuple[ToolCallId, ...]:
    operation = operation_of(trace, tool) if ran_on(trace, tool) else None
    if operation is None or operation.terminal_id not in trace.terminal_sessions:
        return ()
    used = [trace.terminal_operations[used] for used in trace.terminal_sessions[operation.terminal_id].operation_ids]
    return tuple(use.tool_call_id for use in used if use.execution.started_seq > operation.execution.started_seq)


def _request_after(tool: ToolCall, calls: Sequence[InferenceCall]) -> InferenceCallId | None:
    """The first request of the agent, of all in the order in which they were sent, since a call ended."""
    ended = tool.execution.ended_seq or tool.execution.started_seq
    after = bisect_right(calls, ended, key=lambda call: call.execution.started_seq)
    return next((call.inference_call_id for call in calls[after:] if call.thread_id == tool.thread_id), None)
