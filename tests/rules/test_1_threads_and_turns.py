"""Spec 3, section 1: the rollout, its threads and their turns."""

from typing import Any

import pytest

from recording import (
    CHILD,
    ROOT,
    START,
    Recording,
    ended_at,
    exec_cell,
    recording_with_turn,
    running_since,
    user,
)
from rollout_trace.diagnostics import Code
from rollout_trace.events.types import (
    CodexTurnEnded,
    ProtocolEventObserved,
    RolloutEnded,
    RolloutStarted,
    ThreadEnded,
    ThreadStarted,
)
from rollout_trace.ids import (
    AgentPath,
    CodeCellId,
    CodexTurnId,
    EdgeId,
    InferenceCallId,
    RawPayloadId,
    ThreadId,
    TraceId,
)
from rollout_trace.model.threads import AgentThread, CodexTurn, RootOrigin, SpawnedOrigin
from rollout_trace.model.tools import CodeCell
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import ExecutionStatus, PayloadKind, PayloadKindName, PayloadRef, RolloutStatus


def thread_with_metadata(recording: Recording, metadata: Any) -> int:
    """Start the root with metadata of any shape."""
    ref = recording.payload("session_metadata", metadata)
    started = ThreadStarted(thread_id=ThreadId(ROOT), agent_path=AgentPath("/root"), metadata_payload=ref)
    return recording.event(started)


def spawned_thread(
    recording: Recording, path: str = "/root/event", *, spawn: dict[str, Any], metadata: dict[str, Any]
) -> int:
    """Start the child as one that the root has spawned."""
    thread_spawn = {"parent_thread_id": ROOT, **spawn}
    return recording.thread(CHILD, path, session_source={"subagent": {"thread_spawn": thread_spawn}}, **metadata)


def origin_of_child(reduction: Reduction) -> SpawnedOrigin:
    origin = reduction.trace.threads[ThreadId(CHILD)].origin
    assert isinstance(origin, SpawnedOrigin)
    return origin


def the_cell(reduction: Reduction) -> CodeCell:
    return reduction.trace.code_cells[CodeCellId("code_cell:cell-call")]


# What holds for every event.


def test_every_payload_reference_of_an_event_is_registered_by_its_id() -> None:
    recording = Recording()
    recording.thread(ROOT, nickname="Ada")
    ref = recording.payload("protocol_event", {})
    recording.event(ProtocolEventObserved(event_type="an-event", event_payload=ref))

    raw_payloads = recording.reduce().trace.raw_payloads

    assert list(raw_payloads) == ["raw_payload:1", "raw_payload:2"]
    assert raw_payloads[RawPayloadId("raw_payload:1")].kind.type == "session_metadata"
    assert raw_payloads[RawPayloadId("raw_payload:2")] == ref


def test_a_later_payload_reference_overwrites_one_of_the_same_id() -> None:
    recording = Recording()
    first = recording.payload("protocol_event", {})
    later = PayloadRef(first.raw_payload_id, PayloadKind(PayloadKindName.AGENT_RESULT), "payloads/later.json")
    recording.event(ProtocolEventObserved(event_type="an-event", event_payload=first))
    recording.event(ProtocolEventObserved(event_type="an-event", event_payload=later))

    assert recording.reduce().trace.raw_payloads == {first.raw_payload_id: later}


# `rollout_started`, `rollout_ended`.


def test_the_manifest_gives_the_first_values_of_the_rollout() -> None:
    trace = Recording().reduce().trace

    assert (trace.trace_id, trace.rollout_id, trace.root_thread_id) == ("trace-1", ROOT, ROOT)
    assert (trace.started_at_unix_ms, trace.ended_at_unix_ms, trace.status) == (START, None, "running")


def test_the_start_of_the_rollout_sets_its_trace_and_root_thread() -> None:
    recording = Recording()
    recording.event(RolloutStarted(trace_id=TraceId("trace-2"), root_thread_id=ThreadId(CHILD)))

    trace = recording.reduce().trace

    assert (trace.trace_id, trace.root_thread_id) == ("trace-2", CHILD)
    assert (trace.rollout_id, trace.started_at_unix_ms) == (ROOT, START)  # these stay the manifest's


