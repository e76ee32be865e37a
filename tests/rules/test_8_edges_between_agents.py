"""Spec 3, section 8: what one agent sends another, from the tool that sends it to the item that brings it."""

import json
from typing import Any

import msgspec
import pytest

from recording import (
    CHILD,
    ROOT,
    START,
    Item,
    Recording,
    agent_message,
    assert_refused,
    assistant,
    function_call,
    message,
    recording_with_turn,
    user,
)
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events.types import AgentResultObserved, ProtocolEventObserved, RolloutEnded
from rollout_trace.ids import CodexTurnId, EdgeId, ItemId, RawPayloadId, ThreadId, ToolCallId
from rollout_trace.model.edges import Anchor, EdgeKind, InteractionEdge, ItemAnchor, ThreadAnchor, ToolCallAnchor
from rollout_trace.reduce.modes import Mode
from rollout_trace.values import (
    AnyToolKind,
    AssignAgentTask,
    CloseAgent,
    ExecCommand,
    Other,
    PayloadKind,
    PayloadKindName,
    PayloadRef,
    RolloutStatus,
    SendMessage,
    SpawnAgent,
    WaitAgent,
)

GRANDCHILD = "00000000-0000-4000-8000-000000000003"
NOBODY = "00000000-0000-4000-8000-00000000000f"

MESSAGE_KINDS = pytest.mark.parametrize("kind", [AssignAgentTask(), SendMessage()], ids=repr)


# Payloads of the runtime.


def message_begin(prompt: str = "hello", receiver: str = CHILD) -> Item:
    return {"call_id": "call", "sender_thread_id": ROOT, "receiver_thread_id": receiver, "prompt": prompt}


def message_end(prompt: str = "hello", receiver: str = CHILD) -> Item:
    return {**message_begin(prompt, receiver), "status": "running"}


def spawn_end(prompt: str = "hello", child: Any = CHILD, sender: str = ROOT) -> Item:
    return {
        "call_id": "call",
        "sender_thread_id": sender,
        "new_thread_id": child,
        "prompt": prompt,
        "model": "a-model",
        "reasoning_effort": "low",
        "status": "running",
    }


def close_begin(receiver: str = CHILD) -> Item:
    return {"call_id": "call", "sender_thread_id": ROOT, "receiver_thread_id": receiver}


def close_end(receiver: str = CHILD) -> Item:
    return {**close_begin(receiver), "status": "shutdown"}


def activity(kind: str, agent: str = CHILD) -> Item:
    return {"event_id": "event", "agent_thread_id": agent, "agent_path": "/root/worker", "kind": kind}


def asks(text: str) -> Item:
    """The invocation of a tool that tells an agent something."""
    arguments = json.dumps({"message": text})
    return {"tool_name": "tell", "payload": {"type": "function", "arguments": arguments}}


def without(payload: Item, field: str) -> Item:
    return {name: value for name, value in payload.items() if name != field}


# What is there before a message goes out, and how it arrives.


def recording_with_child() -> Recording:
    """The root and a child (`/root/worker`), each in a turn (seq 1 to 4)."""
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/worker")
    recording.turn("turn-2", CHILD)
    return recording


def recording_with_message_underway(text: str = "hello") -> Recording:
    """A message from the root to its child that has not arrived (seq 5 and 6, `raw_payload:1`)."""
    recording = recording_with_child()
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin(text))
    return recording


def child_sees(recording: Recording, call: str, *items: Item) -> int:
    return recording.request(call, list(items), thread=CHILD, turn="turn-2")


def delivery(text: str = "hello") -> Item:
    return agent_message("/root", "/root/worker", text)


def result_observed(
    recording: Recording,
    edge: str,
    text: str = "done",
    *,
    child: str = CHILD,
    turn: str = "turn-2",
    payload: PayloadRef | None = None,
    **envelope: Any,
) -> int:
    observed = AgentResultObserved(
        edge_id=EdgeId(edge),
        child_thread_id=ThreadId(child),
        child_codex_turn_id=CodexTurnId(turn),
        parent_thread_id=ThreadId(ROOT),
        message=text,
        carried_payload=payload,
    )
    return recording.event(observed, thread=child, turn=turn, **envelope)


def edges(recording: Recording, mode: Mode = Mode.DEFAULT) -> dict[EdgeId, InteractionEdge]:
    return recording.reduce(mode).trace.interaction_edges


def edge(recording: Recording, edge_id: str, mode: Mode = Mode.DEFAULT) -> InteractionEdge:
    return edges(recording, mode)[EdgeId(edge_id)]


def expected_edge(
    edge_id: str, kind: str, source: Anchor, target: Anchor, *, times: tuple[int, int | None], payloads: tuple[int, ...]
) -> InteractionEdge:
    """An edge between these ends, from one `seq` to another, that carries these payloads and its target if an item."""
    start, end = times
    return InteractionEdge(
        edge_id=EdgeId(edge_id),
        kind=EdgeKind(kind),
        source=source,
        target=target,
        started_at_unix_ms=START + start,
        ended_at_unix_ms=None if end is None else START + end,
        carried_item_ids=(target.item_id,) if isinstance(target, ItemAnchor) else (),
        carried_raw_payload_ids=tuple(RawPayloadId(f"raw_payload:{number}") for number in payloads),
    )


def tool_anchor(tool: str = "tool-1") -> ToolCallAnchor:
    return ToolCallAnchor(ToolCallId(tool))


def item_anchor(number: int) -> ItemAnchor:
    return ItemAnchor(ItemId(f"conversation_item:{number}"))


