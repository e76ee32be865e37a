"""Spec 3, section 5: where a thread's history is replaced by a shorter one."""

from collections.abc import Callable
from typing import Any

import pytest

from recording import (
    CHILD,
    ROOT,
    START,
    Item,
    Recording,
    assistant,
    cell_output,
    ended_at,
    exec_cell,
    function_call,
    function_output,
    recording_with_turn,
    running_since,
    user,
)
from rollout_trace.diagnostics import Code
from rollout_trace.events.types import (
    CompactionInstalled,
    CompactionRequestCompleted,
    CompactionRequestFailed,
    CompactionRequestStarted,
)
from rollout_trace.ids import (
    CodeCellId,
    CodexTurnId,
    CompactionId,
    CompactionRequestId,
    InferenceCallId,
    ItemId,
    RawPayloadId,
    ThreadId,
    ToolCallId,
)
from rollout_trace.model.compaction import Compaction, CompactionRequest
from rollout_trace.model.conversation import (
    CompactionProducer,
    ConversationItem,
    EncodedPart,
    InferenceProducer,
    ItemBody,
    ItemKind,
    Role,
    SummaryPart,
    TextPart,
    ToolProducer,
)
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction

End = Callable[..., int]
BY_COMPACTION_1 = CompactionProducer(CompactionId("compaction-1"))


def request_started(
    recording: Recording,
    request: str,
    compaction: str = "compaction-1",
    *,
    items: list[Item] | None = None,
    turn: str = "turn-1",
    thread: str = ROOT,
) -> int:
    """Ask a model to make the history `items` shorter."""
    started = CompactionRequestStarted(
        compaction_id=CompactionId(compaction),
        compaction_request_id=CompactionRequestId(request),
        thread_id=ThreadId(thread),
        codex_turn_id=CodexTurnId(turn),
        model="a-model",
        provider_name="a-provider",
        request_payload=recording.payload("compaction_request", {"input": items or []}),
    )
    return recording.event(started, thread=thread, turn=turn)


def request_completed(
    recording: Recording, request: str, compaction: str = "compaction-1", *, items: list[Item] | None = None
) -> int:
    """Answer a compaction request with these items."""
    completed = CompactionRequestCompleted(
        compaction_id=CompactionId(compaction),
        compaction_request_id=CompactionRequestId(request),
        response_payload=recording.payload("compaction_response", {"output_items": items or []}),
    )
    return recording.event(completed, thread=ROOT, turn="turn-1")


def request_failed(recording: Recording, request: str, compaction: str = "compaction-1") -> int:
    """Fail a compaction request."""
    failed = CompactionRequestFailed(
        compaction_id=CompactionId(compaction), compaction_request_id=CompactionRequestId(request), error="an error"
    )
    return recording.event(failed, thread=ROOT, turn="turn-1")


def installed(recording: Recording, checkpoint: Any, *, thread: str | None = ROOT, turn: str | None = "turn-1") -> int:
    """Install a compaction with a checkpoint of any shape, in an envelope of any context."""
    ref = recording.payload("compaction_checkpoint", checkpoint)
    event = CompactionInstalled(compaction_id=CompactionId("compaction-1"), checkpoint_payload=ref)
    return recording.event(event, thread=thread, turn=turn)


def the_request(reduction: Reduction) -> CompactionRequest:
    return reduction.trace.compaction_requests[CompactionRequestId("request-1")]


def the_compaction(reduction: Reduction, compaction: str = "compaction-1") -> Compaction:
    return reduction.trace.compactions[CompactionId(compaction)]


def item_ids(*numbers: int) -> tuple[ItemId, ...]:
    return tuple(ItemId(f"conversation_item:{number}") for number in numbers)


def item(reduction: Reduction, number: int) -> ConversationItem:
    return reduction.trace.conversation_items[ItemId(f"conversation_item:{number}")]


def request_item_ids(reduction: Reduction, call: str) -> tuple[ItemId, ...]:
    return reduction.trace.inference_calls[InferenceCallId(call)].request_item_ids


def conversation(reduction: Reduction) -> tuple[ItemId, ...]:
    return reduction.trace.threads[ThreadId(ROOT)].conversation_item_ids


# `compaction_request_started`.


