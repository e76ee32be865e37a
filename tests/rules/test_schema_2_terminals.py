"""Spec 5, section 6: tools that run as something else, and terminals whose process ids are hidden."""

import json
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
    running_since,
    user,
)
from rollout_trace.diagnostics import Code
from rollout_trace.ids import TerminalOperationId, ToolCallId
from rollout_trace.model.terminal import TerminalOperation, TerminalResult, TerminalSession, WriteStdinRequest
from rollout_trace.model.tools import ToolCall
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import (
    AnyToolKind,
    ApplyPatch,
    ExecCommand,
    ExecutionStatus,
    Mcp,
    Other,
    SendMessage,
    TerminalSummary,
    WriteStdin,
)

STRICT = pytest.mark.parametrize("mode", [Mode.CODEX, Mode.DEFAULT])


def reduced(recording: Recording) -> Reduction:
    return recording.reduce(Mode.CODEX)


def tool_call(recording: Recording, tool: str = "tool-1") -> ToolCall:
    return reduced(recording).trace.tool_calls[ToolCallId(tool)]


def operation(recording: Recording, number: int = 1) -> TerminalOperation:
    return reduced(recording).trace.terminal_operations[TerminalOperationId(f"terminal_operation:{number}")]


def sessions(recording: Recording) -> dict[int, list[int]]:
    """By the operation that opened it, the operations of each session."""
    prefix = "terminal_session:terminal_operation:"
    return {
        int(terminal_id.removeprefix(prefix)): [number_of(operation_id) for operation_id in session.operation_ids]
        for terminal_id, session in reduced(recording).trace.terminal_sessions.items()
    }


def session(recording: Recording, opened_by: int) -> TerminalSession:
    found = {session.terminal_id: session for session in reduced(recording).trace.terminal_sessions.values()}
    return next(found[key] for key in found if key == f"terminal_session:terminal_operation:{opened_by}")


def number_of(operation_id: str) -> int:
    return int(operation_id.removeprefix("terminal_operation:"))


def begin(process_id: str | None = None, **fields: Any) -> Item:
    return {"command": ["sh"], "cwd": "/work", "process_id": process_id, **fields}


def end(process_id: str | None = None) -> Item:
    return {"exit_code": 0, "aggregated_output": "out", "process_id": process_id}