def thread_anchor(thread: str) -> ThreadAnchor:
    return ThreadAnchor(ThreadId(thread))


# Agent deliveries: which items bring a message.


def agent_item(*content: Item) -> Item:
    return {"type": "agent_message", "author": "/root", "recipient": "/root/worker", "content": list(content)}


def text_entry(text: str) -> Item:
    return {"type": "input_text", "text": text}


def encrypted_entry(value: str) -> Item:
    return {"type": "encrypted_content", "encrypted_content": value}


OLDER = {"author": "/root", "recipient": "/root/worker", "content": "hello", "trigger_turn": True}


def older(**fields: Any) -> Item:
    """An assistant message of an older trace; `fields` override what its text says."""
    return assistant(json.dumps(OLDER | fields))


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(agent_item(text_entry("hello")), id="text"),
        pytest.param(agent_item(encrypted_entry("hello")), id="encrypted-content"),
        pytest.param(
            agent_item(text_entry("From /root:"), encrypted_entry("hello")), id="text-before-encrypted-content"
        ),
        pytest.param(older(), id="an-older-message"),
        pytest.param(older(trigger_turn=False), id="an-older-message-that-triggers-no-turn"),
        pytest.param(older(content="", encrypted_content="hello"), id="an-older-message-with-encrypted-content"),
        pytest.param(older(encrypted_content=None), id="an-older-message-whose-encrypted-content-is-null"),
        pytest.param(older(id="id-1"), id="an-older-message-with-an-id"),
        pytest.param(older(id=None), id="an-older-message-whose-id-is-null"),
        pytest.param(older(other_recipients=["/root/b", "/morpheus"]), id="an-older-message-to-others-too"),
        pytest.param(older(more=[1]), id="an-older-message-with-other-fields"),
        pytest.param(assistant(json.dumps(OLDER), phase="commentary"), id="an-older-message-with-a-channel"),
    ],
)
def test_an_item_that_is_an_agent_delivery_brings_its_message(item: Item) -> None:
    recording = recording_with_message_underway("hello")
    child_sees(recording, "inf-1", item)

    assert edge(recording, "edge:tool:tool-1").target == item_anchor(1)


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(agent_item(text_entry("hello"), text_entry("hello")), id="two-texts"),
        pytest.param(agent_item(encrypted_entry("hello"), text_entry("hello")), id="text-after-encrypted-content"),
        pytest.param(agent_item(encrypted_entry("hello"), encrypted_entry("hello")), id="encrypted-content-twice"),
        pytest.param(
            agent_item(text_entry("hello"), text_entry("hello"), encrypted_entry("hello")),
            id="two-texts-before-encrypted-content",
        ),
        pytest.param(agent_item(text_entry("hello again")), id="another-text"),
        pytest.param(agent_item(text_entry("hello"), encrypted_entry("x")), id="another-encrypted-content"),
        pytest.param(agent_item(text_entry("hello")) | {"author": "/root/other"}, id="another-author"),
        pytest.param(agent_item(text_entry("hello")) | {"recipient": "/root/other"}, id="another-recipient"),
        pytest.param(message("user", json.dumps(OLDER)), id="an-older-message-of-a-user"),
        pytest.param(
            {**assistant(""), "content": [text_entry(json.dumps(OLDER))] * 2}, id="an-older-message-in-two-parts"
        ),
        pytest.param(assistant("hello"), id="an-assistants-plain-text"),
        pytest.param(assistant(json.dumps([OLDER])), id="an-older-message-that-is-no-object"),
        *(
            pytest.param(assistant(json.dumps(without(OLDER, field))), id=f"an-older-message-without-{field}")
            for field in OLDER
        ),
        pytest.param(older(author="root"), id="an-older-message-with-an-invalid-author"),
        pytest.param(older(author="/root/Worker"), id="an-older-message-with-an-author-in-capitals"),
        pytest.param(older(recipient="/root/worker/"), id="an-older-message-with-an-invalid-recipient"),
        pytest.param(older(recipient="/root/other"), id="an-older-message-to-another"),
        pytest.param(older(author="/root/other"), id="an-older-message-of-another"),
        pytest.param(older(content=None), id="an-older-message-whose-content-is-null"),
        pytest.param(older(trigger_turn=1), id="an-older-message-whose-trigger-is-a-number"),
        pytest.param(older(id=1), id="an-older-message-whose-id-is-a-number"),
        pytest.param(older(encrypted_content=1), id="an-older-message-whose-encrypted-content-is-a-number"),
        pytest.param(older(encrypted_content="x"), id="an-older-message-with-another-encrypted-content"),
        pytest.param(older(encrypted_content=""), id="an-older-message-with-an-empty-encrypted-content"),
        pytest.param(older(other_recipients=None), id="an-older-message-whose-others-are-null"),
        pytest.param(older(other_recipients=["/root/root"]), id="an-older-message-with-an-invalid-other"),
    ],
)
def test_an_item_that_is_no_such_agent_delivery_brings_nothing(item: Item) -> None:
    recording = recording_with_message_underway("hello")
    child_sees(recording, "inf-1", item)

    assert edges(recording) == {}


def test_a_delivery_counts_only_in_the_thread_of_its_recipient() -> None:
    recording = recording_with_message_underway("hello")
    recording.request("inf-1", [delivery("hello")])  # in the conversation of the sender

    assert edges(recording) == {}


def test_a_delivery_that_an_answer_brings_counts_too() -> None:
    recording = recording_with_message_underway("hello")
    child_sees(recording, "inf-1", user("go"))
    recording.answer("inf-1", [older()], thread=CHILD, turn="turn-2")

    assert edge(recording, "edge:tool:tool-1").target == item_anchor(2)