def test_a_compaction_request_runs_from_its_start() -> None:
    recording = recording_with_turn()
    seq = request_started(recording, "request-1")

    assert recording.reduce().trace.compaction_requests == {
        "request-1": CompactionRequest(
            compaction_request_id=CompactionRequestId("request-1"),
            compaction_id=CompactionId("compaction-1"),
            thread_id=ThreadId(ROOT),
            codex_turn_id=CodexTurnId("turn-1"),
            execution=running_since(seq),
            model="a-model",
            provider_name="a-provider",
            raw_request_payload_id=RawPayloadId("raw_payload:1"),
            raw_response_payload_id=None,
        )
    }


def test_a_compaction_request_that_exists_is_not_started_again() -> None:
    recording = recording_with_turn()
    request_started(recording, "request-1")
    request_started(recording, "request-1", "compaction-2")

    rejection = recording.rejection()

    assert rejection.code == Code.DUPLICATE
    assert rejection.ids == {"compaction_request_id": "request-1"}
    assert "request-1" in rejection.message


def test_a_compaction_request_in_an_unknown_turn_is_rejected() -> None:
    recording = recording_with_turn()
    request_started(recording, "request-1", turn="turn-2")

    rejection = recording.rejection()

    assert rejection.code == Code.UNKNOWN_REFERENCE
    assert rejection.ids == {"codex_turn_id": "turn-2", "thread_id": ROOT}
    assert "request-1" in rejection.message
    assert "turn-2" in rejection.message


def test_a_compaction_request_in_another_thread_than_its_turn_is_rejected() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/ant")
    request_started(recording, "request-1", thread=CHILD)

    rejection = recording.rejection()

    assert rejection.code == Code.WRONG_OWNER
    assert rejection.ids == {"codex_turn_id": "turn-1", "thread_id": CHILD}
    assert "request-1" in rejection.message


def test_a_compaction_request_in_an_unknown_thread_and_turn_is_rejected() -> None:
    recording = recording_with_turn()
    request_started(recording, "request-1", thread=CHILD, turn="turn-2")

    rejection = recording.rejection()

    assert rejection.code == Code.UNKNOWN_REFERENCE
    assert rejection.ids == {"codex_turn_id": "turn-2", "thread_id": CHILD}


# `compaction_request_completed`, `compaction_request_failed`.


@pytest.mark.parametrize("end", [request_completed, request_failed])
def test_the_end_of_an_unknown_compaction_request_is_rejected(end: End) -> None:
    recording = recording_with_turn()
    end(recording, "request-1")

    rejection = recording.rejection()

    assert rejection.code == Code.UNKNOWN_REFERENCE
    assert rejection.ids == {"compaction_request_id": "request-1", "compaction_id": "compaction-1"}
    assert "request-1" in rejection.message


@pytest.mark.parametrize("end", [request_completed, request_failed])
def test_the_end_of_a_compaction_request_for_another_compaction_than_at_its_start_is_rejected(end: End) -> None:
    recording = recording_with_turn()
    request_started(recording, "request-1", "compaction-1")
    end(recording, "request-1", "compaction-2")

    rejection = recording.rejection()

    assert rejection.code == Code.CONFLICT
    assert rejection.ids == {"compaction_request_id": "request-1", "compaction_id": "compaction-2"}
    assert "compaction-1" in rejection.message
    assert "compaction-2" in rejection.message


@pytest.mark.parametrize(
    ("end", "status", "raw_response_payload_id"),
    [(request_completed, "completed", "raw_payload:2"), (request_failed, "failed", None)],
)
def test_the_end_of_a_compaction_request_ends_it(end: End, status: str, raw_response_payload_id: str | None) -> None:
    recording = recording_with_turn()
    started = request_started(recording, "request-1")
    seq = end(recording, "request-1")

    request = the_request(recording.reduce())

    assert request.execution == ended_at(started, seq, status)
    assert request.raw_response_payload_id == raw_response_payload_id


def test_compaction_requests_do_not_touch_the_conversation() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    request_started(recording, "request-1", items=[user("Be short."), user("Hello.")])
    request_completed(recording, "request-1", items=[assistant("Short.")])
    request_started(recording, "request-2", items=[user("Be short.")])
    request_failed(recording, "request-2")
    recording.request("call-2", [user("Hello."), user("Bye.")])

    reduction = recording.reduce()

    assert conversation(reduction) == item_ids(1, 2)
    assert request_item_ids(reduction, "call-2") == item_ids(1, 2)
    assert reduction.trace.compactions == {}


# `compaction_installed`: what is rejected.


