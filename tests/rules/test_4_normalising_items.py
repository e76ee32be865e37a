"""Spec 3, section 4: the one form that the graph has for an item of the Responses API."""

import json
from typing import Any

import pytest

from recording import Item, Recording, message, recording_with_turn, user
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.ids import ItemId, RawPayloadId
from rollout_trace.model.conversation import (
    AgentMessage,
    CodePart,
    ConversationItem,
    EncodedPart,
    JsonPart,
    Part,
    PayloadRefPart,
    SummaryPart,
    TextPart,
)
from rollout_trace.reduce.modes import Mode

PAYLOAD = RawPayloadId("raw_payload:1")
"""The payload in which the items of nearly every test here are first seen."""

PASSTHROUGH = "internal_chat_message_metadata_passthrough"


def normalised(item: Item) -> ConversationItem:
    """What the graph has for the one item of a request."""
    recording = recording_with_turn()
    recording.request("call-1", [item])
    (created,) = recording.reduce().trace.conversation_items.values()
    return created


def normalised_text(item: str) -> ConversationItem:
    """What the graph has for the one item of a request, which stands in the payload as this text."""
    recording = recording_with_turn()
    recording.request_of("call-1", f'{{"input":[{item}]}}'.encode())
    (created,) = recording.reduce().trace.conversation_items.values()
    return created


def parts(item: Item) -> tuple[Part, ...]:
    return normalised(item).body.parts


def arguments(text: str) -> tuple[Part, ...]:
    """What the graph has for the arguments of a function call, which are a text."""
    return parts({"type": "function_call", "arguments": text})


def rejection_of(item: Any, mode: Mode = Mode.DEFAULT) -> Rejection:
    """Why a request with this item, behind a good one, is refused."""
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello."), item])
    return recording.rejection(mode)


def assert_malformed(item: Any) -> None:
    """A request is refused for the form of this item, and says so by its index and payload."""
    rejection = rejection_of(item)
    assert rejection.code == Code.ITEM_SHAPE
    assert rejection.ids == {"raw_payload_id": PAYLOAD}
    assert "item 1 of payload raw_payload:1" in rejection.message


def recording_with_item_in(place: str, item: Item) -> Recording:
    """A recording in which a request, an answer or a checkpoint has one item, in the list of this name."""
    recording = recording_with_turn()
    if place == "input":
        recording.request("call-1", [item])
    elif place == "output_items":
        recording.request("call-1", [])
        recording.answer("call-1", [item])
    elif place == "input_history":
        recording.compacted("compaction-1", [item], [])
    elif place == "replacement_history":
        recording.compacted("compaction-1", [], [item])
    return recording


LISTS = pytest.mark.parametrize("place", ["input", "output_items", "input_history", "replacement_history"])


def text(value: str) -> tuple[Part, ...]:
    return (TextPart(value),)


def json_part(summary: str) -> tuple[Part, ...]:
    return (JsonPart(summary, PAYLOAD),)


def encrypted(value: str) -> tuple[Part, ...]:
    return (EncodedPart("encrypted_content", value),)


def payload_ref(label: str) -> tuple[Part, ...]:
    return (PayloadRefPart(label, PAYLOAD),)


# What holds for every item.


def test_what_the_model_did_not_see_is_dropped_before_anything_else() -> None:
    item = {"type": "web_search_call", PASSTHROUGH: {"turn_id": "turn-1"}, "id": "ws_1"}

    assert parts(item) == json_part('{"type":"web_search_call","id":"ws_1"}')


def test_items_that_differ_only_in_what_the_model_did_not_see_match() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [{"type": "web_search_call", PASSTHROUGH: {"turn_id": "turn-1"}}])
    recording.request("call-2", [{"type": "web_search_call", PASSTHROUGH: {"turn_id": "turn-2"}}])
    recording.request("call-3", [{"type": "web_search_call"}])

    assert list(recording.reduce().trace.conversation_items) == ["conversation_item:1"]


