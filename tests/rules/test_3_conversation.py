"""Spec 3, section 3: which items the model saw, and which of them are the same item seen again."""

from typing import Any

import pytest

from recording import (
    CHILD,
    ROOT,
    START,
    Item,
    agent_message,
    assistant,
    cell_output,
    exec_cell,
    function_call,
    function_output,
    message,
    recording_with_turn,
    user,
)
from rollout_trace.diagnostics import Code
from rollout_trace.events.types import AgentResultObserved
from rollout_trace.ids import (
    CallId,
    CodeCellId,
    CodexTurnId,
    EdgeId,
    InferenceCallId,
    ItemId,
    ThreadId,
    ToolCallId,
)
from rollout_trace.model.conversation import (
    Channel,
    CodeCellProducer,
    ConversationItem,
    EncodedPart,
    InferenceProducer,
    ItemBody,
    ItemKind,
    JsonPart,
    Part,
    Role,
    SummaryPart,
    TextPart,
    ToolProducer,
)
from rollout_trace.model.edges import ItemAnchor
from rollout_trace.model.inference import InferenceCall, TokenUsage
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction

IMAGE: Item = {"type": "message", "role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]}
REQUIRED_COUNTS = {
    "input_tokens": 100,
    "cached_input_tokens": 60,
    "output_tokens": 20,
    "reasoning_output_tokens": 5,
}


def item_ids(*numbers: int) -> tuple[str, ...]:
    return tuple(f"conversation_item:{number}" for number in numbers)


def item(reduction: Reduction, number: int) -> ConversationItem:
    return reduction.trace.conversation_items[ItemId(f"conversation_item:{number}")]


def call(reduction: Reduction, inference_call_id: str) -> InferenceCall:
    return reduction.trace.inference_calls[InferenceCallId(inference_call_id)]


def conversation(reduction: Reduction, thread: str = ROOT) -> tuple[str, ...]:
    return reduction.trace.threads[ThreadId(thread)].conversation_item_ids


def reasoning(*, text: str | None = None, summary: str | None = None, encrypted: str | None = None) -> Item:
    """Reasoning with the parts that are given."""
    return {
        "type": "reasoning",
        "content": None if text is None else [{"type": "reasoning_text", "text": text}],
        "summary": [] if summary is None else [{"type": "summary_text", "text": summary}],
        "encrypted_content": encrypted,
    }


def whole(item_type: str, **fields: Any) -> Item:
    return {"type": item_type, **fields}


# What becomes conversation.


def test_what_the_runtime_saw_never_becomes_conversation() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", call="the-call", invocation={"tool_name": "a-tool", "payload": {"type": "function"}})
    recording.runtime_started("tool-1", function_call("the-call"))
    recording.runtime_ended("tool-1", function_output("the-call", "runtime"))
    recording.tool_ended("tool-1", result={"type": "direct_response", "response_item": function_output("the-call")})

    reduction = recording.reduce()

    assert reduction.trace.conversation_items == {}
    assert conversation(reduction) == ()


def test_each_thread_has_a_history_of_its_own() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.request("call-1", [user("Hello.")])
    recording.request("call-2", [user("Hello.")], turn="turn-2", thread=CHILD)
    recording.request("call-3", [user("Hello.")])

    reduction = recording.reduce()

    assert conversation(reduction, ROOT) == item_ids(1)
    assert conversation(reduction, CHILD) == item_ids(2)
    assert call(reduction, "call-3").request_item_ids == item_ids(1)


# Requests with their whole history.


@pytest.mark.parametrize("body", [{}, {"input": None}, {"input": "a text"}, {"input": {}}, {"input": 1}])
def test_a_request_whose_input_is_absent_or_no_list_is_rejected(body: dict[str, Any]) -> None:
    recording = recording_with_turn()
    recording.request_of("call-1", body)

    rejection = recording.rejection()

    assert rejection.code == Code.PAYLOAD_SHAPE
    assert rejection.ids == {"raw_payload_id": "raw_payload:1"}
    assert "input" in rejection.message
    assert "raw_payload:1" in rejection.message


def test_history_that_is_sent_again_keeps_its_ids() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [assistant("Hi.")])
    recording.request("call-2", [user("Hello."), assistant("Hi."), user("How are you?")])

    reduction = recording.reduce()

    assert call(reduction, "call-2").request_item_ids == item_ids(1, 2, 3)
    assert conversation(reduction) == item_ids(1, 2, 3)  # once each


