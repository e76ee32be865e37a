"""Spec 3, section 1: the rollout, its threads and their turns."""

import pytest

from recording import CHILD, ROOT, START, Recording, recording_with_turn
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.ids import CodexTurnId, ThreadId
from rollout_trace.model.threads import SpawnedOrigin


def test_a_thread_that_exists_is_not_started_again() -> None:
    recording = Recording()
    recording.thread(ROOT)
    recording.thread(ROOT)

    with pytest.raises(Rejection) as rejected:
        recording.reduce()

    assert rejected.value.code == Code.DUPLICATE
    assert rejected.value.ids == {"thread_id": ROOT}
    assert (rejected.value.line, rejected.value.seq, rejected.value.event_type) == (2, 2, "thread_started")


def test_a_spawned_thread_takes_path_task_and_role_from_its_spawn() -> None:
    recording = Recording()
    recording.thread(ROOT)
    spawn = {"parent_thread_id": ROOT, "agent_path": "/root/ant", "agent_role": "digger"}
    recording.thread(CHILD, "/root/event", agent_path="/root/bee", session_source={"subagent": {"thread_spawn": spawn}})

    thread = recording.reduce().trace.threads[ThreadId(CHILD)]

    assert thread.agent_path == "/root/ant"
    assert isinstance(thread.origin, SpawnedOrigin)
    assert thread.origin.task_name == "ant"  # the last segment of the path, since nobody names the task
    assert thread.origin.agent_role == "digger"
    assert thread.origin.spawn_edge_id == f"edge:spawn:{ROOT}:{CHILD}"  # whether or not there is such an edge


def test_the_end_of_a_turn_gives_it_its_status_and_time() -> None:
    recording = recording_with_turn()
    seq = recording.turn_ended("completed")

    execution = recording.reduce().trace.codex_turns[CodexTurnId("turn-1")].execution

    assert (execution.status, execution.ended_seq, execution.ended_at_unix_ms) == ("completed", seq, START + seq)
