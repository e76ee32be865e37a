"""Spec 5, section 1: what a log and the payloads of schema 2 must be, to Codex's own reducer; section 8 is milder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from recording import CHILD, ROOT, START, Item, Recording, assert_refused, recording_with_turn, user
from rollout_trace.bundle.log import read_log
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events.codec import encode_event
from rollout_trace.events.types import (
    AgentResultObserved,
    CompactionRequestCompleted,
    CompactionRequestStarted,
    Event,
    HistoryItemAccepted,
    OtherObserved,
    ProtocolEventObserved,
    RecordingCompleted,
    StdinTargetResolved,
    ThreadResumed,
    ThreadStarted,
    ToolCallRuntimeStarted,
    UnknownEvent,
)
from rollout_trace.ids import (
    AgentPath,
    CodexTurnId,
    CompactionId,
    CompactionRequestId,
    EdgeId,
    RawPayloadId,
    ResponsesItemId,
    ThreadId,
    ToolCallId,
)
from rollout_trace.model.terminal import TerminalOperation, TerminalResult
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import (
    ApplyPatch,
    ExecCommand,
    Other,
    PayloadKind,
    PayloadKindName,
    PayloadRef,
    SpawnAgent,
    ToolKind,
)

ANOTHER_THREAD = ThreadStarted(thread_id=ThreadId(CHILD), agent_path=AgentPath("/root/ant"))

STRICT = pytest.mark.parametrize("mode", [Mode.CODEX, Mode.DEFAULT])


def log_of(recording: Recording) -> list[bytes]:
    return [encode_event(entry.event) + b"\n" for entry in recording.entries]


def reduce_log(recording: Recording, lines: list[bytes], mode: Mode) -> Reduction:
    """Reduce other lines than the recording's, with its payloads."""
    reducer = recording.reducer(mode)
    for entry in read_log(lines):
        reducer.apply(entry)
    return reducer.view()


def rejection_of_log(recording: Recording, lines: list[bytes], mode: Mode) -> Rejection:
    with pytest.raises(Rejection) as rejected:
        reduce_log(recording, lines, mode)
    return rejected.value


def rejection_at_the_end(recording: Recording, mode: Mode = Mode.CODEX) -> Rejection:
    """Why the mode refuses a recording of which it accepts every event."""
    reducer = recording.reducer(mode)
    for entry in recording.entries:
        reducer.apply(entry)
    with pytest.raises(Rejection) as rejected:
        reducer.view()
    assert (rejected.value.line, rejected.value.seq, rejected.value.event_type) == (None, None, None)
    return rejected.value


def write_bundle(recording: Recording, folder: Path, log: str = "trace.jsonl") -> Path:
    for path, payload in recording.payloads.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(payload)
    (folder / "manifest.json").write_bytes(msgspec.json.encode(recording.manifest))
    (folder / log).write_bytes(b"".join(log_of(recording)))
    return folder


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


# manifest.json


def test_the_log_and_the_payloads_are_found_whatever_the_manifest_names(tmp_path: Path) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("hello")])
    named = msgspec.structs.replace(recording.manifest, raw_event_log="elsewhere.jsonl", payloads_dir="elsewhere")
    recording.manifest = named
    reduction = reduce_bundle(write_bundle(recording, tmp_path), "codex")

    assert len(reduction.trace.conversation_items) == 1


# The envelope.


@pytest.mark.parametrize("version", [0, 1, 3])
def test_an_event_of_another_schema_is_rejected(version: int) -> None:
    recording = Recording(2)
    recording.event(ANOTHER_THREAD, schema_version=version)

    assert_refused(recording, Code.EVENT_SCHEMA, Mode.CODEX)
    assert f"schema {version}" in recording.rejection(Mode.CODEX).message


def test_an_event_of_another_rollout_is_rejected() -> None:
    recording = recording_with_turn(2)
    recording.event(ANOTHER_THREAD, rollout_id=CHILD)

    assert_refused(recording, Code.EVENT_ROLLOUT, Mode.CODEX, rollout_id=CHILD)


@pytest.mark.parametrize(
    "seq",
    [pytest.param(4, id="gap"), pytest.param(2, id="repeat"), pytest.param(1, id="disorder"), pytest.param(0, id="0")],
)
def test_an_event_whose_seq_is_not_the_next_is_rejected(seq: int) -> None:
    recording = recording_with_turn(2)
    recording.event(ANOTHER_THREAD, seq=seq)

    assert_refused(recording, Code.SEQUENCE, Mode.CODEX)
    assert f"seq {seq}" in recording.rejection(Mode.CODEX).message


