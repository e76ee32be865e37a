"""Replaying a log into a graph: the whole story.

A `Reducer` takes the entries of a log one at a time. Each is applied as a whole or not at all: the rule for its type,
found in the table below, changes the state through a journal, which is then committed, or rolled back if the rule
refuses the event. What a refusal means is the mode's: the end of the reduction, or a diagnostic.

No I/O and no clock in here, or anywhere below `reduce`: events and payloads are handed in.
"""

from collections.abc import Callable
from typing import Any, Final, NoReturn, TypeAlias

import msgspec

from rollout_trace.diagnostics import Code, Diagnostic, Level
from rollout_trace.errors import Rejection
from rollout_trace.events import types as events
from rollout_trace.events.log_entry import LogEntry, LoggedEvent, UnreadableLine
from rollout_trace.events.manifest import Manifest
from rollout_trace.events.references import event_type, payload_refs
from rollout_trace.events.types import TraceEvent
from rollout_trace.ids import ItemId, ThreadId
from rollout_trace.limits import DEFAULT_LIMITS, Limits, exceeded
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.reduce import (
    acceptance,
    agents,
    code_cells,
    compaction,
    conversation,
    end_of_log,
    inference,
    resumption,
    terminal_sessions,
    threads,
    tools,
    turn_end,
)
from rollout_trace.reduce.evidence import EventPosition, Evidence, ObjectKind
from rollout_trace.reduce.modes import Mode, level_of, skips
from rollout_trace.reduce.reducer_state import PayloadLoader, ReducerState
from rollout_trace.reduce.waiting import Waiting, WaitingDelivery, WaitingStart
from rollout_trace.values import RolloutStatus, Seq

_Rule: TypeAlias = Callable[[ReducerState, TraceEvent, Any], None]


def _registered(_state: ReducerState, _event: TraceEvent, _seen: events.ProtocolEventObserved) -> None:
    """An event whose payload is kept as evidence, and nothing more."""


def _other(state: ReducerState, _event: TraceEvent, seen: events.OtherObserved) -> None:
    state.tolerate(Code.OTHER_EVENT, f"an event of type `other` and kind {seen.kind} has no meaning", {})


def _unknown(state: ReducerState, event: TraceEvent, _seen: object) -> None:
    message = f"events of type `{event_type(event)}` are unknown in schema {state.dialect.schema_version}"
    raise Rejection(Code.UNKNOWN_EVENT, message)


_RULES: Final[dict[type[msgspec.Struct], _Rule]] = {
    events.RolloutStarted: threads.rollout_started,
    events.RolloutEnded: threads.rollout_ended,
    events.ThreadStarted: threads.thread_started,
    events.ThreadEnded: threads.thread_ended,
    events.CodexTurnStarted: threads.codex_turn_started,
    events.CodexTurnEnded: turn_end.codex_turn_ended,
    events.InferenceStarted: inference.inference_started,
    events.InferenceCompleted: inference.inference_completed,
    events.InferenceFailed: inference.inference_failed,
    events.InferenceCancelled: inference.inference_cancelled,
    events.ToolCallStarted: tools.tool_call_started,
    events.McpToolCallCorrelationAssigned: tools.mcp_tool_call_correlation_assigned,
    events.ToolCallRuntimeStarted: tools.tool_call_runtime_started,
    events.ToolCallRuntimeEnded: tools.tool_call_runtime_ended,
    events.ToolCallEnded: tools.tool_call_ended,
    events.CodeCellStarted: code_cells.code_cell_started,
    events.CodeCellInitialResponse: code_cells.code_cell_initial_response,
    events.CodeCellEnded: code_cells.code_cell_ended,
    events.CompactionRequestStarted: compaction.compaction_request_started,
    events.CompactionRequestCompleted: compaction.compaction_request_completed,
    events.CompactionRequestFailed: compaction.compaction_request_failed,
    events.CompactionInstalled: compaction.compaction_installed,
    events.AgentResultObserved: agents.agent_result_observed,
    events.ProtocolEventObserved: _registered,
    events.OtherObserved: _other,
}
_SCHEMA_2_RULES: Final[dict[type[msgspec.Struct], _Rule]] = {
    events.RecordingCompleted: threads.recording_completed,
    events.ThreadResumed: resumption.thread_resumed,
    events.HistoryItemAccepted: acceptance.history_item_accepted,
    events.StdinTargetResolved: terminal_sessions.stdin_target_resolved,
}


_FAULTS_OF_WHAT_WAS_LOST: Final = frozenset({Code.UNKNOWN_REFERENCE, Code.MISSING_CONTEXT})


