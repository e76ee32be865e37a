"""Spec 5, section 3: items with ids of their own, and what the runtime says of the history that they are in.

Reduced in mode `codex` throughout: these are the rules of Codex's own reducer. What other modes do better is told in
`test_schema_2_modes`.
"""

import hashlib
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
    message,
    recording_with_turn,
    texts,
    user,
)
from rollout_trace.diagnostics import Code
from rollout_trace.ids import (
    CodexTurnId,
    CompactionId,
    EdgeId,
    InferenceCallId,
    ItemId,
    RawPayloadId,
    ThreadId,
    ToolCallId,
)
from rollout_trace.model.conversation import (
    AgentMessage,
    Channel,
    CompactionProducer,
    ConversationItem,
    EncodedPart,
    InferenceProducer,
    ItemBody,
    ItemKind,
    JsonPart,
    PayloadRefPart,
    Role,
    SummaryPart,
    TextPart,
    ToolProducer,
)
from rollout_trace.model.edges import ItemAnchor
from rollout_trace.reduce.evidence import ItemSource
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import SendMessage


def reduced(recording: Recording) -> Reduction:
    return recording.reduce(Mode.CODEX)


def item_ids(*numbers: int) -> tuple[str, ...]:
    return tuple(f"conversation_item:{number}" for number in numbers)


def item(reduction: Reduction, number: int) -> ConversationItem:
    return reduction.trace.conversation_items[ItemId(f"conversation_item:{number}")]


def requested(reduction: Reduction, call: str) -> tuple[str, ...]:
    return reduction.trace.inference_calls[InferenceCallId(call)].request_item_ids


def answered(reduction: Reduction, call: str) -> tuple[str, ...]:
    return reduction.trace.inference_calls[InferenceCallId(call)].response_item_ids


def conversation(reduction: Reduction, thread: str = ROOT) -> tuple[str, ...]:
    return reduction.trace.threads[ThreadId(thread)].conversation_item_ids


def own_ids(reduction: Reduction) -> list[str | None]:
    """The items' own ids, in order of creation."""
    numbers = range(1, len(reduction.trace.conversation_items) + 1)
    return [item(reduction, number).responses_item_id for number in numbers]


def reasoning(
    encrypted: str | None, *, text: str | None = None, summary: str | None = None, own_id: str | None = None
) -> Item:
    return {
        "type": "reasoning",
        "id": own_id,
        "content": None if text is None else [{"type": "reasoning_text", "text": text}],
        "summary": [] if summary is None else [{"type": "summary_text", "text": summary}],
        "encrypted_content": encrypted,
    }


def with_content(*entries: Any, role: str = "user") -> Item:
    return {"type": "message", "role": role, "content": list(entries)}


def ref(number: int) -> RawPayloadId:
    return RawPayloadId(f"raw_payload:{number}")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


IMAGE = {"type": "input_image", "image_url": "data:,"}


# Item id.


@pytest.mark.parametrize("own_id", ["msg-1", ""])
def test_an_item_has_the_id_of_the_payload_if_it_is_a_string(own_id: str) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as(own_id, user("hello"))])

    assert own_ids(reduced(recording)) == [own_id]


@pytest.mark.parametrize("own_id", [None, 5, True, ["msg-1"], {"id": "msg-1"}])
def test_any_other_id_is_none(own_id: Any) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as(own_id, user("hello"))])

    assert own_ids(reduced(recording)) == [None]


def test_schema_1_does_not_look_at_ids() -> None:
    recording = recording_with_turn(1)
    recording.request("inf-1", [known_as("msg-1", user("hello"))])
    recording.request("inf-2", [known_as("msg-2", user("hello"))])

    assert own_ids(reduced(recording)) == [None]


def test_an_id_is_no_part_of_the_content() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("fc-1", function_call("call-1", '{"a":1}'))])

    assert item(reduced(recording), 1).body == ItemBody((JsonPart('{"a":1}', ref(1)),))


def test_an_id_stands_in_the_summary_of_a_whole_item() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("ws-1", {"type": "web_search_call"})])

    assert item(reduced(recording), 1).body == ItemBody((JsonPart('{"id":"ws-1","type":"web_search_call"}', ref(1)),))


@pytest.mark.parametrize("own_id", [5, True, [], {}])
def test_an_agent_message_whose_id_is_neither_string_nor_null_is_rejected(own_id: Any) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as(own_id, agent_message("/root/ant", "/root", "hello"))])

    assert_refused(recording, Code.ITEM_SHAPE, Mode.CODEX, raw_payload_id="raw_payload:1")


def test_an_agent_message_needs_no_id() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as(None, agent_message("/root/ant", "/root", "hello"))])

    assert own_ids(reduced(recording)) == [None]


# Match.


@pytest.mark.parametrize("first", [None, "msg-1"])
@pytest.mark.parametrize("again", [None, "msg-1"])
def test_the_same_content_under_the_same_id_or_without_one_is_the_same_item(
    first: str | None, again: str | None
) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as(first, user("hello"))])
    recording.request("inf-2", [known_as(again, user("hello"))])

    assert requested(reduced(recording), "inf-2") == item_ids(1)


def test_the_same_id_with_other_content_is_no_match() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("hello"))])
    recording.request("inf-2", [known_as("msg-1", user("good day"))])

    assert requested(reduced(recording), "inf-2") == item_ids(2)
    assert own_ids(reduced(recording)) == ["msg-1", "msg-1"]


def test_the_same_content_under_another_id_is_no_match() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("hello"))])
    recording.request("inf-2", [known_as("msg-2", user("hello"))])

    assert requested(reduced(recording), "inf-2") == item_ids(2)


