"""Mode salvage: an event is kept without a payload that cannot be read, and skipped where it contradicts the rest.

Spec 3, section 9, says that what cannot be applied is left out and nothing is left half done. These are the decisions
below that: of an event whose payload is at fault, the event's own words stand, and a diagnostic names what is missing.
"""

from collections.abc import Callable
from typing import Any

import pytest

from recording import (
    CHILD,
    ROOT,
    Recording,
    agent_message,
    assistant,
    ended_at,
    function_call,
    function_output,
    known_as,
    recording_with_turn,
    texts,
    user,
)
from rollout_trace.bundle.log import read_log
from rollout_trace.diagnostics import Code, Level
from rollout_trace.events.codec import encode_event
from rollout_trace.ids import (
    CompactionId,
    InferenceCallId,
    ItemId,
    TerminalOperationId,
    ThreadId,
    ToolCallId,
)
from rollout_trace.limits import Limits
from rollout_trace.model.conversation import ItemKind, PayloadRefPart
from rollout_trace.model.threads import RootOrigin
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction
from rollout_trace.values import ExecCommand, ExecutionStatus, SendMessage, WriteStdin

EXEC_BEGIN = {"command": ["ls"], "cwd": "/work", "process_id": "7"}
EXEC_END = {"stdout": "out", "stderr": "", "formatted_output": "out", "exit_code": 0}


def salvaged(recording: Recording) -> Reduction:
    return recording.reduce(Mode.SALVAGE)


def reported(reduction: Reduction) -> list[tuple[Code, int | None]]:
    return [(found.code, found.seq) for found in reduction.diagnostics]


def lose(recording: Recording, number: int) -> None:
    del recording.payloads[f"payloads/{number}.json"]


def cut(recording: Recording, number: int) -> None:
    path = f"payloads/{number}.json"
    recording.payloads[path] = recording.payloads[path][:-1]


def empty(recording: Recording, number: int) -> None:
    recording.payloads[f"payloads/{number}.json"] = b"[]"


AT_FAULT = pytest.mark.parametrize(
    ("damage", "code"),
    [
        pytest.param(lose, Code.PAYLOAD_MISSING, id="missing"),
        pytest.param(cut, Code.PAYLOAD_BROKEN, id="broken"),
        pytest.param(empty, Code.PAYLOAD_SHAPE, id="misshapen"),
    ],
)
Damage = Callable[[Recording, int], None]
"""Damages the payload of this number."""


# The event is kept as it stands in the log.


@AT_FAULT
def test_a_thread_is_kept_without_its_metadata(damage: Damage, code: Code) -> None:
    recording = recording_with_turn()
    seq = recording.thread(CHILD, "/root/from_event", nickname="Bee", agent_path="/root/from_metadata")
    recording.turn("turn-2", CHILD)
    damage(recording, 1)

    reduction = salvaged(recording)

    thread = reduction.trace.threads[ThreadId(CHILD)]
    assert (thread.agent_path, thread.nickname, thread.origin) == ("/root/from_event", None, RootOrigin())
    assert "turn-2" in reduction.trace.codex_turns
    assert reported(reduction) == [(code, seq)]
    assert reduction.diagnostics[0].ids["thread_id"] == CHILD
    assert reduction.diagnostics[0].level is Level.ERROR


@AT_FAULT
def test_an_inference_call_is_kept_without_the_items_of_its_request(damage: Damage, code: Code) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("one")])
    seq = recording.request("inf-2", [user("one"), user("two")])
    recording.answer("inf-2", [assistant("yes")])
    recording.request("inf-3", [user("one"), user("three")])
    damage(recording, 2)

    reduction = salvaged(recording)

    calls = reduction.trace.inference_calls
    assert calls[InferenceCallId("inf-2")].request_item_ids == ()
    assert calls[InferenceCallId("inf-2")].raw_request_payload_id == "raw_payload:2"
    assert calls[InferenceCallId("inf-2")].execution.status is ExecutionStatus.COMPLETED
    assert texts(reduction, calls[InferenceCallId("inf-3")].request_item_ids) == ["one", "three"]
    assert reported(reduction) == [(code, seq)]
    assert dict(reduction.diagnostics[0].ids) == {"raw_payload_id": "raw_payload:2", "inference_call_id": "inf-2"}
    assert reduction.diagnostics[0].message.endswith("the inference call is kept, without the items of its request")


