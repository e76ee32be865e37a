"""Spec 5, section 7: points about edges between agents that are easy to miss."""

from typing import Any

import pytest

from recording import (
    CHILD,
    ROOT,
    Item,
    Recording,
    agent_message,
    assert_refused,
    function_call,
    known_as,
    message,
    recording_with_turn,
)
from rollout_trace.diagnostics import Code
from rollout_trace.ids import EdgeId, InferenceCallId, ToolCallId
from rollout_trace.model.edges import InteractionEdge, ItemAnchor
from rollout_trace.model.tools import ToolCall
from rollout_trace.reduce.modes import Mode
from rollout_trace.values import (
    AnyToolKind,
    ApplyPatch,
    AssignAgentTask,
    CloseAgent,
    ExecCommand,
    Other,
    SendMessage,
    SpawnAgent,
    WaitAgent,
)

ANY_SCHEMA = pytest.mark.parametrize("schema_version", [1, 2])
KINDS = (
    SpawnAgent(),
    AssignAgentTask(),
    SendMessage(),
    CloseAgent(),
    WaitAgent(),
    ApplyPatch(),
    Other("a-tool"),
)
SAY_HELLO = {"tool_name": "a-tool", "payload": {"type": "function", "arguments": '{"message":"hello"}'}}


def recording_with_child(schema_version: int = 2) -> Recording:
    """The root, in a turn, and a child, in another: seq 1 to 4."""
    recording = recording_with_turn(schema_version)
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    return recording


def activity(kind: str = "interacted", **fields: Any) -> Item:
    return {"event_id": "e", "agent_thread_id": CHILD, "agent_path": "/root/ant", "kind": kind, **fields}


def to_child(text: str) -> Item:
    return agent_message("/root", "/root/ant", text)


def message_begin(prompt: str = "hello", **fields: Any) -> Item:
    return {"call_id": "c", "sender_thread_id": ROOT, "receiver_thread_id": CHILD, "prompt": prompt, **fields}


def message_end(prompt: str = "hello", **fields: Any) -> Item:
    return message_begin(prompt, status="running", **fields)


def edges(recording: Recording) -> dict[EdgeId, InteractionEdge]:
    return recording.reduce(Mode.CODEX).trace.interaction_edges


def tool_call(recording: Recording) -> ToolCall:
    return recording.reduce(Mode.CODEX).trace.tool_calls[ToolCallId("tool-1")]


def without(payload: Item, field: str) -> Item:
    return {name: value for name, value in payload.items() if name != field}


# Activities.


FITS = {"started": (SpawnAgent,), "interacted": (AssignAgentTask, SendMessage), "interrupted": (CloseAgent,)}


@pytest.mark.parametrize("kind", KINDS, ids=repr)
@pytest.mark.parametrize("done", FITS)
def test_an_activity_that_does_not_fit_the_tool_is_rejected_for_any_tool(kind: AnyToolKind, done: str) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=kind, invocation=SAY_HELLO)
    recording.request("inf-1", [to_child("hello")], thread=CHILD, turn="turn-2")
    recording.runtime_ended("tool-1", activity(done))

    if isinstance(kind, FITS[done]):
        assert len(edges(recording)) == 1
    else:
        assert_refused(recording, Code.CONFLICT, Mode.CODEX, tool_call_id="tool-1")


def test_the_end_of_a_command_that_names_an_agent_is_an_activity() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_started("tool-1", {"command": ["ls"], "cwd": "/"})
    recording.runtime_ended("tool-1", {"exit_code": 0, **activity("interacted")})

    assert_refused(recording, Code.CONFLICT, Mode.CODEX, tool_call_id="tool-1")


@ANY_SCHEMA
@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_completed_fits_every_tool_and_does_nothing(kind: AnyToolKind, schema_version: int) -> None:
    # The prose gives it to schema 2 alone; the reducer of 0.160.0 takes it too.
    recording = recording_with_child(schema_version)
    recording.tool("tool-1", kind=kind)
    recording.request("inf-1", [to_child("hello")], thread=CHILD, turn="turn-2")
    recording.runtime_ended("tool-1", activity("completed"))

    assert edges(recording) == {}
    assert tool_call(recording).raw_runtime_payload_ids == ("raw_payload:2",)


@ANY_SCHEMA
@pytest.mark.parametrize("field", ["event_id", "agent_path", "kind"])
def test_an_activity_has_required_fields(field: str, schema_version: int) -> None:
    recording = recording_with_child(schema_version)
    recording.tool("tool-1")
    recording.runtime_ended("tool-1", without(activity("completed"), field))

    assert_refused(recording, Code.PAYLOAD_SHAPE, Mode.CODEX, raw_payload_id="raw_payload:1")


def test_a_payload_that_names_no_agent_is_no_activity() -> None:
    recording = recording_with_child()
    recording.tool("tool-1")
    recording.runtime_ended("tool-1", without(activity("interrupted"), "agent_thread_id"))

    assert edges(recording) == {}


