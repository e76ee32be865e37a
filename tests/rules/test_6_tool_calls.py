"""Spec 3, section 6: tool calls, and what ties them to the conversation. Terminals are in `test_6_terminals`."""

from typing import Any

import pytest

from recording import (
    CHILD,
    ROOT,
    START,
    Item,
    Recording,
    agent_message,
    assert_refused,
    cell_output,
    exec_cell,
    function_call,
    function_output,
    recording_with_turn,
    user,
)
from rollout_trace.diagnostics import Code
from rollout_trace.events.types import CodeCellRequester, McpToolCallCorrelationAssigned
from rollout_trace.ids import (
    CallId,
    CodeCellId,
    CodexTurnId,
    EdgeId,
    InferenceCallId,
    ItemId,
    McpCallId,
    RawPayloadId,
    RuntimeCellId,
    ThreadId,
    ToolCallId,
)
from rollout_trace.model import tools as model
from rollout_trace.model.conversation import InferenceProducer, Producer, ToolProducer
from rollout_trace.model.edges import ItemAnchor
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.model.tools import CodeCell, ModelRequester, ToolCall
from rollout_trace.reduce.modes import Mode
from rollout_trace.values import (
    AnyToolKind,
    ApplyPatch,
    AssignAgentTask,
    CloseAgent,
    ExecCommand,
    ExecutionStatus,
    GenericSummary,
    ImageGeneration,
    Mcp,
    Other,
    PayloadKind,
    PayloadKindName,
    PayloadRef,
    SendMessage,
    SpawnAgent,
    WaitAgent,
    Web,
    WriteStdin,
)

GRANDCHILD = "00000000-0000-4000-8000-000000000003"


def tool_call(recording: Recording, tool: str = "tool-1") -> ToolCall:
    return recording.reduce().trace.tool_calls[ToolCallId(tool)]


def cell(recording: Recording, call: str = "call-1") -> CodeCell:
    return recording.reduce().trace.code_cells[CodeCellId(f"code_cell:{call}")]


def producers(recording: Recording, number: int) -> tuple[Producer, ...]:
    return recording.reduce().trace.conversation_items[ItemId(f"conversation_item:{number}")].produced_by


def started_by(recording: Recording, inference_call: str) -> tuple[ToolCallId, ...]:
    call = recording.reduce().trace.inference_calls[InferenceCallId(inference_call)]
    return call.tool_call_ids_started_by_response


def requested_by(runtime_cell: str) -> CodeCellRequester:
    return CodeCellRequester(RuntimeCellId(runtime_cell))


def wait_for(runtime_cell: str) -> Item:
    arguments = f'{{"cell_id":"{runtime_cell}"}}'
    return {"tool_name": "wait", "payload": {"type": "function", "arguments": arguments}}


def missing_payload(kind: str) -> PayloadRef:
    return PayloadRef(RawPayloadId("raw_payload:none"), PayloadKind(PayloadKindName(kind)), "payloads/none.json")


def recording_with_child() -> Recording:
    """The root and a child, each in a turn."""
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/worker")
    recording.turn("turn-2", CHILD)
    return recording


def recording_with_cell(call: str = "call-1", runtime: str = "1") -> Recording:
    """An answer with the source of a cell, and the start of that cell."""
    recording = recording_with_turn()
    recording.request("inf-1", [user("count")])
    recording.answer("inf-1", [exec_cell(call)])
    recording.cell_started(call, runtime=runtime)
    return recording


# tool_call_started: the tool.


