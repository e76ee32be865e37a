"""What happened, in order, across all agents (question 1).

One entry for each piece of work, where it began, with how it ended; and one for what happens in a moment: a message, a
yield, a warning, a command that ends after its call did.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.events import types as events
from rollout_trace.ids import CodexTurnId, RawPayloadId, ThreadId, code_cell_id
from rollout_trace.model.conversation import Role
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.query.applied_events import AppliedEvent, applied_events
from rollout_trace.query.complaints import COMPLAINTS, complaint, error_texts
from rollout_trace.query.gist import answer_gist, gist, one_line, operation_input, tool_input
from rollout_trace.query.messages import item_words, without_envelope
from rollout_trace.query.naming import Names, ObjectRef
from rollout_trace.query.outcome import (
    Outcome,
    duration_of,
    operation_of,
    operation_outcome,
    outcome_of,
    standing,
    tool_outcome,
)
from rollout_trace.query.payload_json import referred_json
from rollout_trace.query.requests import sent_requests
from rollout_trace.query.summary import tool_name
from rollout_trace.reduce.evidence import EventPosition, ObjectKind
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import CellStatus, UnixMilliseconds

_MOST_CHARACTERS = 200


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened: when, where in the log, to which agent, and what. `duration_ms` is None for a moment."""

    position: EventPosition
    at_unix_ms: UnixMilliseconds
    duration_ms: int | None = None
    thread_id: ThreadId | None
    codex_turn_id: CodexTurnId | None
    subject: ObjectRef
    what: str
    outcome: Outcome | None = None
    error: str | None = None
    """What the trace says of why it went wrong."""
    payloads: tuple[RawPayloadId, ...] = ()
    """The evidence: what went in, and what came out."""


def timeline_of(bundle: Bundle, reduction: Reduction) -> tuple[TimelineEntry, ...]:
    """What happened, in the order of the log.

    Raises:
        BundleError: the log cannot be read any more.
    """
    return timeline_from(bundle, reduction.trace, tuple(applied_events(bundle, reduction)))


def timeline_from(bundle: Bundle, trace: RolloutTrace, applied: Iterable[AppliedEvent]) -> tuple[TimelineEntry, ...]:
    """What happened, as the events tell it that made the graph."""
    applied = tuple(applied)
    errors = error_texts(applied)
    names = Names(trace)
    asked = _asked_in_turns(trace, names)
    entries: list[TimelineEntry] = []
    for event in applied:
        tell = _TELLERS.get(type(event.event.payload))
        if tell is not None:
            entries += tell(_Teller(bundle, trace, names, asked, event), event.event.payload)
    return tuple(
        msgspec.structs.replace(entry, error=errors[entry.subject]) if entry.subject in errors else entry
        for entry in entries
    )


def _asked_in_turns(trace: RolloutTrace, names: Names) -> dict[CodexTurnId, str]:
    """What each turn was asked: the last words of a user, or another agent, that its first request is new with."""
    first: dict[CodexTurnId, str | None] = {}
    for sent in sent_requests(trace).values():
        if sent.call.codex_turn_id not in first:
            items = [trace.conversation_items[item_id] for item_id in sent.shown_first]
            said = [item for item in items if item.role is Role.USER or item.agent_message is not None]
            first[sent.call.codex_turn_id] = item_words(said[-1], names.words_sent) if said else None
    return {turn_id: words for turn_id, words in first.items() if words}


