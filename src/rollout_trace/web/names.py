"""The short name of every object that an answer mentions.

An answer is walked by its types: a reference names an object, and so does a field whose type is an id of the graph
(`ThreadId`), wherever it stands. In a map from words to texts, such as the ids of a diagnostic, the words tell it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, NewType, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from rollout_trace import ids
from rollout_trace.query.activities import Activity
from rollout_trace.query.links import kind_named_by
from rollout_trace.query.naming import Names, ObjectRef
from rollout_trace.reduce.evidence import ObjectKind

_KINDS: Final[Mapping[object, ObjectKind]] = {
    ids.RolloutId: ObjectKind.ROLLOUT,
    ids.ThreadId: ObjectKind.THREAD,
    ids.CodexTurnId: ObjectKind.CODEX_TURN,
    ids.ItemId: ObjectKind.CONVERSATION_ITEM,
    ids.InferenceCallId: ObjectKind.INFERENCE_CALL,
    ids.CodeCellId: ObjectKind.CODE_CELL,
    ids.ToolCallId: ObjectKind.TOOL_CALL,
    ids.TerminalId: ObjectKind.TERMINAL_SESSION,
    ids.TerminalOperationId: ObjectKind.TERMINAL_OPERATION,
    ids.CompactionId: ObjectKind.COMPACTION,
    ids.CompactionRequestId: ObjectKind.COMPACTION_REQUEST,
    ids.EdgeId: ObjectKind.INTERACTION_EDGE,
    ids.RawPayloadId: ObjectKind.RAW_PAYLOAD,
}
"""The ids by which objects of a graph are known."""

_Mentioned: TypeAlias = Callable[[Any], Iterator[ObjectRef]]


def names_in(told: object, names: Names) -> dict[str, str]:
    """The short names of the objects that an answer mentions, by `<kind>/<id>`, in the order of the answer."""
    refs = dict.fromkeys(_in_value(told))
    return {f"{ref.kind}/{ref.object_id}": names.short(ref) for ref in refs}


def _in_value(value: object) -> Iterator[ObjectRef]:
    """The objects that a value mentions by what it is: a reference, a structure, or a list of them."""
    if isinstance(value, ObjectRef):
        yield value
    elif isinstance(value, Activity):
        yield ObjectRef(value.kind, value.object_id)
        yield ObjectRef(ObjectKind.THREAD, value.thread_id)
    elif isinstance(value, msgspec.Struct):
        for field, mentioned in _fields_of(type(value)):
            yield from mentioned(getattr(value, field))
    elif isinstance(value, tuple | list):
        for entry in value:
            yield from _in_value(entry)
    elif isinstance(value, Mapping):
        yield from _in_mapping(value)


def _in_mapping(value: Mapping[Any, object]) -> Iterator[ObjectRef]:
    for key, entry in value.items():
        kind = kind_named_by(key) if isinstance(key, str) and isinstance(entry, str) else None
        yield from _in_value(entry) if kind is None else [ObjectRef(kind, str(entry))]


@cache
def _fields_of(struct: type[msgspec.Struct]) -> tuple[tuple[str, _Mentioned], ...]:
    """The fields of a structure in which objects may be mentioned, each with what finds them."""
    hints = get_type_hints(struct)
    found = ((field, _finder(hints[field])) for field in struct.__struct_fields__)
    return tuple((field, finder) for field, finder in found if finder is not None)


def _finder(hint: object) -> _Mentioned | None:
    """What finds the objects in a field of some type; None if there can be none."""
    leaves = set(_leaves(hint))
    kinds = [_KINDS[leaf] for leaf in leaves if leaf in _KINDS]
    if kinds:
        (kind,) = kinds
        return lambda value: _in_ids(kind, value)
    return _in_value if any(_may_mention(leaf) for leaf in leaves) else None


def _in_ids(kind: ObjectKind, value: object) -> Iterator[ObjectRef]:
    """The objects of a kind whose ids stand in a value: one, several, or none."""
    if isinstance(value, str):
        yield ObjectRef(kind, value)
    elif isinstance(value, Iterable):
        for entry in value:
            yield from _in_ids(kind, entry)


def _leaves(hint: object) -> Iterator[object]:
    """The types of which a type is made: those of a union, and of the entries of a list."""
    arguments = get_args(hint)
    if not arguments or isinstance(hint, NewType):
        yield hint
    elif isinstance(origin := get_origin(hint), type) and issubclass(origin, Mapping | msgspec.Struct):
        yield origin
    else:
        for argument in arguments:
            yield from _leaves(argument)


def _may_mention(leaf: object) -> bool:
    return isinstance(leaf, TypeVar) or (isinstance(leaf, type) and issubclass(leaf, msgspec.Struct | Mapping))