@pytest.mark.parametrize("seq", [0, 2])
def test_the_first_seq_is_1(seq: int) -> None:
    recording = Recording(2)
    recording.event(ANOTHER_THREAD, seq=seq)

    assert_refused(recording, Code.SEQUENCE, Mode.CODEX)


def test_the_seq_after_a_gap_is_counted_from_the_gap() -> None:
    recording = Recording(2)
    recording.event(ANOTHER_THREAD)
    recording.event(RecordingCompleted(), seq=3)

    reduction = recording.reduce()

    assert [(found.code, found.line) for found in reduction.diagnostics] == [(Code.SEQUENCE, 2)]
    recording.event(ANOTHER_THREAD, seq=4)
    assert [(found.code, found.line) for found in recording.reduce(Mode.SALVAGE).diagnostics][:2] == [
        (Code.SEQUENCE, 2),
        (Code.AFTER_COMPLETION, 3),
    ]


@pytest.mark.parametrize("after", [RecordingCompleted(), ThreadResumed(thread_id=ThreadId(ROOT))], ids=repr)
def test_an_event_after_the_end_of_the_recording_is_rejected(after: Event) -> None:
    recording = recording_with_turn(2)
    recording.thread_ended()
    recording.recording_completed()
    recording.event(after)

    assert_refused(recording, Code.AFTER_COMPLETION, Mode.CODEX)


@pytest.mark.parametrize("time", [-1, 0, START - 1, 2**63 - 1])
def test_the_wall_time_is_free(time: int) -> None:
    recording = Recording(2)
    recording.thread()
    recording.event(ANOTHER_THREAD, wall_time_unix_ms=time)

    thread = recording.reduce(Mode.CODEX).trace.threads[ThreadId(CHILD)]
    assert thread.execution.started_at_unix_ms == time


@STRICT
def test_the_context_of_the_last_event_is_not_looked_at(mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.event(RecordingCompleted(), thread="nobody", turn="nobody")

    assert recording.reduce(mode).trace.recording_complete is True


# Events.


NEW_EVENTS = pytest.mark.parametrize(
    "new",
    [
        RecordingCompleted(),
        ThreadResumed(thread_id=ThreadId(ROOT)),
        HistoryItemAccepted(item_id=ResponsesItemId("msg-1")),
        StdinTargetResolved(tool_call_id=ToolCallId("tool-1"), exec_tool_call_id=ToolCallId("tool-1")),
    ],
    ids=lambda new: new.__struct_config__.tag,
)


def with_everything(schema_version: int) -> Recording:
    """A recording in which each new event makes sense."""
    recording = recording_with_turn(schema_version)
    recording.tool("tool-1")
    recording.thread_ended()
    return recording


@NEW_EVENTS
def test_schema_2_has_new_events(new: Event) -> None:
    recording = with_everything(2)
    recording.event(new, thread=ROOT)

    codes = [found.code for found in recording.reduce().diagnostics]
    assert codes in ([], [Code.NOT_COMPLETED])
    assert recording.reduce(Mode.CODEX).diagnostics == ()


@NEW_EVENTS
def test_schema_1_does_not_know_them(new: Event) -> None:
    recording = with_everything(1)
    recording.event(new, thread=ROOT)

    assert_refused(recording, Code.UNKNOWN_EVENT, Mode.CODEX)


@pytest.mark.parametrize("field", [{}, {"agent_message_payload": None}])
def test_an_acceptance_needs_no_payload(field: dict[str, None]) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [{"id": "msg-1", **user("hello")}])
    seq = recording.accepted("msg-1")
    *before, last = log_of(recording)
    line = json.loads(last)
    line["payload"] = {"type": "history_item_accepted", "item_id": "msg-1", **field}

    (item,) = reduce_log(recording, [*before, json.dumps(line).encode()], Mode.CODEX).trace.conversation_items.values()

    assert item.accepted_seq == seq