def test_the_same_words_said_anew_are_a_new_item() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.request("call-2", [user("Hello."), user("Hello.")])
    recording.request("call-3", [user("Hello."), user("Hello.")])

    reduction = recording.reduce()

    assert call(reduction, "call-2").request_item_ids == item_ids(1, 2)
    assert call(reduction, "call-3").request_item_ids == item_ids(1, 2)


def test_an_item_that_has_moved_is_found_again_in_the_snapshot() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One."), user("Two."), user("Three.")])
    recording.request("call-2", [user("Three."), user("Zero."), user("One.")])

    assert call(recording.reduce(), "call-2").request_item_ids == item_ids(3, 4, 1)


def test_the_item_at_the_same_index_goes_before_an_earlier_one_that_matches() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Again."), user("Two."), user("Again.")])
    recording.request("call-2", [user("Zero."), user("Two."), user("Again.")])

    assert call(recording.reduce(), "call-2").request_item_ids == item_ids(4, 2, 3)


def test_away_from_its_index_an_item_is_the_first_that_matches_and_is_not_used_in_this_list() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One."), user("Two."), user("Again."), user("Again.")])
    recording.request("call-2", [user("Again."), user("Again."), user("Again."), user("Again."), user("Again.")])

    # Index 0 takes the first, index 1 the second; those at 2 and 3 stand at their own index; for the last none is left.
    assert call(recording.reduce(), "call-2").request_item_ids == item_ids(3, 4, 3, 4, 5)


def test_the_item_at_the_same_index_is_reused_even_if_this_list_has_used_it() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One."), user("Again.")])
    recording.request("call-2", [user("Again."), user("Again.")])

    reduction = recording.reduce()

    assert call(reduction, "call-2").request_item_ids == item_ids(2, 2)
    assert conversation(reduction) == item_ids(1, 2)


def test_a_request_becomes_the_snapshot_so_that_what_it_left_out_comes_back_as_new() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One."), user("Two.")])
    recording.request("call-2", [user("One.")])
    recording.request("call-3", [user("One."), user("Two.")])

    reduction = recording.reduce()

    assert call(reduction, "call-2").request_item_ids == item_ids(1)
    assert call(reduction, "call-3").request_item_ids == item_ids(1, 3)
    assert conversation(reduction) == item_ids(1, 2, 3)


def test_items_that_are_skipped_do_not_count_for_the_index() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Again."), user("Two."), user("Again.")])
    recording.request("call-2", [whole("additional_tools"), user("Zero."), user("Two."), user("Again.")])

    assert call(recording.reduce(), "call-2").request_item_ids == item_ids(4, 2, 3)


def test_items_that_a_request_creates_have_no_producers() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello."), assistant("Hi.")])

    reduction = recording.reduce()

    assert [created.produced_by for created in reduction.trace.conversation_items.values()] == [(), ()]


# Requests that continue an answer.


def test_a_request_with_a_previous_response_is_that_calls_request_and_answer_and_the_new_items() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [assistant("Hi.")], response="response-1")
    recording.request("call-2", [user("How are you?")], previous="response-1")

    reduction = recording.reduce()

    assert call(reduction, "call-2").request_item_ids == item_ids(1, 2, 3)
    assert conversation(reduction) == item_ids(1, 2, 3)
    assert item(reduction, 3).produced_by == ()


@pytest.mark.parametrize("previous", [None, 1, ["response-1"]], ids=["null", "number", "list"])
def test_a_previous_response_id_that_is_no_string_is_none(previous: Any) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [assistant("Hi.")], response="response-1")
    recording.request_of("call-2", {"input": [user("Hello."), user("Bye.")], "previous_response_id": previous})

    assert call(recording.reduce(), "call-2").request_item_ids == item_ids(1, 3)


def test_a_previous_response_that_no_call_answered_is_rejected() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [assistant("Hi.")], response="response-1")
    recording.request("call-2", [user("How are you?")], previous="response-2")

    rejection = recording.rejection(Mode.CODEX)

    assert rejection.code == Code.UNTRACED_ANSWER
    assert rejection.ids == {"inference_call_id": "call-2", "response_id": "response-2", "thread_id": ROOT}
    assert "call-2" in rejection.message
    assert "response-2" in rejection.message


def test_a_previous_response_of_another_thread_is_rejected() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [assistant("Hi.")], response="response-1")
    recording.request("call-2", [user("Bye.")], previous="response-1", turn="turn-2", thread=CHILD)

    rejection = recording.rejection(Mode.CODEX)

    assert rejection.code == Code.UNTRACED_ANSWER
    assert rejection.ids == {"inference_call_id": "call-2", "response_id": "response-1", "thread_id": CHILD}


