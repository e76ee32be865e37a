"""The worked example of the documentation: it is what its script writes, and its graph shows what the pages tell."""

import runpy
import sys
from pathlib import Path

import pytest

from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.ids import ThreadId, ToolCallId
from rollout_trace.model.edges import InteractionEdge, ItemAnchor
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.reduce.modes import Mode
from rollout_trace.values import ExecCommand

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
BUNDLE = EXAMPLES / "fix-the-build"


@pytest.fixture(scope="module")
def graph() -> RolloutTrace:
    reduction = reduce_bundle(BUNDLE)
    assert reduction.diagnostics == ()
    return reduction.trace


def test_the_bundle_is_what_the_script_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["fix_the_build.py", str(tmp_path)])
    runpy.run_path(str(EXAMPLES / "fix_the_build.py"), run_name="__main__")
    assert files_of(tmp_path) == files_of(BUNDLE)


def test_codex_mode_accepts_it_and_makes_the_same_graph(graph: RolloutTrace) -> None:
    assert reduce_bundle(BUNDLE, Mode.CODEX).trace == graph


def test_two_agents_ran_to_their_end(graph: RolloutTrace) -> None:
    assert graph.status == "completed"
    assert [thread.agent_path for thread in graph.threads.values()] == ["/root", "/root/reviewer"]
    assert {thread.execution.status for thread in graph.threads.values()} == {"completed"}


def test_a_failed_request_was_sent_again(graph: RolloutTrace) -> None:
    calls = sorted(graph.inference_calls.values(), key=lambda call: call.execution.started_seq)
    assert [call.execution.status for call in calls] == ["completed", "failed", *["completed"] * 9]
    assert calls[1].request_item_ids == calls[2].request_item_ids


def test_every_tool_that_the_model_called_has_its_call_and_its_output(graph: RolloutTrace) -> None:
    tools = [tool for tool in graph.tool_calls.values() if tool.model_visible_call_id is not None]
    assert len(tools) == 10
    assert all(len(tool.model_visible_call_item_ids) == 1 for tool in tools)
    assert all(len(tool.model_visible_output_item_ids) == 1 for tool in tools)
    started = [tool for call in graph.inference_calls.values() for tool in call.tool_call_ids_started_by_response]
    assert sorted(started) == sorted(tool.tool_call_id for tool in tools)


def test_tools_began_before_their_answer_was_complete(graph: RolloutTrace) -> None:
    for call in graph.inference_calls.values():
        for tool in call.tool_call_ids_started_by_response:
            began, answered = graph.tool_calls[tool].execution.started_seq, call.execution.ended_seq
            assert answered is not None
            assert began < answered


def test_the_first_build_failed(graph: RolloutTrace) -> None:
    operation = graph.tool_calls[ToolCallId("call_build")].terminal_operation_id
    assert operation is not None
    result = graph.terminal_operations[operation].result
    assert result is not None
    assert result.exit_code == 2
    assert "1 failed" in result.stdout


def test_the_long_command_and_its_poll_are_one_session(graph: RolloutTrace) -> None:
    checks, poll = (graph.tool_calls[ToolCallId(name)] for name in ("call_checks", "call_poll"))
    (session,) = (session for session in graph.terminal_sessions.values() if len(session.operation_ids) > 1)
    assert session.operation_ids == (checks.terminal_operation_id, poll.terminal_operation_id)


def test_the_code_cell_yielded_and_ran_a_command(graph: RolloutTrace) -> None:
    (cell,) = graph.code_cells.values()
    (nested,) = cell.nested_tool_call_ids
    assert graph.tool_calls[nested].kind == ExecCommand()
    assert cell.wait_tool_call_ids == ("call_wait",)
    assert cell.yielded_seq is not None
    assert cell.runtime_status == "completed"
    assert cell.source_item_id in graph.conversation_items


def test_three_messages_between_agents_arrived(graph: RolloutTrace) -> None:
    root, reviewer = graph.threads
    edges = {edge.kind.value: receiver(graph, edge) for edge in graph.interaction_edges.values()}
    assert edges == {"spawn_agent": reviewer, "send_message": reviewer, "agent_result": root}


def test_after_the_compaction_the_conversation_went_on(graph: RolloutTrace) -> None:
    (compaction,) = graph.compactions.values()
    assert compaction.request_ids == ("compaction_request:1",)
    assert len(compaction.input_item_ids) == 23
    last = max(graph.inference_calls.values(), key=lambda call: call.execution.started_seq)
    assert last.request_item_ids[:3] == compaction.replacement_item_ids


def test_the_mcp_call_is_known_by_both_sides(graph: RolloutTrace) -> None:
    assert graph.tool_calls[ToolCallId("call_names")].mcp_call_id is not None


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a bundle, but for the graph that somebody may have reduced in place."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != "state.json")
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def receiver(graph: RolloutTrace, edge: InteractionEdge) -> ThreadId:
    """The thread of the item in which an edge's message arrived."""
    assert isinstance(edge.target, ItemAnchor)
    return graph.conversation_items[edge.target.item_id].thread_id
