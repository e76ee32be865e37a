"""Spec 5, section 2: the graph of schema 2 as text, its fields in their order, and what is left out."""

import json
from typing import Any

import pytest

from recording import (
    START,
    Recording,
    agent_message,
    assistant,
    exec_cell,
    known_as,
    recording_with_turn,
    user,
)
from rollout_trace.model.state_json import encode_state
from rollout_trace.reduce.modes import Mode
from rollout_trace.values import ExecCommand, Other, WriteStdin

IMAGE = {"type": "input_image", "image_url": "data:,"}


def state(recording: Recording) -> Any:
    """The graph as `state.json` has it."""
    return json.loads(encode_state(recording.reduce(Mode.CODEX).trace))


# RolloutTrace.


@pytest.mark.parametrize("complete", [True, False])
def test_the_graph_says_whether_the_recording_is_complete(complete: bool) -> None:  # noqa: FBT001
    recording = recording_with_turn(2)
    if complete:
        recording.recording_completed()

    fields = list(state(recording).items())

    assert fields[0] == ("schema_version", 2)
    assert [name for name, _ in fields[4:8]] == ["ended_at_unix_ms", "status", "recording_complete", "root_thread_id"]
    assert fields[6] == ("recording_complete", complete)


def test_the_end_of_the_recording_is_not_that_of_the_rollout() -> None:
    recording = recording_with_turn(2)
    recording.recording_completed()

    assert (state(recording)["status"], state(recording)["ended_at_unix_ms"]) == ("running", None)


def test_schema_1_does_not_say_it() -> None:
    assert "recording_complete" not in state(recording_with_turn(1))


# ConversationItem.


AFTER_THE_IDS = [
    "thread_id",
    "codex_turn_id",
    "first_seen_at_unix_ms",
    "role",
    "channel",
    "kind",
    "body",
    "call_id",
    "produced_by",
]


def test_an_item_has_its_own_id_and_its_acceptance_after_its_number() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("a"))])
    seq = recording.accepted("msg-1")

    item = state(recording)["conversation_items"]["conversation_item:1"]

    assert list(item) == ["item_id", "responses_item_id", "accepted_at_unix_ms", "accepted_seq", *AFTER_THE_IDS]
    assert (item["responses_item_id"], item["accepted_at_unix_ms"], item["accepted_seq"]) == ("msg-1", START + seq, seq)


def test_an_item_that_was_not_accepted_leaves_that_out() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("a"))])

    item = state(recording)["conversation_items"]["conversation_item:1"]
    assert list(item) == ["item_id", "responses_item_id", *AFTER_THE_IDS]


def test_an_item_without_an_id_leaves_all_three_out() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])

    assert list(state(recording)["conversation_items"]["conversation_item:1"]) == ["item_id", *AFTER_THE_IDS]


def test_a_message_that_was_received_has_all_fields() -> None:
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", known_as("amsg-1", agent_message("/root/ant", "/root", "hello")))

    item = state(recording)["conversation_items"]["conversation_item:1"]
    before, after = AFTER_THE_IDS[:6], AFTER_THE_IDS[6:]
    expected = ["item_id", "responses_item_id", "accepted_at_unix_ms", "accepted_seq", *before, "agent_message", *after]
    assert list(item) == expected


def test_opaque_content_has_its_hash_last_or_leaves_it_out() -> None:
    recording = recording_with_turn(2)
    hashed = {"type": "message", "role": "user", "content": [IMAGE]}
    recording.request("inf-1", [hashed, {"type": "message", "role": "user"}])

    items = state(recording)["conversation_items"]

    (with_hash,) = items["conversation_item:1"]["body"]["parts"]
    assert list(with_hash) == ["type", "label", "raw_payload_id", "content_sha256"]
    assert with_hash["content_sha256"] == "e7856ce344ce098d8e2bab8dd376d5c850be4fcc1522454b731f4cf045f0be5d"
    (without,) = items["conversation_item:2"]["body"]["parts"]
    assert without == {"type": "payload_ref", "label": "content", "raw_payload_id": "raw_payload:1"}


# CodeCell.


