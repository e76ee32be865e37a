"""What the runtime says of a tool call that concerns another agent (spec 1, "agent runtime" events).

Owns the choice between the two forms that readers know: the newer *activity*, which leaves the message to the call's
own argument `message`, and the older *end*, which has a message of its own.
"""

from typing import Final, NamedTuple

from rollout_trace.events import payloads
from rollout_trace.record.context import ThreadContext, now_ms
from rollout_trace.record.encoding import Json
from rollout_trace.values import AnyToolKind, CloseAgent, SpawnAgent

UNSPECIFIED: Final = "unspecified"


class AgentEvent(NamedTuple):
    """A payload, and the type that readers will read it as."""

    body: Json
    shape: type


def agent_event(
    kind: AnyToolKind, tool_call_id: str, sender: ThreadContext, agent: ThreadContext, message: str, *, is_in_call: bool
) -> AgentEvent:
    """What a call of a kind has done to an agent; `is_in_call` if the call's own argument says the message."""
    if isinstance(kind, CloseAgent):
        return _activity("interrupted", tool_call_id, agent)
    is_spawn = isinstance(kind, SpawnAgent)
    if is_in_call:
        return _activity("started" if is_spawn else "interacted", tool_call_id, agent)
    end: Json = {**_addressed(tool_call_id, sender, message), "completed_at_ms": now_ms(), "status": "running"}
    if is_spawn:
        made = {"new_thread_id": agent.thread_id, "model": agent.model, "reasoning_effort": UNSPECIFIED}
        return AgentEvent(end | made, payloads.SpawnEnd)
    return AgentEvent(end | {"receiver_thread_id": agent.thread_id}, payloads.MessageEnd)


def agent_event_begin(tool_call_id: str, sender: ThreadContext, agent: ThreadContext, message: str) -> AgentEvent:
    """The beginning of the same, of any kind."""
    begin = {**_addressed(tool_call_id, sender, message), "started_at_ms": now_ms()}
    return AgentEvent(begin | {"receiver_thread_id": agent.thread_id}, payloads.MessageBegin)


def _addressed(tool_call_id: str, sender: ThreadContext, message: str) -> Json:
    return {"call_id": tool_call_id, "sender_thread_id": sender.thread_id, "prompt": message}


def _activity(kind: str, tool_call_id: str, agent: ThreadContext) -> AgentEvent:
    body = {
        "event_id": tool_call_id,
        "occurred_at_ms": now_ms(),
        "agent_thread_id": agent.thread_id,
        "agent_path": agent.agent_path,
        "kind": kind,
    }
    return AgentEvent(body, payloads.AgentActivity)
