"""What caused an object, and what it caused (questions 2, 3, 6, 7, 8).

The steps are those of the graph: a request's answer has call items, a call item started a tool, a tool has a terminal
and output items, an edge carries an item to another agent, a request is the first to show an item to a model. Each
is stated once, as a cause; an effect is a cause looked at from the other side.
"""

import math
from collections import ChainMap
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

import msgspec

from rollout_trace.ids import RawPayloadId
from rollout_trace.model.conversation import (
    CodeCellProducer,
    CompactionProducer,
    EdgeProducer,
    InferenceProducer,
    Producer,
    ToolProducer,
)
from rollout_trace.model.edges import Anchor, ItemAnchor, ThreadAnchor, ToolCallAnchor
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.threads import SpawnedOrigin
from rollout_trace.model.tools import CodeCellRequester, ToolCall
from rollout_trace.query.links import links_to, payloads_of
from rollout_trace.query.naming import ObjectRef, item_ref, object_of
from rollout_trace.query.requests import sent_requests
from rollout_trace.reduce.evidence import EventPosition, ObjectKind
from rollout_trace.reduce.replay import Reduction


class LineageStep(msgspec.Struct, frozen=True, kw_only=True):
    """One object on the way, and what follows from there."""

    relation: str
    """How it is tied to the object before it, in words: `called by`, `first shown in`."""
    ref: ObjectRef
    events: tuple[EventPosition, ...]
    payloads: tuple[RawPayloadId, ...]
    steps: tuple["LineageStep", ...]
    is_told_elsewhere: bool = False
    """Whether the object stands elsewhere in this lineage too, with its further steps."""
    more: int = 0
    """How many further steps were left out, for the depth that was asked for or because there are so many."""


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """Where an object comes from, and what came of it."""

    ref: ObjectRef
    events: tuple[EventPosition, ...]
    payloads: tuple[RawPayloadId, ...]
    causes: tuple[LineageStep, ...]
    effects: tuple[LineageStep, ...]


def lineage_of(reduction: Reduction, ref: ObjectRef, depth: int = 4) -> Lineage:
    """What caused an object and what it caused, each up to `depth` steps away. No object is followed twice.

    Raises:
        KeyError: the graph has no such object.
    """
    trace = reduction.trace
    holders = [owner for owner, _ in links_to(trace, ref)] if ref.kind is ObjectKind.RAW_PAYLOAD else []
    return lineage_from(reduction, ties_in(trace), ref, depth, holders)


def lineage_from(
    reduction: Reduction,
    ties: "Ties",
    ref: ObjectRef,
    depth: int,
    holders: Collection[ObjectRef] = (),
    most_steps: float = math.inf,
) -> Lineage:
    """What caused an object and what it caused, by the ties of its graph; a payload is caused by those that hold it.

    When `most_steps` are told of the causes, or of the effects, none of the others is followed any further.

    Raises:
        KeyError: the graph has no such object.
    """
    object_of(reduction.trace, ref)
    held_by = {ref: [("evidence of", holder) for holder in holders]} if holders else {}
    return Lineage(
        ref=ref,
        events=reduction.evidence.events_of(ref.kind, ref.object_id),
        payloads=payloads_of(reduction, ref),
        causes=_Walk(reduction, ChainMap(held_by, ties.causes), ref, most_steps).steps_from(ref, depth),
        effects=_Walk(reduction, ties.effects, ref, most_steps).steps_from(ref, depth),
    )


def ties_in(trace: RolloutTrace) -> "Ties":
    """All ties of a graph."""
    ties = Ties({}, {})
    for tie in _ties(trace):
        ties.causes.setdefault(tie.effect, []).append((tie.relation, tie.cause))
        ties.effects.setdefault(tie.cause, []).append((tie.inverse, tie.effect))
    return ties


class _Tie(NamedTuple):
    """One object that another comes from, and how: read from the effect, and from the cause."""

    effect: ObjectRef
    cause: ObjectRef
    relation: str
    inverse: str


_TiesByObject: TypeAlias = dict[ObjectRef, list[tuple[str, ObjectRef]]]


class Ties(NamedTuple):
    """For each object of a graph what it comes from, and what came of it, with how."""

    causes: _TiesByObject
    effects: _TiesByObject


