"""Spec 3, section 6: terminal operations, the sessions that they share, and their results."""

from typing import Any

import pytest

from recording import (
    CHILD,
    ROOT,
    START,
    Item,
    Recording,
    assert_refused,
    function_call,
    function_output,
    recording_with_turn,
    user,
)
from rollout_trace.diagnostics import Code
from rollout_trace.ids import ItemId, RawPayloadId, TerminalId, TerminalOperationId, ThreadId, ToolCallId
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.model.terminal import (
    ExecCommandRequest,
    ModelObservation,
    TerminalOperation,
    TerminalResult,
    TerminalSession,
    WriteStdinRequest,
)
from rollout_trace.model.tools import ToolCall
from rollout_trace.reduce.modes import Mode
from rollout_trace.values import (
    AnyToolKind,
    ExecCommand,
    ExecutionStatus,
    GenericSummary,
    Other,
    TerminalSummary,
    WriteStdin,
)


def exec_begin(command: Any = ("ls", "-l"), cwd: Any = "/work", **fields: Any) -> Item:
    return {"call_id": "call", "command": command, "cwd": cwd, **fields}


def exec_end(exit_code: Any = 0, **fields: Any) -> Item:
    return {
        "call_id": "call",
        "stdout": "out",
        "stderr": "err",
        "formatted_output": "both",
        "exit_code": exit_code,
    } | fields


def without(payload: Item, *fields: str) -> Item:
    return {field: value for field, value in payload.items() if field not in fields}


def write_stdin(arguments: str) -> Item:
    """An invocation of `write_stdin` with these arguments."""
    return {"tool_name": "write_stdin", "payload": {"type": "function", "arguments": arguments}}


def window(start: int, end: int | None = None, status: str = "running") -> ExecutionWindow:
    return ExecutionWindow(
        started_at_unix_ms=START + start,
        started_seq=start,
        ended_at_unix_ms=None if end is None else START + end,
        ended_seq=end,
        status=ExecutionStatus(status),
    )


def operation(recording: Recording, number: int = 1) -> TerminalOperation:
    return recording.reduce().trace.terminal_operations[TerminalOperationId(f"terminal_operation:{number}")]


def session(recording: Recording, terminal: str) -> TerminalSession:
    return recording.reduce().trace.terminal_sessions[TerminalId(terminal)]


def tool_call(recording: Recording, tool: str = "tool-1") -> ToolCall:
    return recording.reduce().trace.tool_calls[ToolCallId(tool)]


def result(recording: Recording) -> TerminalResult | None:
    return operation(recording).result


def shown(stdout: str, *, stderr: str = "", formatted_output: str | None = None, **fields: Any) -> TerminalResult:
    """A result of this output; what is not said is none."""
    rest = {"exit_code": None, "original_token_count": None, "chunk_id": None, **fields}
    return TerminalResult(
        stdout=stdout, stderr=stderr, formatted_output=stdout if formatted_output is None else formatted_output, **rest
    )


def recording_with_command(**begin: Any) -> Recording:
    """A command that has started: `tool_call_started`, `tool_call_runtime_started` (seq 3 and 4)."""
    recording = recording_with_turn()
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_started("tool-1", exec_begin(**begin))
    return recording


def recording_with_stdin(arguments: str = '{"session_id":"7"}') -> Recording:
    """Input that was asked for by an invocation: `tool_call_started` (seq 3)."""
    recording = recording_with_turn()
    recording.tool("tool-1", kind=WriteStdin(), invocation=write_stdin(arguments))
    return recording


# Starting an operation by the runtime.


def test_the_runtime_start_of_a_command_starts_an_operation() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=ExecCommand())
    seq = recording.runtime_started("tool-1", exec_begin(["echo", "a b"], "/work", process_id="7"))

    assert operation(recording) == TerminalOperation(
        operation_id=TerminalOperationId("terminal_operation:1"),
        terminal_id=TerminalId("7"),
        tool_call_id=ToolCallId("tool-1"),
        kind="exec_command",
        execution=window(seq),
        request=ExecCommandRequest(
            command=("echo", "a b"),
            display_command="echo a b",  # joined by a space, not quoted
            cwd="/work",
            yield_time_ms=None,
            max_output_tokens=None,
        ),
        result=None,
        model_observations=(),
        raw_payload_ids=(RawPayloadId("raw_payload:1"),),
    )


