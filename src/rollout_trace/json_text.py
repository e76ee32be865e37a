"""What counts as JSON in a trace, and how a value is written as compact text (spec 3, section 4).

Owns two rules. *Strict JSON*: UTF-8, at most 127 nested levels, no lone surrogates, and otherwise what RFC 8259 allows.
*Compact JSON*: no spaces, keys in their original order, text escaped only where it must be, numbers with the digits
that were written.

msgspec parses; what it does not keep or check is added here. A number with a fraction or an exponent becomes a
`msgspec.Raw` of its text, so that `1.50` stays `1.50`. A whole number stays an `int`, which already has all its digits.
"""

import re
from typing import TypeAlias

import msgspec

from rollout_trace.errors import JsonError

JsonValue: TypeAlias = "bool | int | str | msgspec.Raw | list[JsonValue] | dict[str, JsonValue] | None"
"""A parsed JSON value. A `msgspec.Raw` in it is always a number with a fraction or an exponent."""

MAXIMUM_NESTING = 127

_MOST_DIGITS = 4300  # of a number that Python reads without being asked twice
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SURROGATE = re.compile(rb"\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", re.DOTALL)
_AS_LISTS = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def _number(text: str) -> msgspec.Raw:
    """Keep a number as its text, with the exponent written the one way that the format has for it."""
    mantissa, has_exponent, exponent = text.lower().partition("e")
    if has_exponent and exponent[0] not in "+-":
        exponent = "+" + exponent
    return msgspec.Raw(f"{mantissa}{has_exponent}{exponent}".encode())


def _whole_number(text: str) -> int | msgspec.Raw:
    return int(text) if len(text) <= _MOST_DIGITS else msgspec.Raw(text.encode())


_values = msgspec.json.Decoder(float_hook=_number)
_syntax = msgspec.json.Decoder(msgspec.Raw)


def check(data: bytes) -> None:
    """Check that `data` is one strict JSON text, without building its value.

    Raises:
        JsonError: it is not; the message says why.
    """
    try:
        if not data.isascii():
            data.decode()
        _syntax.decode(data)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError) as error:
        raise JsonError(str(error)) from None
    if is_nested_deeper(data, MAXIMUM_NESTING):
        message = f"more than {MAXIMUM_NESTING} nested levels"
        raise JsonError(message)


def is_json(data: bytes) -> bool:
    """Whether `data` is UTF-8 and JSON in syntax, whatever its nesting and its surrogates (spec 5, section 1)."""
    try:
        data.decode()
        return _is_syntax(data) or _is_syntax(_SURROGATE.sub(_without_surrogate, data))
    except UnicodeDecodeError:
        return False
    except RecursionError:  # nested a thousand levels deep and more: that much is known to be JSON
        return True


def _is_syntax(data: bytes) -> bool:
    try:
        _syntax.decode(data)
    except msgspec.DecodeError:
        return False
    return True


def _without_surrogate(escape: re.Match[bytes]) -> bytes:
    return b"\\u0000" if escape[0].startswith(b"\\u") else escape[0]


def parse(text: bytes | str) -> JsonValue:
    """Parse one strict JSON text; the last of equal keys wins, in the place of the first.

    Raises:
        JsonError: the text is not strict JSON.
    """
    try:
        data = text.encode() if isinstance(text, str) else text
    except UnicodeEncodeError as error:
        raise JsonError(str(error)) from None
    check(data)
    return parse_checked(data)


def parse_checked(data: bytes | msgspec.Raw) -> JsonValue:
    """Parse what is known to be strict JSON (a part of a text that `check` has passed)."""
    try:
        value: JsonValue = _values.decode(data)
    except msgspec.ValidationError:
        # The one thing that strict JSON may hold and msgspec does not build: whole numbers of thousands of digits.
        import json  # noqa: PLC0415 - takes a while to import, and is nearly never needed

        value = json.loads(bytes(data), parse_int=_whole_number, parse_float=_number)
    return value


def compact(value: JsonValue) -> str:
    """Write `value` as compact JSON."""
    return msgspec.json.encode(value).decode()


def canonical(value: JsonValue) -> str:
    """Write `value` as compact JSON with the keys of every object in the order of their bytes (spec 5, section 3)."""
    return msgspec.json.encode(value, order="deterministic").decode()


def _occurs_often(data: bytes, byte: bytes, times: int) -> bool:
    """Whether a byte occurs more than so many times.

    Payloads have few brackets. To find them takes a quarter of the time of counting them in a payload of 7 kB.
    """
    place = -1
    for _ in range(times + 1):
        place = data.find(byte, place + 1)
        if place < 0:
            return False
    return True


def is_nested_deeper(data: bytes, levels: int) -> bool:
    """Whether valid JSON has more nested levels than so many. Of what is no JSON the answer may be either."""
    if len(data) <= 2 * levels:  # too short for so many brackets
        return False
    if not (_occurs_often(data, b"[", levels // 2) or _occurs_often(data, b"{", levels // 2)):
        return False
    if data.count(b"[") + data.count(b"{") <= levels:
        return False
    brackets = _STRING.sub(b"", data).translate(_AS_LISTS, _NOT_BRACKETS)
    for _ in range(levels):
        brackets = brackets.replace(b"[]", b"")  # takes away the innermost level
    return bool(brackets)
