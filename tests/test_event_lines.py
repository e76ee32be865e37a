"""One line of the log and the event that it is (spec 1, "trace.jsonl"; spec 5, section 1)."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_trace.errors import EventError
from rollout_trace.events.codec import decode_event, encode_event
from rollout_trace.events.types import (
    Event,
    InferenceCompleted,
    OtherObserved,
    RolloutEnded,
    ToolCallStarted,
    TraceEvent,
    UnknownEvent,
)
from rollout_trace.values import ExecCommand

REF = {"raw_payload_id": "raw_payload:7", "kind": {"type": "tool_result"}, "path": "payloads/7.json"}

REF_WITH_UNKNOWN_FIELD_TWICE = '{"raw_payload_id":"p","kind":{"type":"tool_result","x":1,"x":2},"path":"p","y":1,"y":2}'

ENVELOPE: dict[str, Any] = {
    "schema_version": 1,
    "seq": 3,
    "wall_time_unix_ms": 1_770_000_000_000,
    "rollout_id": "a-rollout",
    "thread_id": None,
    "codex_turn_id": None,
}

TOOL: dict[str, Any] = {
    "type": "tool_call_started",
    "tool_call_id": "tool-1",
    "model_visible_call_id": "call-1",
    "code_mode_runtime_tool_id": "1",
    "requester": {"type": "model"},
    "kind": {"type": "exec_command"},
    "summary": {"type": "generic", "label": "ls", "input_preview": None, "output_preview": None},
    "invocation_payload": REF,
}

EVENTS: list[dict[str, Any]] = [
    {"type": "rollout_started", "trace_id": "a-trace", "root_thread_id": "a-thread"},
    {"type": "rollout_ended", "status": "completed"},
    {"type": "thread_started", "thread_id": "a-thread", "agent_path": "/root", "metadata_payload": REF},
    {"type": "thread_ended", "thread_id": "a-thread", "status": "aborted"},
    {"type": "codex_turn_started", "codex_turn_id": "turn-1", "thread_id": "a-thread"},
    {"type": "codex_turn_ended", "codex_turn_id": "turn-1", "status": "cancelled"},
    {
        "type": "inference_started",
        "inference_call_id": "inf-1",
        "thread_id": "a-thread",
        "codex_turn_id": "turn-1",
        "model": "a-model",
        "provider_name": "a-provider",
        "request_payload": REF,
    },
    {
        "type": "inference_completed",
        "inference_call_id": "inf-1",
        "response_id": "resp-1",
        "upstream_request_id": "req-1",
        "response_payload": REF,
    },
    {
        "type": "inference_failed",
        "inference_call_id": "inf-1",
        "upstream_request_id": "req-1",
        "error": "an error",
        "partial_response_payload": REF,
    },
    {
        "type": "inference_cancelled",
        "inference_call_id": "inf-1",
        "upstream_request_id": "req-1",
        "reason": "a reason",
        "partial_response_payload": REF,
    },
    TOOL,
    {**TOOL, "requester": {"type": "code_cell", "runtime_cell_id": "1"}},
    *(
        {**TOOL, "kind": {"type": kind}}
        for kind in (
            "write_stdin",
            "apply_patch",
            "web",
            "image_generation",
            "spawn_agent",
            "assign_agent_task",
            "send_message",
            "wait_agent",
            "close_agent",
        )
    ),
    {**TOOL, "kind": {"type": "mcp", "server": "a-server", "tool": "a-tool"}},
    {**TOOL, "kind": {"type": "other", "name": "a-tool"}},
    {**TOOL, "summary": {"type": "terminal", "operation_id": "terminal_operation:1"}},
    {
        **TOOL,
        "summary": {"type": "agent", "target_agent_path": "/root/a", "task_name": "a-task", "message_preview": "Do"},
    },
    {**TOOL, "summary": {"type": "wait_agent", "target_agent_path": "/root/a", "timeout_ms": 10_000}},
    {**TOOL, "summary": {"type": "generic", "label": "ls", "input_preview": "in", "output_preview": "out"}},
    {"type": "mcp_tool_call_correlation_assigned", "tool_call_id": "tool-1", "mcp_call_id": "mcp-1"},
    {"type": "tool_call_runtime_started", "tool_call_id": "tool-1", "runtime_payload": REF},
    {"type": "tool_call_runtime_ended", "tool_call_id": "tool-1", "status": "failed", "runtime_payload": REF},
    {"type": "tool_call_ended", "tool_call_id": "tool-1", "status": "completed", "result_payload": REF},
    {"type": "code_cell_started", "runtime_cell_id": "1", "model_visible_call_id": "call-1", "source_js": "text(1)"},
    {"type": "code_cell_initial_response", "runtime_cell_id": "1", "status": "yielded", "response_payload": REF},
    {"type": "code_cell_ended", "runtime_cell_id": "1", "status": "terminated", "response_payload": REF},
    {
        "type": "compaction_request_started",
        "compaction_id": "compaction-1",
        "compaction_request_id": "compaction_request:1",
        "thread_id": "a-thread",
        "codex_turn_id": "turn-1",
        "model": "a-model",
        "provider_name": "a-provider",
        "request_payload": REF,
    },
    {
        "type": "compaction_request_completed",
        "compaction_id": "compaction-1",
        "compaction_request_id": "compaction_request:1",
        "response_payload": REF,
    },
    {
        "type": "compaction_request_failed",
        "compaction_id": "compaction-1",
        "compaction_request_id": "compaction_request:1",
        "error": "an error",
    },
    {"type": "compaction_installed", "compaction_id": "compaction-1", "checkpoint_payload": REF},
    {
        "type": "agent_result_observed",
        "edge_id": "edge:agent_result:1",
        "child_thread_id": "a-child",
        "child_codex_turn_id": "turn-2",
        "parent_thread_id": "a-thread",
        "message": "done",
        "carried_payload": REF,
    },
    {"type": "recording_completed"},
    {"type": "thread_resumed", "thread_id": "a-thread"},
    {"type": "history_item_accepted", "item_id": "msg-1", "agent_message_payload": REF},
    {"type": "stdin_target_resolved", "tool_call_id": "tool-2", "exec_tool_call_id": "tool-1"},
    {
        "type": "tool_call_runtime_started",
        "tool_call_id": "tool-1",
        "kind": {"type": "mcp", "server": "a-server", "tool": "a-tool"},
        "runtime_payload": REF,
    },
    {"type": "protocol_event_observed", "event_type": "warning", "event_payload": REF},
    {"type": "other", "kind": "a-kind", "summary": "a summary", "payloads": [REF, REF], "metadata": {"n": 1}},
]
"""Every event of both schemas with every field, and each form that a part of it may have."""

OPTIONAL = {
    ("thread_started", "metadata_payload"),
    ("inference_completed", "response_id"),
    ("inference_completed", "upstream_request_id"),
    ("inference_failed", "upstream_request_id"),
    ("inference_failed", "partial_response_payload"),
    ("inference_cancelled", "upstream_request_id"),
    ("inference_cancelled", "partial_response_payload"),
    ("tool_call_started", "model_visible_call_id"),
    ("tool_call_started", "code_mode_runtime_tool_id"),
    ("tool_call_started", "invocation_payload"),
    ("tool_call_runtime_started", "kind"),
    ("tool_call_ended", "result_payload"),
    ("history_item_accepted", "agent_message_payload"),
    ("code_cell_initial_response", "response_payload"),
    ("code_cell_ended", "response_payload"),
    ("agent_result_observed", "carried_payload"),
}
"""The fields that are marked with `?`."""
NOT_WRITTEN_WHEN_NONE = {("tool_call_runtime_started", "kind"), ("history_item_accepted", "agent_message_payload")}
"""Schema 1 does not have the first; the client leaves out the second."""

FIELDS = sorted({(event["type"], name) for event in EVENTS for name in event if name != "type"})


def line(payload: Any, **envelope: Any) -> bytes:
    """A line as a writer writes it: compact, and in the order of the fields."""
    return json.dumps({**ENVELOPE, **envelope, "payload": payload}, separators=(",", ":"), ensure_ascii=False).encode()


def a(event_type: str) -> dict[str, Any]:
    """An event of this type, with every field."""
    return max(({**event} for event in EVENTS if event["type"] == event_type), key=lambda event: (len(event),))


def shown(payload: dict[str, Any]) -> str:
    parts = [
        part["type"]
        for part in (payload.get("requester"), payload.get("kind"), payload.get("summary"))
        if isinstance(part, dict)
    ]
    return "-".join([payload["type"], *parts])


def refused(text: bytes) -> EventError:
    with pytest.raises(EventError) as error:
        decode_event(text)
    assert str(error.value) == error.value.reason
    return error.value


# What is read is what was written.


def test_the_events_here_are_all_that_the_format_has() -> None:
    assert {event["type"] for event in EVENTS} == {member.__struct_config__.tag for member in Event.__args__}


@pytest.mark.parametrize("payload", EVENTS, ids=shown)
def test_an_event_comes_back_as_the_same_line(payload: dict[str, Any]) -> None:
    written = line(payload, thread_id="a-thread", codex_turn_id="turn-1")
    event = decode_event(written)
    assert not isinstance(event.payload, UnknownEvent)
    assert encode_event(event) == written


@pytest.mark.parametrize("payload", EVENTS, ids=shown)
def test_an_event_in_any_order_of_fields_is_written_in_the_order_of_the_format(payload: dict[str, Any]) -> None:
    turned = {name: payload[name] for name in reversed(payload)}
    other_order = json.dumps({"payload": turned, **ENVELOPE}, separators=(",", ":")).encode()
    assert encode_event(decode_event(other_order)) == line(payload)


def test_the_envelope_is_read_as_it_stands() -> None:
    event = decode_event(line(a("rollout_ended"), thread_id="a-thread", codex_turn_id="turn-1"))
    assert (event.schema_version, event.seq, event.wall_time_unix_ms) == (1, 3, 1_770_000_000_000)
    assert (event.rollout_id, event.thread_id, event.codex_turn_id) == ("a-rollout", "a-thread", "turn-1")
    assert isinstance(event.payload, RolloutEnded)
    assert event.payload.status == "completed"


@given(st.text(), st.text())
def test_any_text_comes_back(label: str, error: str) -> None:
    written = {**a("inference_failed"), "error": error, "inference_call_id": label}
    event = decode_event(line(written))
    assert msgspec.to_builtins(event.payload) == written
    assert decode_event(encode_event(event)) == event


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b" \r\n", b"\t"])
def test_spaces_at_the_end_of_a_line_mean_nothing(end: bytes) -> None:
    assert decode_event(line(TOOL) + end) == decode_event(line(TOOL))


# Fields: known, unknown, optional, twice, wrong.


@pytest.mark.parametrize("payload", EVENTS, ids=shown)
def test_an_unknown_field_is_ignored_wherever_it_stands(payload: dict[str, Any]) -> None:
    def with_unknown(value: Any) -> Any:
        if isinstance(value, list):
            return [with_unknown(entry) for entry in value]
        if isinstance(value, dict):
            return {name: with_unknown(part) for name, part in value.items()} | {"unknown": {"deep": [1]}}
        return value

    known = {name: value for name, value in payload.items() if name != "metadata"}
    metadata = {name: value for name, value in payload.items() if name == "metadata"}
    assert decode_event(line({**with_unknown(known), **metadata}, unknown=1)) == decode_event(line(payload))


@pytest.mark.parametrize(("event_type", "name"), FIELDS)
def test_only_an_optional_field_may_be_null_or_absent(event_type: str, name: str) -> None:
    payload = a(event_type)
    absent = line({field: value for field, value in payload.items() if field != name})
    null = line({**payload, name: None})
    if (event_type, name) in OPTIONAL:
        assert decode_event(absent) == decode_event(null)
        written = absent if (event_type, name) in NOT_WRITTEN_WHEN_NONE else null
        assert encode_event(decode_event(null)) == written
        return
    assert refused(absent).is_json
    assert name in str(refused(absent))
    if name == "metadata":
        assert decode_event(null).payload == OtherObserved(**{**payload_of(payload), "metadata": msgspec.Raw(b"null")})
    else:
        assert refused(null).is_json
        assert name in str(refused(null))


def payload_of(payload: dict[str, Any]) -> dict[str, Any]:
    """The fields of an `other` event, as the type has them."""
    decoded = decode_event(line(payload)).payload
    return msgspec.structs.asdict(decoded)


@pytest.mark.parametrize("name", ["thread_id", "codex_turn_id"])
def test_the_context_of_an_event_may_be_null_or_absent(name: str) -> None:
    absent = json.dumps({**{field: ENVELOPE[field] for field in ENVELOPE if field != name}, "payload": TOOL}).encode()
    assert decode_event(absent) == decode_event(line(TOOL))


@pytest.mark.parametrize("name", ["schema_version", "seq", "wall_time_unix_ms", "rollout_id"])
def test_the_rest_of_the_envelope_must_be_there(name: str) -> None:
    absent = json.dumps({**{field: ENVELOPE[field] for field in ENVELOPE if field != name}, "payload": TOOL}).encode()
    assert refused(absent).is_json
    assert name in str(refused(absent))
    assert name in str(refused(line(TOOL, **{name: None})))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("schema_version", "1"),
        ("schema_version", -1),
        ("schema_version", 2**32),
        ("seq", "3"),
        ("seq", -1),
        ("seq", 3.0),
        ("seq", True),
        ("seq", [3]),
        ("wall_time_unix_ms", 1.5),
        ("wall_time_unix_ms", 2**63),
        ("rollout_id", 5),
        ("rollout_id", None),
        ("thread_id", 5),
        ("codex_turn_id", {}),
        ("payload", []),
        ("payload", "rollout_ended"),
        ("payload", None),
    ],
)
def test_a_wrong_value_in_the_envelope_is_refused_by_name(name: str, value: object) -> None:
    error = refused(json.dumps({**ENVELOPE, "payload": TOOL, name: value}).encode())
    assert error.is_json
    assert name in str(error) or name == "payload"


@pytest.mark.parametrize(
    ("event_type", "name", "value"),
    [
        ("rollout_ended", "status", "cancelled"),  # of executions, not of rollouts
        ("codex_turn_ended", "status", "done"),
        ("code_cell_ended", "status", "cancelled"),
        ("thread_started", "agent_path", 5),
        ("inference_started", "request_payload", "payloads/1.json"),
        ("inference_started", "request_payload", {"raw_payload_id": "raw_payload:1", "path": "payloads/1.json"}),
        ("inference_started", "request_payload", {**REF, "kind": {"type": "hologram"}}),
        ("inference_started", "request_payload", {**REF, "kind": "tool_result"}),
        ("inference_started", "request_payload", {**REF, "path": None}),
        ("tool_call_started", "requester", {"type": "person"}),
        ("tool_call_started", "requester", {"type": "code_cell"}),
        ("tool_call_started", "requester", {}),
        ("tool_call_started", "kind", {"type": "hologram"}),
        ("tool_call_started", "kind", {"type": "mcp", "server": "a-server"}),
        ("tool_call_started", "kind", "exec_command"),
        ("tool_call_started", "summary", {"type": "agent", "target_agent_path": "/root"}),
        ("tool_call_started", "summary", {"type": "wait_agent", "timeout_ms": "10"}),
        ("other", "payloads", None),
        ("other", "payloads", REF),
        ("other", "payloads", [None]),
    ],
)
def test_a_wrong_value_in_an_event_is_refused_by_name(event_type: str, name: str, value: object) -> None:
    error = refused(line({**a(event_type), name: value}))
    assert error.is_json
    assert name in str(error)


TWICE: dict[str, tuple[str, str]] = {
    "envelope": ('"seq":3', "seq"),
    "envelope, by an escape": ('"s\\u0065q":3', "seq"),
    "optional, once null": ('"thread_id":"a-thread"', "thread_id"),
    "the whole event": ('"payload":{"type":"rollout_ended","status":"completed"}', "payload"),
}


@pytest.mark.parametrize(("field", "name"), TWICE.values(), ids=TWICE)
def test_a_field_of_the_envelope_may_not_stand_twice(field: str, name: str) -> None:
    once = line(TOOL).decode()
    for twice in (once.replace("{", "{" + field + ",", 1), once.removesuffix("}") + "," + field + "}"):
        error = refused(twice.encode())
        assert error.is_json
        assert name in str(error)


def doubled_fields(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Every way to let one field of an event stand twice, at every level: the field, and the event's text."""

    def spoil(value: Any, path: str) -> list[tuple[str, str]]:
        if isinstance(value, list):
            texts = [json.dumps(entry) for entry in value]
            return [
                (name, "[" + ",".join([*texts[:index], text, *texts[index + 1 :]]) + "]")
                for index, entry in enumerate(value)
                for name, text in spoil(entry, f"{path}[{index}]")
            ]
        if not isinstance(value, dict) or path == "metadata":
            return []
        fields = {name: f"{json.dumps(name)}:{json.dumps(part)}" for name, part in value.items()}
        spoiled = [
            (f"{path}.{name}", "{" + ",".join([*fields.values(), fields[name]]) + "}")  # the same again, at the end
            for name in value
        ]
        for name, part in value.items():
            for inner, text in spoil(part, f"{path}.{name}" if path else name):
                others = {**fields, name: f"{json.dumps(name)}:{text}"}
                spoiled.append((inner, "{" + ",".join(others.values()) + "}"))
        return spoiled

    return spoil(payload, "")