def write_stdin(arguments: Any = None, **fields: Any) -> Item:
    """An invocation of `write_stdin` with these arguments."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"tool_name": "write_stdin", "payload": {"type": "function", "arguments": text}, **fields}


def command(recording: Recording, tool: str, process_id: str | None = None, **fields: Any) -> int:
    """Start a command: `tool_call_started`, `tool_call_runtime_started`."""
    recording.tool(tool, kind=ExecCommand(), **fields)
    return recording.runtime_started(tool, begin(process_id))


def stdin(recording: Recording, tool: str, session_id: Any = "7", **fields: Any) -> int:
    """Send input to a process: `tool_call_started`."""
    return recording.tool(tool, kind=WriteStdin(), invocation=write_stdin({"session_id": session_id}), **fields)


# The kind of a tool is what its runtime says.


@pytest.mark.parametrize("asked_for", [Other("a-tool"), ExecCommand(), SendMessage()], ids=repr)
@pytest.mark.parametrize("kind", [Mcp("a-server", "a-tool"), ApplyPatch(), Other("another")], ids=repr)
def test_the_runtime_sets_the_kind_of_the_tool(asked_for: AnyToolKind, kind: AnyToolKind) -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=asked_for)
    assert tool_call(recording).kind == asked_for
    recording.runtime_started("tool-1", {"changes": {}}, kind=kind)

    assert tool_call(recording).kind == kind
    assert tool_call(recording).terminal_operation_id is None
    assert tool_call(recording).raw_runtime_payload_ids == ("raw_payload:1",)


def test_a_tool_that_runs_as_a_command_starts_an_operation() -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=Other("shell"))
    seq = recording.runtime_started("tool-1", begin("7"), kind=ExecCommand())

    assert tool_call(recording).summary == TerminalSummary(TerminalOperationId("terminal_operation:1"))
    assert operation(recording).execution == running_since(seq)
    assert operation(recording).kind == "exec_command"


def test_a_command_that_was_a_patch_ends_as_a_patch() -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_started("tool-1", {"changes": {}}, kind=ApplyPatch())
    recording.runtime_ended("tool-1", {"changes": {}, "success": True})
    recording.tool_ended("tool-1")

    assert recording.reduce().trace.terminal_operations == {}
    assert tool_call(recording).raw_runtime_payload_ids == ("raw_payload:1", "raw_payload:2")


def test_a_tool_that_runs_as_a_message_is_read_as_one() -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=Other("send_input"))
    recording.runtime_started("tool-1", {}, kind=SendMessage())

    assert_refused(recording, Code.PAYLOAD_SHAPE, Mode.CODEX, raw_payload_id="raw_payload:1")


@STRICT
def test_a_second_start_of_the_runtime_of_a_command_is_rejected(mode: Mode) -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1")
    recording.runtime_started("tool-1", begin())

    assert_refused(recording, Code.DUPLICATE, mode, tool_call_id="tool-1")


@STRICT
def test_input_with_an_operation_by_its_invocation_may_not_start_one_by_its_runtime(mode: Mode) -> None:
    recording = recording_with_turn(2)
    stdin(recording, "tool-1")
    recording.runtime_started("tool-1", begin("7"))

    assert_refused(recording, Code.DUPLICATE, mode, tool_call_id="tool-1")


# Process ids are hidden.


def test_a_command_opens_a_session_named_after_its_operation() -> None:
    recording = recording_with_turn(2)
    seq = command(recording, "tool-1", "7")

    opened = session(recording, 1)
    assert opened == TerminalSession(
        terminal_id=opened.terminal_id,
        thread_id=reduced(recording).trace.root_thread_id,
        created_by_operation_id=TerminalOperationId("terminal_operation:1"),
        operation_ids=(TerminalOperationId("terminal_operation:1"),),
        execution=running_since(seq),
    )
    assert operation(recording).terminal_id == "terminal_session:terminal_operation:1"


def test_a_command_opens_a_new_session_under_a_process_id_that_was_used_before() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    command(recording, "tool-2", "7")

    assert sessions(recording) == {1: [1], 2: [2]}


def test_input_joins_the_session_that_was_last_opened_under_the_process_id() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    command(recording, "tool-2", "7")
    command(recording, "tool-3", "8")
    stdin(recording, "tool-4", "7")
    stdin(recording, "tool-5", "7")

    assert sessions(recording) == {1: [1], 2: [2, 4, 5], 3: [3]}
    assert operation(recording, 4).terminal_id == "terminal_session:terminal_operation:2"
    assert session(recording, 2).created_by_operation_id == "terminal_operation:2"


def test_input_to_an_unknown_process_opens_a_session_that_other_input_joins() -> None:
    recording = recording_with_turn(2)
    seq = stdin(recording, "tool-1", "7")
    stdin(recording, "tool-2", "7")

    assert sessions(recording) == {1: [1, 2]}
    assert session(recording, 1).execution == running_since(seq)


def test_input_by_the_runtime_joins_too() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    recording.tool("tool-2", kind=WriteStdin())
    recording.runtime_started("tool-2", begin("7", interaction_input="y\n"))

    assert sessions(recording) == {1: [1, 2]}
    assert operation(recording, 2).request == WriteStdinRequest(stdin="y\n", yield_time_ms=None, max_output_tokens=None)


def test_process_ids_are_of_a_thread() -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    command(recording, "tool-1", "7")
    stdin(recording, "tool-2", "7", thread=CHILD, turn="turn-2")

    assert sessions(recording) == {1: [1], 2: [2]}
    assert session(recording, 2).thread_id == CHILD


def test_an_end_does_not_close_a_session() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    recording.runtime_ended("tool-1", end("7"))
    stdin(recording, "tool-2", "7")

    assert sessions(recording) == {1: [1, 2]}
    assert session(recording, 1).execution.status is ExecutionStatus.RUNNING


def test_an_operation_without_a_process_id_has_no_session() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1")
    recording.runtime_ended("tool-1", end())

    assert operation(recording).terminal_id is None
    assert sessions(recording) == {}


def test_an_end_that_brings_the_process_id_opens_a_session_since_the_start() -> None:
    recording = recording_with_turn(2)
    seq = command(recording, "tool-1")
    recording.runtime_ended("tool-1", end("7"))
    stdin(recording, "tool-2", "7")

    assert sessions(recording) == {1: [1, 2]}
    assert session(recording, 1).execution == running_since(seq)


def test_input_whose_end_brings_the_process_id_joins_the_session_of_then() -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=WriteStdin())
    recording.runtime_started("tool-1", begin())
    command(recording, "tool-2", "7")
    command(recording, "tool-3", "7")
    recording.runtime_ended("tool-1", end("7"))

    assert sessions(recording) == {2: [2], 3: [3, 1]}


def test_the_session_that_opens_last_is_remembered_not_that_of_the_last_operation() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1")
    command(recording, "tool-2", "7")
    recording.runtime_ended("tool-1", end("7"))
    stdin(recording, "tool-3", "7")

    assert sessions(recording) == {1: [1, 3], 2: [2]}


@STRICT
@pytest.mark.parametrize("kind", [ExecCommand(), WriteStdin()], ids=repr)
def test_an_end_with_another_process_id_is_rejected(kind: AnyToolKind, mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=kind)
    recording.runtime_started("tool-1", begin("7"))
    recording.runtime_ended("tool-1", end("8"))

    assert_refused(recording, Code.CONFLICT, mode, operation_id="terminal_operation:1", process_id="8")


def test_an_end_without_a_process_id_keeps_the_known_one() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    recording.runtime_ended("tool-1", end())

    assert sessions(recording) == {1: [1]}
    assert operation(recording).execution.status is ExecutionStatus.COMPLETED


@pytest.mark.parametrize(
    ("session_id", "process_id"),
    [('"7"', "7"), ("7", "7"), ("-3", "-3"), ("1.50", "1.50"), ("1E3", "1e+3"), ('"x y"', "x y")],
)
def test_a_session_id_is_a_string_or_the_digits_of_a_number(session_id: str, process_id: str) -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", process_id)
    recording.tool("tool-2", kind=WriteStdin(), invocation=write_stdin(f'{{"session_id":{session_id}}}'))

    assert sessions(recording) == {1: [1, 2]}


def test_the_empty_process_id_of_a_command_is_one_like_any_other() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "")
    recording.tool("tool-2", kind=WriteStdin())
    recording.runtime_started("tool-2", begin(""))

    assert sessions(recording) == {1: [1, 2]}


# `stdin_target_resolved`.


def test_input_moves_to_the_session_of_its_target() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    command(recording, "tool-2", "7")
    stdin(recording, "tool-3", "7")
    recording.stdin_target_resolved("tool-3", "tool-1")

    assert sessions(recording) == {1: [1, 3], 2: [2]}
    assert operation(recording, 3).terminal_id == "terminal_session:terminal_operation:1"


def test_a_session_that_is_left_by_its_last_operation_is_removed() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    stdin(recording, "tool-2", "8")
    assert sessions(recording) == {1: [1], 2: [2]}
    recording.stdin_target_resolved("tool-2", "tool-1")

    assert sessions(recording) == {1: [1, 2]}


def test_a_session_that_is_left_by_its_creator_keeps_it_as_such() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    stdin(recording, "tool-2", "8")
    stdin(recording, "tool-3", "8")
    recording.stdin_target_resolved("tool-2", "tool-1")

    assert sessions(recording) == {1: [1, 2], 2: [3]}
    assert session(recording, 2).created_by_operation_id == "terminal_operation:2"


def test_an_operation_moves_to_the_end_of_the_list() -> None:
    recording = recording_with_turn(2)
    stdin(recording, "tool-1", "8")
    command(recording, "tool-2", "7")
    stdin(recording, "tool-3", "7")
    recording.stdin_target_resolved("tool-1", "tool-2")

    assert sessions(recording) == {2: [2, 3, 1]}


def test_repeating_the_resolution_changes_nothing() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    stdin(recording, "tool-2", "7")
    stdin(recording, "tool-3", "7")
    recording.stdin_target_resolved("tool-2", "tool-1")
    recording.stdin_target_resolved("tool-2", "tool-1")

    assert sessions(recording) == {1: [1, 2, 3]}


def test_a_tool_may_be_its_own_target() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    recording.stdin_target_resolved("tool-1", "tool-1")

    assert sessions(recording) == {1: [1]}


def test_input_without_a_session_gets_that_of_its_target() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    recording.tool("tool-2", kind=WriteStdin())
    recording.runtime_started("tool-2", begin())
    recording.stdin_target_resolved("tool-2", "tool-1")

    assert sessions(recording) == {1: [1, 2]}


def test_the_target_gives_its_process_id() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    stdin(recording, "tool-2", "8")
    recording.stdin_target_resolved("tool-2", "tool-1")
    recording.runtime_ended("tool-2", end("7"))

    assert operation(recording, 2).execution.status is ExecutionStatus.COMPLETED
    assert sessions(recording) == {1: [1, 2]}


def test_the_end_is_checked_against_the_process_id_of_the_target() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    stdin(recording, "tool-2", "8")
    recording.stdin_target_resolved("tool-2", "tool-1")
    recording.runtime_ended("tool-2", end("8"))

    assert_refused(recording, Code.CONFLICT, Mode.CODEX, operation_id="terminal_operation:2", process_id="8")


def test_a_session_that_was_removed_is_made_again_by_the_operation_that_joins() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    stdin(recording, "tool-2", "8")
    recording.stdin_target_resolved("tool-2", "tool-1")
    seq = stdin(recording, "tool-3", "8")

    assert sessions(recording) == {1: [1, 2], 2: [3]}
    again = session(recording, 2)
    assert again.created_by_operation_id == "terminal_operation:3"
    assert again.execution == running_since(seq)


def test_threads_and_kinds_and_statuses_are_not_compared() -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    stdin(recording, "tool-1", "7", thread=CHILD, turn="turn-2")
    recording.tool_ended("tool-1", result={"type": "error", "error": "no"})
    command(recording, "tool-2", "8")
    recording.runtime_ended("tool-2", end("8"))
    recording.stdin_target_resolved("tool-2", "tool-1")

    assert sessions(recording) == {1: [1, 2]}
    assert session(recording, 1).thread_id == CHILD


@STRICT
@pytest.mark.parametrize(
    ("tool", "target", "unknown"),
    [("nobody", "tool-1", "nobody"), ("tool-1", "nobody", "nobody"), ("nobody", "no-one", "nobody")],
)
def test_an_unknown_tool_call_is_rejected(tool: str, target: str, unknown: str, mode: Mode) -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    recording.stdin_target_resolved(tool, target)

    assert_refused(recording, Code.UNKNOWN_REFERENCE, mode, tool_call_id=unknown)


def test_nothing_happens_if_the_tool_has_no_operation_nor_later() -> None:
    recording = recording_with_turn(2)
    command(recording, "tool-1", "7")
    recording.tool("tool-2", kind=WriteStdin())
    recording.stdin_target_resolved("tool-2", "tool-1")
    recording.runtime_started("tool-2", begin("8"))

    assert sessions(recording) == {1: [1], 2: [2]}


def test_nothing_happens_if_the_target_has_no_operation() -> None:
    recording = recording_with_turn(2)
    stdin(recording, "tool-1", "7")
    recording.tool("tool-2")
    recording.stdin_target_resolved("tool-1", "tool-2")

    assert sessions(recording) == {1: [1]}


def test_nothing_happens_if_the_operation_of_the_target_has_no_session() -> None:
    recording = recording_with_turn(2)
    stdin(recording, "tool-1", "7")
    command(recording, "tool-2")
    recording.stdin_target_resolved("tool-1", "tool-2")
    recording.runtime_ended("tool-2", end("8"))

    assert sessions(recording) == {1: [1], 2: [2]}


# `write_stdin` invocations are tolerant.


def test_an_invocation_starts_an_operation() -> None:
    recording = recording_with_turn(2)
    arguments = {"session_id": 7, "chars": "y\n", "yield_time_ms": 5, "max_output_tokens": 2**64 - 1}
    seq = recording.tool("tool-1", kind=WriteStdin(), invocation=write_stdin(arguments))

    assert operation(recording).request == WriteStdinRequest(stdin="y\n", yield_time_ms=5, max_output_tokens=2**64 - 1)
    assert operation(recording).execution == running_since(seq)
    assert operation(recording).raw_payload_ids == ("raw_payload:1",)


@pytest.mark.parametrize(
    "invocation",
    [
        pytest.param([], id="no object"),
        pytest.param(write_stdin({}, tool_name="exec_command"), id="another tool"),
        pytest.param(write_stdin({}, tool_name=None), id="no tool"),
        pytest.param(write_stdin({}, tool_namespace=5), id="namespace"),
        pytest.param({"tool_name": "write_stdin"}, id="no payload"),
        pytest.param({"tool_name": "write_stdin", "payload": {"arguments": "{}"}}, id="no type"),
        pytest.param({"tool_name": "write_stdin", "payload": {"type": "custom", "input": "{}"}}, id="custom"),
        pytest.param({"tool_name": "write_stdin", "payload": {"type": "function"}}, id="no arguments"),
        pytest.param(
            {"tool_name": "write_stdin", "payload": {"type": "function", "arguments": {}}}, id="arguments no string"
        ),
    ],
)
@STRICT
def test_an_invocation_that_is_none_of_write_stdin_is_rejected(invocation: Any, mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=WriteStdin(), invocation=invocation)

    assert_refused(recording, Code.PAYLOAD_SHAPE, mode, raw_payload_id="raw_payload:1")


NO_OPERATION = pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("no JSON", id="no JSON"),
        pytest.param("[]", id="no object"),
        pytest.param({}, id="no session"),
        pytest.param({"session_id": ""}, id="empty session"),
        pytest.param({"session_id": None}, id="session null"),
        pytest.param({"session_id": True}, id="session bool"),
        pytest.param({"session_id": ["7"]}, id="session list"),
        pytest.param({"session_id": 7, "chars": None}, id="chars null"),
        pytest.param({"session_id": 7, "chars": 5}, id="chars number"),
        pytest.param({"session_id": 7, "yield_time_ms": -1}, id="time negative"),
        pytest.param({"session_id": 7, "yield_time_ms": 1.0}, id="time fraction"),
        pytest.param({"session_id": 7, "yield_time_ms": 2**64}, id="time too large"),
        pytest.param({"session_id": 7, "yield_time_ms": "5"}, id="time string"),
        pytest.param({"session_id": 7, "max_output_tokens": -1}, id="tokens negative"),
        pytest.param({"session_id": 7, "max_output_tokens": 2**64}, id="tokens too large"),
        pytest.param('{"session_id":7,"session_id":7}', id="session twice"),
        pytest.param('{"session_id":7,"chars":"","chars":""}', id="chars twice"),
        pytest.param('{"session_id":7,"yield_time_ms":1,"yield_time_ms":1}', id="time twice"),
    ],
)


@NO_OPERATION
def test_an_invocation_whose_arguments_make_no_sense_starts_nothing(arguments: Any) -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=WriteStdin(), invocation=write_stdin(arguments))

    assert reduced(recording).trace.terminal_operations == {}
    assert tool_call(recording).raw_invocation_payload_id == "raw_payload:1"
    assert recording.reduce().trace.terminal_operations == {}


@pytest.mark.parametrize("namespace", ["", "a-namespace"])
def test_an_invocation_in_a_namespace_starts_nothing(namespace: str) -> None:
    recording = recording_with_turn(2)
    invocation = write_stdin({"session_id": 7}, tool_namespace=namespace)
    recording.tool("tool-1", kind=WriteStdin(), invocation=invocation)

    assert reduced(recording).trace.terminal_operations == {}


@pytest.mark.parametrize(
    "arguments",
    [
        {"session_id": 7, "yield_time_ms": None, "max_output_tokens": None},
        '{"session_id":7,"unknown":1,"unknown":2}',
    ],
)
def test_limits_may_be_null_and_unknown_fields_anything(arguments: Any) -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=WriteStdin(), invocation=write_stdin(arguments, tool_namespace=None))

    assert operation(recording).request == WriteStdinRequest(stdin="", yield_time_ms=None, max_output_tokens=None)


def test_a_runtime_may_start_what_the_invocation_did_not() -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=WriteStdin(), invocation=write_stdin("no JSON"))
    seq = recording.runtime_started("tool-1", begin("7"))

    assert operation(recording).execution == running_since(seq)
    assert sessions(recording) == {1: [1]}


def test_the_result_of_a_tool_without_an_operation_goes_nowhere() -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=WriteStdin(), invocation=write_stdin("no JSON"))
    recording.tool_ended("tool-1", result=[])

    assert tool_call(recording).raw_result_payload_id == "raw_payload:2"
    assert reduced(recording).trace.terminal_operations == {}


# As before: results, observations.


def test_input_ends_with_the_result_of_its_tool() -> None:
    recording = recording_with_turn(2)
    stdin(recording, "tool-1")
    recording.tool_ended("tool-1", result={"type": "code_mode_response", "value": {"output": "out", "exit_code": 3}})

    assert operation(recording).result == TerminalResult(
        exit_code=3, stdout="out", stderr="", formatted_output="out", original_token_count=None, chunk_id=None
    )
    assert operation(recording).raw_payload_ids == ("raw_payload:1", "raw_payload:2")


def test_input_may_end_with_the_end_of_a_command() -> None:
    recording = recording_with_turn(2)
    stdin(recording, "tool-1")
    recording.runtime_ended("tool-1", end("7"))

    assert operation(recording).result == TerminalResult(
        exit_code=0, stdout="out", stderr="", formatted_output=None, original_token_count=None, chunk_id=None
    )


def test_the_model_observes_an_operation_by_the_items_of_its_call() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("go"), function_call("call-1"), function_output("call-1", "one")])
    command(recording, "tool-1", call="call-1")
    recording.request("inf-2", [function_output("call-1", "two")])

    (observed,) = operation(recording).model_observations
    assert observed.call_item_ids == ("conversation_item:2",)
    assert observed.output_item_ids == ("conversation_item:3", "conversation_item:4")
    assert operation(recording).execution.started_at_unix_ms == START + 5
    assert tool_call(recording).thread_id == ROOT
