"""Nothing that goes wrong with a recording harms the host or the bundle, and what is lost is counted.

Faults are put where recording hands bytes to the operating system (`record.files`); everything else is real.
"""

import errno
import json
import logging
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from record.program import play
from record.test_recording_disorder import Host
from rollout_trace import Code, Recorder, Reduction, reduce_bundle
from rollout_trace.record import Thread, files

Append = Callable[[int, bytes | memoryview], int]
SEED = 23
"""One whose program uses nearly every type of event, and few of them twice."""
BEGUN = 8
"""Writes until the rollout has begun: before, a loss may be of all."""
HOW_IT_FAILS = ["full", "broken", "short"]


class Disk:
    """The one place where bytes are written, failing from the `first` write on, `length` times."""

    def __init__(self, how: str = "full", first: int = 1 << 60, length: int = 1) -> None:
        self.writes = 0
        self._how = how
        self._failing = range(first, first + length)
        self._write: Append = files.append

    def append(self, descriptor: int, data: bytes | memoryview) -> int:
        self.writes += 1
        if self.writes - 1 not in self._failing:
            return self._write(descriptor, data)
        if self._how == "short" and len(data) > 1 and self.writes - 1 == self._failing.start:
            return self._write(descriptor, data[: len(data) // 2])
        raise OSError(errno.EIO if self._how == "broken" else errno.ENOSPC, "no luck")


def record(folder: Path, schema: int, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> Path | None:
    with monkeypatch.context() as patched:
        patched.setattr(files, "append", disk.append)
        with Recorder(folder, schema=schema) as rollout:
            play(rollout, Random(SEED), 3)  # noqa: S311 - the same each time
        return rollout.path


def lost(bundle: Path) -> int:
    """How much the bundle says it lacks."""
    told = 0
    for line in (bundle / "trace.jsonl").read_bytes().splitlines():
        event = json.loads(line)["payload"]
        if event["type"] == "protocol_event_observed" and event["event_type"] == "warning":
            warning = json.loads((bundle / event["event_payload"]["path"]).read_bytes())
            told += sum(sum(counts.values()) for counts in warning["lost"].values())
    return told


def read(bundle: Path) -> Reduction:
    """The bundle as default mode reads it: whatever is missing, nothing is wrong with what is there."""
    reduction = reduce_bundle(bundle)
    assert {diagnostic.code for diagnostic in reduction.diagnostics} <= {Code.NOT_COMPLETED}
    return reduction


@pytest.fixture
def writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """How many writes the program makes in all, by schema."""
    counts = {}
    for schema in (1, 2):
        disk = Disk()
        record(tmp_path / "whole", schema, disk, monkeypatch)
        counts[schema] = disk.writes
    return counts


@pytest.mark.parametrize("schema", [1, 2])
@pytest.mark.parametrize("how", HOW_IT_FAILS)
def test_each_write_may_fail_once(
    schema: int, how: str, writes: dict[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, last = 1, writes[schema]
    for failing in range(manifest, last - 1):
        bundle = record(tmp_path / str(failing), schema, Disk(how, failing), monkeypatch)

        assert bundle is not None
        reduction = read(bundle)
        is_whole_payload = how == "short" and not lost(bundle)  # the rest of a payload is written with the next call
        assert lost(bundle) > 0 or is_whole_payload
        if schema == 2:
            assert reduction.trace.recording_complete
        shutil.rmtree(tmp_path / str(failing))


@pytest.mark.parametrize("schema", [1, 2])
def test_many_writes_may_fail_in_a_row(
    schema: int, writes: dict[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(schema)  # noqa: S311 - to be repeated
    for case in range(60):
        first, length = random.randrange(BEGUN, writes[schema] - 20), random.randrange(2, 15)
        disk = Disk(random.choice(HOW_IT_FAILS), first, length)
        bundle = record(tmp_path / str(case), schema, disk, monkeypatch)

        assert bundle is not None
        read(bundle)
        has_recovered = disk.writes > first + length + 2  # enough for the warning and its payload
        assert lost(bundle) > 0 or not has_recovered


@pytest.mark.parametrize("schema", [1, 2])
def test_writes_may_fail_while_calls_come_in_any_order(
    schema: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for case in range(150):
        random = Random(case)  # noqa: S311 - to be repeated
        disk = Disk(random.choice(HOW_IT_FAILS), random.randrange(BEGUN, 100), random.choice([1, 2, 5]))
        with monkeypatch.context() as patched:
            patched.setattr(files, "append", disk.append)
            with Recorder(tmp_path / str(case), schema=schema) as rollout:
                host = Host(rollout.root_thread(), random)
                for _ in range(60):
                    host.does_something()
        assert rollout.path is not None

        odd = {diagnostic.code for diagnostic in reduce_bundle(rollout.path).diagnostics}
        assert odd <= {Code.NOT_COMPLETED, Code.OUTPUT_REPEATED}


def test_a_bundle_that_cannot_be_begun_disables_the_recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert record(tmp_path, 2, Disk("full", 0), monkeypatch) is None


def test_half_a_line_that_cannot_be_taken_back_is_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(_descriptor: int, _size: int) -> None:
        raise OSError(errno.EIO, "no luck")

    with monkeypatch.context() as patched:
        disk = Disk("short", 30)
        patched.setattr(files, "append", disk.append)
        patched.setattr(files, "cut", cut)
        with Recorder(tmp_path, schema=1) as rollout:
            root = rollout.root_thread()
            while rollout.enabled:
                root.turn().end()
        after = disk.writes
        root.turn().end()

    assert rollout.path is not None
    assert disk.writes == after
    assert not (rollout.path / "trace.jsonl").read_bytes().endswith(b"\n")
    codes = {diagnostic.code for diagnostic in reduce_bundle(rollout.path).diagnostics}
    assert codes == {Code.TORN_LINE}


# What can happen to the folder.


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[tuple[Recorder, Thread, Path]]:
    rollout = Recorder(tmp_path)
    root = rollout.root_thread()
    assert rollout.path is not None
    yield rollout, root, rollout.path
    rollout.close()


Started = tuple[Recorder, Thread, Path]


def test_the_folder_is_removed(recorder: Started, caplog: pytest.LogCaptureFixture) -> None:
    rollout, root, bundle = recorder
    shutil.rmtree(bundle)

    root.turn().end()
    root.protocol_event("warning", {"type": "warning"})

    assert not rollout.enabled
    assert [record.levelname for record in caplog.records].count("WARNING") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_the_folder_becomes_read_only(recorder: Started) -> None:
    _, root, bundle = recorder
    (bundle / "payloads").chmod(stat.S_IRUSR | stat.S_IXUSR)
    root.protocol_event("error", {"type": "error"})
    (bundle / "payloads").chmod(stat.S_IRWXU)
    root.turn().end()

    assert lost(bundle) == 2


def test_the_payloads_are_removed(recorder: Started) -> None:
    _, root, bundle = recorder
    (bundle / "payloads" / "1.json").rename(bundle / "1.json")
    (bundle / "payloads").rmdir()
    root.protocol_event("error", {"type": "error"})
    (bundle / "payloads").mkdir()
    (bundle / "1.json").rename(bundle / "payloads" / "1.json")
    root.turn().end()

    assert lost(bundle) == 2  # the payload and its event
    read(bundle)


def test_a_host_that_closes_all_descriptors_closes_ours_for_a_moment(recorder: Started, tmp_path: Path) -> None:
    rollout, root, bundle = recorder
    log_file = (bundle / "trace.jsonl").stat()
    for descriptor in range(3, 256):
        try:
            if os.path.samestat(os.fstat(descriptor), log_file):
                os.close(descriptor)
                break
        except OSError:
            continue
    foreign = os.open(tmp_path / "of the host", os.O_WRONLY | os.O_CREAT)  # takes the number of ours
    assert foreign == descriptor

    with root.turn():
        pass
    rollout.close()

    assert os.fstat(foreign).st_size == 0
    os.close(foreign)
    reduction = reduce_bundle(bundle)
    assert reduction.diagnostics == ()
    assert len(reduction.trace.codex_turns) == 1


def test_a_log_that_somebody_else_has_cut_is_left_alone(recorder: Started) -> None:
    rollout, root, bundle = recorder
    os.truncate(bundle / "trace.jsonl", 10)

    root.turn().end()

    assert not rollout.enabled
    assert (bundle / "trace.jsonl").stat().st_size == 10


def test_a_closed_recorder_accepts_every_call(recorder: Started) -> None:
    rollout, root, bundle = recorder
    turn = root.turn()
    attempt = turn.inference()
    rollout.close()
    before = (bundle / "trace.jsonl").read_bytes()

    attempt.request({"input": []})
    attempt.completed([])
    turn.tool("echo").output("late")
    turn.end()
    rollout.close()

    assert (bundle / "trace.jsonl").read_bytes() == before
    assert reduce_bundle(bundle).diagnostics == ()


# What a host can get wrong.


class Odd:
    """Something that is no JSON, and of which nothing can be said."""

    def __str__(self) -> str:
        raise RuntimeError("nothing can be said of it")


def circle() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def refuse() -> Any:
    raise RuntimeError("the host's own code fails")


UNSERIALISABLE = [Odd(), circle(), nested(130), {"a": {"b": object()}}, {Odd(): 1}, refuse]


@pytest.mark.parametrize("schema", [1, 2])
@pytest.mark.parametrize("value", UNSERIALISABLE, ids=repr)
def test_what_cannot_be_written_is_lost_and_counted(value: Any, schema: int, tmp_path: Path) -> None:
    with Recorder(tmp_path, schema=schema) as rollout:
        root = rollout.root_thread(cwd="/repo")
        with root.turn() as turn:
            root.protocol_event("error", {"type": value})
            root.protocol_event("error", value)
            for given in (value, {"input": value}, {"input": [value]}, {"input": [], "tools": value}):
                with turn.inference() as attempt:
                    attempt.request(given)
                    attempt.completed(value)
            with turn.tool("echo", call_id="one", arguments=value) as tool:
                tool.output(value)
            with turn.tool("echo", call_id="two", input=value) as tool:
                tool.result(value)
            with turn.tool("exec_command", call_id="three") as tool:
                tool.command(["ls", value], cwd=value, process_id=value).exited(value, value)
            with turn.cell(call_id="four", source=value) as cell:
                cell.tool("echo", arguments=value).result(value)
                cell.completed(value)
            with turn.compaction() as compaction:
                compaction.request(value).completed(value)
                compaction.installed(value, [value])
            root.item(value)
            root.receive(value, sender=root)
            turn.result(value, to=root)
            root.spawn(value, nickname=value).end()
    assert rollout.path is not None

    read(rollout.path)
    assert lost(rollout.path) > 0


def test_values_of_a_wrong_type_raise_nothing(tmp_path: Path) -> None:
    wrong: Any
    with Recorder(tmp_path) as rollout:
        for wrong in (None, 1, "text", [], {}, object(), b"bytes"):
            root = rollout.root_thread(model=wrong, provider=wrong, cwd=wrong)
            turn = root.turn(turn_id=wrong)
            attempt = turn.inference(model=wrong, provider=wrong)
            attempt.request(wrong)
            attempt.item(wrong)
            attempt.completed(wrong, usage=wrong, response_id=wrong, upstream_request_id=wrong)
            tool = turn.tool(wrong, call_id=wrong, arguments=wrong, namespace=wrong, kind=wrong)
            tool.command(wrong, cwd=wrong, process_id=wrong).exited(wrong, wrong, stderr=wrong)
            tool.mcp_call(wrong, wrong, wrong).failed(wrong)
            tool.runtime(wrong, kind=wrong).ended(wrong, status=wrong)
            tool.stdin_of(wrong)
            tool.spawned(wrong, wrong)
            tool.sent(wrong, to=wrong)
            tool.closed(wrong)
            tool.output(wrong, status=wrong)
            cell = turn.cell(call_id=wrong, source=wrong)
            cell.tool(wrong, kind=wrong).failed(wrong)
            cell.yielded(wrong)
            cell.failed(wrong)
            compaction = turn.compaction()
            compaction.request(wrong, model=wrong, provider=wrong).failed(wrong)
            compaction.installed(wrong, wrong)
            root.spawn(wrong, by=wrong, message=wrong, thread_id=wrong, model=wrong).end(wrong)
            root.item(wrong)
            root.receive(wrong, sender=wrong)
            root.protocol_event(wrong, wrong)
            turn.result(wrong, to=wrong)
            turn.end(wrong)
            turn.end()
    assert rollout.path is not None

    read(rollout.path)
    assert lost(rollout.path) > 0


def test_a_loss_is_one_warning_however_much_follows(recorder: Started, caplog: pytest.LogCaptureFixture) -> None:
    _, root, _ = recorder
    with caplog.at_level(logging.WARNING, "rollout_trace"):
        for _ in range(3):
            root.protocol_event("error", Odd())

    assert len(caplog.records) == 1
    assert caplog.records[0].name == "rollout_trace"


def test_a_log_handler_that_raises_does_not_reach_the_host(recorder: Started) -> None:
    class Raising(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise RuntimeError(record.getMessage())

    _, root, _ = recorder
    handler = Raising()
    logging.getLogger("rollout_trace").addHandler(handler)
    try:
        root.protocol_event("error", Odd())
    finally:
        logging.getLogger("rollout_trace").removeHandler(handler)


def test_texts_that_are_no_unicode_are_repaired(recorder: Started) -> None:
    rollout, root, bundle = recorder
    with root.turn() as turn, turn.inference(model="half of a \ud83d") as attempt:
        attempt.request({"input": [{"role": "user", "content": "\ud83d\ude00 \udcff"}], ("a", 1): float("nan")})
        attempt.failed("because of \udcff")
    rollout.close()

    reduction = reduce_bundle(bundle)

    (call,) = reduction.trace.inference_calls.values()
    (item,) = reduction.trace.conversation_items.values()
    assert call.model == "half of a �"
    assert item.body.parts[0].text == "😀 �"  # type: ignore[union-attr]
    assert reduction.diagnostics == ()
    assert lost(bundle) == 0