@AT_FAULT
def test_an_inference_call_ends_without_the_items_of_its_answer(damage: Damage, code: Code) -> None:
    recording = recording_with_turn()
    started = recording.request("inf-1", [user("one")])
    seq = recording.answer("inf-1", [assistant("yes")], response="resp-1")
    damage(recording, 2)

    reduction = salvaged(recording)

    call = reduction.trace.inference_calls[InferenceCallId("inf-1")]
    assert call.execution == ended_at(started, seq, "completed")
    assert (call.response_id, call.response_item_ids, call.raw_response_payload_id) == ("resp-1", (), "raw_payload:2")
    assert reported(reduction) == [(code, seq)]


@AT_FAULT
def test_a_compaction_is_kept_without_its_histories_and_the_history_goes_on(damage: Damage, code: Code) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("one")])
    seq = recording.compacted("compaction-1", [user("one")], [user("summary")])
    recording.request("inf-2", [user("one"), user("two")])
    damage(recording, 2)

    reduction = salvaged(recording)

    compaction = reduction.trace.compactions[CompactionId("compaction-1")]
    assert (compaction.input_item_ids, compaction.replacement_item_ids) == ((), ())
    marker = reduction.trace.conversation_items[compaction.marker_item_id]
    assert marker.kind is ItemKind.COMPACTION_MARKER
    sent = reduction.trace.inference_calls[InferenceCallId("inf-2")].request_item_ids
    assert sent[0] == reduction.trace.inference_calls[InferenceCallId("inf-1")].request_item_ids[0]
    assert reported(reduction) == [(code, seq)]


@AT_FAULT
def test_a_tool_call_is_kept_without_what_it_was_asked(damage: Damage, code: Code) -> None:
    recording = recording_with_turn()
    payload = {"type": "function", "arguments": '{"session_id":"7"}'}
    invocation = {"tool_name": "write_stdin", "payload": payload}
    seq = recording.tool("tool-1", kind=WriteStdin(), invocation=invocation)
    ended = recording.tool_ended("tool-1")
    damage(recording, 1)

    reduction = salvaged(recording)

    tool = reduction.trace.tool_calls[ToolCallId("tool-1")]
    assert tool.execution == ended_at(seq, ended, "completed")
    assert (tool.terminal_operation_id, tool.raw_invocation_payload_id) == (None, "raw_payload:1")
    assert reported(reduction) == [(code, seq)]


def test_a_tool_call_is_kept_that_waits_for_nothing_we_know() -> None:
    recording = recording_with_turn()
    seq = recording.tool("tool-1", invocation={"tool_name": "wait"})

    reduction = salvaged(recording)

    assert list(reduction.trace.tool_calls) == ["tool-1"]
    assert reported(reduction) == [(Code.PAYLOAD_SHAPE, seq)]


@pytest.mark.parametrize("kind", [ExecCommand(), SendMessage()], ids=["a terminal", "an agent"])
@AT_FAULT
def test_a_tool_call_is_kept_without_what_its_runtime_began(
    kind: ExecCommand | SendMessage, damage: Damage, code: Code
) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=kind)
    seq = recording.runtime_started("tool-1", EXEC_BEGIN)
    damage(recording, 1)

    reduction = salvaged(recording)

    tool = reduction.trace.tool_calls[ToolCallId("tool-1")]
    assert (tool.terminal_operation_id, tool.raw_runtime_payload_ids) == (None, ("raw_payload:1",))
    assert (reduction.trace.interaction_edges, reduction.trace.terminal_operations) == ({}, {})
    assert reported(reduction) == [(code, seq)]