def test_the_runtime_start_of_input_starts_an_operation() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=WriteStdin())
    seq = recording.runtime_started("tool-1", exec_begin(process_id="7", interaction_input="y\n"))

    assert operation(recording) == TerminalOperation(
        operation_id=TerminalOperationId("terminal_operation:1"),
        terminal_id=TerminalId("7"),
        tool_call_id=ToolCallId("tool-1"),
        kind="write_stdin",
        execution=window(seq),
        request=WriteStdinRequest(stdin="y\n", yield_time_ms=None, max_output_tokens=None),
        result=None,
        model_observations=(),
        raw_payload_ids=(RawPayloadId("raw_payload:1"),),
    )


@pytest.mark.parametrize("fields", [{}, {"interaction_input": None}, {"interaction_input": ""}])
def test_a_runtime_start_of_input_without_any_gives_empty_input(fields: dict[str, Any]) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=WriteStdin())
    recording.runtime_started("tool-1", exec_begin(**fields))

    assert operation(recording).request == WriteStdinRequest(stdin="", yield_time_ms=None, max_output_tokens=None)


def test_an_operation_becomes_the_summary_of_its_tool() -> None:
    recording = recording_with_command()

    assert tool_call(recording).terminal_operation_id == "terminal_operation:1"
    assert tool_call(recording).summary == TerminalSummary(TerminalOperationId("terminal_operation:1"))


def test_operations_are_numbered_over_the_whole_rollout() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/worker")
    recording.turn("turn-2", CHILD)
    recording.tool("tool-2", kind=ExecCommand())
    recording.tool("tool-1", kind=ExecCommand(), thread=CHILD, turn="turn-2")
    recording.runtime_started("tool-1", exec_begin())
    recording.tool("tool-3", kind=WriteStdin(), invocation=write_stdin('{"session_id":"7"}'))
    recording.runtime_started("tool-2", exec_begin())

    assert [operation(recording, number).tool_call_id for number in (1, 2, 3)] == ["tool-1", "tool-3", "tool-2"]


def test_the_runtime_start_of_another_kind_starts_no_operation() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=Other("exec_command"))
    recording.runtime_started("tool-1", exec_begin())

    assert recording.reduce().trace.terminal_operations == {}
    assert tool_call(recording).summary == GenericSummary("a-tool")


@pytest.mark.parametrize("kind", [ExecCommand(), WriteStdin()], ids=repr)
def test_a_second_runtime_start_is_rejected(kind: AnyToolKind) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=kind)
    recording.runtime_started("tool-1", exec_begin())
    recording.runtime_started("tool-1", exec_begin())

    assert_refused(recording, Code.DUPLICATE, tool_call_id="tool-1")


def test_a_runtime_start_of_input_that_an_invocation_has_started_is_rejected() -> None:
    recording = recording_with_stdin()
    recording.runtime_started("tool-1", exec_begin(process_id="7"))

    assert_refused(recording, Code.DUPLICATE, tool_call_id="tool-1")


@pytest.mark.parametrize("kind", [ExecCommand(), WriteStdin()], ids=repr)
@pytest.mark.parametrize(
    "begin",
    [
        pytest.param([], id="a-list"),
        pytest.param(exec_begin(command="ls -l"), id="a-command-that-is-a-text"),
        pytest.param(exec_begin(command=["ls", 1]), id="a-command-with-a-number"),
        pytest.param(exec_begin(command=None), id="a-command-that-is-null"),
        pytest.param(exec_begin(cwd=None), id="a-cwd-that-is-null"),
        pytest.param(exec_begin(cwd=["/"]), id="a-cwd-that-is-a-list"),
        pytest.param(exec_begin(process_id=7), id="a-process-id-that-is-a-number"),
        pytest.param(exec_begin(interaction_input=7), id="an-input-that-is-a-number"),
    ],
)
def test_a_runtime_start_that_is_no_exec_begin_is_rejected(kind: AnyToolKind, begin: Any) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=kind)
    recording.runtime_started("tool-1", begin)

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1")


@pytest.mark.parametrize("kind", [ExecCommand(), WriteStdin()], ids=repr)
@pytest.mark.parametrize("missing", ["command", "cwd"])
def test_a_runtime_start_that_lacks_command_or_cwd_is_rejected(kind: AnyToolKind, missing: str) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=kind)
    recording.runtime_started("tool-1", without(exec_begin(), missing))

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1", tool_call_id="tool-1")


