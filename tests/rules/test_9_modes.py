"""Spec 3, section 9: what each mode makes of what Codex's own reducer refuses, or reads worse than it could be read.

Each row of the section's table is told once, by its name; below it stand what mode `codex` says and what the two
other modes make of it.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from recording import (
    CHILD,
    ROOT,
    START,
    Item,
    Recording,
    agent_message,
    assert_refused,
    cell_output,
    exec_cell,
    function_call,
    function_output,
    recording_with_turn,
    texts,
    user,
)
from rollout_trace.bundle.log import read_log
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.diagnostics import Code, Diagnostic, Level
from rollout_trace.errors import Rejection
from rollout_trace.events.codec import encode_event
from rollout_trace.events.log_entry import LogEntry
from rollout_trace.events.types import AgentResultObserved, OtherObserved, RolloutStarted, UnknownEvent
from rollout_trace.ids import CodexTurnId, EdgeId, InferenceCallId, ItemId, RawPayloadId, ThreadId, ToolCallId, TraceId
from rollout_trace.model.conversation import CodeCellProducer, ItemKind, PayloadRefPart, Role, ToolProducer
from rollout_trace.model.edges import ItemAnchor
from rollout_trace.model.terminal import TerminalResult
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction
from rollout_trace.values import (
    ApplyPatch,
    ExecCommand,
    PayloadKind,
    PayloadKindName,
    PayloadRef,
    SendMessage,
    SpawnAgent,
    WriteStdin,
)

TOLERANT = pytest.mark.parametrize("mode", [Mode.DEFAULT, Mode.SALVAGE])
STRICT = pytest.mark.parametrize("mode", [Mode.CODEX, Mode.DEFAULT])
EVERY_MODE = pytest.mark.parametrize("mode", list(Mode))

Fact = tuple[Code, Level, int | None, int | None, str | None, dict[str, str]]


def facts(diagnostics: Iterable[Diagnostic]) -> list[Fact]:
    """What diagnostics say but for their sentence."""
    return [
        (found.code, found.level, found.line, found.seq, found.event_type, dict(found.ids)) for found in diagnostics
    ]


def fact(code: Code, level: Level, seq: int, event_type: str, **ids: str) -> Fact:
    """A fault of the event `seq`, which stands in the line of that number."""
    return (code, level, seq, seq, event_type, ids)


def log_of(recording: Recording) -> list[bytes]:
    """The log of a recording, line by line."""
    return [encode_event(entry.event) + b"\n" for entry in recording.entries]


def applied(reducer: Reducer, entries: Iterable[LogEntry]) -> Reduction:
    """Give a reducer these entries, and take the graph."""
    for entry in entries:
        reducer.apply(entry)
    return reducer.view()


def reduce_log(recording: Recording, lines: list[bytes], mode: Mode) -> Reduction:
    """Reduce other lines than the recording's, with its payloads."""
    return applied(recording.reducer(mode), read_log(lines))


def rejection_of_log(recording: Recording, lines: list[bytes], mode: Mode) -> Rejection:
    """Why the mode refuses lines, with the recording's payloads."""
    with pytest.raises(Rejection) as rejected:
        reduce_log(recording, lines, mode)
    return rejected.value


def without_events(recording: Recording, *seqs: int, mode: Mode) -> Reduction:
    """The reduction of a recording from which these events are left out; the others keep `seq` and line."""
    return applied(recording.reducer(mode), [entry for entry in recording.entries if entry.event.seq not in seqs])


def requested(reduction: Reduction, call: str) -> tuple[ItemId, ...]:
    return reduction.trace.inference_calls[InferenceCallId(call)].request_item_ids


def missing_payload(kind: str, path: str = "payloads/none.json") -> PayloadRef:
    return PayloadRef(RawPayloadId("raw_payload:none"), PayloadKind(PayloadKindName(kind)), path)


IMAGE = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}
EXEC_BEGIN = {"command": ["ls"], "cwd": "/work", "process_id": "7"}
EXEC_END = {"stdout": "out", "stderr": "err", "formatted_output": "both", "exit_code": 0, "aggregated_output": "all"}


# Everything that Codex's own reducer accepts.


@TOLERANT
def test_what_codex_accepts_gives_the_same_graph_and_no_diagnostic(mode: Mode) -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/worker")
    recording.turn("turn-2", CHILD)
    recording.request("inf-1", [user("go"), {"type": "additional_tools"}])
    recording.cell_started("call-1")
    recording.answer("inf-1", [exec_cell("call-1"), function_call("call-2")], response="resp-1")
    recording.cell_ended()
    recording.tool("tool-2", call="call-2", kind=ExecCommand())
    recording.runtime_started("tool-2", EXEC_BEGIN)
    recording.runtime_ended("tool-2", EXEC_END)
    recording.tool_ended("tool-2", result=b"not read")
    recording.request("inf-2", [cell_output("call-1"), function_output("call-2")], previous="resp-1")
    recording.tool("tool-3", kind=SendMessage())
    recording.runtime_started("tool-3", message_begin("hello"))
    recording.runtime_ended("tool-3", message_end("hello"))
    recording.request("inf-3", [agent_message("/root", "/root/worker", "hello")], thread=CHILD, turn="turn-2")
    recording.compacted("compaction-1", [user("go")], [user("summary")])
    recording.request("inf-4", [user("summary")])
    recording.turn_ended("aborted")

    reduction = recording.reduce(mode)

    assert reduction.trace == recording.reduce(Mode.CODEX).trace
    assert reduction.diagnostics == ()


# Row: the last line that is not blank is no JSON.


TORN = [
    pytest.param([b'{"schema_version":1,"se'], id="without-line-feed"),
    pytest.param([b'{"schema_version":1,"se\n'], id="with-line-feed"),
    pytest.param([b'{"schema_version":1,"se\n', b"\n", b"  \n"], id="before-blank-lines"),
    pytest.param([b'{"schema_version":1,"rollout_id":"\xff"}\n'], id="no-utf-8"),
]


@pytest.mark.parametrize("end", TORN)
def test_codex_rejects_a_torn_last_line(end: list[bytes]) -> None:
    recording = recording_with_turn()

    rejection = rejection_of_log(recording, log_of(recording) + end, Mode.CODEX)

    assert (rejection.code, rejection.ids) == (Code.TORN_LINE, {})
    assert (rejection.line, rejection.seq, rejection.event_type) == (3, None, None)


@TOLERANT
@pytest.mark.parametrize("end", TORN)
def test_a_torn_last_line_is_a_diagnostic(mode: Mode, end: list[bytes]) -> None:
    recording = recording_with_turn()

    reduction = reduce_log(recording, log_of(recording) + end, mode)

    assert facts(reduction.diagnostics) == [(Code.TORN_LINE, Level.WARNING, 3, None, None, {})]
    assert reduction.trace == recording.reduce(mode).trace


BROKEN_LAST = b'{"schema_version":1,"seq":3}\n'


@STRICT
def test_a_last_line_that_is_json_but_no_event_is_rejected(mode: Mode) -> None:
    recording = recording_with_turn()

    rejection = rejection_of_log(recording, [*log_of(recording), BROKEN_LAST], mode)

    assert (rejection.code, rejection.line) == (Code.BROKEN_LINE, 3)


def test_salvage_skips_a_last_line_that_is_json_but_no_event() -> None:
    recording = recording_with_turn()

    reduction = reduce_log(recording, [*log_of(recording), BROKEN_LAST], Mode.SALVAGE)

    assert facts(reduction.diagnostics) == [(Code.BROKEN_LINE, Level.ERROR, 3, None, None, {})]
    assert reduction.trace == recording.reduce(Mode.SALVAGE).trace


# Row: an `other` event.


def recording_with_other() -> Recording:
    recording = recording_with_turn()
    refs = [recording.payload("protocol_event", {}), recording.payload("protocol_event", b"not read")]
    other = OtherObserved(kind="a-kind", summary="a summary", payloads=refs, metadata=msgspec.Raw(b"{}"))
    recording.event(other, thread=ROOT, turn="turn-1")
    return recording