@pytest.mark.parametrize(("thread", "turn"), [(None, "turn-1"), (ROOT, None), (None, None)])
def test_a_compaction_that_does_not_say_its_thread_and_turn_is_rejected(thread: str | None, turn: str | None) -> None:
    recording = recording_with_turn()
    installed(recording, {"input_history": [], "replacement_history": []}, thread=thread, turn=turn)

    rejection = recording.rejection()

    assert rejection.code == Code.MISSING_CONTEXT
    assert rejection.ids == {"compaction_id": "compaction-1"}
    assert "compaction-1" in rejection.message


def test_a_compaction_that_was_installed_before_is_rejected() -> None:
    recording = recording_with_turn()
    recording.compacted("compaction-1", [], [user("Short.")])
    recording.compacted("compaction-1", [], [user("Short.")])

    rejection = recording.rejection()

    assert rejection.code == Code.DUPLICATE
    assert rejection.ids == {"compaction_id": "compaction-1"}
    assert "compaction-1" in rejection.message


@pytest.mark.parametrize("thread", [ROOT, CHILD], ids=["of a known thread", "of an unknown thread"])
def test_a_compaction_in_an_unknown_turn_is_rejected(thread: str) -> None:
    recording = recording_with_turn()
    recording.compacted("compaction-1", [], [], thread=thread, turn="turn-2")

    rejection = recording.rejection()

    assert rejection.code == Code.UNKNOWN_REFERENCE
    assert rejection.ids == {"codex_turn_id": "turn-2", "thread_id": thread}
    assert "compaction-1" in rejection.message
    assert "turn-2" in rejection.message


def test_a_compaction_in_another_thread_than_its_turn_is_rejected() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/ant")
    recording.compacted("compaction-1", [], [], thread=CHILD)

    rejection = recording.rejection()

    assert rejection.code == Code.WRONG_OWNER
    assert rejection.ids == {"codex_turn_id": "turn-1", "thread_id": CHILD}
    assert "compaction-1" in rejection.message


@pytest.mark.parametrize(
    ("checkpoint", "list_name"),
    [
        ({"replacement_history": []}, "input_history"),
        ({"replacement_history": [], "input_history": None}, "input_history"),
        ({"replacement_history": [], "input_history": {}}, "input_history"),
        ({"input_history": []}, "replacement_history"),
        ({"input_history": [], "replacement_history": None}, "replacement_history"),
        ({"input_history": [], "replacement_history": "a text"}, "replacement_history"),
    ],
)
def test_a_checkpoint_without_both_lists_is_rejected(checkpoint: Any, list_name: str) -> None:
    recording = recording_with_turn()
    installed(recording, checkpoint)

    rejection = recording.rejection()

    assert rejection.code == Code.PAYLOAD_SHAPE
    assert rejection.ids == {"raw_payload_id": "raw_payload:1"}
    assert list_name in rejection.message
    assert "raw_payload:1" in rejection.message


# 1. Input items.


def test_each_input_item_is_the_first_in_the_snapshot_that_matches_and_is_not_used() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Again."), user("Two."), user("Again.")])
    recording.compacted("compaction-1", [user("Two."), user("Again."), user("Again."), user("Again.")], [])

    # Unlike in a request, the index of an item does not matter: the last `Again.` does not find the third item twice.
    assert the_compaction(recording.reduce()).input_item_ids == item_ids(2, 1, 3, 4)


def test_an_input_item_at_the_index_of_a_match_still_takes_the_first_match() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Again."), user("Two."), user("Again.")])
    recording.compacted("compaction-1", [user("Zero."), user("Two."), user("Again.")], [])

    assert the_compaction(recording.reduce()).input_item_ids == item_ids(4, 2, 1)


def test_an_input_item_that_is_created_has_no_producers_and_the_turn_and_time_of_the_event() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.turn("turn-2")
    seq = recording.compacted("compaction-1", [user("Hello."), user("Unheard.")], [], turn="turn-2")

    reduction = recording.reduce()

    created = item(reduction, 2)
    assert (created.body.parts, created.produced_by) == ((TextPart("Unheard."),), ())
    assert (created.codex_turn_id, created.first_seen_at_unix_ms) == ("turn-2", START + seq)
    assert item(reduction, 1).codex_turn_id == "turn-1"


def test_an_input_item_that_is_found_keeps_its_producers() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [assistant("Hi.")])
    recording.compacted("compaction-1", [user("Hello."), assistant("Hi.")], [])

    reduction = recording.reduce()

    assert the_compaction(reduction).input_item_ids == item_ids(1, 2)
    assert item(reduction, 2).produced_by == (InferenceProducer(InferenceCallId("call-1")),)