def test_a_previous_response_whose_call_failed_after_all_is_rejected() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [assistant("Hi.")], response="response-1")
    recording.request_failed("call-1")
    recording.request("call-2", [user("Go on.")], previous="response-1")

    rejection = recording.rejection(Mode.CODEX)

    assert rejection.code == Code.UNTRACED_ANSWER
    assert rejection.ids == {"inference_call_id": "call-2", "response_id": "response-1", "thread_id": ROOT}


def test_of_several_calls_with_the_previous_response_the_first_by_key_bytes_counts() -> None:
    recording = recording_with_turn()
    recording.request("call-2", [user("To the second.")])
    recording.answer("call-2", [assistant("Second.")], response="response")
    recording.request("call-10", [user("To the tenth.")])
    recording.answer("call-10", [assistant("Tenth.")], response="response")
    recording.request("call-3", [user("Go on.")], previous="response")

    assert call(recording.reduce(), "call-3").request_item_ids == item_ids(3, 4, 5)


def test_a_continuation_reuses_an_item_of_the_snapshot_that_matches_at_its_index() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [assistant("Hi.")], response="response-1")
    recording.request("call-2", [user("Go on.")], previous="response-1")
    recording.request("call-3", [user("Go on."), user("Go on.")], previous="response-1")

    assert call(recording.reduce(), "call-3").request_item_ids == item_ids(1, 2, 3, 4)


def test_a_continuation_that_differs_from_the_snapshot_at_an_index_is_rejected() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [assistant("Hi.")], response="response-1")
    recording.request("call-2", [user("Go on."), user("Stop.")], previous="response-1")
    recording.request("call-3", [user("Go on."), user("Go on.")], previous="response-1")

    rejection = recording.rejection()

    assert rejection.code == Code.CONVERSATION_MISMATCH
    assert rejection.ids == {
        "thread_id": ROOT,
        "codex_turn_id": "turn-1",
        "raw_payload_id": "raw_payload:4",
        "item_id": "conversation_item:4",
    }
    assert "at item index 3" in rejection.message
    assert "conversation_item:4" in rejection.message


def test_a_continuation_does_not_look_for_its_items_at_other_indices() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [], response="response-1")
    recording.request("call-2", [user("Hello.")], previous="response-1")

    assert call(recording.reduce(), "call-2").request_item_ids == item_ids(1, 2)


def test_a_continuation_becomes_the_snapshot_whole() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One.")])
    recording.answer("call-1", [assistant("Two.")], response="response-1")
    recording.request("call-2", [user("Three.")], previous="response-1")
    recording.request("call-3", [], previous="response-1")
    recording.request("call-4", [user("One."), assistant("Two."), user("Three.")])

    reduction = recording.reduce()

    assert call(reduction, "call-3").request_item_ids == item_ids(1, 2)
    assert call(reduction, "call-4").request_item_ids == item_ids(1, 2, 4)  # the third item had left the view


# The override that a compaction leaves.


def test_the_full_request_after_a_compaction_is_compared_with_the_replacement() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One."), user("Two.")])
    recording.compacted("compaction-1", [user("One."), user("Two.")], [user("Short.")])  # marker 3, replacement 4
    recording.request("call-2", [user("Short."), user("One.")])

    assert call(recording.reduce(), "call-2").request_item_ids == item_ids(4, 5)


def test_the_override_is_used_up_by_one_full_request() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One.")])
    recording.compacted("compaction-1", [user("One.")], [user("Short.")])  # marker 2, replacement 3
    recording.request("call-2", [user("Short."), user("Next.")])
    recording.request("call-3", [user("Short."), user("Next.")])

    reduction = recording.reduce()

    assert call(reduction, "call-2").request_item_ids == item_ids(3, 4)
    assert call(reduction, "call-3").request_item_ids == item_ids(3, 4)


def test_an_incremental_request_is_compared_with_the_snapshot_and_leaves_the_override_pending() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One.")])
    recording.answer("call-1", [], response="response-1")
    recording.request("call-2", [user("Two.")], previous="response-1")
    recording.compacted("compaction-1", [], [user("Short."), user("Other.")])  # marker 3, replacement 4 and 5
    recording.request("call-3", [user("Two.")], previous="response-1")
    recording.request("call-4", [user("Short."), user("Other.")])

    reduction = recording.reduce()

    assert call(reduction, "call-3").request_item_ids == item_ids(1, 2)
    assert call(reduction, "call-4").request_item_ids == item_ids(4, 5)


