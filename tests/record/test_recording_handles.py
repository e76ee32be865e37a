"""What each handle records, and how it ends (spec 4, "Contexts"); read back as the graph."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rollout_trace import Bundle, LoggedEvent, Recorder, RolloutTrace, reduce_bundle
from rollout_trace.events import types as events
from rollout_trace.events.references import event_type
from rollout_trace.record import Recorder as SameRecorder
from rollout_trace.record import Thread, Turn
from rollout_trace.values import ExecCommand, GenericSummary, Mcp, Other, SpawnAgent

Story = Callable[[Thread], None]


def recorded(folder: Path, story: Story, schema: int = 2) -> tuple[RolloutTrace, Bundle]:
    """The graph and the bundle of a root thread that does what the story says."""
    with Recorder(folder, schema=schema) as rollout:
        story(rollout.root_thread(model="a-model", provider="a-provider", cwd="/repo"))
    assert rollout.path is not None
    reduction = reduce_bundle(rollout.path)
    assert reduction.diagnostics == ()
    return reduction.trace, Bundle(rollout.path)


def log_of(bundle: Bundle) -> list[Any]:
    """What the events of a bundle say beyond their envelopes."""
    return [entry.event.payload for entry in bundle.events() if isinstance(entry, LoggedEvent)]


def types_in(bundle: Bundle) -> list[str]:
    return [event_type(entry.event) for entry in bundle.events() if isinstance(entry, LoggedEvent)]


def in_turn(story: Callable[[Turn], None]) -> Story:
    def whole(root: Thread) -> None:
        with root.turn() as turn:
            story(turn)

    return whole


def only(some: Any) -> Any:
    (one,) = some.values()
    return one


# The frame.


@pytest.mark.parametrize("schema", [1, 2])
def test_an_empty_run_has_a_beginning_and_an_end(schema: int, tmp_path: Path) -> None:
    graph, bundle = recorded(tmp_path, lambda _root: None, schema)

    ends = ["thread_ended", "rollout_ended"] + ["recording_completed"] * (schema == 2)
    assert types_in(bundle) == ["rollout_started", "thread_started", *ends]
    assert bundle.path.name == f"trace-{bundle.manifest.trace_id}-{bundle.manifest.root_thread_id}"
    thread = only(graph.threads)
    assert (thread.agent_path, thread.default_model, str(graph.status)) == ("/root", "a-model", "completed")


def test_the_turns_events_carry_thread_and_turn_and_those_of_the_frame_neither(tmp_path: Path) -> None:
    def story(turn: Turn) -> None:
        with turn.tool("echo", call_id="one") as tool, tool.mcp_call("server", "echo"):
            pass

    _, bundle = recorded(tmp_path, in_turn(story))

    for entry in bundle.events():
        assert isinstance(entry, LoggedEvent)
        name = event_type(entry.event)
        is_frame = name.startswith(("rollout_", "thread_", "recording_", "mcp_tool_call_correlation"))
        context = (entry.event.thread_id, entry.event.codex_turn_id)
        assert (context == (None, None)) if is_frame else (None not in context), name


class Trouble(Exception):  # noqa: N818 - what a program runs into
    pass


@pytest.mark.parametrize(
    ("exception", "work", "rollout_status"),
    [
        (Trouble("no"), "failed", "failed"),
        (KeyboardInterrupt(), "cancelled", "aborted"),
        (asyncio.CancelledError(), "cancelled", "aborted"),
        (GeneratorExit(), "cancelled", "aborted"),
        (SystemExit(0), "completed", "completed"),
        (SystemExit(2), "failed", "failed"),
    ],
)
def test_an_exception_ends_what_it_leaves_and_goes_on(
    exception: BaseException, work: str, rollout_status: str, tmp_path: Path
) -> None:
    with (  # noqa: PT012 - the blocks are what is tested
        pytest.raises(type(exception)) as raised,
        Recorder(tmp_path) as rollout,
        rollout.root_thread() as root,
        root.turn() as turn,
        turn.tool("echo", call_id="one"),
        turn.inference() as attempt,
    ):
        attempt.request({"input": []})
        raise exception
    assert raised.value is exception
    assert rollout.path is not None

    graph = reduce_bundle(rollout.path).trace
    assert str(graph.status) == rollout_status
    assert str(only(graph.codex_turns).execution.status) == work
    assert str(only(graph.tool_calls).execution.status) == work
    assert str(only(graph.inference_calls).execution.status) == ("failed" if work == "failed" else "cancelled")
    assert str(only(graph.threads).execution.status) == rollout_status.replace("cancelled", "aborted")


@pytest.mark.parametrize(
    ("how", "left"),
    [("completed", "cancelled"), ("failed", "failed"), ("cancelled", "cancelled"), ("aborted", "aborted")],
)
def test_what_is_open_when_its_turn_ends_ends_with_it(how: str, left: str, tmp_path: Path) -> None:
    def story(root: Thread) -> None:
        turn = root.turn()
        turn.inference().request({"input": []})
        turn.tool("echo").runtime({})
        turn.compaction().request({"input": []})
        turn.end(how)

    graph, bundle = recorded(tmp_path, story)

    assert str(only(graph.tool_calls).execution.status) == left
    assert str(only(graph.inference_calls).execution.status) == ("failed" if left == "failed" else "cancelled")
    assert str(only(graph.compaction_requests).execution.status) == "failed"
    assert types_in(bundle).index("codex_turn_ended") > types_in(bundle).index("tool_call_ended")


def test_what_is_open_when_the_rollout_is_closed_ends_before_it(tmp_path: Path) -> None:
    def story(root: Thread) -> None:
        child = root.spawn("worker")
        child.turn().tool("echo")
        root.turn()

    graph, bundle = recorded(tmp_path, story)

    assert {str(turn.execution.status) for turn in graph.codex_turns.values()} == {"cancelled"}
    assert [str(thread.execution.status) for thread in graph.threads.values()] == ["completed"] * 2
    assert types_in(bundle)[-3:] == ["thread_ended", "rollout_ended", "recording_completed"]


def test_an_object_ends_once(tmp_path: Path) -> None:
    def story(turn: Turn) -> None:
        with turn.inference() as attempt:
            attempt.request({"input": []})
            attempt.completed([])
            attempt.failed("late")
            attempt.cancelled()
        with turn.tool("echo", call_id="one") as tool:
            tool.output("done")
            tool.failed("late")
        turn.end()
        turn.end("failed")

    graph, bundle = recorded(tmp_path, in_turn(story))

    assert str(only(graph.inference_calls).execution.status) == "completed"
    assert str(only(graph.tool_calls).execution.status) == "completed"
    assert str(only(graph.codex_turns).execution.status) == "completed"
    assert len(types_in(bundle)) == len(set(types_in(bundle)))


# Inference.


def test_an_attempt_that_was_never_sent_leaves_no_trace(tmp_path: Path) -> None:
    def story(turn: Turn) -> None:
        with turn.inference():
            pass

    graph, _ = recorded(tmp_path, in_turn(story))
    assert graph.inference_calls == {}


def test_what_came_of_an_answer_is_kept_when_it_fails(tmp_path: Path) -> None:
    def story(turn: Turn) -> None:
        with turn.inference() as attempt:
            attempt.request({"input": [{"role": "user", "content": "hello"}]})
            attempt.item({"type": "message", "role": "assistant", "content": "half of an"})
            attempt.failed(Trouble("cut"), upstream_request_id="req_1")

    graph, bundle = recorded(tmp_path, in_turn(story))

    call = only(graph.inference_calls)
    assert len(call.response_item_ids) == 1
    assert call.upstream_request_id == "req_1"
    (failed,) = [event for event in log_of(bundle) if isinstance(event, events.InferenceFailed)]
    assert failed.error == "Trouble: cut"


class Model:
    """An object of an SDK, which knows how to become plain values."""

    def __init__(self, **fields: object) -> None:
        self._fields = fields

    def model_dump(self, mode: str) -> dict[str, object]:
        assert mode == "json"
        return self._fields


def test_the_response_of_a_provider_is_taken_as_it_is(tmp_path: Path) -> None:
    usage = Model(
        input_tokens=7,
        input_tokens_details={"cached_tokens": 3},
        output_tokens=5,
        output_tokens_details={"reasoning_tokens": 2},
        total_tokens=12,
    )
    item = Model(type="message", id="msg_1", role="assistant", content=[{"type": "output_text", "text": "yes"}])

    def story(turn: Turn) -> None:
        with turn.inference() as attempt:
            assert attempt.headers == {"x-codex-inference-call-id": attempt.inference_call_id}
            attempt.request({"input": "say yes"})
            attempt.completed(Model(id="resp_1", output=[item], usage=usage))

    graph, _ = recorded(tmp_path, in_turn(story))

    call = only(graph.inference_calls)
    assert (call.model, call.provider_name, call.response_id) == ("a-model", "a-provider", "resp_1")
    tokens = call.usage
    assert (tokens.input_tokens, tokens.cached_input_tokens, tokens.output_tokens) == (7, 3, 5)
    assert tokens.reasoning_output_tokens == 2
    assert len(call.request_item_ids) == len(call.response_item_ids) == 1


def test_a_request_that_continues_an_answer_is_recorded_whole(tmp_path: Path) -> None:
    def story(turn: Turn) -> None:
        with turn.inference() as attempt:
            attempt.request({"input": "one"})
            attempt.completed({"id": "resp_1", "output": [{"type": "message", "role": "assistant", "content": "1"}]})
        for _ in range(2):  # the second time after a failure, and with other words
            with turn.inference() as attempt:
                attempt.request({"input": "two", "previous_response_id": "resp_1"})
        with turn.inference() as attempt:
            attempt.request({"input": "three", "previous_response_id": "of another process"})

    graph, _ = recorded(tmp_path, in_turn(story))

    first, second, again, unknown = graph.inference_calls.values()
    assert second.request_item_ids[:2] == (*first.request_item_ids, *first.response_item_ids)
    assert again.request_item_ids == second.request_item_ids
    assert len(unknown.request_item_ids) == 1


# Tools.

KINDS = {
    "exec_command": "exec_command shell shell_command local_shell",
    "write_stdin": "write_stdin",
    "apply_patch": "apply_patch",
    "web": "web_search web_search_preview",
    "image_generation": "image_generation image_query imagegen",
    "spawn_agent": "spawn_agent",
    "send_message": "send_message",
    "assign_agent_task": "followup_task assign_task",
    "wait_agent": "wait_agent",
    "close_agent": "close_agent interrupt_agent",
}


def test_the_name_says_the_kind(tmp_path: Path) -> None:
    asked = {"session_id": 1}
    names = [(name, kind) for kind, some in KINDS.items() for name in some.split()]

    def story(turn: Turn) -> None:
        for name, _ in names:
            turn.tool(name, arguments=asked).cancelled()
        turn.tool("my_tool", namespace="mine", arguments={"long": "ä" * 200}).cancelled()

    graph, _ = recorded(tmp_path, in_turn(story), schema=1)

    *known, mine = graph.tool_calls.values()
    kinds = [str(tool.kind.__struct_config__.tag) for tool in known]
    assert kinds == [kind for _, kind in names]
    assert mine.kind == Other("my_tool")
    assert isinstance(mine.summary, GenericSummary)
    assert mine.summary.label == "mine.my_tool"
    assert mine.summary.input_preview == '{"long":"' + "ä" * 151 + "..."


def test_in_schema_1_a_stdin_call_that_names_no_process_is_of_another_kind(tmp_path: Path) -> None:
    def story(turn: Turn) -> None:
        turn.tool("write_stdin", arguments='{"session_id": ').output("malformed")
        turn.tool("write_stdin", arguments={"session_id": 1, "chars": None}).output("null")
        turn.tool("wait", arguments={"cell": "misspelt"}).output("no cell")

    recorded(tmp_path, in_turn(story), schema=1)
    recorded(tmp_path, in_turn(story), schema=2)


@pytest.mark.parametrize("schema", [1, 2])
def test_a_command_outlives_its_call_and_its_turn(schema: int, tmp_path: Path) -> None:
    def story(root: Thread) -> None:
        with root.turn() as turn, turn.tool("exec_command", call_id="one") as tool:
            command = tool.command(["make", "all"], cwd="/repo", process_id=7)
            tool.output("running")
        root.end()
        command.exited(2, "failed")

    graph, bundle = recorded(tmp_path, story, schema)

    operation = only(graph.terminal_operations)
    assert operation.request.display_command == "make all"
    assert (operation.result.exit_code, operation.result.stdout) == (2, "failed")
    assert types_in(bundle).index("tool_call_runtime_ended") > types_in(bundle).index("thread_ended")


@pytest.mark.parametrize("schema", [1, 2])
def test_a_process_number_that_two_threads_use_confuses_nobody(schema: int, tmp_path: Path) -> None:
    def story(root: Thread) -> None:
        for thread in (root, root.spawn("worker")):
            with thread.turn() as turn:
                with turn.tool("exec_command") as tool:
                    tool.command("ls", cwd="/", process_id=7).exited(0, "")
                with turn.tool("write_stdin", arguments={"session_id": 7}) as tool:
                    tool.result("")

    recorded(tmp_path, story, schema)


def test_stdin_goes_to_the_command_that_it_went_to(tmp_path: Path) -> None:
    def story(turn: Turn) -> None:
        with turn.tool("exec_command") as tool:
            command = tool.command("python", cwd="/", process_id=7)
        with turn.tool("write_stdin", arguments={"session_id": 8, "chars": "x"}) as tool:
            tool.stdin_of(command)

    graph, _ = recorded(tmp_path, in_turn(story))
    assert len(graph.terminal_sessions) == 1


def test_schema_2_says_what_really_ran(tmp_path: Path) -> None:
    def story(turn: Turn) -> None:
        with turn.tool("bash") as tool, tool.command("ls", cwd="/") as command:
            command.exited(0, "")
        with turn.tool("echo", namespace="mcp__demo") as tool, tool.mcp_call("demo", "echo") as call:
            assert call.meta == {"codex_bridge_mcp_call_id": call.mcp_call_id}
            call.failed("no")

    graph, _ = recorded(tmp_path, in_turn(story))

    bash, echo = graph.tool_calls.values()
    assert (bash.kind, echo.kind) == (ExecCommand(), Mcp("demo", "echo"))
    assert echo.mcp_call_id is not None


def test_a_call_id_that_comes_again_makes_nothing_unreadable(tmp_path: Path) -> None:
    def story(turn: Turn) -> None:
        for words in ("one", "two"):
            call = {"type": "function_call", "name": "echo", "call_id": "call_0", "arguments": f'{{"words":"{words}"}}'}
            with turn.inference() as attempt:
                attempt.request({"input": []})
                attempt.completed([call])
            with turn.tool("echo", call_id="call_0", arguments={"words": words}) as tool:
                tool.output(words)

    with Recorder(tmp_path) as rollout, rollout.root_thread() as root, root.turn() as turn:
        story(turn)
    assert rollout.path is not None
    graph = reduce_bundle(rollout.path).trace
    assert [tool.model_visible_call_id for tool in graph.tool_calls.values()] == ["call_0", None]


@pytest.mark.parametrize("schema", [1, 2])
@pytest.mark.parametrize("said", [{}, {"agent_thread_id": "x", "kind": "started"}, {"command": 1}, [1]])
def test_whatever_is_said_of_a_runtime_nothing_becomes_unreadable(said: Any, schema: int, tmp_path: Path) -> None:
    works: list[Callable[[Any], Any]] = [
        lambda tool: tool.runtime(said).ended(said),
        lambda tool: tool.runtime({}).ended(said),
        lambda tool: tool.runtime({"command": ["ls"], "cwd": "/"}).ended({"exit_code": 0}),
        lambda tool: tool.runtime(said, kind=SpawnAgent()).ended({}),
        lambda tool: tool.command("ls", cwd="/").exited(0, ""),
        lambda tool: tool.mcp_call("server", "tool", said).result(said),
    ]
    with Recorder(tmp_path, schema=schema) as rollout, rollout.root_thread() as root, root.turn() as turn:
        for name in " ".join(KINDS.values()).split():
            for work in works:
                with turn.tool(name, arguments={"session_id": 1}) as tool:
                    work(tool)
                    tool.output(said)
    assert rollout.path is not None

    assert reduce_bundle(rollout.path).diagnostics == ()


# Cells.


@pytest.mark.parametrize("schema", [1, 2])
def test_a_cell_that_has_yielded_outlives_a_completed_turn(schema: int, tmp_path: Path) -> None:
    call = {"type": "custom_tool_call", "name": "exec", "call_id": "one", "input": "text(1)"}

    def story(root: Thread) -> None:
        with root.turn() as turn:
            with turn.inference() as attempt:
                attempt.request({"input": []})
                attempt.completed([call])
            with turn.cell(call_id="one", source="text(1)") as cell:
                shown = cell.yielded("so far")
        with root.turn() as turn:
            with turn.tool("wait", call_id="two", arguments={"cell_id": cell.cell_id}):
                cell.tool("echo").result(1)
                cell.completed("1")
            with turn.inference() as attempt:
                attempt.request({"input": [call, shown]})

    graph, _ = recorded(tmp_path, story, schema)

    cell = only(graph.code_cells)
    assert str(cell.execution.status) == "completed"
    assert cell.yielded_at_unix_ms is not None
    assert len(cell.nested_tool_call_ids) == len(cell.wait_tool_call_ids) == len(cell.output_item_ids) == 1


@pytest.mark.parametrize(("how", "status"), [("failed", "failed"), ("cancelled", "cancelled")])
def test_a_cell_ends_with_a_turn_that_does_not_complete(how: str, status: str, tmp_path: Path) -> None:
    def story(root: Thread) -> None:
        turn = root.turn()
        with turn.inference() as attempt:
            attempt.request({"input": []})
            attempt.completed([{"type": "custom_tool_call", "name": "exec", "call_id": "one", "input": "1"}])
        turn.cell(call_id="one", source="1").tool("echo")
        turn.end(how)

    graph, _ = recorded(tmp_path, story)
    assert str(only(graph.code_cells).execution.status) == status
    assert {str(tool.execution.status) for tool in graph.tool_calls.values()} == {status}


# Agents.


@pytest.mark.parametrize("schema", [1, 2])
@pytest.mark.parametrize("name", ["spawn_agent", "delegate"])
def test_a_child_its_task_and_its_result_are_tied_to_its_parent(name: str, schema: int, tmp_path: Path) -> None:
    def story(root: Thread) -> None:
        with root.turn() as turn:
            with turn.tool(name, call_id="one", arguments={"task": "look"}, kind=SpawnAgent()) as tool:
                child = root.spawn("Look Around", by=tool, message="look", nickname="Ada", agent_role="reviewer")
            with child.turn() as work:
                task = child.receive("look", sender=root)
                with work.inference() as attempt:
                    attempt.request({"input": [task]})
                    attempt.completed([{"type": "message", "role": "assistant", "content": "fine"}])
                work.result("fine", to=root)
                work.result("said twice", to=root)
            result = root.receive("fine", sender=child)
            with turn.inference() as attempt:
                attempt.request({"input": [result]})

    with Recorder(tmp_path, schema=schema) as rollout:
        story(rollout.root_thread())
    assert rollout.path is not None
    graph = reduce_bundle(rollout.path).trace

    _, child = graph.threads.values()
    assert (child.agent_path, child.nickname) == ("/root/look_around", "Ada")
    edges = {str(edge.kind): edge for edge in graph.interaction_edges.values()}
    assert sorted(edges) == ["agent_result", "spawn_agent"]
    assert all(hasattr(edge.target, "item_id") for edge in edges.values())


def test_in_schema_2_a_tool_of_any_name_may_spawn_send_and_close(tmp_path: Path) -> None:
    def story(root: Thread) -> None:
        with root.turn() as turn:
            with turn.tool("delegate", arguments={"task": "look"}) as tool:
                child = root.spawn("worker", by=tool, message="look")
            with turn.tool("tell", arguments={"message": "hurry"}) as tool:
                tool.sent(None, to=child)
            child.receive("hurry", sender=root)
            with turn.tool("stop") as tool:
                tool.closed(child)

    graph, _ = recorded(tmp_path, story)

    kinds = sorted(str(edge.kind) for edge in graph.interaction_edges.values())
    assert kinds == ["close_agent", "send_message", "spawn_agent"]


def test_children_of_one_name_have_paths_of_their_own(tmp_path: Path) -> None:
    def story(root: Thread) -> None:
        child = root.spawn("worker")
        root.spawn("worker")
        child.spawn("root")
        child.spawn("")

    graph, _ = recorded(tmp_path, story)
    paths = [thread.agent_path for thread in graph.threads.values()]
    assert paths == ["/root", "/root/worker", "/root/worker_2", "/root/worker/root_", "/root/worker/agent"]


def test_a_resumed_child_goes_on_in_schema_2_and_is_disabled_in_schema_1(tmp_path: Path) -> None:
    def story(root: Thread) -> None:
        child = root.spawn("worker")
        child.turn().end()
        child.end()
        again = child.resume()
        again.turn().end()
        assert again.recording.enabled is bool(again.thread_id)

    graph, bundle = recorded(tmp_path / "2", story, schema=2)
    assert len(graph.codex_turns) == 2
    assert types_in(bundle).count("thread_resumed") == 1
    graph, _ = recorded(tmp_path / "1", story, schema=1)
    assert len(graph.codex_turns) == 1


def test_protocol_events_are_kept_and_deltas_are_not(tmp_path: Path) -> None:
    def story(root: Thread) -> None:
        root.protocol_event("turn_started", {"type": "turn_started"})
        root.protocol_event("agent_message_delta", {"delta": "w"})

    _, bundle = recorded(tmp_path, story)
    assert types_in(bundle).count("protocol_event_observed") == 1


def test_the_handles_can_be_imported_from_one_place() -> None:
    assert SameRecorder is Recorder
