"""Spec 5, section 5: what a cell keeps of its responses, and which cell the model's `exec` started."""

from typing import Any

import pytest

from recording import (
    CHILD,
    ROOT,
    START,
    Item,
    Recording,
    assert_refused,
    exec_cell,
    recording_with_turn,
)
from rollout_trace.diagnostics import Code
from rollout_trace.events.types import CodeCellRequester
from rollout_trace.ids import CodeCellId, RuntimeCellId, ToolCallId
from rollout_trace.model.tools import CodeCell, ToolCall
from rollout_trace.reduce.modes import Mode
from rollout_trace.values import AnyToolKind, ApplyPatch, CellStatus, ExecutionStatus, Other, SendMessage


def cell(recording: Recording, call: str = "call-1") -> CodeCell:
    return recording.reduce(Mode.CODEX).trace.code_cells[CodeCellId(f"code_cell:{call}")]


def tool_call(recording: Recording, tool: str = "tool-1") -> ToolCall:
    return recording.reduce(Mode.CODEX).trace.tool_calls[ToolCallId(tool)]


def recording_with_cell() -> Recording:
    """A cell that has started: `inference_started`, `code_cell_started` (seq 3 and 4), one payload."""
    recording = recording_with_turn(2)
    recording.request("inf-1", [exec_cell("call-1")])
    recording.cell_started("call-1")
    return recording


Responses = tuple[int | None, CellStatus | None, str | None, str | None]


def responses(cell: CodeCell) -> Responses:
    """The `seq` and the status of the initial response, its payload, and that of the result."""
    assert cell.initial_response_at_unix_ms == (
        None if cell.initial_response_seq is None else START + cell.initial_response_seq
    )
    return (
        cell.initial_response_seq,
        cell.initial_response_status,
        cell.raw_initial_response_payload_id,
        cell.raw_result_payload_id,
    )


# Responses.


def test_a_cell_that_has_only_started_has_no_responses() -> None:
    assert responses(cell(recording_with_cell())) == (None, None, None, None)


@pytest.mark.parametrize("status", list(CellStatus))
def test_the_first_initial_response_sets_status_and_payload(status: CellStatus) -> None:
    recording = recording_with_cell()
    seq = recording.cell_responded(status, response={"response": {}})

    assert responses(cell(recording)) == (seq, status, "raw_payload:2", None)
    assert cell(recording).runtime_status is status


def test_an_initial_response_may_have_no_payload() -> None:
    recording = recording_with_cell()
    seq = recording.cell_responded("completed")

    assert responses(cell(recording)) == (seq, CellStatus.COMPLETED, None, None)


def test_later_initial_responses_change_only_the_runtime_status() -> None:
    recording = recording_with_cell()
    seq = recording.cell_responded("running")
    recording.cell_responded("completed", response={"response": {}})

    assert responses(cell(recording)) == (seq, CellStatus.RUNNING, None, None)
    assert cell(recording).runtime_status is CellStatus.COMPLETED
    assert cell(recording).yielded_seq is None


def test_every_yielded_response_sets_the_yielded_fields() -> None:
    recording = recording_with_cell()
    first = recording.cell_responded("yielded")
    recording.cell_responded("running")
    last = recording.cell_responded("yielded")

    found = cell(recording)
    assert responses(found) == (first, CellStatus.YIELDED, None, None)
    assert (found.yielded_at_unix_ms, found.yielded_seq) == (START + last, last)


def test_an_end_without_an_initial_response_sets_its_time_but_not_status_and_payload() -> None:
    recording = recording_with_cell()
    seq = recording.cell_ended("failed", response={"response": {}})

    assert responses(cell(recording)) == (seq, None, None, "raw_payload:2")
    assert cell(recording).execution.status is ExecutionStatus.FAILED


@pytest.mark.parametrize("end", ["of the cell", "of the turn"])
def test_the_first_initial_response_counts_even_after_the_end(end: str) -> None:
    recording = recording_with_cell()
    ended = recording.cell_ended() if end == "of the cell" else recording.turn_ended("failed")
    seq = recording.cell_responded("yielded", response={"response": {}})
    recording.cell_responded("completed", response={"response": {}})

    assert responses(cell(recording)) == (seq, CellStatus.YIELDED, "raw_payload:2", None)
    assert cell(recording).execution.ended_seq == ended


