"""What failed, was cancelled or never ended, why, and what was going on around it (question 11)."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.events import types as events
from rollout_trace.ids import (
    CodeCellId,
    CodexTurnId,
    RawPayloadId,
    TerminalOperationId,
    ThreadId,
    ToolCallId,
    code_cell_id,
)
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.tools import CodeCellRequester, ModelRequester
from rollout_trace.query.applied_events import AppliedEvent, applied_events
from rollout_trace.query.complaints import ERRORS, TURN_ENDS, complaint
from rollout_trace.query.gist import printed
from rollout_trace.query.item_text import without_header
from rollout_trace.query.naming import ObjectRef, object_of
from rollout_trace.query.outcome import Outcome, end_of
from rollout_trace.query.payload_json import payload_json, referred_json, text_of, value_at
from rollout_trace.query.timeline import TimelineEntry, timeline_from
from rollout_trace.query.tool_outputs import result_text, returned_by
from rollout_trace.reduce.evidence import EventPosition, ObjectKind
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import ExecutionStatus, Seq, UnixMilliseconds

_MOST_AROUND = 8
_MOST_OWN = 3
"""A tool, the cell that asked for it, and the call that runs the cell."""
_WORK = {ObjectKind.INFERENCE_CALL, ObjectKind.TOOL_CALL, ObjectKind.CODE_CELL, ObjectKind.COMPACTION_REQUEST}
"""What can be going on; that a turn and an agent are, goes without saying."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went wrong, or was left open."""

    subject: ObjectRef
    what: str
    thread_id: ThreadId | None
    codex_turn_id: CodexTurnId | None
    position: EventPosition
    """The event at which it began."""
    ended_seq: Seq | None
    """The event that ended it; None for what never ended."""
    at_unix_ms: UnixMilliseconds
    outcome: Outcome
    error: str | None
    """What the trace says of why."""
    payloads: tuple[RawPayloadId, ...]
    also: tuple[ObjectRef, ...]
    """What is the same failure once more: the cell of a call, the turn that ended with the error of its request."""
    meanwhile: tuple[ObjectRef, ...]
    """Other work that was under way when it ended (or began, if it never ended): at most eight, the latest first.

    What asked for it is no other work.
    """
    next: ObjectRef | None
    """What its agent began next, after it ended; of what never ended, after it began."""


def failures_of(bundle: Bundle, reduction: Reduction) -> tuple[Failure, ...]:
    """What failed, was cancelled or never ended, in the order in which it began.

    A command with another exit code than 0 has failed, however its call ended. An error that only the host's protocol
    tells, as of a turn that fails within a hidden request, is one too.

    Raises:
        BundleError: the log cannot be read any more.
    """
    applied = tuple(applied_events(bundle, reduction))
    return failures_from(bundle, reduction.trace, applied, timeline_from(bundle, reduction.trace, applied, ()))


def failures_from(
    bundle: Bundle, trace: RolloutTrace, applied: Sequence[AppliedEvent], entries: Sequence[TimelineEntry]
) -> tuple[Failure, ...]:
    """What went wrong, by the events that made the graph and the timeline that they tell."""
    told = dict([*_cell_errors(bundle, applied), *_turn_errors(bundle, applied)])
    wrong = [
        msgspec.structs.replace(
            entry, error=entry.error or told.get(entry.subject) or _tool_error(bundle, trace, entry)
        )
        for entry in entries
        if entry.outcome is not None and entry.outcome.is_fault
    ]
    wrong += _only_told(bundle, trace, applied, wrong)
    calls = _calls_of_cells(trace)
    same = _same_failures(calls, wrong)
    wrong = [entry for entry in wrong if entry.subject not in same]
    also: dict[ObjectRef, list[ObjectRef]] = {}
    for part, whole in same.items():
        also.setdefault(whole, []).append(part)
    wrong.sort(key=lambda entry: entry.position.seq)
    windows = [_window(trace, entry.subject) for entry in wrong]
    ends = [None if window is None else window.ended_seq for window in windows]
    meanwhile = _under_way(
        trace, entries, [ended or entry.position.seq for entry, ended in zip(wrong, ends, strict=True)]
    )
    next_after = _following(entries)
    return tuple(
        Failure(
            subject=entry.subject,
            what=entry.what,
            thread_id=entry.thread_id,
            codex_turn_id=entry.codex_turn_id,
            position=entry.position,
            ended_seq=ended,
            at_unix_ms=entry.at_unix_ms,
            outcome=entry.outcome or Outcome(ExecutionStatus.FAILED),
            error=entry.error,
            payloads=entry.payloads,
            also=tuple(also.get(entry.subject, ())),
            meanwhile=tuple(ref for ref in around if ref not in _own(trace, calls, entry.subject))[:_MOST_AROUND],
            next=next_after(entry.thread_id, ended or entry.position.seq),
        )
        for entry, ended, around in zip(wrong, ends, meanwhile, strict=True)
    )