def test_codex_rejects_an_other_event() -> None:
    assert_refused(recording_with_other(), Code.OTHER_EVENT, Mode.CODEX)


@TOLERANT
def test_an_other_event_is_a_diagnostic_and_its_payloads_are_registered(mode: Mode) -> None:
    recording = recording_with_other()

    reduction = recording.reduce(mode)

    assert facts(reduction.diagnostics) == [fact(Code.OTHER_EVENT, Level.NOTE, 3, "other")]
    assert list(reduction.trace.raw_payloads) == ["raw_payload:1", "raw_payload:2"]
    before = without_events(recording, 3, mode=mode).trace
    assert msgspec.structs.replace(reduction.trace, raw_payloads={}) == before


# Row: an event type of a newer Codex.


def recording_with_newer_event() -> Recording:
    recording = recording_with_turn()
    ref = {"raw_payload_id": "raw_payload:9", "kind": {"type": "protocol_event"}, "path": "payloads/9.json"}
    fields = json.dumps({"type": "thread_moved", "thread_id": ROOT, "event_payload": ref}).encode()
    recording.event(UnknownEvent("thread_moved", msgspec.Raw(fields)), thread=ROOT)
    recording.turn("turn-2")
    return recording


def test_codex_rejects_an_event_of_a_newer_type() -> None:
    recording = recording_with_newer_event()

    rejection = rejection_of_log(recording, log_of(recording), Mode.CODEX)

    assert (rejection.code, rejection.ids) == (Code.UNKNOWN_EVENT, {})
    assert (rejection.line, rejection.seq, rejection.event_type) == (3, 3, "thread_moved")
    assert "thread_moved" in rejection.message


@TOLERANT
def test_an_event_of_a_newer_type_is_a_diagnostic(mode: Mode) -> None:
    recording = recording_with_newer_event()

    reduction = reduce_log(recording, log_of(recording), mode)

    assert facts(reduction.diagnostics) == [fact(Code.UNKNOWN_EVENT, Level.WARNING, 3, "thread_moved")]
    assert reduction.trace == without_events(recording, 3, mode=Mode.SALVAGE).trace
    assert reduction.trace.raw_payloads == {}


# Row: an item type of a newer Codex.


NEWER_ITEM = {"type": "holographic_call", "call_id": "call-1", "angle": 1.5}


def test_codex_rejects_an_item_of_a_newer_type() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), NEWER_ITEM])

    assert_refused(recording, Code.ITEM_TYPE, Mode.CODEX, item_type="holographic_call", raw_payload_id="raw_payload:1")


@TOLERANT
def test_an_item_of_a_newer_type_is_a_diagnostic_and_a_message_of_the_assistant(mode: Mode) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), NEWER_ITEM])

    reduction = recording.reduce(mode)

    item = reduction.trace.conversation_items[ItemId("conversation_item:2")]
    assert (item.role, item.channel, item.kind, item.call_id) == (Role.ASSISTANT, None, ItemKind.MESSAGE, None)
    assert item.body.parts == (PayloadRefPart("holographic_call", RawPayloadId("raw_payload:1")),)
    about = {"item_type": "holographic_call", "raw_payload_id": "raw_payload:1"}
    assert facts(reduction.diagnostics) == [fact(Code.ITEM_TYPE, Level.WARNING, 3, "inference_started", **about)]


# Row: a `previous_response_id` that no traced call answered.


def recording_with_untraced_answer() -> Recording:
    recording = recording_with_turn()
    recording.request("inf-1", [user("one"), user("two")], previous="resp-warm-up")
    return recording


def test_codex_rejects_the_continuation_of_an_untraced_answer() -> None:
    recording = recording_with_untraced_answer()

    ids = {"response_id": "resp-warm-up", "inference_call_id": "inf-1", "thread_id": ROOT}
    assert_refused(recording, Code.UNTRACED_ANSWER, Mode.CODEX, **ids)


@TOLERANT
def test_the_continuation_of_an_untraced_answer_is_a_diagnostic_and_consists_of_its_own_items(mode: Mode) -> None:
    recording = recording_with_untraced_answer()

    reduction = recording.reduce(mode)

    assert requested(reduction, "inf-1") == ("conversation_item:1", "conversation_item:2")
    about = {"response_id": "resp-warm-up", "inference_call_id": "inf-1", "thread_id": ROOT}
    assert facts(reduction.diagnostics) == [fact(Code.UNTRACED_ANSWER, Level.NOTE, 3, "inference_started", **about)]


@TOLERANT
def test_the_continuation_of_an_untraced_answer_is_placed_against_the_snapshot_from_its_beginning(mode: Mode) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("one")])
    recording.request("inf-2", [user("one"), user("two")], previous="resp-warm-up")

    reduction = recording.reduce(mode)

    assert requested(reduction, "inf-2") == ("conversation_item:1", "conversation_item:2")


MISPLACED: list[Item] = [user("two"), user("one")]


def test_default_rejects_the_continuation_of_an_untraced_answer_that_disagrees_with_the_snapshot() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("one")])
    recording.request("inf-2", MISPLACED, previous="resp-warm-up")  # append mode does not search for "one"

    rejection = recording.rejection(Mode.DEFAULT)

    assert rejection.code == Code.CONVERSATION_MISMATCH
    assert rejection.ids["item_id"] == "conversation_item:1"


def test_salvage_takes_what_disagrees_with_the_snapshot_for_new() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("one")])
    recording.request("inf-2", MISPLACED, previous="resp-warm-up")

    reduction = recording.reduce(Mode.SALVAGE)

    assert [found.code for found in reduction.diagnostics] == [Code.UNTRACED_ANSWER, Code.CONVERSATION_MISMATCH]
    assert requested(reduction, "inf-2") == ("conversation_item:2", "conversation_item:3")
    assert texts(reduction, requested(reduction, "inf-2")) == ["two", "one"]


def recording_with_two_untraced_answers() -> Recording:
    recording = recording_with_turn()
    recording.request("inf-1", [user("one")], previous="resp-warm-up")
    recording.request("inf-2", [user("one"), user("two")], previous="resp-lost")
    return recording


def test_default_rejects_the_second_untraced_answer_of_a_thread() -> None:
    recording = recording_with_two_untraced_answers()

    ids = {"response_id": "resp-lost", "inference_call_id": "inf-2", "thread_id": ROOT}
    assert_refused(recording, Code.UNKNOWN_REFERENCE, Mode.DEFAULT, **ids)


def test_default_rejects_an_untraced_answer_of_a_thread_that_is_continued_twice() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("one")], previous="resp-warm-up")
    recording.request("inf-2", [user("one")], previous="resp-warm-up")

    ids = {"response_id": "resp-warm-up", "inference_call_id": "inf-2", "thread_id": ROOT}
    assert_refused(recording, Code.UNKNOWN_REFERENCE, Mode.DEFAULT, **ids)


def test_salvage_reads_every_untraced_answer_of_a_thread() -> None:
    recording = recording_with_two_untraced_answers()

    reduction = recording.reduce(Mode.SALVAGE)

    assert requested(reduction, "inf-2") == ("conversation_item:1", "conversation_item:2")
    assert [(found.code, found.level, found.ids["response_id"]) for found in reduction.diagnostics] == [
        (Code.UNTRACED_ANSWER, Level.NOTE, "resp-warm-up"),
        (Code.UNKNOWN_REFERENCE, Level.ERROR, "resp-lost"),  # a warm-up is untraced once; this answer is missing
    ]


