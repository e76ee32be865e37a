"""The agents of a rollout, and all that went between them (question 8)."""

import math

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.ids import AgentPath, EdgeId, RawPayloadId, ThreadId
from rollout_trace.model.edges import Anchor, EdgeKind, InteractionEdge, ItemAnchor, ToolCallAnchor
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.threads import AgentThread, SpawnedOrigin
from rollout_trace.query.item_text import item_text
from rollout_trace.query.messages import without_envelope, written_words
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.outcome import Outcome, agent_outcomes, duration_of
from rollout_trace.query.payload_json import payload_json, value_at
from rollout_trace.reduce.evidence import EventPosition, ObjectKind
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import UnixMilliseconds


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went from one agent to another."""

    edge_id: EdgeId
    kind: EdgeKind
    sender: ThreadId | None
    receiver: ThreadId | None
    source: ObjectRef
    target: ObjectRef
    at_unix_ms: UnixMilliseconds
    words: str | None
    """What was said, as far as the trace has it in the clear."""
    events: tuple[EventPosition, ...]
    payloads: tuple[RawPayloadId, ...]


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """One agent: who spawned it, how it stands, and what it sent and got."""

    thread_id: ThreadId
    agent_path: AgentPath
    nickname: str | None
    model: str | None
    parent: ThreadId | None
    """The agent that spawned it; None for a root, and for one whose parent this trace does not have."""
    outcome: Outcome
    started_at_unix_ms: UnixMilliseconds
    duration_ms: int | None
    turns: int
    sent: tuple[Passage, ...]
    received: tuple[Passage, ...]


def agents_of(bundle: Bundle, reduction: Reduction) -> tuple[Agent, ...]:
    """Every agent, in the order of their starts, with what went between them in the order in which it did."""
    trace = reduction.trace
    passages = [passage(bundle, reduction, edge_id) for edge_id in passages_in_order(reduction)]
    sent: dict[ThreadId | None, list[Passage]] = {}
    received: dict[ThreadId | None, list[Passage]] = {}
    for went in passages:
        sent.setdefault(went.sender, []).append(went)
        received.setdefault(went.receiver, []).append(went)
    turns: dict[ThreadId, int] = {}
    for turn in trace.codex_turns.values():
        turns[turn.thread_id] = turns.get(turn.thread_id, 0) + 1
    outcomes, found = agent_outcomes(trace), []
    for thread_id, thread in trace.threads.items():
        window = thread.execution
        found.append(
            Agent(
                thread_id=thread_id,
                agent_path=thread.agent_path,
                nickname=thread.nickname,
                model=thread.default_model,
                parent=parent_of(trace, thread),
                outcome=outcomes[thread_id],
                started_at_unix_ms=window.started_at_unix_ms,
                duration_ms=duration_of(window),
                turns=turns.get(thread_id, 0),
                sent=tuple(sent.get(thread_id, ())),
                received=tuple(received.get(thread_id, ())),
            )
        )
    return tuple(found)


def parent_of(trace: RolloutTrace, thread: AgentThread) -> ThreadId | None:
    """The agent that spawned another; None for a root, and for one whose parent this trace does not have."""
    origin = thread.origin
    parent = origin.parent_thread_id if isinstance(origin, SpawnedOrigin) else None
    return parent if parent in trace.threads else None


def passages_in_order(reduction: Reduction) -> tuple[EdgeId, ...]:
    """The edges between agents, in the order of the events that first told of them."""

    def first_seq(edge_id: EdgeId) -> float:
        events = reduction.evidence.events_of(ObjectKind.INTERACTION_EDGE, edge_id)
        return events[0].seq if events else math.inf

    return tuple(sorted(reduction.trace.interaction_edges, key=first_seq))


def ends_of(trace: RolloutTrace, edge: InteractionEdge) -> tuple[ThreadId | None, ThreadId | None]:
    """The agents that an edge leads from and to; None for one that this trace does not tell."""
    return _end(trace, edge.source)[1], _end(trace, edge.target)[1]


def passage(bundle: Bundle, reduction: Reduction, edge_id: EdgeId) -> Passage:
    """What went along an edge.

    Raises:
        KeyError: the graph has no such edge.
    """
    trace = reduction.trace
    edge = trace.interaction_edges[edge_id]
    (source, sender), (target, receiver) = _end(trace, edge.source), _end(trace, edge.target)
    return Passage(
        edge_id=edge.edge_id,
        kind=edge.kind,
        sender=sender,
        receiver=receiver,
        source=source,
        target=target,
        at_unix_ms=edge.started_at_unix_ms,
        words=_words(bundle, trace, edge),
        events=reduction.evidence.events_of(ObjectKind.INTERACTION_EDGE, edge.edge_id),
        payloads=edge.carried_raw_payload_ids,
    )


def _end(trace: RolloutTrace, anchor: Anchor) -> tuple[ObjectRef, ThreadId | None]:
    """An end of an edge, and the agent that it belongs to."""
    match anchor:
        case ItemAnchor(item_id=item_id):
            item = trace.conversation_items.get(item_id)
            return ObjectRef(ObjectKind.CONVERSATION_ITEM, item_id), None if item is None else item.thread_id
        case ToolCallAnchor(tool_call_id=tool_id):
            tool = trace.tool_calls.get(tool_id)
            return ObjectRef(ObjectKind.TOOL_CALL, tool_id), None if tool is None else tool.thread_id
        case _:
            return ObjectRef(ObjectKind.THREAD, anchor.thread_id), anchor.thread_id


def _words(bundle: Bundle, trace: RolloutTrace, edge: InteractionEdge) -> str | None:
    """What was said: as the sender wrote it, or else as the receiver got it."""
    if isinstance(edge.source, ToolCallAnchor):
        tool = trace.tool_calls.get(edge.source.tool_call_id)
        payload_id = None if tool is None else tool.raw_invocation_payload_id
        arguments = value_at(payload_json(bundle, trace, payload_id), "payload", "arguments")
        written = written_words(arguments) if isinstance(arguments, str) else None
        if written is not None:
            return written
    said = [trace.conversation_items[item] for item in edge.carried_item_ids if item in trace.conversation_items]
    if isinstance(edge.source, ItemAnchor) and edge.source.item_id in trace.conversation_items:
        said = [trace.conversation_items[edge.source.item_id]]
    texts = map(item_text, said)
    return "\n".join(without_envelope(text) or text for text in texts) or None
