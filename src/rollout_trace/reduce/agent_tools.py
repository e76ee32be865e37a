"""What the runtime of an agent tool says of the agents that it concerns (spec 3, section 8).

Owns the reading of these payloads, in the older set of begin and end and the newer single activity. The edges that
follow are made in `agents`.
"""

from typing import Final
from uuid import UUID

import msgspec

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import payloads
from rollout_trace.ids import EdgeId, RawPayloadId, ThreadId
from rollout_trace.model.edges import EdgeKind, InteractionEdge, ThreadAnchor, ToolCallAnchor
from rollout_trace.model.tools import ToolCall
from rollout_trace.reduce import agents
from rollout_trace.reduce.deliveries import Address, PendingDelivery
from rollout_trace.reduce.once import added_once
from rollout_trace.reduce.payload_reading import Payload, arguments_as, read_payload, shaped
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.threads import known_thread, spawn_edge_id
from rollout_trace.values import (
    AssignAgentTask,
    CloseAgent,
    PayloadRef,
    SendMessage,
    SpawnAgent,
    ToolKind,
    UnixMilliseconds,
)

_MESSAGE_KINDS: Final[dict[type[ToolKind], EdgeKind]] = {
    AssignAgentTask: EdgeKind.ASSIGN_AGENT_TASK,
    SendMessage: EdgeKind.SEND_MESSAGE,
}
_TOOLS_OF_ACTIVITY: Final[dict[str, tuple[type[ToolKind], ...]]] = {
    "started": (SpawnAgent,),
    "interacted": (AssignAgentTask, SendMessage),
    "interrupted": (CloseAgent,),
}


class _HasAgent(msgspec.Struct, frozen=True):
    """Whether a payload is an activity."""

    agent_thread_id: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def runtime_started(state: ReducerState, tool: ToolCall, ref: PayloadRef) -> None:
    """The work of a tool begins: a message goes out, an agent is to be closed. A spawn's beginning is not read."""
    if isinstance(tool.kind, AssignAgentTask | SendMessage):
        begin = shaped(read_payload(state, ref), payloads.MessageBegin, "beginning of an agent message")
        _send(state, tool, begin.receiver_thread_id, begin.prompt, None)
    elif isinstance(tool.kind, CloseAgent):
        closing = shaped(read_payload(state, ref), payloads.CloseBegin, "beginning of the end of an agent")
        _close(state, tool, closing.receiver_thread_id, None)


def runtime_ended(state: ReducerState, tool: ToolCall, payload: Payload, at_unix_ms: UnixMilliseconds) -> None:
    """The work of a tool ends. A payload of any tool that names an agent is an activity."""
    if _is_activity(payload):
        _activity(state, tool, payload, at_unix_ms)
    elif isinstance(tool.kind, AssignAgentTask | SendMessage):
        sent = shaped(payload, payloads.MessageEnd, "end of an agent message")
        _check_status(sent.status, payload)
        _send(state, tool, sent.receiver_thread_id, sent.prompt, at_unix_ms)
    elif isinstance(tool.kind, SpawnAgent):
        spawned = shaped(payload, payloads.SpawnEnd, "end of a spawn")
        _check_status(spawned.status, payload)
        if spawned.new_thread_id is not None:
            _spawn(state, tool, _thread(spawned.sender_thread_id), spawned.new_thread_id, spawned.prompt, at_unix_ms)
    elif isinstance(tool.kind, CloseAgent):
        closed = shaped(payload, payloads.CloseEnd, "end of an agent")
        _check_status(closed.status, payload)
        _close(state, tool, closed.receiver_thread_id, at_unix_ms)


def _is_activity(payload: Payload) -> bool:
    try:
        return msgspec.json.decode(payload.data, type=_HasAgent).agent_thread_id is not msgspec.UNSET
    except msgspec.ValidationError:  # no object
        return False


