"""Python values as the bytes that a bundle holds: what can be written, in which form, and what cannot.

Owns the promise that readers can parse whatever is written here: JSON, UTF-8, nested at most as deeply as spec 1 allows
(see `rollout_trace.json_text`), event lines with the fields that their type demands. What a host hands over is never
changed; where it is no JSON as it stands, a cleaned copy is written.
"""

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, Final

import msgspec

from rollout_trace.events.types import Event
from rollout_trace.json_text import MAXIMUM_NESTING

Json = dict[str, Any]
"""A JSON object."""


class UnrecordableError(Exception):
    """A value cannot be written so that readers can read it; the message says why."""


_TOO_DEEP: Final = b"\n" + b"  " * MAXIMUM_NESTING
"""In a pretty-printed text only a line of that level begins so: a line feed never stands in a string."""
_NOT_JSON = (TypeError, ValueError, OverflowError, RecursionError)


def _foreign(value: object) -> object:
    """What stands for an object that JSON has no form for: models of SDKs know how to become plain values."""
    for name, arguments in (("model_dump", {"mode": "json"}), ("to_dict", {})):
        method: Callable[..., object] | None = getattr(value, name, None)
        if callable(method) and not isinstance(value, type):
            return method(**arguments)
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"objects of type {type(value).__qualname__} are no JSON")


_encoder = msgspec.json.Encoder(enc_hook=_foreign)
_event_decoder: Final[msgspec.json.Decoder[Event]] = msgspec.json.Decoder(Event)


def encode(value: object) -> bytes:
    """A value as compact JSON.

    NaN and infinities become null, lone surrogates U+FFFD, keys that are no text become text.

    Raises:
        UnrecordableError: it holds something that is no JSON.
    """
    try:
        return _encoder.encode(value)
    except _NOT_JSON:
        try:
            return _encoder.encode(_plain(value, MAXIMUM_NESTING))
        except _NOT_JSON as error:
            raise UnrecordableError(str(error)) from error


def pretty(value: object) -> bytes:
    """A value as a payload file holds it: JSON, indented by two spaces.

    Raises:
        UnrecordableError: it holds something that is no JSON, or is nested too deeply to be read again.
    """
    data = msgspec.json.format(encode(value), indent=2)
    if _TOO_DEEP in data:
        raise UnrecordableError(f"it has more than {MAXIMUM_NESTING - 1} nested levels")
    return data


def shaped(value: object, shape: Any) -> None:  # noqa: ANN401 - any type that msgspec can check
    """Check that a value, as JSON, has a shape.

    Raises:
        UnrecordableError: it has not.
    """
    try:
        msgspec.json.decode(encode(value), type=shape)
    except msgspec.DecodeError as error:
        raise UnrecordableError(str(error)) from error


def checked(event: Event) -> Event:
    """An event as its readers will see it: every field of its type, and texts that can be written.

    Raises:
        UnrecordableError: a field holds something else than its type says.
    """
    try:
        try:
            return _event_decoder.decode(msgspec.json.encode(event))
        except UnicodeEncodeError:
            return _event_decoder.decode(encode(msgspec.to_builtins(event)))
    except (msgspec.DecodeError, *_NOT_JSON) as error:
        name = type(event).__struct_config__.tag
        raise UnrecordableError(f"{name}: {error}") from error


def plain(value: object) -> object:
    """A value as nothing but dictionaries, lists, texts, numbers, booleans and None."""
    return msgspec.json.decode(encode(value))


def _plain(value: object, levels: int) -> object:
    """A copy of a value in which texts, and the keys of dictionaries, can be written."""
    if isinstance(value, str):
        # Two halves of one character become that character; a half without its other half cannot be saved.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if value is None or isinstance(value, bool | int | float | bytes):
        return value
    if not levels:
        raise UnrecordableError(f"it has more than {MAXIMUM_NESTING} nested levels")
    if isinstance(value, Mapping):
        return {_plain(str(key), levels): _plain(entry, levels - 1) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(entry, levels - 1) for entry in value]
    return _plain(msgspec.to_builtins(value, enc_hook=_foreign), levels - 1)