# Queueing a delivery.


def test_a_delivery_that_was_seen_before_makes_the_edge_at_once() -> None:
    recording = recording_with_child()
    child_sees(recording, "inf-1", user("go"), delivery("other"), delivery("hello"), delivery("hello"))
    tool = recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin("hello"))

    first = expected_edge(
        "edge:tool:tool-1", "send_message", tool_anchor(), item_anchor(3), times=(tool, None), payloads=(2,)
    )
    assert edge(recording, "edge:tool:tool-1") == first


def test_a_delivery_that_is_an_edges_target_is_passed_over() -> None:
    recording = recording_with_child()
    child_sees(recording, "inf-1", delivery("hello"), delivery("hello"))
    for tool in ("tool-2", "tool-1"):
        recording.tool(tool, kind=SendMessage())
        recording.runtime_started(tool, message_begin("hello"))

    assert edge(recording, "edge:tool:tool-2").target == item_anchor(1)
    assert edge(recording, "edge:tool:tool-1").target == item_anchor(2)


def test_a_delivery_that_was_not_seen_waits_for_it() -> None:
    recording = recording_with_message_underway("hello")
    assert edges(recording) == {}

    child_sees(recording, "inf-1", user("go"), delivery("hello"))

    arrived = expected_edge(
        "edge:tool:tool-1", "send_message", tool_anchor(), item_anchor(2), times=(5, None), payloads=(1,)
    )
    assert edge(recording, "edge:tool:tool-1") == arrived


def test_a_delivery_that_waits_is_merged_with_one_of_the_same_edge() -> None:
    recording = recording_with_child()
    start = recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin("hello"))
    end = recording.runtime_ended("tool-1", message_end("hello"))
    child_sees(recording, "inf-1", delivery("hello"))

    merged = expected_edge(
        "edge:tool:tool-1", "send_message", tool_anchor(), item_anchor(1), times=(start, end), payloads=(1, 2)
    )
    assert edge(recording, "edge:tool:tool-1") == merged


def test_a_merge_takes_the_earliest_start_and_the_latest_end() -> None:
    recording = recording_with_child()
    result_observed(recording, "edge-1", wall_time_unix_ms=START + 20)
    result_observed(recording, "edge-1", wall_time_unix_ms=START + 30)
    result_observed(recording, "edge-1", wall_time_unix_ms=START + 10)
    recording.request("inf-1", [agent_message("/root/worker", "/root", "done")])

    merged = edge(recording, "edge-1")

    assert (merged.started_at_unix_ms, merged.ended_at_unix_ms) == (START + 10, START + 30)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(message_end("bye"), id="another-message"),
        pytest.param(message_end(receiver=GRANDCHILD), id="another-target-thread"),
    ],
)
def test_a_delivery_that_waits_with_other_data_under_its_edge_id_is_rejected(end: Item) -> None:
    recording = recording_with_message_underway("hello")
    recording.runtime_ended("tool-1", end)

    assert_refused(recording, Code.CONFLICT, edge_id="edge:tool:tool-1")


def test_a_delivery_that_waits_with_another_source_under_its_edge_id_is_rejected() -> None:
    recording = recording_with_child()
    result_observed(recording, "edge-1")  # from the child as a whole
    child_sees(recording, "inf-1", user("go"))
    recording.answer("inf-1", [assistant("ready")], thread=CHILD, turn="turn-2")
    result_observed(recording, "edge-1")  # from what it said

    assert_refused(recording, Code.CONFLICT, edge_id="edge-1")


def test_deliveries_of_one_message_arrive_in_the_order_in_which_they_were_queued() -> None:
    recording = recording_with_child()
    for tool in ("tool-2", "tool-1", "tool-3"):
        recording.tool(tool, kind=SendMessage())
        recording.runtime_started(tool, message_begin("hello"))
    recording.runtime_ended("tool-2", message_end("hello"))  # merged where it waits
    child_sees(recording, "inf-1", delivery("hello"), delivery("hello"))

    targets = {edge_id: made.target for edge_id, made in edges(recording).items()}

    assert targets == {"edge:tool:tool-2": item_anchor(1), "edge:tool:tool-1": item_anchor(2)}


def test_a_delivery_that_is_sighted_again_brings_no_second_message() -> None:
    recording = recording_with_child()
    for tool in ("tool-1", "tool-2"):
        recording.tool(tool, kind=SendMessage())
        recording.runtime_started(tool, message_begin("hello"))
    child_sees(recording, "inf-1", delivery("hello"))
    child_sees(recording, "inf-2", delivery("hello"))  # the same item

    assert list(edges(recording)) == ["edge:tool:tool-1"]


def test_codex_lets_a_delivery_wait_that_is_queued_again_after_it_has_arrived() -> None:
    recording = recording_with_message_underway("hello")
    child_sees(recording, "inf-1", delivery("hello"))
    recording.runtime_ended("tool-1", message_end("hello"))

    arrived = expected_edge(
        "edge:tool:tool-1", "send_message", tool_anchor(), item_anchor(1), times=(5, None), payloads=(1,)
    )
    assert edges(recording, Mode.CODEX) == {"edge:tool:tool-1": arrived}  # without the end, which waits for ever


def test_codex_rejects_an_equal_message_that_arrives_after_the_delivery_was_queued_again() -> None:
    recording = recording_with_message_underway("hello")
    child_sees(recording, "inf-1", delivery("hello"))
    recording.runtime_ended("tool-1", message_end("hello"))
    child_sees(recording, "inf-2", delivery("hello"), delivery("hello"))

    assert_refused(recording, Code.CONFLICT, Mode.CODEX, edge_id="edge:tool:tool-1")


