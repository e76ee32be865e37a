"""What a host is likely to get wrong is said to it, and nothing of what it said otherwise is lost."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rollout_trace import Bundle, LoggedEvent, Recorder, RolloutTrace, reduce_bundle
from rollout_trace.events.types import ProtocolEventObserved
from rollout_trace.record import Thread, Turn
from rollout_trace.values import ExecCommand, ToolKind

USER = {"role": "user", "content": "hello"}


def recorded(folder: Path, story: Callable[[Turn], None], schema: int = 2) -> RolloutTrace:
    with Recorder(folder, schema=schema) as rollout, rollout.root_thread() as root, root.turn() as turn:
        story(turn)
    assert rollout.path is not None
    reduction = reduce_bundle(rollout.path)
    assert reduction.diagnostics == ()
    return reduction.trace


def protocol_events(folder: Path, event_type: str) -> list[Any]:
    """The payloads of a type of protocol event, in the one bundle of a folder."""
    (path,) = folder.iterdir()
    bundle = Bundle(path)
    said = [entry.event.payload for entry in bundle.events() if isinstance(entry, LoggedEvent)]
    kept = [event for event in said if isinstance(event, ProtocolEventObserved) and event.event_type == event_type]
    return [json.loads(bundle.read_payload(event.event_payload)) for event in kept]


def warnings(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(record.getMessage() for record in caplog.records if record.levelno == logging.WARNING)


def only(some: Any) -> Any:
    (one,) = some.values()
    return one


# Other APIs.


@pytest.mark.parametrize(
    ("request_body", "response", "reasons"),
    [
        ({"messages": [USER]}, [], ["a request has no `input`: is it of the Chat Completions API?"]),
        ({"model": "m"}, [], ["a request has no `input`"]),
        ({"input": []}, {"choices": []}, ["a response has `choices`"]),
        ({"input": []}, {"type": "message", "content": [], "stop_reason": "end_turn"}, ["is it of the Messages API?"]),
        ({"input": []}, {"id": "resp_1"}, ["a response has no `output`"]),
    ],
)
def test_what_speaks_another_api_is_not_silently_empty(
    request_body: Any, response: Any, reasons: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def story(turn: Turn) -> None:
        for _ in range(2):
            with turn.inference() as attempt:
                attempt.request(request_body)
                attempt.completed(response)

    recorded(tmp_path, story)

    for reason in reasons:
        assert warnings(caplog).count(reason) == 2  # when it comes, and with the total
    (first, _) = protocol_events(tmp_path, "warning")
    assert first["lost"]["items"].keys() <= {"request", "response"}


def test_nor_is_a_compaction_that_speaks_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recorded(tmp_path, lambda turn: turn.compaction().request({"messages": [USER]}).completed({"choices": []}))

    assert "Compaction.request: a request has no `input`" in warnings(caplog)
    assert "CompactionRequest.completed: a response has `choices`" in warnings(caplog)


@pytest.mark.parametrize("answer", ["Hello", {"type": "message", "role": "assistant", "content": "Hello"}])
def test_a_text_or_a_single_item_is_an_answer(answer: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def story(turn: Turn) -> None:
        with turn.inference() as attempt:
            attempt.request({"input": [USER]})
            attempt.completed(answer)

    graph = recorded(tmp_path, story)

    (item_id,) = only(graph.inference_calls).response_item_ids
    item: Any = graph.conversation_items[item_id]
    assert (item.role, item.body.parts[0].text) == ("assistant", "Hello")
    assert warnings(caplog) == ""


@pytest.mark.parametrize("usage", [{"prompt_tokens": 3, "completion_tokens": 4}, {"input_tokens": None}, {}])
def test_a_cost_that_is_not_known_is_not_zero(usage: Any, tmp_path: Path) -> None:
    def story(turn: Turn) -> None:
        with turn.inference() as attempt:
            attempt.request({"input": [USER]})
            attempt.completed("Hello", usage=usage)

    assert only(recorded(tmp_path, story).inference_calls).usage is None


def test_an_answer_without_a_request_is_refused(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recorded(tmp_path, lambda turn: turn.inference().completed("Hello"))
    assert "InferenceAttempt.completed: no request was sent" in warnings(caplog)


# Errors.


def crash(root: Thread) -> None:
    with root.turn(), root.turn() as inner, inner.tool("echo"):
        raise ValueError("the reason")


@pytest.mark.parametrize("schema", [1, 2])
def test_an_error_that_leaves_a_block_is_kept_once(schema: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="reason"), Recorder(tmp_path, schema=schema) as rollout:
        crash(rollout.root_thread())
    assert rollout.path is not None

    (error,) = protocol_events(tmp_path, "error")
    assert error["message"] == "ValueError: the reason"
    assert error["exception"] == "ValueError"
    assert error["turn_id"] == list(reduce_bundle(rollout.path).trace.codex_turns)[-1]
    assert reduce_bundle(rollout.path).diagnostics == ()


def test_each_error_is_kept_and_an_interrupt_is_none(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Recorder(tmp_path) as rollout:  # noqa: PT012
        root = rollout.root_thread()
        for _ in range(2):
            with pytest.raises(ValueError, match="reason"):
                crash(root)
        raise KeyboardInterrupt
    assert len(protocol_events(tmp_path, "error")) == 2


# Statuses, kinds, ids, exit codes.


@pytest.mark.parametrize("status", ["error", "running", "", None, 7])
def test_an_unknown_status_is_a_failure(status: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def story(turn: Turn) -> None:
        turn.tool("echo", call_id="one").output("bad news", status=status)
        turn.tool("echo", call_id="two").result("bad news", status=status)
        turn.tool("echo", call_id="three").runtime({}).ended({}, status=status)
        turn.end(status)

    graph = recorded(tmp_path, story)

    one, two, _ = graph.tool_calls.values()
    assert str(one.execution.status) == str(two.execution.status) == "failed"
    assert one.raw_result_payload_id is not None
    assert str(only(graph.codex_turns).execution.status) == "failed"
    for call in ("Tool.output", "Tool.result", "Runtime.ended", "Turn.end"):
        assert f"{call}: {status!r} is no status" in warnings(caplog)


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        ("completed", "completed"),
        ("failed", "failed"),
        ("cancelled", "aborted"),
        ("aborted", "aborted"),
        ("x", "failed"),
    ],
)
def test_a_rollout_ends_as_its_root_or_its_recorder(status: str, ended: str, tmp_path: Path) -> None:
    for name, end in (("root", Thread.end), ("recorder", None)):
        rollout = Recorder(tmp_path / name)
        root = rollout.root_thread()
        if end is not None:
            end(root, status)
        rollout.close(status)
        assert rollout.path is not None
        assert str(reduce_bundle(rollout.path).trace.status) == ended


@pytest.mark.parametrize("kind", [ExecCommand(), ExecCommand, "exec_command"])
def test_a_kind_is_said_by_value_class_or_name(kind: ToolKind | type[ToolKind] | str, tmp_path: Path) -> None:
    said: Any = kind
    graph = recorded(tmp_path, lambda turn: turn.tool("bash", kind=said).cancelled())
    assert only(graph.tool_calls).kind == ExecCommand()


@pytest.mark.parametrize("schema", [1, 2])
@pytest.mark.parametrize(("said", "code"), [(None, -1), ("2", -1), (1 << 40, -1), (2.5, -1), (-9, -9), (2, 2)])
def test_an_exit_code_may_be_unknown(said: Any, code: int, schema: int, tmp_path: Path) -> None:
    def story(turn: Turn) -> None:
        with turn.tool("exec_command") as tool:
            tool.command("make", cwd="/").exited(said, "all that it wrote")

    operation = only(recorded(tmp_path, story, schema).terminal_operations)
    assert (operation.result.exit_code, operation.result.stdout) == (code, "all that it wrote")


@pytest.mark.parametrize("wanted", ["a/b", "..", "a\x00b", "a b", ""])
def test_an_id_that_is_no_plain_name_is_replaced(wanted: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Recorder(tmp_path, trace_id=wanted, thread_id=wanted) as rollout:
        root = rollout.root_thread()
    assert wanted not in {rollout.trace_id, root.thread_id}
    assert rollout.path is not None
    assert rollout.path.parent == tmp_path
    assert "is no trace_id" in warnings(caplog)
    assert "is no thread_id" in warnings(caplog)


def test_a_thread_id_that_is_no_uuid_is_kept_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Recorder(tmp_path, thread_id="mine") as rollout:
        root = rollout.root_thread()
        assert root.spawn("worker", thread_id="other").thread_id == "other"
    assert root.thread_id == "mine"
    assert warnings(caplog).count("is no UUID") == 2


def test_no_folder_and_a_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Recorder("").enabled
    monkeypatch.setenv("HOME", str(tmp_path))
    with Recorder("~/traces") as rollout:
        assert rollout.path is not None
        assert rollout.path.parent == tmp_path / "traces"


def test_a_folder_that_is_not_empty_is_called_that(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "something").touch()
    assert not Recorder(None, bundle=tmp_path).enabled
    assert "no empty folder" in warnings(caplog)


# What is logged.


def test_each_reason_is_logged_once_by_the_public_name_of_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd: Any = object()

    def story(turn: Turn) -> None:
        for _ in range(3):
            turn.tool("echo", arguments=odd)
            turn.tool("echo", call_id="one")

    recorded(tmp_path, story)

    first, second, total = warnings(caplog).splitlines()
    assert "Turn.tool: objects of type object are no JSON" in first
    assert "Turn.tool: call id one was used before" in second
    assert "not everything is in the trace" in total
    assert "Turn.tool: 5" in total


def test_at_most_twenty_reasons_are_logged_as_warnings(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def story(turn: Turn) -> None:
        for number in range(40):
            for _ in range(2):
                turn.tool("echo", call_id=f"call_{number}")

    recorded(tmp_path, story)
    assert len(warnings(caplog).splitlines()) == 20 + 1