def test_a_tool_call_starts_as_its_event_says_and_runs() -> None:
    recording = recording_with_turn()
    seq = recording.tool(
        "tool-1", call="call-1", kind=Mcp("a-server", "a-tool"), invocation={}, code_mode_runtime_tool_id="runtime-1"
    )

    assert tool_call(recording) == ToolCall(
        tool_call_id=ToolCallId("tool-1"),
        mcp_call_id=None,
        model_visible_call_id=CallId("call-1"),
        code_mode_runtime_tool_id="runtime-1",
        thread_id=ThreadId(ROOT),
        started_by_codex_turn_id=CodexTurnId("turn-1"),
        execution=ExecutionWindow(
            started_at_unix_ms=START + seq,
            started_seq=seq,
            ended_at_unix_ms=None,
            ended_seq=None,
            status=ExecutionStatus.RUNNING,
        ),
        requester=ModelRequester(),
        kind=Mcp("a-server", "a-tool"),
        model_visible_call_item_ids=(),
        model_visible_output_item_ids=(),
        terminal_operation_id=None,
        summary=GenericSummary("a-tool"),
        raw_invocation_payload_id=RawPayloadId("raw_payload:1"),
        raw_result_payload_id=None,
        raw_runtime_payload_ids=(),
    )


def test_a_tool_call_that_exists_is_not_started_again() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1")
    recording.tool("tool-1")

    assert_refused(recording, Code.DUPLICATE, tool_call_id="tool-1")


def test_a_model_visible_call_id_is_one_tools_only() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", call="call-1")
    recording.tool("tool-2", call="call-1")

    assert_refused(recording, Code.DUPLICATE, tool_call_id="tool-2", call_id="call-1")


def test_a_model_visible_call_id_is_one_tools_only_over_all_threads() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", call="call-1")
    recording.tool("tool-2", call="call-1", thread=CHILD, turn="turn-2")

    assert_refused(recording, Code.DUPLICATE, tool_call_id="tool-2", call_id="call-1")


@pytest.mark.parametrize(
    ("thread", "turn", "owner"),
    [
        pytest.param(CHILD, None, CHILD, id="the-envelopes"),
        pytest.param(None, "turn-2", CHILD, id="that-of-the-envelopes-turn"),
        pytest.param(CHILD, "turn-2", CHILD, id="both"),
        pytest.param(ROOT, None, ROOT, id="the-envelopes-without-a-turn"),
    ],
)
def test_the_thread_of_a_tool_call_is_the_envelopes_else_that_of_its_turn(
    thread: str | None, turn: str | None, owner: str
) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", thread=thread, turn=turn)

    started = tool_call(recording)

    assert (started.thread_id, started.started_by_codex_turn_id) == (owner, turn)


def test_a_tool_call_without_thread_and_turn_is_rejected() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", thread=None, turn=None)

    assert_refused(recording, Code.MISSING_CONTEXT)


def test_a_tool_call_whose_turn_is_unknown_has_no_thread_by_it() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", thread=None, turn="turn-9")

    rejection = recording.rejection()

    assert (rejection.code, rejection.ids) == (Code.MISSING_CONTEXT, {"codex_turn_id": "turn-9"})


def test_a_tool_call_of_an_unknown_thread_is_rejected() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", thread=CHILD, turn=None)

    assert_refused(recording, Code.UNKNOWN_REFERENCE, thread_id=CHILD)


def test_a_tool_call_of_an_unknown_turn_is_rejected() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", turn="turn-9")

    assert_refused(recording, Code.UNKNOWN_REFERENCE, codex_turn_id="turn-9", thread_id=ROOT)


def test_a_tool_call_of_another_threads_turn_is_rejected() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", thread=ROOT, turn="turn-2")

    assert_refused(recording, Code.WRONG_OWNER, codex_turn_id="turn-2", thread_id=ROOT)


# tool_call_started: the code cell that asks for it.


def test_a_requesting_cell_is_resolved_to_its_id() -> None:
    recording = recording_with_cell("call-1", runtime="7")
    recording.tool("tool-1", requester=requested_by("7"))

    assert tool_call(recording).requester == model.CodeCellRequester(CodeCellId("code_cell:call-1"))