@pytest.mark.parametrize("status", ["running", "completed", "failed", "aborted"])
def test_the_end_of_the_rollout_sets_its_status_and_end_time(status: str) -> None:
    recording = recording_with_turn()
    seq = recording.event(RolloutEnded(status=RolloutStatus(status)))

    trace = recording.reduce().trace

    assert (trace.status, trace.ended_at_unix_ms) == (status, START + seq)
    assert trace.threads[ThreadId(ROOT)].execution == running_since(1)  # its threads end by themselves


# `thread_started`.


def test_a_thread_that_exists_is_not_started_again() -> None:
    recording = Recording()
    recording.thread(ROOT)
    recording.thread(ROOT)

    rejection = recording.rejection()

    assert rejection.code == Code.DUPLICATE
    assert rejection.ids == {"thread_id": ROOT}
    assert ROOT in rejection.message
    assert (rejection.line, rejection.seq, rejection.event_type) == (2, 2, "thread_started")


def test_a_thread_without_metadata_is_a_root_that_runs_from_its_start() -> None:
    recording = Recording()
    seq = recording.thread(CHILD, "/root/ant")

    assert recording.reduce().trace.threads == {
        CHILD: AgentThread(
            thread_id=ThreadId(CHILD),
            agent_path=AgentPath("/root/ant"),
            nickname=None,
            origin=RootOrigin(),
            execution=running_since(seq),
            default_model=None,
            conversation_item_ids=(),
        )
    }


@pytest.mark.parametrize("metadata", [[], "a text", 1, None], ids=["list", "string", "number", "null"])
def test_metadata_that_is_no_object_is_rejected(metadata: Any) -> None:
    recording = Recording()
    thread_with_metadata(recording, metadata)

    rejection = recording.rejection()

    assert rejection.code == Code.PAYLOAD_SHAPE
    assert rejection.ids == {"raw_payload_id": "raw_payload:1"}
    assert "raw_payload:1" in rejection.message


@pytest.mark.parametrize("field", ["agent_path", "task_name", "nickname", "agent_role", "model"])
@pytest.mark.parametrize("value", [1, True, [], {}], ids=["number", "bool", "list", "object"])
def test_a_read_field_of_metadata_that_is_neither_string_nor_null_is_rejected(field: str, value: Any) -> None:
    recording = Recording()
    recording.thread(ROOT, **{field: value})

    rejection = recording.rejection()

    assert rejection.code == Code.PAYLOAD_SHAPE
    assert rejection.ids == {"raw_payload_id": "raw_payload:1"}
    assert field in rejection.message


def test_fields_of_metadata_that_are_null_or_never_read_do_no_harm() -> None:
    recording = Recording()
    nulls = dict.fromkeys(("agent_path", "task_name", "nickname", "agent_role", "model"))
    recording.thread(ROOT, "/root", **nulls, cwd=1, provider_name=[], session_source=2)

    thread = recording.reduce().trace.threads[ThreadId(ROOT)]

    assert (thread.agent_path, thread.nickname, thread.default_model) == ("/root", None, None)
    assert thread.origin == RootOrigin()


def test_nickname_and_default_model_come_from_the_metadata() -> None:
    recording = Recording()
    spawned_thread(
        recording,
        spawn={"agent_nickname": "Bee", "nickname": "Cid", "model": "another-model"},
        metadata={"nickname": "Ada", "model": "a-model"},
    )

    thread = recording.reduce().trace.threads[ThreadId(CHILD)]

    assert (thread.nickname, thread.default_model) == ("Ada", "a-model")


@pytest.mark.parametrize(
    ("spawn", "metadata", "agent_path"),
    [
        ({"agent_path": "/root/spawn"}, {"agent_path": "/root/metadata"}, "/root/spawn"),
        ({"agent_path": "/root/spawn"}, {}, "/root/spawn"),
        ({}, {"agent_path": "/root/metadata"}, "/root/metadata"),
        ({"agent_path": None}, {"agent_path": "/root/metadata"}, "/root/metadata"),
        ({}, {}, "/root/event"),
        ({"agent_path": None}, {"agent_path": None}, "/root/event"),
        ({"agent_path": ""}, {"agent_path": "/root/metadata"}, ""),
        ({}, {"agent_path": ""}, ""),
    ],
)
def test_the_agent_path_is_that_of_the_spawn_else_of_the_metadata_else_of_the_event(
    spawn: dict[str, Any], metadata: dict[str, Any], agent_path: str
) -> None:
    recording = Recording()
    spawned_thread(recording, "/root/event", spawn=spawn, metadata=metadata)

    assert recording.reduce().trace.threads[ThreadId(CHILD)].agent_path == agent_path