def test_additional_tools_are_skipped_whole() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [{"type": "additional_tools", "role": "no role"}, user("Hello.")])

    reduction = recording.reduce(Mode.CODEX)

    assert list(reduction.trace.conversation_items) == ["conversation_item:1"]
    assert reduction.trace.conversation_items[ItemId("conversation_item:1")].body.parts == text("Hello.")


@pytest.mark.parametrize("item", [{}, {"type": None}, {"type": 1}, {"role": "user"}, None, "a text", 1, []])
def test_an_item_without_string_type_is_rejected(item: Any) -> None:
    assert_malformed(item)


def test_an_item_of_unknown_type_is_rejected() -> None:
    rejection = rejection_of({"type": "a_newer_type"}, Mode.CODEX)

    assert rejection.code == Code.ITEM_TYPE
    assert rejection.ids == {"item_type": "a_newer_type", "raw_payload_id": PAYLOAD}
    assert "a_newer_type" in rejection.message
    assert PAYLOAD in rejection.message


# The table of types.


@pytest.mark.parametrize(
    ("item", "role", "channel", "kind", "body", "call_id"),
    [
        (
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello."}]},
            *("user", None, "message", text("Hello."), None),
        ),
        (
            {
                "type": "agent_message",
                "author": "/root",
                "recipient": "/root/ant",
                "content": [{"type": "input_text", "text": "Go."}],
            },
            *("assistant", "analysis", "message", text("Go."), None),
        ),
        (
            {"type": "reasoning", "summary": [], "encrypted_content": "…"},
            *("assistant", "analysis", "reasoning", encrypted("…"), None),
        ),
        (
            {"type": "function_call", "name": "a-tool", "arguments": '{"a": 1}'},
            *("assistant", "commentary", "function_call", json_part('{"a":1}'), "the-call"),
        ),
        (
            {"type": "custom_tool_call", "name": "a-tool", "input": "the input"},
            *("assistant", "commentary", "custom_tool_call", text("the input"), "the-call"),
        ),
        (
            {"type": "function_call_output", "output": "done"},
            *("tool", "commentary", "function_call_output", text("done"), "the-call"),
        ),
        (
            {"type": "custom_tool_call_output", "output": "done"},
            *("tool", "commentary", "custom_tool_call_output", text("done"), "the-call"),
        ),
        *(
            (
                {"type": item_type},
                "assistant",
                "commentary",
                "function_call",
                json_part(f'{{"type":"{item_type}","call_id":"the-call"}}'),
                "the-call",
            )
            for item_type in ("tool_search_call", "web_search_call", "image_generation_call", "local_shell_call")
        ),
        *(
            (
                {"type": item_type},
                "tool",
                "commentary",
                "function_call_output",
                json_part(f'{{"type":"{item_type}","call_id":"the-call"}}'),
                "the-call",
            )
            for item_type in ("tool_search_output", "mcp_tool_call_output")
        ),
        *(
            (
                {"type": item_type, "encrypted_content": "…"},
                *("assistant", "summary", "message", encrypted("…"), None),
            )
            for item_type in ("compaction", "compaction_summary", "context_compaction")
        ),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_the_type_of_an_item_says_its_role_channel_kind_body_and_whether_it_has_a_call_id(
    item: Item, role: str, channel: str | None, kind: str, body: tuple[Part, ...], call_id: str | None
) -> None:
    found = normalised({**item, "call_id": "the-call"})

    assert (found.role, found.channel, found.kind) == (role, channel, kind)
    assert found.body.parts == body
    assert found.call_id == call_id


@pytest.mark.parametrize(
    "item_type",
    [
        "function_call",
        "custom_tool_call",
        "function_call_output",
        "custom_tool_call_output",
        "tool_search_call",
        "web_search_call",
        "image_generation_call",
        "local_shell_call",
        "tool_search_output",
        "mcp_tool_call_output",
    ],
)
@pytest.mark.parametrize("fields", [{}, {"call_id": None}, {"call_id": 1}], ids=["absent", "null", "number"])
def test_a_call_id_that_is_no_string_is_none(item_type: str, fields: dict[str, Any]) -> None:
    assert normalised({"type": item_type, **fields}).call_id is None


def test_only_an_agent_message_has_agent_message_metadata() -> None:
    item = {**message("assistant", "Go."), "author": "/root", "recipient": "/root/ant"}

    assert normalised(item).agent_message is None


# `message`.


@pytest.mark.parametrize("role", ["system", "developer", "user", "assistant", "tool"])
def test_a_message_has_its_role(role: str) -> None:
    assert normalised(message(role, "Hello.")).role == role


@pytest.mark.parametrize("role", [{"role": "critic"}, {"role": "User"}, {"role": ""}, {"role": None}, {"role": 1}, {}])
def test_a_message_without_a_known_role_is_rejected(role: dict[str, Any]) -> None:
    assert_malformed({"type": "message", "content": [], **role})


@pytest.mark.parametrize(
    ("phase", "channel"),
    [
        ({"phase": "commentary"}, "commentary"),
        ({"phase": "final_answer"}, "final"),
        ({"phase": "summary"}, "summary"),
        ({"phase": "final"}, None),
        ({"phase": "analysis"}, None),
        ({"phase": None}, None),
        ({"phase": 1}, None),
        ({}, None),
    ],
)
def test_the_phase_of_a_message_says_its_channel(phase: dict[str, Any], channel: str | None) -> None:
    assert normalised(message("assistant", "Hi.", **phase)).channel == channel


# Content parts: of a message, and of an output that is a list.


CONTENT_PARTS = [
    ([{"type": "input_text", "text": "a"}], text("a")),
    ([{"type": "output_text", "text": "a"}], text("a")),
    ([{"type": "text", "text": "a"}], text("a")),
    ([{"type": "text", "text": ""}], text("")),
    ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], (TextPart("a"), TextPart("b"))),
    ([{"type": "text"}], payload_ref("empty_content")),
    ([{"type": "input_text", "text": None}, {"type": "output_text", "text": 1}], payload_ref("empty_content")),
    ([{"type": "text"}, {"type": "text", "text": "a"}], text("a")),
    ([], payload_ref("empty_content")),
    ([{"type": "input_image", "image_url": "data:,"}], payload_ref("input_image")),
    ([{"type": "summary_text", "text": "a"}], payload_ref("summary_text")),
    ([{"type": "", "text": "a"}], payload_ref("")),
    ([{"text": "a"}], payload_ref("content")),
    ([{"type": 1, "text": "a"}], payload_ref("content")),
    (["a", None], (PayloadRefPart("content", PAYLOAD), PayloadRefPart("content", PAYLOAD))),
    (
        [{"type": "text", "text": "a"}, {"type": "input_image"}, {"type": "text", "text": "b"}],
        (TextPart("a"), PayloadRefPart("input_image", PAYLOAD), TextPart("b")),
    ),
]