def test_an_input_item_whose_call_id_has_other_content_is_rejected() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [function_call("the-call", "one")])
    recording.compacted("compaction-1", [function_call("the-call", "two")], [])

    rejection = recording.rejection()

    assert rejection.code == Code.CALL_ID_REUSED
    assert rejection.ids == {
        "thread_id": ROOT,
        "codex_turn_id": "turn-1",
        "raw_payload_id": "raw_payload:2",
        "call_id": "the-call",
    }


def test_an_input_item_of_reasoning_merges() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [{"type": "reasoning", "encrypted_content": "…"}])
    readable = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "A plan."}], "encrypted_content": "…"}
    recording.compacted("compaction-1", [readable], [])

    reduction = recording.reduce()

    assert the_compaction(reduction).input_item_ids == item_ids(1)
    assert item(reduction, 1).body.parts == (SummaryPart("A plan."), EncodedPart("encrypted_content", "…"))


def test_an_input_item_is_linked_to_the_tool_of_its_call() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", call="the-call")
    recording.compacted("compaction-1", [function_call("the-call"), function_output("the-call")], [])

    reduction = recording.reduce()

    tool = reduction.trace.tool_calls[ToolCallId("tool-1")]
    assert tool.model_visible_call_item_ids == item_ids(1)
    assert tool.model_visible_output_item_ids == item_ids(2)
    assert item(reduction, 2).produced_by == (ToolProducer(ToolCallId("tool-1")),)


def test_code_cells_that_wait_start_after_the_input_items() -> None:
    recording = recording_with_turn()
    recording.cell_started("cell-call")
    others = [user(f"Item {number}.") for number in range(3, 9)]
    before = [exec_cell("cell-call"), cell_output("cell-call"), *others]  # items 1 to 8, the marker is 9
    recording.compacted("compaction-1", before, [cell_output("cell-call")])

    cell = recording.reduce().trace.code_cells[CodeCellId("code_cell:cell-call")]

    assert cell.source_item_id == "conversation_item:1"
    # Started before the replacement is seen: a later start would find both outputs, and have them by key bytes.
    assert cell.output_item_ids == item_ids(2, 10)


# 2. The marker.


def test_the_marker_is_a_new_item_without_content_produced_by_the_compaction() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    seq = recording.compacted("compaction-1", [user("Hello.")], [user("Short.")])

    reduction = recording.reduce()

    assert item(reduction, 2) == ConversationItem(
        item_id=ItemId("conversation_item:2"),
        thread_id=ThreadId(ROOT),
        codex_turn_id=CodexTurnId("turn-1"),
        first_seen_at_unix_ms=START + seq,
        role=Role.ASSISTANT,
        channel=None,
        kind=ItemKind.COMPACTION_MARKER,
        body=ItemBody(()),
        call_id=None,
        produced_by=(BY_COMPACTION_1,),
    )


def test_the_marker_is_never_prompt_text() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.compacted("compaction-1", [user("Hello.")], [user("Short.")])
    recording.request("call-2", [user("Short.")])

    reduction = recording.reduce()

    compaction = the_compaction(reduction)
    assert compaction.marker_item_id == "conversation_item:2"
    assert "conversation_item:2" not in (*compaction.input_item_ids, *compaction.replacement_item_ids)
    assert request_item_ids(reduction, "call-2") == item_ids(3)


# 3. Replacement items.


def test_replacement_items_are_new_even_where_their_words_are_old() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.compacted("compaction-1", [user("Hello.")], [user("Hello."), user("Hello.")])

    reduction = recording.reduce()

    assert the_compaction(reduction).replacement_item_ids == item_ids(3, 4)
    assert [item(reduction, number).produced_by for number in (1, 3, 4)] == [
        (),
        (BY_COMPACTION_1,),
        (BY_COMPACTION_1,),
    ]


def test_replacement_items_have_the_turn_and_time_of_the_event() -> None:
    recording = recording_with_turn()
    recording.turn("turn-2")
    seq = recording.compacted("compaction-1", [], [user("Short.")], turn="turn-2")

    reduction = recording.reduce()

    for created in (item(reduction, 1), item(reduction, 2)):  # the marker and the replacement
        assert (created.codex_turn_id, created.first_seen_at_unix_ms) == ("turn-2", START + seq)


def test_a_replacement_item_whose_call_id_has_other_content_is_rejected() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [function_call("the-call", "one")])
    recording.compacted("compaction-1", [function_call("the-call", "one")], [function_call("the-call", "two")])

    rejection = recording.rejection()

    assert rejection.code == Code.CALL_ID_REUSED
    assert rejection.ids["call_id"] == "the-call"