class _Teller(msgspec.Struct, frozen=True):
    """An event, and what is needed to tell of it."""

    bundle: Bundle
    trace: RolloutTrace
    names: Names
    asked: Mapping[CodexTurnId, str]
    applied: AppliedEvent

    def moment(
        self,
        kind: ObjectKind,
        object_id: str,
        what: str,
        thread_id: ThreadId | None = None,
        outcome: Outcome | None = None,
        payloads: Iterable[RawPayloadId | None] = (),
    ) -> TimelineEntry:
        """Something that this event tells, and that is over with it."""
        event = self.applied.event
        return TimelineEntry(
            position=self.applied.position,
            at_unix_ms=event.wall_time_unix_ms,
            thread_id=event.thread_id if thread_id is None else thread_id,
            codex_turn_id=event.codex_turn_id,
            subject=ObjectRef(kind, object_id),
            what=one_line(what, _MOST_CHARACTERS),
            outcome=outcome,
            payloads=tuple(payload for payload in payloads if payload is not None),
        )

    def work(
        self,
        kind: ObjectKind,
        object_id: str,
        what: str,
        window: ExecutionWindow,
        thread_id: ThreadId,
        turn_id: CodexTurnId | None = None,
        outcome: Outcome | None = None,
        payloads: Iterable[RawPayloadId | None] = (),
    ) -> TimelineEntry:
        """A piece of work that this event began, with how it ended."""
        outcome = outcome or outcome_of(self.trace, window, thread_id, turn_id)
        return msgspec.structs.replace(
            self.moment(kind, object_id, what, thread_id, outcome, payloads),
            codex_turn_id=turn_id,
            duration_ms=duration_of(window),
        )


def _thread(told: _Teller, seen: events.ThreadStarted | events.ThreadResumed) -> Iterator[TimelineEntry]:
    thread = told.trace.threads.get(seen.thread_id)
    if thread is None:
        return
    model = f", {thread.default_model}" if thread.default_model else ""
    if isinstance(seen, events.ThreadResumed):  # a moment in the life that began with the start
        yield told.moment(ObjectKind.THREAD, thread.thread_id, f"agent resumes{model}", thread.thread_id)
    else:
        what = f"agent starts{model}"
        outcome = standing(told.trace, thread)
        yield told.work(ObjectKind.THREAD, thread.thread_id, what, thread.execution, thread.thread_id, outcome=outcome)


def _turn(told: _Teller, seen: events.CodexTurnStarted) -> Iterator[TimelineEntry]:
    turn = told.trace.codex_turns.get(seen.codex_turn_id)
    if turn is not None:
        turn_id = turn.codex_turn_id
        words = told.asked.get(turn_id)
        what = "(no words of a user)" if words is None else f"“{one_line(words, _MOST_CHARACTERS)}”"
        yield told.work(ObjectKind.CODEX_TURN, turn_id, what, turn.execution, turn.thread_id, turn_id)


def _inference(told: _Teller, seen: events.InferenceStarted) -> Iterator[TimelineEntry]:
    call = told.trace.inference_calls.get(seen.inference_call_id)
    if call is not None:
        yield told.work(
            ObjectKind.INFERENCE_CALL,
            call.inference_call_id,
            f"{call.model} {answer_gist(told.trace, call)}",
            call.execution,
            call.thread_id,
            call.codex_turn_id,
            payloads=(call.raw_request_payload_id, call.raw_response_payload_id),
        )


def _tool(told: _Teller, seen: events.ToolCallStarted) -> Iterator[TimelineEntry]:
    tool = told.trace.tool_calls.get(seen.tool_call_id)
    if tool is not None:
        cell = told.trace.code_cells.get(tool.started_code_cell_id) if tool.started_code_cell_id else None
        # The program stands once, where it begins to run.
        asked = (
            tool_input(told.trace, tool)
            if cell is None
            else f"starts {told.names.short(ObjectRef(ObjectKind.CODE_CELL, cell.code_cell_id))}"
        )
        yield told.work(
            ObjectKind.TOOL_CALL,
            tool.tool_call_id,
            f"{tool_name(tool.kind)} {asked}",
            tool.execution,
            tool.thread_id,
            tool.started_by_codex_turn_id,
            tool_outcome(told.trace, tool),
            (tool.raw_invocation_payload_id, tool.raw_result_payload_id),
        )


def _late_end(told: _Teller, seen: events.ToolCallRuntimeEnded) -> Iterator[TimelineEntry]:
    """A command whose call had ended before: the model was told that it runs on."""
    tool = told.trace.tool_calls.get(seen.tool_call_id)
    if tool is None or tool.execution.ended_seq is None or tool.execution.ended_seq > told.applied.position.seq:
        return
    operation = operation_of(told.trace, tool)
    if operation is not None:
        yield told.moment(
            ObjectKind.TERMINAL_OPERATION,
            operation.operation_id,
            f"command ends: {operation_input(operation)}",
            tool.thread_id,
            operation_outcome(told.trace, operation),
            operation.raw_payload_ids,
        )