# Starting an operation by the invocation of write_stdin.


def test_the_invocation_of_write_stdin_starts_an_operation() -> None:
    recording = recording_with_turn()
    arguments = '{"session_id":"7","chars":"y\\n","yield_time_ms":250,"max_output_tokens":100}'
    seq = recording.tool("tool-1", kind=WriteStdin(), invocation=write_stdin(arguments))

    assert operation(recording) == TerminalOperation(
        operation_id=TerminalOperationId("terminal_operation:1"),
        terminal_id=TerminalId("7"),
        tool_call_id=ToolCallId("tool-1"),
        kind="write_stdin",
        execution=window(seq),
        request=WriteStdinRequest(stdin="y\n", yield_time_ms=250, max_output_tokens=100),
        result=None,
        model_observations=(),
        raw_payload_ids=(RawPayloadId("raw_payload:1"),),
    )
    assert tool_call(recording).terminal_operation_id == "terminal_operation:1"
    assert tool_call(recording).summary == TerminalSummary(TerminalOperationId("terminal_operation:1"))


def test_write_stdin_without_an_invocation_starts_no_operation() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=WriteStdin())

    assert recording.reduce().trace.terminal_operations == {}


def test_an_invocation_of_another_kind_starts_no_operation() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=ExecCommand(), invocation=write_stdin('{"session_id":"7"}'))

    assert recording.reduce().trace.terminal_operations == {}


@pytest.mark.parametrize(
    ("session_id", "terminal"),
    [
        ('"7"', "7"),
        ("7", "7"),
        ("-1", "-1"),
        ('"a b"', "a b"),
        ("1.50", "1.50"),
        ("123456789012345678901", "123456789012345678901"),
    ],
)
def test_the_session_of_write_stdin_is_a_text_or_a_number_as_text(session_id: str, terminal: str) -> None:
    recording = recording_with_stdin(f'{{"session_id":{session_id}}}')

    assert operation(recording).terminal_id == terminal


@pytest.mark.parametrize(
    "more", ["", ',"yield_time_ms":null', ',"max_output_tokens":null', ',"chars":""', ',"other":[1]'], ids=repr
)
def test_what_write_stdin_does_not_say_is_empty_or_none(more: str) -> None:
    recording = recording_with_stdin(f'{{"session_id":"7"{more}}}')

    assert operation(recording).request == WriteStdinRequest(stdin="", yield_time_ms=None, max_output_tokens=None)


@pytest.mark.parametrize(
    "invocation",
    [
        pytest.param([], id="a-list"),
        pytest.param(without(write_stdin('{"session_id":"7"}'), "tool_name"), id="no-tool-name"),
        pytest.param(write_stdin('{"session_id":"7"}') | {"tool_name": "stdin"}, id="another-tool"),
        pytest.param({"tool_name": "write_stdin"}, id="no-payload"),
        pytest.param({"tool_name": "write_stdin", "payload": {"type": "function"}}, id="no-arguments"),
        pytest.param(
            {"tool_name": "write_stdin", "payload": {"type": "custom", "arguments": '{"session_id":"7"}'}},
            id="a-payload-that-is-no-function",
        ),
        pytest.param(
            {"tool_name": "write_stdin", "payload": {"type": "function", "arguments": {"session_id": "7"}}},
            id="arguments-that-are-no-text",
        ),
    ],
)
def test_an_invocation_that_is_none_of_write_stdin_is_rejected(invocation: Any) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=WriteStdin(), invocation=invocation)

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("session 7", id="no-json"),
        pytest.param("[]", id="no-object"),
        pytest.param("{}", id="no-session"),
        pytest.param('{"session_id":""}', id="an-empty-session"),
        pytest.param('{"session_id":null}', id="a-session-that-is-null"),
        pytest.param('{"session_id":true}', id="a-session-that-is-a-bool"),
        pytest.param('{"session_id":["7"]}', id="a-session-that-is-a-list"),
        pytest.param('{"session_id":"7","chars":null}', id="chars-that-are-null"),
        pytest.param('{"session_id":"7","chars":7}', id="chars-that-are-a-number"),
        pytest.param('{"session_id":"7","yield_time_ms":-1}', id="a-negative-yield-time"),
        pytest.param('{"session_id":"7","session_id":"8"}', id="a-session-twice"),
        pytest.param('{"session_id":"7","yield_time_ms":18446744073709551616}', id="a-yield-time-beyond-64-bits"),
        pytest.param('{"session_id":"7","yield_time_ms":1.5}', id="a-yield-time-with-a-fraction"),
        pytest.param('{"session_id":"7","yield_time_ms":"1"}', id="a-yield-time-that-is-a-text"),
        pytest.param('{"session_id":"7","max_output_tokens":-1}', id="a-negative-number-of-tokens"),
        pytest.param('{"session_id":"7","max_output_tokens":1.5}', id="a-number-of-tokens-with-a-fraction"),
        pytest.param('{"session_id":"7","max_output_tokens":true}', id="a-number-of-tokens-that-is-a-bool"),
    ],
)
def test_arguments_of_write_stdin_that_are_malformed_are_rejected(arguments: str) -> None:
    recording = recording_with_stdin(arguments)

    assert_refused(recording, Code.PAYLOAD_SHAPE, tool_call_id="tool-1", raw_payload_id="raw_payload:1")