def test_an_end_keeps_the_initial_response() -> None:
    recording = recording_with_cell()
    seq = recording.cell_responded("yielded", response={"response": {}})
    recording.cell_ended("completed", response={"response": {}})

    assert responses(cell(recording)) == (seq, CellStatus.YIELDED, "raw_payload:2", "raw_payload:3")


def test_an_end_without_a_payload_takes_back_the_result() -> None:
    # The prose leaves it; the reducer of 0.169.0 does not.
    recording = recording_with_cell()
    recording.cell_ended("completed", response={"response": {}})
    seq = recording.cell_ended("failed")

    assert cell(recording).raw_result_payload_id is None
    assert cell(recording).execution.ended_seq == seq


def test_the_end_of_a_turn_takes_back_the_result_of_a_cell_that_runs_on() -> None:
    # Likewise.
    recording = recording_with_cell()
    recording.cell_ended("yielded", response={"response": {}})
    assert cell(recording).raw_result_payload_id == "raw_payload:2"
    recording.turn_ended("failed")

    assert cell(recording).raw_result_payload_id is None


def test_a_second_end_with_a_payload_changes_the_result() -> None:
    recording = recording_with_cell()
    recording.cell_ended("completed", response={"response": {}})
    recording.cell_ended("completed", response={"response": {}})

    assert cell(recording).raw_result_payload_id == "raw_payload:3"


@pytest.mark.parametrize(("status", "ended"), [("failed", CellStatus.FAILED), ("cancelled", CellStatus.TERMINATED)])
def test_the_end_of_a_turn_sets_neither_initial_response_nor_result(status: str, ended: CellStatus) -> None:
    recording = recording_with_cell()
    seq = recording.turn_ended(status)

    assert responses(cell(recording)) == (seq, None, None, None)
    assert cell(recording).runtime_status is ended


def test_the_responses_of_a_waiting_cell_wait_with_it() -> None:
    recording = recording_with_turn(2)
    recording.cell_started("call-1")
    seq = recording.cell_responded("yielded", response={"response": {}})
    recording.cell_ended("completed", response={"response": {}})
    recording.request("inf-1", [exec_cell("call-1")])

    assert responses(cell(recording)) == (seq, CellStatus.YIELDED, "raw_payload:1", "raw_payload:2")


def test_schema_1_keeps_no_responses() -> None:
    recording = recording_with_turn(1)
    recording.request("inf-1", [exec_cell("call-1")])
    recording.cell_started("call-1")
    seq = recording.cell_responded("yielded", response={"response": {}})
    recording.cell_ended("completed", response={"response": {}})

    assert responses(cell(recording)) == (seq, None, None, None)


# The model's `exec` and the cell that it started.


def recording_with_exec_call(
    *, kind: AnyToolKind | None = None, turn: str | None = "turn-1", **fields: Any
) -> Recording:
    """The call of `exec`, around its cell: a second turn, then the tool call and the cell."""
    recording = recording_with_turn(2)
    recording.turn("turn-2")
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-3", CHILD)
    recording.tool("tool-1", call="call-1", kind=kind or Other("exec"), turn=turn, **fields)
    recording.cell_started("call-1")
    recording.request("inf-1", [exec_cell("call-1")])
    return recording


@pytest.mark.parametrize("turn", ["turn-1", None])
def test_an_exec_call_knows_the_cell_that_it_started(turn: str | None) -> None:
    assert tool_call(recording_with_exec_call(turn=turn)).started_code_cell_id == "code_cell:call-1"


def test_an_exec_call_may_start_after_its_cell() -> None:
    recording = recording_with_cell()
    recording.tool("tool-1", call="call-1", kind=Other("exec"))

    assert tool_call(recording).started_code_cell_id == "code_cell:call-1"


def test_the_end_of_the_cell_makes_no_difference() -> None:
    recording = recording_with_exec_call()
    recording.cell_ended()
    recording.tool_ended("tool-1")

    assert tool_call(recording).started_code_cell_id == "code_cell:call-1"


@pytest.mark.parametrize(
    "difference",
    [
        pytest.param({"kind": Other("wait")}, id="another name"),
        pytest.param({"kind": ApplyPatch()}, id="another kind"),
        pytest.param({"turn": "turn-2"}, id="another turn"),
        pytest.param({"thread": CHILD, "turn": "turn-3"}, id="another thread"),
        pytest.param({"thread": CHILD, "turn": None}, id="another thread, no turn"),
        pytest.param({"model_visible_call_id": None}, id="no call id"),
        pytest.param({"model_visible_call_id": "call-2"}, id="another call id"),
    ],
)
def test_another_call_is_none_that_started_the_cell(difference: Item) -> None:
    recording = recording_with_exec_call(**difference)

    assert cell(recording).source_item_id == "conversation_item:1"
    assert tool_call(recording).started_code_cell_id is None