def test_without_a_spawn_too_the_agent_path_of_the_metadata_goes_before_that_of_the_event() -> None:
    recording = Recording()
    recording.thread(ROOT, "/root/event", agent_path="/root/metadata")

    assert recording.reduce().trace.threads[ThreadId(ROOT)].agent_path == "/root/metadata"


def test_a_thread_with_a_spawn_is_spawned_by_the_parent_that_the_spawn_names() -> None:
    recording = Recording()
    recording.thread(ROOT)
    spawned_thread(
        recording, spawn={"agent_path": "/root/ant", "agent_role": "digger", "task_name": "dig"}, metadata={}
    )

    assert recording.reduce().trace.threads[ThreadId(CHILD)].origin == SpawnedOrigin(
        parent_thread_id=ThreadId(ROOT),
        spawn_edge_id=EdgeId(f"edge:spawn:{ROOT}:{CHILD}"),
        task_name="dig",
        agent_role="digger",
    )


@pytest.mark.parametrize(
    "session_source",
    [
        "exec",
        None,
        {"subagent": "review"},
        {"subagent": {"other": "guardian"}},
        {"subagent": {"thread_spawn": "a text"}},
        {"subagent": {"thread_spawn": [{"parent_thread_id": ROOT}]}},
        {"subagent": {"thread_spawn": {"agent_path": "/root/spawn"}}},
        {"subagent": {"thread_spawn": {"agent_path": "/root/spawn", "parent_thread_id": None}}},
        {"subagent": {"thread_spawn": {"agent_path": "/root/spawn", "parent_thread_id": 1}}},
        {"thread_spawn": {"agent_path": "/root/spawn", "parent_thread_id": ROOT}},
    ],
)
def test_a_session_source_without_a_spawn_that_has_a_string_parent_makes_a_root(session_source: Any) -> None:
    recording = Recording()
    recording.thread(CHILD, "/root/event", session_source=session_source)

    thread = recording.reduce().trace.threads[ThreadId(CHILD)]

    assert thread.origin == RootOrigin()
    assert thread.agent_path == "/root/event"  # nothing of such a spawn is used


@pytest.mark.parametrize(
    ("spawn", "metadata", "task_name"),
    [
        ({"task_name": "spawn"}, {"task_name": "metadata"}, "spawn"),
        ({}, {"task_name": "metadata"}, "metadata"),
        ({"task_name": None}, {"task_name": "metadata"}, "metadata"),
        ({"agent_path": "/root/ant/bee"}, {}, "bee"),
        ({"agent_path": "/root/ant/"}, {}, "ant"),
        ({}, {"agent_path": "/root/cid"}, "cid"),
        ({}, {}, "event"),
    ],
)
def test_the_task_name_is_that_of_the_spawn_else_of_the_metadata_else_the_last_segment_of_the_agent_path(
    spawn: dict[str, Any], metadata: dict[str, Any], task_name: str
) -> None:
    recording = Recording()
    spawned_thread(recording, "/root/event", spawn=spawn, metadata=metadata)

    assert origin_of_child(recording.reduce()).task_name == task_name


@pytest.mark.parametrize(
    ("spawn", "metadata", "agent_role"),
    [
        ({"agent_role": "spawn"}, {"agent_role": "metadata"}, "spawn"),
        ({}, {"agent_role": "metadata"}, "metadata"),
        ({"agent_role": None}, {"agent_role": "metadata"}, "metadata"),
        ({}, {}, ""),
        ({"agent_role": None}, {"agent_role": None}, ""),
    ],
)
def test_the_role_is_that_of_the_spawn_else_of_the_metadata_else_empty(
    spawn: dict[str, Any], metadata: dict[str, Any], agent_role: str
) -> None:
    recording = Recording()
    spawned_thread(recording, spawn=spawn, metadata=metadata)

    assert origin_of_child(recording.reduce()).agent_role == agent_role


