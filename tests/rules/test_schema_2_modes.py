"""Spec 5, section 8: what the modes make of what Codex's own reducer refuses in schema 2, or could read better.

As in `test_9_modes`, each row of the table is told by its name: what mode `codex` says, and what the two others do.
"""

from collections.abc import Callable, Iterable
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
    assistant,
    cell_output,
    exec_cell,
    function_call,
    function_output,
    known_as,
    recording_with_turn,
    running_since,
    user,
)
from rollout_trace.bundle.log import read_log
from rollout_trace.diagnostics import Code, Diagnostic, Level
from rollout_trace.errors import Rejection
from rollout_trace.events.codec import encode_event
from rollout_trace.events.types import (
    OtherObserved,
    ProtocolEventObserved,
    RecordingCompleted,
    ThreadStarted,
    UnknownEvent,
)
from rollout_trace.ids import AgentPath, InferenceCallId, ItemId, RawPayloadId, ThreadId, ToolCallId
from rollout_trace.model.conversation import PayloadRefPart
from rollout_trace.model.threads import RootOrigin
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction
from rollout_trace.values import (
    ApplyPatch,
    ExecCommand,
    Other,
    PayloadKind,
    PayloadKindName,
    PayloadRef,
    SendMessage,
)

TOLERANT = pytest.mark.parametrize("mode", [Mode.DEFAULT, Mode.SALVAGE])
STRICT = pytest.mark.parametrize("mode", [Mode.CODEX, Mode.DEFAULT])
EVERY_MODE = pytest.mark.parametrize("mode", list(Mode))

ANT = ThreadStarted(thread_id=ThreadId(CHILD), agent_path=AgentPath("/root/ant"))

Fact = tuple[Code, Level, int | None, str | None, dict[str, str]]


def facts(diagnostics: Iterable[Diagnostic]) -> list[Fact]:
    """What diagnostics say but for their sentence."""
    return [(found.code, found.level, found.line, found.event_type, dict(found.ids)) for found in diagnostics]


def codes(reduction: Reduction) -> list[Code]:
    return [diagnostic.code for diagnostic in reduction.diagnostics]


def requested(reduction: Reduction, call: str) -> tuple[str, ...]:
    return reduction.trace.inference_calls[InferenceCallId(call)].request_item_ids


def item_ids(*numbers: int) -> tuple[str, ...]:
    return tuple(f"conversation_item:{number}" for number in numbers)


def missing(payload_id: str = "raw_payload:none") -> PayloadRef:
    return PayloadRef(RawPayloadId(payload_id), PayloadKind(PayloadKindName.PROTOCOL_EVENT), "payloads/none.json")


def completed(recording: Recording) -> Recording:
    recording.recording_completed()
    return recording


NOT_COMPLETED: Fact = (Code.NOT_COMPLETED, Level.WARNING, None, None, {})


# Everything that Codex's own reducer accepts.