def test_a_requesting_cell_is_resolved_within_the_thread() -> None:
    recording = recording_with_child()
    recording.cell_started("call-1", runtime="7")
    recording.cell_started("call-2", runtime="7", thread=CHILD, turn="turn-2")
    recording.tool("tool-1", requester=requested_by("7"))
    recording.tool("tool-2", requester=requested_by("7"), thread=CHILD, turn="turn-2")

    assert tool_call(recording, "tool-1").requester == model.CodeCellRequester(CodeCellId("code_cell:call-1"))
    assert tool_call(recording, "tool-2").requester == model.CodeCellRequester(CodeCellId("code_cell:call-2"))


def test_a_requesting_cell_that_is_unknown_is_rejected() -> None:
    recording = recording_with_cell(runtime="7")
    recording.tool("tool-1", requester=requested_by("8"))

    assert_refused(recording, Code.UNKNOWN_REFERENCE, runtime_cell_id="8", thread_id=ROOT)


def test_a_requesting_cell_of_another_thread_is_unknown() -> None:
    recording = recording_with_child()
    recording.cell_started("call-1", runtime="7")
    recording.tool("tool-1", requester=requested_by("7"), thread=CHILD, turn="turn-2")

    assert_refused(recording, Code.UNKNOWN_REFERENCE, runtime_cell_id="7", thread_id=CHILD)


def test_a_tool_that_a_cell_asks_for_is_nested_in_it() -> None:
    recording = recording_with_cell(runtime="7")
    recording.tool("tool-2", requester=requested_by("7"))
    recording.tool("tool-1", requester=requested_by("7"))
    recording.tool("tool-3")  # of the model

    assert cell(recording).nested_tool_call_ids == ("tool-2", "tool-1")


# tool_call_started: the items of its call.


def test_a_tool_that_starts_is_linked_to_the_items_of_its_call() -> None:
    recording = recording_with_turn()
    recording.request(
        "inf-1", [user("go"), function_call("call-1"), function_output("call-1"), function_call("call-2")]
    )
    recording.tool("tool-1", call="call-1")

    tool = tool_call(recording)

    assert tool.model_visible_call_item_ids == ("conversation_item:2",)
    assert tool.model_visible_output_item_ids == ("conversation_item:3",)
    assert producers(recording, 2) == ()  # only an output is of the tool's making
    assert producers(recording, 3) == (ToolProducer(ToolCallId("tool-1")),)


def test_a_tool_that_starts_is_linked_to_both_kinds_of_calls_and_of_outputs_by_key_bytes() -> None:
    recording = recording_with_turn()
    fillers = [user(f"{number}") for number in range(6)]
    calls = [function_call("call-1"), function_output("call-1")]
    custom = [cell_output("call-1"), exec_cell("call-1")]
    recording.request("inf-1", [user("go"), *calls, *fillers, *custom])
    recording.tool("tool-1", call="call-1")

    tool = tool_call(recording)

    assert tool.model_visible_call_item_ids == ("conversation_item:11", "conversation_item:2")
    assert tool.model_visible_output_item_ids == ("conversation_item:10", "conversation_item:3")
    assert producers(recording, 10) == producers(recording, 3) == (ToolProducer(ToolCallId("tool-1")),)


def test_a_tool_that_starts_looks_only_at_items_of_its_own_thread() -> None:
    recording = recording_with_child()
    recording.request("inf-1", [function_call("call-1"), function_output("call-1")], thread=CHILD, turn="turn-2")
    recording.tool("tool-1", call="call-1")

    tool = tool_call(recording)

    assert (tool.model_visible_call_item_ids, tool.model_visible_output_item_ids) == ((), ())
    assert producers(recording, 2) == ()


def test_a_tool_without_a_model_visible_call_id_is_linked_to_nothing() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [function_call("tool-1")])  # the runtime's id is not the model's
    recording.tool("tool-1")

    assert tool_call(recording).model_visible_call_item_ids == ()