def test_codex_rejects_a_delivery_that_is_queued_again_where_two_equal_messages_have_arrived() -> None:
    recording = recording_with_child()
    child_sees(recording, "inf-1", delivery("hello"), delivery("hello"))
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin("hello"))
    recording.runtime_ended("tool-1", message_end("hello"))  # takes the other one as its target

    assert_refused(recording, Code.CONFLICT, Mode.CODEX, edge_id="edge:tool:tool-1")


# Making an edge whose id exists.


def test_an_edge_of_another_kind_under_its_id_is_rejected() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=CloseAgent())
    recording.runtime_started("tool-1", close_begin())
    recording.request("inf-1", [agent_message("/root/worker", "/root", "done")])
    result_observed(recording, "edge:tool:tool-1")

    assert_refused(recording, Code.CONFLICT, edge_id="edge:tool:tool-1")


def test_an_edge_of_another_source_under_its_id_is_rejected() -> None:
    recording = recording_with_child()
    recording.request("inf-1", [agent_message("/root/worker", "/root", "done")] * 2)
    result_observed(recording, "edge-1")
    child_sees(recording, "inf-2", user("go"))
    recording.answer("inf-2", [assistant("ready")], thread=CHILD, turn="turn-2")
    result_observed(recording, "edge-1")

    assert_refused(recording, Code.CONFLICT, edge_id="edge-1")


def test_an_edge_of_another_target_under_its_id_is_rejected() -> None:
    recording = recording_with_child()
    recording.thread(GRANDCHILD, "/root/worker/helper")
    recording.tool("tool-1", kind=CloseAgent())
    recording.runtime_started("tool-1", close_begin(CHILD))
    recording.runtime_ended("tool-1", close_end(GRANDCHILD))

    assert_refused(recording, Code.CONFLICT, edge_id="edge:tool:tool-1")


# Messages and tasks.


@MESSAGE_KINDS
def test_the_runtime_of_a_message_leads_from_the_tool_to_the_item_that_brings_it(kind: AnyToolKind) -> None:
    recording = recording_with_child()
    start = recording.tool("tool-1", kind=kind)
    recording.runtime_started("tool-1", message_begin("hello"))
    end = recording.runtime_ended("tool-1", message_end("hello"))
    child_sees(recording, "inf-1", delivery("hello"))

    name = {AssignAgentTask(): "assign_agent_task", SendMessage(): "send_message"}[kind]
    arrived = expected_edge(
        "edge:tool:tool-1", name, tool_anchor(), item_anchor(1), times=(start, end), payloads=(1, 2)
    )
    assert edges(recording) == {"edge:tool:tool-1": arrived}


@MESSAGE_KINDS
def test_the_runtime_end_of_a_message_is_enough(kind: AnyToolKind) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=kind)
    recording.runtime_ended("tool-1", message_end("hello"))
    child_sees(recording, "inf-1", delivery("hello"))

    assert edge(recording, "edge:tool:tool-1").target == item_anchor(1)


def test_the_author_of_a_message_is_the_agent_of_the_tools_thread() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SendMessage(), thread=CHILD, turn="turn-2")
    recording.runtime_started("tool-1", message_begin("hello", receiver=ROOT))  # whatever sender it names
    recording.request(
        "inf-1", [agent_message("/root", "/root", "hello"), agent_message("/root/worker", "/root", "hello")]
    )

    assert edge(recording, "edge:tool:tool-1").target == item_anchor(2)


def test_an_edge_carries_the_payloads_of_its_tool_that_are_known_by_then() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SendMessage(), invocation={})
    recording.runtime_started("tool-1", message_begin("hello"))
    recording.tool_ended("tool-1", result={"type": "error", "error": "no"})
    recording.runtime_ended("tool-1", message_end("hello"))
    child_sees(recording, "inf-1", delivery("hello"))

    carried = edge(recording, "edge:tool:tool-1").carried_raw_payload_ids
    assert carried == ("raw_payload:1", "raw_payload:2", "raw_payload:3", "raw_payload:4")


def test_an_edge_carries_invocation_then_runtime_then_result() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SendMessage(), invocation={})
    recording.tool_ended("tool-1", result={"type": "error", "error": "no"})
    recording.runtime_ended("tool-1", message_end("hello"))  # the first time that the message is seen to go
    child_sees(recording, "inf-1", delivery("hello"))

    carried = edge(recording, "edge:tool:tool-1").carried_raw_payload_ids
    assert carried == ("raw_payload:1", "raw_payload:3", "raw_payload:2")


# Spawns.


def test_the_runtime_end_of_a_spawn_leads_from_the_tool_to_the_item_that_brings_the_task() -> None:
    recording = recording_with_child()
    start = recording.tool("tool-1", kind=SpawnAgent())
    end = recording.runtime_ended("tool-1", spawn_end("hello"))
    child_sees(recording, "inf-1", delivery("hello"))

    edge_id = f"edge:spawn:{ROOT}:{CHILD}"
    arrived = expected_edge(edge_id, "spawn_agent", tool_anchor(), item_anchor(1), times=(start, end), payloads=(1,))
    assert edges(recording) == {edge_id: arrived}


def test_the_spawn_edge_is_named_after_the_sender_that_the_runtime_names() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", spawn_end("hello", sender=NOBODY))
    child_sees(recording, "inf-1", delivery("hello"))

    assert list(edges(recording)) == [f"edge:spawn:{NOBODY}:{CHILD}"]