@TOLERANT
def test_what_codex_accepts_gives_the_same_graph_and_no_diagnostic(mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.accepted("msg-1")
    image = {"type": "input_image", "image_url": "data:,"}
    recording.request("inf-1", [known_as("msg-1", user("go")), function_output("call-0", [image])])
    recording.tool("tool-1", call="call-1", kind=Other("exec"))
    recording.cell_started("call-1")
    recording.cell_responded("yielded", response={})
    recording.answer("inf-1", [known_as("ctc-1", exec_cell("call-1"))])
    recording.accepted("ctc-1")
    recording.cell_ended(response={})
    recording.tool("tool-2", kind=ExecCommand())
    recording.runtime_started("tool-2", {"command": ["ls"], "cwd": "/", "process_id": "7"})
    recording.runtime_ended("tool-2", {"exit_code": 0})
    # Two outputs of one call, and a picture that is sent again: schema 2 needs no better rule.
    outputs = [cell_output("call-1", "one"), cell_output("call-1", "two")]
    sent = [user("go"), function_output("call-0", [image]), exec_cell("call-1"), *outputs]
    recording.request("inf-2", sent)
    recording.thread_ended(CHILD)
    recording.resumed(CHILD)
    recording.accepted("amsg-1", known_as("amsg-1", agent_message("/root", "/root/ant", "hello")), thread=CHILD)
    recording.recording_completed()

    by_codex, reduction = recording.reduce(Mode.CODEX), recording.reduce(mode)

    assert reduction.diagnostics == by_codex.diagnostics == ()
    assert reduction.trace == by_codex.trace
    assert requested(reduction, "inf-2") == item_ids(1, 2, 3, 4, 5)


# Rows: gap, repeat or disorder in `seq`; an event of another schema or rollout; an event after the end.


OUT_OF_PLACE = pytest.mark.parametrize(
    ("envelope", "code", "ids"),
    [
        pytest.param({"seq": 9}, Code.SEQUENCE, {}, id="gap"),
        pytest.param({"seq": 2}, Code.SEQUENCE, {}, id="repeat"),
        pytest.param({"seq": 1}, Code.SEQUENCE, {}, id="disorder"),
        pytest.param({"schema_version": 1}, Code.EVENT_SCHEMA, {}, id="schema"),
        pytest.param({"rollout_id": CHILD}, Code.EVENT_ROLLOUT, {"rollout_id": CHILD}, id="rollout"),
    ],
)


@OUT_OF_PLACE
def test_an_event_out_of_place_is_refused_by_codex(envelope: Item, code: Code, ids: dict[str, str]) -> None:
    recording = recording_with_turn(2)
    recording.event(ANT, **envelope)

    assert_refused(recording, code, Mode.CODEX, **ids)


@TOLERANT
@OUT_OF_PLACE
def test_an_event_out_of_place_is_applied(envelope: Item, code: Code, ids: dict[str, str], mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.event(ANT, **envelope)

    reduction = recording.reduce(mode)

    assert facts(reduction.diagnostics) == [(code, Level.WARNING, 3, "thread_started", ids), NOT_COMPLETED]
    assert CHILD in reduction.trace.threads


@TOLERANT
def test_an_event_after_the_end_of_the_recording_is_applied(mode: Mode) -> None:
    recording = completed(recording_with_turn(2))
    recording.event(ANT)
    recording.event(RecordingCompleted())

    reduction = recording.reduce(mode)

    assert facts(reduction.diagnostics) == [
        (Code.AFTER_COMPLETION, Level.WARNING, 4, "thread_started", {}),
        (Code.AFTER_COMPLETION, Level.WARNING, 5, "recording_completed", {}),
    ]
    assert CHILD in reduction.trace.threads
    assert reduction.trace.recording_complete is True


@TOLERANT
def test_an_event_may_be_out_of_place_in_every_way(mode: Mode) -> None:
    recording = completed(recording_with_turn(2))
    recording.event(ANT, seq=9, schema_version=1, rollout_id=CHILD)

    reduction = recording.reduce(mode)

    assert set(codes(reduction)) == {
        Code.SEQUENCE,
        Code.EVENT_SCHEMA,
        Code.EVENT_ROLLOUT,
        Code.AFTER_COMPLETION,
    }
    assert CHILD in reduction.trace.threads


def test_an_event_that_is_skipped_may_be_out_of_place_too() -> None:
    recording = completed(recording_with_turn(2))
    recording.event(ThreadStarted(thread_id=ThreadId(ROOT), agent_path=AgentPath("/root")), seq=9)

    assert codes(recording.reduce(Mode.SALVAGE)) == [Code.SEQUENCE, Code.AFTER_COMPLETION, Code.DUPLICATE]


# Row: `recording_completed` missing.


def test_codex_says_nothing_of_a_recording_without_an_end() -> None:
    reduction = recording_with_turn(2).reduce(Mode.CODEX)

    assert reduction.diagnostics == ()
    assert reduction.trace.recording_complete is False


@TOLERANT
def test_a_recording_without_an_end_is_noted_when_the_log_has_ended(mode: Mode) -> None:
    recording = recording_with_turn(2)

    reduction = recording.reduce(mode)

    assert facts(reduction.diagnostics) == [NOT_COMPLETED]
    assert reduction.trace.recording_complete is False
    assert recording_with_turn(1).reduce(mode).diagnostics == ()


@TOLERANT
def test_a_log_that_seemed_to_have_ended_may_still_grow(mode: Mode) -> None:
    recording = completed(recording_with_turn(2))
    reducer = recording.reducer(mode)
    *before, last = recording.entries
    for entry in before:
        reducer.apply(entry)
    assert codes(reducer.view()) == codes(reducer.view()) == [Code.NOT_COMPLETED]
    reducer.apply(last)

    assert reducer.view().diagnostics == ()


# Row: `thread_resumed` for a thread that this trace never started.


def resumed_from_elsewhere() -> Recording:
    """A child that an older recording started: `thread_resumed` (3), and its first turn and request."""
    recording = recording_with_turn(2)
    recording.resumed(CHILD)
    recording.turn("turn-2", CHILD)
    recording.request("inf-1", [user("go on")], thread=CHILD, turn="turn-2")
    return completed(recording)


@TOLERANT
def test_a_thread_from_elsewhere_is_started_by_its_resumption(mode: Mode) -> None:
    reduction = resumed_from_elsewhere().reduce(mode)

    assert facts(reduction.diagnostics) == [
        (Code.THREAD_FROM_ELSEWHERE, Level.NOTE, 3, "thread_resumed", {"thread_id": CHILD})
    ]
    thread = reduction.trace.threads[ThreadId(CHILD)]
    assert (thread.agent_path, thread.origin, thread.nickname, thread.default_model) == ("", RootOrigin(), None, None)
    assert thread.execution == running_since(3)
    assert thread.conversation_item_ids == item_ids(1)


def test_a_thread_from_elsewhere_is_refused_by_codex() -> None:
    recording = recording_with_turn(2)
    recording.resumed(CHILD)

    assert_refused(recording, Code.THREAD_FROM_ELSEWHERE, Mode.CODEX, thread_id=CHILD)


@TOLERANT
def test_a_thread_from_elsewhere_may_end_and_be_resumed(mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.resumed(CHILD)
    recording.thread_ended(CHILD)
    recording.resumed(CHILD)

    reduction = completed(recording).reduce(mode)

    assert codes(reduction) == [Code.THREAD_FROM_ELSEWHERE]
    assert reduction.trace.threads[ThreadId(CHILD)].execution == running_since(3)


def test_resuming_a_thread_that_runs_is_damage() -> None:
    recording = recording_with_turn(2)
    recording.resumed(ROOT)

    assert_refused(recording, Code.CONFLICT, Mode.DEFAULT, thread_id=ROOT)
    found = completed(recording).reduce(Mode.SALVAGE)
    assert facts(found.diagnostics) == [(Code.CONFLICT, Level.ERROR, 3, "thread_resumed", {"thread_id": ROOT})]


# Row: a payload that reduction does not read is missing or broken.


@TOLERANT
@pytest.mark.parametrize("content", [None, b"", b"{", b'"\xff"'])
def test_an_unread_payload_that_is_missing_or_broken_is_noted_at_the_end(content: bytes | None, mode: Mode) -> None:
    recording = recording_with_turn(2)
    ref = missing() if content is None else recording.payload("protocol_event", content)
    recording.event(ProtocolEventObserved(event_type="an_event", event_payload=ref))

    reduction = completed(recording).reduce(mode)

    ids = {"raw_payload_id": str(ref.raw_payload_id)}
    assert facts(reduction.diagnostics) == [(Code.UNREAD_PAYLOAD, Level.WARNING, None, None, ids)]
    assert ref.raw_payload_id in reduction.diagnostics[0].message
    assert reduction.trace.raw_payloads == {ref.raw_payload_id: ref}
    assert reduction.trace.recording_complete is True


@TOLERANT
def test_every_such_payload_is_noted_once(mode: Mode) -> None:
    recording = recording_with_turn(2)
    for _ in range(2):
        recording.event(ProtocolEventObserved(event_type="an_event", event_payload=missing("raw_payload:a")))
    recording.event(ProtocolEventObserved(event_type="an_event", event_payload=missing("raw_payload:b")))

    reduction = completed(recording).reduce(mode)

    assert [diagnostic.ids["raw_payload_id"] for diagnostic in reduction.diagnostics] == [
        "raw_payload:a",
        "raw_payload:b",
    ]


def test_a_payload_that_is_read_and_missing_is_damage() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [])
    recording.payloads.clear()

    assert_refused(recording, Code.PAYLOAD_MISSING, Mode.DEFAULT, raw_payload_id="raw_payload:1")
    reduction = completed(recording).reduce(Mode.SALVAGE)
    assert codes(reduction) == [Code.PAYLOAD_MISSING]
    assert list(reduction.trace.raw_payloads) == ["raw_payload:1"]  # and it is not reported again as one unread


@EVERY_MODE
def test_schema_1_does_not_look_at_payloads_that_it_does_not_read(mode: Mode) -> None:
    recording = recording_with_turn(1)
    recording.event(ProtocolEventObserved(event_type="an_event", event_payload=missing()))

    assert recording.reduce(mode).diagnostics == ()


# The table of file 3 holds for schema 2.


def an_other_event(recording: Recording) -> None:
    ref = recording.payload("protocol_event", {})
    recording.event(OtherObserved(kind="a-kind", summary="", payloads=[ref], metadata=msgspec.Raw(b"{}")))


def an_event_of_a_newer_codex(recording: Recording) -> None:
    fields = msgspec.Raw(b'{"type":"from_the_future"}')
    recording.event(UnknownEvent(type="from_the_future", fields=fields))


def an_item_of_a_newer_codex(recording: Recording) -> None:
    recording.request("inf-1", [{"type": "from_the_future"}])


def a_continuation_of_an_untraced_answer(recording: Recording) -> None:
    recording.request("inf-1", [user("a")], previous="resp-0")


def a_runtime_start_of_a_tool_that_never_started(recording: Recording) -> None:
    recording.runtime_started("nobody", {}, kind=ExecCommand())


def a_runtime_end_of_a_tool_that_never_started(recording: Recording) -> None:
    recording.runtime_ended("nobody", {})


def an_end_of_a_turn_that_never_started(recording: Recording) -> None:
    recording.turn_ended("completed", turn="nobody")


def a_runtime_start_without_command_and_cwd(recording: Recording) -> None:
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_started("tool-1", {"changes": {}})


@TOLERANT
@pytest.mark.parametrize(
    ("happen", "code", "level"),
    [
        (an_other_event, Code.OTHER_EVENT, Level.NOTE),
        (an_event_of_a_newer_codex, Code.UNKNOWN_EVENT, Level.WARNING),
        (an_item_of_a_newer_codex, Code.ITEM_TYPE, Level.WARNING),
        (a_continuation_of_an_untraced_answer, Code.UNTRACED_ANSWER, Level.NOTE),
        (a_runtime_start_of_a_tool_that_never_started, Code.TOOL_NEVER_STARTED, Level.WARNING),
        (a_runtime_end_of_a_tool_that_never_started, Code.TOOL_NEVER_STARTED, Level.WARNING),
        (an_end_of_a_turn_that_never_started, Code.TURN_NEVER_STARTED, Level.WARNING),
        (a_runtime_start_without_command_and_cwd, Code.RUNTIME_NOT_A_COMMAND, Level.NOTE),
    ],
)
def test_the_rows_of_schema_1_hold(happen: Callable[[Recording], None], code: Code, level: Level, mode: Mode) -> None:
    recording = recording_with_turn(2)
    happen(recording)
    assert recording.rejection(Mode.CODEX).line == len(recording.entries)

    diagnostics = completed(recording).reduce(mode).diagnostics

    assert [(found.code, found.level, found.line) for found in diagnostics] == [
        (code, level, len(recording.entries) - 1)
    ]


@TOLERANT
def test_a_torn_last_line_leaves_the_recording_without_an_end(mode: Mode) -> None:
    recording = completed(recording_with_turn(2))
    lines = [encode_event(entry.event) + b"\n" for entry in recording.entries]
    reducer: Reducer = recording.reducer(mode)
    for entry in read_log([*lines[:-1], lines[-1][:-5]]):
        reducer.apply(entry)

    assert facts(reducer.view().diagnostics) == [(Code.TORN_LINE, Level.WARNING, 3, None, {}), NOT_COMPLETED]


@TOLERANT
def test_a_continuation_of_an_untraced_answer_is_placed_from_the_beginning(mode: Mode) -> None:
    recording = recording_with_turn(2)
    a_continuation_of_an_untraced_answer(recording)
    recording.answer("inf-1", [assistant("b")], response="resp-1")
    recording.request("inf-2", [user("c")], previous="resp-1")

    assert requested(completed(recording).reduce(mode), "inf-2") == item_ids(1, 2, 3)


@EVERY_MODE
def test_outputs_of_one_call_with_other_content_are_accepted_by_codex_itself(mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [function_output("call-1", "one"), function_output("call-1", "two")])

    reduction = completed(recording).reduce(mode)

    assert requested(reduction, "inf-1") == item_ids(1, 2)
    assert reduction.diagnostics == ()


@EVERY_MODE
def test_a_patch_that_was_given_to_the_shell_tool_is_one_by_its_runtime_kind(mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_started("tool-1", {"changes": {}}, kind=ApplyPatch())

    reduction = completed(recording).reduce(mode)

    assert reduction.trace.tool_calls[ToolCallId("tool-1")].kind == ApplyPatch()
    assert reduction.diagnostics == ()


@EVERY_MODE
def test_the_end_of_a_command_without_the_older_outputs_is_no_fault(mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_started("tool-1", {"command": ["ls"], "cwd": "/"})
    recording.runtime_ended("tool-1", {"exit_code": 0})

    assert completed(recording).reduce(mode).diagnostics == ()


# Our better rules.


@TOLERANT
@pytest.mark.parametrize("item_type", ["configuration_update", "compaction_trigger"])
def test_items_that_are_no_conversation_are_skipped(item_type: str, mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [{"type": item_type, "reasoning": {"effort": "low"}}, user("a")])
    assert_refused(recording, Code.ITEM_TYPE, Mode.CODEX, item_type=item_type, raw_payload_id="raw_payload:1")

    reduction = completed(recording).reduce(mode)

    assert requested(reduction, "inf-1") == item_ids(1)
    assert reduction.diagnostics == ()


WITHOUT_HASH = [
    pytest.param({"type": "message", "role": "user", "content": {"a": 1}}, id="content"),
    pytest.param({"type": "message", "role": "user"}, id="no content"),
    pytest.param({"type": "function_call_output", "call_id": "call-1"}, id="tool_output"),
]


@TOLERANT
@pytest.mark.parametrize("own_id", [None, "id-1"])
@pytest.mark.parametrize("opaque", WITHOUT_HASH)
def test_opaque_content_without_a_hash_is_known_again(opaque: Item, own_id: str | None, mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as(own_id, opaque)])
    recording.request("inf-2", [known_as(own_id, opaque)])
    completed(recording)

    assert requested(recording.reduce(Mode.CODEX), "inf-2") == item_ids(2)
    reduction = recording.reduce(mode)
    assert requested(reduction, "inf-2") == item_ids(1)
    assert reduction.diagnostics == ()


@TOLERANT
def test_a_call_without_arguments_is_known_again_where_codex_refuses_it(mode: Mode) -> None:
    call = {"type": "function_call", "name": "a-tool", "call_id": "call-1"}
    recording = recording_with_turn(2)
    recording.request("inf-1", [call])
    recording.request("inf-2", [call])
    assert recording.rejection(Mode.CODEX).code == Code.CALL_ID_REUSED

    reduction = completed(recording).reduce(mode)

    assert requested(reduction, "inf-2") == item_ids(1)
    assert reduction.diagnostics == ()


@TOLERANT
def test_an_item_of_a_newer_type_is_known_again_and_has_no_hash(mode: Mode) -> None:
    newer = {"type": "from_the_future", "id": "x-1", "a": 1}
    recording = recording_with_turn(2)
    recording.request("inf-1", [newer])
    recording.request("inf-2", [newer, {**newer, "a": 2}])

    reduction = completed(recording).reduce(mode)

    assert requested(reduction, "inf-2") == item_ids(1, 2)
    assert codes(reduction) == [Code.ITEM_TYPE] * 2  # for each item once, however often it is sent
    item = reduction.trace.conversation_items[ItemId("conversation_item:1")]
    assert item.body.parts == (PayloadRefPart("from_the_future", RawPayloadId("raw_payload:1")),)
    assert item.responses_item_id == "x-1"


@TOLERANT
@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"content": {"a": 1}}, {"content": {"a": 2}}, id="content"),
        pytest.param({"content": {}, "id": "id-1"}, {"content": {}, "id": "id-2"}, id="id"),
        pytest.param({"content": [{}]}, {"content": {}}, id="with and without a hash"),
    ],
)
def test_what_is_opaque_is_still_told_apart(first: Item, second: Item, mode: Mode) -> None:
    message: dict[str, Any] = {"type": "message", "role": "user"}
    recording = recording_with_turn(2)
    recording.request("inf-1", [message | first])
    recording.request("inf-2", [message | second])

    assert requested(recording.reduce(mode), "inf-2") == item_ids(2)


