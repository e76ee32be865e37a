"""The rule that a known field of an object may not stand twice (spec 1, "trace.jsonl").

JSON decoders take the last of equal keys. This module looks again at a text that was decoded, and finds what the
decoder passed over. It is called where a text is not in canonical form, which is seldom.
"""

from collections import Counter
from collections.abc import Iterable

import msgspec


class _Fields(dict[str, object]):
    """A JSON object, with the names of the fields that it holds more than once."""

    repeated: frozenset[str] = frozenset()


def repeated_field(read: msgspec.Struct, text: bytes) -> str | None:
    """The name of the first field known to `read` that stands twice in `text`, from which it was decoded."""
    import json  # noqa: PLC0415 - takes a while to import, and is seldom needed

    return _repeated(read, json.loads(text, object_pairs_hook=_fields, parse_int=str, parse_float=str))


def _fields(pairs: list[tuple[str, object]]) -> _Fields:
    fields = _Fields(pairs)
    if len(fields) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        fields.repeated = frozenset(name for name, count in counts.items() if count > 1)
    return fields


def _repeated(read: object, written: object) -> str | None:
    pairs: Iterable[tuple[object, object]]
    if isinstance(read, list) and isinstance(written, list):
        pairs = zip(read, written, strict=True)
    elif isinstance(read, msgspec.Struct) and isinstance(written, _Fields):
        names = read.__struct_encode_fields__
        tag_field = read.__struct_config__.tag_field
        for name in names if tag_field is None else (tag_field, *names):
            if name in written.repeated:
                return name
        pairs = ((getattr(read, name), written.get(name)) for name in names)
    else:
        return None
    found = (_repeated(*pair) for pair in pairs)
    return next((name for name in found if name is not None), None)
