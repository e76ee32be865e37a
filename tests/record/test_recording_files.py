"""Where a recording goes, who may read it, when it is on the device, and when there is none."""

import logging
import os
import stat
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rollout_trace import Durability, Recorder, find_bundles, reduce_bundle
from rollout_trace.record import files
from rollout_trace.record.rollout import ENVIRONMENT_VARIABLE


def record_something(rollout: Recorder) -> None:
    with rollout, rollout.root_thread() as root, root.turn() as turn, turn.inference() as attempt:
        attempt.request({"input": "hello"})
        attempt.completed([])


def test_only_the_owner_can_read_a_recording_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        rollout = Recorder(tmp_path / "deep" / "traces")
        record_something(rollout)
    finally:
        os.umask(before)
    assert rollout.path is not None

    for path in (rollout.path, *rollout.path.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert sorted(path.name for path in rollout.path.iterdir()) == ["manifest.json", "payloads", "trace.jsonl"]


def test_payloads_are_pretty_and_lines_compact_and_text_as_it_is(tmp_path: Path) -> None:
    with Recorder(tmp_path) as rollout:
        rollout.root_thread(nickname="Zoë").protocol_event("error", {"message": "größer"})
    assert rollout.path is not None

    assert (rollout.path / "payloads" / "2.json").read_text() == '{\n  "message": "größer"\n}'
    line = (rollout.path / "trace.jsonl").read_text().splitlines()[0]
    assert line.startswith('{"schema_version":2,"seq":1,"wall_time_unix_ms":')


def test_the_environment_says_where_recordings_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path))
    record_something(Recorder.from_env(schema=1))
    (bundle,) = find_bundles(tmp_path)
    assert reduce_bundle(bundle).trace.schema_version == 1

    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "")
    assert not Recorder.from_env().enabled
    monkeypatch.delenv(ENVIRONMENT_VARIABLE)
    assert not Recorder.from_env().enabled


def test_a_bundle_may_have_a_folder_of_its_own_choice_if_that_is_empty(tmp_path: Path) -> None:
    record_something(Recorder(None, bundle=tmp_path / "mine"))
    assert reduce_bundle(tmp_path / "mine").diagnostics == ()

    assert not Recorder(None, bundle=tmp_path / "mine").enabled
    assert reduce_bundle(tmp_path / "mine").diagnostics == ()


@pytest.mark.parametrize(
    "options",
    [
        {"schema": 3},
        {"durability": "perhaps"},
        {"folder": 5},
        {"folder": "/dev/null/x"},
        {"interval_ms": "soon", "durability": "interval"},
    ],
)
def test_a_recorder_that_cannot_record_says_so_once_and_is_disabled(
    options: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "rollout_trace"), Recorder(**{"folder": tmp_path, **options}) as rollout:
        record_something(rollout)

    assert not rollout.enabled
    assert len(caplog.records) == 1


def test_disabled_handles_take_every_call_and_make_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> Any:
        raise AssertionError("what is expensive to say is not worked out")

    monkeypatch.chdir(tmp_path)
    item = {"role": "user", "content": "hello"}
    with Recorder(None) as rollout, rollout.root_thread(model="m") as root, root.turn() as turn:
        with turn.inference() as attempt:
            assert attempt.headers == {}
            attempt.request(never)
            attempt.item(never)
            attempt.completed(never)
        with turn.tool("x", arguments=never, input=never, command=never) as tool:
            tool.command("x").exited(0)
            assert tool.mcp_call("s", "t", never).meta == {}
            tool.runtime(never).ended(never)
            tool.result(never)
        with turn.cell(call_id="x", source=never) as cell:
            cell.tool("x", arguments=never)
        with turn.compaction() as compaction, compaction.request(never) as request:
            request.completed(never)
            compaction.installed(never, [])
        child = root.spawn("x").resume()
        assert child.agent_path == "/root/x"
        assert root.item(item) is item
        root.protocol_event("error", never)
        assert (root.thread_id, turn.turn_id, rollout.path) == ("", "", None)
    assert list(tmp_path.iterdir()) == []


class Device:
    """Counts what is brought to the device."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.synced: Counter[str] = Counter()
        sync, sync_path = files.sync, files.sync_path

        def counting_sync(descriptor: int) -> None:
            self.synced["log"] += 1
            sync(descriptor)

        def counting_sync_path(path: str) -> None:
            self.synced[Path(path).name] += 1
            sync_path(path)

        monkeypatch.setattr(files, "sync", counting_sync)
        monkeypatch.setattr(files, "sync_path", counting_sync_path)


def test_each_event_is_on_the_device_before_its_call_returns_if_that_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Device(monkeypatch)
    with Recorder(tmp_path, durability=Durability.EVENT) as rollout:
        root = rollout.root_thread()
        assert device.synced["manifest.json"] == 1
        before = device.synced.copy()
        root.protocol_event("error", {})
        assert device.synced - before == Counter({"log": 1, "2.json": 1, "payloads": 1})


def test_everything_is_on_the_device_after_an_interval_and_after_the_close(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Device(monkeypatch)
    with Recorder(tmp_path, durability="interval", interval_ms=3_600_000) as rollout:
        rollout.root_thread()
        assert device.synced["log"] == 0
    assert device.synced["log"] == device.synced["1.json"] == device.synced["payloads"] == 1


def test_the_interval_passes_without_a_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = threading.Event()

    def sync(_descriptor: int) -> None:
        synced.set()

    monkeypatch.setattr(files, "sync", sync)
    with Recorder(tmp_path, durability="interval", interval_ms=1) as rollout:
        rollout.root_thread()
        assert synced.wait(30)


def test_the_operating_system_has_time_unless_something_else_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Device(monkeypatch)
    record_something(Recorder(tmp_path))
    assert device.synced == Counter()


@pytest.mark.parametrize("durability", list(Durability))
def test_a_device_that_cannot_sync_loses_nothing(
    durability: Durability, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rollout = Recorder(tmp_path, durability=durability)

    def sync(_descriptor: int) -> None:
        raise OSError("no luck")

    monkeypatch.setattr(files, "sync", sync)
    record_something(rollout)

    assert rollout.path is not None
    assert reduce_bundle(rollout.path).diagnostics == ()


def test_a_program_that_only_records_does_not_import_the_reducer() -> None:
    program = "import sys, rollout_trace; rollout_trace.Recorder; print('rollout_trace.reduce' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "False"