def test_an_item_that_is_sighted_is_linked_to_the_tool_of_its_call() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", call="call-1")
    recording.request("inf-1", [user("go"), function_call("call-1"), function_output("call-1")])

    tool = tool_call(recording)

    assert tool.model_visible_call_item_ids == ("conversation_item:2",)
    assert tool.model_visible_output_item_ids == ("conversation_item:3",)
    assert producers(recording, 3) == (ToolProducer(ToolCallId("tool-1")),)


def test_an_item_that_an_answer_brings_has_the_tool_as_a_further_producer() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", call="call-1")
    recording.request("inf-1", [user("go")])
    recording.answer("inf-1", [function_output("call-1")])

    by = (InferenceProducer(InferenceCallId("inf-1")), ToolProducer(ToolCallId("tool-1")))
    assert producers(recording, 2) == by


def test_an_item_that_is_sighted_again_is_linked_once() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", call="call-1")
    history = [user("go"), function_call("call-1"), function_output("call-1")]
    recording.request("inf-1", history)
    recording.request("inf-2", history)

    tool = tool_call(recording)

    assert tool.model_visible_call_item_ids == ("conversation_item:2",)
    assert tool.model_visible_output_item_ids == ("conversation_item:3",)
    assert producers(recording, 3) == (ToolProducer(ToolCallId("tool-1")),)


def test_an_item_that_is_sighted_is_linked_to_a_tool_of_another_thread() -> None:
    recording = recording_with_child()
    history = [function_call("call-1"), function_output("call-1")]
    recording.tool("tool-1", call="call-1")
    recording.request("inf-1", history)
    recording.request("inf-2", history, thread=CHILD, turn="turn-2")  # a forked child sends its parent's history

    tool = tool_call(recording)

    assert tool.model_visible_call_item_ids == ("conversation_item:1", "conversation_item:3")
    assert tool.model_visible_output_item_ids == ("conversation_item:2", "conversation_item:4")
    assert producers(recording, 4) == (ToolProducer(ToolCallId("tool-1")),)


# tool_call_started: the answer that started it.


def test_a_tool_is_started_by_the_answer_that_has_its_call() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    recording.answer("inf-1", [function_call("call-1"), function_call("call-2")])
    recording.tool("tool-2", call="call-2")
    recording.tool("tool-1", call="call-1")

    assert started_by(recording, "inf-1") == ("tool-2", "tool-1")


def test_a_call_in_a_request_starts_no_tool() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), function_call("call-1")])
    recording.answer("inf-1", [function_output("call-1")])  # an answer with an output of the call, not the call
    recording.tool("tool-1", call="call-1")

    assert started_by(recording, "inf-1") == ()


def test_a_tool_that_starts_before_its_answer_is_recorded_is_started_by_none() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    recording.tool("tool-1", call="call-1")
    recording.answer("inf-1", [function_call("call-1")])  # linked while the answer has no items yet

    assert tool_call(recording).model_visible_call_item_ids == ("conversation_item:2",)
    assert started_by(recording, "inf-1") == ()


def test_a_tool_that_starts_before_its_answer_is_started_by_it_once_a_later_request_carries_the_call() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    recording.tool("tool-1", call="call-1")
    recording.answer("inf-1", [function_call("call-1")])
    recording.request("inf-2", [user("go"), function_call("call-1"), function_output("call-1")])
    recording.request("inf-3", [user("go"), function_call("call-1"), function_output("call-1")])

    assert started_by(recording, "inf-1") == ("tool-1",)
    assert started_by(recording, "inf-2") == started_by(recording, "inf-3") == ()


def test_a_tool_that_starts_before_its_answer_does_not_join_it_by_a_later_output() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    recording.tool("tool-1", call="call-1")
    recording.answer("inf-1", [function_call("call-1")], response="resp-1")
    recording.request("inf-2", [function_output("call-1")], previous="resp-1")

    assert tool_call(recording).model_visible_output_item_ids == ("conversation_item:3",)
    assert started_by(recording, "inf-1") == ()