@TOLERANT
def test_every_thread_may_continue_an_untraced_answer(mode: Mode) -> None:
    recording = recording_with_untraced_answer()
    recording.thread(CHILD, "/root/worker")
    recording.turn("turn-2", CHILD)
    recording.request("inf-2", [user("go")], previous="resp-warm-up", thread=CHILD, turn="turn-2")

    reduction = recording.reduce(mode)

    assert requested(reduction, "inf-2") == ("conversation_item:3",)
    assert [found.ids["thread_id"] for found in reduction.diagnostics] == [ROOT, CHILD]


# Row: an output with the `call_id` of another output and other content.


def recording_with_notify(*outputs: Item) -> Recording:
    """A cell, and a request with the outputs of its call."""
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    recording.answer("inf-1", [exec_cell("call-1")])
    recording.cell_started("call-1")
    recording.request("inf-2", [user("go"), exec_cell("call-1"), *outputs])
    return recording


NOTIFY = [cell_output("call-1", "halfway"), cell_output("call-1", "done")]


def about_call(payload: int) -> dict[str, str]:
    return {
        "call_id": "call-1",
        "thread_id": ROOT,
        "codex_turn_id": "turn-1",
        "raw_payload_id": f"raw_payload:{payload}",
    }


def test_codex_rejects_a_second_output_of_a_call_with_other_content() -> None:
    assert_refused(recording_with_notify(*NOTIFY), Code.OUTPUT_REPEATED, Mode.CODEX, **about_call(3))


@TOLERANT
def test_a_second_output_of_a_call_with_other_content_is_a_diagnostic_and_a_new_item(mode: Mode) -> None:
    recording = recording_with_notify(*NOTIFY)
    recording.tool("tool-1", call="call-1")

    reduction = recording.reduce(mode)

    items = requested(reduction, "inf-2")
    assert items == tuple(f"conversation_item:{number}" for number in (1, 2, 3, 4))
    assert texts(reduction, items) == ["go", "text(1)", "halfway", "done"]
    (cell,) = reduction.trace.code_cells.values()
    assert cell.output_item_ids == ("conversation_item:3", "conversation_item:4")
    by = (CodeCellProducer(cell.code_cell_id), ToolProducer(ToolCallId("tool-1")))
    assert reduction.trace.conversation_items[ItemId("conversation_item:4")].produced_by == by
    found = fact(Code.OUTPUT_REPEATED, Level.NOTE, 6, "inference_started", **about_call(3))
    assert facts(reduction.diagnostics) == [found]


@TOLERANT
def test_a_second_output_of_a_call_is_the_same_item_when_it_is_sent_again(mode: Mode) -> None:
    recording = recording_with_notify(*NOTIFY)
    recording.request("inf-3", [user("go"), exec_cell("call-1"), *NOTIFY, user("thanks")])

    reduction = recording.reduce(mode)

    assert requested(reduction, "inf-3")[:4] == requested(reduction, "inf-2")
    assert [found.seq for found in reduction.diagnostics] == [6]  # it is told once


@EVERY_MODE
def test_a_second_output_of_a_call_with_equal_content_is_no_fault(mode: Mode) -> None:
    recording = recording_with_notify(cell_output("call-1"), cell_output("call-1"))

    reduction = recording.reduce(mode)

    assert requested(reduction, "inf-2")[2:] == ("conversation_item:3", "conversation_item:4")
    assert reduction.diagnostics == ()


@STRICT
def test_a_second_call_of_a_call_id_with_other_content_is_rejected(mode: Mode) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [function_call("call-1", "{}"), function_call("call-1", "[]")])

    assert_refused(recording, Code.CALL_ID_REUSED, mode, **about_call(1))


# Row: runtime events of a tool call, and the end of a turn, that never started.


RUNTIME_EVENTS = pytest.mark.parametrize(
    ("record", "event_type"),
    [
        pytest.param(Recording.runtime_started, "tool_call_runtime_started", id="start"),
        pytest.param(Recording.runtime_ended, "tool_call_runtime_ended", id="end"),
    ],
)


@RUNTIME_EVENTS
def test_codex_rejects_runtime_events_of_a_tool_call_that_never_started(
    record: Callable[[Recording, str, Any], int], event_type: str
) -> None:
    recording = recording_with_turn()
    record(recording, "tool-1", {})

    assert_refused(recording, Code.TOOL_NEVER_STARTED, Mode.CODEX, tool_call_id="tool-1")
    assert recording.rejection(Mode.CODEX).event_type == event_type


@TOLERANT
@RUNTIME_EVENTS
def test_runtime_events_of_a_tool_call_that_never_started_are_skipped_with_a_diagnostic(
    mode: Mode, record: Callable[[Recording, str, Any], int], event_type: str
) -> None:
    recording = recording_with_turn()
    record(recording, "tool-1", {})

    reduction = recording.reduce(mode)

    found = fact(Code.TOOL_NEVER_STARTED, Level.WARNING, 3, event_type, tool_call_id="tool-1")
    assert facts(reduction.diagnostics) == [found]
    assert reduction.trace == without_events(recording, 3, mode=mode).trace
    assert reduction.trace.raw_payloads == {}


@STRICT
def test_the_end_of_a_tool_call_that_never_started_is_no_such_row_and_rejected(mode: Mode) -> None:
    recording = recording_with_turn()
    recording.tool_ended("tool-1")

    assert_refused(recording, Code.UNKNOWN_REFERENCE, mode, tool_call_id="tool-1")


def test_codex_rejects_the_end_of_a_turn_that_never_started() -> None:
    recording = recording_with_turn()
    recording.turn_ended("completed", "turn-9")

    assert_refused(recording, Code.TURN_NEVER_STARTED, Mode.CODEX, codex_turn_id="turn-9")


@TOLERANT
def test_the_end_of_a_turn_that_never_started_is_skipped_with_a_diagnostic(mode: Mode) -> None:
    recording = recording_with_turn()
    recording.turn_ended("completed", "turn-9")

    reduction = recording.reduce(mode)

    found = fact(Code.TURN_NEVER_STARTED, Level.WARNING, 3, "codex_turn_ended", codex_turn_id="turn-9")
    assert facts(reduction.diagnostics) == [found]
    assert reduction.trace == without_events(recording, 3, mode=mode).trace


# Row: a runtime start of a terminal kind without `command` and `cwd`.


def recording_with_patch_in_the_shell(kind: ExecCommand | WriteStdin) -> Recording:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=kind)
    recording.runtime_started("tool-1", {"call_id": "call", "changes": {"a.txt": {"type": "add"}}})
    return recording


@pytest.mark.parametrize("kind", [ExecCommand(), WriteStdin()], ids=repr)
def test_codex_rejects_a_terminal_whose_runtime_runs_no_command(kind: ExecCommand | WriteStdin) -> None:
    recording = recording_with_patch_in_the_shell(kind)

    about = {"tool_call_id": "tool-1", "raw_payload_id": "raw_payload:1"}
    assert_refused(recording, Code.RUNTIME_NOT_A_COMMAND, Mode.CODEX, **about)


@TOLERANT
@pytest.mark.parametrize("kind", [ExecCommand(), WriteStdin()], ids=repr)
def test_a_terminal_whose_runtime_runs_no_command_has_the_payload_and_no_operation(
    mode: Mode, kind: ExecCommand | WriteStdin
) -> None:
    recording = recording_with_patch_in_the_shell(kind)
    recording.runtime_ended("tool-1", {"call_id": "call", "success": True})
    recording.tool_ended("tool-1", result={"type": "error", "error": "no"})

    reduction = recording.reduce(mode)

    tool = reduction.trace.tool_calls[ToolCallId("tool-1")]
    assert tool.raw_runtime_payload_ids == ("raw_payload:1", "raw_payload:2")
    assert (tool.terminal_operation_id, reduction.trace.terminal_operations) == (None, {})
    assert tool.execution.status == "completed"
    about = {"tool_call_id": "tool-1", "raw_payload_id": "raw_payload:1"}
    found = fact(Code.RUNTIME_NOT_A_COMMAND, Level.NOTE, 4, "tool_call_runtime_started", **about)
    assert facts(reduction.diagnostics) == [found]