@TOLERANT
def test_a_delivery_that_was_seen_before_is_one_edge_from_begin_to_end(mode: Mode) -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    for own_id in ("amsg-1", "amsg-2"):
        recording.accepted(own_id, known_as(own_id, agent_message("/root", "/root/ant", "hello")), thread=CHILD)
    recording.tool("tool-1", kind=SendMessage())
    begin = {"call_id": "c", "sender_thread_id": ROOT, "receiver_thread_id": CHILD, "prompt": "hello"}
    recording.runtime_started("tool-1", begin)
    ended = recording.runtime_ended("tool-1", {**begin, "status": "running"})
    assert recording.rejection(Mode.CODEX).code == Code.CONFLICT

    reduction = completed(recording).reduce(mode)

    (edge,) = reduction.trace.interaction_edges.values()
    assert (edge.carried_item_ids, edge.ended_at_unix_ms) == (item_ids(1), START + ended)
    assert reduction.diagnostics == ()


# Salvage.


def test_salvage_leaves_out_what_default_refuses() -> None:
    recording = recording_with_turn(2)
    recording.accepted("msg-1", thread=None)
    recording.stdin_target_resolved("nobody", "nobody")
    recording.accepted("amsg-1", user("no agent message"))
    recording.request("inf-1", [function_call("call-1", "1")])
    recording.request("inf-2", [function_call("call-1", "2")])

    reduction = completed(recording).reduce(Mode.SALVAGE)

    assert [(found.code, found.level, found.line) for found in reduction.diagnostics] == [
        (Code.MISSING_CONTEXT, Level.ERROR, 3),
        (Code.UNKNOWN_REFERENCE, Level.ERROR, 4),
        (Code.PAYLOAD_SHAPE, Level.ERROR, 5),
        (Code.CALL_ID_REUSED, Level.ERROR, 7),
    ]
    assert list(reduction.trace.inference_calls) == ["inf-1", "inf-2"]
    assert list(reduction.trace.raw_payloads) == ["raw_payload:1", "raw_payload:2", "raw_payload:3"]