@pytest.mark.parametrize(("content", "body"), CONTENT_PARTS)
def test_content_is_text_parts_and_payload_references(content: list[Any], body: tuple[Part, ...]) -> None:
    assert parts({"type": "message", "role": "user", "content": content}) == body


@pytest.mark.parametrize("content", [{"content": "a text"}, {"content": {}}, {"content": None}, {"content": 1}, {}])
def test_content_that_is_no_list_is_one_payload_reference(content: dict[str, Any]) -> None:
    assert parts({"type": "message", "role": "user", **content}) == payload_ref("content")


# `agent_message`.


def test_an_agent_message_has_its_author_and_recipient() -> None:
    item = {
        "type": "agent_message",
        "author": "an author",
        "recipient": "a recipient",
        "content": [{"type": "input_text", "text": "Go."}],
    }

    assert normalised(item).agent_message == AgentMessage("an author", "a recipient")


def test_an_agent_message_has_one_part_for_each_entry_of_its_content() -> None:
    content = [
        {"type": "input_text", "text": "a"},
        {"type": "encrypted_content", "encrypted_content": "…"},
        {"type": "input_text", "text": "b"},
    ]
    item = {"type": "agent_message", "author": "/root", "recipient": "/root/ant", "content": content}

    assert parts(item) == (TextPart("a"), EncodedPart("encrypted_content", "…"), TextPart("b"))