# Row: an exec end without `stdout`, `stderr`, `formatted_output`, or without one of them.


OUTPUTS = ("stdout", "stderr", "formatted_output")
LACKING = pytest.mark.parametrize("lacking", [OUTPUTS, *((field,) for field in OUTPUTS)], ids=", ".join)


def recording_with_end(end: Item) -> Recording:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_started("tool-1", EXEC_BEGIN)
    recording.runtime_ended("tool-1", end)
    return recording


def end_without(fields: Iterable[str]) -> Item:
    return {name: value for name, value in EXEC_END.items() if name not in fields}


@LACKING
def test_codex_rejects_an_exec_end_without_its_outputs(lacking: tuple[str, ...]) -> None:
    recording = recording_with_end(end_without(lacking))

    assert_refused(recording, Code.EXEC_END_WITHOUT_OUTPUT, Mode.CODEX, raw_payload_id="raw_payload:2")


@TOLERANT
@LACKING
def test_an_exec_end_without_its_outputs_is_a_diagnostic_and_shows_the_aggregated_output(
    mode: Mode, lacking: tuple[str, ...]
) -> None:
    recording = recording_with_end(end_without(lacking) | {"exit_code": 3})

    reduction = recording.reduce(mode)

    (operation,) = reduction.trace.terminal_operations.values()
    assert operation.result == TerminalResult(
        exit_code=3, stdout="all", stderr="", formatted_output=None, original_token_count=None, chunk_id=None
    )
    assert (operation.execution.status, operation.execution.ended_seq) == ("completed", 5)
    about = {"raw_payload_id": "raw_payload:2"}
    found = fact(Code.EXEC_END_WITHOUT_OUTPUT, Level.NOTE, 5, "tool_call_runtime_ended", **about)
    assert facts(reduction.diagnostics) == [found]


@TOLERANT
def test_an_exec_end_without_any_output_shows_none(mode: Mode) -> None:
    recording = recording_with_end({"exit_code": 0})

    (operation,) = recording.reduce(mode).trace.terminal_operations.values()

    assert operation.result == TerminalResult(
        exit_code=0, stdout="", stderr="", formatted_output=None, original_token_count=None, chunk_id=None
    )


@TOLERANT
def test_an_exec_end_without_its_outputs_may_end_input_too(mode: Mode) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=WriteStdin())
    recording.runtime_started("tool-1", EXEC_BEGIN)
    recording.runtime_ended("tool-1", end_without(OUTPUTS))

    reduction = recording.reduce(mode)

    (operation,) = reduction.trace.terminal_operations.values()
    assert operation.result is not None
    assert (operation.result.exit_code, operation.result.stdout) == (0, "all")
    assert [found.code for found in reduction.diagnostics] == [Code.EXEC_END_WITHOUT_OUTPUT]


@pytest.mark.parametrize("aggregated_output", [None, 1, ["all"]])
def test_an_exec_end_without_its_outputs_whose_aggregated_output_is_no_text_is_rejected(aggregated_output: Any) -> None:
    recording = recording_with_end(end_without(OUTPUTS) | {"aggregated_output": aggregated_output})

    assert_refused(recording, Code.PAYLOAD_SHAPE, Mode.DEFAULT, raw_payload_id="raw_payload:2")


# Row: items of type `configuration_update` and `compaction_trigger`.


CONFIGURATION = pytest.mark.parametrize("item_type", ["configuration_update", "compaction_trigger"])


@CONFIGURATION
def test_codex_rejects_items_of_configuration(item_type: str) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [{"type": item_type}, user("go")])

    assert_refused(recording, Code.ITEM_TYPE, Mode.CODEX, item_type=item_type, raw_payload_id="raw_payload:1")


@TOLERANT
@CONFIGURATION
def test_items_of_configuration_are_skipped_without_a_word(mode: Mode, item_type: str) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [{"type": item_type}, user("go")])
    recording.request("inf-2", [user("go"), {"type": item_type}, user("on")])

    reduction = recording.reduce(mode)

    assert requested(reduction, "inf-1") == ("conversation_item:1",)
    assert requested(reduction, "inf-2") == ("conversation_item:1", "conversation_item:2")
    assert texts(reduction, requested(reduction, "inf-2")) == ["go", "on"]
    assert reduction.diagnostics == ()


# Row: a gap or repeat in `seq`, a wrong `schema_version`; and a wrong rollout, which is applied like them.


MISPLACED_EVENTS = pytest.mark.parametrize(
    ("envelope", "code", "ids"),
    [
        pytest.param({"seq": 7}, Code.SEQUENCE, {}, id="a-gap-in-seq"),
        pytest.param({"seq": 1}, Code.SEQUENCE, {}, id="a-repeat-in-seq"),
        pytest.param({"schema_version": 2}, Code.EVENT_SCHEMA, {}, id="another-schema"),
        pytest.param({"rollout_id": CHILD}, Code.EVENT_ROLLOUT, {"rollout_id": CHILD}, id="another-rollout"),
    ],
)


def recording_with_misplaced_event(envelope: dict[str, Any]) -> Recording:
    """A thread, and a child's start whose envelope is wrong."""
    recording = Recording()
    recording.thread()
    recording.thread(CHILD, "/root/worker")
    misplaced = recording.entries.pop().event.payload
    recording.event(misplaced, **envelope)
    return recording


@pytest.mark.parametrize("envelope", [{"seq": 7}, {"seq": 1}, {"schema_version": 2}, {"rollout_id": CHILD}])
def test_codex_ignores_an_envelope_that_is_out_of_place(envelope: dict[str, Any]) -> None:
    reduction = recording_with_misplaced_event(envelope).reduce(Mode.CODEX)

    assert list(reduction.trace.threads) == [ROOT, CHILD]
    assert reduction.diagnostics == ()


@TOLERANT
@MISPLACED_EVENTS
def test_an_envelope_that_is_out_of_place_is_a_diagnostic_and_the_event_is_applied(
    mode: Mode, envelope: dict[str, Any], code: Code, ids: dict[str, str]
) -> None:
    reduction = recording_with_misplaced_event(envelope).reduce(mode)

    found = (code, Level.WARNING, 2, envelope.get("seq", 2), "thread_started", ids)
    assert facts(reduction.diagnostics) == [found]
    child = reduction.trace.threads[ThreadId(CHILD)]
    assert (child.execution.started_seq, child.execution.started_at_unix_ms) == (envelope.get("seq", 2), START + 2)


@TOLERANT
@pytest.mark.parametrize(
    ("seqs", "faulty"),
    [
        pytest.param([1, 2, 3], [], id="contiguous"),
        pytest.param([1, 3, 4], [3], id="a-gap-is-told-once"),
        pytest.param([1, 1, 2], [1], id="a-repeat-is-told-once"),
        pytest.param([1, 3, 2], [3, 2], id="disorder"),
        pytest.param([2, 3, 4], [2], id="the-first-is-not-1"),
        pytest.param([0, 1, 2], [0], id="the-first-is-0"),
    ],
)
def test_each_seq_is_to_be_one_more_than_the_last(mode: Mode, seqs: list[int], faulty: list[int]) -> None:
    recording = Recording()
    for number, seq in enumerate(seqs, start=1):
        recording.thread(f"thread-{number}")
        recording.event(recording.entries.pop().event.payload, seq=seq)

    reduction = recording.reduce(mode)

    assert [(found.code, found.seq) for found in reduction.diagnostics] == [(Code.SEQUENCE, seq) for seq in faulty]
    assert len(reduction.trace.threads) == len(seqs)


@TOLERANT
def test_an_event_that_is_skipped_keeps_the_diagnostic_of_its_envelope(mode: Mode) -> None:
    recording = recording_with_turn()
    recording.turn_ended("completed", "turn-9")
    recording.event(recording.entries.pop().event.payload, seq=9)

    reduction = recording.reduce(mode)

    assert [found.code for found in reduction.diagnostics] == [Code.SEQUENCE, Code.TURN_NEVER_STARTED]