def test_an_acceptance_is_kept_without_a_message_that_is_none() -> None:
    recording = recording_with_turn(2)
    accepted = recording.accepted("amsg-1", user("no agent message"))
    recording.request("inf-1", [known_as("amsg-1", user("a"))])

    (item,) = completed(recording).reduce(Mode.SALVAGE).trace.conversation_items.values()

    assert item.accepted_seq == accepted


# A manifest of an unknown schema.


def of_a_newer_schema() -> Recording:
    """What schema 3 might be: schema 2, with something new."""
    recording = Recording(3)
    recording.thread()
    recording.turn()
    recording.accepted("msg-1")
    an_event_of_a_newer_codex(recording)
    recording.request("inf-1", [known_as("msg-1", user("a"))])
    return completed(recording)


@STRICT
@pytest.mark.parametrize("schema_version", [0, 3, 99])
def test_an_unknown_schema_is_refused_before_any_event(schema_version: int, mode: Mode) -> None:
    with pytest.raises(Rejection) as rejected:
        Recording(schema_version).reducer(mode)

    assert (rejected.value.code, rejected.value.line, rejected.value.ids) == (Code.UNKNOWN_SCHEMA, None, {})
    for said in (f"schema {schema_version}", "1 and 2", "salvage"):
        assert said in str(rejected.value)


def test_salvage_reads_an_unknown_schema_as_the_newest_that_is_known() -> None:
    reduction = of_a_newer_schema().reduce(Mode.SALVAGE)

    assert reduction.trace.schema_version == 3
    assert reduction.trace.recording_complete is True
    (item,) = reduction.trace.conversation_items.values()
    assert (item.responses_item_id, item.accepted_seq) == ("msg-1", 3)


def test_salvage_says_that_it_does_not_know_the_schema() -> None:
    reduction = of_a_newer_schema().reduce(Mode.SALVAGE)

    assert [(found.code, found.line) for found in reduction.diagnostics] == [
        (Code.UNKNOWN_SCHEMA, None),
        (Code.UNKNOWN_EVENT, 4),
    ]
    assert "schema 3" in reduction.diagnostics[0].message