def test_an_override_is_only_for_its_thread() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.compacted("compaction-1", [], [user("Short.")])  # marker 1, replacement 2
    recording.request("call-1", [user("Short.")], turn="turn-2", thread=CHILD)
    recording.request("call-2", [user("Short.")])

    reduction = recording.reduce()

    assert call(reduction, "call-1").request_item_ids == item_ids(3)
    assert call(reduction, "call-2").request_item_ids == item_ids(2)


def test_of_two_compactions_before_a_full_request_the_later_one_leaves_the_override() -> None:
    recording = recording_with_turn()
    recording.compacted("compaction-1", [], [user("Short.")])  # marker 1, replacement 2
    recording.compacted("compaction-2", [], [user("Shorter.")])  # marker 3, replacement 4
    recording.request("call-1", [user("Shorter."), user("Short.")])

    assert call(recording.reduce(), "call-1").request_item_ids == item_ids(4, 5)


# Responses.


@pytest.mark.parametrize("body", [{}, {"output_items": None}, {"output_items": "a text"}, {"output_items": {}}])
def test_a_response_whose_output_items_are_absent_or_no_list_is_rejected(body: dict[str, Any]) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer_of("call-1", body)

    rejection = recording.rejection()

    assert rejection.code == Code.PAYLOAD_SHAPE
    assert rejection.ids == {"raw_payload_id": "raw_payload:2"}
    assert "output_items" in rejection.message
    assert "raw_payload:2" in rejection.message


def test_an_answer_is_new_items_at_the_end_of_the_snapshot_even_where_its_words_are_old() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [assistant("Hi.")])
    recording.answer("call-1", [assistant("Hi."), assistant("Hi.")])
    recording.request("call-2", [assistant("Hi."), assistant("Hi."), assistant("Hi.")])

    reduction = recording.reduce()

    assert call(reduction, "call-1").response_item_ids == item_ids(2, 3)
    assert call(reduction, "call-2").request_item_ids == item_ids(1, 2, 3)
    assert conversation(reduction) == item_ids(1, 2, 3)


def test_an_answer_follows_whatever_is_in_view_when_it_comes() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One.")])
    recording.request("call-2", [user("One."), user("Two.")])
    recording.answer("call-1", [assistant("To one.")])
    recording.request("call-3", [user("One."), user("Two."), assistant("To one.")])

    assert call(recording.reduce(), "call-3").request_item_ids == item_ids(1, 2, 3)


def test_an_answer_is_produced_by_its_inference_call() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [assistant("Hi."), function_call("the-call")])

    reduction = recording.reduce()

    producer = InferenceProducer(InferenceCallId("call-1"))
    assert [item(reduction, number).produced_by for number in (1, 2, 3)] == [(), (producer,), (producer,)]


def test_an_item_of_an_answer_has_the_turn_of_the_call() -> None:
    recording = recording_with_turn()
    recording.turn("turn-2")
    recording.request("call-1", [user("Hello.")], turn="turn-1")
    recording.answer("call-1", [assistant("Hi.")], turn="turn-2")  # the turn of the event's envelope

    assert item(recording.reduce(), 2).codex_turn_id == "turn-1"


def test_token_usage_is_taken() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    usage = {**REQUIRED_COUNTS, "cache_write_input_tokens": 7, "total_tokens": 120}
    recording.answer("call-1", [], token_usage=usage)

    assert call(recording.reduce(), "call-1").usage == TokenUsage(
        input_tokens=100,
        cached_input_tokens=60,
        cache_write_input_tokens=7,
        output_tokens=20,
        reasoning_output_tokens=5,
    )


def test_a_later_payload_without_usage_leaves_the_usage_that_was_taken() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    counts = {"input_tokens": 5, "cached_input_tokens": 1, "output_tokens": 2, "reasoning_output_tokens": 1}
    recording.answer("inf-1", [assistant("one")], token_usage=counts)
    recording.answer("inf-1", [assistant("two")])

    usage = recording.reduce(Mode.CODEX).trace.inference_calls[InferenceCallId("inf-1")].usage

    assert usage is not None
    assert usage.input_tokens == 5


@pytest.mark.parametrize("count", [2**63, -1, 1.5, "9", None])
def test_a_cache_write_that_is_no_count_is_0(count: Any) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    counts = {"input_tokens": 5, "cached_input_tokens": 1, "output_tokens": 2, "reasoning_output_tokens": 1}
    recording.answer("inf-1", [], token_usage={**counts, "cache_write_input_tokens": count})

    usage = recording.reduce(Mode.CODEX).trace.inference_calls[InferenceCallId("inf-1")].usage

    assert usage is not None
    assert usage.cache_write_input_tokens == 0


