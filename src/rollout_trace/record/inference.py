"""Requests to a model and their answers (spec 4, "inference context").

Owns one attempt for each request that is really sent: a retry is an attempt of its own. It ends exactly once; what
comes after that is ignored.
"""

from typing import Final

from rollout_trace.events import types as events
from rollout_trace.ids import CodexTurnId, InferenceCallId, ResponseId
from rollout_trace.record.answer import Answer, answer_of, token_usage_of
from rollout_trace.record.context import NO_CONTEXT, ThreadContext
from rollout_trace.record.encoding import Json, UnrecordableError, plain
from rollout_trace.record.handle import Handle, description_of, outcome_of, recorded, resolved, starts, text_of
from rollout_trace.record.recording import DISABLED, Recording
from rollout_trace.values import ExecutionStatus, PayloadKindName, PayloadRef

CALL_ID_HEADER: Final = "x-codex-inference-call-id"
NO_INPUT: Final = "a request has no `input`: is it of the Chat Completions API? Translate it first"
_RESPONSE: Final = PayloadKindName.INFERENCE_RESPONSE


class InferenceAttempt(Handle):
    """One request to a model: `request` when it is sent, then exactly one of `completed`, `failed` and `cancelled`.

    Left without an end, it is cancelled: the host stopped reading.
    """

    def __init__(
        self,
        recording: Recording,
        owner: Handle | None,
        context: ThreadContext,
        turn_id: CodexTurnId | None,
        model: str | None = None,
        provider: str | None = None,
    ) -> None:
        super().__init__(recording, owner)
        self._context = context
        self._turn_id = turn_id
        self._model = context.model if model is None else model
        self._provider = context.provider if provider is None else provider
        self._sent: list[Json] | None = None
        self._streamed: list[object] = []
        self.inference_call_id = recording.new_id()
        """The id of this attempt, a new UUID; empty if the handle is disabled."""

    @property
    def headers(self) -> dict[str, str]:
        """What goes with the request, so that both ends speak of the same attempt; nothing if disabled."""
        return {CALL_ID_HEADER: self.inference_call_id} if self.inference_call_id else {}

    @starts("InferenceAttempt.request")
    def request(self, payload: object) -> None:
        """The request is sent: the body of a Responses-API request, or a callable that makes it.

        A request that continues an answer (`previous_response_id`) is recorded whole, as the model has it in view.
        """
        if self._sent is not None:
            self.recording.refuse("InferenceAttempt.request", "a retry is an attempt of its own")
            return
        self._sent = []
        body = body_of(resolved(payload))
        if "input" not in body:
            self.recording.lose_item("request", f"InferenceAttempt.request: {NO_INPUT}")
        continued = body.pop("previous_response_id", None)
        placed = self._context.history.request(body.get("input", []), continued)
        self._sent = placed.items
        beside = placed.beside_items() | ({} if continued is None else {"continues_response_id": continued})
        written = {**body, "input": placed.items, **beside}
        ref = self.recording.payload(PayloadKindName.INFERENCE_REQUEST, written)
        if ref is None or self._turn_id is None:
            self.recording.lose_event(events.InferenceStarted)
            self.recording = self.recording.lost
            return
        self._context.accept(self.recording, placed.accepted, self._turn_id)
        started = events.InferenceStarted(
            inference_call_id=InferenceCallId(self.inference_call_id),
            thread_id=self._context.thread_id,
            codex_turn_id=self._turn_id,
            model=self._model,
            provider_name=self._provider,
            request_payload=ref,
        )
        self._start(started, self._context.thread_id, self._turn_id)

    @recorded
    def item(self, item: object) -> None:
        """An item of the answer is finished, while others are still to come.

        What was told so is kept if the attempt fails or is cancelled, and need not be told again when it completes.
        Tell an item before its tool starts, if the tool starts before the answer is complete.
        """
        self._streamed.append(self._context.history.stream(resolved(item)))

    @recorded
    def completed(
        self,
        response: object = None,
        *,
        usage: object = None,
        response_id: str | None = None,
        upstream_request_id: str | None = None,
    ) -> None:
        """The answer is complete: an object of the Responses API, a list of items, one item, or a text.

        Nothing more need be said of items that were told by `item`.
        `usage` is what the request cost, in tokens, in the provider's form or that of spec 1.
        """
        if self._sent is None:
            self.recording.refuse("InferenceAttempt.completed", "no request was sent")
            return
        if not self._end_once():
            return
        said = answer_of(resolved(response))
        if said.problem and not self._streamed:
            self.recording.lose_item("response", f"InferenceAttempt.completed: {said.problem}")
        answer = Answer(
            self._streamed if said.items is None else said.items,
            response_id or said.response_id,
            upstream_request_id or said.upstream_request_id,
            token_usage_of(usage) or said.token_usage,
        )
        ref, items = self._write(answer)
        if ref is None:
            self.recording.lose_event(events.InferenceCompleted)
            return
        completed = events.InferenceCompleted(
            inference_call_id=InferenceCallId(self.inference_call_id),
            response_id=None if answer.response_id is None else ResponseId(answer.response_id),
            upstream_request_id=answer.upstream_request_id,
            response_payload=ref,
        )
        if self.recording.append(completed, self._context.thread_id, self._turn_id):
            self._context.accept(self.recording, self._context.history.accept(*items), self._turn_id)

    @recorded
    def failed(self, error: object, *, upstream_request_id: str | None = None) -> None:
        """The request failed: an exception, or a text that says why."""
        if self._may_end():
            failed = events.InferenceFailed(
                inference_call_id=InferenceCallId(self.inference_call_id),
                upstream_request_id=upstream_request_id,
                error=text_of(error),
                partial_response_payload=self._partial_response(upstream_request_id),
            )
            self.recording.append(failed, self._context.thread_id, self._turn_id)

    @recorded
    def cancelled(self, reason: str = "the host stopped reading", *, upstream_request_id: str | None = None) -> None:
        """The host stopped reading the answer."""
        if self._may_end():
            cancelled = events.InferenceCancelled(
                inference_call_id=InferenceCallId(self.inference_call_id),
                upstream_request_id=upstream_request_id,
                reason=str(reason),
                partial_response_payload=self._partial_response(upstream_request_id),
            )
            self.recording.append(cancelled, self._context.thread_id, self._turn_id)

    @recorded
    def _leave(self, exception: BaseException | None) -> None:
        if exception is not None and outcome_of(exception) is ExecutionStatus.FAILED:
            self.failed(exception)
        elif exception is not None:
            self.cancelled(description_of(exception))
        else:
            self.cancelled()

    @recorded
    def end_with_owner(self, status: ExecutionStatus) -> None:
        """There was no answer in time."""
        if status is ExecutionStatus.FAILED:
            self.failed("its turn failed")
        else:
            self.cancelled("its turn ended")

    def _may_end(self) -> bool:
        """Whether there is something to end: an attempt that was never sent leaves no trace."""
        return self._sent is not None and self._end_once()

    def _partial_response(self, upstream_request_id: str | None) -> PayloadRef | None:
        if not self._streamed:
            return None
        return self._write(Answer(list(self._streamed), None, upstream_request_id, None))[0]

    def _write(self, answer: Answer) -> tuple[PayloadRef | None, list[Json]]:
        placed = self._context.history.answer(answer.items or [], self._sent or [], self._streamed, answer.response_id)
        body: Json = {
            "response_id": answer.response_id,
            "upstream_request_id": answer.upstream_request_id,
            "token_usage": answer.token_usage,
            "output_items": placed.items,
            **placed.beside_items(),
        }
        return self.recording.payload(_RESPONSE, body), placed.items


def body_of(value: object) -> Json:
    """A copy of a body, as a dictionary; its items are looked at one by one later."""
    body = dict(value) if isinstance(value, dict) else plain(value)
    if not isinstance(body, dict):
        raise UnrecordableError("a request is an object")
    return body


DISABLED_ATTEMPT: Final = InferenceAttempt(DISABLED, None, NO_CONTEXT, None)