def _calls_of_cells(trace: RolloutTrace) -> dict[CodeCellId, ObjectRef]:
    """The calls of the model that run cells, where a log tells of them, by what they run."""
    return {
        code_cell_id(tool.model_visible_call_id): ObjectRef(ObjectKind.TOOL_CALL, tool.tool_call_id)
        for tool in trace.tool_calls.values()
        if tool.model_visible_call_id is not None and isinstance(tool.requester, ModelRequester)
    }


def _same_failures(calls: Mapping[CodeCellId, ObjectRef], wrong: Iterable[TimelineEntry]) -> dict[ObjectRef, ObjectRef]:
    """What is the failure of something else once more, with that."""
    entries = {entry.subject: entry for entry in wrong}
    requests = {
        (entry.codex_turn_id, entry.error): ref
        for ref, entry in entries.items()
        if ref.kind is ObjectKind.INFERENCE_CALL and entry.error
    }
    same = {}
    for ref, entry in entries.items():
        whole = None
        if ref.kind is ObjectKind.CODE_CELL:
            whole = calls.get(CodeCellId(ref.object_id))
        elif ref.kind is ObjectKind.CODEX_TURN:
            whole = requests.get((entry.codex_turn_id, entry.error or ""))
        if whole in entries:
            same[ref] = whole
    return same


def _own(trace: RolloutTrace, calls: Mapping[CodeCellId, ObjectRef], ref: ObjectRef) -> set[ObjectRef]:
    """A piece of work, and what asked for it: the cell of a tool, and the call that runs the cell."""
    tool = trace.tool_calls.get(ToolCallId(ref.object_id)) if ref.kind is ObjectKind.TOOL_CALL else None
    cell_id = CodeCellId(ref.object_id) if ref.kind is ObjectKind.CODE_CELL else None
    if tool is not None and isinstance(tool.requester, CodeCellRequester):
        cell_id = tool.requester.code_cell_id
    elif tool is not None:
        cell_id = code_cell_id(tool.model_visible_call_id)
    if cell_id is None or cell_id not in trace.code_cells:
        return {ref}
    return {ref, ObjectRef(ObjectKind.CODE_CELL, cell_id), calls.get(cell_id, ref)}


def _tool_error(bundle: Bundle, trace: RolloutTrace, entry: TimelineEntry) -> str | None:
    """What a tool, or the command that it left running, gave back when it failed; without what stands before it."""
    if entry.subject.kind is ObjectKind.TERMINAL_OPERATION:
        result = trace.terminal_operations[TerminalOperationId(entry.subject.object_id)].result
        return None if result is None else printed(result)
    if entry.subject.kind is not ObjectKind.TOOL_CALL:
        return None
    tool = trace.tool_calls[ToolCallId(entry.subject.object_id)]
    if tool.raw_result_payload_id is not None and tool.execution.status is ExecutionStatus.FAILED:
        text = result_text(payload_json(bundle, trace, tool.raw_result_payload_id))
        if text:
            return without_header(text)
    text = returned_by(bundle, trace, tool).text
    return None if text is None else without_header(text)


def _cell_errors(bundle: Bundle, applied: Iterable[AppliedEvent]) -> Iterator[tuple[ObjectRef, str]]:
    """Why code cells failed, as their last response says it."""
    for event in applied:
        seen = event.event.payload
        if isinstance(seen, events.CodeCellEnded | events.CodeCellInitialResponse):
            error = value_at(referred_json(bundle, seen.response_payload), "response", "Result", "error_text")
            if error is not None:
                yield from ((ref, text_of(error)) for ref in event.touched if ref.kind is ObjectKind.CODE_CELL)


def _turn_errors(bundle: Bundle, applied: Iterable[AppliedEvent]) -> Iterator[tuple[ObjectRef, str]]:
    """Why turns went wrong, as the host tells it when they end."""
    for event in applied:
        seen = event.event.payload
        if isinstance(seen, events.ProtocolEventObserved) and seen.event_type in TURN_ENDS:
            ended = referred_json(bundle, seen.event_payload)
            turn_id, error = value_at(ended, "turn_id"), complaint(ended)
            if isinstance(turn_id, str) and error is not None:
                yield ObjectRef(ObjectKind.CODEX_TURN, turn_id), error