def test_the_empty_id_is_an_id_like_any_other() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("", user("hello"))])
    recording.request("inf-2", [known_as("msg-2", user("hello"))])

    assert requested(reduced(recording), "inf-2") == item_ids(2)


@pytest.mark.parametrize(("again", "expected"), [("rs-1", 1), (None, 1), ("rs-2", 2)])
def test_the_same_encoded_reasoning_under_another_id_is_no_match(again: str | None, expected: int) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [reasoning("abc", summary="one", own_id="rs-1")])
    recording.request("inf-2", [reasoning("abc", text="two", own_id=again)])

    assert requested(reduced(recording), "inf-2") == item_ids(expected)


def test_an_item_without_an_id_takes_the_one_that_it_is_seen_with() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("hello")])
    recording.request("inf-2", [known_as("msg-1", user("hello"))])
    recording.request("inf-3", [known_as("msg-2", user("hello"))])

    reduction = reduced(recording)

    assert requested(reduction, "inf-2") == item_ids(1)
    assert requested(reduction, "inf-3") == item_ids(2)
    assert own_ids(reduction) == ["msg-1", "msg-2"]


def test_an_item_keeps_its_id_when_it_is_seen_without_one() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("hello"))])
    recording.request("inf-2", [user("hello")])

    assert own_ids(reduced(recording)) == ["msg-1"]


# Opaque content.


def test_opaque_content_is_known_by_the_hash_of_its_entry() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [with_content(IMAGE)])
    recording.request("inf-2", [with_content(IMAGE)])

    reduction = reduced(recording)

    assert requested(reduction, "inf-2") == item_ids(1)
    digest = sha256('{"image_url":"data:,","type":"input_image"}')
    assert item(reduction, 1).body == ItemBody((PayloadRefPart("input_image", ref(1), digest),))


@pytest.mark.parametrize(
    ("entry", "label", "hashed"),
    [
        pytest.param(
            b'{"type":"x","b":{"d":1,"c":[{"f":2,"e":3}]}}',
            "x",
            b'{"b":{"c":[{"e":3,"f":2}],"d":1},"type":"x"}',
            id="every depth",
        ),
        pytest.param(
            '{"é":1,"z":2,"":3,"😀":4,"\ufffd":5}'.encode(),
            "content",
            '{"":3,"z":2,"é":1,"\ufffd":5,"😀":4}'.encode(),
            id="order of bytes",
        ),
        pytest.param(
            b'{"a":1.50,"b":-0,"c":1E3,"d":123456789012345678901234567890,"e":1e-7}',
            "content",
            b'{"a":1.50,"b":0,"c":1e+3,"d":123456789012345678901234567890,"e":1e-7}',
            id="digits",
        ),
        pytest.param(
            rb'{"t":"\u00e9\/\n\u001f\"\\\u2028\u007f"}',
            "content",
            '{"t":"é/\\n\\u001f\\"\\\\\u2028\x7f"}'.encode(),
            id="escapes",
        ),
        pytest.param(b'{"type":"x","a":1,"a":2}', "x", b'{"a":2,"type":"x"}', id="repeated key"),
        pytest.param(b'{"type":5}', "content", b'{"type":5}', id="type no string"),
        pytest.param(b"{ }", "content", b"{}", id="empty"),
        pytest.param(b'"a text"', "content", b'"a text"', id="string"),
        pytest.param(b"null", "content", b"null", id="null"),
        pytest.param(b"[1, 2]", "content", b"[1,2]", id="list"),
        pytest.param(b"1.0", "content", b"1.0", id="number"),
    ],
)
def test_an_entry_is_hashed_as_compact_json_with_its_keys_in_order(entry: bytes, label: str, hashed: bytes) -> None:
    recording = recording_with_turn(2)
    body = b'{"input":[{"type":"message","role":"user","content":[' + entry + b"]}]}"
    recording.request_of("inf-1", body)

    digest = hashlib.sha256(hashed).hexdigest()
    assert item(reduced(recording), 1).body.parts == (PayloadRefPart(label, ref(1), digest),)


@pytest.mark.parametrize(
    ("opaque", "label"),
    [
        pytest.param({"type": "message", "role": "user", "content": {"a": 1}}, "content", id="content"),
        pytest.param({"type": "message", "role": "user"}, "content", id="no content"),
        pytest.param({"type": "function_call", "name": "a-tool", "call_id": "call-1"}, "payload", id="payload"),
        pytest.param({"type": "function_call_output", "call_id": "call-1"}, "tool_output", id="tool_output"),
        pytest.param({"type": "custom_tool_call_output", "call_id": "call-1"}, "tool_output", id="custom"),
    ],
)
def test_what_is_no_entry_of_a_list_has_no_hash(opaque: Item, label: str) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [opaque])

    assert item(reduced(recording), 1).body.parts == (PayloadRefPart(label, ref(1)),)


@pytest.mark.parametrize(
    "opaque", [{"type": "message", "role": "user"}, {"type": "function_call_output", "call_id": "call-1"}]
)
def test_content_without_a_hash_is_a_new_item_in_every_payload(opaque: Item) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("id-1", opaque)])
    recording.request("inf-2", [known_as("id-1", opaque)])

    assert requested(reduced(recording), "inf-2") == item_ids(2)


def test_content_without_a_hash_matches_within_one_payload() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [{"type": "message", "role": "user"}])
    request = recording.entries[-1].event.payload
    again = msgspec.structs.replace(request, inference_call_id=InferenceCallId("inf-2"))
    recording.event(again, thread=ROOT, turn="turn-1")

    assert requested(reduced(recording), "inf-2") == item_ids(1)