@pytest.mark.parametrize("end", [spawn_end(child=None), without(spawn_end(), "new_thread_id")], ids=["null", "absent"])
def test_a_spawn_without_a_new_thread_leads_nowhere(end: Item) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", end)
    child_sees(recording, "inf-1", delivery("hello"))

    assert edges(recording) == {}


def test_the_runtime_begin_of_a_spawn_is_not_read() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_started("tool-1", b"no JSON")
    child_sees(recording, "inf-1", delivery("hello"))

    assert edges(recording) == {}


# Closing.


def test_closing_leads_from_the_tool_to_the_thread() -> None:
    recording = recording_with_child()
    start = recording.tool("tool-1", kind=CloseAgent())
    recording.runtime_started("tool-1", close_begin())

    begun = expected_edge(
        "edge:tool:tool-1", "close_agent", tool_anchor(), thread_anchor(CHILD), times=(start, None), payloads=(1,)
    )
    assert edges(recording) == {"edge:tool:tool-1": begun}

    end = recording.runtime_ended("tool-1", close_end())

    done = expected_edge(
        "edge:tool:tool-1", "close_agent", tool_anchor(), thread_anchor(CHILD), times=(start, end), payloads=(1, 2)
    )
    assert edges(recording) == {"edge:tool:tool-1": done}


def test_closing_an_unknown_thread_leads_nowhere() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=CloseAgent())
    recording.runtime_started("tool-1", close_begin(NOBODY))
    recording.runtime_ended("tool-1", close_end(NOBODY))
    recording.thread(NOBODY, "/root/late")

    assert edges(recording) == {}


# Required fields.


@pytest.mark.parametrize(
    ("kind", "begin", "field"),
    [
        *((kind, message_begin(), field) for kind in (AssignAgentTask(), SendMessage()) for field in message_begin()),
        *((CloseAgent(), close_begin(), field) for field in close_begin()),
    ],
)
def test_a_begin_without_a_required_field_is_rejected(kind: AnyToolKind, begin: Item, field: str) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=kind)
    recording.runtime_started("tool-1", without(begin, field))

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1")


@pytest.mark.parametrize(
    ("kind", "end", "field"),
    [
        *((kind, message_end(), field) for kind in (AssignAgentTask(), SendMessage()) for field in message_end()),
        *((SpawnAgent(), spawn_end(), field) for field in spawn_end() if field != "new_thread_id"),
        *((CloseAgent(), close_end(), field) for field in close_end()),
        *((CloseAgent(), activity("interrupted"), field) for field in activity("interrupted")),
    ],
)
def test_an_end_without_a_required_field_is_rejected(kind: AnyToolKind, end: Item, field: str) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=kind)
    recording.runtime_ended("tool-1", without(end, field))

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1")


@pytest.mark.parametrize(
    ("kind", "end", "field", "value"),
    [
        *((SendMessage(), message_end(), field, value) for field in message_end() for value in (None, 1)),
        *((SpawnAgent(), spawn_end(), field, 1) for field in spawn_end()),
        *((SpawnAgent(), spawn_end(), field, None) for field in spawn_end() if field != "new_thread_id"),
        *((CloseAgent(), close_end(), field, value) for field in close_end() for value in (None, 1)),
        *((CloseAgent(), activity("interrupted"), field, None) for field in activity("interrupted")),
    ],
)
def test_an_end_with_a_field_of_another_type_is_rejected(kind: AnyToolKind, end: Item, field: str, value: Any) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=kind)
    recording.runtime_ended("tool-1", {**end, field: value})

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1")


# Thread ids, statuses and paths.


LETTERS = "abcdefab-cdef-4abc-8def-abcdefabcdef"


@pytest.mark.parametrize(
    "spelling",
    [
        LETTERS,
        LETTERS.upper(),
        LETTERS.replace("-", ""),
        LETTERS.upper().replace("-", ""),
        f"{{{LETTERS}}}",
        f"urn:uuid:{LETTERS}",
    ],
)
def test_a_thread_id_of_a_runtime_payload_is_a_uuid_in_any_usual_spelling(spelling: str) -> None:
    recording = recording_with_child()
    recording.thread(LETTERS, "/root/other")
    recording.tool("tool-1", kind=CloseAgent())
    recording.runtime_started("tool-1", close_begin(spelling))
    recording.tool("tool-2", kind=SpawnAgent())
    recording.runtime_ended("tool-2", spawn_end(sender=spelling, child=spelling))

    spawn = f"edge:spawn:{LETTERS}:{LETTERS}"
    targets = {edge_id: made.target for edge_id, made in edges(recording).items()}
    assert targets == {"edge:tool:tool-1": thread_anchor(LETTERS), spawn: thread_anchor(LETTERS)}


@pytest.mark.parametrize(
    "spelling",
    [
        "",
        "thread-1",
        LETTERS[:-1],
        LETTERS + "0",
        "g" + LETTERS[1:],
        LETTERS.replace("-", "", 1),
        f"{{{LETTERS}",
        f"{LETTERS}\n",
    ],
)
@pytest.mark.parametrize("field", ["sender_thread_id", "receiver_thread_id"])
def test_a_thread_id_of_a_runtime_payload_that_is_no_uuid_is_rejected(field: str, spelling: str) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin() | {field: spelling})

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1")


ENDS = pytest.mark.parametrize(
    ("kind", "end"),
    [
        (SendMessage(), message_end()),
        (AssignAgentTask(), message_end()),
        (SpawnAgent(), spawn_end()),
        (CloseAgent(), close_end()),
    ],
)