@pytest.mark.parametrize("payload", EVENTS, ids=shown)
def test_a_known_field_may_not_stand_twice_at_any_level(payload: dict[str, Any]) -> None:
    found = doubled_fields(payload)
    assert len(found) >= len(payload)
    for path, text in found:
        written = line("HERE").replace(b'"HERE"', text.encode())
        error = refused(written)
        assert error.is_json, path
        assert path.rpartition(".")[2] in str(error), path


@pytest.mark.parametrize(
    "payload",
    [
        '{"type":"rollout_ended","status":"completed","x":1,"x":2}',
        '{"type":"rollout_ended","x":{"status":1,"status":2},"status":"completed"}',
        f'{{"type":"compaction_installed","compaction_id":"c","checkpoint_payload":{REF_WITH_UNKNOWN_FIELD_TWICE}}}',
        '{"type":"other","kind":"k","summary":"s","payloads":[],"metadata":{"seq":1,"seq":2,"type":3,"type":4}}',
        '{"type":"newer","x":1,"x":2}',
        '{"type":"newer","fields":1,"fields":2}',
        '{"type":"newer","seq":1,"seq":2}',
    ],
)
@pytest.mark.parametrize("space", ["", " "], ids=["canonical", "spaced"])
def test_an_unknown_field_may_stand_twice(payload: str, space: str) -> None:
    written = line("HERE").decode().replace(',"payload":"HERE"', f',{space}"payload":{payload}')
    assert decode_event(written.encode()).seq == 3