class _Walk:
    """A way through the graph that follows each object once, in the order of their first events."""

    def __init__(
        self,
        reduction: Reduction,
        ties: Mapping[ObjectRef, list[tuple[str, ObjectRef]]],
        start: ObjectRef,
        most_steps: float,
    ) -> None:
        self._reduction = reduction
        self._ties = ties
        self._followed = {start}
        self._steps_left = most_steps

    def steps_from(self, ref: ObjectRef, depth: int) -> tuple[LineageStep, ...]:
        """The steps from an object, with all that follows from each."""
        ties = dict.fromkeys(self._ties.get(ref, ()))
        fresh = {target for _, target in ties if target not in self._followed}
        self._followed |= fresh
        self._steps_left -= len(ties)
        steps = []
        for relation, target in ties:
            steps.append(self._step(relation, target, depth - 1, is_fresh=target in fresh))
            fresh.discard(target)
        return tuple(steps)

    def _step(self, relation: str, ref: ObjectRef, depth: int, *, is_fresh: bool) -> LineageStep:
        goes_on = is_fresh and depth > 0 and self._steps_left > 0
        return LineageStep(
            relation=relation,
            ref=ref,
            events=self._reduction.evidence.events_of(ref.kind, ref.object_id),
            payloads=payloads_of(self._reduction, ref),
            steps=self.steps_from(ref, depth) if goes_on else (),
            is_told_elsewhere=not is_fresh,
            more=len(set(self._ties.get(ref, ()))) if is_fresh and not goes_on else 0,
        )


def _ties(trace: RolloutTrace) -> Iterator[_Tie]:
    """Every tie between two objects of the graph."""
    for rule in (_items, _requests, _tools, _cells, _terminals, _edges, _compactions, _turns, _threads):
        for tie in rule(trace):
            try:
                object_of(trace, tie.cause)
                object_of(trace, tie.effect)
            except KeyError:  # a graph may name what it does not have
                continue
            yield tie


def _items(trace: RolloutTrace) -> Iterator[_Tie]:
    for item_id, item in trace.conversation_items.items():
        for producer in item.produced_by:
            made = _producer(producer)
            if made is not None:
                yield _Tie(item_ref(item_id), *made)


def _producer(producer: Producer) -> tuple[ObjectRef, str, str] | None:
    match producer:
        case InferenceProducer(inference_call_id=call_id):
            return ObjectRef(ObjectKind.INFERENCE_CALL, call_id), "answered in", "answered"
        case ToolProducer(tool_call_id=tool_id):
            return ObjectRef(ObjectKind.TOOL_CALL, tool_id), "output of", "showed the model"
        case CodeCellProducer(code_cell_id=cell_id):
            return ObjectRef(ObjectKind.CODE_CELL, cell_id), "output of", "showed the model"
        case EdgeProducer(edge_id=edge_id):
            return ObjectRef(ObjectKind.INTERACTION_EDGE, edge_id), "brought by", "brought"
        case CompactionProducer(compaction_id=compaction_id):
            return ObjectRef(ObjectKind.COMPACTION, compaction_id), "put in place by", "put in place"
        case _:
            return None


def _requests(trace: RolloutTrace) -> Iterator[_Tie]:
    """A request was sent for what it is the first to show: a user's words, outputs, messages. Not its own answers."""
    for call_id, sent in sent_requests(trace).items():
        request = ObjectRef(ObjectKind.INFERENCE_CALL, call_id)
        for item_id in sent.shown_first:
            if not any(isinstance(made, InferenceProducer) for made in trace.conversation_items[item_id].produced_by):
                yield _Tie(request, item_ref(item_id), "was the first to show", "first shown in")
        yield _Tie(request, ObjectRef(ObjectKind.CODEX_TURN, sent.call.codex_turn_id), "sent in", "sent")


def _tools(trace: RolloutTrace) -> Iterator[_Tie]:
    for tool_id, tool in trace.tool_calls.items():
        ref = ObjectRef(ObjectKind.TOOL_CALL, tool_id)
        yield from (_Tie(ref, cause, "called by", "called") for cause in _callers(tool))


def _callers(tool: ToolCall) -> Iterable[ObjectRef]:
    if isinstance(tool.requester, CodeCellRequester):
        return [ObjectRef(ObjectKind.CODE_CELL, tool.requester.code_cell_id)]
    if tool.model_visible_call_item_ids or tool.started_by_codex_turn_id is None:
        return map(item_ref, tool.model_visible_call_item_ids)
    return [ObjectRef(ObjectKind.CODEX_TURN, tool.started_by_codex_turn_id)]


def _cells(trace: RolloutTrace) -> Iterator[_Tie]:
    for cell_id, cell in trace.code_cells.items():
        ref = ObjectRef(ObjectKind.CODE_CELL, cell_id)
        yield _Tie(ref, item_ref(cell.source_item_id), "written in", "is the source of")
        for tool_id in cell.wait_tool_call_ids:
            yield _Tie(ObjectRef(ObjectKind.TOOL_CALL, tool_id), ref, "waits for", "waited for by")
    for tool_id, tool in trace.tool_calls.items():
        if tool.started_code_cell_id is not None:
            cell_ref = ObjectRef(ObjectKind.CODE_CELL, tool.started_code_cell_id)
            yield _Tie(cell_ref, ObjectRef(ObjectKind.TOOL_CALL, tool_id), "started by", "started")