def test_a_replacement_item_is_linked_to_the_tool_of_its_call() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", call="the-call")
    recording.compacted("compaction-1", [], [function_call("the-call"), function_output("the-call")])

    reduction = recording.reduce()

    tool = reduction.trace.tool_calls[ToolCallId("tool-1")]
    assert tool.model_visible_call_item_ids == item_ids(2)
    assert tool.model_visible_output_item_ids == item_ids(3)
    assert item(reduction, 3).produced_by == (BY_COMPACTION_1, ToolProducer(ToolCallId("tool-1")))


def test_code_cells_that_wait_start_after_the_replacement_items() -> None:
    recording = recording_with_turn()
    recording.cell_started("cell-call")
    recording.compacted("compaction-1", [], [exec_cell("cell-call")])

    cell = recording.reduce().trace.code_cells[CodeCellId("code_cell:cell-call")]

    assert cell.source_item_id == "conversation_item:2"


# 4. What the thread gets.


def test_input_marker_and_replacement_are_added_once_to_the_thread_in_that_order() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One."), user("Two.")])
    recording.compacted("compaction-1", [user("Two."), user("Three."), user("One.")], [user("Short.")])

    reduction = recording.reduce()

    compaction = the_compaction(reduction)
    assert compaction.input_item_ids == item_ids(2, 3, 1)
    assert compaction.marker_item_id == "conversation_item:4"
    assert compaction.replacement_item_ids == item_ids(5)
    assert conversation(reduction) == item_ids(1, 2, 3, 4, 5)


# 5. The override.


def test_the_next_full_request_finds_the_replacement() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One."), user("Two.")])
    recording.compacted("compaction-1", [user("One."), user("Two.")], [user("One."), user("Short.")])
    recording.request("call-2", [user("One."), user("Short."), user("Two.")])

    # The first item is the replacement's, though the snapshot has one of the same words; what was replaced is gone.
    assert request_item_ids(recording.reduce(), "call-2") == item_ids(4, 5, 6)


def test_a_compaction_does_not_change_the_snapshot() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One.")])
    recording.answer("call-1", [assistant("Two.")], response="response-1")
    recording.request("call-2", [user("Three.")], previous="response-1")
    recording.compacted("compaction-1", [user("One.")], [user("Short.")])
    recording.request("call-3", [user("Three.")], previous="response-1")
    recording.compacted("compaction-2", [user("One."), assistant("Two."), user("Three."), user("Short.")], [])

    reduction = recording.reduce()

    assert request_item_ids(reduction, "call-3") == item_ids(1, 2, 3)
    assert the_compaction(reduction, "compaction-2").input_item_ids == item_ids(1, 2, 3, 6)


# 6. The compaction.


def test_the_compaction_says_when_it_was_installed_and_what_it_replaced() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("One.")])
    request_started(recording, "request-1")
    seq = recording.compacted("compaction-1", [user("One.")], [user("Short.")])

    assert recording.reduce().trace.compactions == {
        "compaction-1": Compaction(
            compaction_id=CompactionId("compaction-1"),
            thread_id=ThreadId(ROOT),
            codex_turn_id=CodexTurnId("turn-1"),
            installed_at_unix_ms=START + seq,
            marker_item_id=ItemId("conversation_item:2"),
            request_ids=(CompactionRequestId("request-1"),),
            input_item_ids=item_ids(1),
            replacement_item_ids=item_ids(3),
        )
    }


def test_its_requests_are_those_known_by_then_that_name_it_by_key_bytes() -> None:
    recording = recording_with_turn()
    request_started(recording, "request-2")
    request_failed(recording, "request-2")
    request_started(recording, "request-10")
    request_completed(recording, "request-10")
    request_started(recording, "request-1", "compaction-2")
    recording.compacted("compaction-1", [], [])
    request_started(recording, "request-0")

    assert the_compaction(recording.reduce()).request_ids == ("request-10", "request-2")


def test_a_compaction_needs_no_request() -> None:
    recording = recording_with_turn()
    recording.compacted("compaction-1", [], [])

    assert the_compaction(recording.reduce(Mode.CODEX)).request_ids == ()


def test_the_end_of_a_turn_leaves_its_compaction_requests_running() -> None:
    recording = recording_with_turn()
    started = request_started(recording, "request-1")
    recording.turn_ended("failed")

    assert the_request(recording.reduce()).execution == running_since(started)
