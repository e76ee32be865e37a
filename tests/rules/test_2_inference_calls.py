"""Spec 3, section 2: requests to a model and how they end."""

from collections.abc import Callable

import pytest

from recording import CHILD, ROOT, Recording, assistant, ended_at, recording_with_turn, running_since, user
from rollout_trace.diagnostics import Code
from rollout_trace.ids import CodexTurnId, InferenceCallId, ItemId, RawPayloadId, ThreadId
from rollout_trace.model.conversation import InferenceProducer
from rollout_trace.model.inference import InferenceCall
from rollout_trace.reduce.replay import Reduction

CALL_1 = InferenceCallId("call-1")


def the_call(reduction: Reduction) -> InferenceCall:
    return reduction.trace.inference_calls[CALL_1]


def completed(recording: Recording, *, upstream: str | None = None) -> int:
    """Complete the call with an answer of one item."""
    return recording.answer_of("call-1", {"output_items": [assistant("Hi.")]}, upstream=upstream)


def failed(recording: Recording, *, upstream: str | None = None) -> int:
    """Fail the call after one item of its answer."""
    return recording.request_failed("call-1", {"output_items": [assistant("Hi.")]}, upstream=upstream)


def cancelled(recording: Recording, *, upstream: str | None = None) -> int:
    """Cancel the call after one item of its answer."""
    return recording.request_cancelled("call-1", {"output_items": [assistant("Hi.")]}, upstream=upstream)


ENDS = pytest.mark.parametrize("end", [completed, failed, cancelled])
End = Callable[..., int]


# `inference_started`.


def test_a_call_that_exists_is_not_started_again() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.request("call-1", [user("Hello.")])

    rejection = recording.rejection()

    assert rejection.code == Code.DUPLICATE
    assert rejection.ids == {"inference_call_id": "call-1"}
    assert "call-1" in rejection.message


def test_a_call_in_an_unknown_turn_is_rejected() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")], turn="turn-2")

    rejection = recording.rejection()

    assert rejection.code == Code.UNKNOWN_REFERENCE
    assert rejection.ids == {"codex_turn_id": "turn-2", "thread_id": ROOT}
    assert "call-1" in rejection.message
    assert "turn-2" in rejection.message


def test_a_call_in_another_thread_than_its_turn_is_rejected() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/ant")
    recording.request("call-1", [user("Hello.")], thread=CHILD)

    rejection = recording.rejection()

    assert rejection.code == Code.WRONG_OWNER
    assert rejection.ids == {"codex_turn_id": "turn-1", "thread_id": CHILD}
    assert "call-1" in rejection.message
    assert CHILD in rejection.message


def test_a_call_in_an_unknown_thread_is_rejected_since_no_turn_is_of_such_a_thread() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")], thread=CHILD)

    rejection = recording.rejection()

    assert rejection.code == Code.WRONG_OWNER
    assert rejection.ids == {"codex_turn_id": "turn-1", "thread_id": CHILD}


def test_a_call_runs_from_its_start_with_the_items_of_its_request() -> None:
    recording = recording_with_turn()
    seq = recording.request("call-1", [user("Hello."), user("Anybody?")])

    assert recording.reduce().trace.inference_calls == {
        "call-1": InferenceCall(
            inference_call_id=CALL_1,
            thread_id=ThreadId(ROOT),
            codex_turn_id=CodexTurnId("turn-1"),
            execution=running_since(seq),
            model="a-model",
            provider_name="a-provider",
            response_id=None,
            upstream_request_id=None,
            request_item_ids=(ItemId("conversation_item:1"), ItemId("conversation_item:2")),
            response_item_ids=(),
            tool_call_ids_started_by_response=(),
            usage=None,
            raw_request_payload_id=RawPayloadId("raw_payload:1"),
            raw_response_payload_id=None,
        )
    }


# `inference_completed`, `inference_failed`, `inference_cancelled`.


@ENDS
def test_the_end_of_an_unknown_call_is_rejected(end: End) -> None:
    recording = recording_with_turn()
    end(recording)

    rejection = recording.rejection()

    assert rejection.code == Code.UNKNOWN_REFERENCE
    assert rejection.ids == {"inference_call_id": "call-1"}
    assert "call-1" in rejection.message


