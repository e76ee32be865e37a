"""How agents started, told, answered and closed one another (spec 2, "InteractionEdge")."""

from enum import StrEnum

import msgspec

from rollout_trace.ids import EdgeId, ItemId, RawPayloadId, ThreadId, ToolCallId
from rollout_trace.values import UnixMilliseconds


class EdgeKind(StrEnum):
    """What passed between two agents."""

    SPAWN_AGENT = "spawn_agent"
    ASSIGN_AGENT_TASK = "assign_agent_task"
    SEND_MESSAGE = "send_message"
    AGENT_RESULT = "agent_result"
    CLOSE_AGENT = "close_agent"


class ItemAnchor(msgspec.Struct, frozen=True, tag="conversation_item"):
    """An end of an edge that is an item of a conversation."""

    item_id: ItemId


class ToolCallAnchor(msgspec.Struct, frozen=True, tag="tool_call"):
    """An end of an edge that is a tool call."""

    tool_call_id: ToolCallId


class ThreadAnchor(msgspec.Struct, frozen=True, tag="thread"):
    """An end of an edge that is a whole thread."""

    thread_id: ThreadId


Anchor = ItemAnchor | ToolCallAnchor | ThreadAnchor


class InteractionEdge(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went from one agent to another, with the items and payloads that carried it."""

    edge_id: EdgeId
    kind: EdgeKind
    source: Anchor
    target: Anchor
    started_at_unix_ms: UnixMilliseconds
    ended_at_unix_ms: UnixMilliseconds | None
    carried_item_ids: tuple[ItemId, ...]
    carried_raw_payload_ids: tuple[RawPayloadId, ...]
