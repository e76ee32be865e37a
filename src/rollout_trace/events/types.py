"""One type per raw event, as the log writes it (spec 1, "trace.jsonl"; spec 5, section 1).

Fields stand in the order in which they are written. A field whose type admits None may be null or absent in a log and
is always written, unless it says otherwise. Unknown fields are ignored. No type here interprets anything: what an event
means is for `reduce`.
"""

import msgspec

from rollout_trace.ids import (
    AgentPath,
    CallId,
    CodexTurnId,
    CompactionId,
    CompactionRequestId,
    EdgeId,
    InferenceCallId,
    McpCallId,
    ResponseId,
    ResponsesItemId,
    RolloutId,
    RuntimeCellId,
    ThreadId,
    ToolCallId,
    TraceId,
)
from rollout_trace.values import (
    AnyToolKind,
    CellStatus,
    ExecutionStatus,
    PayloadRef,
    RolloutStatus,
    Seq,
    ToolSummary,
    UInt32,
    UnixMilliseconds,
    tag_of,
)


class Observation(msgspec.Struct, frozen=True, kw_only=True, tag=tag_of):
    """What one event says beyond its envelope; the subclass is the event's `type`."""


class RecordingCompleted(Observation, frozen=True, kw_only=True):
    """The last event of a recording that was closed properly. Schema 2."""


class RolloutStarted(Observation, frozen=True, kw_only=True):
    """A recording begins."""

    trace_id: TraceId
    root_thread_id: ThreadId


class RolloutEnded(Observation, frozen=True, kw_only=True):
    """The root thread is done. Events of what still runs may follow."""

    status: RolloutStatus


class ThreadStarted(Observation, frozen=True, kw_only=True):
    """An agent session begins, the root's or a spawned child's."""

    thread_id: ThreadId
    agent_path: AgentPath
    metadata_payload: PayloadRef | None = None


class ThreadEnded(Observation, frozen=True, kw_only=True):
    """An agent session ends."""

    thread_id: ThreadId
    status: RolloutStatus


class ThreadResumed(Observation, frozen=True, kw_only=True):
    """An agent session that had ended lives again. Schema 2."""

    thread_id: ThreadId


class CodexTurnStarted(Observation, frozen=True, kw_only=True):
    """The runtime is activated for a thread."""

    codex_turn_id: CodexTurnId
    thread_id: ThreadId


class CodexTurnEnded(Observation, frozen=True, kw_only=True):
    """An activation of the runtime ends."""

    codex_turn_id: CodexTurnId
    status: ExecutionStatus


class HistoryItemAccepted(Observation, frozen=True, kw_only=True, omit_defaults=True):
    """The item with this id entered the history of the envelope's thread. Schema 2."""

    item_id: ResponsesItemId
    agent_message_payload: PayloadRef | None = None
    """The item itself, if it is a message from another agent; else not written."""


class InferenceStarted(Observation, frozen=True, kw_only=True):
    """A request goes to a model."""

    inference_call_id: InferenceCallId
    thread_id: ThreadId
    codex_turn_id: CodexTurnId
    model: str
    provider_name: str
    request_payload: PayloadRef


class InferenceCompleted(Observation, frozen=True, kw_only=True):
    """A model has answered."""

    inference_call_id: InferenceCallId
    response_id: ResponseId | None = None
    upstream_request_id: str | None = None
    response_payload: PayloadRef


class InferenceFailed(Observation, frozen=True, kw_only=True):
    """A request failed; what had come of the answer may be there."""

    inference_call_id: InferenceCallId
    upstream_request_id: str | None = None
    error: str
    partial_response_payload: PayloadRef | None = None


class InferenceCancelled(Observation, frozen=True, kw_only=True):
    """The host stopped reading an answer; what had come of it may be there."""

    inference_call_id: InferenceCallId
    upstream_request_id: str | None = None
    reason: str
    partial_response_payload: PayloadRef | None = None


class ModelRequester(msgspec.Struct, frozen=True, tag="model"):
    """The model asked for a tool call."""


class CodeCellRequester(msgspec.Struct, frozen=True, tag="code_cell"):
    """A running code cell asked for a tool call."""

    runtime_cell_id: RuntimeCellId


class ToolCallStarted(Observation, frozen=True, kw_only=True):
    """A tool call is dispatched."""

    tool_call_id: ToolCallId
    model_visible_call_id: CallId | None = None
    code_mode_runtime_tool_id: str | None = None
    requester: ModelRequester | CodeCellRequester
    kind: AnyToolKind
    summary: ToolSummary
    invocation_payload: PayloadRef | None = None


class McpToolCallCorrelationAssigned(Observation, frozen=True, kw_only=True):
    """A tool call goes to an MCP server under an id of its own."""

    tool_call_id: ToolCallId
    mcp_call_id: McpCallId