def _cell(told: _Teller, seen: events.CodeCellStarted) -> Iterator[TimelineEntry]:
    cell = told.trace.code_cells.get(code_cell_id(seen.model_visible_call_id))
    if cell is not None:
        what = f"code {cell.source_js}"
        cell_id = cell.code_cell_id
        yield told.work(ObjectKind.CODE_CELL, cell_id, what, cell.execution, cell.thread_id, cell.codex_turn_id)


def _cell_yields(told: _Teller, seen: events.CodeCellInitialResponse) -> Iterator[TimelineEntry]:
    if seen.status is CellStatus.YIELDED:
        payloads = () if seen.response_payload is None else (seen.response_payload.raw_payload_id,)
        for ref in told.applied.touched:
            if ref.kind is ObjectKind.CODE_CELL and ref.object_id in told.trace.code_cells:
                yield told.moment(ref.kind, ref.object_id, "code yields and runs on", payloads=payloads)


def _compaction_request(told: _Teller, seen: events.CompactionRequestStarted) -> Iterator[TimelineEntry]:
    request = told.trace.compaction_requests.get(seen.compaction_request_id)
    if request is not None:
        yield told.work(
            ObjectKind.COMPACTION_REQUEST,
            request.compaction_request_id,
            f"{request.model} is asked to shorten the history",
            request.execution,
            request.thread_id,
            request.codex_turn_id,
            payloads=(request.raw_request_payload_id, request.raw_response_payload_id),
        )


def _compaction(told: _Teller, seen: events.CompactionInstalled) -> Iterator[TimelineEntry]:
    ref = ObjectRef(ObjectKind.COMPACTION, seen.compaction_id)
    what = f"history replaced: {gist(told.trace, told.names, ref)}"
    yield told.moment(ref.kind, ref.object_id, what, payloads=(seen.checkpoint_payload.raw_payload_id,))


def _agent_result(told: _Teller, seen: events.AgentResultObserved) -> Iterator[TimelineEntry]:
    words = without_envelope(seen.message) or seen.message
    what = f"result for {told.names.agent(seen.parent_thread_id)}: {words}"
    payloads = () if seen.carried_payload is None else (seen.carried_payload.raw_payload_id,)
    yield told.moment(ObjectKind.INTERACTION_EDGE, seen.edge_id, what, seen.child_thread_id, payloads=payloads)


def _protocol_event(told: _Teller, seen: events.ProtocolEventObserved) -> Iterator[TimelineEntry]:
    if seen.event_type in COMPLAINTS:
        payload_id = seen.event_payload.raw_payload_id
        words = complaint(referred_json(told.bundle, seen.event_payload)) or ""
        what = f"{seen.event_type}: {words}"
        yield told.moment(ObjectKind.RAW_PAYLOAD, payload_id, what, payloads=(payload_id,))


def _rollout_ends(told: _Teller, seen: events.RolloutEnded) -> Iterator[TimelineEntry]:
    trace = told.trace
    yield told.moment(ObjectKind.ROLLOUT, trace.rollout_id, f"ends, {seen.status}", trace.root_thread_id)


_Tell: TypeAlias = Callable[[_Teller, Any], Iterator[TimelineEntry]]
_TELLERS: Final[dict[type[msgspec.Struct], _Tell]] = {
    events.ThreadStarted: _thread,
    events.ThreadResumed: _thread,
    events.CodexTurnStarted: _turn,
    events.InferenceStarted: _inference,
    events.ToolCallStarted: _tool,
    events.ToolCallRuntimeEnded: _late_end,
    events.CodeCellStarted: _cell,
    events.CodeCellInitialResponse: _cell_yields,
    events.CompactionRequestStarted: _compaction_request,
    events.CompactionInstalled: _compaction,
    events.AgentResultObserved: _agent_result,
    events.ProtocolEventObserved: _protocol_event,
    events.RolloutEnded: _rollout_ends,
}
"""How each type of event is told. What the others say is a part of what an earlier one began."""