def test_a_spawned_thread_names_its_spawn_edge_whether_or_not_there_is_such_an_edge() -> None:
    recording = Recording()  # even the parent never appears
    spawned_thread(recording, spawn={}, metadata={})

    reduction = recording.reduce()

    assert origin_of_child(reduction).spawn_edge_id == f"edge:spawn:{ROOT}:{CHILD}"
    assert reduction.trace.interaction_edges == {}


# `thread_ended`.


def test_the_end_of_an_unknown_thread_is_rejected() -> None:
    recording = Recording()
    recording.thread(ROOT)
    recording.event(ThreadEnded(thread_id=ThreadId(CHILD), status=RolloutStatus.COMPLETED))

    rejection = recording.rejection()

    assert rejection.code == Code.UNKNOWN_REFERENCE
    assert rejection.ids == {"thread_id": CHILD}
    assert CHILD in rejection.message


@pytest.mark.parametrize("status", ["running", "completed", "failed", "aborted"])
def test_the_end_of_a_thread_gives_it_the_execution_status_of_the_same_name(status: str) -> None:
    recording = Recording()
    started = recording.thread(ROOT)
    seq = recording.event(ThreadEnded(thread_id=ThreadId(ROOT), status=RolloutStatus(status)))

    assert recording.reduce().trace.threads[ThreadId(ROOT)].execution == ended_at(started, seq, status)


# `codex_turn_started`.


def test_a_turn_that_exists_is_not_started_again() -> None:
    recording = recording_with_turn()
    recording.turn("turn-1")

    rejection = recording.rejection()

    assert rejection.code == Code.DUPLICATE
    assert rejection.ids == {"codex_turn_id": "turn-1"}
    assert "turn-1" in rejection.message


def test_a_turn_of_an_unknown_thread_is_rejected() -> None:
    recording = Recording()
    recording.thread(ROOT)
    recording.turn("turn-1", CHILD)

    rejection = recording.rejection()

    assert rejection.code == Code.UNKNOWN_REFERENCE
    assert rejection.ids == {"thread_id": CHILD}
    assert CHILD in rejection.message


def test_a_turn_runs_from_its_start_in_its_thread() -> None:
    recording = Recording()
    recording.thread(ROOT)
    seq = recording.turn("turn-1")

    assert recording.reduce().trace.codex_turns == {
        "turn-1": CodexTurn(
            codex_turn_id=CodexTurnId("turn-1"),
            thread_id=ThreadId(ROOT),
            execution=running_since(seq),
            input_item_ids=(),
        )
    }


# `codex_turn_ended`.


def test_the_end_of_an_unknown_turn_is_rejected() -> None:
    recording = recording_with_turn()
    recording.turn_ended("completed", "turn-2")

    rejection = recording.rejection(Mode.CODEX)

    assert rejection.code == Code.TURN_NEVER_STARTED
    assert rejection.ids == {"codex_turn_id": "turn-2"}
    assert "turn-2" in rejection.message


def test_the_end_of_a_turn_in_another_thread_is_rejected() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/ant")
    recording.turn_ended("completed", "turn-1", CHILD)

    rejection = recording.rejection()

    assert rejection.code == Code.WRONG_OWNER
    assert rejection.ids == {"codex_turn_id": "turn-1", "thread_id": ROOT}
    assert "turn-1" in rejection.message
    assert CHILD in rejection.message


@pytest.mark.parametrize("status", ["running", "completed", "failed", "cancelled", "aborted"])
@pytest.mark.parametrize("thread", [ROOT, None], ids=["in its thread", "in no thread"])
def test_the_end_of_a_turn_gives_it_its_status_and_time(status: str, thread: str | None) -> None:
    recording = recording_with_turn()
    end = CodexTurnEnded(codex_turn_id=CodexTurnId("turn-1"), status=ExecutionStatus(status))
    seq = recording.event(end, thread=thread)

    assert recording.reduce().trace.codex_turns[CodexTurnId("turn-1")].execution == ended_at(2, seq, status)


