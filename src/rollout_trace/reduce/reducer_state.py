"""Everything that one reduction knows while it runs.

One object holds all maps, so that an event is applied or taken back as a whole. But each map has an owner, the domain
module that is named above it: it makes the entries, others read them. A field of an object that another module keeps
(the ties that `links` keeps in tool calls, a tool's operation that `terminal` keeps, the windows that the ends in
`turn_end` and `resumption` set) is named in that module's header. Maps beside the graph's own are indexes, so that no
rule has to search: cost grows with the evidence, not with its square.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import msgspec

from rollout_trace.diagnostics import Code, Diagnostic
from rollout_trace.errors import PayloadError, Rejection
from rollout_trace.events.log_entry import LogEntry, LoggedEvent
from rollout_trace.events.manifest import Manifest
from rollout_trace.events.references import begun_by, event_type
from rollout_trace.ids import (
    CallId,
    CodeCellId,
    CodexTurnId,
    CompactionId,
    CompactionRequestId,
    EdgeId,
    InferenceCallId,
    ItemId,
    RawPayloadId,
    ResponseId,
    ResponsesItemId,
    RuntimeCellId,
    TerminalId,
    TerminalOperationId,
    ThreadId,
    ToolCallId,
    TraceId,
)
from rollout_trace.limits import Limits, exceeded
from rollout_trace.model.compaction import Compaction, CompactionRequest
from rollout_trace.model.conversation import ConversationItem
from rollout_trace.model.edges import InteractionEdge
from rollout_trace.model.inference import InferenceCall
from rollout_trace.model.terminal import TerminalOperation, TerminalSession
from rollout_trace.model.threads import AgentThread, CodexTurn
from rollout_trace.model.tools import CodeCell, ToolCall
from rollout_trace.reduce.deliveries import Address, PendingDelivery
from rollout_trace.reduce.dialect import DIALECTS, NEWEST, Dialect
from rollout_trace.reduce.evidence import ItemSource, ObjectKind
from rollout_trace.reduce.journal import Journal, JournaledMap
from rollout_trace.reduce.matching import MatchKey
from rollout_trace.reduce.modes import FAULTS_OF_PAYLOADS, Mode, level_of, reads_on, skips
from rollout_trace.reduce.sent_list import SentList
from rollout_trace.reduce.waiting_cells import WaitingCell
from rollout_trace.reduce.windows import Moment
from rollout_trace.values import PayloadRef, RolloutStatus, Seq, UnixMilliseconds

PayloadLoader = Callable[[PayloadRef], bytes]
"""Gives the bytes of a payload, or raises `PayloadError`."""


class Rollout(msgspec.Struct, frozen=True, kw_only=True):
    """What the graph says of the rollout as a whole. Owned by `threads`."""

    trace_id: TraceId
    root_thread_id: ThreadId
    status: RolloutStatus
    recording_complete: bool
    ended_at_unix_ms: UnixMilliseconds | None


class LogPlace(NamedTuple):
    """Where in the log something was found; all None before the first event and after the last."""

    line: int | None
    seq: Seq | None
    event_type: str | None


class ReducerState:
    """The graph in the making, its indexes, and what the rules ask of their surroundings."""

    def __init__(  # noqa: PLR0915 - one statement a map
        self,
        manifest: Manifest,
        load_payload: PayloadLoader,
        mode: Mode,
        limits: Limits,
        *,
        recognises_repetition: bool,
    ) -> None:
        self.manifest = manifest
        self.limits = limits
        self.mode = mode
        self.reads_better = mode is not Mode.CODEX
        """Whether our better rules hold (spec 3, section 9), where Codex's own reducer reads worse than it could."""
        self.is_salvage = mode is Mode.SALVAGE
        """Whether nothing at all is a reason to stop."""
        self.recognises_repetition = recognises_repetition
        self.journal = Journal()
        self.diagnostics: list[Diagnostic] = []
        # What began in entries that were skipped, and in which line; `("line", "")` is for a line that nobody can read.
        self.lost: dict[tuple[str, str], int | None] = {}
        self.entry: LogEntry | None = None
        self.dialect = self._dialect_of(manifest.schema_version)
        # What payloads hold does not depend on the events that are applied, so this is no part of what is taken back.
        self.checked_payloads: set[PayloadRef] = set()
        self.loaded_bytes = 0
        self.load_payload = load_payload
        self._maps: list[JournaledMap[Any, Any]] = []
        new = self._new_map

        # threads
        self.rollouts: JournaledMap[str, Rollout] = new(ObjectKind.ROLLOUT)
        self.threads: JournaledMap[ThreadId, AgentThread] = new(ObjectKind.THREAD)
        self.codex_turns: JournaledMap[CodexTurnId, CodexTurn] = new(ObjectKind.CODEX_TURN)
        # replay
        self.raw_payloads: JournaledMap[RawPayloadId, PayloadRef] = new(ObjectKind.RAW_PAYLOAD)
        # items
        self.items: JournaledMap[ItemId, ConversationItem] = new(ObjectKind.CONVERSATION_ITEM)
        self.item_sources: JournaledMap[ItemId, ItemSource] = new()
        self.match_keys: JournaledMap[ItemId, MatchKey] = new()
        self.latest_assistant_messages: JournaledMap[tuple[ThreadId, CodexTurnId], ItemId] = new()
        self.items_by_responses_id: JournaledMap[tuple[ThreadId, ResponsesItemId], tuple[ItemId, ...]] = new()
        self.items_by_call: JournaledMap[tuple[ThreadId, CallId], tuple[ItemId, ...]] = new()
        # conversation
        self.snapshots: JournaledMap[ThreadId, tuple[ItemId, ...]] = new()
        self.overrides: JournaledMap[ThreadId, tuple[ItemId, ...]] = new()
        self.sent_items: JournaledMap[ItemId, bool] = new()
        self.open_receipts: JournaledMap[tuple[ThreadId, ResponsesItemId], ItemId] = new()
        # repeated_history
        self.sent_lists: JournaledMap[ThreadId, SentList] = new()
        # acceptance
        self.acceptances: JournaledMap[tuple[ThreadId, ResponsesItemId], Moment] = new()
        # inference
        self.inference_calls: JournaledMap[InferenceCallId, InferenceCall] = new(ObjectKind.INFERENCE_CALL)
        self.latest_calls: JournaledMap[ThreadId, InferenceCallId] = new()
        self.calls_by_turn: JournaledMap[CodexTurnId, tuple[InferenceCallId, ...]] = new()
        self.calls_by_response: JournaledMap[tuple[ThreadId, ResponseId], tuple[InferenceCallId, ...]] = new()
        self.untraced_answers: JournaledMap[ThreadId, ResponseId] = new()
        # tools
        self.tool_calls: JournaledMap[ToolCallId, ToolCall] = new(ObjectKind.TOOL_CALL)
        # links
        self.tools_by_call: JournaledMap[CallId, ToolCallId] = new()
        self.calls_by_response_item: JournaledMap[ItemId, tuple[InferenceCallId, ...]] = new()
        self.tied_calls: JournaledMap[int, CallId] = new()  # numbered from 0, in order
        # terminal
        self.terminal_operations: JournaledMap[TerminalOperationId, TerminalOperation] = new(
            ObjectKind.TERMINAL_OPERATION
        )
        # terminal_sessions
        self.terminal_sessions: JournaledMap[TerminalId, TerminalSession] = new(ObjectKind.TERMINAL_SESSION)
        self.process_ids: JournaledMap[TerminalOperationId, str] = new()
        self.sessions_by_process: JournaledMap[tuple[ThreadId, str], TerminalId] = new()
        # code_cells
        self.code_cells: JournaledMap[CodeCellId, CodeCell] = new(ObjectKind.CODE_CELL)
        self.cells_by_runtime_id: JournaledMap[tuple[ThreadId, RuntimeCellId], CodeCellId] = new()
        self.cells_by_turn: JournaledMap[CodexTurnId, tuple[CodeCellId, ...]] = new()
        # What waits counts as its object's beginning, so that the event is evidence for it.
        self.waiting_cells: JournaledMap[CodeCellId, WaitingCell] = new(ObjectKind.CODE_CELL)
        self.tools_by_cell: JournaledMap[CodeCellId, tuple[ToolCallId, ...]] = new()
        # compaction
        self.compactions: JournaledMap[CompactionId, Compaction] = new(ObjectKind.COMPACTION)
        self.compaction_requests: JournaledMap[CompactionRequestId, CompactionRequest] = new(
            ObjectKind.COMPACTION_REQUEST
        )
        self.requests_by_compaction: JournaledMap[CompactionId, tuple[CompactionRequestId, ...]] = new()
        # agents
        self.edges: JournaledMap[EdgeId, InteractionEdge] = new(ObjectKind.INTERACTION_EDGE)
        self.addresses: JournaledMap[ItemId, Address] = new()
        self.items_by_address: JournaledMap[Address, tuple[ItemId, ...]] = new()
        self.edges_by_target: JournaledMap[ItemId, EdgeId] = new()
        self.edges_by_tool: JournaledMap[ToolCallId, tuple[EdgeId, ...]] = new()
        # As with cells: the event that sends a message is evidence for the edge that it will be.
        self.pending: JournaledMap[EdgeId, PendingDelivery] = new(ObjectKind.INTERACTION_EDGE)
        self.pending_by_address: JournaledMap[Address, tuple[EdgeId, ...]] = new()
        self.pending_by_tool: JournaledMap[ToolCallId, tuple[EdgeId, ...]] = new()
        self.delivered: JournaledMap[EdgeId, PendingDelivery] = new()

        self.rollout = Rollout(
            trace_id=manifest.trace_id,
            root_thread_id=manifest.root_thread_id,
            status=RolloutStatus.RUNNING,
            recording_complete=False,
            ended_at_unix_ms=None,
        )
        self.journal.commit()

    def fork(self) -> "ReducerState":
        """An independent copy. Cheap: values are immutable, so only the maps are copied."""
        copy = ReducerState(
            self.manifest, self.load_payload, self.mode, self.limits, recognises_repetition=self.recognises_repetition
        )
        for mine, theirs in zip(self._maps, copy._maps, strict=True):
            theirs.load(mine)
        copy.diagnostics = list(self.diagnostics)
        copy.checked_payloads = set(self.checked_payloads)
        copy.loaded_bytes = self.loaded_bytes
        copy.lost = dict(self.lost)
        return copy

    @property
    def rollout(self) -> Rollout:
        """What the graph says of the rollout as a whole."""
        return self.rollouts[self.manifest.rollout_id]

    @rollout.setter
    def rollout(self, rollout: Rollout) -> None:
        self.rollouts[self.manifest.rollout_id] = rollout

    @property
    def place(self) -> LogPlace:
        """Where in the log the reduction stands."""
        if isinstance(self.entry, LoggedEvent):
            return LogPlace(self.entry.line, self.entry.event.seq, event_type(self.entry.event))
        return LogPlace(None if self.entry is None else self.entry.line, None, None)

    @property
    def line_is_ended(self) -> bool:
        """Whether a line feed follows the event that is being applied, so that its writer was done with it."""
        return isinstance(self.entry, LoggedEvent) and self.entry.line_is_ended

    def tolerate(self, code: Code, message: str, ids: Mapping[str, str]) -> None:
        """Note a fault, and let the rule that met it read on.

        Raises:
            Rejection: the mode does not allow it.
        """
        if not reads_on(self.mode, code):
            raise Rejection(code, message, ids)
        self.report(code, message, ids)

    @contextmanager
    def giving_up(self) -> Iterator[None]:
        """Do what an older event has left to be done. In salvage, what cannot be done is given up, with a diagnostic.

        Otherwise each later event that comes upon it would be rejected in its stead. What is done in here must check
        everything before it changes anything.
        """
        try:
            yield
        except Rejection as rejection:
            if not self.is_salvage:
                raise
            self.report(Code(rejection.code), rejection.message, rejection.ids)

    def payload_of(self, ref: PayloadRef, what_remains: str, **ids: str) -> "PayloadOfEvent":
        """Do in a `with` block what the payload of an event adds to it; the words and ids are for the diagnostic.

        In mode salvage an event is kept without a payload that cannot be read: what the block had begun to change is
        taken back, a diagnostic tells what is kept, and the rule goes on after the block. In other modes the event is
        refused.
        """
        return SalvagedPayload(self, ref, what_remains, ids) if self.is_salvage else _REFUSED_WITH_ITS_EVENT

    def report(self, code: Code, message: str, ids: Mapping[str, str]) -> None:
        """Note a fault at the place in the log where the reduction stands."""
        place = self.place
        self.diagnostics.append(
            Diagnostic(
                level=level_of(code),
                code=code,
                line=place.line,
                seq=place.seq,
                event_type=place.event_type,
                ids=dict(ids),
                message=message,
            )
        )

    def lose(self, entry: LogEntry) -> None:
        """Remember that an entry is skipped, and with it the beginning of an object, or of nobody knows what."""
        begun = begun_by(entry.event) if isinstance(entry, LoggedEvent) else {"line": ""}
        for object_id in begun.items():
            self.lost.setdefault(object_id, self.place.line)

    def why_unknown(self, ids: Mapping[str, str]) -> str:
        """Why one of these objects is not known, for a person; empty if nothing that was skipped could be why."""
        lines = [self.lost[object_id] for object_id in ids.items() if object_id in self.lost]
        if lines:
            return f", which follows from line {lines[0]}, skipped before"
        return ", which may follow from a line that could not be read" if ("line", "") in self.lost else ""

    def why_unseen(self) -> str:
        """Why the start of something may not be known, for a person."""
        if self.lost:
            return "it may be among what was skipped"
        return "review mode forwards such events from a recording of its own"

    def load(self, ref: PayloadRef) -> bytes:
        """The bytes of a payload.

        Raises:
            Rejection: they cannot be had.
        """
        ids = {"raw_payload_id": ref.raw_payload_id}
        try:
            data = self.load_payload(ref)
        except PayloadError as error:
            raise Rejection(Code(error.code), str(error), ids) from error
        self.loaded_bytes += len(data)
        if self.loaded_bytes > self.limits.total_bytes:
            what = f"payload {ref.raw_payload_id}: the number of bytes read so far"
            raise Rejection(Code.LIMIT_EXCEEDED, exceeded(self.limits, "total_bytes", what), ids)
        return data

    def _dialect_of(self, schema_version: int) -> Dialect:
        """The dialect of a bundle; salvage reads an unknown schema as the newest that we know."""
        known = DIALECTS.get(schema_version)
        if known is not None:
            return known
        message = (
            f"the manifest says schema {schema_version}, and this version reads {' and '.join(map(str, DIALECTS))}: "
            "a newer rollout-trace may read it, and mode salvage shows what it can"
        )
        if not skips(self.mode, Code.UNKNOWN_SCHEMA):
            raise Rejection(Code.UNKNOWN_SCHEMA, message)
        self.report(Code.UNKNOWN_SCHEMA, message, {})
        return NEWEST

    def _new_map(self, kind: ObjectKind | None = None) -> JournaledMap[Any, Any]:
        created: JournaledMap[Any, Any] = JournaledMap(self.journal, kind)
        self._maps.append(created)
        return created