# Sessions.


def test_the_first_operation_of_a_terminal_opens_its_session() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=ExecCommand())
    seq = recording.runtime_started("tool-1", exec_begin(process_id="7"))

    assert session(recording, "7") == TerminalSession(
        terminal_id=TerminalId("7"),
        thread_id=ThreadId(ROOT),
        created_by_operation_id=TerminalOperationId("terminal_operation:1"),
        operation_ids=(TerminalOperationId("terminal_operation:1"),),
        execution=window(seq),
    )


def test_a_later_operation_of_a_terminal_joins_its_session() -> None:
    recording = recording_with_command(process_id="7")
    recording.tool("tool-2", kind=WriteStdin(), invocation=write_stdin('{"session_id":7}'))

    joined = session(recording, "7")

    assert joined.created_by_operation_id == "terminal_operation:1"
    assert joined.operation_ids == ("terminal_operation:1", "terminal_operation:2")
    assert joined.execution == window(4)


def test_terminals_have_sessions_of_their_own() -> None:
    recording = recording_with_command(process_id="7")
    recording.tool("tool-2", kind=ExecCommand())
    recording.runtime_started("tool-2", exec_begin(process_id="8"))

    assert session(recording, "7").operation_ids == ("terminal_operation:1",)
    assert session(recording, "8").operation_ids == ("terminal_operation:2",)


def test_an_operation_without_a_terminal_has_no_session() -> None:
    recording = recording_with_command()
    recording.runtime_ended("tool-1", exec_end())

    assert operation(recording).terminal_id is None
    assert recording.reduce().trace.terminal_sessions == {}


def test_nothing_ends_a_session() -> None:
    recording = recording_with_command(process_id="7")
    recording.runtime_ended("tool-1", exec_end(process_id="7"))
    recording.tool_ended("tool-1")
    recording.turn_ended("completed")

    assert session(recording, "7").execution == window(4)


@pytest.mark.parametrize("kind", [ExecCommand(), WriteStdin()], ids=repr)
def test_a_session_of_another_thread_is_rejected(kind: AnyToolKind) -> None:
    recording = recording_with_command(process_id="7")
    recording.thread(CHILD, "/root/worker")
    recording.turn("turn-2", CHILD)
    recording.tool("tool-2", kind=kind, thread=CHILD, turn="turn-2")
    recording.runtime_started("tool-2", exec_begin(process_id="7"))

    assert_refused(recording, Code.WRONG_OWNER, terminal_id="7", thread_id=CHILD)


def test_a_session_of_another_thread_is_rejected_at_an_invocation() -> None:
    recording = recording_with_command(process_id="7")
    recording.thread(CHILD, "/root/worker")
    invocation = write_stdin('{"session_id":"7"}')
    recording.tool("tool-2", kind=WriteStdin(), invocation=invocation, thread=CHILD, turn=None)

    assert_refused(recording, Code.WRONG_OWNER, terminal_id="7", thread_id=CHILD)


def test_a_session_of_another_thread_is_rejected_at_an_end_that_names_it() -> None:
    recording = recording_with_command(process_id="7")
    recording.thread(CHILD, "/root/worker")
    recording.tool("tool-2", kind=ExecCommand(), thread=CHILD, turn=None)
    recording.runtime_started("tool-2", exec_begin())
    recording.runtime_ended("tool-2", exec_end(process_id="7"))

    assert_refused(recording, Code.WRONG_OWNER, terminal_id="7", thread_id=CHILD)


