"""What a model saw at a request, and what that shares with another request (question 4, and where a cache is lost).

A provider's prompt cache reuses the beginning that two requests have in common. What stands before the items
(instructions, tools, the model itself) is a part of that beginning.
"""

from typing import TypeVar

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.ids import CompactionId, InferenceCallId, ItemId, RawPayloadId
from rollout_trace.model.inference import InferenceCall, TokenUsage
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.query.payload_json import payload_bytes
from rollout_trace.query.requests import sent_requests
from rollout_trace.query.sameness import Content, content_of
from rollout_trace.query.sent_items import SentItem, as_in_graph, sent_items
from rollout_trace.reduce.replay import Reduction

Shape = TypeVar("Shape")
BEFORE_ITEMS = ("model", "instructions", "tools")
"""The settings of a request that a cache has before its items."""
NOT_COMPARED = frozenset({"input", "previous_response_id", "type", "client_metadata"})
"""The fields of a request that are no settings."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """A request's items against another's. Ids of items are in the order of the request that has them."""

    inference_call_id: InferenceCallId
    against: InferenceCallId | None
    """The request that it is compared with: the one before it in its thread, if none was named."""
    item_ids: tuple[ItemId, ...]
    """Exactly what the model saw, in order."""
    new: tuple[ItemId, ...]
    """Items with a content that the other request did not have."""
    vanished: tuple[ItemId, ...]
    """Items of the other request whose content this one does not have."""
    shared_prefix: int
    """How many items at the beginning say the same in both."""
    broken_by: ItemId | None
    """The first item that differs from the other request's; None if this one begins with all of the other's."""
    broken_at: ItemId | None
    """The item that the other request had in its place."""
    changed_settings: tuple[str, ...]
    """The fields beside the items that differ, such as `tools`; those of the model, the instructions and the tools
    break a cache from the start."""
    compactions: tuple[CompactionId, ...]
    """The compactions that were installed between the two."""
    usage: TokenUsage | None
    usage_against: TokenUsage | None
    instructions: str | None
    """The text that stands before the items, if the request has one of its own (schema 1)."""
    tools: int | None
    """How many tools were offered beside the items; None if the request does not say."""
    raw_request_payload_id: RawPayloadId

    @property
    def keeps_cache(self) -> bool:
        """Whether all of the other request is the beginning of this one."""
        return self.broken_at is None and not set(self.changed_settings) & set(BEFORE_ITEMS)


def context_of(
    bundle: Bundle, reduction: Reduction, call_id: InferenceCallId, against: InferenceCallId | None = None
) -> Context:
    """What the model saw at a request, and what is new against the request before it, or against another.

    Raises:
        KeyError: the graph lacks one of the requests.
    """
    trace = reduction.trace
    call = trace.inference_calls[call_id]
    other = sent_requests(trace)[call_id].before if against is None else trace.inference_calls[against]
    return context_against(bundle, trace, call, other)


def context_against(bundle: Bundle, trace: RolloutTrace, call: InferenceCall, other: InferenceCall | None) -> Context:
    """What the model saw at a request, and what is new against another; everything is, against none."""
    settings = settings_of(bundle, trace, call)
    before = {} if other is None else settings_of(bundle, trace, other)
    items, others = compared_items(bundle, trace, call, other)
    prefix = shared_prefix(trace, others, items)
    ids, known = call.request_item_ids, () if other is None else other.request_item_ids
    is_broken = prefix < len(known)
    return Context(
        inference_call_id=call.inference_call_id,
        against=None if other is None else other.inference_call_id,
        item_ids=ids,
        new=lacking(trace, items, others),
        vanished=lacking(trace, others, items),
        shared_prefix=prefix,
        broken_by=ids[prefix] if is_broken and prefix < len(ids) else None,
        broken_at=known[prefix] if is_broken else None,
        changed_settings=() if other is None else _differing(before, settings),
        compactions=() if other is None else _compactions_between(trace, other, call),
        usage=call.usage,
        usage_against=None if other is None else other.usage,
        instructions=_as(settings.get("instructions"), str),
        tools=None if (tools := _as(settings.get("tools"), list[msgspec.Raw])) is None else len(tools),
        raw_request_payload_id=call.raw_request_payload_id,
    )


def compared_items(
    bundle: Bundle, trace: RolloutTrace, call: InferenceCall, other: InferenceCall | None
) -> tuple[tuple[SentItem, ...], tuple[SentItem, ...]]:
    """The items of a request and of another, exactly as they were sent; none of the other's, if there is none."""
    if other is None:
        return as_in_graph(call.request_item_ids), ()
    items, others = sent_items(bundle, trace, call, other)
    return items, others


def shared_prefix(trace: RolloutTrace, left: tuple[SentItem, ...], right: tuple[SentItem, ...]) -> int:
    """How many items at the beginning of two lists say the same."""
    if right[: len(left)] == left:  # a history that only grew, as nearly all do
        return len(left)
    for index, (mine, theirs) in enumerate(zip(left, right, strict=False)):
        if mine != theirs and content_sent(trace, mine) != content_sent(trace, theirs):
            return index
    return min(len(left), len(right))


def lacking(trace: RolloutTrace, items: tuple[SentItem, ...], others: tuple[SentItem, ...]) -> tuple[ItemId, ...]:
    """Those of the items that are not among the others, and say what none of the others says."""
    known = set(others)
    missing = [item for item in items if item not in known]
    said = {content_sent(trace, item) for item in others} if missing else set()
    return tuple(item.item_id for item in missing if content_sent(trace, item) not in said)


def content_sent(trace: RolloutTrace, item: SentItem) -> tuple[Content, str | None]:
    """What an item said when it was sent, as a value that can be compared."""
    return content_of(trace.conversation_items[item.item_id]), item.cut_text


def settings_of(bundle: Bundle, trace: RolloutTrace, call: InferenceCall) -> dict[str, msgspec.Raw]:
    """The fields of a request beside its items, unparsed; empty where the payload cannot be had."""
    data = payload_bytes(bundle, trace, call.raw_request_payload_id)
    try:
        return {} if data is None else msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


def _differing(before: dict[str, msgspec.Raw], after: dict[str, msgspec.Raw]) -> tuple[str, ...]:
    if not before or not after:
        return ()
    names = [name for name in dict.fromkeys([*before, *after]) if name not in NOT_COMPARED]
    return tuple(name for name in names if bytes(before.get(name, b"")) != bytes(after.get(name, b"")))


def _compactions_between(trace: RolloutTrace, first: InferenceCall, second: InferenceCall) -> tuple[CompactionId, ...]:
    low, high = sorted((first, second), key=lambda call: call.execution.started_seq)
    window = (low.execution.started_at_unix_ms, high.execution.started_at_unix_ms)
    return tuple(
        compaction.compaction_id
        for compaction in trace.compactions.values()
        if compaction.thread_id == second.thread_id
        and window[0] <= compaction.installed_at_unix_ms <= window[1]
        and set(compaction.replacement_item_ids) & set(high.request_item_ids)
    )


def _as(text: msgspec.Raw | None, shape: type[Shape]) -> Shape | None:
    try:
        return None if text is None else msgspec.json.decode(text, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