@pytest.mark.parametrize("item_id", [{}, {"id": None}, {"id": "amsg_1"}])
def test_the_id_of_an_agent_message_may_be_absent_null_or_a_string(item_id: dict[str, Any]) -> None:
    content = [{"type": "input_text", "text": "a"}]
    item = {"type": "agent_message", "author": "/root", "recipient": "/root/ant", "content": content, **item_id}

    assert parts(item) == text("a")


@pytest.mark.parametrize("field", ["author", "recipient"])
@pytest.mark.parametrize("value", [None, 1, {}])
def test_an_agent_message_whose_author_or_recipient_is_no_string_is_rejected(field: str, value: Any) -> None:
    content = [{"type": "input_text", "text": "a"}]
    item = {"type": "agent_message", "author": "/root", "recipient": "/root/ant", "content": content}

    assert_malformed({**item, field: value})
    del item[field]
    assert_malformed(item)


@pytest.mark.parametrize("item_id", [1, [], {}, False])
def test_an_agent_message_whose_id_is_neither_string_nor_null_is_rejected(item_id: Any) -> None:
    content = [{"type": "input_text", "text": "a"}]
    item = {"type": "agent_message", "author": "/root", "recipient": "/root/ant", "content": content, "id": item_id}

    assert_malformed(item)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"content": None},
        {"content": "a text"},
        {"content": []},
        {"content": ["a text"]},
        {"content": [{"text": "a"}]},
        {"content": [{"type": "output_text", "text": "a"}]},
        {"content": [{"type": "text", "text": "a"}]},
        {"content": [{"type": "input_text"}]},
        {"content": [{"type": "input_text", "text": None}]},
        {"content": [{"type": "input_text", "encrypted_content": "…"}]},
        {"content": [{"type": "encrypted_content"}]},
        {"content": [{"type": "encrypted_content", "encrypted_content": 1}]},
        {"content": [{"type": "encrypted_content", "text": "a"}]},
        {"content": [{"type": "input_text", "text": "a"}, {"type": "input_image"}]},
    ],
)
def test_an_agent_message_without_a_list_of_known_entries_is_rejected(content: dict[str, Any]) -> None:
    assert_malformed({"type": "agent_message", "author": "/root", "recipient": "/root/ant", **content})


# `reasoning`.


def test_reasoning_is_its_texts_then_its_summaries_then_its_encoded_part() -> None:
    item = {
        "type": "reasoning",
        "encrypted_content": "…",
        "summary": [{"type": "summary_text", "text": "c"}, {"type": "summary_text", "text": "d"}],
        "content": [{"type": "reasoning_text", "text": "a"}, {"type": "text", "text": "b"}],
    }

    assert parts(item) == (
        TextPart("a"),
        TextPart("b"),
        SummaryPart("c"),
        SummaryPart("d"),
        EncodedPart("encrypted_content", "…"),
    )


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"content": [{"type": "text", "text": "a"}]}, text("a")),
        ({"content": [{"type": "text", "text": "a"}], "encrypted_content": None}, text("a")),
        ({"summary": [{"type": "summary_text", "text": "a"}]}, (SummaryPart("a"),)),
        ({"summary": [{"type": "summary_text", "text": "a"}], "content": None}, (SummaryPart("a"),)),
        ({"encrypted_content": "…"}, encrypted("…")),
        ({"encrypted_content": "…", "content": [], "summary": []}, encrypted("…")),
    ],
)
def test_reasoning_may_lack_any_two_of_its_fields(fields: dict[str, Any], body: tuple[Part, ...]) -> None:
    assert parts({"type": "reasoning", **fields}) == body


