"""The whole graph of one rollout (spec 2, "RolloutTrace")."""

import msgspec

from rollout_trace.ids import (
    CodeCellId,
    CodexTurnId,
    CompactionId,
    CompactionRequestId,
    EdgeId,
    InferenceCallId,
    ItemId,
    RawPayloadId,
    RolloutId,
    TerminalId,
    TerminalOperationId,
    ThreadId,
    ToolCallId,
    TraceId,
)
from rollout_trace.model.compaction import Compaction, CompactionRequest
from rollout_trace.model.conversation import ConversationItem
from rollout_trace.model.edges import InteractionEdge
from rollout_trace.model.inference import InferenceCall
from rollout_trace.model.terminal import TerminalOperation, TerminalSession
from rollout_trace.model.threads import AgentThread, CodexTurn
from rollout_trace.model.tools import CodeCell, ToolCall
from rollout_trace.values import PayloadRef, RolloutStatus, UInt32, UnixMilliseconds


class RolloutTrace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run of a coding agent: every object by its id, each map in order of creation.

    Objects name each other by id. All times are Unix milliseconds.
    """

    schema_version: UInt32
    trace_id: TraceId
    rollout_id: RolloutId
    started_at_unix_ms: UnixMilliseconds
    ended_at_unix_ms: UnixMilliseconds | None
    status: RolloutStatus
    recording_complete: bool | None = None
    """Whether the recording was closed properly; None in schema 1, which does not tell."""
    log_goes_on: bool = False
    """Whether the log has more events, or is being written: the graph is of a moment. Not in a `state.json`."""
    root_thread_id: ThreadId
    threads: dict[ThreadId, AgentThread]
    codex_turns: dict[CodexTurnId, CodexTurn]
    conversation_items: dict[ItemId, ConversationItem]
    inference_calls: dict[InferenceCallId, InferenceCall]
    code_cells: dict[CodeCellId, CodeCell]
    tool_calls: dict[ToolCallId, ToolCall]
    terminal_sessions: dict[TerminalId, TerminalSession]
    terminal_operations: dict[TerminalOperationId, TerminalOperation]
    compactions: dict[CompactionId, Compaction]
    compaction_requests: dict[CompactionRequestId, CompactionRequest]
    interaction_edges: dict[EdgeId, InteractionEdge]
    raw_payloads: dict[RawPayloadId, PayloadRef]
