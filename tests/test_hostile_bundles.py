"""Bundles that were made to attack whoever reads them: each limit has its case, and nothing reaches the terminal.

Paths that lead out of a bundle, links and pipes have their cases in `test_bundle`.
"""

import json
import os
import pty
import shutil
import subprocess
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from rollout_trace.bundle.folder import Bundle
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.check.bundle_check import check_bundle
from rollout_trace.check.findings import FindingCode, Verdict
from rollout_trace.diagnostics import Code
from rollout_trace.errors import BundleError, Rejection
from rollout_trace.limits import DEFAULT_LIMITS, Limits
from rollout_trace.reduce.modes import Mode
from test_commands import COMMAND, run

EXAMPLE = Path(__file__).parents[1] / "examples" / "fix-the-build"
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e\r\n\x9b31m"
needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "bundle", ignore=shutil.ignore_patterns("state.json")))


def insert_line(bundle: Path, line: bytes, at: int = 5) -> None:
    """Put a line between others of the log."""
    lines = (bundle / "trace.jsonl").read_bytes().splitlines(keepends=True)
    (bundle / "trace.jsonl").write_bytes(b"".join([*lines[:at], line + b"\n", *lines[at:]]))


def other_event(metadata: str) -> bytes:
    payload = f'{{"type":"other","kind":"k","summary":"s","payloads":[],"metadata":{metadata}}}'
    return (
        '{"schema_version":1,"seq":6,"wall_time_unix_ms":1,"rollout_id":"r","thread_id":null,"codex_turn_id":null,'
        f'"payload":{payload}}}'
    ).encode()


def long_line(bundle: Path) -> None:
    insert_line(bundle, other_event('"' + "x" * 5_000 + '"'))


def large_payload(bundle: Path) -> None:
    (bundle / "payloads" / "9.json").write_bytes(b'{"input":[],"x":"' + b"x" * 30_000 + b'"}')


def deep_line(bundle: Path) -> None:
    insert_line(bundle, other_event("[" * 60 + "]" * 60))


def deepest_line(bundle: Path) -> None:
    insert_line(bundle, other_event("[" * 100_000 + "]" * 100_000))


def nothing_more(_bundle: Path) -> None:
    """The example as it is."""