def test_a_tool_is_started_by_every_answer_that_has_one_of_its_calls() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    recording.answer("inf-1", [function_call("call-1")])
    recording.request("inf-2", [user("go"), function_call("call-1")])
    recording.answer("inf-2", [function_call("call-1")])  # the same call, said anew
    recording.tool("tool-1", call="call-1")

    assert tool_call(recording).model_visible_call_item_ids == ("conversation_item:2", "conversation_item:3")
    assert started_by(recording, "inf-1") == started_by(recording, "inf-2") == ("tool-1",)


# tool_call_started: its invocation.


@pytest.mark.parametrize("kind", [Other("a-tool"), ExecCommand(), WriteStdin(), SpawnAgent(), Web()], ids=repr)
def test_an_invocation_that_is_missing_is_rejected(kind: AnyToolKind) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=kind, invocation_payload=missing_payload("tool_invocation"))

    assert_refused(recording, Code.PAYLOAD_MISSING, raw_payload_id="raw_payload:none")


@pytest.mark.parametrize("kind", [Other("a-tool"), ExecCommand(), WriteStdin(), SpawnAgent(), Web()], ids=repr)
def test_an_invocation_that_is_no_json_is_rejected(kind: AnyToolKind) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=kind, invocation=b"{")

    assert_refused(recording, Code.PAYLOAD_BROKEN, raw_payload_id="raw_payload:1")


@pytest.mark.parametrize("invocation", [[], "text", {}, {"tool_name": 1}, {"tool_name": "a-tool", "payload": 1}])
def test_an_invocation_of_another_tool_than_wait_may_have_any_shape(invocation: Any) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", invocation=invocation)

    assert tool_call(recording).raw_invocation_payload_id == "raw_payload:1"


def test_a_wait_is_noted_at_the_cell_that_it_waits_for() -> None:
    recording = recording_with_cell("call-1", runtime="7")
    recording.tool("tool-2", invocation=wait_for("7"))
    recording.tool("tool-1", invocation=wait_for("7"))

    assert cell(recording).wait_tool_call_ids == ("tool-2", "tool-1")
    assert cell(recording).nested_tool_call_ids == ()


def test_a_tool_of_another_name_waits_for_no_cell() -> None:
    recording = recording_with_cell("call-1", runtime="7")
    recording.tool("tool-1", kind=Other("wait"), invocation={**wait_for("7"), "tool_name": "waiting"})

    assert cell(recording).wait_tool_call_ids == ()


def test_a_wait_for_a_runtime_cell_that_the_thread_does_not_know_is_noted_nowhere() -> None:
    recording = recording_with_cell("call-1", runtime="7")
    recording.thread(CHILD, "/root/worker")
    recording.turn("turn-2", CHILD)
    recording.tool("tool-1", invocation=wait_for("8"))
    recording.tool("tool-2", invocation=wait_for("7"), thread=CHILD, turn="turn-2")

    assert cell(recording).wait_tool_call_ids == ()


def test_a_wait_for_a_cell_that_does_not_exist_yet_is_noted_nowhere() -> None:
    recording = recording_with_turn()
    recording.cell_started("call-1", runtime="7")  # waits for its source
    recording.tool("tool-1", invocation=wait_for("7"))
    recording.request("inf-1", [exec_cell("call-1")])

    assert cell(recording).wait_tool_call_ids == ()


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({}, id="no-payload"),
        pytest.param({"payload": {"type": "function"}}, id="no-arguments"),
        pytest.param({"payload": {"type": "function", "arguments": {"cell_id": "7"}}}, id="arguments-that-are-no-text"),
        pytest.param({"payload": {"type": "function", "arguments": "cell 7"}}, id="arguments-that-are-no-json"),
        pytest.param({"payload": {"type": "function", "arguments": "[]"}}, id="arguments-that-are-no-object"),
        pytest.param({"payload": {"type": "function", "arguments": "{}"}}, id="no-cell-id"),
        pytest.param({"payload": {"type": "function", "arguments": '{"cell_id":7}'}}, id="a-number-as-cell-id"),
        pytest.param({"payload": {"type": "function", "arguments": '{"cell_id":null}'}}, id="a-null-as-cell-id"),
    ],
)
def test_a_wait_that_does_not_name_a_cell_is_rejected(payload: dict[str, Any]) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", invocation={"tool_name": "wait", **payload})

    assert_refused(recording, Code.PAYLOAD_SHAPE, tool_call_id="tool-1", raw_payload_id="raw_payload:1")


