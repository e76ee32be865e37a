"""Where a history was replaced: what was dropped, what was kept, and what the model asked for again (question 9).

A remote compaction leaves an event. A local one leaves none: the next request of the thread just has another, shorter
history. It is recognised by that, and told apart from a history that was only cut at its end, as a revert does.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

import msgspec

from rollout_trace import json_text
from rollout_trace.bundle.folder import Bundle
from rollout_trace.ids import CompactionId, InferenceCallId, ItemId, ThreadId, ToolCallId
from rollout_trace.model.conversation import Role
from rollout_trace.model.inference import InferenceCall
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.tools import ToolCall
from rollout_trace.query.context import lacking, shared_prefix
from rollout_trace.query.payload_json import payload_json, value_at
from rollout_trace.query.requests import SentRequest, sent_requests
from rollout_trace.query.sent_items import SentItem, as_in_graph
from rollout_trace.query.summary import tool_name
from rollout_trace.reduce.evidence import EventPosition, ObjectKind
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import Seq, UnixMilliseconds


class ReplacementKind(StrEnum):
    """How a history came to be another."""

    INSTALLED = "installed"
    """A compaction that the log tells of."""
    UNRECORDED = "unrecorded"
    """No event tells of it: a local compaction, or an edit of the history."""
    CUT = "cut"
    """Only the end of the history is gone, as after a revert; no event tells of it."""


class AskedAgain(msgspec.Struct, frozen=True):
    """A tool call after a replacement that repeats one whose output was dropped."""

    earlier: ToolCallId
    later: ToolCallId


class Replacement(msgspec.Struct, frozen=True, kw_only=True):
    """A history that was replaced: its items before and after, compared by what they say."""

    kind: ReplacementKind
    compaction_id: CompactionId | None
    thread_id: ThreadId
    position: EventPosition
    """The event that installed it; of an unrecorded one, the first request that shows it."""
    at_unix_ms: UnixMilliseconds
    first_request: InferenceCallId | None
    """The first request with the new history; None if none was sent."""
    before: int
    """How many items the history had: of an unrecorded replacement, those of the last request and its answer."""
    after: int
    dropped: tuple[ItemId, ...]
    kept: tuple[ItemId, ...]
    """Items of the new history that say what one of the old did."""
    added: tuple[ItemId, ...]
    """Items of the new history that are new, such as the summary."""
    asked_again: tuple[AskedAgain, ...]


def replacements_of(bundle: Bundle, reduction: Reduction) -> tuple[Replacement, ...]:
    """Every replacement of a history, in order."""
    return with_repetitions(bundle, reduction.trace, replacements_by(reduction, sent_requests(reduction.trace)))


def replacements_by(reduction: Reduction, sent: Mapping[InferenceCallId, SentRequest]) -> tuple[Replacement, ...]:
    """Every replacement of a history by what was sent, in order; what was asked again is not looked for."""
    found = [*_installed(reduction, sent), *_unrecorded(reduction, sent)]
    found.sort(key=lambda replacement: replacement.position.seq)
    return tuple(found)


def with_repetitions(bundle: Bundle, trace: RolloutTrace, found: Sequence[Replacement]) -> tuple[Replacement, ...]:
    """Replacements, each with what was asked again; for that, what every tool was asked is read."""
    asked = _Asked(bundle, trace) if found else None
    return tuple(
        replacement if asked is None else msgspec.structs.replace(replacement, asked_again=asked.again(replacement))
        for replacement in found
    )


def _installed(reduction: Reduction, sent: Mapping[InferenceCallId, SentRequest]) -> Iterator[Replacement]:
    trace = reduction.trace
    calls: dict[ThreadId, list[InferenceCall]] = {}
    for request in sent.values():
        calls.setdefault(request.call.thread_id, []).append(request.call)
    for compaction in trace.compactions.values():
        position = reduction.evidence.events_of(ObjectKind.COMPACTION, compaction.compaction_id)[-1]
        old, new = as_in_graph(compaction.input_item_ids), as_in_graph(compaction.replacement_item_ids)
        added = lacking(trace, new, old)
        yield Replacement(
            kind=ReplacementKind.INSTALLED,
            compaction_id=compaction.compaction_id,
            thread_id=compaction.thread_id,
            position=position,
            at_unix_ms=compaction.installed_at_unix_ms,
            first_request=_first_after(calls.get(compaction.thread_id, ()), position.seq),
            before=len(old),
            after=len(new),
            dropped=lacking(trace, old, new),
            kept=_without(new, added),
            added=added,
            asked_again=(),
        )


def _first_after(calls: Sequence[InferenceCall], seq: Seq) -> InferenceCallId | None:
    """The first of an agent's requests, in the order in which they were sent, after an event."""
    index = bisect_right(calls, seq, key=lambda call: call.execution.started_seq)
    return calls[index].inference_call_id if index < len(calls) else None