# Ending an operation.


@pytest.mark.parametrize("status", list(ExecutionStatus))
def test_the_runtime_end_ends_the_operation_with_its_status(status: ExecutionStatus) -> None:
    recording = recording_with_command()
    seq = recording.runtime_ended("tool-1", exec_end(), status=status)

    assert operation(recording).execution == window(4, seq, status)
    assert operation(recording).raw_payload_ids == ("raw_payload:1", "raw_payload:2")
    assert tool_call(recording).execution == window(3)


def test_a_payload_that_ends_an_operation_is_added_once() -> None:
    recording = recording_with_command()
    recording.runtime_ended("tool-1", exec_end())
    recording.event(recording.entries[-1].event.payload)

    assert operation(recording).raw_payload_ids == ("raw_payload:1", "raw_payload:2")


@pytest.mark.parametrize(
    "end",
    [
        pytest.param([], id="a-list"),
        pytest.param(without(exec_end(), "exit_code"), id="no-exit-code"),
        pytest.param(exec_end(None), id="an-exit-code-that-is-null"),
        pytest.param(exec_end(1.5), id="an-exit-code-with-a-fraction"),
        pytest.param(exec_end(2**31), id="an-exit-code-of-more-than-32-bits"),
        pytest.param(exec_end(-(2**31) - 1), id="a-negative-exit-code-of-more-than-32-bits"),
        pytest.param(exec_end(stdout=None), id="a-stdout-that-is-null"),
        pytest.param(exec_end(stderr=1), id="a-stderr-that-is-a-number"),
        pytest.param(exec_end(formatted_output=[]), id="a-formatted-output-that-is-a-list"),
        pytest.param(exec_end(process_id=7), id="a-process-id-that-is-a-number"),
        pytest.param({"type": "error", "error": "no"}, id="a-tool-result"),
    ],
)
def test_the_runtime_end_of_a_command_must_be_exec_end(end: Any) -> None:
    recording = recording_with_command()
    recording.runtime_ended("tool-1", end)

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:2")


def test_the_runtime_end_of_input_may_be_exec_end() -> None:
    recording = recording_with_stdin()
    recording.runtime_ended("tool-1", exec_end(3, process_id="7"))

    assert result(recording) == shown("out", stderr="err", formatted_output="both", exit_code=3)


def test_the_runtime_end_of_input_may_be_a_tool_result() -> None:
    recording = recording_with_stdin()
    recording.runtime_ended("tool-1", {"type": "code_mode_response", "value": "read"})

    assert result(recording) == shown("read")


@pytest.mark.parametrize(
    "end",
    [
        pytest.param([], id="a-list"),
        pytest.param({}, id="an-object"),
        pytest.param({"type": "something_else"}, id="an-unknown-type"),
        pytest.param({"type": "direct_response"}, id="no-response-item"),
        pytest.param({"type": "code_mode_response"}, id="no-value"),
        pytest.param({"type": "error"}, id="no-error"),
        pytest.param({"type": "error", "error": None}, id="an-error-that-is-null"),
        pytest.param(exec_end(process_id=7), id="a-malformed-exec-end"),
    ],
)
def test_the_runtime_end_of_input_must_be_exec_end_or_a_tool_result(end: Any) -> None:
    recording = recording_with_stdin()
    recording.runtime_ended("tool-1", end)

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:2")


def test_an_end_with_another_process_id_is_rejected() -> None:
    recording = recording_with_command(process_id="7")
    recording.runtime_ended("tool-1", exec_end(process_id="8"))

    assert_refused(recording, Code.CONFLICT, operation_id="terminal_operation:1", process_id="8")


def test_an_end_of_input_with_another_process_id_is_rejected() -> None:
    recording = recording_with_stdin('{"session_id":"7"}')
    recording.runtime_ended("tool-1", exec_end(process_id="8"))

    assert_refused(recording, Code.CONFLICT, operation_id="terminal_operation:1", process_id="8")


@pytest.mark.parametrize("fields", [{}, {"process_id": None}, {"process_id": "7"}])
def test_an_end_without_or_with_the_same_process_id_leaves_the_terminal(fields: dict[str, Any]) -> None:
    recording = recording_with_command(process_id="7")
    recording.runtime_ended("tool-1", exec_end(**fields))

    assert operation(recording).terminal_id == "7"
    assert session(recording, "7").operation_ids == ("terminal_operation:1",)