def _only_told(
    bundle: Bundle, trace: RolloutTrace, applied: Iterable[AppliedEvent], wrong: Sequence[TimelineEntry]
) -> list[TimelineEntry]:
    """Errors that the host's protocol tells, and nothing that went wrong in a turn that is open then."""
    known: dict[str | None, list[TimelineEntry]] = {}
    for entry in wrong:
        known.setdefault(entry.error, []).append(entry)
    return [
        told
        for told in _told(bundle, applied)
        if told.error is None
        or not any(_turn_is_open(trace, entry, told.position.seq) for entry in known.get(told.error, ()))
    ]


def _turn_is_open(trace: RolloutTrace, entry: TimelineEntry, seq: Seq) -> bool:
    """Whether something began before an event, in a turn that was not over then."""
    turn = None if entry.codex_turn_id is None else trace.codex_turns.get(entry.codex_turn_id)
    ended = None if turn is None else turn.execution.ended_seq
    return entry.position.seq < seq and (ended is None or ended > seq)


def _told(bundle: Bundle, applied: Iterable[AppliedEvent]) -> Iterator[TimelineEntry]:
    """The errors that the host's protocol tells."""
    for event in applied:
        seen = event.event.payload
        if isinstance(seen, events.ProtocolEventObserved) and seen.event_type in ERRORS:
            error = complaint(referred_json(bundle, seen.event_payload))
            yield TimelineEntry(
                position=event.position,
                at_unix_ms=event.event.wall_time_unix_ms,
                thread_id=event.event.thread_id,
                codex_turn_id=event.event.codex_turn_id,
                subject=ObjectRef(ObjectKind.RAW_PAYLOAD, seen.event_payload.raw_payload_id),
                what=f"{seen.event_type.replace('_', ' ')}, as the host tells it",
                outcome=Outcome(ExecutionStatus.FAILED),
                error=error,
                payloads=(seen.event_payload.raw_payload_id,),
            )


def _window(trace: RolloutTrace, ref: ObjectRef) -> ExecutionWindow | None:
    """When something began and ended; None of what is no work, or that the graph only heard of."""
    try:
        window = getattr(object_of(trace, ref), "execution", None)
    except KeyError:
        return None
    return window if isinstance(window, ExecutionWindow) else None


def _end_that_counts(trace: RolloutTrace, entry: TimelineEntry) -> Seq | None:
    """The event with which a piece of work, or else what it was a part of, was over."""
    window = _window(trace, entry.subject)
    end = None if window is None else end_of(trace, window, entry.thread_id, entry.codex_turn_id)
    return None if end is None else end.seq


def _under_way(trace: RolloutTrace, entries: Sequence[TimelineEntry], seqs: Sequence[Seq]) -> list[list[ObjectRef]]:
    """For each of these moments: the work that was under way, the latest first.

    There is as much more than is shown as may be left out.
    """
    work = [entry for entry in entries if entry.subject.kind in _WORK]
    begins = sorted((entry.position.seq, entry.subject) for entry in work)
    ended = ((_end_that_counts(trace, entry), entry.subject) for entry in work)
    ends = sorted((seq, ref) for seq, ref in ended if seq is not None)
    found: list[list[ObjectRef]] = [[] for _ in seqs]
    open_work: dict[ObjectRef, None] = {}
    begun = closed = 0
    for index in sorted(range(len(seqs)), key=seqs.__getitem__):
        while begun < len(begins) and begins[begun][0] < seqs[index]:
            open_work[begins[begun][1]] = None
            begun += 1
        while closed < len(ends) and ends[closed][0] < seqs[index]:
            open_work.pop(ends[closed][1], None)
            closed += 1
        found[index] = list(islice(reversed(open_work), _MOST_AROUND + _MOST_OWN))
    return found


def _following(entries: Iterable[TimelineEntry]) -> Callable[[ThreadId | None, Seq], ObjectRef | None]:
    """What an agent began next after an event."""
    begun: dict[ThreadId | None, list[TimelineEntry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.position.seq):
        if entry.subject.kind in _WORK or entry.subject.kind is ObjectKind.CODEX_TURN:
            begun.setdefault(entry.thread_id, []).append(entry)

    def next_after(thread_id: ThreadId | None, seq: Seq) -> ObjectRef | None:
        of_agent = begun.get(thread_id, [])
        index = bisect_right(of_agent, seq, key=lambda entry: entry.position.seq)
        return of_agent[index].subject if index < len(of_agent) else None

    return next_after