@ENDS
@pytest.mark.parametrize(
    "status",
    [
        *("pending_init", "running", "interrupted", "shutdown", "not_found"),
        *({"completed": "text"}, {"completed": None}, {"errored": "text"}),
    ],
    ids=repr,
)
def test_a_well_formed_agent_status_is_accepted(kind: AnyToolKind, end: Item, status: Any) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=kind)
    recording.runtime_ended("tool-1", end | {"status": status})
    child_sees(recording, "inf-1", delivery("hello"))

    assert len(edges(recording)) == 1


@ENDS
@pytest.mark.parametrize(
    "status",
    [
        *("completed", "errored", "Running", ""),
        *(
            {"errored": None},
            {"completed": 1},
            {"running": None},
            {"completed": None, "errored": "text"},
            {},
            ["running"],
        ),
    ],
    ids=repr,
)
def test_a_malformed_agent_status_is_rejected(kind: AnyToolKind, end: Item, status: Any) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=kind)
    recording.runtime_ended("tool-1", end | {"status": status})

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1")


@pytest.mark.parametrize("path", ["/root", "/root/a_1", "/root/a/b", "/morpheus", "/root/rooted", "/root/a/morpheus"])
def test_a_well_formed_activity_path_is_accepted(path: str) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=CloseAgent())
    recording.runtime_ended("tool-1", activity("interrupted") | {"agent_path": path})

    assert edge(recording, "edge:tool:tool-1").target == thread_anchor(CHILD)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "root",
        "/root/",
        "/root//a",
        "/root/A",
        "/root/a-b",
        "/root/root",
        "/root/.",
        "/root/..",
        "/other",
        "/morpheus/a",
        "/root/a\n",
        "/root/é",
    ],
)
def test_a_malformed_activity_path_is_rejected(path: str) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=CloseAgent())
    recording.runtime_ended("tool-1", activity("interrupted") | {"agent_path": path})

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1")


# Activities.


def test_the_activity_started_is_a_spawn() -> None:
    recording = recording_with_child()
    start = recording.tool("tool-1", kind=SpawnAgent(), invocation=asks("hello"))
    end = recording.runtime_ended("tool-1", activity("started"))
    child_sees(recording, "inf-1", delivery("hello"))

    edge_id = f"edge:spawn:{ROOT}:{CHILD}"
    arrived = expected_edge(edge_id, "spawn_agent", tool_anchor(), item_anchor(1), times=(start, end), payloads=(1, 2))
    assert edges(recording) == {edge_id: arrived}


def test_the_parent_of_an_activity_started_is_the_tools_thread() -> None:
    recording = recording_with_child()
    recording.thread(GRANDCHILD, "/root/worker/helper")
    recording.tool("tool-1", kind=SpawnAgent(), invocation=asks("help"), thread=CHILD, turn="turn-2")
    recording.runtime_ended("tool-1", activity("started", GRANDCHILD))

    assert list(edges(recording)) == [f"edge:spawn:{CHILD}:{GRANDCHILD}"]


@pytest.mark.parametrize(
    ("kind", "name"), [(AssignAgentTask(), "assign_agent_task"), (SendMessage(), "send_message")], ids=repr
)
def test_the_activity_interacted_is_a_message(kind: AnyToolKind, name: str) -> None:
    recording = recording_with_child()
    start = recording.tool("tool-1", kind=kind, invocation=asks("hello"))
    end = recording.runtime_ended("tool-1", activity("interacted"))
    child_sees(recording, "inf-1", delivery("hello"))

    arrived = expected_edge(
        "edge:tool:tool-1", name, tool_anchor(), item_anchor(1), times=(start, end), payloads=(1, 2)
    )
    assert edges(recording) == {"edge:tool:tool-1": arrived}


def test_the_activity_interrupted_is_a_closing() -> None:
    recording = recording_with_child()
    start = recording.tool("tool-1", kind=CloseAgent())
    end = recording.runtime_ended("tool-1", activity("interrupted"))

    closed = expected_edge(
        "edge:tool:tool-1", "close_agent", tool_anchor(), thread_anchor(CHILD), times=(start, end), payloads=(1,)
    )
    assert edges(recording) == {"edge:tool:tool-1": closed}


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        *((SpawnAgent(), what) for what in ("interacted", "interrupted")),
        *((AssignAgentTask(), what) for what in ("started", "interrupted")),
        *((SendMessage(), what) for what in ("started", "interrupted")),
        *((CloseAgent(), what) for what in ("started", "interacted")),
        *((kind, what) for kind in (Other("a-tool"), WaitAgent()) for what in ("started", "interacted", "interrupted")),
    ],
)
def test_an_activity_that_does_not_fit_its_tool_is_rejected(kind: AnyToolKind, what: str) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=kind, invocation=asks("hello"))
    recording.runtime_ended("tool-1", activity(what))

    assert_refused(recording, Code.CONFLICT, tool_call_id="tool-1")


@pytest.mark.parametrize("kind", [SpawnAgent(), SendMessage(), CloseAgent(), ExecCommand()], ids=repr)
def test_the_activity_completed_fits_every_tool_and_does_nothing(kind: AnyToolKind) -> None:
    # The prose gives it to schema 2 alone; the reducer of 0.160.0 takes it too.
    recording = recording_with_child()
    recording.tool("tool-1", kind=kind)
    recording.runtime_ended("tool-1", activity("completed"))

    assert recording.reduce(Mode.CODEX).trace.interaction_edges == {}


