"""Spec 5, section 4: a thread that lives again, what it forgets, and what it keeps."""

import pytest

from recording import (
    CHILD,
    ROOT,
    START,
    Recording,
    agent_message,
    assert_refused,
    assistant,
    cell_output,
    exec_cell,
    known_as,
    recording_with_turn,
    running_since,
    user,
)
from rollout_trace.diagnostics import Code
from rollout_trace.events.types import CodeCellRequester, RolloutEnded
from rollout_trace.ids import CodeCellId, InferenceCallId, RuntimeCellId, ThreadId, ToolCallId
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.model.threads import AgentThread
from rollout_trace.model.tools import CodeCell
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import CellStatus, ExecCommand, ExecutionStatus, RolloutStatus, WriteStdin


def reduced(recording: Recording) -> Reduction:
    return recording.reduce(Mode.CODEX)


def thread(recording: Recording, thread_id: str = ROOT) -> AgentThread:
    return reduced(recording).trace.threads[ThreadId(thread_id)]


def cell(recording: Recording, call: str = "call-1") -> CodeCell:
    return reduced(recording).trace.code_cells[CodeCellId(f"code_cell:{call}")]


def requested(recording: Recording, call: str) -> tuple[str, ...]:
    return reduced(recording).trace.inference_calls[InferenceCallId(call)].request_item_ids


def resumed_after(recording: Recording, thread_id: str = ROOT) -> None:
    """End a thread and let it live again."""
    recording.thread_ended(thread_id)
    recording.resumed(thread_id)


def stdin_of(process_id: str) -> dict[str, object]:
    return {
        "tool_name": "write_stdin",
        "payload": {"type": "function", "arguments": f'{{"session_id":"{process_id}"}}'},
    }


# What is rejected.


@pytest.mark.parametrize("context", [CHILD, ROOT])
def test_resuming_a_thread_that_was_never_started_is_rejected(context: str) -> None:
    recording = recording_with_turn(2)
    recording.thread_ended(ROOT)
    recording.resumed(CHILD)
    event = recording.entries.pop().event
    recording.event(event.payload, thread=context)

    assert_refused(recording, Code.THREAD_FROM_ELSEWHERE, Mode.CODEX, thread_id=CHILD)


@pytest.mark.parametrize("mode", [Mode.CODEX, Mode.DEFAULT])
def test_resuming_a_thread_that_has_not_ended_is_rejected(mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.resumed(ROOT)

    assert_refused(recording, Code.CONFLICT, mode, thread_id=ROOT)


def test_resuming_a_thread_twice_is_rejected() -> None:
    recording = recording_with_turn(2)
    resumed_after(recording)
    recording.resumed(ROOT)

    assert_refused(recording, Code.CONFLICT, Mode.CODEX, thread_id=ROOT)


def test_a_thread_that_ended_with_status_running_has_ended() -> None:
    recording = recording_with_turn(2)
    recording.thread_ended(status="running")
    recording.resumed(ROOT)

    assert thread(recording).execution == running_since(1)


# The window.


@pytest.mark.parametrize("status", ["completed", "failed", "aborted"])
def test_a_resumed_thread_runs_since_its_start(status: str) -> None:
    recording = recording_with_turn(2)
    recording.thread_ended(status=status)
    assert thread(recording).execution.status == ExecutionStatus(status)
    recording.resumed()

    assert thread(recording).execution == running_since(1)


def test_a_resumed_thread_may_end_again() -> None:
    recording = recording_with_turn(2)
    resumed_after(recording)
    seq = recording.thread_ended(status="failed")

    assert thread(recording).execution == ExecutionWindow(
        started_at_unix_ms=START + 1,
        started_seq=1,
        ended_at_unix_ms=START + seq,
        ended_seq=seq,
        status=ExecutionStatus.FAILED,
    )


# What the thread forgets.


def test_an_old_runtime_cell_id_is_unknown() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [exec_cell("call-1")])
    recording.cell_started("call-1", runtime="1")
    resumed_after(recording)
    recording.cell_ended(runtime="1")

    assert_refused(recording, Code.UNKNOWN_REFERENCE, Mode.CODEX, runtime_cell_id="1", thread_id=ROOT)


def test_a_tool_of_an_old_runtime_cell_id_is_rejected() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [exec_cell("call-1")])
    recording.cell_started("call-1", runtime="1")
    resumed_after(recording)
    recording.tool("tool-1", requester=CodeCellRequester(runtime_cell_id=RuntimeCellId("1")))

    assert_refused(recording, Code.UNKNOWN_REFERENCE, Mode.CODEX, runtime_cell_id="1", thread_id=ROOT)


def test_a_runtime_cell_id_may_be_given_anew() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [exec_cell("call-1"), exec_cell("call-2")])
    recording.cell_started("call-1", runtime="1")
    resumed_after(recording)
    recording.cell_started("call-2", runtime="1")
    seq = recording.cell_ended(runtime="1")

    assert cell(recording, "call-1").execution.status is ExecutionStatus.RUNNING
    assert cell(recording, "call-2").execution.ended_seq == seq