def test_opaque_content_with_and_without_a_hash_never_match() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [{"type": "message", "role": "user", "content": {}}])
    recording.request("inf-2", [with_content({})])

    assert requested(reduced(recording), "inf-2") == item_ids(2)


def test_the_same_entry_under_another_label_has_another_hash_too() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [with_content(IMAGE)])
    recording.request("inf-2", [with_content({**IMAGE, "type": "image"})])

    assert requested(reduced(recording), "inf-2") == item_ids(2)


def test_an_image_in_an_output_is_one_item_however_often_it_is_sent() -> None:
    recording = recording_with_turn(2)
    for number in (1, 2, 3):
        recording.request(f"inf-{number}", [function_call("call-1"), function_output("call-1", [IMAGE])])

    assert requested(reduced(recording), "inf-3") == item_ids(1, 2)


@pytest.mark.parametrize("content", [[], [{"type": "input_text"}], [{"type": "text", "text": 5}]])
def test_a_list_that_gives_no_part_has_no_parts(content: list[Any]) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [with_content(*content), function_output("call-1", content)])
    recording.request("inf-2", [with_content(*content), function_output("call-1", content)])

    reduction = reduced(recording)

    assert item(reduction, 1).body == item(reduction, 2).body == ItemBody(())
    assert requested(reduction, "inf-2") == item_ids(1, 2)


# Placing: full requests.


def test_a_full_request_reuses_the_item_in_its_place() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a"), user("a")])
    recording.request("inf-2", [user("b"), user("a")])

    assert requested(reduced(recording), "inf-2") == item_ids(3, 2)


def test_a_full_request_else_reuses_the_first_that_is_unused() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a"), user("b"), user("a"), user("a")])
    recording.request("inf-2", [user("b"), user("a"), user("c"), user("a"), user("a"), user("a")])

    # Item 2 is in no place of its own; the first "a" takes item 1, the one in place 3 item 4, the next item 3.
    assert requested(reduced(recording), "inf-2") == item_ids(2, 1, 5, 4, 3, 6)


def test_a_full_request_finds_what_is_unused_however_many_items_are_new() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a"), user("b")])
    recording.request("inf-2", [user("c"), user("d"), user("e"), user("b"), user("a")])

    assert requested(reduced(recording), "inf-2") == item_ids(3, 4, 5, 2, 1)


def test_the_item_in_its_place_is_reused_only_if_it_is_unused() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("b"), user("a")])
    recording.request("inf-2", [user("a"), user("a")])

    # The first "a" has taken item 2, which stands in the place of the second. Schema 1 would take it twice.
    assert requested(reduced(recording), "inf-2") == item_ids(2, 3)


def test_the_first_that_matches_may_be_one_without_an_id() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("x"), user("a"), known_as("msg-1", user("a"))])
    recording.request("inf-2", [known_as("msg-1", user("a"))])

    reduction = reduced(recording)

    assert requested(reduction, "inf-2") == item_ids(2)
    assert own_ids(reduction) == [None, "msg-1", "msg-1"]


def test_a_full_request_passes_over_another_id() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("a")), known_as("msg-2", user("a"))])
    recording.request("inf-2", [known_as("msg-2", user("a")), known_as("msg-1", user("a"))])

    assert requested(reduced(recording), "inf-2") == item_ids(2, 1)


def test_a_full_request_finds_nothing_outside_the_snapshot() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("a"))])
    recording.request("inf-2", [])
    recording.request("inf-3", [known_as("msg-1", user("a"))])

    assert requested(reduced(recording), "inf-3") == item_ids(2)


# Placing: requests that continue an answer.


def continued(*items: Item, after: tuple[Item, ...] = ()) -> Reduction:
    """A request of "a", its answer "b", perhaps a request that overtakes it, and one that continues the answer."""
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-a", user("a"))])
    recording.answer("inf-1", [known_as("msg-b", assistant("b"))], response="resp-1")
    if after:
        recording.request("inf-2", list(after))
    recording.request("inf-3", list(items), previous="resp-1")
    return reduced(recording)


def test_a_continuation_creates_what_comes_after_the_snapshot() -> None:
    assert requested(continued(user("c")), "inf-3") == item_ids(1, 2, 3)


def test_a_continuation_never_searches() -> None:
    reduction = continued(known_as("msg-a", user("a")))

    assert requested(reduction, "inf-3") == item_ids(1, 2, 3)
    assert own_ids(reduction) == ["msg-a", "msg-b", "msg-a"]


HISTORY = (known_as("msg-a", user("a")), known_as("msg-b", assistant("b")))


def test_a_continuation_reuses_the_item_in_its_place() -> None:
    reduction = continued(user("c"), user("d"), after=(*HISTORY, known_as("msg-c", user("c"))))

    assert requested(reduction, "inf-3") == item_ids(1, 2, 3, 4)


@pytest.mark.parametrize("sent", [user("d"), known_as("msg-d", user("c"))], ids=["content", "id"])
def test_a_continuation_that_differs_from_the_item_in_its_place_is_rejected(sent: Item) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [HISTORY[0]])
    recording.answer("inf-1", [HISTORY[1]], response="resp-1")
    recording.request("inf-2", [*HISTORY, known_as("msg-c", user("c"))])
    recording.request("inf-3", [sent], previous="resp-1")

    rejection = recording.rejection(Mode.CODEX)
    assert rejection.code == Code.CONVERSATION_MISMATCH
    assert rejection.ids["item_id"] == "conversation_item:3"
    assert "index 2" in rejection.message