def test_the_usage_of_a_partial_response_counts_too() -> None:
    recording = recording_with_turn()
    body = {"output_items": [], "token_usage": REQUIRED_COUNTS}
    recording.request("call-1", [user("Hello.")])
    recording.request_failed("call-1", body)
    recording.request("call-2", [user("Hello.")])
    recording.request_cancelled("call-2", body)

    calls = recording.reduce().trace.inference_calls.values()

    assert [inference.usage and inference.usage.input_tokens for inference in calls] == [100, 100]


@pytest.mark.parametrize("count", REQUIRED_COUNTS)
@pytest.mark.parametrize("value", [1.0, 1.5, "1", True, None, []], ids=repr)
def test_without_an_integer_for_each_required_count_there_is_no_usage(count: str, value: Any) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [], token_usage={**REQUIRED_COUNTS, count: value})

    assert call(recording.reduce(), "call-1").usage is None


@pytest.mark.parametrize("count", REQUIRED_COUNTS)
def test_without_each_required_count_there_is_no_usage(count: str) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    rest = {name: value for name, value in REQUIRED_COUNTS.items() if name != count}
    recording.answer("call-1", [], token_usage=rest)

    assert call(recording.reduce(), "call-1").usage is None


@pytest.mark.parametrize("token_usage", [None, [], "a text", 1])
def test_token_usage_that_is_no_object_is_none(token_usage: Any) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [], token_usage=token_usage)

    assert call(recording.reduce(), "call-1").usage is None


def test_a_negative_count_is_0() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    counts = dict.fromkeys((*REQUIRED_COUNTS, "cache_write_input_tokens"), -1)
    recording.answer("call-1", [], token_usage=counts)

    assert call(recording.reduce(), "call-1").usage == TokenUsage(
        input_tokens=0,
        cached_input_tokens=0,
        cache_write_input_tokens=0,
        output_tokens=0,
        reasoning_output_tokens=0,
    )


@pytest.mark.parametrize(
    "cache_write", [{}, *({"cache_write_input_tokens": value} for value in (None, 7.0, "7", True))]
)
def test_cache_writes_are_0_when_absent_or_no_integer(cache_write: dict[str, Any]) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [], token_usage={**REQUIRED_COUNTS, **cache_write})

    usage = call(recording.reduce(), "call-1").usage

    assert usage is not None
    assert (usage.input_tokens, usage.cache_write_input_tokens) == (100, 0)


# Placing, 1: one call id, one call.


def test_a_call_id_that_a_call_with_other_content_has_is_rejected() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [function_call("the-call", '{"a":1}')])
    recording.request("call-2", [function_call("the-call", '{"a":2}')])

    rejection = recording.rejection()

    assert rejection.code == Code.CALL_ID_REUSED
    assert rejection.ids == {
        "thread_id": ROOT,
        "codex_turn_id": "turn-1",
        "raw_payload_id": "raw_payload:2",
        "call_id": "the-call",
    }
    assert "the-call" in rejection.message


def test_a_call_id_that_an_output_with_other_content_has_is_rejected() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [function_output("the-call", "done")])
    recording.request("call-2", [function_output("the-call", "done"), function_output("the-call", "undone")])

    rejection = recording.rejection(Mode.CODEX)

    assert rejection.code == Code.OUTPUT_REPEATED
    assert rejection.ids == {
        "thread_id": ROOT,
        "codex_turn_id": "turn-1",
        "raw_payload_id": "raw_payload:2",
        "call_id": "the-call",
    }


def test_a_call_id_must_match_within_one_list_too() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [function_call("the-call", "one"), function_call("the-call", "two")])

    rejection = recording.rejection()

    assert rejection.code == Code.CALL_ID_REUSED
    assert rejection.ids["call_id"] == "the-call"


def test_a_call_id_must_match_in_a_continuation_too() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [function_call("the-call", "one")])
    recording.answer("call-1", [], response="response-1")
    recording.request("call-2", [function_call("the-call", "two")], previous="response-1")

    rejection = recording.rejection()

    assert rejection.code == Code.CALL_ID_REUSED
    assert rejection.ids["raw_payload_id"] == "raw_payload:3"