class PayloadOfEvent:
    """A `with` block that reads the payload of an event, which is refused with it (see `ReducerState.payload_of`)."""

    __slots__ = ()

    def __enter__(self) -> None:
        """Begin what the payload adds."""

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> bool | None:
        """Whether the rule goes on without the payload."""
        return None


class SalvagedPayload(PayloadOfEvent):
    """One whose event is kept."""

    __slots__ = ("_changed", "_ids", "_noted", "_ref", "_remains", "_state")

    def __init__(self, state: ReducerState, ref: PayloadRef, what_remains: str, ids: dict[str, str]) -> None:
        self._state = state
        self._ref = ref
        self._remains = what_remains
        self._ids = ids
        self._changed = len(state.journal.overwritten)
        self._noted = len(state.diagnostics)

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> bool:
        """Take back what was begun, and tell of it, if the payload is at fault."""
        state = self._state
        if not (isinstance(error, Rejection) and error.code in FAULTS_OF_PAYLOADS):
            return False
        state.journal.roll_back(self._changed)
        del state.diagnostics[self._noted :]
        state.checked_payloads.add(self._ref)  # the fault is told here, and not again at the end of the log
        state.report(Code(error.code), f"{error.message}; {self._remains}", {**error.ids, **self._ids})
        return True


_REFUSED_WITH_ITS_EVENT: Final = PayloadOfEvent()