@STRICT
@pytest.mark.parametrize("field", [{}, {"kind": None}], ids=["absent", "null"])
def test_the_start_of_a_runtime_needs_its_kind(field: dict[str, None], mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1")
    recording.runtime_started("tool-1", {})
    *before, last = log_of(recording)
    line = json.loads(last)
    del line["payload"]["kind"]
    line["payload"] |= field

    rejection = rejection_of_log(recording, [*before, json.dumps(line).encode()], mode)

    assert (rejection.code, rejection.line) == (Code.BROKEN_LINE, 4)
    assert "kind" in rejection.message


def test_the_start_of_a_runtime_has_its_kind_between_tool_and_payload() -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1")
    recording.runtime_started("tool-1", {}, kind=ApplyPatch())

    written = json.loads(log_of(recording)[-1])["payload"]

    assert list(written) == ["type", "tool_call_id", "kind", "runtime_payload"]
    assert written["kind"] == {"type": "apply_patch"}


def test_schema_1_takes_no_notice_of_a_kind() -> None:
    recording = recording_with_turn(1)
    recording.tool("tool-1", kind=Other("a-tool"))
    recording.runtime_started("tool-1", {}, kind=ExecCommand())

    tool = recording.reduce(Mode.CODEX).trace.tool_calls[ToolCallId("tool-1")]

    assert tool.kind == Other("a-tool")
    assert tool.terminal_operation_id is None


def test_other_is_rejected() -> None:
    recording = Recording(2)
    recording.event(OtherObserved(kind="a-kind", summary="", payloads=[], metadata=msgspec.Raw(b"{}")))

    assert_refused(recording, Code.OTHER_EVENT, Mode.CODEX)


def test_an_unknown_type_is_rejected() -> None:
    recording = Recording(2)
    recording.thread()
    fields = msgspec.Raw(b'{"type":"from_the_future"}')
    recording.event(UnknownEvent(type="from_the_future", fields=fields))
    *before, last = log_of(recording)

    rejection = rejection_of_log(recording, [*before, last], Mode.CODEX)

    assert (rejection.code, rejection.line) == (Code.UNKNOWN_EVENT, 2)
    assert "from_the_future" in rejection.message


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_torn_last_line_is_rejected(end: bytes) -> None:
    recording = recording_with_turn(2)
    recording.recording_completed()
    *before, last = log_of(recording)

    rejection = rejection_of_log(recording, [*before, last[:-9] + end], Mode.CODEX)

    assert (rejection.code, rejection.line) == (Code.TORN_LINE, 3)


# Payloads: every one must be there and be JSON, read or not.


def protocol_event(recording: Recording, ref: PayloadRef) -> None:
    recording.event(ProtocolEventObserved(event_type="an_event", event_payload=ref))


def tool_result(recording: Recording, ref: PayloadRef) -> None:
    recording.tool("tool-1")
    recording.tool_ended("tool-1", result=recording.payloads.pop(ref.path))


def patch_begin(recording: Recording, ref: PayloadRef) -> None:
    recording.tool("tool-1", kind=ApplyPatch())
    started = ToolCallRuntimeStarted(tool_call_id=ToolCallId("tool-1"), kind=ApplyPatch(), runtime_payload=ref)
    recording.event(started)


def spawn_begin(recording: Recording, ref: PayloadRef) -> None:
    recording.tool("tool-1", kind=SpawnAgent())
    started = ToolCallRuntimeStarted(tool_call_id=ToolCallId("tool-1"), kind=SpawnAgent(), runtime_payload=ref)
    recording.event(started)


def cell_end(recording: Recording, ref: PayloadRef) -> None:
    recording.cell_started("call-1")
    recording.cell_ended(response=recording.payloads.pop(ref.path))


def agent_result(recording: Recording, ref: PayloadRef) -> None:
    result = AgentResultObserved(
        edge_id=EdgeId("edge-1"),
        child_thread_id=ThreadId(ROOT),
        child_codex_turn_id=CodexTurnId("turn-1"),
        parent_thread_id=ThreadId(ROOT),
        message="done",
        carried_payload=ref,
    )
    recording.event(result)


def compaction_request(recording: Recording, ref: PayloadRef) -> None:
    request = CompactionRequestStarted(
        compaction_id=CompactionId("compaction-1"),
        compaction_request_id=CompactionRequestId("compaction_request:1"),
        thread_id=ThreadId(ROOT),
        codex_turn_id=CodexTurnId("turn-1"),
        model="a-model",
        provider_name="a-provider",
        request_payload=ref,
    )
    recording.event(request)


def compaction_response(recording: Recording, ref: PayloadRef) -> None:
    compaction_request(recording, recording.payload("compaction_request", {}))
    response = CompactionRequestCompleted(
        compaction_id=CompactionId("compaction-1"),
        compaction_request_id=CompactionRequestId("compaction_request:1"),
        response_payload=ref,
    )
    recording.event(response)


Observe = Callable[[Recording, PayloadRef], None]

UNREAD = pytest.mark.parametrize(
    "observe",
    [
        protocol_event,
        tool_result,
        patch_begin,
        spawn_begin,
        cell_end,
        agent_result,
        compaction_request,
        compaction_response,
    ],
)


@UNREAD
@pytest.mark.parametrize("content", [b"", b"{", b"no JSON", b'"\xff"', b"{} {}", b"[01]"])
def test_a_payload_that_is_not_read_must_be_json_when_the_log_has_ended(observe: Observe, content: bytes) -> None:
    recording = recording_with_turn(2)
    ref = recording.payload("protocol_event", content)
    observe(recording, ref)
    (payload_id,) = {
        payload.raw_payload_id
        for payload in recording.reduce(Mode.SALVAGE).trace.raw_payloads.values()
        if recording.payloads[payload.path] == content
    }

    rejection = rejection_at_the_end(recording)

    assert (rejection.code, rejection.ids) == (Code.UNREAD_PAYLOAD, {"raw_payload_id": payload_id})
    assert payload_id in rejection.message


@UNREAD
def test_a_payload_that_is_not_read_may_be_any_json(observe: Observe) -> None:
    recording = recording_with_turn(2)
    observe(recording, recording.payload("protocol_event", b" 5\n"))

    assert recording.reduce(Mode.CODEX).diagnostics == ()


def test_a_payload_that_is_not_read_must_be_there_when_the_log_has_ended() -> None:
    recording = recording_with_turn(2)
    ref = recording.payload("protocol_event", {})
    protocol_event(recording, ref)
    del recording.payloads[ref.path]

    rejection = rejection_at_the_end(recording)

    assert (rejection.code, rejection.ids) == (Code.UNREAD_PAYLOAD, {"raw_payload_id": "raw_payload:1"})


def test_of_several_references_with_one_id_only_the_last_is_checked() -> None:
    recording = recording_with_turn(2)
    broken = recording.payload("protocol_event", b"{")
    sound = PayloadRef(broken.raw_payload_id, broken.kind, recording.payload("protocol_event", {}).path)
    protocol_event(recording, broken)
    protocol_event(recording, sound)
    assert recording.reduce(Mode.CODEX).diagnostics == ()

    protocol_event(recording, broken)
    assert rejection_at_the_end(recording).code == Code.UNREAD_PAYLOAD


def test_a_payload_that_was_read_is_checked_as_its_last_reference_has_it() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("hello")])
    broken = recording.payload("protocol_event", b"{")
    protocol_event(recording, PayloadRef(RawPayloadId("raw_payload:1"), broken.kind, broken.path))

    assert rejection_at_the_end(recording).ids == {"raw_payload_id": "raw_payload:1"}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(nested(128), id="deep"),
        pytest.param(nested(5000), id="very deep"),
        pytest.param(b'{"a":1,"a":2}', id="repeated key"),
        pytest.param(rb'"\ud800"', id="lone surrogate"),
        pytest.param(rb'{"\udc00 \\ud800":"\\\ud800\ud800"}', id="lone surrogates"),
    ],
)
def test_of_a_payload_that_is_not_read_only_the_syntax_is_checked(content: bytes) -> None:
    recording = recording_with_turn(2)
    protocol_event(recording, recording.payload("protocol_event", content))

    assert recording.reduce(Mode.CODEX).diagnostics == ()