def _terminals(trace: RolloutTrace) -> Iterator[_Tie]:
    for operation_id, operation in trace.terminal_operations.items():
        ref = ObjectRef(ObjectKind.TERMINAL_OPERATION, operation_id)
        yield _Tie(ref, ObjectRef(ObjectKind.TOOL_CALL, operation.tool_call_id), "done by", "did")
    for terminal_id, session in trace.terminal_sessions.items():
        terminal = ObjectRef(ObjectKind.TERMINAL_SESSION, terminal_id)
        opened = ObjectRef(ObjectKind.TERMINAL_OPERATION, session.created_by_operation_id)
        yield _Tie(terminal, opened, "opened by", "opened")
        for operation_id in session.operation_ids:
            ref = ObjectRef(ObjectKind.TERMINAL_OPERATION, operation_id)
            if ref != opened:
                yield _Tie(ref, terminal, "uses again", "used again by")


def _edges(trace: RolloutTrace) -> Iterator[_Tie]:
    for edge_id, edge in trace.interaction_edges.items():
        ref = ObjectRef(ObjectKind.INTERACTION_EDGE, edge_id)
        yield _Tie(ref, _anchor(edge.source), "sent by", "sent")
        target = _anchor(edge.target)
        yield _Tie(target, ref, "brought by", "brought")
        yield from (
            _Tie(item_ref(item_id), ref, "brought by", "brought")
            for item_id in edge.carried_item_ids
            if item_ref(item_id) != target
        )


def _anchor(anchor: Anchor) -> ObjectRef:
    match anchor:
        case ItemAnchor(item_id=item_id):
            return item_ref(item_id)
        case ToolCallAnchor(tool_call_id=tool_id):
            return ObjectRef(ObjectKind.TOOL_CALL, tool_id)
        case ThreadAnchor(thread_id=thread_id):
            return ObjectRef(ObjectKind.THREAD, thread_id)


def _compactions(trace: RolloutTrace) -> Iterator[_Tie]:
    for request_id, request in trace.compaction_requests.items():
        ref = ObjectRef(ObjectKind.COMPACTION_REQUEST, request_id)
        yield _Tie(ref, ObjectRef(ObjectKind.CODEX_TURN, request.codex_turn_id), "sent in", "sent")
    for compaction_id, compaction in trace.compactions.items():
        ref = ObjectRef(ObjectKind.COMPACTION, compaction_id)
        for request_id in compaction.request_ids:
            yield _Tie(ref, ObjectRef(ObjectKind.COMPACTION_REQUEST, request_id), "asked for in", "led to")
        yield _Tie(ref, ObjectRef(ObjectKind.CODEX_TURN, compaction.codex_turn_id), "installed in", "installed")
        for item_id in compaction.input_item_ids:
            yield _Tie(ref, item_ref(item_id), "replaced", "replaced by")


def _turns(trace: RolloutTrace) -> Iterator[_Tie]:
    for turn_id, turn in trace.codex_turns.items():
        ref = ObjectRef(ObjectKind.CODEX_TURN, turn_id)
        yield _Tie(ref, ObjectRef(ObjectKind.THREAD, turn.thread_id), "turn of", "had the turn")


def _threads(trace: RolloutTrace) -> Iterator[_Tie]:
    for thread_id, thread in trace.threads.items():
        ref, origin = ObjectRef(ObjectKind.THREAD, thread_id), thread.origin
        if isinstance(origin, SpawnedOrigin):
            spawn = ObjectRef(ObjectKind.INTERACTION_EDGE, origin.spawn_edge_id)
            if origin.spawn_edge_id in trace.interaction_edges:
                yield _Tie(ref, spawn, "spawned by", "spawned")
            else:
                parent = ObjectRef(ObjectKind.THREAD, origin.parent_thread_id)
                yield _Tie(ref, parent, "child of", "parent of")


def origins_of(trace: RolloutTrace) -> dict[ObjectRef, tuple[ObjectRef, ...]]:
    """For each item, what the graph knows to have made it; what is not here, the user or the host program wrote."""
    origins: dict[ObjectRef, tuple[ObjectRef, ...]] = {}
    for rule in (_items, _edges):
        for tie in rule(trace):
            if tie.effect.kind is ObjectKind.CONVERSATION_ITEM:
                origins[tie.effect] = (*origins.get(tie.effect, ()), tie.cause)
    return origins
