"""What the released client records while it works: every version's bundles are read, and reduced as it reduces them.

Each test has each version play one scenario. Playing compares the mode `codex` with the client's own reducer, byte for
byte; what stands here is the story as the default graph tells it, whatever the version.
"""

from collections.abc import Callable
from typing import TypeAlias

from real_client import scenarios
from real_client.client import Client
from real_client.comparison import Recorded
from real_client.scenarios import Scenario
from rollout_trace import Code, RolloutTrace
from rollout_trace.model.inference import InferenceCall
from rollout_trace.values import ApplyPatch, ExecCommand, ExecutionStatus, Other

Player: TypeAlias = Callable[[Scenario], list[Recorded]]

EXEC = Other("exec")
"""The call that starts a cell, which only newer versions record as a tool call."""


def printed(graph: RolloutTrace) -> dict[str, int | None]:
    """What each command printed, and its exit code; commands that print the same are one."""
    return {
        operation.result.stdout: operation.result.exit_code
        for operation in graph.terminal_operations.values()
        if operation.kind == "exec_command" and operation.result is not None
    }


def tools(graph: RolloutTrace) -> list[tuple[str, ExecutionStatus]]:
    """Kind and status of the tool calls, but for those that start cells."""
    return [
        (str(tool.kind.__struct_config__.tag), tool.execution.status)
        for tool in graph.tool_calls.values()
        if tool.kind != EXEC
    ]


def pictures(graph: RolloutTrace) -> list[str]:
    """In whose items pictures are, one entry a picture."""
    return [
        item.role
        for item in graph.conversation_items.values()
        for part in item.body.parts
        if getattr(part, "label", "") == "input_image"
    ]


def agents(graph: RolloutTrace) -> dict[str, str]:
    """How each agent ended, by its path."""
    return {thread.agent_path: thread.execution.status for thread in graph.threads.values()}


def edges(graph: RolloutTrace) -> list[str]:
    return sorted(edge.kind for edge in graph.interaction_edges.values())


def assert_compacted_before(call: InferenceCall, graph: RolloutTrace) -> None:
    """There is one compaction, and the call is the first that was shown what it left of the history."""
    [compaction] = graph.compactions.values()
    [request] = graph.compaction_requests.values()
    assert (compaction.request_ids, request.execution.status) == ((request.compaction_request_id,), "completed")
    replacement = set(compaction.replacement_item_ids)
    shown = [other for other in graph.inference_calls.values() if replacement <= set(other.request_item_ids)]
    assert shown[0] == call


def test_commands_that_work_fail_and_are_polled(played: Player) -> None:
    [run] = played(scenarios.COMMANDS)
    assert printed(run.graph) == {"a pen\n": 0, "no lamp\n": 3, "the kettle is on\nit boils\n": 0}
    operations = run.graph.terminal_operations
    shared = [
        session.operation_ids for session in run.graph.terminal_sessions.values() if len(session.operation_ids) > 1
    ]
    assert [[operations[operation_id].kind for operation_id in ids] for ids in shared] == [
        ["exec_command", "write_stdin"]
    ]
    assert not run.odd


def test_patches_that_work_and_fail(played: Player) -> None:
    [run] = played(scenarios.PATCHES)
    assert tools(run.graph) == [("apply_patch", "completed"), ("apply_patch", "failed")]
    assert not run.odd


def test_a_patch_through_the_shell(played: Player, client: Client) -> None:
    """Schema 1 does not say what really ran, and default mode only notes that it was no command."""
    [run] = played(scenarios.PATCH_THROUGH_THE_SHELL)
    [tool] = run.graph.tool_calls.values()
    assert (tool.kind, tool.execution.status) == (ExecCommand() if client.schema == 1 else ApplyPatch(), "completed")
    assert not run.graph.terminal_operations
    assert run.odd == ({Code.RUNTIME_NOT_A_COMMAND} if client.schema == 1 else set())


def test_code_cells_with_nested_tools(played: Player) -> None:
    [run] = played(scenarios.CODE_CELLS)
    cells = run.graph.code_cells.values()
    assert [cell.runtime_status for cell in cells] == ["completed", "completed", "failed"]
    assert [len(cell.nested_tool_call_ids) for cell in cells] == [3, 1, 0]
    assert [len(cell.wait_tool_call_ids) for cell in cells] == [0, 1, 0]
    assert printed(run.graph) == {"one\n": 0, "": 4, "late\n": 0}
    assert not run.odd


def test_a_cell_that_notifies_and_shows_a_picture(played: Player, client: Client) -> None:
    """The notice is a second output of the call, which schema 1 does not know."""
    [run] = played(scenarios.CELL_WITH_NOTICE_AND_PICTURE)
    [cell] = run.graph.code_cells.values()
    assert (cell.runtime_status, len(cell.output_item_ids)) == ("completed", 2)
    assert pictures(run.graph) == ["tool"]
    assert run.odd == ({Code.OUTPUT_REPEATED} if client.schema == 1 else set())


def test_two_agents(played: Player) -> None:
    [run] = played(scenarios.AGENTS)
    assert agents(run.graph) == {"/root": "completed", "/root/scout": "completed"}
    assert edges(run.graph) == ["agent_result", "send_message", "send_message", "spawn_agent"]
    assert not run.odd