def test_a_call_id_must_match_in_an_answer_too() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [function_call("the-call", "one")])
    recording.answer("call-1", [function_call("the-call", "two")])

    rejection = recording.rejection()

    assert rejection.code == Code.CALL_ID_REUSED
    assert rejection.ids["raw_payload_id"] == "raw_payload:2"


def test_a_call_id_must_match_what_has_left_the_snapshot_too() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [function_call("the-call", "one")])
    recording.request("call-2", [])
    recording.request("call-3", [function_call("the-call", "two")])

    rejection = recording.rejection()

    assert rejection.code == Code.CALL_ID_REUSED
    assert rejection.ids["call_id"] == "the-call"


def test_a_call_id_may_stand_on_items_of_several_kinds_and_on_equal_ones() -> None:
    recording = recording_with_turn()
    items = [
        function_call("the-call", "one"),
        function_output("the-call", "done"),
        exec_cell("the-call"),
        cell_output("the-call"),
        function_call("the-call", "one"),
    ]
    recording.request("call-1", items)

    assert call(recording.reduce(), "call-1").request_item_ids == item_ids(1, 2, 3, 4, 5)


def test_a_call_id_may_stand_on_other_content_in_another_thread() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.request("call-1", [function_call("the-call", "one")])
    recording.request("call-2", [function_call("the-call", "two")], turn="turn-2", thread=CHILD)

    assert call(recording.reduce(), "call-2").request_item_ids == item_ids(2)


# Placing, 3 and 4: what a sighting does besides.


def test_a_sighted_item_is_linked_to_the_tool_of_its_call_and_gets_it_as_producer_once() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", call="the-call")
    recording.request("call-1", [function_call("the-call"), function_output("the-call")])
    recording.request("call-2", [function_call("the-call"), function_output("the-call")])

    reduction = recording.reduce()

    tool = reduction.trace.tool_calls[ToolCallId("tool-1")]
    assert tool.model_visible_call_item_ids == item_ids(1)
    assert tool.model_visible_output_item_ids == item_ids(2)
    assert item(reduction, 1).produced_by == ()
    assert item(reduction, 2).produced_by == (ToolProducer(ToolCallId("tool-1")),)


def test_a_sighted_output_is_linked_to_the_code_cell_of_its_call_and_gets_it_as_producer_once() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [exec_cell("cell-call")])
    recording.cell_started("cell-call")
    recording.request("call-2", [exec_cell("cell-call"), cell_output("cell-call")])
    recording.request("call-3", [exec_cell("cell-call"), cell_output("cell-call")])

    reduction = recording.reduce()

    cell = reduction.trace.code_cells[CodeCellId("code_cell:cell-call")]
    assert cell.output_item_ids == item_ids(2)
    assert item(reduction, 2).produced_by == (CodeCellProducer(CodeCellId("code_cell:cell-call")),)


def test_a_sighted_item_resolves_an_agent_edge_that_waits_for_it() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.event(
        AgentResultObserved(
            edge_id=EdgeId("edge-1"),
            child_thread_id=ThreadId(CHILD),
            child_codex_turn_id=CodexTurnId("turn-2"),
            parent_thread_id=ThreadId(ROOT),
            message="Done.",
        )
    )
    recording.request("call-1", [user("Hello."), agent_message("/root/ant", "/root", "Done.")])

    edge = recording.reduce().trace.interaction_edges[EdgeId("edge-1")]

    assert edge.target == ItemAnchor(ItemId("conversation_item:2"))


def test_code_cells_that_wait_start_after_a_request_is_placed() -> None:
    recording = recording_with_turn()
    recording.cell_started("cell-call")
    recording.request("call-1", [exec_cell("cell-call"), cell_output("cell-call")])

    cell = recording.reduce().trace.code_cells[CodeCellId("code_cell:cell-call")]

    assert (cell.source_item_id, cell.output_item_ids) == ("conversation_item:1", item_ids(2))


def test_code_cells_that_wait_start_after_an_answer_is_placed() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Count.")])
    recording.cell_started("cell-call")
    recording.answer("call-1", [exec_cell("cell-call")])

    cell = recording.reduce().trace.code_cells[CodeCellId("code_cell:cell-call")]

    assert cell.source_item_id == "conversation_item:2"


def test_code_cells_that_wait_start_after_a_continuation_is_placed() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Count.")])
    recording.answer("call-1", [], response="response-1")
    recording.cell_started("cell-call")
    recording.request("call-2", [exec_cell("cell-call")], previous="response-1")

    cell = recording.reduce().trace.code_cells[CodeCellId("code_cell:cell-call")]

    assert cell.source_item_id == "conversation_item:2"