def test_an_end_gives_a_terminal_to_an_operation_that_has_none() -> None:
    recording = recording_with_command()
    recording.runtime_ended("tool-1", exec_end(process_id="7"))

    assert operation(recording).terminal_id == "7"
    opened = session(recording, "7")
    assert (opened.created_by_operation_id, opened.operation_ids) == ("terminal_operation:1", ("terminal_operation:1",))
    assert opened.execution == window(4)  # from the start of the operation, not from its end


def test_the_result_of_a_tool_ends_its_operation_where_no_runtime_payload_was_seen() -> None:
    recording = recording_with_stdin()
    seq = recording.tool_ended("tool-1", "failed", result={"type": "error", "error": "gone"})

    assert operation(recording).execution == window(3, seq, "failed")
    assert operation(recording).raw_payload_ids == ("raw_payload:1", "raw_payload:2")
    assert result(recording) == shown("", stderr="gone", formatted_output="gone")


def test_the_end_of_a_tool_without_a_result_ends_its_operation_where_no_runtime_payload_was_seen() -> None:
    recording = recording_with_stdin()
    seq = recording.tool_ended("tool-1", "cancelled")

    assert operation(recording).execution == window(3, seq, "cancelled")
    assert operation(recording).raw_payload_ids == ("raw_payload:1",)
    assert result(recording) is None


@pytest.mark.parametrize("mode", list(Mode))
def test_the_result_of_a_tool_does_not_end_its_operation_where_a_runtime_payload_was_seen(mode: Mode) -> None:
    recording = recording_with_command()  # its runtime has started
    recording.tool_ended("tool-1", result=b"not even read")

    reduction = recording.reduce(mode)

    ended = reduction.trace.terminal_operations[TerminalOperationId("terminal_operation:1")]
    assert (ended.execution, ended.result, ended.raw_payload_ids) == (window(4), None, ("raw_payload:1",))
    assert reduction.diagnostics == ()


def test_a_command_that_outlives_its_tool_is_ended_by_its_runtime() -> None:
    recording = recording_with_command()
    recording.tool_ended("tool-1", result={"type": "error", "error": "still running"})
    seq = recording.runtime_ended("tool-1", exec_end())

    assert operation(recording).execution == window(4, seq, "completed")
    assert result(recording) == shown("out", stderr="err", formatted_output="both", exit_code=0)


# Results.


@pytest.mark.parametrize("exit_code", [0, 1, -1, 2**31 - 1, -(2**31)])
def test_the_result_of_exec_end_is_its_four_fields(exit_code: int) -> None:
    recording = recording_with_command()
    recording.runtime_ended("tool-1", exec_end(exit_code, aggregated_output="not looked at", status="failed"))

    assert result(recording) == TerminalResult(
        exit_code=exit_code,
        stdout="out",
        stderr="err",
        formatted_output="both",
        original_token_count=None,
        chunk_id=None,
    )


