"""What a host puts into its own conversation is usable whatever becomes of the recording of it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rollout_trace import Recorder, reduce_bundle
from rollout_trace.record import Thread, Turn

Item = dict[str, Any]
State = Callable[[Path], tuple[Thread, Turn]]

USER = {"role": "user", "content": "hello"}
TEXT = [{"type": "input_text", "text": "done"}]


def started(folder: Path) -> tuple[Recorder, Thread, Turn]:
    rollout = Recorder(folder)
    root = rollout.root_thread()
    return rollout, root, root.turn()


def disabled(_folder: Path) -> tuple[Thread, Turn]:
    root = Recorder(None).root_thread()
    return root, root.turn()


def recorded(folder: Path) -> tuple[Thread, Turn]:
    _, root, turn = started(folder)
    return root, turn


def closed(folder: Path) -> tuple[Thread, Turn]:
    rollout, root, turn = started(folder)
    rollout.close()
    return root, turn


def ended(folder: Path) -> tuple[Thread, Turn]:
    _, root, turn = started(folder)
    root.end()
    return root, turn


def broken(folder: Path) -> tuple[Thread, Turn]:
    _, root, turn = started(folder)
    shutil.rmtree(folder)
    return root, turn


def without_payloads(folder: Path) -> tuple[Thread, Turn]:
    rollout, root, turn = started(folder)
    assert rollout.path is not None
    shutil.rmtree(rollout.path / "payloads")
    return root, turn


@pytest.fixture(params=[recorded, disabled, closed, ended, broken, without_payloads])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Thread, Turn]:
    make: State = request.param
    return make(tmp_path / "traces")


def said(item: Item) -> Item:
    """An item without the id that a recording gives it."""
    return {name: value for name, value in item.items() if name != "id"}


def output(call_id: object, words: object, kind: str = "function_call_output") -> Item:
    return {"type": kind, "call_id": call_id, "output": words}


def test_the_output_of_a_tool_is_its_item(state: tuple[Thread, Turn]) -> None:
    root, turn = state
    sources: tuple[Thread | Turn, ...] = (root, turn)
    for number, source in enumerate(sources):
        with source.tool("echo", call_id=f"plain-{number}", arguments={}) as tool:
            assert said(tool.output("done")) == output(f"plain-{number}", "done")
            assert tool.output("again") == output(f"plain-{number}", "again")
        with source.tool("patch", call_id=f"custom-{number}", input="…") as tool:
            tool.failed("it is broken")
            item = tool.output(lambda: "worked out")
            assert item == output(f"custom-{number}", "worked out", "custom_tool_call_output")


def test_the_output_of_a_tool_keeps_a_call_id_that_is_no_text(state: tuple[Thread, Turn]) -> None:
    _, turn = state
    call_id: Any = 7
    with turn.tool("echo", call_id=call_id) as tool:
        assert tool.output("done") == output(7, "done")


def test_a_call_id_that_is_no_text_leaves_a_readable_trace(tmp_path: Path) -> None:
    call_id: Any = 7
    with Recorder(tmp_path) as rollout, rollout.root_thread() as root, root.turn() as turn:
        with turn.tool("echo", call_id=call_id) as tool:
            item = tool.output("done")
        with turn.inference() as attempt:
            attempt.request({"input": [USER, item]})
    assert rollout.path is not None
    assert reduce_bundle(rollout.path).diagnostics == ()


@pytest.mark.parametrize("how", ["yielded", "completed", "failed", "terminated"])
def test_what_a_cell_shows_is_its_item(how: str, state: tuple[Thread, Turn]) -> None:
    _, turn = state
    cell = turn.cell(call_id="one", source="text(1)")
    arguments = ("trouble", "done") if how == "failed" else ("done",)
    for _ in range(2):
        assert said(getattr(cell, how)(*arguments)) == output("one", TEXT, "custom_tool_call_output")


def test_a_message_is_its_item(state: tuple[Thread, Turn]) -> None:
    root, _ = state
    child = root.spawn("worker")
    item = child.receive("look", sender=root)
    content = [{"type": "input_text", "text": "look"}]
    message = {"type": "agent_message", "author": "/root", "recipient": "/root/worker", "content": content}
    assert said(item) == message


def test_an_installed_history_has_all_that_it_was_given(state: tuple[Thread, Turn]) -> None:
    _, turn = state
    odd: list[Any] = [USER, {"type": "message", "role": "nobody"}, object(), {"type": "compaction"}]
    compaction = turn.compaction()
    for _ in range(2):
        history: list[Any] = compaction.installed([USER], (item for item in odd))
        assert len(history) == len(odd)
        assert history[0]["role"] == "user"
        assert history[1:] == odd[1:]


def test_an_item_is_an_item(state: tuple[Thread, Turn]) -> None:
    root, _ = state
    item: Item = root.item(USER)
    assert item["role"] == "user"
    odd: Item = {"type": "message", "role": "nobody"}
    assert root.item(odd) is odd


def test_what_cannot_be_worked_out_says_why(state: tuple[Thread, Turn]) -> None:
    _, turn = state
    with turn.tool("echo", call_id="one") as tool:
        assert tool.output(lambda: 1 / 0)["output"] == "ZeroDivisionError: division by zero"


def test_a_forked_child_goes_on_with_its_items(tmp_path: Path) -> None:
    root, turn = recorded(tmp_path)
    tool = turn.tool("echo", call_id="one")
    child = os.fork()
    if not child:
        is_usable = tool.output("done") == output("one", "done") and root.item(USER) is USER
        os._exit(0 if is_usable else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
