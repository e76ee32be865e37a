"""Threads and tasks may record at once, calls may interrupt calls, forked children leave their parent's log alone."""

import asyncio
import gc
import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rollout_trace import Recorder, reduce_bundle
from rollout_trace.record import Thread, files

THREADS = 8
EVENTS_OF_EACH = 5_000


def log_of(rollout: Recorder) -> list[dict[str, Any]]:
    assert rollout.path is not None
    lines = (rollout.path / "trace.jsonl").read_bytes().splitlines(keepends=True)
    assert all(line.endswith(b"\n") for line in lines)
    return [json.loads(line) for line in lines]


def assert_whole(rollout: Recorder) -> None:
    log = log_of(rollout)
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    times = [event["wall_time_unix_ms"] for event in log]
    assert times == sorted(times)


def test_events_of_many_threads_are_all_there_in_order(tmp_path: Path) -> None:
    with Recorder(tmp_path) as rollout:
        root = rollout.root_thread()

        def work() -> None:
            for number in range(EVENTS_OF_EACH // 2):
                turns.append((threading.get_ident(), number, root.turn()))
                turns[-1][2].end()

        turns: list[tuple[int, int, Any]] = []
        workers = [threading.Thread(target=work) for _ in range(THREADS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    assert_whole(rollout)
    seen = [event["payload"] for event in log_of(rollout) if event["payload"]["type"].startswith("codex_turn")]
    assert len(seen) == THREADS * EVENTS_OF_EACH
    order = {payload["codex_turn_id"]: place for place, payload in enumerate(seen) if payload["type"].endswith("ed")}
    for name in {ident for ident, _, _ in turns}:
        own = [order[done.turn_id] for ident, _, done in turns if ident == name]
        assert own == sorted(own)


def test_payloads_of_many_threads_are_all_there(tmp_path: Path) -> None:
    with Recorder(tmp_path) as rollout:
        root = rollout.root_thread()

        def work(name: int) -> None:
            for number in range(100):
                root.protocol_event("error", {"worker": name, "number": number})

        workers = [threading.Thread(target=work, args=(name,)) for name in range(THREADS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert rollout.path is not None

    refs = [event["payload"].get("event_payload") for event in log_of(rollout)]
    bodies = [json.loads((rollout.path / ref["path"]).read_bytes()) for ref in refs if ref]
    assert {(body["worker"], body["number"]) for body in bodies} == {(w, n) for w in range(THREADS) for n in range(100)}
    assert reduce_bundle(rollout.path).diagnostics == ()


def test_tasks_record_at_once_and_their_cancellation_is_recorded(tmp_path: Path) -> None:
    async def agent(root: Thread, number: int) -> None:
        with root.turn() as turn, turn.tool("echo", call_id=f"call-{number}") as tool:
            await asyncio.sleep(0)
            if number % 2:
                await asyncio.sleep(60)
            tool.output("done")

    async def run(root: Thread) -> None:
        tasks = [asyncio.create_task(agent(root, number)) for number in range(50)]
        for _ in range(5):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    with Recorder(tmp_path) as rollout:
        asyncio.run(run(rollout.root_thread()))
    assert rollout.path is not None

    assert_whole(rollout)
    reduction = reduce_bundle(rollout.path)
    assert reduction.diagnostics == ()
    tools = {str(call): str(tool.execution.status) for call, tool in reduction.trace.tool_calls.items()}
    assert tools == {f"call-{number}": "cancelled" if number % 2 else "completed" for number in range(50)}
    turns = [str(turn.execution.status) for turn in reduction.trace.codex_turns.values()]
    assert turns.count("cancelled") == turns.count("completed") == 25


def test_a_call_within_a_call_waits_for_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A garbage collection may close a generator that records, in the middle of a write."""
    with Recorder(tmp_path) as rollout:
        root = rollout.root_thread()

        def generator() -> Iterator[None]:
            with root.turn():
                yield

        def collecting(descriptor: int, data: bytes | memoryview) -> int:
            written = append(descriptor, data)
            if abandoned:
                abandoned.clear()
                gc.collect()
            return written

        append: Callable[[int, bytes | memoryview], int] = files.append
        monkeypatch.setattr(files, "append", collecting)
        running = generator()
        abandoned: list[bool] = []
        next(running)
        abandoned.append(True)
        circle: list[Any] = [running]
        circle.append(circle)
        del running, circle
        other = threading.Thread(target=lambda: root.turn().end())
        other.start()
        other.join(30)
        assert not other.is_alive()
    assert rollout.path is not None

    assert_whole(rollout)
    statuses = sorted(str(turn.execution.status) for turn in reduce_bundle(rollout.path).trace.codex_turns.values())
    assert statuses == ["cancelled", "completed"]


def test_an_interruption_in_the_middle_of_a_call_tears_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Recorder(tmp_path) as rollout:
        root = rollout.root_thread()
        append: Callable[[int, bytes | memoryview], int] = files.append
        for interrupted in range(20):

            def interrupting(descriptor: int, data: bytes | memoryview, *, cut: int = interrupted) -> int:
                append(descriptor, data[: cut * 20])
                raise KeyboardInterrupt

            with monkeypatch.context() as patched:
                patched.setattr(files, "append", interrupting)
                with pytest.raises(KeyboardInterrupt):
                    root.turn()
            root.turn().end()
    assert rollout.path is not None

    assert_whole(rollout)
    reduction = reduce_bundle(rollout.path)
    assert reduction.diagnostics == ()
    assert len(reduction.trace.codex_turns) == 20


def in_child(root: Thread, folder: Path) -> None:
    """What a forked child does: its parent's handles are dead, but it may record a rollout of its own."""
    turn = root.turn()
    turn.tool("echo", arguments=lambda: os._exit(3)).output("not recorded")
    with Recorder(folder) as own:
        own.root_thread().turn().end()
    os._exit(0 if own.enabled is False and own.path is not None and turn.turn_id == "" else 4)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("durability", ["process", "interval"])
def test_a_forked_child_never_writes_into_its_parents_log(tmp_path: Path, durability: str) -> None:
    with Recorder(tmp_path / "parent", durability=durability) as rollout:
        root = rollout.root_thread()
        stop = threading.Event()

        def keep_the_lock_busy() -> None:
            while not stop.is_set():
                root.protocol_event("error", {})

        busy = threading.Thread(target=keep_the_lock_busy)
        busy.start()
        for number in range(10):
            child = os.fork()
            if child == 0:
                in_child(root, tmp_path / f"child-{number}")
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        stop.set()
        busy.join()
        with root.turn():
            pass
    assert rollout.path is not None

    assert_whole(rollout)
    reduction = reduce_bundle(rollout.path)
    assert reduction.diagnostics == ()
    assert len(reduction.trace.codex_turns) == 1
    for number in range(10):
        (own,) = (tmp_path / f"child-{number}").iterdir()
        assert reduce_bundle(own).diagnostics == ()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_of_multiprocessing_leaves_the_with_blocks_of_its_parent(tmp_path: Path) -> None:
    with Recorder(tmp_path) as rollout, rollout.root_thread() as root:
        child = multiprocessing.get_context("fork").Process(target=root.turn().__exit__, args=(None, None, None))
        child.start()
        child.join(30)
        assert child.exitcode == 0
        before = len(log_of(rollout))
    assert before == 3
    assert_whole(rollout)