@pytest.mark.parametrize(
    ("response_item", "text"),
    [
        pytest.param({"output": "done"}, "done", id="a-text"),
        pytest.param({"output": ""}, "", id="an-empty-text"),
        pytest.param({"output": [{"text": "a"}, {"text": "b"}]}, "a\nb", id="a-list-of-texts"),
        pytest.param({"output": [{"text": "a"}, {"image": 1}, "b", {"text": 2}]}, "a", id="a-list-with-other-entries"),
        pytest.param({"output": {"a": [1, "é"]}}, '{"a":[1,"é"]}', id="an-object"),
        pytest.param({"output": 1.5}, "1.5", id="a-number"),
        pytest.param({"output": False}, "false", id="a-bool"),
        pytest.param({"output": []}, '{"output":[]}', id="an-empty-list"),
        pytest.param({"output": [{"image": 1}]}, '{"output":[{"image":1}]}', id="a-list-without-a-text"),
        pytest.param({"output": None}, '{"output":null}', id="null"),
        pytest.param({"z": 1, "a": "é"}, '{"z":1,"a":"é"}', id="no-output"),
        pytest.param([{"output": "done"}], '[{"output":"done"}]', id="no-object"),
    ],
)
def test_the_result_of_a_direct_response_is_the_text_of_its_output_else_the_whole_item(
    response_item: Any, text: str
) -> None:
    recording = recording_with_stdin()
    recording.tool_ended("tool-1", result={"type": "direct_response", "response_item": response_item})

    assert result(recording) == shown(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(
            {"output": "o", "chunk_id": "c", "exit_code": 3, "original_token_count": 9, "more": 1},
            shown("o", chunk_id="c", exit_code=3, original_token_count=9),
            id="output-and-all-fields",
        ),
        pytest.param({"output": "o"}, shown("o"), id="output-alone"),
        pytest.param(
            {"output": "o", "chunk_id": None, "exit_code": None, "original_token_count": None},
            shown("o"),
            id="output-and-nulls",
        ),
        pytest.param({"output": 1}, shown('{"output":1}'), id="an-output-that-is-no-text"),
        pytest.param(
            {"output": "o", "exit_code": "3"}, shown('{"output":"o","exit_code":"3"}'), id="a-malformed-exit-code"
        ),
        pytest.param({"output": "o", "chunk_id": 3}, shown('{"output":"o","chunk_id":3}'), id="a-malformed-chunk-id"),
        pytest.param(
            {"output": "o", "original_token_count": "9"},
            shown('{"output":"o","original_token_count":"9"}'),
            id="a-malformed-token-count",
        ),
        pytest.param({"a": "é"}, shown('{"a":"é"}'), id="another-object"),
        pytest.param("read", shown("read"), id="a-text"),
        pytest.param([{"text": "a"}, {"text": "b"}], shown("a\nb"), id="a-list-of-texts"),
        pytest.param([], shown("[]"), id="an-empty-list"),
        pytest.param(["a"], shown('["a"]'), id="a-list-without-a-text"),
        pytest.param(None, shown("null"), id="null"),
        pytest.param(7, shown("7"), id="a-number"),
    ],
)
def test_the_result_of_a_code_mode_response_is_its_output_else_its_text_else_the_whole_value(
    value: Any, expected: TerminalResult
) -> None:
    recording = recording_with_stdin()
    recording.tool_ended("tool-1", result={"type": "code_mode_response", "value": value})

    assert result(recording) == expected


def test_the_result_of_an_error_is_its_text_as_stderr() -> None:
    recording = recording_with_stdin()
    recording.tool_ended("tool-1", result={"type": "error", "error": "gone"})

    assert result(recording) == shown("", stderr="gone", formatted_output="gone")


# Model observations.


def observation(calls: tuple[int, ...], outputs: tuple[int, ...]) -> ModelObservation:
    return ModelObservation(
        call_item_ids=tuple(ItemId(f"conversation_item:{number}") for number in calls),
        output_item_ids=tuple(ItemId(f"conversation_item:{number}") for number in outputs),
        source="direct_tool_call",
    )


def test_an_operation_that_starts_is_observed_by_the_items_of_its_tool() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), function_call("call-1"), function_output("call-1")])
    recording.tool("tool-1", call="call-1", kind=ExecCommand())
    recording.runtime_started("tool-1", exec_begin())

    assert operation(recording).model_observations == (observation((2,), (3,)),)


def test_an_operation_that_an_invocation_starts_is_observed_by_the_items_of_its_tool() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), function_call("call-1")])
    recording.tool("tool-1", call="call-1", kind=WriteStdin(), invocation=write_stdin('{"session_id":"7"}'))

    assert operation(recording).model_observations == (observation((2,), ()),)


def test_an_observation_is_kept_current() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    recording.tool("tool-1", call="call-1", kind=ExecCommand())
    recording.runtime_started("tool-1", exec_begin())
    assert operation(recording).model_observations == ()

    recording.answer("inf-1", [function_call("call-1")])
    assert operation(recording).model_observations == (observation((2,), ()),)

    recording.runtime_ended("tool-1", exec_end())
    assert operation(recording).model_observations == (observation((2,), ()),)

    recording.request("inf-2", [user("go"), function_call("call-1"), function_output("call-1")])
    assert operation(recording).model_observations == (observation((2,), (3,)),)


def test_an_operation_of_a_tool_without_items_has_no_observation() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), function_call("call-1")])
    recording.tool("tool-1", call="call-2", kind=ExecCommand())
    recording.runtime_started("tool-1", exec_begin())

    assert operation(recording).model_observations == ()