@pytest.mark.parametrize("field", ["receiver_agent_nickname", "receiver_agent_role"])
def test_the_name_and_role_of_a_receiver_are_texts_if_they_are_there(field: str) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_ended("tool-1", {**message_end("hello"), field: 5})

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1")


def test_the_reasoning_effort_of_a_spawn_is_not_empty() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", {**spawn_end("hello"), "reasoning_effort": ""})

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1")


def test_the_message_may_not_stand_twice_in_the_arguments_of_a_tool() -> None:
    recording = recording_with_child()
    twice = {"payload": {"type": "function", "arguments": '{"message":"one","message":"two"}'}}
    recording.tool("tool-1", kind=SpawnAgent(), invocation=twice)
    recording.runtime_ended("tool-1", activity("started"))

    assert_refused(recording, Code.PAYLOAD_SHAPE, tool_call_id="tool-1", raw_payload_id="raw_payload:1")


@pytest.mark.parametrize("what", ["ended", "Interrupted", ""])
def test_an_activity_of_an_unknown_kind_is_rejected(what: str) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=CloseAgent())
    recording.runtime_ended("tool-1", activity(what))

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1")


def test_a_runtime_end_of_any_tool_that_has_an_agent_thread_id_is_an_activity() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_ended("tool-1", {"agent_thread_id": None})

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:1")


@pytest.mark.parametrize(("kind", "what"), [(SpawnAgent(), "started"), (SendMessage(), "interacted")], ids=repr)
@pytest.mark.parametrize(
    "invocation",
    [
        pytest.param([], id="a-list"),
        pytest.param({"payload": {"type": "function"}}, id="no-arguments"),
        pytest.param({"payload": {"type": "function", "arguments": "hello"}}, id="arguments-that-are-no-json"),
        pytest.param({"payload": {"type": "function", "arguments": "{}"}}, id="no-message"),
        pytest.param({"payload": {"type": "function", "arguments": '{"message":null}'}}, id="a-message-that-is-null"),
    ],
)
def test_an_activity_whose_message_cannot_be_read_is_rejected(kind: AnyToolKind, what: str, invocation: Any) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=kind, invocation=invocation)
    recording.runtime_ended("tool-1", activity(what))

    assert_refused(recording, Code.PAYLOAD_SHAPE, tool_call_id="tool-1", raw_payload_id="raw_payload:1")


def test_an_activity_without_an_invocation_has_no_message_and_is_rejected() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_ended("tool-1", activity("interacted"))

    assert_refused(recording, Code.PAYLOAD_SHAPE, tool_call_id="tool-1")


# Results of agents.


def test_a_result_of_an_unknown_child_is_rejected() -> None:
    recording = recording_with_child()
    result_observed(recording, "edge-1", child=GRANDCHILD)

    assert_refused(recording, Code.UNKNOWN_REFERENCE, thread_id=GRANDCHILD)


def test_a_result_leads_from_what_the_child_said_to_the_item_that_brings_it() -> None:
    recording = recording_with_child()
    child_sees(recording, "inf-1", user("go"))
    recording.answer("inf-1", [assistant("done")], thread=CHILD, turn="turn-2")
    seq = result_observed(recording, "edge-1", "done", payload=recording.payload("agent_result", {}))
    recording.request("inf-2", [agent_message("/root/worker", "/root", "done")])

    arrived = expected_edge("edge-1", "agent_result", item_anchor(2), item_anchor(3), times=(seq, seq), payloads=(3,))
    assert edges(recording) == {"edge-1": arrived}


def test_a_result_of_a_child_that_said_nothing_leads_from_its_thread() -> None:
    recording = recording_with_child()
    child_sees(recording, "inf-1", user("go"), function_call("call-1"))
    seq = result_observed(recording, "edge-1", "done")
    recording.request("inf-2", [agent_message("/root/worker", "/root", "done")])

    arrived = expected_edge(
        "edge-1", "agent_result", thread_anchor(CHILD), item_anchor(3), times=(seq, seq), payloads=()
    )
    assert edges(recording) == {"edge-1": arrived}


def result_source(recording: Recording) -> Anchor:
    """Where the result of the child leads from, once it has been observed and brought to the root."""
    result_observed(recording, "edge-1", "done")
    recording.request("inf-9", [agent_message("/root/worker", "/root", "done")])
    return edge(recording, "edge-1").source


def test_the_source_of_a_result_is_no_agent_message() -> None:
    recording = recording_with_child()
    child_sees(recording, "inf-1", user("go"))
    recording.answer("inf-1", [assistant("done"), delivery("more")], thread=CHILD, turn="turn-2")

    assert result_source(recording) == item_anchor(2)


def test_the_source_of_a_result_is_the_childs_latest_message() -> None:
    recording = recording_with_child()
    child_sees(recording, "inf-1", user("go"))
    recording.answer("inf-1", [assistant("thinking")], thread=CHILD, turn="turn-2")
    child_sees(recording, "inf-2", user("go"), assistant("thinking"))
    recording.answer("inf-2", [assistant("done")], thread=CHILD, turn="turn-2")

    assert result_source(recording) == item_anchor(3)


def test_the_source_of_a_result_is_the_latest_message_by_time_not_by_place() -> None:
    recording = recording_with_child()
    child_sees(recording, "inf-1", user("go"))
    recording.answer("inf-1", [assistant("done")], thread=CHILD, turn="turn-2")
    child_sees(recording, "inf-2", user("go"), assistant("done"))
    recording.answer("inf-2", [assistant("early")], thread=CHILD, turn="turn-2")
    clock_set_back = recording.entries.pop().event
    recording.event(clock_set_back.payload, thread=CHILD, turn="turn-2", wall_time_unix_ms=START)

    assert result_source(recording) == item_anchor(2)