def known_twice(*, continued: list[Item]) -> Recording:
    """An answer to be continued, and a snapshot that has item 1 twice, since the last answer brings it again."""
    recording = recording_with_turn(2)
    recording.request("inf-1", continued)
    recording.answer("inf-1", [], response="resp-1")
    recording.request("inf-2", [A])
    recording.answer("inf-2", [A])
    return recording


A = known_as("msg-a", assistant("a"))


def test_a_continuation_reuses_no_item_that_it_has_placed() -> None:
    recording = known_twice(continued=[])
    recording.request("inf-3", [A, A], previous="resp-1")

    rejection = recording.rejection(Mode.CODEX)
    assert (rejection.code, rejection.ids["item_id"]) == (Code.CONVERSATION_MISMATCH, "conversation_item:1")
    assert "index 1" in rejection.message


def test_what_is_continued_is_not_placed_and_may_be_reused() -> None:
    recording = known_twice(continued=[A])
    recording.request("inf-3", [A], previous="resp-1")

    assert requested(reduced(recording), "inf-3") == item_ids(1, 1)


# Placing: answers.


def test_an_answer_reuses_an_item_of_the_same_id_in_the_snapshot_or_not() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", assistant("a")), known_as("msg-2", assistant("b"))])
    recording.request("inf-2", [known_as("msg-2", assistant("b"))])
    recording.answer("inf-2", [known_as("msg-2", assistant("b")), known_as("msg-1", assistant("a"))])

    reduction = reduced(recording)

    assert answered(reduction, "inf-2") == item_ids(2, 1)
    assert item(reduction, 1).produced_by == (InferenceProducer(InferenceCallId("inf-2")),)


def test_an_answer_takes_the_first_of_equal_items_and_none_twice() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", assistant("a")), known_as("msg-1", assistant("a"))])
    recording.answer("inf-1", [known_as("msg-1", assistant("a"))] * 3)

    assert answered(reduced(recording), "inf-1") == item_ids(1, 2, 3)


@pytest.mark.parametrize(
    "sent", [assistant("a"), known_as("msg-2", assistant("a")), known_as("msg-1", assistant("b"))], ids=repr
)
def test_an_answer_creates_an_item_without_an_id_or_without_its_like(sent: Item) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", assistant("a"))])
    recording.answer("inf-1", [sent])

    assert answered(reduced(recording), "inf-1") == item_ids(2)


def test_an_answer_with_an_id_finds_no_item_without_one() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [assistant("a")])
    recording.answer("inf-1", [known_as("msg-1", assistant("a"))])

    assert answered(reduced(recording), "inf-1") == item_ids(2)


def test_an_answer_finds_no_item_of_another_thread() -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.request("inf-1", [known_as("msg-1", assistant("a"))])
    recording.request("inf-2", [], thread=CHILD, turn="turn-2")
    recording.answer("inf-2", [known_as("msg-1", assistant("a"))], thread=CHILD, turn="turn-2")

    assert answered(reduced(recording), "inf-2") == item_ids(2)


def test_an_answer_finds_an_item_that_took_its_id_later() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [assistant("a"), known_as("msg-1", assistant("b"))])
    recording.request("inf-2", [known_as("msg-1", assistant("a"))])
    recording.answer("inf-2", [known_as("msg-1", assistant("a"))])

    assert answered(reduced(recording), "inf-2") == item_ids(1)


def test_of_two_items_of_one_id_the_one_created_first_is_found_whenever_it_took_the_id() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [assistant("a"), known_as("msg-1", assistant("a"))])
    recording.request("inf-2", [known_as("msg-1", assistant("a"))])
    recording.answer("inf-2", [known_as("msg-1", assistant("a"))])

    reduction = reduced(recording)

    assert own_ids(reduction) == ["msg-1", "msg-1"]
    assert answered(reduction, "inf-2") == item_ids(1)


def test_an_answer_is_not_compared_with_the_snapshot() -> None:
    # In schema 1 an answer that came when the snapshot had grown past its request would not fit.
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.request("inf-2", [user("a"), user("b")])
    recording.answer("inf-1", [known_as("msg-1", assistant("c"))])
    recording.answer("inf-2", [known_as("msg-1", assistant("c"))])

    reduction = reduced(recording)

    assert answered(reduction, "inf-1") == item_ids(3)
    assert answered(reduction, "inf-2") == item_ids(3)
    assert item(reduction, 3).produced_by == (
        InferenceProducer(InferenceCallId("inf-1")),
        InferenceProducer(InferenceCallId("inf-2")),
    )


# Placing: compactions.


def test_the_input_of_a_compaction_is_found_in_the_snapshot_and_nowhere_else() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("a"))])
    recording.request("inf-2", [known_as("msg-2", user("b")), user("c"), user("c")])
    before = [user("c"), known_as("msg-2", user("b")), known_as("msg-1", user("a")), user("c"), user("c")]
    recording.compacted("compaction-1", before, [])

    (compaction,) = reduced(recording).trace.compactions.values()
    assert compaction.input_item_ids == item_ids(3, 2, 5, 4, 6)


def test_the_input_of_a_compaction_gives_an_item_its_id() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.compacted("compaction-1", [known_as("msg-1", user("a"))], [])

    assert own_ids(reduced(recording)) == ["msg-1", None]


def test_a_replacement_is_created_even_where_its_id_is_known() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("a"))])
    recording.compacted("compaction-1", [known_as("msg-1", user("a"))], [known_as("msg-1", user("a"))])

    reduction = reduced(recording)

    (compaction,) = reduction.trace.compactions.values()
    assert compaction.replacement_item_ids == item_ids(3)
    assert item(reduction, 3).responses_item_id == "msg-1"
    assert item(reduction, 3).produced_by == (CompactionProducer(CompactionId("compaction-1")),)