@pytest.mark.parametrize(
    "payload",
    [
        '{"type":"newer","type":"newest"}',
        '{"type":"newer","type":"rollout_ended","status":"completed"}',
        '{"type":"rollout_ended","type":"newer","status":"completed"}',
    ],
)
@pytest.mark.parametrize("space", ["", " "], ids=["canonical", "spaced"])
def test_the_type_of_an_event_may_not_stand_twice_even_where_it_is_unknown(payload: str, space: str) -> None:
    written = line("HERE").decode().replace(',"payload":"HERE"', f',{space}"payload":{payload}')
    assert refused(written.encode()).is_json


def test_metadata_of_other_is_kept_as_it_was_written() -> None:
    metadata = b'{"n": 1.50, "n": [1E3, -0], "\\u00e9": null}'
    written = line({**a("other"), "metadata": "HERE"}).replace(b'"HERE"', metadata)
    other = decode_event(written).payload
    assert isinstance(other, OtherObserved)
    assert bytes(other.metadata) == metadata


# Events of a newer Codex.


def test_an_event_of_an_unknown_type_is_kept_with_all_its_fields() -> None:
    fields = b'{"type":"newer","a":{"b":[1.50,{"c":null}]},"status":5}'
    written = line("HERE").replace(b'"HERE"', fields)

    event = decode_event(written)

    assert isinstance(event.payload, UnknownEvent)
    assert event.payload.type == "newer"
    assert bytes(event.payload.fields) == fields
    assert encode_event(event) == written