@STRICT
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'{"input":[],"x":' + nested(127) + b"}", id="deep"),
        pytest.param(rb'{"input":[],"x":"\ud800"}', id="lone surrogate"),
    ],
)
def test_a_payload_that_is_read_has_the_limits_of_schema_1(content: bytes, mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.request_of("inf-1", content)

    assert_refused(recording, Code.PAYLOAD_BROKEN, mode, raw_payload_id="raw_payload:1")


def test_a_payload_that_is_read_may_be_nested_127_levels_deep() -> None:
    recording = recording_with_turn(2)
    recording.request_of("inf-1", b'{"input":[],"x":' + nested(126) + b"}")

    assert recording.reduce(Mode.CODEX).diagnostics == ()


@pytest.mark.parametrize("mode", [Mode.CODEX, Mode.DEFAULT])
@pytest.mark.parametrize("path", ["../outside.json", "payloads/../../outside.json"])
def test_our_rule_for_a_path_out_of_the_bundle_stands(path: str, mode: Mode, tmp_path: Path) -> None:
    recording = recording_with_turn(2)
    ref = recording.payload("inference_request", {"input": []})
    recording.payloads["../outside.json"] = recording.payloads[ref.path]
    recording.request("inf-1", [])
    request = recording.entries.pop().event
    outside = PayloadRef(RawPayloadId("raw_payload:1"), PayloadKind(PayloadKindName("inference_request")), path)
    recording.event(msgspec.structs.replace(request.payload, request_payload=outside), thread=ROOT, turn="turn-1")
    (tmp_path / "bundle").mkdir()
    folder = write_bundle(recording, tmp_path / "bundle")
    assert (tmp_path / "outside.json").exists()

    with pytest.raises(Rejection) as rejected:
        reduce_bundle(folder, mode.value)

    assert (rejected.value.code, rejected.value.line) == (Code.PAYLOAD_OUTSIDE, 3)


# Payloads: the begin and the end of a command.


def recording_with_begin(begin: Any, kind: ToolKind | None = None) -> Recording:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=kind or ExecCommand())  # type: ignore[arg-type]
    recording.runtime_started("tool-1", begin)
    return recording


