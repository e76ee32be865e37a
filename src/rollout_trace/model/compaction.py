"""Compactions: where a thread's history was replaced by a shorter one (spec 2)."""

import msgspec

from rollout_trace.ids import CodexTurnId, CompactionId, CompactionRequestId, ItemId, RawPayloadId, ThreadId
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.values import UnixMilliseconds


class Compaction(msgspec.Struct, frozen=True, kw_only=True):
    """One replacement of history: what went in, what came out, and the marker between."""

    compaction_id: CompactionId
    thread_id: ThreadId
    codex_turn_id: CodexTurnId
    installed_at_unix_ms: UnixMilliseconds
    marker_item_id: ItemId
    request_ids: tuple[CompactionRequestId, ...]
    input_item_ids: tuple[ItemId, ...]
    replacement_item_ids: tuple[ItemId, ...]


class CompactionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a model to make a history shorter."""

    compaction_request_id: CompactionRequestId
    compaction_id: CompactionId
    thread_id: ThreadId
    codex_turn_id: CodexTurnId
    execution: ExecutionWindow
    model: str
    provider_name: str
    raw_request_payload_id: RawPayloadId
    raw_response_payload_id: RawPayloadId | None