def test_an_unknown_event_outlives_the_line_that_it_came_from() -> None:
    written = bytearray(line({"type": "newer", "a": 1}))
    event = decode_event(bytes(written))
    written[:] = b"x" * len(written)
    assert isinstance(event.payload, UnknownEvent)
    assert bytes(event.payload.fields) == b'{"type":"newer","a":1}'


@pytest.mark.parametrize("payload", ["{}", '{"type":5}', '{"type":null}', '{"status":"completed"}'])
def test_an_event_without_a_type_is_none(payload: str) -> None:
    error = refused(line("HERE").replace(b'"HERE"', payload.encode()))
    assert error.is_json
    assert "type" in str(error)


def test_types_are_not_guessed() -> None:
    for wrong in ("Rollout_Ended", "rollout-ended", "rollout_ended ", ""):
        assert isinstance(decode_event(line({"type": wrong, "status": "completed"})).payload, UnknownEvent)


# What is no JSON at all, as a torn line is.


@pytest.mark.parametrize("payload", EVENTS, ids=shown)
def test_a_line_cut_anywhere_is_no_json(payload: dict[str, Any]) -> None:
    whole = line(payload)
    for length in range(1, len(whole)):
        assert not refused(whole[:length]).is_json, whole[:length]


@pytest.mark.parametrize(
    "text",
    [
        b"hello",
        b"\0" * 40,
        b'{"schema_version":1,',
        b'{"schema_version":"1","seq":',  # wrong, but above all cut
        b"[1,2",
        b'"abc',
        b"1 2",
        b"\xff\xfe",
        line(TOOL) + b"}",
        line(TOOL) + line(TOOL),
        b"\xef\xbb\xbf" + line(TOOL),
        line(TOOL).replace(b"a-rollout", b"a-\xffrollout"),
        line(TOOL).replace(b"a-rollout", b"a-\nrollout"),
        line(TOOL).replace(b'"exec_command"', b"exec_command"),
    ],
)
def test_what_is_no_json_is_said_to_be_none(text: bytes) -> None:
    assert not refused(text).is_json