CELL = [
    "code_cell_id",
    "model_visible_call_id",
    "thread_id",
    "codex_turn_id",
    "source_item_id",
    "output_item_ids",
    "runtime_cell_id",
    "execution",
    "runtime_status",
    "initial_response_at_unix_ms",
    "initial_response_seq",
    "initial_response_status",
    "raw_initial_response_payload_id",
    "raw_result_payload_id",
    "yielded_at_unix_ms",
    "yielded_seq",
    "source_js",
    "nested_tool_call_ids",
    "wait_tool_call_ids",
]
RESPONSES = CELL[11:14]


def recording_with_cell(schema_version: int = 2) -> Recording:
    recording = recording_with_turn(schema_version)
    recording.request("inf-1", [exec_cell("call-1")])
    recording.cell_started("call-1")
    return recording


def test_a_cell_has_its_responses_null_when_there_are_none() -> None:
    cell = state(recording_with_cell())["code_cells"]["code_cell:call-1"]

    assert list(cell) == CELL
    assert [cell[field] for field in RESPONSES] == [None, None, None]


def test_a_cell_has_its_responses() -> None:
    recording = recording_with_cell()
    recording.cell_responded("yielded", response={"response": {}})
    recording.cell_ended("completed", response={"response": {}})

    cell = state(recording)["code_cells"]["code_cell:call-1"]

    assert list(cell) == CELL
    assert [cell[field] for field in RESPONSES] == ["yielded", "raw_payload:2", "raw_payload:3"]


def test_a_cell_of_schema_1_has_no_such_fields() -> None:
    cell = state(recording_with_cell(1))["code_cells"]["code_cell:call-1"]

    assert list(cell) == [field for field in CELL if field not in RESPONSES]


# ToolCall.


def test_a_call_of_exec_has_its_cell_after_the_runtime_tool_id() -> None:
    recording = recording_with_cell()
    recording.tool("tool-1", call="call-1", kind=Other("exec"))
    recording.tool("tool-2", kind=Other("exec"))

    tools = state(recording)["tool_calls"]

    assert list(tools["tool-1"])[3:6] == ["code_mode_runtime_tool_id", "started_code_cell_id", "thread_id"]
    assert tools["tool-1"]["started_code_cell_id"] == "code_cell:call-1"
    assert list(tools["tool-2"])[3:5] == ["code_mode_runtime_tool_id", "thread_id"]
    assert "started_code_cell_id" not in tools["tool-2"]


# Terminals.


def recording_with_terminal() -> Recording:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_started("tool-1", {"command": ["sh"], "cwd": "/", "process_id": "process-7"})
    arguments = '{"session_id":"process-7","chars":"y"}'
    stdin = {"tool_name": "write_stdin", "payload": {"type": "function", "arguments": arguments}}
    recording.tool("tool-2", kind=WriteStdin(), invocation=stdin)
    recording.runtime_ended("tool-1", {"exit_code": 0, "aggregated_output": "out", "process_id": "process-7"})
    return recording


def test_a_session_has_an_id_that_the_reducer_makes() -> None:
    graph = state(recording_with_terminal())

    made = "terminal_session:terminal_operation:1"
    assert {key: session["terminal_id"] for key, session in graph["terminal_sessions"].items()} == {made: made}
    assert [operation["terminal_id"] for operation in graph["terminal_operations"].values()] == [made, made]


def test_process_ids_do_not_appear() -> None:
    recording = recording_with_terminal()

    assert any("process-7" in payload.decode() for payload in recording.payloads.values())
    assert "process-7" not in json.dumps(state(recording))


def test_the_result_of_a_command_is_its_aggregated_output() -> None:
    operation = state(recording_with_terminal())["terminal_operations"]["terminal_operation:1"]

    assert list(operation["result"].items()) == [
        ("exit_code", 0),
        ("stdout", "out"),
        ("stderr", ""),
        ("formatted_output", None),
        ("original_token_count", None),
        ("chunk_id", None),
    ]


# AgentThread.


def test_a_thread_lists_what_was_sent_or_accepted() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.answer("inf-1", [known_as("msg-b", assistant("b")), known_as("msg-c", assistant("c"))])
    recording.accepted("msg-c")

    graph = state(recording)

    (thread,) = graph["threads"].values()
    assert thread["conversation_item_ids"] == ["conversation_item:1", "conversation_item:3"]
    assert list(graph["conversation_items"]) == [f"conversation_item:{number}" for number in (1, 2, 3)]