class Reduction(msgspec.Struct, frozen=True):
    """A graph with its footnotes. It does not change when the reducer that made it goes on."""

    trace: RolloutTrace
    diagnostics: tuple[Diagnostic, ...]
    evidence: Evidence


class Reducer:
    """One reduction: give it the entries of a log in order, ask it for the graph at any time."""

    def __init__(
        self,
        manifest: Manifest,
        load_payload: PayloadLoader,
        mode: Mode | str = Mode.DEFAULT,
        *,
        limits: Limits = DEFAULT_LIMITS,
        recognise_repetition: bool = True,
    ) -> None:
        """Begin a reduction, of no more than `limits` allow.

        Without `recognise_repetition` every history is read in full however often it is sent, which takes far longer
        and gives the same.

        Raises:
            Rejection: the mode refuses the manifest's schema.
        """
        self._state = ReducerState(
            manifest, load_payload, Mode(mode), limits, recognises_repetition=recognise_repetition
        )
        self._touches: list[tuple[EventPosition, tuple[tuple[ObjectKind, str], ...]]] = []
        self._last_seq: Seq = 0
        self._is_full = False
        self._checks_order = self._state.dialect.log_is_ordered or self._state.reads_better
        self._rules = _RULES | _SCHEMA_2_RULES if self._state.dialect.has_schema_2_events else _RULES
        self.rejection: Rejection | None = None
        """Why the reduction has ended before the log; None while it goes on."""

    def apply(self, entry: LogEntry) -> None:
        """Apply the next entry of the log.

        Raises:
            Rejection: a rule, or the mode, refuses it. The reducer is closed then: it takes no further entry, and
                `view` shows the graph as it was before this one.
        """
        if self.rejection is not None:
            raise self.rejection.with_traceback(None)
        if self._is_full:
            return
        state = self._state
        state.entry = entry
        before = kept = len(state.diagnostics)
        try:
            if isinstance(entry, LoggedEvent):
                if self._checks_order:
                    self._check_order(entry.event)
                kept = len(state.diagnostics)  # an event out of order may be skipped for another fault besides
                self._apply_whole(entry)
            else:
                _refuse_line(entry)
        except Rejection as rejection:
            self._take_back(kept)
            self._skip_or_close(rejection)
        except BaseException:  # an interruption, or a fault of ours: the entry may be applied again
            self._take_back(before)
            raise
        if isinstance(entry, LoggedEvent):
            self._last_seq = entry.event.seq

    def view(self, *, log_goes_on: bool = False) -> Reduction:
        """The graph so far, as it would be if the log ended here, or as it is at a moment of one that goes on.

        Raises:
            Rejection: the mode refuses what only the end of the log shows. The run is not disturbed by that either.
        """
        state = self._state
        state.entry = None
        noted = len(state.diagnostics)
        try:
            is_cut = self._is_full or self.rejection is not None
            end_of_log.close(state, is_empty=not self._touches, is_cut=is_cut, log_goes_on=log_goes_on)
            trace = msgspec.structs.replace(_graph(state), log_goes_on=log_goes_on)
            return Reduction(trace, tuple(state.diagnostics), Evidence(self._touches, dict(state.item_sources)))
        finally:
            self._take_back(noted)

    @property
    def is_closed(self) -> bool:
        """Whether the log says that the recording is at its end; in schema 1 that is the end of the rollout."""
        rollout = self._state.rollout
        if self._state.dialect.recording_is_closed:
            return rollout.recording_complete
        return rollout.status is not RolloutStatus.RUNNING

    def waiting(self) -> Waiting:
        """What still waits for something that the log has not shown so far.

        A spawn whose message was never seen does not wait: when the log has ended, it leads to the child as a whole.
        """
        state = self._state
        return Waiting(
            tuple(
                WaitingStart(
                    code_cell_id=cell_id,
                    thread_id=cell.thread_id,
                    call_id=cell.start.model_visible_call_id,
                    started=cell.moment,
                )
                for cell_id, cell in state.waiting_cells.items()
            ),
            tuple(
                WaitingDelivery(edge_id=edge_id, kind=delivery.kind, target_thread_id=delivery.address.target_thread_id)
                for edge_id, delivery in state.pending.items()
                if not agents.leads_to_child(state, delivery)
            ),
        )

    def fork(self) -> "Reducer":
        """An independent reducer that has seen what this one has."""
        state = self._state
        fork = Reducer(
            state.manifest,
            state.load_payload,
            state.mode,
            limits=state.limits,
            recognise_repetition=state.recognises_repetition,
        )
        fork._state = state.fork()
        fork._touches = list(self._touches)
        fork._last_seq = self._last_seq
        fork._is_full = self._is_full
        fork.rejection = self.rejection
        return fork

    def _check_order(self, event: TraceEvent) -> None:
        """Note an event that is not where the log's order, schema and rollout have it; it is applied all the same."""
        state, manifest = self._state, self._state.manifest
        if event.seq != self._last_seq + 1:
            before = f"follows seq {self._last_seq}" if self._last_seq else "is the first"
            state.tolerate(Code.SEQUENCE, f"seq {event.seq} {before}", {})
        if event.schema_version != manifest.schema_version:
            message = f"the event is of schema {event.schema_version}, the manifest of {manifest.schema_version}"
            state.tolerate(Code.EVENT_SCHEMA, message, {})
        if event.rollout_id != manifest.rollout_id:
            message = f"the event is of rollout {event.rollout_id}, the manifest of {manifest.rollout_id}"
            state.tolerate(Code.EVENT_ROLLOUT, message, {"rollout_id": event.rollout_id})
        if state.rollout.recording_complete:
            state.tolerate(Code.AFTER_COMPLETION, "the event stands after the end of the recording", {})

    def _apply_whole(self, entry: LoggedEvent) -> None:
        state, event = self._state, entry.event
        for ref in payload_refs(event):
            state.raw_payloads[ref.raw_payload_id] = ref
        self._rules.get(type(event.payload), _unknown)(state, event, event.payload)
        if len(self._touches) + len(state.items) + len(state.raw_payloads) >= state.limits.objects:
            what = "the number of events, conversation items and payloads in the graph"
            self._is_full = True
            raise Rejection(
                Code.LIMIT_EXCEEDED, f"{exceeded(state.limits, 'objects', what)}; nothing from here on is read"
            )
        touched = (EventPosition(event.seq, entry.line), state.journal.touched())
        state.journal.commit()
        self._touches.append(touched)

    def _take_back(self, kept_diagnostics: int) -> None:
        self._state.journal.roll_back()
        del self._state.diagnostics[kept_diagnostics:]

    def _skip_or_close(self, rejection: Rejection) -> None:
        state = self._state
        code = Code(rejection.code)
        if skips(state.mode, code):
            why = state.why_unknown(rejection.ids) if code in _FAULTS_OF_WHAT_WAS_LOST else ""
            state.report(code, f"{rejection.message}; skipped{why}", rejection.ids)
            is_lost = level_of(code) is Level.ERROR and code is not Code.DUPLICATE  # of which the first is there
            if state.entry is not None and is_lost:
                state.lose(state.entry)
            return
        rejection.line, rejection.seq, rejection.event_type = state.place
        self.rejection = rejection
        raise rejection


