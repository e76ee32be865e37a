"""Rules of schema 2 that the prose of spec 5 does not have, or has otherwise, and that reducer 0.169.0 showed."""

import msgspec

from recording import (
    ROOT,
    Recording,
    assistant,
    exec_cell,
    function_output,
    known_as,
    recording_with_turn,
    user,
)
from rollout_trace.events.types import HistoryItemAccepted
from rollout_trace.ids import CodeCellId, CompactionId, InferenceCallId, ResponsesItemId, ToolCallId
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.reduce.modes import Mode
from rollout_trace.values import Mcp


def graph(recording: Recording) -> RolloutTrace:
    return recording.reduce(Mode.CODEX).trace


def test_an_answer_leaves_the_snapshot_while_the_override_of_a_compaction_is_pending() -> None:
    recording = recording_with_turn(2)
    asked, answered = known_as("u1", user("go")), known_as("m1", assistant("done"))
    recording.request("inf-1", [asked])
    recording.compacted("compaction-1", [asked], [user("summary")])
    recording.answer("inf-1", [answered])
    recording.compacted("compaction-2", [answered], [])

    trace = graph(recording)

    answer = trace.inference_calls[InferenceCallId("inf-1")].response_item_ids
    assert trace.compactions[CompactionId("compaction-2")].input_item_ids != answer  # it is not in view, so it is new


def test_the_candidates_of_an_answer_are_chosen_for_all_of_its_items() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [])
    recording.answer("inf-1", [known_as("a", assistant("A"))])
    recording.request("inf-2", [])
    recording.answer("inf-2", [assistant("A"), known_as("a", assistant("Z"))])

    first, second = (graph(recording).inference_calls[InferenceCallId(call)] for call in ("inf-1", "inf-2"))

    assert second.response_item_ids[0] == first.response_item_ids[0]  # found by an id that another item has
    assert second.response_item_ids[1] not in first.response_item_ids  # the same id with other content


def test_the_items_of_a_call_are_tied_in_order_of_creation() -> None:
    recording = recording_with_turn(2)
    outputs = [known_as("o1", function_output("call-1")), known_as("o2", function_output("call-1"))]
    between = [user(f"{number}") for number in range(8)]
    recording.request("inf-1", [user("go"), outputs[0], *between, outputs[1]])
    recording.tool("tool-1", call="call-1")

    tool = graph(recording).tool_calls[ToolCallId("tool-1")]

    assert tool.model_visible_output_item_ids == ("conversation_item:2", "conversation_item:11")


def test_the_source_of_a_cell_is_the_item_that_was_created_first() -> None:
    recording = recording_with_turn(2)
    between = [user(f"{number}") for number in range(8)]
    sources = [known_as("s1", exec_cell("call-1")), known_as("s2", exec_cell("call-1"))]
    recording.request("inf-1", [user("go"), sources[0], *between, sources[1]])
    recording.cell_started("call-1")

    assert graph(recording).code_cells[CodeCellId("code_cell:call-1")].source_item_id == "conversation_item:2"


def test_a_completion_counts_only_on_a_line_that_is_ended() -> None:
    recording = recording_with_turn(2)
    recording.recording_completed()

    assert graph(recording).recording_complete is True
    recording.entries[-1] = msgspec.structs.replace(recording.entries[-1], line_is_ended=False)
    assert graph(recording).recording_complete is False


def test_a_receipt_for_an_item_that_is_known_is_not_read() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("m", user("go"))])
    no_message = recording.payload("protocol_event", {})
    accepted = HistoryItemAccepted(item_id=ResponsesItemId("m"), agent_message_payload=no_message)
    seq = recording.event(accepted, thread=ROOT)

    (item,) = graph(recording).conversation_items.values()

    assert item.accepted_seq == seq


def test_the_runtime_end_of_an_mcp_tool_is_not_read() -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=Mcp("server", "tool"))
    recording.runtime_ended("tool-1", {"agent_thread_id": 5})  # of any other tool, a malformed activity

    assert graph(recording).interaction_edges == {}