def test_a_call_of_exec_that_a_cell_asked_for_started_none() -> None:
    recording = recording_with_cell()
    recording.request("inf-2", [exec_cell("call-1"), exec_cell("call-2")])
    requester = CodeCellRequester(runtime_cell_id=RuntimeCellId("1"))
    recording.tool("tool-1", call="call-2", kind=Other("exec"), requester=requester)
    recording.cell_started("call-2", runtime="2")

    assert cell(recording, "call-2").nested_tool_call_ids == ()
    assert tool_call(recording).started_code_cell_id is None


def test_a_cell_that_still_waits_when_the_log_has_ended_was_not_started() -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", call="call-1", kind=Other("exec"))
    recording.cell_started("call-1")

    assert tool_call(recording).started_code_cell_id is None


def test_the_kind_counts_that_the_runtime_says() -> None:
    became_exec = recording_with_exec_call(kind=Other("a-tool"))
    became_exec.runtime_started("tool-1", {}, kind=Other("exec"))
    became_another = recording_with_exec_call()
    became_another.runtime_started("tool-1", {}, kind=Other("a-tool"))

    assert tool_call(became_exec).started_code_cell_id == "code_cell:call-1"
    assert tool_call(became_another).started_code_cell_id is None


def test_schema_1_does_not_know_which_cell_was_started() -> None:
    recording = recording_with_turn(1)
    recording.request("inf-1", [exec_cell("call-1")])
    recording.tool("tool-1", call="call-1", kind=Other("exec"))
    recording.cell_started("call-1")

    assert tool_call(recording).started_code_cell_id is None


# Invocations.


@pytest.mark.parametrize("payload_type", [{}, {"type": None}, {"type": 5}, {"type": "custom"}], ids=repr)
def test_the_type_of_the_payload_of_a_wait_is_not_looked_at(payload_type: Item) -> None:
    recording = recording_with_cell()
    recording.tool(
        "tool-1", invocation={"tool_name": "wait", "payload": {**payload_type, "arguments": '{"cell_id":"1"}'}}
    )

    assert cell(recording).wait_tool_call_ids == ("tool-1",)


@pytest.mark.parametrize("payload", [None, {}, {"arguments": None}, {"arguments": {"cell_id": "1"}}], ids=repr)
def test_a_wait_without_arguments_in_a_string_is_rejected(payload: Any) -> None:
    recording = recording_with_cell()
    recording.tool("tool-1", invocation={"tool_name": "wait", "payload": payload})

    assert_refused(recording, Code.PAYLOAD_SHAPE, Mode.CODEX, tool_call_id="tool-1", raw_payload_id="raw_payload:2")


@pytest.mark.parametrize("payload_type", [{}, {"type": 5}, {"type": "custom"}], ids=repr)
def test_the_type_of_the_payload_of_an_agent_tool_is_not_looked_at(payload_type: Item) -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    invocation = {"tool_name": "send_message", "payload": {**payload_type, "arguments": '{"message":"hello"}'}}
    recording.tool("tool-1", kind=SendMessage(), invocation=invocation)
    activity = {"event_id": "e", "agent_thread_id": CHILD, "agent_path": "/root/ant", "kind": "interacted"}
    recording.runtime_ended("tool-1", activity)
    recording.accepted("amsg-1", {**delivered("hello"), "id": "amsg-1"}, thread=CHILD)

    assert list(recording.reduce(Mode.CODEX).trace.interaction_edges) == ["edge:tool:tool-1"]


def delivered(text: str) -> Item:
    content = [{"type": "input_text", "text": text}]
    return {"type": "agent_message", "author": "/root", "recipient": "/root/ant", "content": content}


def test_a_message_tool_without_arguments_in_a_string_is_rejected_by_its_activity() -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=SendMessage(), invocation={"payload": {"arguments": {"message": "hello"}}})
    activity = {"event_id": "e", "agent_thread_id": ROOT, "agent_path": "/root", "kind": "interacted"}
    recording.runtime_ended("tool-1", activity)

    assert_refused(recording, Code.PAYLOAD_SHAPE, Mode.CODEX, tool_call_id="tool-1", raw_payload_id="raw_payload:1")
