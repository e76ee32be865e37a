"""What a terminal operation gave back, read from the payload that ended it (spec 3, section 6, "Result").

Owns how a command's end and a tool's result become output text. It changes nothing.
"""

from typing import NamedTuple

import msgspec

from rollout_trace import json_text
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import payloads
from rollout_trace.json_text import JsonValue
from rollout_trace.model.terminal import TerminalResult
from rollout_trace.reduce.payload_reading import Payload, shaped
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.values import Int32, UInt64, is_uint64


class OperationEnd(NamedTuple):
    """How an operation ended, and the process id that its end names, if any."""

    result: TerminalResult
    process_id: str | None


class _CodeModeOutput(msgspec.Struct, frozen=True):
    """What a terminal tool returns to a code cell."""

    output: str
    chunk_id: str | None = None
    exit_code: Int32 | None = None
    original_token_count: UInt64 | None = None


def read_command_end(state: ReducerState, payload: Payload) -> OperationEnd:
    """Read the end of a command.

    Raises:
        Rejection: the payload is none.
    """
    if state.dialect.output_is_aggregated:
        return _aggregated(payload)
    end = shaped(payload, payloads.ExecEnd, "end of a command")
    stdout, stderr, formatted_output = end.stdout, end.stderr, end.formatted_output
    if stdout is msgspec.UNSET or stderr is msgspec.UNSET or formatted_output is msgspec.UNSET:
        aggregated = _aggregated(payload)
        message = f"the end of a command in {payload.raw_payload_id} lacks `stdout`, `stderr` or `formatted_output`"
        state.tolerate(Code.EXEC_END_WITHOUT_OUTPUT, message, {"raw_payload_id": payload.raw_payload_id})
        return aggregated
    result = TerminalResult(
        exit_code=end.exit_code,
        stdout=stdout,
        stderr=stderr,
        formatted_output=formatted_output,
        original_token_count=None,
        chunk_id=None,
    )
    return OperationEnd(result, end.process_id)


def read_stdin_end(state: ReducerState, payload: Payload) -> OperationEnd:
    """Read the end of input to a command: the command's end, or the result of the tool.

    Raises:
        Rejection: the payload is neither.
    """
    try:
        return read_command_end(state, payload)
    except Rejection:
        return OperationEnd(_result_of_tool(_tool_result(payload)), None)


def _aggregated(payload: Payload) -> OperationEnd:
    """The end of a command that has its output in one piece."""
    end = shaped(payload, payloads.AggregatedExecEnd, "end of a command")
    result = TerminalResult(
        exit_code=end.exit_code,
        stdout=end.aggregated_output,
        stderr="",
        formatted_output=None,
        original_token_count=None,
        chunk_id=None,
    )
    return OperationEnd(result, end.process_id)


def _tool_result(payload: Payload) -> payloads.ToolResult:
    shape: type[payloads.ToolResult] = payloads.ToolResult  # type: ignore[assignment]
    return shaped(payload, shape, "tool result")


def _result_of_tool(result: payloads.ToolResult) -> TerminalResult:
    if isinstance(result, payloads.ErrorResponse):
        return _shown("", stderr=result.error, formatted_output=result.error)
    if isinstance(result, payloads.DirectResponse):
        item = json_text.parse_checked(result.response_item)
        output = _text_of(item.get("output")) if isinstance(item, dict) else None
        return _shown(json_text.compact(item) if output is None else output)
    value = json_text.parse_checked(result.value)
    try:
        returned = msgspec.convert(value, _CodeModeOutput)
    except msgspec.ValidationError:
        returned = None
    if returned is None or not is_uint64(returned.original_token_count):
        text = _text_of(value)
        return _shown(json_text.compact(value) if text is None else text)
    return TerminalResult(
        exit_code=returned.exit_code,
        stdout=returned.output,
        stderr="",
        formatted_output=returned.output,
        original_token_count=returned.original_token_count,
        chunk_id=returned.chunk_id,
    )


def _shown(stdout: str, *, stderr: str = "", formatted_output: str | None = None) -> TerminalResult:
    return TerminalResult(
        exit_code=None,
        stdout=stdout,
        stderr=stderr,
        formatted_output=stdout if formatted_output is None else formatted_output,
        original_token_count=None,
        chunk_id=None,
    )


def _text_of(value: JsonValue) -> str | None:
    """The text of a JSON value (spec 3, section 6)."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        entries = [entry["text"] for entry in value if isinstance(entry, dict) and "text" in entry]
        texts = [text for text in entries if isinstance(text, str)]
        return "\n".join(texts) if texts else None
    return json_text.compact(value)