# mcp_tool_call_correlation_assigned.


def correlated(recording: Recording, tool: str, mcp_call: str) -> int:
    assigned = McpToolCallCorrelationAssigned(tool_call_id=ToolCallId(tool), mcp_call_id=McpCallId(mcp_call))
    return recording.event(assigned, thread=ROOT, turn="turn-1")


def test_an_mcp_correlation_gives_the_tool_its_mcp_call_id() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=Mcp("a-server", "a-tool"))
    correlated(recording, "tool-1", "mcp-1")

    assert tool_call(recording).mcp_call_id == "mcp-1"


def test_an_mcp_correlation_of_an_unknown_tool_is_rejected() -> None:
    recording = recording_with_turn()
    correlated(recording, "tool-1", "mcp-1")

    assert_refused(recording, Code.UNKNOWN_REFERENCE, tool_call_id="tool-1")


@pytest.mark.parametrize("second", ["mcp-1", "mcp-2"])
def test_a_second_mcp_correlation_of_a_tool_is_rejected(second: str) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=Mcp("a-server", "a-tool"))
    correlated(recording, "tool-1", "mcp-1")
    correlated(recording, "tool-1", second)

    assert_refused(recording, Code.DUPLICATE, tool_call_id="tool-1")


# tool_call_runtime_started and tool_call_runtime_ended.


def test_a_runtime_start_of_an_unknown_tool_is_rejected() -> None:
    recording = recording_with_turn()
    recording.runtime_started("tool-1", {})

    assert_refused(recording, Code.TOOL_NEVER_STARTED, Mode.CODEX, tool_call_id="tool-1")


def test_a_runtime_end_of_an_unknown_tool_is_rejected() -> None:
    recording = recording_with_turn()
    recording.runtime_ended("tool-1", {})

    assert_refused(recording, Code.TOOL_NEVER_STARTED, Mode.CODEX, tool_call_id="tool-1")


def test_runtime_payloads_are_added_in_order() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1")
    recording.runtime_started("tool-1", {})
    recording.runtime_ended("tool-1", {})
    recording.runtime_ended("tool-1", {})

    assert tool_call(recording).raw_runtime_payload_ids == ("raw_payload:1", "raw_payload:2", "raw_payload:3")


def test_a_runtime_payload_is_added_once() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1")
    recording.runtime_started("tool-1", {})
    recording.runtime_ended("tool-1", {})
    for entry in recording.entries[-2:]:
        recording.event(entry.event.payload)

    assert tool_call(recording).raw_runtime_payload_ids == ("raw_payload:1", "raw_payload:2")


def test_a_runtime_end_is_not_the_end_of_the_tool() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1")
    recording.runtime_ended("tool-1", {}, status="failed")

    assert tool_call(recording).execution.status == "running"
    assert tool_call(recording).execution.ended_seq is None


READ_AT_RUNTIME_START = [ExecCommand(), WriteStdin(), AssignAgentTask(), SendMessage(), CloseAgent()]
NOT_READ_AT_RUNTIME_START = [
    ApplyPatch(),
    Web(),
    ImageGeneration(),
    SpawnAgent(),
    WaitAgent(),
    Mcp("a-server", "a-tool"),
    Other("a-tool"),
]