@pytest.mark.parametrize(
    ("turn_status", "cell_status", "execution_status"),
    [("failed", "failed", "failed"), ("cancelled", "terminated", "cancelled"), ("aborted", "terminated", "cancelled")],
)
def test_a_turn_that_does_not_complete_ends_its_running_cells(
    turn_status: str, cell_status: str, execution_status: str
) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Count."), exec_cell("cell-call")])
    started = recording.cell_started("cell-call")
    seq = recording.turn_ended(turn_status)

    cell = the_cell(recording.reduce())

    assert cell.execution == ended_at(started, seq, execution_status)
    assert cell.runtime_status == cell_status
    # As by a `code_cell_ended`, the end is the first response too, if there was none.
    assert (cell.initial_response_seq, cell.initial_response_at_unix_ms) == (seq, START + seq)
    assert (cell.yielded_seq, cell.yielded_at_unix_ms) == (None, None)


def test_a_yielded_cell_that_ends_with_its_turn_keeps_when_it_yielded() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Count."), exec_cell("cell-call")])
    started = recording.cell_started("cell-call")
    yielded = recording.cell_responded("yielded")
    seq = recording.turn_ended("cancelled")

    cell = the_cell(recording.reduce())

    assert cell.execution == ended_at(started, seq, "cancelled")
    assert cell.runtime_status == "terminated"
    assert (cell.initial_response_seq, cell.yielded_seq) == (yielded, yielded)


@pytest.mark.parametrize("turn_status", ["completed", "running"])
def test_a_turn_that_completes_or_runs_on_leaves_its_yielded_cells_alone(turn_status: str) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Count."), exec_cell("cell-call")])
    started = recording.cell_started("cell-call")
    recording.cell_responded("yielded")
    recording.turn_ended(turn_status)

    cell = the_cell(recording.reduce())

    assert cell.execution == running_since(started)
    assert cell.runtime_status == "yielded"


def test_a_cell_that_has_ended_keeps_its_end_when_its_turn_fails() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Count."), exec_cell("cell-call")])
    started = recording.cell_started("cell-call")
    seq = recording.cell_ended("completed")
    recording.turn_ended("failed")

    cell = the_cell(recording.reduce())

    assert cell.execution == ended_at(started, seq, "completed")
    assert cell.runtime_status == "completed"


def test_the_end_of_a_turn_leaves_the_cells_of_another_turn_alone() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Count."), exec_cell("cell-call")])
    started = recording.cell_started("cell-call")
    recording.turn("turn-2")
    recording.turn_ended("failed", "turn-2")

    cell = the_cell(recording.reduce())

    assert cell.execution == running_since(started)
    assert cell.runtime_status == "starting"


@pytest.mark.parametrize(
    ("turn_status", "call_status"),
    [("completed", "cancelled"), ("cancelled", "cancelled"), ("failed", "failed"), ("aborted", "aborted")],
)
def test_the_end_of_a_turn_ends_its_running_inference_calls(turn_status: str, call_status: str) -> None:
    recording = recording_with_turn()
    first = recording.request("call-1", [user("Hello.")])
    second = recording.request("call-2", [user("Hello.")])
    seq = recording.turn_ended(turn_status)

    calls = recording.reduce().trace.inference_calls

    assert calls[InferenceCallId("call-1")].execution == ended_at(first, seq, call_status)
    assert calls[InferenceCallId("call-2")].execution == ended_at(second, seq, call_status)


def test_a_turn_that_runs_on_leaves_its_inference_calls_running() -> None:
    recording = recording_with_turn()
    started = recording.request("call-1", [user("Hello.")])
    recording.turn_ended("running")

    calls = recording.reduce().trace.inference_calls

    assert calls[InferenceCallId("call-1")].execution == running_since(started)


def test_an_inference_call_that_has_ended_keeps_its_end_when_its_turn_fails() -> None:
    recording = recording_with_turn()
    started = recording.request("call-1", [user("Hello.")])
    seq = recording.answer("call-1", [])
    recording.turn_ended("failed")

    calls = recording.reduce().trace.inference_calls

    assert calls[InferenceCallId("call-1")].execution == ended_at(started, seq, "completed")


def test_the_end_of_a_turn_leaves_the_inference_calls_of_another_turn_alone() -> None:
    recording = recording_with_turn()
    started = recording.request("call-1", [user("Hello.")])
    recording.turn("turn-2")
    recording.turn_ended("failed", "turn-2")

    calls = recording.reduce().trace.inference_calls

    assert calls[InferenceCallId("call-1")].execution == running_since(started)