class StdinTargetResolved(Observation, frozen=True, kw_only=True):
    """A call of `write_stdin` went to the process that another tool call had started. Schema 2."""

    tool_call_id: ToolCallId
    exec_tool_call_id: ToolCallId


class ToolCallRuntimeStarted(Observation, frozen=True, kw_only=True, omit_defaults=True):
    """The work behind a tool call begins. `kind` says what really runs; schema 1 does not have it."""

    tool_call_id: ToolCallId
    kind: AnyToolKind | None = None
    runtime_payload: PayloadRef


class ToolCallRuntimeEnded(Observation, frozen=True, kw_only=True):
    """The work behind a tool call ends; a long command's ends after its call."""

    tool_call_id: ToolCallId
    status: ExecutionStatus
    runtime_payload: PayloadRef


class ToolCallEnded(Observation, frozen=True, kw_only=True):
    """The caller of a tool has its result."""

    tool_call_id: ToolCallId
    status: ExecutionStatus
    result_payload: PayloadRef | None = None


class CodeCellStarted(Observation, frozen=True, kw_only=True):
    """A program that the model wrote begins to run."""

    runtime_cell_id: RuntimeCellId
    model_visible_call_id: CallId
    source_js: str


class CodeCellInitialResponse(Observation, frozen=True, kw_only=True):
    """The `exec` call of a cell returns to the model; the cell may run on."""

    runtime_cell_id: RuntimeCellId
    status: CellStatus
    response_payload: PayloadRef | None = None


class CodeCellEnded(Observation, frozen=True, kw_only=True):
    """A cell has ended."""

    runtime_cell_id: RuntimeCellId
    status: CellStatus
    response_payload: PayloadRef | None = None


class CompactionRequestStarted(Observation, frozen=True, kw_only=True):
    """A model is asked to make a history shorter."""

    compaction_id: CompactionId
    compaction_request_id: CompactionRequestId
    thread_id: ThreadId
    codex_turn_id: CodexTurnId
    model: str
    provider_name: str
    request_payload: PayloadRef


class CompactionRequestCompleted(Observation, frozen=True, kw_only=True):
    """A model has answered a compaction request."""

    compaction_id: CompactionId
    compaction_request_id: CompactionRequestId
    response_payload: PayloadRef


class CompactionRequestFailed(Observation, frozen=True, kw_only=True):
    """A compaction request failed."""

    compaction_id: CompactionId
    compaction_request_id: CompactionRequestId
    error: str


class CompactionInstalled(Observation, frozen=True, kw_only=True):
    """A thread's live history is replaced by a shorter one."""

    compaction_id: CompactionId
    checkpoint_payload: PayloadRef


class AgentResultObserved(Observation, frozen=True, kw_only=True):
    """A child's result goes to its parent."""

    edge_id: EdgeId
    child_thread_id: ThreadId
    child_codex_turn_id: CodexTurnId
    parent_thread_id: ThreadId
    message: str
    carried_payload: PayloadRef | None = None


class ProtocolEventObserved(Observation, frozen=True, kw_only=True):
    """An event of the host's own protocol, kept as evidence."""

    event_type: str
    event_payload: PayloadRef


class OtherObserved(Observation, frozen=True, kw_only=True, tag="other"):
    """Early instrumentation, before a type of its own exists."""

    kind: str
    summary: str
    payloads: list[PayloadRef]
    metadata: msgspec.Raw
    """Any JSON."""


Event = (
    RecordingCompleted
    | RolloutStarted
    | RolloutEnded
    | ThreadStarted
    | ThreadEnded
    | ThreadResumed
    | CodexTurnStarted
    | CodexTurnEnded
    | HistoryItemAccepted
    | InferenceStarted
    | InferenceCompleted
    | InferenceFailed
    | InferenceCancelled
    | ToolCallStarted
    | McpToolCallCorrelationAssigned
    | StdinTargetResolved
    | ToolCallRuntimeStarted
    | ToolCallRuntimeEnded
    | ToolCallEnded
    | CodeCellStarted
    | CodeCellInitialResponse
    | CodeCellEnded
    | CompactionRequestStarted
    | CompactionRequestCompleted
    | CompactionRequestFailed
    | CompactionInstalled
    | AgentResultObserved
    | ProtocolEventObserved
    | OtherObserved
)


class UnknownEvent(msgspec.Struct, frozen=True, tag="an unknown event", rename={"type": "of_type"}):
    """An event of a type that this version does not know; all its fields are kept as they stand in the log.

    Only `codec` makes it. It has a tag so that it may stand beside the known events; no log has that.
    """

    type: str
    fields: msgspec.Raw


class TraceEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log: who saw what, and when."""

    schema_version: UInt32
    seq: Seq
    wall_time_unix_ms: UnixMilliseconds
    rollout_id: RolloutId
    thread_id: ThreadId | None = None
    codex_turn_id: CodexTurnId | None = None
    payload: Event | UnknownEvent