@AT_FAULT
def test_a_terminal_operation_ends_without_a_result(damage: Damage, code: Code) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=ExecCommand())
    begun = recording.runtime_started("tool-1", EXEC_BEGIN)
    seq = recording.runtime_ended("tool-1", EXEC_END, "failed")
    damage(recording, 2)

    reduction = salvaged(recording)

    operation = reduction.trace.terminal_operations[TerminalOperationId("terminal_operation:1")]
    assert (operation.execution, operation.result) == (ended_at(begun, seq, "failed"), None)
    assert reported(reduction) == [(code, seq)]


@AT_FAULT
def test_an_operation_without_runtime_ends_with_its_tool_without_a_result(damage: Damage, code: Code) -> None:
    recording = recording_with_turn()
    payload = {"type": "function", "arguments": '{"session_id":"7"}'}
    begun = recording.tool("tool-1", kind=WriteStdin(), invocation={"tool_name": "write_stdin", "payload": payload})
    seq = recording.tool_ended("tool-1", result={"type": "error", "error": "no"})
    damage(recording, 2)

    reduction = salvaged(recording)

    operation = reduction.trace.terminal_operations[TerminalOperationId("terminal_operation:1")]
    assert (operation.execution, operation.result) == (ended_at(begun, seq, "completed"), None)
    assert reported(reduction) == [(code, seq)]


@AT_FAULT
def test_an_item_is_accepted_without_the_message_that_it_is(damage: Damage, code: Code) -> None:
    recording = recording_with_turn(2)
    text = known_as("amsg-1", agent_message("/root/worker", "/root", "hello"))
    seq = recording.accepted("amsg-1", text)
    recording.request("inf-1", [text])
    recording.recording_completed()
    damage(recording, 1)

    reduction = salvaged(recording)

    (item,) = reduction.trace.conversation_items.values()
    assert item.accepted_seq == seq
    # `[]` is a list where an item should be: not misshapen as a payload, but as an item.
    assert reported(reduction) == [(Code.ITEM_SHAPE if code is Code.PAYLOAD_SHAPE else code, seq)]


def test_what_a_payload_had_begun_to_change_is_not_left_half_done() -> None:
    """The payload ends a command and then names an agent, but not one that could be: it counts for nothing."""
    recording = recording_with_turn()
    recording.tool("tool-1", kind=ExecCommand())
    begun = recording.runtime_started("tool-1", EXEC_BEGIN)
    seq = recording.runtime_ended("tool-1", {**EXEC_END, "agent_thread_id": "nobody"})

    reduction = salvaged(recording)

    operation = reduction.trace.terminal_operations[TerminalOperationId("terminal_operation:1")]
    assert (operation.execution, operation.result) == (ended_at(begun, seq, "completed"), None)
    assert operation.raw_payload_ids == ("raw_payload:1",)


def test_a_payload_that_was_told_of_is_not_told_of_again_at_the_end() -> None:
    recording = recording_with_turn(2)
    seq = recording.request("inf-1", [user("one")])
    recording.payloads.clear()
    recording.recording_completed()

    assert reported(salvaged(recording)) == [(Code.PAYLOAD_MISSING, seq)]


# Of a payload that can be read, what is well formed is shown.


@pytest.mark.parametrize("item", [{"type": 7}, 7, {"type": "message", "role": "nobody"}, {"type": "reasoning"}])
def test_a_malformed_item_is_shown_as_what_stands_in_the_payload(item: Any) -> None:
    recording = recording_with_turn()
    seq = recording.request("inf-1", [user("one"), item, user("two")])
    recording.request("inf-2", [user("one"), item, user("two"), user("three")])

    reduction = salvaged(recording)

    call = reduction.trace.inference_calls[InferenceCallId("inf-1")]
    assert texts(reduction, call.request_item_ids)[::2] == ["one", "two"]
    shown = reduction.trace.conversation_items[call.request_item_ids[1]]
    assert [part.label for part in shown.body.parts if isinstance(part, PayloadRefPart)] == ["malformed_item"]
    again = reduction.trace.inference_calls[InferenceCallId("inf-2")]
    assert again.request_item_ids[:3] == call.request_item_ids
    assert reported(reduction) == [(Code.ITEM_SHAPE, seq)]  # told once, when it is new


