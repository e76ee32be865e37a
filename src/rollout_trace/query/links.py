"""Which objects name which others in a graph, field by field.

A graph's objects name each other by id, in fields whose names say what is meant. So this needs no knowledge of each
type: a field `output_item_ids` leads to items, wherever it stands.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import msgspec

from rollout_trace.ids import CompactionId, ItemId, RawPayloadId
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.query.naming import GraphObject, ObjectRef, object_of, objects_of
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.reduce.replay import Reduction

_ELSEWHERE: Final = frozenset({"responses_item_id", "request_item_ids", "conversation_item_ids"})
"""What is no object of the graph, and the lists of whole histories, which answers show in a way of their own."""
_KINDS: Final = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"payload_ids?$", ObjectKind.RAW_PAYLOAD),
        (r"item_ids?$", ObjectKind.CONVERSATION_ITEM),
        (r"tool_call_ids?(_started_by_response)?$", ObjectKind.TOOL_CALL),
        (r"inference_call_id$", ObjectKind.INFERENCE_CALL),
        (r"codex_turn_id$", ObjectKind.CODEX_TURN),
        (r"code_cell_id$", ObjectKind.CODE_CELL),
        (r"operation_ids?$", ObjectKind.TERMINAL_OPERATION),
        (r"terminal_id$", ObjectKind.TERMINAL_SESSION),
        (r"thread_id$", ObjectKind.THREAD),
        (r"edge_id$", ObjectKind.INTERACTION_EDGE),
        (r"compaction_id$", ObjectKind.COMPACTION),
        (r"^(compaction_request_id|request_ids)$", ObjectKind.COMPACTION_REQUEST),
    )
)


class Link(msgspec.Struct, frozen=True):
    """An object named in a field of another."""

    field: str
    """The field, with those around it: `source.tool_call_id`."""
    ref: ObjectRef


def links_from(trace: RolloutTrace, ref: ObjectRef) -> Iterator[Link]:
    """The objects that an object names, in the order of its fields; without whole histories.

    Raises:
        KeyError: the graph has no such object.
    """
    found = object_of(trace, ref)
    if ref.kind not in {ObjectKind.ROLLOUT, ObjectKind.RAW_PAYLOAD}:
        yield from (link for link in _named_in(found, "") if link.ref != ref)


def links_to(trace: RolloutTrace, ref: ObjectRef) -> Iterator[tuple[ObjectRef, str]]:
    """The objects that name an object, each with the field; without whole histories."""
    return ((owner, link.field) for owner, link in all_links(trace) if link.ref == ref)


def all_links(trace: RolloutTrace) -> Iterator[tuple[ObjectRef, Link]]:
    """Every object that another names, each with the one that names it; without whole histories."""
    for kind in ObjectKind:
        if kind in {ObjectKind.ROLLOUT, ObjectKind.RAW_PAYLOAD}:
            continue
        for object_id, found in objects_of(trace, kind).items():
            owner = ObjectRef(kind, object_id)
            yield from ((owner, link) for link in _named_in(found, "") if link.ref != owner)


def payloads_of(reduction: Reduction, ref: ObjectRef) -> tuple[RawPayloadId, ...]:
    """The payloads behind an object: those that it names, for an item the one in which it was first seen.

    A compaction names none: behind it is the checkpoint in which what it put in place was first seen.
    """
    named = [link.ref.object_id for link in links_from(reduction.trace, ref) if link.ref.kind is ObjectKind.RAW_PAYLOAD]
    if ref.kind is ObjectKind.CONVERSATION_ITEM:
        source = reduction.evidence.item_source(ItemId(ref.object_id))
        named = [] if source is None else [source.payload.raw_payload_id]
    elif ref.kind is ObjectKind.COMPACTION:
        put_in_place = reduction.trace.compactions[CompactionId(ref.object_id)].replacement_item_ids
        sources = [source for item in put_in_place if (source := reduction.evidence.item_source(item)) is not None]
        named = [source.payload.raw_payload_id for source in sources if source.list_name == "replacement_history"]
    elif ref.kind is ObjectKind.RAW_PAYLOAD:
        named = [ref.object_id]
    return tuple(RawPayloadId(payload_id) for payload_id in dict.fromkeys(named))


def _named_in(found: GraphObject | msgspec.Struct, prefix: str) -> Iterator[Link]:
    for field in found.__struct_fields__:
        value = getattr(found, field)
        if value is None or field in _ELSEWHERE:
            continue
        if isinstance(value, str):
            kind = kind_named_by(field)
            if kind is not None:
                yield Link(prefix + field, ObjectRef(kind, value))
        elif isinstance(value, msgspec.Struct):
            yield from _named_in(value, f"{prefix}{field}.")
        elif isinstance(value, tuple):
            kind = kind_named_by(field)
            for entry in value:
                if isinstance(entry, msgspec.Struct):
                    yield from _named_in(entry, f"{prefix}{field}.")
                elif kind is not None:
                    yield Link(prefix + field, ObjectRef(kind, entry))


@cache
def kind_named_by(field: str) -> ObjectKind | None:
    """Of which kind the objects are that a field of this name names; None if it names none."""
    if field in _ELSEWHERE:
        return None
    return next((kind for pattern, kind in _KINDS if pattern.search(field)), None)