@pytest.mark.parametrize("kind", READ_AT_RUNTIME_START, ids=repr)
def test_a_runtime_start_is_read_for_terminals_messages_and_closing(kind: AnyToolKind) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=kind)
    recording.runtime_started("tool-1", b"{")

    assert_refused(recording, Code.PAYLOAD_BROKEN, raw_payload_id="raw_payload:1")


@pytest.mark.parametrize("kind", NOT_READ_AT_RUNTIME_START, ids=repr)
def test_a_runtime_start_is_not_read_for_other_kinds(kind: AnyToolKind) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=kind)
    recording.runtime_started("tool-1", b"{")

    assert tool_call(recording).raw_runtime_payload_ids == ("raw_payload:1",)


@pytest.mark.parametrize("kind", [*READ_AT_RUNTIME_START, *NOT_READ_AT_RUNTIME_START], ids=repr)
def test_a_runtime_end_must_be_json_for_every_kind(kind: AnyToolKind) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=kind)
    recording.runtime_ended("tool-1", b"{")

    assert_refused(recording, Code.PAYLOAD_BROKEN, raw_payload_id="raw_payload:1")


@pytest.mark.parametrize(
    "kind", [ApplyPatch(), Web(), ImageGeneration(), WaitAgent(), Mcp("a-server", "a-tool"), Other("a-tool")], ids=repr
)
@pytest.mark.parametrize("payload", [[], "text", None, {"status": "failed"}])
def test_a_runtime_end_may_be_any_json_for_kinds_without_meaning(kind: AnyToolKind, payload: Any) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=kind)
    recording.runtime_ended("tool-1", payload)

    assert tool_call(recording).raw_runtime_payload_ids == ("raw_payload:1",)


# tool_call_ended.


@pytest.mark.parametrize("status", list(ExecutionStatus))
def test_the_end_of_a_tool_gives_it_status_time_and_result(status: ExecutionStatus) -> None:
    recording = recording_with_turn()
    start = recording.tool("tool-1")
    end = recording.tool_ended("tool-1", status, result={"type": "error", "error": "no"})

    tool = tool_call(recording)

    assert tool.execution == ExecutionWindow(
        started_at_unix_ms=START + start,
        started_seq=start,
        ended_at_unix_ms=START + end,
        ended_seq=end,
        status=status,
    )
    assert tool.raw_result_payload_id == "raw_payload:1"


def test_the_end_of_an_unknown_tool_is_rejected() -> None:
    recording = recording_with_turn()
    recording.tool_ended("tool-1")

    assert_refused(recording, Code.UNKNOWN_REFERENCE, tool_call_id="tool-1")


def test_an_end_without_a_result_sets_the_result_to_none() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1")
    recording.tool_ended("tool-1", result={"type": "error", "error": "no"})
    recording.tool_ended("tool-1")

    assert tool_call(recording).raw_result_payload_id is None


@pytest.mark.parametrize("mode", list(Mode))
def test_a_result_is_not_read_where_no_operation_needs_it(mode: Mode) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1")
    recording.tool_ended("tool-1", result=b"no JSON")

    reduction = recording.reduce(mode)

    assert reduction.trace.tool_calls[ToolCallId("tool-1")].raw_result_payload_id == "raw_payload:1"
    assert reduction.diagnostics == ()


# tool_call_ended: what it adds to the edges of the tool.


def sends(message: str, receiver: str = CHILD) -> Item:
    return {"call_id": "call", "sender_thread_id": ROOT, "receiver_thread_id": receiver, "prompt": message}


def spawned(child: str, message: str) -> Item:
    return {
        "call_id": "call",
        "sender_thread_id": ROOT,
        "new_thread_id": child,
        "prompt": message,
        "model": "a-model",
        "reasoning_effort": "low",
        "status": "running",
    }