@pytest.mark.parametrize(
    "fields",
    [
        {"content": "a text"},
        {"content": {}},
        {"content": 1},
        {"content": ["a text"]},
        {"content": [{"text": "a"}]},
        {"content": [{"type": "summary_text", "text": "a"}]},
        {"content": [{"type": "reasoning_text"}]},
        {"content": [{"type": "text", "text": None}]},
        {"summary": None},
        {"summary": "a text"},
        {"summary": {}},
        {"summary": ["a text"]},
        {"summary": [{"text": "a"}]},
        {"summary": [{"type": "text", "text": "a"}]},
        {"summary": [{"type": "summary_text"}]},
        {"summary": [{"type": "summary_text", "text": 1}]},
        {"encrypted_content": 1},
        {"encrypted_content": ["…"]},
    ],
)
def test_reasoning_whose_fields_are_otherwise_is_rejected(fields: dict[str, Any]) -> None:
    others = {"content": [{"type": "text", "text": "a"}], "encrypted_content": "…"}

    assert_malformed({"type": "reasoning", **others, **fields})


@pytest.mark.parametrize("fields", [{}, {"content": [], "summary": [], "encrypted_content": None}, {"content": None}])
def test_reasoning_with_no_part_at_all_is_rejected(fields: dict[str, Any]) -> None:
    assert_malformed({"type": "reasoning", **fields})


# `function_call`.


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"arguments": ' { "b" : [ 1 , 2 ] , "a" : null } '}, json_part('{"b":[1,2],"a":null}')),
        ({"arguments": '"a text"'}, json_part('"a text"')),
        ({"arguments": "null"}, json_part("null")),
        ({"arguments": "not JSON"}, text("not JSON")),
        ({"arguments": ""}, text("")),
        ({"arguments": {"b": 1, "a": ["x", True]}}, json_part('{"b":1,"a":["x",true]}')),
        ({"arguments": [1]}, json_part("[1]")),
        ({"arguments": False}, json_part("false")),
        ({"arguments": None}, json_part("null")),
        ({}, payload_ref("payload")),
    ],
)
def test_the_arguments_of_a_function_call_are_json_else_text(fields: dict[str, Any], body: tuple[Part, ...]) -> None:
    assert parts({"type": "function_call", **fields}) == body


@pytest.mark.parametrize(
    "not_strict",
    [
        "{'a': 1}",
        "{a: 1}",
        "[1,]",
        '{"a": 1,}',
        "[01]",
        "[+1]",
        "[.5]",
        "[1.]",
        "[1e]",
        "NaN",
        "[Infinity]",
        "True",
        "1 2",
        "{} {}",
        "// a comment\n{}",
        "[1",
        '"a',
        '"a\nb"',
        '"\\x41"',
        '"\\u12"',
        "\ufeff{}",
        "\u00a01",
        '"\\ud800"',
        '"\\udc00"',
        '"\\udc00\\ud800"',
        '{"\\ud800": 1}',
        128 * "[" + 128 * "]",
        128 * '{"a":' + "1" + 128 * "}",
    ],
    ids=ascii,
)
def test_arguments_that_are_no_strict_json_are_text(not_strict: str) -> None:
    assert arguments(not_strict) == text(not_strict)


def test_json_of_127_nested_levels_is_json() -> None:
    nested = 127 * "[" + 127 * "]"
    assert arguments(nested) == json_part(nested[:240] + "...")

    brackets_in_text = json.dumps(200 * "[")
    assert arguments(brackets_in_text) == json_part(brackets_in_text)


# `custom_tool_call`.


@pytest.mark.parametrize(
    ("item", "body"),
    [
        ({"name": "exec", "input": "text(1)"}, (CodePart("javascript", "text(1)"),)),
        ({"name": "exec", "input": ""}, (CodePart("javascript", ""),)),
        ({"name": "apply_patch", "input": "text(1)"}, text("text(1)")),
        ({"input": '{"a": 1}'}, text('{"a": 1}')),
        ({"name": None, "input": "text(1)"}, text("text(1)")),
    ],
)
def test_the_input_of_a_custom_tool_call_is_code_for_exec_else_text(item: Item, body: tuple[Part, ...]) -> None:
    assert parts({"type": "custom_tool_call", **item}) == body


@pytest.mark.parametrize(
    ("fields", "summary"),
    [
        ({}, '{"type":"custom_tool_call","name":"exec","id":"ctc_1"}'),
        ({"input": None}, '{"type":"custom_tool_call","name":"exec","id":"ctc_1","input":null}'),
        ({"input": {"a": 1}}, '{"type":"custom_tool_call","name":"exec","id":"ctc_1","input":{"a":1}}'),
    ],
)
def test_a_custom_tool_call_without_string_input_is_the_whole_item(fields: dict[str, Any], summary: str) -> None:
    assert parts({"type": "custom_tool_call", "name": "exec", "id": "ctc_1", **fields}) == json_part(summary)