@pytest.mark.parametrize(("end", "status"), [(completed, "completed"), (failed, "failed"), (cancelled, "cancelled")])
def test_the_end_of_a_call_ends_its_execution_and_takes_in_its_answer(end: End, status: str) -> None:
    recording = recording_with_turn()
    started = recording.request("call-1", [user("Hello.")])
    seq = end(recording)

    reduction = recording.reduce()

    call = the_call(reduction)
    assert call.execution == ended_at(started, seq, status)
    assert call.response_item_ids == ("conversation_item:2",)
    assert call.raw_response_payload_id == "raw_payload:2"
    answer = reduction.trace.conversation_items[ItemId("conversation_item:2")]
    assert answer.produced_by == (InferenceProducer(CALL_1),)


def test_a_failed_or_cancelled_call_without_payload_has_no_answer() -> None:
    recording = recording_with_turn()
    first = recording.request("call-1", [user("Hello.")])
    failure = recording.request_failed("call-1")
    second = recording.request("call-2", [user("Hello.")])
    cancellation = recording.request_cancelled("call-2")

    calls = recording.reduce().trace.inference_calls.values()

    assert [call.execution for call in calls] == [
        ended_at(first, failure, "failed"),
        ended_at(second, cancellation, "cancelled"),
    ]
    assert [(call.response_item_ids, call.raw_response_payload_id, call.usage) for call in calls] == [
        ((), None, None)
    ] * 2


def test_a_completed_call_has_the_response_id_of_its_answer() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [assistant("Hi.")], response="response-1")

    assert the_call(recording.reduce()).response_id == "response-1"


@ENDS
def test_any_end_that_brings_no_response_id_sets_it_to_none(end: End) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.answer("call-1", [], response="response-1")
    end(recording)

    assert the_call(recording.reduce()).response_id is None


@ENDS
@pytest.mark.parametrize(
    ("turn_status", "call_status"), [("completed", "cancelled"), ("failed", "failed"), ("aborted", "aborted")]
)
def test_a_call_that_the_end_of_its_turn_has_closed_keeps_that_end_but_takes_in_its_late_answer(
    end: End, turn_status: str, call_status: str
) -> None:
    recording = recording_with_turn()
    started = recording.request("call-1", [user("Hello.")])
    seq = recording.turn_ended(turn_status)
    end(recording, upstream="upstream-1")

    call = the_call(recording.reduce())

    assert call.execution == ended_at(started, seq, call_status)
    assert call.response_item_ids == ("conversation_item:2",)
    assert call.raw_response_payload_id == "raw_payload:2"
    assert call.upstream_request_id == "upstream-1"


def test_a_call_that_the_end_of_its_turn_has_closed_still_gets_its_response_id() -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.turn_ended("completed")
    recording.answer("call-1", [assistant("Hi.")], response="response-1")

    assert the_call(recording.reduce()).response_id == "response-1"


@ENDS
def test_the_upstream_request_id_is_that_of_the_end(end: End) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    end(recording, upstream="upstream-1")

    assert the_call(recording.reduce()).upstream_request_id == "upstream-1"


@ENDS
def test_an_end_that_brings_no_upstream_request_id_leaves_the_one_that_is_known(end: End) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    recording.request_failed("call-1", upstream="upstream-1")
    end(recording, upstream=None)

    assert the_call(recording.reduce()).upstream_request_id == "upstream-1"


@pytest.mark.parametrize("end_without_payload", [Recording.request_failed, Recording.request_cancelled])
def test_an_end_that_brings_no_payload_leaves_the_answer_that_is_known(end_without_payload: End) -> None:
    recording = recording_with_turn()
    recording.request("call-1", [user("Hello.")])
    completed(recording)
    end_without_payload(recording, "call-1")

    call = the_call(recording.reduce())

    assert call.response_item_ids == ("conversation_item:2",)
    assert call.raw_response_payload_id == "raw_payload:2"


@ENDS
def test_an_end_that_brings_another_payload_sets_the_answer_anew(end: End) -> None:
    recording = recording_with_turn()
    started = recording.request("call-1", [user("Hello.")])
    seq = recording.answer("call-1", [assistant("Hm.")])
    end(recording)

    call = the_call(recording.reduce())

    assert call.response_item_ids == ("conversation_item:3",)
    assert call.raw_response_payload_id == "raw_payload:3"
    assert call.execution == ended_at(started, seq, "completed")