def _refuse_line(line: UnreadableLine) -> NoReturn:
    if line.exceeds_limit:
        raise Rejection(Code.LIMIT_EXCEEDED, f"the line cannot be read: {line.reason}")
    if line.torn:
        raise Rejection(Code.TORN_LINE, f"the last line is torn: {line.reason}")
    raise Rejection(Code.BROKEN_LINE, f"the line is no event: {line.reason}")


def _graph(state: ReducerState) -> RolloutTrace:
    conversations: dict[ThreadId, list[ItemId]] = {thread_id: [] for thread_id in state.threads}
    for item in state.items.values():
        if conversation.in_conversation(state, item.item_id):
            conversations[item.thread_id].append(item.item_id)
    return RolloutTrace(
        schema_version=state.manifest.schema_version,
        trace_id=state.rollout.trace_id,
        rollout_id=state.manifest.rollout_id,
        started_at_unix_ms=state.manifest.started_at_unix_ms,
        ended_at_unix_ms=state.rollout.ended_at_unix_ms,
        status=state.rollout.status,
        recording_complete=state.rollout.recording_complete if state.dialect.recording_is_closed else None,
        root_thread_id=state.rollout.root_thread_id,
        threads={
            thread_id: msgspec.structs.replace(thread, conversation_item_ids=tuple(conversations[thread_id]))
            for thread_id, thread in state.threads.items()
        },
        codex_turns=dict(state.codex_turns),
        conversation_items=dict(state.items),
        inference_calls=dict(state.inference_calls),
        code_cells=dict(state.code_cells),
        tool_calls=dict(state.tool_calls),
        terminal_sessions=dict(state.terminal_sessions),
        terminal_operations=dict(state.terminal_operations),
        compactions=dict(state.compactions),
        compaction_requests=dict(state.compaction_requests),
        interaction_edges=dict(state.edges),
        raw_payloads=dict(state.raw_payloads),
    )