# `function_call_output`, `custom_tool_call_output`.


@pytest.mark.parametrize("item_type", ["function_call_output", "custom_tool_call_output"])
@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"output": "done"}, text("done")),
        ({"output": '{"a": 1}'}, text('{"a": 1}')),
        ({"output": ""}, text("")),
        *(({"output": content}, body) for content, body in CONTENT_PARTS),
        ({"output": {"b": 1, "a": 2}}, json_part('{"b":1,"a":2}')),
        ({"output": 1}, json_part("1")),
        ({"output": True}, json_part("true")),
        ({"output": None}, json_part("null")),
        ({}, payload_ref("tool_output")),
    ],
)
def test_an_output_is_text_content_parts_or_json(
    item_type: str, fields: dict[str, Any], body: tuple[Part, ...]
) -> None:
    assert parts({"type": item_type, **fields}) == body


# `compaction`, `compaction_summary`, `context_compaction`.


@pytest.mark.parametrize("item_type", ["compaction", "compaction_summary", "context_compaction"])
@pytest.mark.parametrize("fields", [{}, {"encrypted_content": None}, {"encrypted_content": 1}])
def test_a_compaction_without_string_content_is_rejected(item_type: str, fields: dict[str, Any]) -> None:
    assert_malformed({"type": item_type, **fields})


# The json part.


@pytest.mark.parametrize(
    "item_type",
    [
        "tool_search_call",
        "web_search_call",
        "image_generation_call",
        "local_shell_call",
        "tool_search_output",
        "mcp_tool_call_output",
    ],
)
def test_a_whole_item_is_the_compact_json_of_all_its_fields_in_their_order(item_type: str) -> None:
    item = f'{{ "status" : "completed" , "type" : "{item_type}" , "id" : "an-id" , "x" : {{ "b" : 1.50 , "a" : 2 }} }}'

    found = normalised_text(item).body.parts

    assert found == json_part(f'{{"status":"completed","type":"{item_type}","id":"an-id","x":{{"b":1.50,"a":2}}}}')


@pytest.mark.parametrize(
    ("written", "summary"),
    [
        ('{"b": 1, "a": 2}', '{"b":1,"a":2}'),
        ('{"a": 1, "b": 2, "a": 3}', '{"a":3,"b":2}'),
        ('{"x": {"b": 1, "a": 2, "b": 3}}', '{"x":{"b":3,"a":2}}'),
        ('[ "a b" , true , false , null ]', '["a b",true,false,null]'),
        ("{ }", "{}"),
        ("[ ]", "[]"),
    ],
)
def test_keys_stay_in_their_order_and_a_repeated_one_keeps_its_first_place_and_its_last_value(
    written: str, summary: str
) -> None:
    assert arguments(written) == json_part(summary)
    assert normalised_text(f'{{"type":"function_call","arguments":{written}}}').body.parts == json_part(summary)


@pytest.mark.parametrize(
    ("written", "summary"),
    [
        (r'"\u00e9\u4e2d"', '"é中"'),
        (r'"\ud83d\ude00"', '"😀"'),
        ('"é中😀\u2028\x7f"', '"é中😀\u2028\x7f"'),
        (r'"\u0022\u005c\/"', r'"\"\\/"'),
        (r'"\u0008\u0009\u000a\u000c\u000d"', r'"\b\t\n\f\r"'),
        (r'"\b\t\n\f\r"', r'"\b\t\n\f\r"'),
        (r'"\u0000\u000B\u001F"', r'"\u0000\u000b\u001f"'),
        (r'"\u007f\u0080"', '"\x7f\x80"'),
        (r'{"\u000a": 1}', r'{"\n":1}'),
    ],
)
def test_text_is_escaped_only_where_it_must_be_and_the_short_way(written: str, summary: str) -> None:
    assert arguments(written) == json_part(summary)
    assert normalised_text(f'{{"type":"function_call","arguments":[{written}]}}').body.parts == json_part(
        f"[{summary}]"
    )