@ANY_SCHEMA
@pytest.mark.parametrize(
    "wrong",
    [
        {"agent_thread_id": "no UUID"},
        {"agent_thread_id": None},
        {"agent_path": "root"},
        {"event_id": 5},
        {"kind": "finished"},
        {"occurred_at_ms": "now"},
        {"occurred_at_ms": None},
        {"occurred_at_ms": 1.0},
    ],
    ids=repr,
)
def test_the_fields_of_an_activity_have_a_form(wrong: Item, schema_version: int) -> None:
    recording = recording_with_child(schema_version)
    recording.tool("tool-1")
    recording.runtime_ended("tool-1", activity("completed") | wrong)

    assert_refused(recording, Code.PAYLOAD_SHAPE, Mode.CODEX, raw_payload_id="raw_payload:1")


@pytest.mark.parametrize(
    "fields",
    [{"model": "a-model", "reasoning_effort": "low"}, {"model": None, "reasoning_effort": None}, {"model": ""}],
    ids=repr,
)
def test_an_activity_may_say_on_what_the_agent_runs(fields: Item) -> None:
    recording = recording_with_child()
    recording.tool("tool-1")
    recording.runtime_ended("tool-1", activity("completed", **fields))

    assert edges(recording) == {}


@pytest.mark.parametrize("wrong", [{"model": 5}, {"reasoning_effort": 5}, {"reasoning_effort": ""}], ids=repr)
def test_what_an_activity_says_of_that_are_strings(wrong: Item) -> None:
    recording = recording_with_child()
    recording.tool("tool-1")
    recording.runtime_ended("tool-1", activity("completed", **wrong))

    assert_refused(recording, Code.PAYLOAD_SHAPE, Mode.CODEX, raw_payload_id="raw_payload:1")


@pytest.mark.parametrize("fields", [{"model": 5}, {"reasoning_effort": ""}], ids=repr)
def test_schema_1_does_not_look_at_that(fields: Item) -> None:
    recording = recording_with_child(1)
    recording.tool("tool-1")
    recording.runtime_ended("tool-1", activity("completed", **fields))

    assert edges(recording) == {}


# Queueing.


def test_queueing_finds_a_delivery_that_only_an_answer_has_brought() -> None:
    recording = recording_with_child()
    recording.request("inf-1", [], thread=CHILD, turn="turn-2")
    recording.answer("inf-1", [to_child("hello")], thread=CHILD, turn="turn-2")
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin())

    (edge,) = edges(recording).values()
    assert edge.target == ItemAnchor(next(iter(recording.reduce().trace.conversation_items)))
    (child,) = [thread for thread in recording.reduce().trace.threads.values() if thread.thread_id == CHILD]
    assert child.conversation_item_ids == ()


def test_queueing_finds_a_message_that_was_received() -> None:
    recording = recording_with_child()
    recording.accepted("amsg-1", known_as("amsg-1", to_child("hello")), thread=CHILD)
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin())

    (edge,) = edges(recording).values()
    assert edge.carried_item_ids == ("conversation_item:1",)


def test_queueing_takes_the_delivery_that_was_created_first() -> None:
    recording = recording_with_child()
    first, second = known_as("amsg-1", to_child("hello")), known_as("amsg-2", to_child("hello"))
    recording.request("inf-1", [first, second], thread=CHILD, turn="turn-2")
    recording.request("inf-2", [second, first], thread=CHILD, turn="turn-2")
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin())

    (edge,) = edges(recording).values()
    assert edge.carried_item_ids == ("conversation_item:1",)


@ANY_SCHEMA
def test_the_end_of_a_message_that_was_seen_before_it_began_is_dropped(schema_version: int) -> None:
    recording = recording_with_child(schema_version)
    recording.request("inf-1", [to_child("hello")], thread=CHILD, turn="turn-2")
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin())
    recording.runtime_ended("tool-1", message_end())

    (edge,) = edges(recording).values()
    assert edge.ended_at_unix_ms is None
    assert edge.carried_raw_payload_ids == ("raw_payload:2",)


@ANY_SCHEMA
def test_two_equal_deliveries_that_were_seen_before_are_rejected_at_the_end(schema_version: int) -> None:
    recording = recording_with_child(schema_version)
    recording.request("inf-1", [to_child("hello"), to_child("hello")], thread=CHILD, turn="turn-2")
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin())
    recording.runtime_ended("tool-1", message_end())

    rejection = recording.rejection(Mode.CODEX)
    assert (rejection.code, rejection.ids["edge_id"]) == (Code.CONFLICT, "edge:tool:tool-1")


# Links across threads.


@ANY_SCHEMA
def test_a_sighting_links_an_item_to_a_tool_of_another_thread(schema_version: int) -> None:
    recording = recording_with_child(schema_version)
    recording.tool("tool-1", call="call-1")
    recording.request("inf-1", [function_call("call-1")], thread=CHILD, turn="turn-2")

    assert tool_call(recording).model_visible_call_item_ids == ("conversation_item:1",)


@ANY_SCHEMA
def test_the_start_of_a_tool_looks_only_at_items_of_its_own_thread(schema_version: int) -> None:
    recording = recording_with_child(schema_version)
    recording.request("inf-1", [function_call("call-1")], thread=CHILD, turn="turn-2")
    recording.tool("tool-1", call="call-1")

    assert tool_call(recording).model_visible_call_item_ids == ()