# Match.


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (message("user", "Hello."), message("user", "Hello.")),
        (message("user", "Hello.", id="msg_1"), message("user", "Hello.", id="msg_2")),
        (assistant("Hi.", phase="an-unknown-phase"), assistant("Hi.")),
        (agent_message("/root", "/root/ant", "Go."), agent_message("/root", "/root/ant", "Go.")),
        (function_call("the-call", '{"a":1}'), function_call("the-call", '{ "a": 1 }')),
        (function_call("the-call", '{"a":1}'), function_call("the-call", {"a": 1})),
        (function_call("the-call", "{}", name="one"), function_call("the-call", "{}", name="two")),
        (function_call("the-call", [240 * "a", 1]), function_call("the-call", [240 * "a", 2])),
        (cell_output("the-call", "1"), cell_output("the-call", [{"type": "input_text", "text": "1"}])),
        (whole("compaction", encrypted_content="…"), whole("context_compaction", encrypted_content="…")),
        (whole("web_search_call", id="ws_1"), whole("web_search_call", id="ws_1")),
    ],
    ids=[
        "the same item",
        "another id",
        "channel of an unknown phase",
        "an agent message",
        "arguments with other spaces",
        "arguments that are no text",
        "another tool name",
        "json that differs after the cut",
        "a text and a list of one text",
        "another type of the same form",
        "a whole item",
    ],
)
def test_items_of_equal_role_channel_kind_agent_message_call_id_and_body_match(first: Item, again: Item) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [first])
    recording.request("call-2", [again])

    assert call(recording.reduce(), "call-2").request_item_ids == item_ids(1)


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (message("user", "Hello."), message("developer", "Hello.")),
        (assistant("Hi.", phase="commentary"), assistant("Hi.", phase="final_answer")),
        (assistant("Hi."), assistant("Hi.", phase="final_answer")),
        (function_output("the-call", "1"), cell_output("the-call", "1")),
        (agent_message("/root/ant", "/root", "Go."), agent_message("/root/bee", "/root", "Go.")),
        (agent_message("/root", "/root/ant", "Go."), agent_message("/root", "/root/bee", "Go.")),
        (function_call("call-a"), function_call("call-b")),
        (message("user", "Hello."), message("user", "Hello. ")),
        (message("user", "ab"), {**message("user", "a"), "content": [{"type": "text", "text": t} for t in "ab"]}),
        (whole("function_call", arguments='"a"'), whole("function_call", arguments="a")),
        (
            whole("custom_tool_call", name="exec", input="text(1)"),
            whole("custom_tool_call", name="a-tool", input="text(1)"),
        ),
        (whole("web_search_call", id="ws_1"), whole("web_search_call", id="ws_2")),
        (whole("compaction", encrypted_content="a"), whole("compaction", encrypted_content="b")),
        (reasoning(text="Hm."), reasoning(summary="Hm.")),
    ],
    ids=[
        "role",
        "channel",
        "channel or none",
        "kind",
        "author",
        "recipient",
        "call id",
        "text",
        "number of parts",
        "json or text",
        "code or text",
        "id in a json summary",
        "encoded value",
        "text or summary",
    ],
)
def test_items_that_differ_in_one_of_these_do_not_match(first: Item, other: Item) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [first])
    recording.request("call-2", [other])

    assert call(recording.reduce(), "call-2").request_item_ids == item_ids(2)


def test_payload_references_match_only_within_the_same_payload() -> None:
    recording = recording_with_turn()
    picture = function_output("the-call", [{"type": "input_image", "image_url": "data:,"}])
    recording.request("call-1", [picture, picture])
    recording.request("call-2", [picture])

    rejection = recording.rejection(Mode.CODEX)  # so the first request, with two of one call id, is accepted

    assert rejection.code == Code.OUTPUT_REPEATED
    assert rejection.ids["raw_payload_id"] == "raw_payload:2"


def test_a_picture_that_is_sent_again_is_a_new_item_as_it_stands_in_another_payload() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [IMAGE])
    recording.request("call-2", [IMAGE])

    assert call(recording.reduce(Mode.CODEX), "call-2").request_item_ids == item_ids(2)