def test_the_request_after_a_compaction_is_compared_with_what_it_left() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("a"))])
    recording.compacted("compaction-1", [known_as("msg-1", user("a"))], [known_as("msg-1", user("a")), user("b")])
    recording.request("inf-2", [user("b"), known_as("msg-1", user("a"))])

    assert requested(reduced(recording), "inf-2") == item_ids(4, 3)


def test_an_answer_finds_the_item_before_a_compaction_first() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", assistant("a"))])
    recording.compacted("compaction-1", [known_as("msg-1", assistant("a"))], [known_as("msg-1", assistant("a"))])
    recording.request("inf-2", [])
    recording.answer("inf-2", [known_as("msg-1", assistant("a"))])

    assert answered(reduced(recording), "inf-2") == item_ids(1)


# Reasoning merges, producers and links, in all of these cases.


def test_reasoning_that_an_answer_brings_again_merges() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [reasoning("abc", own_id="rs-1")])
    recording.answer("inf-1", [reasoning("abc", summary="why", own_id="rs-1")])

    reduction = reduced(recording)

    assert answered(reduction, "inf-1") == item_ids(1)
    assert item(reduction, 1).body.parts == (SummaryPart("why"), EncodedPart("encrypted_content", "abc"))


def test_an_output_that_is_found_in_the_input_of_a_compaction_is_linked() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("fco-1", function_output("call-1"))])
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.tool("tool-1", call="call-1", thread=CHILD, turn="turn-2")
    recording.compacted("compaction-1", [known_as("fco-1", function_output("call-1"))], [])

    reduction = reduced(recording)

    assert item(reduction, 1).produced_by == (ToolProducer(ToolCallId("tool-1")),)
    assert reduction.trace.tool_calls[ToolCallId("tool-1")].model_visible_output_item_ids == item_ids(1)


# Call ids.


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (function_call("call-1", '{"a":1}'), function_call("call-1", '{"a":2}')),
        (exec_cell("call-1", "one"), exec_cell("call-1", "two")),
    ],
    ids=["function_call", "custom_tool_call"],
)
@pytest.mark.parametrize("own_id", [None, "fc-2"])
def test_a_call_whose_id_stands_for_another_call_is_rejected(first: Item, second: Item, own_id: str | None) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("fc-1", first)])
    recording.request("inf-2", [known_as(own_id, second)])

    rejection = recording.rejection(Mode.CODEX)
    assert (rejection.code, rejection.ids["call_id"]) == (Code.CALL_ID_REUSED, "call-1")
    assert "call-1" in rejection.message


def test_own_ids_are_not_compared_where_call_ids_must_agree() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("fc-1", function_call("call-1"))])
    recording.request("inf-2", [known_as("fc-2", function_call("call-1"))])

    assert requested(reduced(recording), "inf-2") == item_ids(2)


def test_calls_of_two_kinds_may_share_a_call_id() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [function_call("call-1"), exec_cell("call-1")])

    assert requested(reduced(recording), "inf-1") == item_ids(1, 2)


@pytest.mark.parametrize("output", [function_output, cell_output])
def test_a_second_output_of_a_call_is_simply_another_item(output: Any) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [output("call-1", "one"), output("call-1", "two")])
    recording.request("inf-2", [output("call-1", "two"), output("call-1", "three")])

    assert requested(reduced(recording), "inf-2") == item_ids(2, 3)


# Snapshot.


def test_the_answer_of_the_latest_call_is_in_view() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.answer("inf-1", [assistant("b")])
    recording.request("inf-2", [user("a"), assistant("b")])

    assert requested(reduced(recording), "inf-2") == item_ids(1, 2)


def test_the_answer_of_a_call_that_was_overtaken_is_not_in_view() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.request("inf-2", [user("a"), user("c")])
    recording.answer("inf-1", [known_as("msg-b", assistant("b"))])
    recording.request("inf-3", [user("a"), known_as("msg-b", assistant("b")), user("c")])

    assert requested(reduced(recording), "inf-3") == item_ids(1, 4, 2)


def test_a_call_of_another_thread_overtakes_none() -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.request("inf-1", [user("a")])
    recording.request("inf-2", [user("c")], thread=CHILD, turn="turn-2")
    recording.answer("inf-1", [assistant("b")])
    recording.request("inf-3", [user("a"), assistant("b")])

    assert requested(reduced(recording), "inf-3") == item_ids(1, 3)


def test_a_second_answer_replaces_the_part_of_the_first() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.answer("inf-1", [known_as("msg-b", assistant("b"))])
    recording.answer("inf-1", [known_as("msg-c", assistant("c"))])
    recording.request("inf-2", [user("a"), known_as("msg-b", assistant("b")), known_as("msg-c", assistant("c"))])

    # "b" is not in view; "c" is, after what the request had.
    assert requested(reduced(recording), "inf-2") == item_ids(1, 4, 3)


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_a_partial_answer_is_in_view_too(end: str) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    partial = {"output_items": [known_as("msg-b", assistant("b"))]}
    getattr(recording, f"request_{end}")("inf-1", partial)
    recording.request("inf-2", [user("a"), known_as("msg-b", assistant("b"))])

    assert requested(reduced(recording), "inf-2") == item_ids(1, 2)


def test_an_end_without_an_answer_leaves_the_snapshot() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.answer("inf-1", [assistant("b")])
    recording.request_failed("inf-1")
    recording.request("inf-2", [user("a"), assistant("b")])

    assert requested(reduced(recording), "inf-2") == item_ids(1, 2)


