"""Agents and the activations of their runtime (spec 2)."""

import msgspec

from rollout_trace.ids import AgentPath, CodexTurnId, EdgeId, ItemId, ThreadId
from rollout_trace.model.execution import ExecutionWindow


class RootOrigin(msgspec.Struct, frozen=True, tag="root"):
    """The thread was started from outside."""


class SpawnedOrigin(msgspec.Struct, frozen=True, kw_only=True, tag="spawned"):
    """The thread was spawned by another. The edge that says so need not be in the graph."""

    parent_thread_id: ThreadId
    spawn_edge_id: EdgeId
    task_name: str
    agent_role: str


class AgentThread(msgspec.Struct, frozen=True, kw_only=True):
    """One agent session, with all that ever stood in its conversation, in order of creation."""

    thread_id: ThreadId
    agent_path: AgentPath
    nickname: str | None
    origin: RootOrigin | SpawnedOrigin
    execution: ExecutionWindow
    default_model: str | None
    conversation_item_ids: tuple[ItemId, ...]


class CodexTurn(msgspec.Struct, frozen=True, kw_only=True):
    """One activation of the runtime for a thread; not a user/assistant pair."""

    codex_turn_id: CodexTurnId
    thread_id: ThreadId
    execution: ExecutionWindow
    input_item_ids: tuple[ItemId, ...]
    """Always empty today."""