def test_agents_that_know_the_history_and_get_another_task(played: Player) -> None:
    [run] = played(scenarios.AGENTS_THAT_KNOW_THE_HISTORY)
    assert agents(run.graph) == {"/root": "completed", "/root/first": "completed", "/root/second": "completed"}
    spawned, results = ["spawn_agent"] * 2, ["agent_result"] * 3
    assert edges(run.graph) == [*results, "assign_agent_task", *spawned]
    assert not run.odd


def test_an_agent_of_the_older_kind(played: Player) -> None:
    """It has no path of its own, and no items carry what it is told."""
    [run] = played(scenarios.AGENT_OF_THE_OLDER_KIND)
    assert [thread.agent_path for thread in run.graph.threads.values()] == ["/root", "/root"]
    assert edges(run.graph) == ["close_agent", "spawn_agent"]
    assert printed(run.graph) == {"3\n": 0, "3 again\n": 0}
    assert not run.odd


def test_a_compaction_at_the_limit(played: Player) -> None:
    [run] = played(scenarios.COMPACTION_AT_THE_LIMIT)
    *before, after, _last = run.graph.inference_calls.values()
    assert len(before) == 2
    assert_compacted_before(after, run.graph)
    assert not run.odd


def test_a_compaction_by_hand(played: Player) -> None:
    [run] = played(scenarios.COMPACTION_BY_HAND)
    *before, after, _last = run.graph.inference_calls.values()
    assert len(before) == 2
    assert_compacted_before(after, run.graph)
    assert len(run.graph.codex_turns) == 3
    assert not run.odd


def test_pictures_in_the_prompt_and_from_a_tool(played: Player) -> None:
    """Each is one item, however often it is sent again."""
    [run] = played(scenarios.PICTURES)
    assert pictures(run.graph) == ["user", "tool"]
    assert not run.odd


def test_the_newest_model(played: Player) -> None:
    """Its requests hold configuration items, which are no part of the conversation."""
    [run] = played(scenarios.NEWEST_MODEL)
    assert [call.execution.status for call in run.graph.inference_calls.values()] == ["completed"]
    assert not run.odd


def test_an_answer_that_is_cut_after_its_tool_ran(played: Player) -> None:
    """The next request shows the call of the failed one, and its output."""
    [run] = played(scenarios.CUT_ANSWER)
    failed, completed = run.graph.inference_calls.values()
    assert (failed.execution.status, completed.execution.status) == ("failed", "completed")
    [tool] = run.graph.tool_calls.values()
    shown = {*tool.model_visible_call_item_ids, *tool.model_visible_output_item_ids}
    assert shown <= set(completed.request_item_ids)
    assert printed(run.graph) == {"the lamp is lit\n": 0}
    assert not run.odd


def test_interrupted_turns(played: Player) -> None:
    """The first while a command runs, the second while the model talks. Nothing ends the command's tool call."""
    [run] = played(scenarios.INTERRUPTED)
    assert [turn.execution.status for turn in run.graph.codex_turns.values()] == ["cancelled", "cancelled", "completed"]
    calls = run.graph.inference_calls.values()
    assert [call.execution.status for call in calls] == ["completed", "cancelled", "completed"]
    assert tools(run.graph) == [("exec_command", "running")]
    assert run.graph.status == "completed"
    assert not run.odd


def test_an_interrupted_cell(played: Player) -> None:
    """The turn ends the cell; what runs in it may have an end or not."""
    [run] = played(scenarios.INTERRUPTED_CELL)
    assert [turn.execution.status for turn in run.graph.codex_turns.values()] == ["cancelled", "completed"]
    assert [cell.runtime_status for cell in run.graph.code_cells.values()] == ["terminated", "completed"]
    assert not run.odd


def test_a_client_that_was_killed(played: Player, client: Client) -> None:
    """Nothing has an end, and only schema 2 can tell that the recording has none."""
    [run] = played(scenarios.KILLED)
    assert tools(run.graph) == [("exec_command", "completed"), ("exec_command", "running")]
    [turn] = run.graph.codex_turns.values()
    assert (run.graph.status, turn.execution.status) == ("running", "running")
    assert run.graph.recording_complete is (None if client.schema == 1 else False)
    assert run.odd <= {Code.NOT_COMPLETED}


def test_a_client_that_was_killed_while_a_child_worked(played: Player) -> None:
    [run] = played(scenarios.KILLED_WITH_A_CHILD)
    assert agents(run.graph) == {"/root": "running", "/root/patient": "running"}
    assert edges(run.graph) == ["spawn_agent"]
    [cell] = run.graph.code_cells.values()
    assert cell.runtime_status == "starting"
    assert run.odd <= {Code.NOT_COMPLETED}


def test_a_thread_that_goes_on_in_another_process(played: Player) -> None:
    """Two bundles of one thread; the second knows the old words only from its first request."""
    first, second = played(scenarios.RESUMED)
    assert first.graph.root_thread_id == second.graph.root_thread_id
    assert first.graph.trace_id != second.graph.trace_id
    assert printed(second.graph) == {"seven\n": 0}
    assert not first.odd | second.odd


def test_a_turn_that_is_steered_and_a_fork(played: Player) -> None:
    """The fork is a thread of its own, in a bundle of its own."""
    steered, fork = played(scenarios.STEERED_AND_FORKED)
    assert [turn.execution.status for turn in steered.graph.codex_turns.values()] == ["completed"]
    assert steered.graph.root_thread_id != fork.graph.root_thread_id
    assert printed(fork.graph) == {"the other way\n": 0}
    assert not steered.odd | fork.odd