def test_an_answer_sets_the_snapshot_back_to_its_request_but_not_the_override() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.compacted("compaction-1", [user("a")], [user("z")])
    recording.answer("inf-1", [assistant("b")])
    recording.request("inf-2", [user("a"), user("z")])

    # "a" is item 1, the marker 2, "z" 3, "b" 4. Compared with the override, "a" is new.
    assert requested(reduced(recording), "inf-2") == item_ids(5, 3)


# Accepted items.


def accepted_at(reduction: Reduction, number: int) -> tuple[int | None, int | None]:
    found = item(reduction, number)
    return found.accepted_at_unix_ms, found.accepted_seq


def test_an_acceptance_before_the_item_counts() -> None:
    recording = recording_with_turn(2)
    seq = recording.accepted("msg-1")
    recording.request("inf-1", [known_as("msg-1", user("a"))])

    assert accepted_at(reduced(recording), 1) == (START + seq, seq)


def test_an_acceptance_after_the_item_counts() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("a"))])
    seq = recording.accepted("msg-1")

    assert accepted_at(reduced(recording), 1) == (START + seq, seq)


def test_the_first_acceptance_counts() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("a"))])
    seq = recording.accepted("msg-1")
    recording.accepted("msg-1")

    assert accepted_at(reduced(recording), 1) == (START + seq, seq)


def test_every_item_of_the_id_shows_the_acceptance() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("a"))])
    seq = recording.accepted("msg-1")
    recording.request("inf-2", [known_as("msg-1", user("b")), known_as("msg-2", user("a"))])

    reduction = reduced(recording)

    assert accepted_at(reduction, 1) == accepted_at(reduction, 2) == (START + seq, seq)
    assert accepted_at(reduction, 3) == (None, None)


def test_an_item_that_takes_an_accepted_id_shows_the_acceptance() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    seq = recording.accepted("msg-1")
    assert accepted_at(reduced(recording), 1) == (None, None)
    recording.request("inf-2", [known_as("msg-1", user("a"))])

    assert accepted_at(reduced(recording), 1) == (START + seq, seq)


def test_an_id_that_no_payload_has_leaves_no_trace() -> None:
    recording = recording_with_turn(2)
    recording.accepted("msg-1")

    assert reduced(recording).trace.conversation_items == {}


def test_an_acceptance_counts_for_its_own_thread_only() -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.request("inf-1", [known_as("msg-1", user("a"))])
    recording.request("inf-2", [known_as("msg-1", user("a"))], thread=CHILD, turn="turn-2")
    seq = recording.accepted("msg-1", thread=CHILD, turn="turn-1")

    reduction = reduced(recording)

    assert accepted_at(reduction, 1) == (None, None)
    assert accepted_at(reduction, 2) == (START + seq, seq)


def test_an_acceptance_without_a_thread_is_rejected() -> None:
    recording = recording_with_turn(2)
    recording.accepted("msg-1", thread=None, turn="turn-1")

    assert_refused(recording, Code.MISSING_CONTEXT, Mode.CODEX, responses_item_id="msg-1")


def test_an_acceptance_in_an_unknown_thread_is_rejected() -> None:
    recording = recording_with_turn(2)
    recording.accepted("msg-1", thread=CHILD)

    assert_refused(recording, Code.UNKNOWN_REFERENCE, Mode.CODEX, thread_id=CHILD)


@pytest.mark.parametrize("turn", [None, "nobody"])
def test_the_turn_of_an_acceptance_may_be_missing_or_unknown(turn: str | None) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [known_as("msg-1", user("a"))])
    seq = recording.accepted("msg-1", turn=turn)

    assert accepted_at(reduced(recording), 1) == (START + seq, seq)


# Receipts.


def sent_by_ant(text: str, own_id: Any = "amsg-1") -> Item:
    return known_as(own_id, agent_message("/root/ant", "/root", text))


@pytest.mark.parametrize("turn", ["turn-1", None, "nobody"])
def test_a_message_that_is_accepted_is_an_item_at_once(turn: str | None) -> None:
    recording = recording_with_turn(2)
    seq = recording.accepted("amsg-1", sent_by_ant("hello"), turn=turn)

    reduction = reduced(recording)

    assert item(reduction, 1) == ConversationItem(
        item_id=ItemId("conversation_item:1"),
        responses_item_id=item(reduction, 1).responses_item_id,
        accepted_at_unix_ms=START + seq,
        accepted_seq=seq,
        thread_id=ThreadId(ROOT),
        codex_turn_id=None if turn is None else CodexTurnId(turn),
        first_seen_at_unix_ms=START + seq,
        role=Role.ASSISTANT,
        channel=Channel.ANALYSIS,
        kind=ItemKind.MESSAGE,
        agent_message=AgentMessage("/root/ant", "/root"),
        body=ItemBody((TextPart("hello"),)),
        call_id=None,
        produced_by=(),
    )
    assert own_ids(reduction) == ["amsg-1"]
    assert conversation(reduction) == item_ids(1)
    assert reduction.evidence.item_source(ItemId("conversation_item:1")) == ItemSource(
        reduction.trace.raw_payloads[ref(1)], None, 0
    )


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(sent_by_ant("hello", own_id="amsg-2"), id="another id"),
        pytest.param(sent_by_ant("hello", own_id=None), id="no id"),
        pytest.param(known_as("amsg-1", user("hello")), id="no agent message"),
        pytest.param(known_as("amsg-1", {"type": "additional_tools"}), id="skipped"),
    ],
)
def test_an_acceptance_whose_payload_is_not_that_message_is_rejected(payload: Item) -> None:
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", payload)

    assert_refused(
        recording,
        Code.PAYLOAD_SHAPE,
        Mode.CODEX,
        raw_payload_id="raw_payload:1",
        responses_item_id="amsg-1",
    )