def test_two_calls_of_one_call_id_are_both_shown() -> None:
    recording = recording_with_turn()
    calls = [function_call("call-1", "{}"), function_call("call-1", "[]")]
    seq = recording.request("inf-1", calls)
    recording.request("inf-2", [*calls, function_output("call-1")])

    reduction = salvaged(recording)

    assert texts(reduction, (ItemId("conversation_item:1"), ItemId("conversation_item:2"))) == ["{}", "[]"]
    assert len(reduction.trace.conversation_items) == 3
    assert reported(reduction) == [(Code.CALL_ID_REUSED, seq)]


# What follows from what was skipped says so.


def test_what_follows_from_a_skipped_start_names_the_line_of_it() -> None:
    recording = recording_with_turn()
    lost = recording.turn("turn-9", CHILD)  # of a thread that nobody knows
    recording.request("inf-9", [user("one")], turn="turn-9")
    recording.answer("inf-9", [assistant("yes")])

    found = salvaged(recording).diagnostics

    assert [diagnostic.code for diagnostic in found] == [Code.UNKNOWN_REFERENCE] * 3
    assert found[0].message.endswith("; skipped")
    assert found[1].message.endswith(f"; skipped, which follows from line {lost}, skipped before")
    assert found[2].message.endswith(f"; skipped, which follows from line {lost + 1}, skipped before")


def test_nothing_follows_from_a_start_that_was_skipped_as_a_second_one() -> None:
    recording = recording_with_turn()
    recording.thread()
    recording.request("inf-1", [user("one")], turn="turn-9")

    messages = [found.message for found in salvaged(recording).diagnostics]

    assert [message.rpartition("; ")[2] for message in messages] == ["skipped", "skipped"]


def test_what_may_follow_from_a_line_that_nobody_can_read_says_so() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/worker")
    lines = [encode_event(entry.event) + b"\n" for entry in recording.entries]
    reducer = recording.reducer(Mode.SALVAGE)

    for entry in read_log([b"{\n", *lines[1:]]):
        reducer.apply(entry)

    follows = next(found for found in reducer.view().diagnostics if found.code is Code.UNKNOWN_REFERENCE)
    assert follows.message.endswith("; skipped, which may follow from a line that could not be read")


# A graph that is too large.


def test_a_graph_that_is_full_takes_nothing_more_and_says_so_once() -> None:
    recording = recording_with_turn()
    for number in range(20):
        recording.thread(f"thread-{number}")
    reducer = Reducer(recording.manifest, recording.load_payload, Mode.SALVAGE, limits=Limits(objects=10))

    for entry in recording.entries:
        reducer.apply(entry)

    reduction = reducer.view()
    assert [found.code for found in reduction.diagnostics] == [Code.LIMIT_EXCEEDED]
    assert "exceeds the limit objects of 10 (raise it with --limit objects=NUMBER)" in reduction.diagnostics[0].message
    assert list(reduction.trace.threads)[-1] == f"thread-{reduction.diagnostics[0].line - 4}"  # type: ignore[operator]
    assert reducer.fork().view().trace == reduction.trace


def test_a_list_of_too_many_items_is_a_fault_of_its_payload() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user(str(number)) for number in range(11)])
    reducer = Reducer(recording.manifest, recording.load_payload, Mode.SALVAGE, limits=Limits(objects=10))

    for entry in recording.entries:
        reducer.apply(entry)

    reduction = reducer.view()
    assert reduction.trace.inference_calls[InferenceCallId("inf-1")].request_item_ids == ()
    assert "the number of items in payload raw_payload:1 exceeds the limit objects" in reduction.diagnostics[0].message
    assert reduction.trace.threads[ThreadId(ROOT)].conversation_item_ids == ()