@ANY_SCHEMA
def test_each_sighting_of_a_call_adds_the_tool_to_the_answers_that_have_it(schema_version: int) -> None:
    recording = recording_with_child(schema_version)
    recording.request("inf-1", [])
    recording.tool("tool-1", call="call-1")  # before its answer is recorded
    recording.answer("inf-1", [known_as("fc-1", function_call("call-1"))])
    before = recording.reduce(Mode.CODEX).trace.inference_calls[InferenceCallId("inf-1")]
    recording.request("inf-2", [known_as("fc-1", function_call("call-1"))])
    after = recording.reduce(Mode.CODEX).trace.inference_calls[InferenceCallId("inf-1")]

    assert before.tool_call_ids_started_by_response == ()
    assert after.tool_call_ids_started_by_response == ("tool-1",)


@ANY_SCHEMA
def test_a_sighting_in_another_thread_adds_the_tool_too(schema_version: int) -> None:
    recording = recording_with_child(schema_version)
    recording.request("inf-1", [])
    recording.tool("tool-1", call="call-1")
    recording.answer("inf-1", [function_call("call-1")])
    recording.request("inf-2", [message("user", "x"), function_call("call-1")], thread=CHILD, turn="turn-2")

    answer = recording.reduce(Mode.CODEX).trace.inference_calls[InferenceCallId("inf-1")]
    assert answer.tool_call_ids_started_by_response == ("tool-1",)


# Required fields of the older payloads.


SPAWN_END = {
    "call_id": "c",
    "sender_thread_id": ROOT,
    "new_thread_id": CHILD,
    "prompt": "hello",
    "model": "a-model",
    "reasoning_effort": "low",
    "status": "running",
}
CLOSE_BEGIN = {"call_id": "c", "sender_thread_id": ROOT, "receiver_thread_id": CHILD}
CLOSE_END = {**CLOSE_BEGIN, "status": "shutdown"}

BEGINS: list[tuple[AnyToolKind, Item]] = [(SendMessage(), message_begin()), (CloseAgent(), CLOSE_BEGIN)]
ENDS: list[tuple[AnyToolKind, Item]] = [
    (SendMessage(), message_end()),
    (SpawnAgent(), SPAWN_END),
    (CloseAgent(), CLOSE_END),
]


def recording_with_begin(kind: AnyToolKind, begin: Any, schema_version: int) -> Recording:
    recording = recording_with_child(schema_version)
    recording.tool("tool-1", kind=kind)
    recording.runtime_started("tool-1", begin)
    return recording


def recording_with_end(kind: AnyToolKind, end: Any, schema_version: int) -> Recording:
    recording = recording_with_child(schema_version)
    recording.tool("tool-1", kind=kind)
    recording.runtime_ended("tool-1", end)
    return recording


@ANY_SCHEMA
@pytest.mark.parametrize(
    ("kind", "begin"),
    [(kind, without(begin, field)) for kind, begin in BEGINS for field in begin]
    + [(kind, {**begin, "started_at_ms": "now"}) for kind, begin in BEGINS],
    ids=repr,
)
def test_a_begin_without_a_required_field_is_rejected(kind: AnyToolKind, begin: Item, schema_version: int) -> None:
    recording = recording_with_begin(kind, begin, schema_version)

    assert_refused(recording, Code.PAYLOAD_SHAPE, Mode.CODEX, raw_payload_id="raw_payload:1")


@ANY_SCHEMA
@pytest.mark.parametrize(("kind", "begin"), BEGINS, ids=repr)
def test_a_begin_may_say_when(kind: AnyToolKind, begin: Item, schema_version: int) -> None:
    recording = recording_with_begin(kind, {**begin, "started_at_ms": -5}, schema_version)

    assert tool_call(recording).raw_runtime_payload_ids == ("raw_payload:1",)


@ANY_SCHEMA
@pytest.mark.parametrize(
    ("kind", "end"),
    [(kind, without(end, field)) for kind, end in ENDS for field in end if field != "new_thread_id"]
    + [(kind, {**end, "completed_at_ms": 1.5}) for kind, end in ENDS]
    + [(SpawnAgent(), {**SPAWN_END, field: None}) for field in ("model", "reasoning_effort")],
    ids=repr,
)
def test_an_end_without_a_required_field_is_rejected(kind: AnyToolKind, end: Item, schema_version: int) -> None:
    recording = recording_with_end(kind, end, schema_version)

    assert_refused(recording, Code.PAYLOAD_SHAPE, Mode.CODEX, raw_payload_id="raw_payload:1")


@ANY_SCHEMA
@pytest.mark.parametrize(("kind", "end"), [*ENDS, (SpawnAgent(), without(SPAWN_END, "new_thread_id"))], ids=repr)
def test_an_end_may_say_when(kind: AnyToolKind, end: Item, schema_version: int) -> None:
    recording = recording_with_end(kind, {**end, "completed_at_ms": 5}, schema_version)

    assert tool_call(recording).raw_runtime_payload_ids == ("raw_payload:1",)