def carried(recording: Recording, edge: str) -> tuple[RawPayloadId, ...]:
    return recording.reduce().trace.interaction_edges[EdgeId(edge)].carried_raw_payload_ids


def test_a_result_is_carried_by_the_edge_of_its_tool() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", sends("hello"))
    recording.request("inf-1", [agent_message("/root", "/root/worker", "hello")], thread=CHILD, turn="turn-2")
    recording.tool_ended("tool-1", result={"type": "error", "error": "no"})
    recording.event(recording.entries[-1].event.payload)

    assert carried(recording, "edge:tool:tool-1") == ("raw_payload:1", "raw_payload:3")  # once


def test_a_result_is_carried_by_a_waiting_delivery_of_its_tool() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", sends("hello"))
    recording.tool_ended("tool-1", result={"type": "error", "error": "no"})
    recording.event(recording.entries[-1].event.payload)
    recording.request("inf-1", [agent_message("/root", "/root/worker", "hello")], thread=CHILD, turn="turn-2")

    assert carried(recording, "edge:tool:tool-1") == ("raw_payload:1", "raw_payload:2")  # once


def test_a_result_is_carried_by_the_first_edge_by_key_bytes() -> None:
    recording = recording_with_child()
    recording.thread(GRANDCHILD, "/root/worker/helper")
    recording.turn("turn-3", GRANDCHILD)
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", spawned(GRANDCHILD, "help"))
    recording.runtime_ended("tool-1", spawned(CHILD, "work"))
    recording.request(
        "inf-1", [agent_message("/root", "/root/worker/helper", "help")], thread=GRANDCHILD, turn="turn-3"
    )
    recording.request("inf-2", [agent_message("/root", "/root/worker", "work")], thread=CHILD, turn="turn-2")
    recording.tool_ended("tool-1", result={"type": "error", "error": "no"})

    assert carried(recording, f"edge:spawn:{ROOT}:{CHILD}") == ("raw_payload:1", "raw_payload:2", "raw_payload:5")
    assert carried(recording, f"edge:spawn:{ROOT}:{GRANDCHILD}") == ("raw_payload:1",)


def test_a_result_is_carried_by_the_delivery_that_waits_longest() -> None:
    recording = recording_with_child()
    recording.thread(GRANDCHILD, "/root/worker/helper")
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", spawned(GRANDCHILD, "help"))  # queued first, though its edge id is the later one
    recording.runtime_ended("tool-1", spawned(CHILD, "work"))
    recording.tool_ended("tool-1", result={"type": "error", "error": "no"})

    assert carried(recording, f"edge:spawn:{ROOT}:{GRANDCHILD}") == ("raw_payload:1", "raw_payload:3")
    assert carried(recording, f"edge:spawn:{ROOT}:{CHILD}") == ("raw_payload:1", "raw_payload:2")


def test_a_result_is_carried_by_an_edge_rather_than_by_what_waits() -> None:
    recording = recording_with_child()
    recording.thread(GRANDCHILD, "/root/worker/helper")
    recording.turn("turn-3", GRANDCHILD)
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", spawned(CHILD, "work"))  # waits
    recording.runtime_ended("tool-1", spawned(GRANDCHILD, "help"))
    recording.request(
        "inf-1", [agent_message("/root", "/root/worker/helper", "help")], thread=GRANDCHILD, turn="turn-3"
    )
    recording.tool_ended("tool-1", result={"type": "error", "error": "no"})

    edges = recording.reduce().trace.interaction_edges
    assert edges[EdgeId(f"edge:spawn:{ROOT}:{GRANDCHILD}")].target == ItemAnchor(ItemId("conversation_item:1"))
    assert carried(recording, f"edge:spawn:{ROOT}:{GRANDCHILD}") == ("raw_payload:1", "raw_payload:2", "raw_payload:4")
    assert carried(recording, f"edge:spawn:{ROOT}:{CHILD}") == ("raw_payload:1",)