# Row: any other rejection.


def unknown_thread(recording: Recording) -> int:
    return recording.turn("turn-9", CHILD)


def duplicate_turn(recording: Recording) -> int:
    return recording.turn("turn-1")


def missing_request(recording: Recording) -> int:
    seq = recording.request("inf-9", [])
    recording.payloads.pop("payloads/1.json")
    return seq


def broken_request(recording: Recording) -> int:
    return recording.request_of("inf-9", b"{")


def malformed_request(recording: Recording) -> int:
    return recording.request_of("inf-9", {})


def malformed_item(recording: Recording) -> int:
    return recording.request("inf-9", [{"type": 7}])


def reused_call_id(recording: Recording) -> int:
    return recording.request("inf-9", [function_call("call-1", "{}"), function_call("call-1", "[]")])


def tool_without_a_thread(recording: Recording) -> int:
    return recording.tool("tool-9", thread=None, turn=None)


PAYLOAD = {"raw_payload_id": "raw_payload:1"}
Refused = tuple[Callable[[Recording], int], Code, str, dict[str, str]]
"""What is recorded last, and of which fault, event type and objects it is refused."""

OF_THE_EVENT: tuple[Refused, ...] = (
    (unknown_thread, Code.UNKNOWN_REFERENCE, "codex_turn_started", {"thread_id": CHILD}),
    (duplicate_turn, Code.DUPLICATE, "codex_turn_started", {"codex_turn_id": "turn-1"}),
    (tool_without_a_thread, Code.MISSING_CONTEXT, "tool_call_started", {}),
)
OF_ITS_PAYLOAD: tuple[Refused, ...] = (
    (missing_request, Code.PAYLOAD_MISSING, "inference_started", PAYLOAD),
    (broken_request, Code.PAYLOAD_BROKEN, "inference_started", PAYLOAD),
    (malformed_request, Code.PAYLOAD_SHAPE, "inference_started", PAYLOAD),
    (malformed_item, Code.ITEM_SHAPE, "inference_started", PAYLOAD),
    (reused_call_id, Code.CALL_ID_REUSED, "inference_started", about_call(1)),
)
"""What mode salvage makes of these stands in `test_9_salvage`."""


def rejections(*cases: Refused) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("record", "code", "event_type", "ids"), [pytest.param(*case, id=case[0].__name__) for case in cases]
    )


@STRICT
@rejections(*OF_THE_EVENT, *OF_ITS_PAYLOAD)
def test_any_other_rejection_rejects_the_bundle(
    mode: Mode, record: Callable[[Recording], int], code: Code, event_type: str, ids: dict[str, str]
) -> None:
    recording = recording_with_turn()
    record(recording)

    assert_refused(recording, code, mode, **ids)
    assert recording.rejection(mode).event_type == event_type


@rejections(*OF_THE_EVENT)
def test_salvage_skips_the_event_of_any_other_rejection_with_a_diagnostic(
    record: Callable[[Recording], int], code: Code, event_type: str, ids: dict[str, str]
) -> None:
    recording = recording_with_turn()
    record(recording)
    recording.turn("turn-2")

    reduction = recording.reduce(Mode.SALVAGE)

    assert facts(reduction.diagnostics) == [fact(code, Level.ERROR, 3, event_type, **ids)]
    expected = recording_with_turn()
    expected.turn("turn-2", ROOT)
    expected.event(expected.entries.pop().event.payload, seq=4, wall_time_unix_ms=START + 4)
    assert reduction.trace == expected.reduce(Mode.CODEX).trace


@STRICT
def test_a_broken_line_in_the_middle_is_rejected(mode: Mode) -> None:
    recording = recording_with_turn()
    first, second = log_of(recording)

    rejection = rejection_of_log(recording, [first, b'{"schema_version":1,"se\n', second], mode)

    assert (rejection.code, rejection.ids) == (Code.BROKEN_LINE, {})
    assert (rejection.line, rejection.seq, rejection.event_type) == (2, None, None)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b'{"schema_version":1,"se\n', id="no-json"),
        pytest.param(b"[]\n", id="no-object"),
        pytest.param(b'{"schema_version":1,"seq":2}\n', id="no-event"),
    ],
)
def test_salvage_skips_a_broken_line_in_the_middle_with_a_diagnostic(line: bytes) -> None:
    recording = recording_with_turn()
    first, second = log_of(recording)

    reduction = reduce_log(recording, [first, b"\n", line, second], Mode.SALVAGE)

    assert facts(reduction.diagnostics) == [(Code.BROKEN_LINE, Level.ERROR, 3, None, None, {})]
    assert reduction.trace == recording.reduce(Mode.SALVAGE).trace


def test_salvage_leaves_out_what_the_end_of_the_log_refuses_with_a_diagnostic() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", spawn_end("hello"))
    child_sees(recording, "inf-1", delivery("hello"))
    recording.runtime_ended("tool-1", spawn_end("another task"))  # waits under the id of the edge that has been made

    reduction = recording.reduce(Mode.SALVAGE)

    spawn = EdgeId(f"edge:spawn:{ROOT}:{CHILD}")
    found = (Code.CONFLICT, Level.ERROR, None, None, None, {"edge_id": spawn})
    assert facts(reduction.diagnostics) == [found]
    assert reduction.trace.interaction_edges == without_events(recording, 8, mode=Mode.SALVAGE).trace.interaction_edges


# Row: a payload path that leaves the bundle.


def write_bundle(recording: Recording, folder: Path) -> Path:
    """Write a recording to disk."""
    (folder / "payloads").mkdir(parents=True)
    (folder / "manifest.json").write_bytes(msgspec.json.encode(recording.manifest))
    (folder / "trace.jsonl").write_bytes(b"".join(log_of(recording)))
    for path, content in recording.payloads.items():
        (folder / path).write_bytes(content)
    return folder


def bundle_whose_request_lies_at(path: str, folder: Path) -> Path:
    """A bundle with a request outside of it, a link to that, and an event that refers to the request by this path."""
    recording = recording_with_turn()
    recording.request("inf-1", [user("secret")])
    started = recording.entries.pop().event.payload
    reference = missing_payload("inference_request", path)
    started = msgspec.structs.replace(started, request_payload=reference)
    recording.event(started, thread=ROOT, turn="turn-1")
    recording.turn("turn-2")
    bundle = write_bundle(recording, folder / "bundle")
    request = bundle / "payloads" / "1.json"
    request.rename(folder / "outside.json")
    request.symlink_to(folder / "outside.json")
    (bundle / "elsewhere").symlink_to(folder)
    return bundle


PATHS_OUT = pytest.mark.parametrize(
    "path",
    [
        pytest.param("{folder}/outside.json", id="absolute"),
        pytest.param("../outside.json", id="dots"),
        pytest.param("payloads/../../outside.json", id="dots-inside"),
        pytest.param("payloads/1.json", id="a-symbolic-link"),
        pytest.param("elsewhere/outside.json", id="a-folder-that-is-a-symbolic-link"),
    ],
)


@STRICT
@PATHS_OUT
def test_a_payload_path_that_leaves_the_bundle_is_rejected(mode: Mode, path: str, tmp_path: Path) -> None:
    bundle = bundle_whose_request_lies_at(path.format(folder=tmp_path), tmp_path)

    with pytest.raises(Rejection) as rejected:
        reduce_bundle(bundle, mode)

    assert (rejected.value.code, rejected.value.ids) == (Code.PAYLOAD_OUTSIDE, {"raw_payload_id": "raw_payload:none"})
    assert (rejected.value.line, rejected.value.seq, rejected.value.event_type) == (3, 3, "inference_started")
    assert "raw_payload:none" in rejected.value.message