def recording_with_end(end: Any) -> Recording:
    recording = recording_with_begin(BEGIN)
    recording.runtime_ended("tool-1", end)
    return recording


def operation(recording: Recording) -> TerminalOperation:
    (found,) = recording.reduce(Mode.CODEX).trace.terminal_operations.values()
    return found


BEGIN: Item = {"command": ["ls"], "cwd": "/work"}
END: Item = {"exit_code": 0, "aggregated_output": "out"}


@STRICT
@pytest.mark.parametrize(
    "begin",
    [
        {"cwd": "/work"},
        {"command": ["ls"]},
        {**BEGIN, "command": None},
        {**BEGIN, "command": "ls"},
        {**BEGIN, "command": ["ls", 5]},
        {**BEGIN, "cwd": None},
        {**BEGIN, "cwd": 5},
        {**BEGIN, "process_id": 5},
        {**BEGIN, "interaction_input": 5},
        [],
        None,
    ],
    ids=repr,
)
def test_the_begin_of_a_command_has_a_form(begin: Any, mode: Mode) -> None:
    assert recording_with_begin(begin).rejection(mode).code == Code.PAYLOAD_SHAPE


@pytest.mark.parametrize(
    "more", [{}, {"process_id": None}, {"process_id": "7"}, {"interaction_input": None}, {"interaction_input": "x"}]
)
def test_the_begin_of_a_command_needs_no_process(more: Item) -> None:
    assert operation(recording_with_begin({**BEGIN, **more})).kind == "exec_command"


@STRICT
@pytest.mark.parametrize(
    "end",
    [
        {"aggregated_output": "out"},
        {**END, "exit_code": None},
        {**END, "exit_code": "0"},
        {**END, "exit_code": 2**31},
        {**END, "exit_code": -(2**31) - 1},
        {**END, "aggregated_output": None},
        {**END, "aggregated_output": 5},
        {**END, "process_id": 5},
        [],
    ],
    ids=repr,
)
def test_the_end_of_a_command_has_a_form(end: Any, mode: Mode) -> None:
    assert recording_with_end(end).rejection(mode).code == Code.PAYLOAD_SHAPE


@pytest.mark.parametrize("exit_code", [-(2**31), 2**31 - 1])
def test_an_exit_code_has_32_bits(exit_code: int) -> None:
    result = operation(recording_with_end({**END, "exit_code": exit_code})).result

    assert result is not None
    assert result.exit_code == exit_code


@pytest.mark.parametrize(
    ("end", "output"),
    [
        ({"exit_code": 0}, ""),
        ({"exit_code": 0, "aggregated_output": "out", "process_id": None}, "out"),
        # No longer written, and not read.
        ({"exit_code": 0, "stdout": "o", "stderr": "e", "formatted_output": "f"}, ""),
        ({"exit_code": 0, "stdout": 5, "stderr": None, "formatted_output": [], "aggregated_output": "out"}, "out"),
    ],
)
def test_the_output_of_a_command_is_its_aggregated_output(end: Item, output: str) -> None:
    assert operation(recording_with_end(end)).result == TerminalResult(
        exit_code=0, stdout=output, stderr="", formatted_output=None, original_token_count=None, chunk_id=None
    )


# Payloads: an accepted message.


@pytest.mark.parametrize("kind", [kind.value for kind in PayloadKindName])
def test_the_kind_of_a_payload_is_not_looked_at(kind: str) -> None:
    message = {
        "type": "agent_message",
        "id": "amsg-1",
        "author": "/root/ant",
        "recipient": "/root",
        "content": [{"type": "input_text", "text": "hello"}],
    }
    recording = recording_with_turn(2)
    ref = recording.payload(kind, message)
    recording.event(HistoryItemAccepted(item_id=ResponsesItemId("amsg-1"), agent_message_payload=ref), thread=ROOT)

    assert len(recording.reduce(Mode.CODEX).trace.conversation_items) == 1