@pytest.mark.parametrize(
    ("written", "summary"),
    [
        ("0", "0"),
        ("-1", "-1"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("-123456789012345678901234567890", "-123456789012345678901234567890"),
        ("1.50", "1.50"),
        ("1.0", "1.0"),
        ("0.10000000000000000000000000000001", "0.10000000000000000000000000000001"),
        ("1E3", "1e+3"),
        ("1e3", "1e+3"),
        ("1E+3", "1e+3"),
        ("1E-3", "1e-3"),
        ("1.50E05", "1.50e+05"),
        ("1e999", "1e+999"),
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("-0E0", "-0e+0"),
    ],
)
def test_numbers_keep_their_digits_but_an_exponent_is_signed_and_the_integer_minus_0_is_0(
    written: str, summary: str
) -> None:
    assert arguments(written) == json_part(summary)
    assert arguments(f'{{"a": [{written}]}}') == json_part(f'{{"a":[{summary}]}}')
    assert normalised_text(f'{{"type":"function_call","arguments":{written}}}').body.parts == json_part(summary)


def test_a_whole_number_of_thousands_of_digits_keeps_them_too() -> None:
    assert arguments(5000 * "9") == json_part(240 * "9" + "...")


@pytest.mark.parametrize(
    ("value", "summary"),
    [
        (238 * "a", '"' + 238 * "a" + '"'),
        (239 * "a", '"' + 239 * "a" + "..."),
        (300 * "a", '"' + 239 * "a" + "..."),
        (236 * "a" + "é", '"' + 236 * "a" + 'é"'),
        (237 * "a" + "é", '"' + 237 * "a" + "é..."),
        (238 * "a" + "é", '"' + 238 * "a" + "..."),
        (237 * "a" + "中", '"' + 237 * "a" + "..."),
        (238 * "a" + "中", '"' + 238 * "a" + "..."),
        (236 * "a" + "😀", '"' + 236 * "a" + "..."),
        (235 * "a" + "😀", '"' + 235 * "a" + "😀..."),
        (238 * "a" + "\n", '"' + 238 * "a" + "\\..."),
    ],
    ids=[
        "240 bytes",
        "241 bytes",
        "more",
        "240 bytes with a character of two",
        "cut after a character of two",
        "cut within one of two",
        "cut within one of three, late",
        "cut within one of three, early",
        "cut within one of four",
        "cut after one of four",
        "cut within an escape, which is two characters",
    ],
)
@pytest.mark.parametrize("mode", [Mode.CODEX, Mode.DEFAULT])
def test_a_summary_is_cut_to_240_bytes_but_never_inside_a_character(value: str, summary: str, mode: Mode) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [{"type": "function_call", "arguments": json.dumps(value)}])

    (created,) = recording.reduce(mode).trace.conversation_items.values()

    assert created.body.parts == json_part(summary)


def test_a_json_part_names_the_payload_in_which_its_item_was_first_seen() -> None:
    recording = recording_with_turn()
    call = {"type": "function_call", "arguments": "{}"}
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [call])
    recording.request("call-2", [user("Hello."), call])

    reduction = recording.reduce()

    (second,) = (item for item in reduction.trace.conversation_items.values() if item.kind == "function_call")
    assert second.body.parts == (JsonPart("{}", RawPayloadId("raw_payload:2")),)


@LISTS
def test_items_are_normalised_alike_in_every_list(place: str) -> None:
    recording = recording_with_item_in(place, {"type": "reasoning", "encrypted_content": "…"})

    created = recording.reduce().trace.conversation_items.values()

    assert [item.body.parts for item in created if item.kind == "reasoning"] == [encrypted("…")]


@LISTS
def test_malformed_items_are_rejected_in_every_list(place: str) -> None:
    rejection = recording_with_item_in(place, {"type": "reasoning"}).rejection()

    assert rejection.code == Code.ITEM_SHAPE
    assert "item 0 of payload" in rejection.message