def test_a_wait_for_an_old_runtime_cell_id_waits_for_no_cell() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [exec_cell("call-1")])
    recording.cell_started("call-1", runtime="1")
    wait = {"tool_name": "wait", "payload": {"type": "function", "arguments": '{"cell_id":"1"}'}}
    recording.tool("tool-1", invocation=wait)
    resumed_after(recording)
    recording.tool("tool-2", invocation=wait)

    assert cell(recording).wait_tool_call_ids == ("tool-1",)


def test_input_to_an_old_process_id_opens_a_new_session() -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_started("tool-1", {"command": ["sh"], "cwd": "/", "process_id": "7"})
    resumed_after(recording)
    recording.tool("tool-2", kind=WriteStdin(), invocation=stdin_of("7"))

    assert [session.operation_ids for session in reduced(recording).trace.terminal_sessions.values()] == [
        ("terminal_operation:1",),
        ("terminal_operation:2",),
    ]


def test_other_threads_forget_nothing() -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    recording.request("inf-1", [exec_cell("call-1")])
    recording.cell_started("call-1", runtime="1")
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_started("tool-1", {"command": ["sh"], "cwd": "/", "process_id": "7"})
    resumed_after(recording, CHILD)
    recording.tool("tool-2", kind=WriteStdin(), invocation=stdin_of("7"))
    seq = recording.cell_ended(runtime="1")

    assert cell(recording).execution.ended_seq == seq
    (session,) = reduced(recording).trace.terminal_sessions.values()
    assert session.operation_ids == ("terminal_operation:1", "terminal_operation:2")


def test_an_end_alone_makes_the_thread_forget_nothing() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [exec_cell("call-1")])
    recording.cell_started("call-1", runtime="1")
    recording.thread_ended()
    seq = recording.cell_ended(runtime="1")

    assert cell(recording).execution.ended_seq == seq


# What stays.


def test_the_conversation_and_the_snapshot_stay() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.answer("inf-1", [assistant("b")])
    resumed_after(recording)
    recording.request("inf-2", [user("a"), assistant("b")])

    assert requested(recording, "inf-2") == thread(recording).conversation_item_ids
    assert len(thread(recording).conversation_item_ids) == 2


def test_the_override_of_a_compaction_stays() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.compacted("compaction-1", [user("a")], [user("b")])
    resumed_after(recording)
    recording.request("inf-2", [user("b")])

    assert requested(recording, "inf-2") == ("conversation_item:3",)


def test_acceptances_and_receipts_stay() -> None:
    recording = recording_with_turn(2)
    sent = known_as("amsg-1", agent_message("/root/ant", "/root", "hello"))
    seq = recording.accepted("msg-1")
    recording.accepted("amsg-1", sent)
    resumed_after(recording)
    recording.request("inf-1", [known_as("msg-1", user("a")), {**sent, "author": "/root/bee"}])

    items = reduced(recording).trace.conversation_items
    # The message was received as item 1, whatever author the request gives it.
    assert requested(recording, "inf-1") == ("conversation_item:2", "conversation_item:1")
    assert [item.accepted_seq for item in items.values()] == [seq + 1, seq]


def test_waiting_cells_stay_with_all_that_waits_with_them() -> None:
    recording = recording_with_turn(2)
    started = recording.cell_started("call-1", runtime="1")
    ended = recording.cell_ended(runtime="1")
    resumed_after(recording)
    recording.request("inf-1", [exec_cell("call-1"), cell_output("call-1")])

    found = cell(recording)
    assert (found.execution.started_seq, found.execution.ended_seq) == (started, ended)
    assert found.runtime_cell_id == "1"


def test_the_status_of_the_rollout_stays() -> None:
    recording = recording_with_turn(2)
    ended = recording.event(RolloutEnded(status=RolloutStatus.COMPLETED))
    resumed_after(recording)

    trace = reduced(recording).trace
    assert (trace.status, trace.ended_at_unix_ms) == (RolloutStatus.COMPLETED, START + ended)


@pytest.mark.parametrize("resume", [False, True], ids=["ended", "resumed"])
def test_neither_end_nor_resumption_ends_cells_and_tool_calls(resume: bool) -> None:  # noqa: FBT001
    recording = recording_with_turn(2)
    recording.request("inf-1", [exec_cell("call-1")])
    cell_started = recording.cell_started("call-1")
    tool_started = recording.tool("tool-1")
    recording.thread_ended()
    if resume:
        recording.resumed()

    assert cell(recording).execution == running_since(cell_started)
    assert cell(recording).runtime_status is CellStatus.STARTING
    tool = reduced(recording).trace.tool_calls[ToolCallId("tool-1")]
    assert tool.execution == running_since(tool_started)
