"""The demo records a run in which everything happens that a graph can tell of."""

import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.demo.inbox import Inbox
from rollout_trace.demo.play import play
from rollout_trace.demo.terminals import Terminals
from rollout_trace.demo.tools import Tools
from rollout_trace.model.conversation import ItemKind
from rollout_trace.model.edges import EdgeKind
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.tools import CodeCellRequester
from rollout_trace.record import Recorder
from rollout_trace.reduce.modes import Mode
from rollout_trace.values import ExecutionStatus, RolloutStatus

EXAMPLE = Path(__file__).parents[1] / "examples" / "thermostat"


@pytest.fixture(scope="module", params=["schema 1", "schema 2", "the committed example"])
def recorded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of a run of the demo."""
    if request.param == "the committed example":
        return EXAMPLE
    with Recorder(tmp_path_factory.mktemp("traces"), schema=1 if request.param == "schema 1" else 2) as recorder:
        play(recorder)
    assert recorder.path is not None
    return recorder.path


def trace_of(bundle: Path) -> RolloutTrace:
    """The graph of a bundle that is as it should be."""
    reduction = reduce_bundle(bundle)
    assert reduction.diagnostics == ()
    return reduction.trace


@pytest.fixture
def trace(recorded: Path) -> RolloutTrace:
    """The graph of a run of the demo."""
    return trace_of(recorded)


def test_every_kind_of_object_appears(trace: RolloutTrace) -> None:
    objects = (
        trace.threads,
        trace.codex_turns,
        trace.conversation_items,
        trace.inference_calls,
        trace.tool_calls,
        trace.code_cells,
        trace.terminal_sessions,
        trace.terminal_operations,
        trace.compactions,
        trace.compaction_requests,
        trace.interaction_edges,
        trace.raw_payloads,
    )
    assert all(objects)


def test_two_agents_are_spawned_and_answer_one_is_told_more_and_one_is_closed(trace: RolloutTrace) -> None:
    assert {thread.agent_path for thread in trace.threads.values()} == {"/root", "/root/reviewer", "/root/tester"}
    kinds = sorted(edge.kind for edge in trace.interaction_edges.values())
    assert kinds == [
        EdgeKind.AGENT_RESULT,
        EdgeKind.AGENT_RESULT,
        EdgeKind.CLOSE_AGENT,
        EdgeKind.SEND_MESSAGE,
        EdgeKind.SPAWN_AGENT,
        EdgeKind.SPAWN_AGENT,
    ]


def test_a_command_that_runs_on_is_polled_in_its_terminal(trace: RolloutTrace) -> None:
    longest = max(trace.terminal_sessions.values(), key=lambda session: len(session.operation_ids))
    operations = [trace.terminal_operations[operation_id] for operation_id in longest.operation_ids]
    assert [operation.kind for operation in operations] == ["exec_command", "write_stdin", "write_stdin"]


def test_a_program_of_the_model_calls_tools(trace: RolloutTrace) -> None:
    (cell,) = trace.code_cells.values()
    nested = [trace.tool_calls[tool_call_id] for tool_call_id in cell.nested_tool_call_ids]
    assert [tool.requester for tool in nested] == [CodeCellRequester(cell.code_cell_id)] * 2


def test_a_tool_fails_a_request_is_cancelled_and_a_turn_interrupted(trace: RolloutTrace) -> None:
    tools = [tool.execution.status for tool in trace.tool_calls.values()]
    requests = [call.execution.status for call in trace.inference_calls.values()]
    turns = [turn.execution.status for turn in trace.codex_turns.values()]
    assert tools.count(ExecutionStatus.FAILED) == 1
    assert tools.count(ExecutionStatus.CANCELLED) == 1
    assert requests.count(ExecutionStatus.CANCELLED) == 1
    assert turns.count(ExecutionStatus.CANCELLED) == 1
    assert trace.status is RolloutStatus.COMPLETED


def test_a_compaction_leaves_the_users_words(trace: RolloutTrace) -> None:
    (compaction,) = trace.compactions.values()
    left = [trace.conversation_items[item_id] for item_id in compaction.replacement_item_ids]
    assert [item.role for item in left] == ["user", "assistant"]
    assert len(compaction.input_item_ids) > len(left)
    assert all(item.kind is not ItemKind.COMPACTION_MARKER for item in left)


def test_the_bundle_of_the_demo_is_the_same_in_mode_codex(recorded: Path) -> None:
    assert reduce_bundle(recorded, Mode.CODEX).trace == trace_of(recorded)


def test_the_agents_work_though_nothing_is_recorded() -> None:
    play(Recorder(None))


def test_a_command_may_end_before_it_is_polled(tmp_path: Path) -> None:
    with Terminals(tmp_path) as terminals, Recorder(None) as recorder, recorder.root_thread().turn() as turn:
        tools = Tools(terminals, threading.Event())
        started = {"call_id": "call_1", "arguments": '{"cmd": "echo done", "yield_time_ms": 10000}'}
        polled = {"call_id": "call_2", "arguments": '{"session_id": 1001, "chars": "", "yield_time_ms": 10000}'}

        tools.exec_command(turn, started)
        tools.write_stdin(turn, polled)
        tools.write_stdin(turn, polled)

        assert terminals["1001"].exit_code == 0


def test_nobody_waits_for_messages_when_the_crew_is_dismissed() -> None:
    inbox = Inbox()
    inbox.close()
    assert not inbox.wait_for(1, seconds=3600)


def test_the_command_records_reduces_and_shows(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "rollout_trace", "demo", "--out", "traces"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    (bundle,) = find_bundles(tmp_path / "traces")
    assert (bundle / "state.json").exists()
    assert run.stdout.startswith("rollout ")
    assert run.stdout.endswith(f"The bundle: traces/{bundle.name}\n")
    assert run.stderr == ""


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "traces").write_text("no folder")
    run = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "rollout_trace", "demo", "--out", str(tmp_path / "traces")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stdout == ""
    assert "nothing is recorded" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_system_without_a_shell_is_told(tmp_path: Path) -> None:
    run = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "rollout_trace", "demo", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": str(tmp_path)},
    )
    assert run.returncode == 1
    assert run.stderr == "rollout-trace: error: the demo runs commands with `sh`, which is not found\n"
    assert not list(tmp_path.iterdir())


def test_who_watches_is_told_that_it_takes_a_moment(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "rollout_trace", "demo", "--out", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    assert os.read(ours, 1000).decode() == "Three agents are at work, for a few seconds.\r\n"
    os.close(ours)
