"""A writer and a watcher at once, and the command that shows what is written."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from growing import GrowingBundle
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.follow.bundle_follower import ChangeKind
from rollout_trace.follow.following import Following
from rollout_trace.model.state_json import encode_state
from rollout_trace.reduce.modes import Mode
from test_commands import COMMAND, NO_FOLDER, run

EXAMPLE = Path(__file__).parents[1] / "examples" / "fix-the-build"
NO_BUNDLE = (
    "no trace bundle: neither it nor a folder in it has a manifest.json; "
    "codex writes bundles to the folder that CODEX_ROLLOUT_TRACE_ROOT names"
)
WRITER = Path(__file__).with_name("writer.py")


@contextmanager
def writing(folder: Path, seed: int) -> Iterator[None]:
    """While this lasts, a process of its own writes bundles; then it is killed in the middle of whatever it does."""
    program = [sys.executable, str(WRITER), str(EXAMPLE), str(folder), str(seed)]
    with subprocess.Popen(program) as process:  # noqa: S603 - our own program
        try:
            yield
        finally:
            process.kill()


def test_a_watcher_ends_with_the_graph_of_a_fresh_reduction(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    seconds: float = pytestconfig.getoption("--watch-seconds")
    writers = max(2, round(seconds / 10))
    following = Following(tmp_path)
    kinds: set[ChangeKind] = set()
    for number in range(writers):
        until = time.monotonic() + seconds / writers
        with writing(tmp_path / f"trace-{number}", number):
            while time.monotonic() < until:
                kinds |= {change.kind for _, change in following.poll()}
                time.sleep(0.01)
    time.sleep(0.1)
    for _ in range(2):  # what was written last, and bundles that were made last
        following._find_again_at = 0.0  # noqa: SLF001 - now, and not a moment later
        kinds |= {change.kind for _, change in following.poll()}

    assert {ChangeKind.OPENED, ChangeKind.GROWN} <= kinds
    assert len(following.bundles) >= writers
    for path, follower in following.bundles.items():
        fresh = reduce_bundle(path, Mode.SALVAGE)
        watched = follower.reduction()
        assert encode_state(watched.trace) == encode_state(fresh.trace)
        assert watched.diagnostics == fresh.diagnostics
        assert list(watched.evidence) == list(fresh.evidence)


# The command.


@pytest.fixture
def growing(tmp_path: Path) -> GrowingBundle:
    return GrowingBundle(EXAMPLE, tmp_path / "trace-1")


def test_once_shows_what_each_agent_does_and_ends(growing: GrowingBundle) -> None:
    growing.write_lines(11)
    shown = run("watch", "--once", growing.path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.endswith("trace-1  /root  asks gpt-5.5 (request:2)\n")


@pytest.mark.parametrize("name", ["trace-1", "."])
def test_json_has_a_line_for_each_change(name: str, growing: GrowingBundle) -> None:
    growing.write_rest()
    done = run("watch", "--json", "--until-end", growing.path.parent / name)
    (told,) = map(json.loads, done.stdout.splitlines())
    assert (told["change"], told["entries"], told["events"], told["status"]) == ("opened", 80, 80, "completed")
    assert {agent["doing"] for agent in told["agents"]} == {"ended"}
    assert told["bundle"] == str(growing.path)


def lines_from(stream: int, count: int) -> list[str]:
    """So many lines that a process prints, or fewer if it takes too long."""
    text, until = b"", time.monotonic() + 30
    while text.count(b"\n") < count and time.monotonic() < until:
        ready, _, _ = select.select([stream], [], [], 1)
        text += os.read(stream, 100_000) if ready else b""
    return text.decode().splitlines()


@contextmanager
def watching(*arguments: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """`rollout-trace watch`, which is ended if it has not ended by itself."""
    with subprocess.Popen([COMMAND, "watch", *arguments], **options) as process:  # noqa: S603 - our own command
        try:
            yield process
        finally:
            process.kill()


def test_lines_appear_while_the_run_goes_on_and_ctrl_c_ends_it_cleanly(growing: GrowingBundle) -> None:
    growing.write_lines(3)
    with watching(str(growing.path), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        stream = process.stdout.fileno()
        assert lines_from(stream, 1)[0].endswith("/root  working (turn:1)")
        growing.write_lines(8)
        assert lines_from(stream, 1)[0].endswith("/root  asks gpt-5.5 (request:2)")
        growing.log.unlink()
        assert lines_from(stream, 1) == ["trace-1  gone: No such file or directory"]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert process.stderr.read().strip() == b""


def test_a_terminal_shows_a_table_that_is_drawn_again(growing: GrowingBundle) -> None:
    growing.write_rest()
    terminal, end = pty.openpty()
    window = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
    with watching("--until-end", str(growing.path), stdout=end, stderr=end, env=window) as process:
        shown = "\n".join(lines_from(terminal, 4))
        assert process.wait(timeout=30) == 0
    os.close(end)
    os.close(terminal)
    assert "trace-1" in shown
    assert "80 events" in shown
    assert "/root/reviewer" in shown
    assert "ended completed" in shown


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    done = run("watch", tmp_path / "nothing")
    assert (done.returncode, done.stderr) == (1, f"{tmp_path / 'nothing'}: error: {NO_FOLDER}\n")
    done = run("watch", "--once", tmp_path)
    assert (done.returncode, done.stderr) == (1, f"{tmp_path}: error: {NO_BUNDLE}\n")


def test_an_empty_folder_is_said_to_be_waited_for(tmp_path: Path) -> None:
    with watching(str(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        told = lines_from(process.stderr.fileno(), 1)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
    assert told == [f"waiting for bundles in {tmp_path}; codex writes them there if CODEX_ROLLOUT_TRACE_ROOT names it"]