def test_reasoning_matches_by_its_encoded_part_whatever_its_readable_parts() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [reasoning(summary="A plan.", encrypted="…")])
    recording.request("call-2", [reasoning(text="A thought.", encrypted="…")])

    assert call(recording.reduce(), "call-2").request_item_ids == item_ids(1)


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (reasoning(summary="A plan.", encrypted="a"), reasoning(summary="A plan.", encrypted="b")),
        (reasoning(summary="A plan.", encrypted="a"), reasoning(summary="A plan.")),
        (reasoning(summary="A plan."), reasoning(summary="A plan.", encrypted="a")),
        (reasoning(summary="A plan."), reasoning(summary="A plan.", text="A thought.")),
    ],
    ids=["another encoded part", "no encoded part", "an encoded part more", "a text more, and no encoded part"],
)
def test_other_reasoning_matches_only_part_by_part(first: Item, other: Item) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [first])
    recording.request("call-2", [other])

    assert call(recording.reduce(), "call-2").request_item_ids == item_ids(2)


# Merge.


@pytest.mark.parametrize(
    ("stored", "incoming", "merged"),
    [
        (
            reasoning(encrypted="…"),
            reasoning(text="A thought.", summary="A plan.", encrypted="…"),
            (TextPart("A thought."), SummaryPart("A plan."), EncodedPart("encrypted_content", "…")),
        ),
        (
            reasoning(summary="A plan.", encrypted="…"),
            reasoning(text="A thought.", summary="Another plan.", encrypted="…"),
            (TextPart("A thought."), SummaryPart("A plan."), EncodedPart("encrypted_content", "…")),
        ),
        (
            reasoning(text="A thought.", encrypted="…"),
            reasoning(text="Another thought.", summary="A plan.", encrypted="…"),
            (TextPart("A thought."), SummaryPart("A plan."), EncodedPart("encrypted_content", "…")),
        ),
        (
            reasoning(text="A thought.", summary="A plan.", encrypted="…"),
            reasoning(text="Another thought.", summary="Another plan.", encrypted="…"),
            (TextPart("A thought."), SummaryPart("A plan."), EncodedPart("encrypted_content", "…")),
        ),
        (
            reasoning(summary="A plan.", encrypted="…"),
            reasoning(encrypted="…"),
            (SummaryPart("A plan."), EncodedPart("encrypted_content", "…")),
        ),
    ],
    ids=["nothing readable", "a summary", "a text", "text and summary", "nothing new"],
)
def test_reasoning_that_is_seen_again_gains_what_was_not_readable_before(
    stored: Item, incoming: Item, merged: tuple[Part, ...]
) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [stored])
    recording.request("call-2", [incoming])

    reduction = recording.reduce()

    assert call(reduction, "call-2").request_item_ids == item_ids(1)
    assert item(reduction, 1).body == ItemBody(merged)


def test_reasoning_that_was_answered_merges_when_it_is_sent_back_wherever_it_then_stands() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [reasoning(summary="A plan.", encrypted="…")])
    recording.request("call-2", [reasoning(text="A thought.", encrypted="…")])

    reduction = recording.reduce()

    assert call(reduction, "call-2").request_item_ids == item_ids(2)
    assert item(reduction, 2).body.parts == (
        TextPart("A thought."),
        SummaryPart("A plan."),
        EncodedPart("encrypted_content", "…"),
    )


# A created item.


def test_a_created_item_has_the_next_id_the_thread_the_turn_and_the_time_of_the_event() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.turn("turn-2")
    seq = recording.request("call-2", [user("Hello."), function_call("the-call", '{"a":1}')], turn="turn-2")
    recording.request("call-3", [user("Hello."), function_call("the-call", '{"a":1}')])

    reduction = recording.reduce()

    assert item(reduction, 2) == ConversationItem(
        item_id=ItemId("conversation_item:2"),
        thread_id=ThreadId(ROOT),
        codex_turn_id=CodexTurnId("turn-2"),
        first_seen_at_unix_ms=START + seq,
        role=Role.ASSISTANT,
        channel=Channel.COMMENTARY,
        kind=ItemKind.FUNCTION_CALL,
        body=ItemBody((JsonPart('{"a":1}', call(reduction, "call-2").raw_request_payload_id),)),
        call_id=CallId("the-call"),
        produced_by=(),
    )
    assert item(reduction, 1).codex_turn_id == "turn-1"


def test_ids_count_over_all_threads() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/ant")
    recording.turn("turn-2", CHILD)
    recording.request("call-1", [user("One.")])
    recording.request("call-2", [user("Two.")], turn="turn-2", thread=CHILD)
    recording.answer("call-1", [assistant("Three.")])

    reduction = recording.reduce()

    assert conversation(reduction, ROOT) == item_ids(1, 3)
    assert conversation(reduction, CHILD) == item_ids(2)