@PATHS_OUT
def test_salvage_reads_nothing_where_a_payload_path_leaves_the_bundle(path: str, tmp_path: Path) -> None:
    bundle = bundle_whose_request_lies_at(path.format(folder=tmp_path), tmp_path)

    reduction = reduce_bundle(bundle, Mode.SALVAGE)

    about = {"raw_payload_id": "raw_payload:none", "inference_call_id": "inf-1"}
    found = fact(Code.PAYLOAD_OUTSIDE, Level.ERROR, 3, "inference_started", **about)
    assert facts(reduction.diagnostics) == [found]
    assert requested(reduction, "inf-1") == ()
    assert reduction.trace.conversation_items == {}
    assert list(reduction.trace.codex_turns) == ["turn-1", "turn-2"]


@EVERY_MODE
def test_a_payload_path_within_the_bundle_may_be_a_link_to_a_payload(mode: Mode, tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    bundle = write_bundle(recording, tmp_path / "bundle")
    (bundle / "payloads" / "1.json").rename(bundle / "payloads" / "one.json")
    (bundle / "payloads" / "1.json").symlink_to(bundle / "payloads" / "one.json")

    reduction = reduce_bundle(bundle, mode)

    assert texts(reduction, requested(reduction, "inf-1")) == ["go"]


# Our better rule for `payload_ref` parts.


def opaque_message(*content: Any) -> Item:
    return {"type": "message", "role": "user", "content": list(content)}


OPAQUE_ITEMS = pytest.mark.parametrize(
    "item",
    [
        pytest.param(opaque_message(IMAGE), id="a-content-entry"),
        pytest.param(opaque_message({"type": "input_text", "text": "look"}, IMAGE), id="a-content-entry-after-text"),
        pytest.param(opaque_message({"no_type": 1}), id="a-content-entry-without-type"),
        pytest.param({"type": "message", "role": "user", "content": {"a": 1}}, id="content-that-is-no-list"),
        pytest.param({"type": "message", "role": "user"}, id="no-content"),
        pytest.param(opaque_message(), id="empty-content"),
        pytest.param(function_output("call-1", [IMAGE]), id="a-tool-output"),
        pytest.param({"type": "function_call_output", "call_id": "call-1"}, id="no-tool-output"),
        pytest.param({"type": "function_call", "call_id": "call-1"}, id="a-call-without-arguments"),
    ],
)


@TOLERANT
@OPAQUE_ITEMS
def test_opaque_content_that_is_sent_again_stays_one_item(mode: Mode, item: Item) -> None:
    recording = recording_with_turn()
    for number in (1, 2, 3):
        recording.request(f"inf-{number}", [user("look"), item])

    reduction = recording.reduce(mode)

    assert requested(reduction, "inf-3") == ("conversation_item:1", "conversation_item:2")
    parts = reduction.trace.conversation_items[ItemId("conversation_item:2")].body.parts
    assert isinstance(parts[-1], PayloadRefPart)
    assert parts[-1].raw_payload_id == "raw_payload:1"  # where it was first seen
    assert len(reduction.trace.conversation_items) == 2
    assert reduction.diagnostics == ()


def test_codex_makes_a_new_item_of_an_image_that_is_sent_again() -> None:
    recording = recording_with_turn()
    for number in (1, 2):
        recording.request(f"inf-{number}", [user("look"), opaque_message(IMAGE)])

    reduction = recording.reduce(Mode.CODEX)

    assert requested(reduction, "inf-2") == ("conversation_item:1", "conversation_item:3")


def test_codex_rejects_an_image_in_a_tools_output_that_is_sent_again() -> None:
    recording = recording_with_turn()
    for number in (1, 2):
        recording.request(f"inf-{number}", [user("look"), function_output("call-1", [IMAGE])])

    assert_refused(recording, Code.OUTPUT_REPEATED, Mode.CODEX, **about_call(2))


@TOLERANT
def test_an_item_of_a_newer_type_that_is_sent_again_stays_one_item(mode: Mode) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [NEWER_ITEM])
    recording.request("inf-2", [NEWER_ITEM, NEWER_ITEM | {"angle": 2}])

    reduction = recording.reduce(mode)

    assert requested(reduction, "inf-2") == ("conversation_item:1", "conversation_item:2")


@TOLERANT
@pytest.mark.parametrize(
    ("first", "other"),
    [
        pytest.param(IMAGE, IMAGE | {"image_url": "data:image/png;base64,BBBB"}, id="other-content"),
        pytest.param({"type": "input_file", "a": 1}, {"type": "input_audio", "a": 1}, id="another-label"),
        pytest.param({"type": "x", "a": 1, "b": 2}, {"type": "x", "b": 2, "a": 1}, id="keys-in-another-order"),
        pytest.param({"type": "x", "a": None}, {"type": "x"}, id="a-null-more"),
    ],
)
def test_opaque_content_matches_by_label_and_compact_json(mode: Mode, first: Item, other: Item) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [opaque_message(first)])
    recording.request("inf-2", [opaque_message(other)])

    reduction = recording.reduce(mode)

    assert requested(reduction, "inf-2") == ("conversation_item:2",)


@TOLERANT
def test_opaque_content_that_stands_for_nothing_matches_by_its_label_alone(mode: Mode) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [{"type": "message", "role": "user", "content": None}])
    recording.request("inf-2", [opaque_message()])  # labelled `empty_content`, the first one `content`

    reduction = recording.reduce(mode)

    assert requested(reduction, "inf-2") == ("conversation_item:2",)


@TOLERANT
@pytest.mark.parametrize(
    "again",
    [
        pytest.param(b'{"input":[{"type":"message","role":"user","content":[{"type":"x","a":1.50}]}]}', id="compact"),
        pytest.param(
            b'{ "input": [{ "role": "user", "type": "message", "content": [ { "type" : "x", "a" : 1.50 } ] }] }',
            id="with-spaces",
        ),
        pytest.param(
            b'{"input":[{"type":"message","role":"user","content":[{"type":"\\u0078","a":1.50}]}]}', id="escaped"
        ),
    ],
)
def test_opaque_content_matches_however_its_json_is_spelled(mode: Mode, again: bytes) -> None:
    recording = recording_with_turn()
    recording.request_of("inf-1", b'{"input":[{"type":"message","role":"user","content":[{"type":"x","a":1.50}]}]}')
    recording.request_of("inf-2", again)

    reduction = recording.reduce(mode)

    assert requested(reduction, "inf-2") == ("conversation_item:1",)


# Our better rule for deliveries that are queued again.


def message_begin(prompt: str) -> Item:
    return {"call_id": "call", "sender_thread_id": ROOT, "receiver_thread_id": CHILD, "prompt": prompt}


def message_end(prompt: str) -> Item:
    return {**message_begin(prompt), "status": "running"}


def spawn_end(prompt: str) -> Item:
    return {
        "call_id": "call",
        "sender_thread_id": ROOT,
        "new_thread_id": CHILD,
        "prompt": prompt,
        "model": "a-model",
        "reasoning_effort": "low",
        "status": "running",
    }


def delivery(text: str) -> Item:
    return agent_message("/root", "/root/worker", text)


def child_sees(recording: Recording, call: str, *items: Item) -> int:
    return recording.request(call, list(items), thread=CHILD, turn="turn-2")


def recording_with_child() -> Recording:
    """The root and a child (`/root/worker`), each in a turn (seq 1 to 4)."""
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/worker")
    recording.turn("turn-2", CHILD)
    return recording


