"""The replacement of a thread's history by a shorter one (spec 4, "compaction context").

Owns a compaction, one attempt for each request that is sent for it, and the two histories of its end.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rollout_trace.events import types as events
from rollout_trace.ids import CodexTurnId, CompactionId, CompactionRequestId
from rollout_trace.record.answer import answer_of
from rollout_trace.record.context import NO_CONTEXT, ThreadContext
from rollout_trace.record.encoding import Json, UnrecordableError
from rollout_trace.record.handle import Handle, passing, recorded, resolved, starts, text_of
from rollout_trace.record.inference import NO_INPUT, body_of
from rollout_trace.record.items import items_of
from rollout_trace.record.recording import DISABLED, Recording
from rollout_trace.values import ExecutionStatus, PayloadKindName


class CompactionRequest(Handle):
    """One request for a shorter history: then exactly one of `completed` and `failed`. Left without, it has failed."""

    def __init__(
        self,
        recording: Recording,
        owner: Handle | None,
        context: ThreadContext,
        turn_id: CodexTurnId | None,
        compaction_id: str,
    ) -> None:
        super().__init__(recording, owner)
        self._context = context
        self._turn_id = turn_id
        self._compaction_id = CompactionId(compaction_id)
        self._request_id = CompactionRequestId(recording.new_id("compaction_request:"))

    @starts("Compaction.request")
    def begin(self, payload: object, model: str | None, provider: str | None) -> None:
        """The request is sent."""
        body = body_of(resolved(payload))
        if "input" not in body:
            self.recording.lose_item("request", f"Compaction.request: {NO_INPUT}")
        else:
            placed = self._context.history.look_at(body["input"])
            body = {**body, "input": placed.items, **placed.beside_items()}
        ref = self.recording.payload(PayloadKindName.COMPACTION_REQUEST, body)
        if ref is None or self._turn_id is None:
            self.recording.lose_event(events.CompactionRequestStarted)
            self.recording = self.recording.lost
            return
        started = events.CompactionRequestStarted(
            compaction_id=self._compaction_id,
            compaction_request_id=self._request_id,
            thread_id=self._context.thread_id,
            codex_turn_id=self._turn_id,
            model=self._context.model if model is None else model,
            provider_name=self._context.provider if provider is None else provider,
            request_payload=ref,
        )
        self._start(started, self._context.thread_id, self._turn_id)

    @recorded
    def completed(self, response: object) -> None:
        """The answer: an object of the Responses API, or a list of items."""
        if not self._end_once():
            return
        said = answer_of(resolved(response))
        if said.problem:
            self.recording.lose_item("response", f"CompactionRequest.completed: {said.problem}")
        placed = self._context.history.look_at(said.items or [])
        body = {"output_items": placed.items, **placed.beside_items()}
        ref = self.recording.payload(PayloadKindName.COMPACTION_RESPONSE, body)
        if ref is None:
            self.recording.lose_event(events.CompactionRequestCompleted)
            return
        completed = events.CompactionRequestCompleted(
            compaction_id=self._compaction_id, compaction_request_id=self._request_id, response_payload=ref
        )
        self.recording.append(completed, self._context.thread_id, self._turn_id)

    @recorded
    def failed(self, error: object) -> None:
        """The request failed: an exception, or a text that says why."""
        if self._end_once():
            failed = events.CompactionRequestFailed(
                compaction_id=self._compaction_id,
                compaction_request_id=self._request_id,
                error=text_of(error),
            )
            self.recording.append(failed, self._context.thread_id, self._turn_id)

    @recorded
    def _leave(self, exception: BaseException | None) -> None:
        self.failed("the host stopped reading" if exception is None else exception)

    @recorded
    def end_with_owner(self, status: ExecutionStatus) -> None:
        """There was no answer in time."""
        self.failed(f"its turn ended: {status}")


class Compaction(Handle):
    """A compaction: requests for a shorter history, as many as it takes, and then `installed`."""

    def __init__(
        self, recording: Recording, owner: Handle | None, context: ThreadContext, turn_id: CodexTurnId | None
    ) -> None:
        super().__init__(recording, owner)
        self._context = context
        self._turn_id = turn_id
        self._compaction_id = recording.new_id()

    def request(self, payload: object, *, model: str | None = None, provider: str | None = None) -> CompactionRequest:
        """A request for a shorter history is sent: its body, or a callable that makes it."""
        if not self.recording.enabled:
            return DISABLED_COMPACTION_REQUEST
        attempt = CompactionRequest(self.recording, self._owner, self._context, self._turn_id, self._compaction_id)
        attempt.begin(payload, model, provider)
        return attempt

    def installed(self, input_history: object, replacement_history: object) -> list[Json]:
        """The second list of items takes the place of the first. Returns it with the ids that its items keep."""
        return self._install(_listed(self._given("Compaction.installed", replacement_history)), input_history)

    @passing("Compaction.installed")
    def _install(self, replacement_history: list[Json], input_history: object) -> list[Json]:
        if self._turn_id is None:
            raise UnrecordableError("a compaction belongs to a turn")
        if not self._end_once():
            return replacement_history
        before = self._context.history.look_at(_listed(resolved(input_history)))
        after = self._context.history.inherit(replacement_history)
        histories = {"input_history": before.items, "replacement_history": after.items}
        set_aside = [*before.set_aside, *after.set_aside]
        checkpoint = {**histories, **({"items_set_aside": set_aside} if set_aside else {})}
        ref = self.recording.payload(PayloadKindName.COMPACTION_CHECKPOINT, checkpoint)
        if ref is None:
            self.recording.lose_event(events.CompactionInstalled)
            return replacement_history
        installed = events.CompactionInstalled(compaction_id=CompactionId(self._compaction_id), checkpoint_payload=ref)
        self.recording.append(installed, self._context.thread_id, self._turn_id)
        return after.in_place_of(replacement_history)

    @recorded
    def _leave(self, exception: BaseException | None) -> None:
        """Nothing: what was not installed has changed nothing."""

    @recorded
    def end_with_owner(self, status: ExecutionStatus) -> None:
        """Nothing: what was not installed has changed nothing."""


def _listed(items: object) -> list[Any]:
    """All that the host gives as a history, whatever can be recorded of it."""
    if isinstance(items, Iterable) and not isinstance(items, str | bytes | Mapping):
        return list(items)
    return items_of(items if isinstance(items, str) else [items])


DISABLED_COMPACTION_REQUEST: Final = CompactionRequest(DISABLED, None, NO_CONTEXT, None, "")
DISABLED_COMPACTION: Final = Compaction(DISABLED, None, NO_CONTEXT, None)