@pytest.mark.parametrize(
    "text",
    [
        b"{}",
        b"[]",
        b"null",
        b"3",
        b'"text"',
        b'[{"seq":1}]',
        line(TOOL).replace(b"a-rollout", b"a-\\ud800rollout"),  # which no crash writes
        line("HERE").replace(b'"HERE"', b"[" * 200_000 + b"]" * 200_000),
    ],
)
def test_json_that_is_no_event_is_said_to_be_json(text: bytes) -> None:
    assert refused(text).is_json


@pytest.mark.parametrize("depth", [100, 500, 900, 950, 990, 1000, 5000, 100_000])
def test_deep_nesting_is_read_or_refused_and_does_not_crash(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    for written in (
        line("HERE").replace(b'"HERE"', b'{"type":"newer","a":' + deep + b"}"),
        line({**a("other"), "metadata": "HERE"}).replace(b'"HERE"', deep),
        line(TOOL).replace(b'"seq":3', b'"seq":3, "unknown":' + deep),
    ):
        event = event_or_none(written)
        assert depth > 100 if event is None else event.seq == 3


def test_a_very_long_number_in_an_unknown_field_is_ignored() -> None:
    written = line(TOOL).replace(b'"seq":3', b'"seq":3,"unknown":' + b"9" * 10_000)
    assert decode_event(written) == decode_event(line(TOOL))


def event_or_none(data: bytes) -> TraceEvent | None:
    """The event in a line, None if it is refused; anything else that goes wrong is a fault of ours."""
    try:
        return decode_event(data)
    except EventError:
        return None


@given(st.binary(max_size=60))
def test_bytes_that_are_no_event_are_refused_and_never_crash(data: bytes) -> None:
    assert event_or_none(data) is None


@given(st.sampled_from(EVENTS), st.integers(0, 600), st.binary(min_size=1, max_size=4))
def test_an_event_with_a_few_bytes_wrong_is_an_event_or_refused_and_never_crashes(
    payload: dict[str, Any], place: int, wrong: bytes
) -> None:
    whole = line(payload)
    place %= len(whole)
    event = event_or_none(whole[:place] + wrong + whole[place + len(wrong) :])
    assert event is None or decode_event(encode_event(event)) == event


def test_kinds_are_types_of_their_own() -> None:
    started = decode_event(line(TOOL)).payload
    assert isinstance(started, ToolCallStarted)
    assert started.kind == ExecCommand()
    completed = decode_event(line(a("inference_completed"))).payload
    assert isinstance(completed, InferenceCompleted)
    assert completed.response_payload.kind.type == "tool_result"


def test_a_number_beyond_64_bits_is_no_timeout() -> None:
    waits = {**a("tool_call_started"), "summary": {"type": "wait_agent", "timeout_ms": 2**64}}
    assert refused(line(waits)).is_json
    longest = line({**waits, "summary": {"type": "wait_agent", "timeout_ms": 2**64 - 1}})
    assert decode_event(longest).seq == 3