def _unrecorded(reduction: Reduction, sent: Mapping[InferenceCallId, SentRequest]) -> Iterator[Replacement]:
    trace = reduction.trace
    installed = {item_id for found in trace.compactions.values() for item_id in found.replacement_item_ids}
    for request in sent.values():
        before, call = request.before, request.call
        if before is None or not call.request_item_ids:  # the first, or one whose payload is lost
            continue
        old_ids, new_ids = before.request_item_ids, call.request_item_ids
        if new_ids[: len(old_ids)] == old_ids or _is_installed(installed, old_ids, new_ids):
            continue
        if not any(_is_work(trace, item_id) for item_id in set(old_ids).difference(new_ids)):
            continue  # what the host puts before each request may change; that throws nothing away
        new_ids = new_ids[: _end_of_history(trace, request)]
        sent_before, new = as_in_graph(old_ids), as_in_graph(new_ids)
        if not lacking(trace, sent_before, new):
            continue  # all is still said, if only once or in another order
        old = as_in_graph(dict.fromkeys((*old_ids, *before.response_item_ids)))  # what was answered was thrown away too
        added = lacking(trace, new, old)
        yield Replacement(
            kind=ReplacementKind.CUT if _is_cut(trace, sent_before, new) else ReplacementKind.UNRECORDED,
            compaction_id=None,
            thread_id=call.thread_id,
            position=reduction.evidence.events_of(ObjectKind.INFERENCE_CALL, call.inference_call_id)[0],
            at_unix_ms=call.execution.started_at_unix_ms,
            first_request=call.inference_call_id,
            before=len(old),
            after=len(new),
            dropped=lacking(trace, old, new),
            kept=_without(new, added),
            added=added,
            asked_again=(),
        )


def _end_of_history(trace: RolloutTrace, request: SentRequest) -> int:
    """How many items a request has before what its turn began with: that was not a part of the history yet."""
    ids, first = request.call.request_item_ids, set(request.shown_first)
    if request.before is not None and request.before.codex_turn_id != request.call.codex_turn_id:
        for place in reversed(range(len(ids))):
            if trace.conversation_items[ids[place]].role is Role.USER:
                return place if ids[place] in first else len(ids)
    return len(ids)


def _is_installed(installed: set[ItemId], old: Sequence[ItemId], new: Sequence[ItemId]) -> bool:
    """Whether a compaction of the log explains that a history is another."""
    return any(item_id in installed for item_id in set(new) - set(old))


def _is_work(trace: RolloutTrace, item_id: ItemId) -> bool:
    return trace.conversation_items[item_id].role in {Role.ASSISTANT, Role.TOOL}


def _without(items: tuple[SentItem, ...], added: tuple[ItemId, ...]) -> tuple[ItemId, ...]:
    left_out = set(added)
    return tuple(item.item_id for item in items if item.item_id not in left_out)


def _is_cut(trace: RolloutTrace, old: tuple[SentItem, ...], new: tuple[SentItem, ...]) -> bool:
    """Whether a history lost just its end, from something that the user said on; a compaction keeps what users say."""
    prefix = shared_prefix(trace, old, new)
    first = trace.conversation_items[old[prefix].item_id]
    return first.role is Role.USER and len(lacking(trace, old[prefix:], new)) == len(old) - prefix


class _Asked:
    """The tool calls of a rollout by what they ask for."""

    def __init__(self, bundle: Bundle, trace: RolloutTrace) -> None:
        self._bundle = bundle
        self._trace = trace
        self._tools_by_item: dict[ItemId, ToolCall] = {}
        self._asking: dict[object, list[ToolCall]] = {}
        for tool in sorted(trace.tool_calls.values(), key=lambda tool: tool.execution.started_seq):
            self._asking.setdefault(self._question(tool), []).append(tool)
            for item_id in (*tool.model_visible_call_item_ids, *tool.model_visible_output_item_ids):
                self._tools_by_item[item_id] = tool

    def again(self, replacement: Replacement) -> tuple[AskedAgain, ...]:
        """The calls after a replacement that repeat one that it dropped, each dropped one with its first repetition."""
        dropped = (self._tools_by_item.get(item_id) for item_id in replacement.dropped)
        tools = {self._question(tool): tool for tool in dropped if tool is not None}
        found = []
        for question, tool in tools.items():
            for later in self._asking[question]:
                if later.execution.started_seq > replacement.position.seq and later.thread_id == replacement.thread_id:
                    found.append(AskedAgain(tool.tool_call_id, later.tool_call_id))
                    break
        return tuple(found)

    def _question(self, tool: ToolCall) -> tuple[ThreadId, str, str]:
        """What a call asks for: its tool, and its arguments in full. One that the trace does not have is its own."""
        invocation = payload_json(self._bundle, self._trace, tool.raw_invocation_payload_id)
        asked = value_at(invocation, "payload")
        arguments = tool.tool_call_id if asked is None else json_text.canonical(asked)
        return tool.thread_id, tool_name(tool.kind), arguments