CASES = pytest.mark.parametrize(
    ("attack", "limits", "name", "line"),
    [
        (long_line, Limits(line_bytes=4_000), "line_bytes", 6),
        (large_payload, Limits(payload_bytes=20_000), "payload_bytes", 11),
        (deep_line, Limits(nesting=50), "nesting", 6),
        (deepest_line, Limits(), "nesting", 6),
        (nothing_more, Limits(events=50), "events", 51),
        (nothing_more, Limits(objects=60), "objects", 27),
        (nothing_more, Limits(total_bytes=10_000), "total_bytes", None),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)


@CASES
@pytest.mark.parametrize("mode", [Mode.DEFAULT, Mode.CODEX])
def test_what_passes_a_limit_is_rejected_with_what_where_and_how_to_raise_it(
    attack: Callable[[Path], None], limits: Limits, name: str, line: int | None, mode: Mode, bundle: Path
) -> None:
    attack(bundle)
    with pytest.raises(Rejection) as rejected:
        reduce_bundle(bundle, mode, limits)
    assert rejected.value.code == Code.LIMIT_EXCEEDED
    assert f"exceeds the limit {name} of {getattr(limits, name):,}" in str(rejected.value)
    assert f"--limit {name}=NUMBER" in str(rejected.value)
    assert line in {None, rejected.value.line}
    assert rejected.value.line is not None


@CASES
def test_salvage_shows_the_rest_of_what_passes_a_limit(
    attack: Callable[[Path], None], limits: Limits, name: str, line: int | None, bundle: Path
) -> None:
    attack(bundle)
    reduction = reduce_bundle(bundle, Mode.SALVAGE, limits)
    exceeded = [found for found in reduction.diagnostics if found.code is Code.LIMIT_EXCEEDED]
    assert exceeded
    assert all(name in found.message for found in exceeded)
    assert line in {None, exceeded[0].line}
    assert reduction.trace.threads


@CASES
def test_no_limit_is_met_by_default_or_when_it_is_raised(
    attack: Callable[[Path], None], limits: Limits, name: str, line: int | None, bundle: Path
) -> None:
    if attack is deepest_line:
        return
    attack(bundle)
    assert limits != DEFAULT_LIMITS, (name, line)
    codes = {found.code for found in reduce_bundle(bundle, Mode.SALVAGE).diagnostics}
    assert Code.LIMIT_EXCEEDED not in codes


def test_the_manifest_is_read_within_the_limit_of_a_line(bundle: Path) -> None:
    with (bundle / "manifest.json").open("a") as manifest:
        manifest.write(" " * 5_000)
    with pytest.raises(BundleError, match="exceeds the limit line_bytes of 4,000") as error:
        Bundle(bundle, Limits(line_bytes=4_000))
    assert error.value.path == bundle / "manifest.json"
    assert check_bundle(bundle, Limits(line_bytes=4_000)).findings[0].code == FindingCode.MANIFEST_UNREADABLE


def test_a_line_of_many_megabytes_is_not_held_in_memory(bundle: Path) -> None:
    with (bundle / "trace.jsonl").open("ab") as log:
        for _ in range(100):
            log.write(b"x" * 1_000_000)
    limits = Limits(line_bytes=100_000)
    tracemalloc.start()
    try:
        entries = list(Bundle(bundle, limits).events())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(entries) == 81
    assert peak < 2_000_000


def test_a_payload_that_is_a_hole_of_many_gigabytes_is_not_read(bundle: Path) -> None:
    with (bundle / "payloads" / "9.json").open("wb") as hole:
        hole.truncate(DEFAULT_LIMITS.payload_bytes + 1)
    with pytest.raises(Rejection, match="payload_bytes") as rejected:
        reduce_bundle(bundle)
    assert rejected.value.ids["raw_payload_id"] == "raw_payload:9"


def test_one_payload_named_again_and_again_is_read_until_the_limit(bundle: Path) -> None:
    request = next(line for line in (bundle / "trace.jsonl").read_text().splitlines() if '"inference_started"' in line)
    call = json.loads(request)["payload"]["inference_call_id"]
    with (bundle / "trace.jsonl").open("a") as log:
        for number in range(100):
            log.write(request.replace(call, f"inf-{number}") + "\n")
    reduction = reduce_bundle(bundle, Mode.SALVAGE, Limits(total_bytes=200_000))
    assert Code.LIMIT_EXCEEDED in {found.code for found in reduction.diagnostics}
    assert len(reduction.trace.inference_calls["inf-99"].request_item_ids) == 0  # type: ignore[index]


# Nothing of a trace has power over the terminal.


@pytest.fixture
def hostile(bundle: Path) -> Path:
    """A bundle in which every path and id that is shown is hostile, and the damage that makes them shown."""
    log = bundle / "trace.jsonl"
    escaped = json.dumps(HOSTILE)[1:-1]
    text = log.read_text().replace('"agent_path":"/root"', f'"agent_path":"/root{escaped}"', 1)
    text = text.replace("payloads/9.json", f"payloads/{escaped}.json").replace(
        "raw_payload:9", f"raw_payload:{escaped}"
    )
    log.write_text(text.replace('"type":"tool_call_ended"', f'"type":"{escaped}"', 1) + f'{{"{escaped}\n')
    (bundle / "payloads" / "1.json").write_text("{}")
    (bundle / "payloads" / "stray\x1b[31m.json").write_text("{}")
    return bundle.rename(bundle.with_name("bundle\x1b[32m"))


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("summary",),
        ("reduce", "--mode", "salvage"),
        ("reduce",),
        ("debug", "trace-reduce"),
        ("watch", "--once"),
    ],
    ids=" ".join,
)
def test_no_escape_sequence_of_a_trace_reaches_the_terminal(command: tuple[str, ...], hostile: Path) -> None:
    done = run(*command, hostile)
    shown = done.stdout + done.stderr
    if command[0] == "reduce":  # which gives a program the path that it wrote, as it is
        shown = shown.replace(f"{hostile}/state.json\n", "")
    assert shown.replace("\n", "").isprintable()
    assert shown
    assert "x1b" in shown


@pytest.mark.parametrize("command", [("check",), ("summary",), ("watch", "--once")], ids=" ".join)
def test_json_is_escaped_in_a_terminal_and_the_same_json(command: tuple[str, ...], hostile: Path) -> None:
    terminal, end = pty.openpty()
    with subprocess.Popen([COMMAND, *command, "--json", str(hostile)], stdout=end) as process:  # noqa: S603
        os.close(end)
        shown = b""
        with suppress(OSError):  # which is how a terminal ends, on Linux
            while data := os.read(terminal, 100_000):
                shown += data
        process.wait(timeout=60)
    os.close(terminal)
    text = shown.decode()
    assert text.replace("\r\n", "").isprintable()
    assert "\\u009b31m" in text
    assert json.loads(text) == json.loads(run(*command, "--json", hostile).stdout)


@needs_pipes
@pytest.mark.parametrize("name", ["manifest.json", "trace.jsonl", "payloads/9.json"])
@pytest.mark.parametrize("command", ["check", "summary", "reduce", "watch"])
def test_no_command_waits_for_a_pipe(command: str, name: str, bundle: Path) -> None:
    (bundle / name).unlink()
    os.mkfifo(bundle / name)
    arguments = ("--once",) if command == "watch" else ()
    done = run(command, *arguments, bundle)  # which would time out
    assert done.returncode in {0, 1, 4}
    assert check_bundle(bundle).verdict is Verdict.DAMAGED


def test_a_log_that_is_a_folder_is_damage(bundle: Path) -> None:
    (bundle / "trace.jsonl").unlink()
    (bundle / "trace.jsonl").mkdir()
    assert check_bundle(bundle).verdict is Verdict.DAMAGED
    with pytest.raises(BundleError, match="no regular file"):
        reduce_bundle(bundle)


@pytest.mark.parametrize(
    "value", ["nothing=1", "nesting", "nesting=", "nesting=x", "nesting=-1", "nesting=" + "9" * 30]
)
def test_a_limit_that_is_none_is_wrong_use(value: str, bundle: Path) -> None:
    done = run("summary", "--limit", value, bundle)
    assert done.returncode == 2
    assert "--limit" in done.stderr