def _activity(state: ReducerState, tool: ToolCall, payload: Payload, at_unix_ms: UnixMilliseconds) -> None:
    shape = payloads.NewerAgentActivity if state.dialect.activities_name_model else payloads.AgentActivity
    activity = shaped(payload, shape, "agent activity")
    if activity.kind == "completed":
        return
    if not isinstance(tool.kind, _TOOLS_OF_ACTIVITY[activity.kind]):
        message = f"agent activity `{activity.kind}` does not fit tool call {tool.tool_call_id}"
        raise Rejection(Code.CONFLICT, message, {"tool_call_id": tool.tool_call_id})
    match activity.kind:
        case "started":
            text = _message_asked_for(state, tool)
            _spawn(state, tool, tool.thread_id, activity.agent_thread_id, text, at_unix_ms)
        case "interacted":
            _send(state, tool, activity.agent_thread_id, _message_asked_for(state, tool), at_unix_ms)
        case "interrupted":
            _close(state, tool, activity.agent_thread_id, at_unix_ms)


def _message_asked_for(state: ReducerState, tool: ToolCall) -> str:
    """The message in the arguments of a tool call."""
    ids = {"tool_call_id": tool.tool_call_id}
    if tool.raw_invocation_payload_id is None:
        message = f"tool call {tool.tool_call_id} has no invocation that says its message"
        raise Rejection(Code.PAYLOAD_SHAPE, message, ids)
    invocation = read_payload(state, state.raw_payloads[tool.raw_invocation_payload_id])
    return arguments_as(invocation, tool.tool_call_id, payloads.MessageArguments).message


def _send(
    state: ReducerState, tool: ToolCall, receiver: str, message: str, ended_at_unix_ms: UnixMilliseconds | None
) -> None:
    kind = _MESSAGE_KINDS[type(tool.kind)]
    _queue(state, tool, EdgeId(f"edge:tool:{tool.tool_call_id}"), kind, receiver, message, ended_at_unix_ms)


def _spawn(
    state: ReducerState,
    tool: ToolCall,
    parent: ThreadId,
    child: str,
    message: str,
    ended_at_unix_ms: UnixMilliseconds,
) -> None:
    edge_id = spawn_edge_id(parent, _thread(child))
    _queue(state, tool, edge_id, EdgeKind.SPAWN_AGENT, child, message, ended_at_unix_ms)


def _queue(
    state: ReducerState,
    tool: ToolCall,
    edge_id: EdgeId,
    kind: EdgeKind,
    receiver: str,
    message: str,
    ended_at_unix_ms: UnixMilliseconds | None,
) -> None:
    author = known_thread(state, tool.thread_id).agent_path
    delivery = PendingDelivery(
        edge_id=edge_id,
        kind=kind,
        source=ToolCallAnchor(tool.tool_call_id),
        address=Address(_thread(receiver), author, message),
        started_at_unix_ms=tool.execution.started_at_unix_ms,
        ended_at_unix_ms=ended_at_unix_ms,
        carried_raw_payload_ids=_known_payloads(tool),
    )
    agents.queue(state, delivery)


def _close(state: ReducerState, tool: ToolCall, receiver: str, ended_at_unix_ms: UnixMilliseconds | None) -> None:
    thread_id = _thread(receiver)
    if thread_id not in state.threads:
        return
    edge = InteractionEdge(
        edge_id=EdgeId(f"edge:tool:{tool.tool_call_id}"),
        kind=EdgeKind.CLOSE_AGENT,
        source=ToolCallAnchor(tool.tool_call_id),
        target=ThreadAnchor(thread_id),
        started_at_unix_ms=tool.execution.started_at_unix_ms,
        ended_at_unix_ms=ended_at_unix_ms,
        carried_item_ids=(),
        carried_raw_payload_ids=_known_payloads(tool),
    )
    agents.make_edge(state, edge)


def _known_payloads(tool: ToolCall) -> tuple[RawPayloadId, ...]:
    in_order = (tool.raw_invocation_payload_id, *tool.raw_runtime_payload_ids, tool.raw_result_payload_id)
    return added_once((), *(payload_id for payload_id in in_order if payload_id is not None))


def _check_status(status: payloads.AgentStatus, payload: Payload) -> None:
    """An outcome is one of two, and an error has a text."""
    if isinstance(status, dict) and (len(status) != 1 or status.get("errored", "") is None):
        message = f"payload {payload.raw_payload_id} has a malformed agent `status`"
        raise Rejection(Code.PAYLOAD_SHAPE, message, {"raw_payload_id": payload.raw_payload_id})


def _thread(uuid: str) -> ThreadId:
    """A thread's id from a UUID in any usual spelling."""
    return ThreadId(str(UUID(uuid)))