def test_the_source_of_a_result_is_of_equally_late_messages_the_one_whose_id_is_last_in_byte_order() -> None:
    recording = recording_with_child()
    child_sees(recording, "inf-1", *(user(f"{number}") for number in range(8)))
    said = [assistant("nine"), assistant("ten"), assistant("eleven")]
    recording.answer("inf-1", said, thread=CHILD, turn="turn-2")

    assert result_source(recording) == item_anchor(9)  # after conversation_item:10 and conversation_item:11


def test_the_source_of_a_result_is_of_the_childs_turn() -> None:
    recording = recording_with_child()
    child_sees(recording, "inf-1", user("go"))
    recording.answer("inf-1", [assistant("done")], thread=CHILD, turn="turn-2")
    recording.turn("turn-3", CHILD)
    recording.request("inf-2", [user("go"), assistant("done")], thread=CHILD, turn="turn-3")
    recording.answer("inf-2", [assistant("later")], thread=CHILD, turn="turn-3")
    recording.request("inf-3", [user("root")])
    recording.answer("inf-3", [assistant("of the root")])

    assert result_source(recording) == item_anchor(2)


def test_the_author_of_a_result_is_the_child() -> None:
    recording = recording_with_child()
    result_observed(recording, "edge-1", "done")
    recording.request("inf-1", [agent_message("/root/other", "/root", "done")])

    assert edges(recording) == {}


@pytest.mark.parametrize("mode", list(Mode))
def test_the_payload_of_a_result_is_carried_but_not_read(mode: Mode) -> None:
    recording = recording_with_child()
    result_observed(recording, "edge-1", "done", payload=recording.payload("agent_result", b"no JSON"))
    recording.request("inf-1", [agent_message("/root/worker", "/root", "done")])

    reduction = recording.reduce(mode)

    assert reduction.trace.interaction_edges[EdgeId("edge-1")].carried_raw_payload_ids == ("raw_payload:1",)
    assert reduction.diagnostics == ()


# The end of the log.


@pytest.mark.parametrize("mode", list(Mode))
def test_at_the_end_of_the_log_a_waiting_spawn_leads_to_the_child(mode: Mode) -> None:
    recording = recording_with_child()
    start = recording.tool("tool-1", kind=SpawnAgent())
    end = recording.runtime_ended("tool-1", spawn_end("hello"))

    edge_id = f"edge:spawn:{ROOT}:{CHILD}"
    spawned = expected_edge(
        edge_id, "spawn_agent", tool_anchor(), thread_anchor(CHILD), times=(start, end), payloads=(1,)
    )
    assert edges(recording, mode) == {edge_id: spawned}


def test_at_the_end_of_the_log_a_waiting_spawn_leads_to_a_child_that_came_later() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", spawn_end("hello"))
    assert edges(recording) == {}  # if the log ended here

    recording.thread(CHILD, "/root/worker")

    assert edge(recording, f"edge:spawn:{ROOT}:{CHILD}").target == thread_anchor(CHILD)


def test_at_the_end_of_the_log_a_waiting_spawn_of_an_unknown_child_is_dropped() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", spawn_end("hello"))

    assert edges(recording) == {}


def test_at_the_end_of_the_log_other_waiting_deliveries_are_dropped() -> None:
    recording = recording_with_child()
    for tool, kind in (("tool-1", SendMessage()), ("tool-2", AssignAgentTask())):
        recording.tool(tool, kind=kind)
        recording.runtime_ended(tool, message_end("hello"))
    result_observed(recording, "edge-1")

    assert edges(recording) == {}


def test_the_end_of_the_rollout_is_not_the_end_of_the_log() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", spawn_end("hello"))
    recording.event(RolloutEnded(status=RolloutStatus.COMPLETED))
    child_sees(recording, "inf-1", delivery("hello"))

    assert edge(recording, f"edge:spawn:{ROOT}:{CHILD}").target == item_anchor(1)


def test_codex_rejects_at_the_end_of_the_log_a_spawn_that_has_arrived_and_waits_again() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", spawn_end("hello"))
    child_sees(recording, "inf-1", delivery("hello"))
    recording.event(recording.entries[-2].event.payload)  # the runtime end once more

    with pytest.raises(Rejection) as rejected:
        recording.reduce(Mode.CODEX)

    spawn = f"edge:spawn:{ROOT}:{CHILD}"
    assert (rejected.value.code, rejected.value.ids) == (Code.CONFLICT, {"edge_id": spawn})
    assert (rejected.value.line, rejected.value.seq, rejected.value.event_type) == (None, None, None)


# protocol_event_observed.


@pytest.mark.parametrize("mode", list(Mode))
def test_a_protocol_event_only_registers_its_payload(mode: Mode) -> None:
    recording = recording_with_turn()
    before = recording.reduce(mode).trace
    kind = PayloadKind(PayloadKindName.PROTOCOL_EVENT)
    ref = PayloadRef(RawPayloadId("raw_payload:5"), kind, "payloads/5.json")  # there is no such file
    recording.event(ProtocolEventObserved(event_type="turn_started", event_payload=ref), thread=ROOT, turn="turn-1")

    reduction = recording.reduce(mode)

    assert reduction.trace.raw_payloads == {"raw_payload:5": ref}
    assert msgspec.structs.replace(reduction.trace, raw_payloads={}) == before
    assert reduction.diagnostics == ()