@TOLERANT
def test_a_message_that_arrives_between_begin_and_end_has_one_edge_with_the_end(mode: Mode) -> None:
    recording = recording_with_child()
    start = recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin("hello"))
    child_sees(recording, "inf-1", delivery("hello"))
    end = recording.runtime_ended("tool-1", message_end("hello"))
    child_sees(recording, "inf-2", delivery("hello"), delivery("hello"))  # an equal one, of nobody

    reduction = recording.reduce(mode)

    (edge,) = reduction.trace.interaction_edges.values()
    assert (edge.edge_id, edge.target) == ("edge:tool:tool-1", ItemAnchor(ItemId("conversation_item:1")))
    assert (edge.started_at_unix_ms, edge.ended_at_unix_ms) == (START + start, START + end)
    assert edge.carried_item_ids == ("conversation_item:1",)
    assert edge.carried_raw_payload_ids == ("raw_payload:1", "raw_payload:3")
    assert reduction.diagnostics == ()


@TOLERANT
def test_a_message_that_arrives_before_begin_has_one_edge_with_the_end(mode: Mode) -> None:
    recording = recording_with_child()
    child_sees(recording, "inf-1", delivery("hello"), delivery("hello"))
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin("hello"))
    end = recording.runtime_ended("tool-1", message_end("hello"))

    (edge,) = recording.reduce(mode).trace.interaction_edges.values()

    assert edge.target == ItemAnchor(ItemId("conversation_item:1"))
    assert edge.ended_at_unix_ms == START + end


@TOLERANT
def test_a_spawn_that_is_queued_again_keeps_the_item_as_its_target(mode: Mode) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", spawn_end("hello"))
    child_sees(recording, "inf-1", delivery("hello"))
    end = recording.runtime_ended("tool-1", spawn_end("hello"))

    (edge,) = recording.reduce(mode).trace.interaction_edges.values()

    assert (edge.target, edge.ended_at_unix_ms) == (ItemAnchor(ItemId("conversation_item:1")), START + end)


@TOLERANT
def test_a_result_that_is_observed_again_is_merged_into_its_edge(mode: Mode) -> None:
    recording = recording_with_child()
    for number in (1, 2):
        observed = AgentResultObserved(
            edge_id=EdgeId("edge-1"),
            child_thread_id=ThreadId(CHILD),
            child_codex_turn_id=CodexTurnId("turn-2"),
            parent_thread_id=ThreadId(ROOT),
            message="done",
        )
        seq = recording.event(observed, thread=CHILD, turn="turn-2")
        recording.request(f"inf-{number}", [agent_message("/root/worker", "/root", "done")] * number)

    (edge,) = recording.reduce(mode).trace.interaction_edges.values()

    assert edge.target == ItemAnchor(ItemId("conversation_item:1"))
    assert (edge.started_at_unix_ms, edge.ended_at_unix_ms) == (START + seq - 2, START + seq)


@TOLERANT
def test_another_message_under_the_id_of_an_edge_is_not_merged(mode: Mode) -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SendMessage())
    recording.runtime_started("tool-1", message_begin("hello"))
    child_sees(recording, "inf-1", delivery("hello"))
    recording.runtime_ended("tool-1", message_end("bye"))

    (edge,) = recording.reduce(mode).trace.interaction_edges.values()

    assert (edge.ended_at_unix_ms, edge.carried_raw_payload_ids) == (None, ("raw_payload:1",))


# An event that cannot be applied leaves nothing behind.


def begun(recording: Recording) -> None:
    """A run with something of everything underway."""
    recording.request("inf-1", [user("go")], turn="turn-1")
    recording.tool("tool-1", call="call-1", kind=ExecCommand())
    recording.runtime_started("tool-1", EXEC_BEGIN)
    recording.tool("tool-2", kind=SpawnAgent())
    recording.runtime_ended("tool-2", spawn_end("hello"))
    recording.cell_started("call-2", runtime="7")
    recording.cell_responded("yielded", runtime="7")
    recording.cell_started("call-3", runtime="8", turn="turn-9")  # will be refused when its source is seen


def input_to_a_terminal_of_another_thread(recording: Recording) -> int:
    payload = {"type": "function", "arguments": '{"session_id":"7"}'}
    invocation = {"tool_name": "write_stdin", "payload": payload}
    return recording.tool("tool-9", kind=WriteStdin(), invocation=invocation, thread=CHILD, turn="turn-2")


def end_of_another_process(recording: Recording) -> int:
    return recording.runtime_ended("tool-1", {**EXEC_END, "process_id": "8"})


def end_that_is_an_activity_of_no_agent_tool(recording: Recording) -> int:
    activity = {"event_id": "e", "agent_thread_id": CHILD, "agent_path": "/root/worker", "kind": "started"}
    return recording.runtime_ended("tool-1", {**EXEC_END, **activity})


def second_start_of_a_waiting_cell(recording: Recording) -> int:
    return recording.cell_started("call-2", runtime="9")


def tool_of_a_call_that_has_one(recording: Recording) -> int:
    return recording.tool("tool-9", call="call-1", invocation={"tool_name": "wait"})


FAILING = pytest.mark.parametrize(
    "record",
    [
        input_to_a_terminal_of_another_thread,
        end_of_another_process,
        end_that_is_an_activity_of_no_agent_tool,
        second_start_of_a_waiting_cell,
        tool_of_a_call_that_has_one,
    ],
    ids=lambda record: record.__name__,
)


@FAILING
def test_salvage_leaves_nothing_of_an_event_that_cannot_be_applied(record: Callable[[Recording], int]) -> None:
    recording = recording_with_child()
    begun(recording)
    seq = record(recording)
    with_it, without_it = recording.reduce(Mode.SALVAGE), without_events(recording, seq, mode=Mode.SALVAGE)

    assert with_it.trace == without_it.trace
    assert list(with_it.evidence) == list(without_it.evidence)
    assert [(found.seq, found.level) for found in with_it.diagnostics] == [(seq, Level.ERROR)]
    brought = set(recording.payloads) - {ref.path for ref in without_it.trace.raw_payloads.values()}
    assert brought.isdisjoint(ref.path for ref in with_it.trace.raw_payloads.values())


@FAILING
def test_salvage_goes_on_after_an_event_that_cannot_be_applied_as_if_it_had_not_been(
    record: Callable[[Recording], int],
) -> None:
    recording = recording_with_child()
    begun(recording)
    seq = record(recording)
    recording.answer("inf-1", [function_call("call-1"), exec_cell("call-2")], response="resp-1")
    recording.cell_ended("completed", runtime="7")
    recording.runtime_ended("tool-1", EXEC_END)
    recording.tool("tool-4", call="call-4")
    child_sees(recording, "inf-2", user("child"), delivery("hello"))
    recording.request("inf-3", [function_output("call-1"), cell_output("call-2")], previous="resp-1")
    recording.turn_ended("aborted")

    with_it, without_it = recording.reduce(Mode.SALVAGE), without_events(recording, seq, mode=Mode.SALVAGE)

    assert with_it.trace == without_it.trace
    assert list(with_it.evidence) == list(without_it.evidence)
    assert [found.seq for found in with_it.diagnostics] == [seq]
    assert len(with_it.trace.code_cells) == len(with_it.trace.interaction_edges) == 1


# The reducer: after a rejection, its view, its fork.


@STRICT
def test_after_a_rejection_the_reducer_is_closed_and_shows_the_graph_as_before(mode: Mode) -> None:
    recording = recording_with_child()
    begun(recording)
    reducer = recording.reducer(mode)
    for entry in recording.entries:
        reducer.apply(entry)
    before = reducer.view()
    reused_call_id(recording)
    recording.turn("turn-3")
    *_, refused, unseen = recording.entries

    with pytest.raises(Rejection) as rejected:
        reducer.apply(refused)
    with pytest.raises(Rejection) as rejected_again:
        reducer.apply(unseen)

    assert rejected.value.code == Code.CALL_ID_REUSED
    assert rejected_again.value is rejected.value is reducer.rejection
    assert reducer.view().trace == before.trace
    assert list(reducer.view().evidence) == list(before.evidence)
    assert reducer.view().diagnostics == before.diagnostics == ()


def test_a_reducer_that_goes_on_has_no_rejection() -> None:
    recording = recording_with_turn()
    recording.turn("turn-1")
    reducer = recording.reducer(Mode.SALVAGE)
    for entry in recording.entries:
        reducer.apply(entry)

    assert reducer.rejection is None