@pytest.mark.parametrize(
    "payload", [{}, [], 5, {"type": 5}, sent_by_ant("hello") | {"author": None}, sent_by_ant("x", own_id=5)], ids=repr
)
def test_an_acceptance_whose_payload_is_no_item_is_rejected(payload: Any) -> None:
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", payload)

    assert_refused(recording, Code.ITEM_SHAPE, Mode.CODEX, raw_payload_id="raw_payload:1")


def test_an_acceptance_with_an_item_of_an_unknown_type_is_rejected() -> None:
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", {"type": "from_the_future", "id": "amsg-1"})

    assert_refused(recording, Code.ITEM_TYPE, Mode.CODEX, item_type="from_the_future", raw_payload_id="raw_payload:1")


def test_a_message_whose_id_the_thread_has_makes_no_item() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [sent_by_ant("hello")])
    seq = recording.accepted("amsg-1", sent_by_ant("something else"))

    reduction = reduced(recording)

    assert len(reduction.trace.conversation_items) == 1
    assert item(reduction, 1).body == ItemBody((TextPart("hello"),))
    assert accepted_at(reduction, 1) == (START + seq, seq)


def test_a_message_is_received_once() -> None:
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", sent_by_ant("hello"))
    recording.accepted("amsg-1", sent_by_ant("hello again"))

    reduction = reduced(recording)
    assert texts(reduction, tuple(reduction.trace.conversation_items)) == ["hello"]


def test_a_message_may_come_after_its_acceptance_and_the_first_counts() -> None:
    recording = recording_with_turn(2)
    seq = recording.accepted("amsg-1")
    recording.accepted("amsg-1", sent_by_ant("hello"))

    assert accepted_at(reduced(recording), 1) == (START + seq, seq)


def test_a_message_whose_id_only_another_thread_has_is_an_item() -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    recording.accepted("amsg-1", sent_by_ant("hello"))
    recording.accepted("amsg-1", sent_by_ant("hello"), thread=CHILD)

    reduction = reduced(recording)
    assert (conversation(reduction, ROOT), conversation(reduction, CHILD)) == (item_ids(1), item_ids(2))


def test_a_message_resolves_a_delivery_that_waits() -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    recording.tool("tool-1", kind=SendMessage())
    begin = {"call_id": "call", "sender_thread_id": ROOT, "receiver_thread_id": CHILD, "prompt": "hello"}
    recording.runtime_started("tool-1", begin)
    recording.accepted("amsg-1", known_as("amsg-1", agent_message("/root", "/root/ant", "hello")), thread=CHILD)

    edge = reduced(recording).trace.interaction_edges[EdgeId("edge:tool:tool-1")]
    assert edge.target == ItemAnchor(ItemId("conversation_item:1"))


def receipt_taken_by(sent: Item) -> Recording:
    """A receipt of "hello", which a request takes that does not match: `accepted` (3), `inference_started` (4)."""
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", sent_by_ant("hello"), turn=None)
    recording.request("inf-1", [sent])
    return recording


def test_a_payload_that_would_create_the_message_takes_the_item_of_the_receipt() -> None:
    taken = {**sent_by_ant("what was sent"), "author": "/root/bee", "recipient": "/root/cat"}
    reduction = reduced(receipt_taken_by(taken))

    assert requested(reduction, "inf-1") == item_ids(1)
    assert list(reduction.trace.conversation_items) == ["conversation_item:1"]
    found = item(reduction, 1)
    assert found.body == ItemBody((TextPart("what was sent"),))  # the payload's
    # And what stays.
    assert found.agent_message == AgentMessage("/root/ant", "/root")
    assert (found.codex_turn_id, found.first_seen_at_unix_ms) == (None, START + 3)
    assert found.role is Role.ASSISTANT


def test_a_receipt_is_taken_once() -> None:
    recording = receipt_taken_by(sent_by_ant("one"))
    recording.request("inf-2", [sent_by_ant("two")])

    assert requested(reduced(recording), "inf-2") == item_ids(2)


def test_the_item_of_a_receipt_matches_by_what_the_payload_said() -> None:
    recording = receipt_taken_by(sent_by_ant("one"))
    recording.request("inf-2", [sent_by_ant("one")])

    assert requested(reduced(recording), "inf-2") == item_ids(1)


def test_the_item_of_a_receipt_matches_by_its_own_author() -> None:
    taken = {**sent_by_ant("one"), "author": "/root/bee"}
    recording = receipt_taken_by(taken)
    recording.request("inf-2", [taken])

    assert requested(reduced(recording), "inf-2") == item_ids(2)


def test_a_receipt_that_an_answer_finds_by_its_id_stays_open() -> None:
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", sent_by_ant("hello"))
    recording.request("inf-1", [])
    recording.answer("inf-1", [sent_by_ant("hello")])
    recording.request("inf-2", [sent_by_ant("other")])

    reduction = reduced(recording)

    assert answered(reduction, "inf-1") == item_ids(1)
    assert requested(reduction, "inf-2") == item_ids(1)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(sent_by_ant("hello", own_id=None), id="no id"),
        pytest.param(sent_by_ant("hello", own_id="amsg-2"), id="another id"),
        pytest.param(known_as("amsg-1", assistant("hello")), id="no agent message"),
    ],
)
def test_only_an_agent_message_of_the_id_takes_a_receipt(sent: Item) -> None:
    recording = receipt_taken_by(sent)

    assert requested(reduced(recording), "inf-1") == item_ids(2)


