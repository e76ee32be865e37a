"""Leaving out what a rollout says, so that how it went can be shown to others.

What stays is decided by the types of answers: numbers, statuses, kinds, and ids do; of plain texts only those whose
fields are named here. Everything else goes, so that a text that a new answer has is left out until somebody says that
it may stay.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, NewType, TypeVar, get_args, get_type_hints

import msgspec

from rollout_trace.web.interface.common import Excerpt

Told = TypeVar("Told")

_STAYS: Final = frozenset(
    {
        "code",  # of a diagnostic
        "content_kinds",
        "event_type",
        "field",
        "ids",  # of a diagnostic: ids by what they are
        "key",
        "kind_word",
        "label",
        "model",
        "name",  # of an object, a model, a tool, a bundle's folder
        "nickname",
        "object_id",
        "path",  # within the bundle
        "price_date",
        "provider_name",
        "relation",
        "runtime_status",
        "tool",
        "tools",  # by name
        "trace_id",
        "unfinished",
        "upstream_request_id",
    }
)
"""The fields of plain text that are no words of a prompt, an output or an environment."""


def redacted(told: Told) -> Told:
    """An answer without the texts in it; in the place of each stands how long it was."""
    found: Told = _redacted(told, stays=False)
    return found


def _redacted(value: Any, *, stays: bool) -> Any:  # noqa: ANN401 - whatever answers are made of
    if isinstance(value, Excerpt):  # of which there is nothing more to be had
        words = _left_out(value.characters)
        return Excerpt(offset=0, characters=len(words), text=words)
    if isinstance(value, msgspec.Struct):
        fields = {field: _redacted(getattr(value, field), stays=kept) for field, kept in _fields_of(type(value))}
        return msgspec.structs.replace(value, **fields)
    if isinstance(value, Mapping):
        return {name: _redacted(entry, stays=stays) for name, entry in value.items()}
    if isinstance(value, tuple | list):
        return tuple(_redacted(entry, stays=stays) for entry in value)
    is_text = type(value) is str  # and no member of an enumeration
    return _left_out(len(value)) if is_text and not stays else value


def _left_out(characters: int) -> str:
    return f"[{characters:,} characters left out]" if characters > 0 else ""


@cache
def _fields_of(struct: type[msgspec.Struct]) -> tuple[tuple[str, bool], ...]:
    """The fields of a structure, each with whether its texts stay."""
    hints = get_type_hints(struct)
    return tuple((field, field in _STAYS or str not in _leaves(hints[field])) for field in struct.__struct_fields__)


def _leaves(hint: object) -> Iterator[object]:
    """The types of which a type is made; an id is one of its own, though it is a text."""
    arguments = get_args(hint)
    if not arguments or isinstance(hint, NewType):
        yield hint
    for argument in arguments:
        yield from _leaves(argument)
