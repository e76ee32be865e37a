"""Requests to a model and their answers (spec 2, "InferenceCall")."""

import msgspec

from rollout_trace.ids import CodexTurnId, InferenceCallId, ItemId, RawPayloadId, ResponseId, ThreadId, ToolCallId
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.values import Int64


class TokenUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What a request cost, in tokens. `input_tokens` includes the cached ones, `output_tokens` those of reasoning."""

    input_tokens: Int64
    cached_input_tokens: Int64
    cache_write_input_tokens: Int64
    output_tokens: Int64
    reasoning_output_tokens: Int64


class InferenceCall(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a model, with exactly the items that it was shown and those that it answered."""

    inference_call_id: InferenceCallId
    thread_id: ThreadId
    codex_turn_id: CodexTurnId
    execution: ExecutionWindow
    model: str
    provider_name: str
    response_id: ResponseId | None
    upstream_request_id: str | None
    request_item_ids: tuple[ItemId, ...]
    response_item_ids: tuple[ItemId, ...]
    tool_call_ids_started_by_response: tuple[ToolCallId, ...]
    usage: TokenUsage | None
    raw_request_payload_id: RawPayloadId
    raw_response_payload_id: RawPayloadId | None