def test_a_receipt_is_taken_in_its_own_thread_only() -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.accepted("amsg-1", sent_by_ant("hello"))
    recording.request("inf-1", [sent_by_ant("hello")], thread=CHILD, turn="turn-2")

    assert requested(reduced(recording), "inf-1") == item_ids(2)


def test_every_list_that_creates_items_takes_receipts() -> None:
    recording = recording_with_turn(2)
    for number in (1, 2, 3, 4):
        recording.accepted(f"amsg-{number}", sent_by_ant("hello", own_id=f"amsg-{number}"))
    recording.request("inf-1", [], turn="turn-1")
    recording.answer("inf-1", [sent_by_ant("a", own_id="amsg-1")], response="resp-1")
    recording.request("inf-2", [sent_by_ant("b", own_id="amsg-2")], previous="resp-1")
    recording.compacted("compaction-1", [sent_by_ant("c", own_id="amsg-3")], [sent_by_ant("d", own_id="amsg-4")])

    reduction = reduced(recording)

    assert answered(reduction, "inf-1") == item_ids(1)
    assert requested(reduction, "inf-2") == item_ids(1, 2)
    (compaction,) = reduction.trace.compactions.values()
    assert compaction.input_item_ids == item_ids(3)
    assert compaction.replacement_item_ids == item_ids(4)
    assert texts(reduction, item_ids(1, 2, 3, 4)) == ["a", "b", "c", "d"]


def test_a_receipt_that_is_taken_gets_the_producers_of_the_payload() -> None:
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", sent_by_ant("hello"))
    recording.compacted("compaction-1", [], [sent_by_ant("hello")])

    assert item(reduced(recording), 1).produced_by == (CompactionProducer(CompactionId("compaction-1")),)


def test_the_message_that_a_receipt_now_says_resolves_a_delivery() -> None:
    recording = recording_with_turn(2)
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.tool("tool-1", kind=SendMessage())
    begin = {"call_id": "call", "sender_thread_id": ROOT, "receiver_thread_id": CHILD, "prompt": "in full"}
    recording.runtime_started("tool-1", begin)
    recording.accepted("amsg-1", known_as("amsg-1", agent_message("/root", "/root/ant", "in part")), thread=CHILD)
    assert reduced(recording).trace.interaction_edges == {}
    in_full = known_as("amsg-1", agent_message("/root", "/root/ant", "in full"))
    recording.request("inf-1", [in_full], thread=CHILD, turn="turn-2")

    edge = reduced(recording).trace.interaction_edges[EdgeId("edge:tool:tool-1")]
    assert edge.target == ItemAnchor(ItemId("conversation_item:1"))


# What is in a thread.


def test_what_was_in_a_request_is_in_the_thread_in_order_of_creation() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a"), user("b")])
    recording.request("inf-2", [user("b"), user("c"), user("a")])

    assert conversation(reduced(recording)) == item_ids(1, 2, 3)


def test_an_answer_that_was_neither_accepted_nor_sent_is_not_in_the_thread() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.answer("inf-1", [known_as("msg-b", assistant("b")), assistant("c")])

    reduction = reduced(recording)

    assert conversation(reduction) == item_ids(1)
    assert answered(reduction, "inf-1") == tuple(reduction.trace.conversation_items)[1:] == item_ids(2, 3)


def test_an_answer_that_is_sent_again_is_in_the_thread() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.answer("inf-1", [assistant("b")])
    recording.request("inf-2", [user("a"), assistant("b")])

    assert conversation(reduced(recording)) == item_ids(1, 2)


def test_an_answer_that_a_request_continues_is_in_the_thread() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.answer("inf-1", [assistant("b")], response="resp-1")
    recording.request("inf-2", [user("c")], previous="resp-1")

    assert conversation(reduced(recording)) == item_ids(1, 2, 3)


@pytest.mark.parametrize("order", ["before", "after"])
def test_an_answer_that_was_accepted_is_in_the_thread(order: str) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    if order == "before":
        recording.accepted("msg-b")
    recording.answer("inf-1", [known_as("msg-b", assistant("b"))])
    if order == "after":
        recording.accepted("msg-b")

    assert conversation(reduced(recording)) == item_ids(1, 2)


def test_input_marker_and_replacement_of_a_compaction_are_in_the_thread() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [user("a")])
    recording.answer("inf-1", [assistant("b")])
    recording.compacted("compaction-1", [assistant("b"), user("c")], [user("d")])

    assert conversation(reduced(recording)) == item_ids(1, 2, 3, 4, 5)


def test_schema_1_has_every_item_in_its_thread() -> None:
    recording = recording_with_turn(1)
    recording.request("inf-1", [user("a")])
    recording.answer("inf-1", [assistant("b")])

    assert conversation(reduced(recording)) == item_ids(1, 2)


# Item types.


@pytest.mark.parametrize(
    "item_type",
    [
        "configuration_update",
        "other",
        "compaction_trigger",
        "ghost_snapshot",
        "mcp_tool_call",
        "local_shell_call_output",
        "from_the_future",
    ],
)
def test_other_item_types_are_rejected(item_type: str) -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [{"type": item_type}])

    assert_refused(recording, Code.ITEM_TYPE, Mode.CODEX, item_type=item_type, raw_payload_id="raw_payload:1")


def test_additional_tools_are_skipped_whole() -> None:
    recording = recording_with_turn(2)
    recording.request("inf-1", [{"type": "additional_tools", "id": "at-1"}, message("developer", "hello")])

    assert requested(reduced(recording), "inf-1") == item_ids(1)
    assert own_ids(reduced(recording)) == [None]
