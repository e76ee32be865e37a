"""The requests of each agent in order, and what each of them showed its model for the first time."""

from collections.abc import Mapping

import msgspec

from rollout_trace.ids import InferenceCallId, ItemId, ThreadId
from rollout_trace.model.inference import InferenceCall
from rollout_trace.model.rollout import RolloutTrace


class SentRequest(msgspec.Struct, frozen=True):
    """A request beside the one before it in its thread."""

    call: InferenceCall
    before: InferenceCall | None
    """The last one of which it is known what it showed."""
    shown_first: tuple[ItemId, ...]
    """Items that no earlier request of the rollout had."""


def sent_requests(trace: RolloutTrace) -> Mapping[InferenceCallId, SentRequest]:
    """Every request, in the order in which they were sent."""
    latest: dict[ThreadId, InferenceCall] = {}
    seen: set[ItemId] = set()
    sent: dict[InferenceCallId, SentRequest] = {}
    for call in sorted(trace.inference_calls.values(), key=lambda call: call.execution.started_seq):
        before = latest.get(call.thread_id)
        ids = call.request_item_ids
        # A history that grows is compared as a whole, so that it is not looked through once for each request.
        known = (
            0
            if before is None or ids[: len(before.request_item_ids)] != before.request_item_ids
            else len(before.request_item_ids)
        )
        first = tuple(item_id for item_id in ids[known:] if item_id not in seen)
        seen.update(first)
        sent[call.inference_call_id] = SentRequest(call, before, first)
        if ids:  # of a request whose payload is lost nothing is known, and nothing can be compared with it
            latest[call.thread_id] = call
    return sent


def first_shown(sent: Mapping[InferenceCallId, SentRequest]) -> dict[ItemId, InferenceCallId]:
    """For each item that was ever sent: the first request that had it."""
    return {item_id: call_id for call_id, request in sent.items() for item_id in request.shown_first}