@EVERY_MODE
def test_a_view_twice_is_equal(mode: Mode) -> None:
    recording = recording_with_child()
    begun(recording)
    reducer = recording.reducer(mode)
    for entry in recording.entries:
        reducer.apply(entry)

    one, other = reducer.view(), reducer.view()

    assert (one.trace, one.diagnostics, list(one.evidence)) == (other.trace, other.diagnostics, list(other.evidence))
    assert len(one.trace.interaction_edges) == 1  # the spawn leads to the child as a whole, if the log ended here


@EVERY_MODE
def test_a_view_does_not_disturb_the_run(mode: Mode) -> None:
    recording = recording_with_child()
    begun(recording)
    recording.answer("inf-1", [exec_cell("call-2")])
    child_sees(recording, "inf-2", user("child"), delivery("hello"))  # the spawn arrives after all
    recording.runtime_ended("tool-1", EXEC_END)
    reducer = recording.reducer(mode)
    for entry in recording.entries:
        reducer.apply(entry)
        reducer.view()

    watched, unwatched = reducer.view(), recording.reduce(mode)

    assert watched.trace == unwatched.trace
    assert watched.diagnostics == unwatched.diagnostics == ()
    assert list(watched.evidence) == list(unwatched.evidence)
    (edge,) = watched.trace.interaction_edges.values()
    assert isinstance(edge.target, ItemAnchor)


def test_a_view_does_not_change_when_its_reducer_goes_on() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    reducer = recording.reducer()
    for entry in recording.entries:
        reducer.apply(entry)
    view = reducer.view()
    trace, evidence = msgspec.json.encode(view.trace), list(view.evidence)
    recording.turn("turn-1")
    recording.turn("turn-9", ROOT)
    recording.request("inf-2", [user("go"), user("on")])
    for entry in recording.entries[-2:]:
        reducer.apply(entry)

    assert (msgspec.json.encode(view.trace), list(view.evidence)) == (trace, evidence)
    assert len(reducer.view().trace.conversation_items) == 2


@EVERY_MODE
def test_a_fork_is_independent(mode: Mode) -> None:
    recording = recording_with_child()
    begun(recording)
    reducer = recording.reducer(mode)
    before = applied(reducer, recording.entries)
    fork = reducer.fork()
    common = len(recording.entries)
    recording.answer("inf-1", [function_call("call-1"), exec_cell("call-2")])
    recording.runtime_ended("tool-1", EXEC_END)
    recording.tool("tool-4", kind=ApplyPatch())
    child_sees(recording, "inf-2", delivery("hello"))
    later = recording.entries[common:]

    of_fork = applied(fork, later)

    assert (reducer.view().trace, list(reducer.view().evidence)) == (before.trace, list(before.evidence))
    of_reducer, whole = applied(reducer, later), recording.reduce(mode)
    assert of_fork.trace == of_reducer.trace == whole.trace
    assert list(of_fork.evidence) == list(of_reducer.evidence) == list(whole.evidence)
    assert of_fork.diagnostics == of_reducer.diagnostics == ()


def test_a_fork_has_diagnostics_of_its_own() -> None:
    recording = recording_with_turn()
    recording.turn_ended("completed", "turn-8")
    recording.turn_ended("completed", "turn-9")
    reducer = recording.reducer()
    *seen, last = recording.entries
    applied(reducer, seen)
    fork = reducer.fork()

    assert [found.ids["codex_turn_id"] for found in applied(fork, [last]).diagnostics] == ["turn-8", "turn-9"]
    assert [found.ids["codex_turn_id"] for found in reducer.view().diagnostics] == ["turn-8"]


def test_a_rejection_closes_only_the_fork_that_met_it() -> None:
    recording = recording_with_turn()
    reducer = recording.reducer()
    applied(reducer, recording.entries)
    fork = reducer.fork()
    recording.turn("turn-1")
    recording.turn("turn-2")
    refused, fine = recording.entries[-2:]
    with pytest.raises(Rejection):
        fork.apply(refused)

    assert (reducer.rejection, fork.rejection is None) == (None, False)
    assert list(applied(reducer, [fine]).trace.codex_turns) == ["turn-1", "turn-2"]
    assert list(fork.view().trace.codex_turns) == ["turn-1"]


def test_a_fork_of_a_closed_reducer_is_closed() -> None:
    recording = recording_with_turn()
    recording.turn("turn-1")
    reducer = recording.reducer()
    with pytest.raises(Rejection):
        applied(reducer, recording.entries)

    assert reducer.fork().rejection is reducer.rejection is not None


# What an older event has left to be done is given up in salvage, so that later events are not rejected in its stead.


def test_salvage_gives_up_a_waiting_cell_that_cannot_start_and_keeps_the_request() -> None:
    recording = recording_with_turn()
    recording.cell_started("call-1", turn="turn-9")  # a turn that was never started
    recording.request("inf-1", [user("go"), exec_cell("call-1")])
    recording.cell_responded("completed")

    reduction = recording.reduce(Mode.SALVAGE)

    assert texts(reduction, reduction.trace.inference_calls[InferenceCallId("inf-1")].request_item_ids) == [
        "go",
        "text(1)",
    ]
    assert reduction.trace.code_cells == {}
    assert [(found.code, found.line) for found in reduction.diagnostics] == [
        (Code.UNKNOWN_REFERENCE, 4),
        (Code.UNKNOWN_REFERENCE, 5),
    ]


def test_default_rejects_the_request_that_comes_upon_such_a_cell() -> None:
    recording = recording_with_turn()
    recording.cell_started("call-1", turn="turn-9")
    recording.request("inf-1", [user("go"), exec_cell("call-1")])

    assert_refused(recording, Code.UNKNOWN_REFERENCE, codex_turn_id="turn-9", thread_id=ROOT)


@pytest.mark.parametrize("mode", Mode)
def test_an_interruption_leaves_the_graph_as_it_was_and_the_entry_may_be_applied_again(mode: Mode) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    interrupted = True

    def load(ref: PayloadRef) -> bytes:
        if interrupted:
            raise KeyboardInterrupt
        return recording.load_payload(ref)

    reducer = Reducer(recording.manifest, load, mode)
    *before, last = recording.entries
    for entry in before:
        reducer.apply(entry)
    graph = reducer.view().trace
    with pytest.raises(KeyboardInterrupt):
        reducer.apply(last)
    assert reducer.view().trace == graph
    interrupted = False
    reducer.apply(last)

    assert reducer.view().trace == recording.reduce(mode).trace
    assert reducer.view().diagnostics == ()


@pytest.mark.parametrize("mode", [Mode.DEFAULT, Mode.SALVAGE])
def test_a_log_without_events_is_noted(mode: Mode) -> None:
    (found,) = Recording().reduce(mode).diagnostics

    assert (found.code, found.level, found.line) == (Code.NO_EVENTS, Level.WARNING, None)


def test_a_log_of_one_event_is_not_without_events() -> None:
    recording = Recording()
    recording.event(RolloutStarted(trace_id=TraceId("trace-1"), root_thread_id=ThreadId(ROOT)))

    assert recording.reduce().diagnostics == ()


def test_a_view_does_not_change_what_a_later_diagnostic_says() -> None:
    recording = recording_with_child()
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", spawn_end("hello"))
    child_sees(recording, "inf-1", delivery("hello"))
    recording.runtime_ended("tool-1", spawn_end("another task"))  # a conflict, but only when the log ends
    reducer = recording.reducer(Mode.SALVAGE)
    for entry in recording.entries:
        reducer.apply(entry)
    unseen = reducer.fork()
    reducer.view()
    recording.runtime_started("tool-9", {})
    for one in (reducer, unseen):
        one.apply(recording.entries[-1])

    assert reducer.view().diagnostics == unseen.view().diagnostics
