"""Error messages without what differs from one occurrence to the next, so that like comes to like.

Numbers, ids, addresses and paths are replaced by what they are; words stay, and so do exit codes and HTTP statuses. Two
messages of one shape say the same.
"""

import re
from typing import Final

_LONGEST: Final = 300
"""Characters of a message that count: the beginning says what is wrong."""

_REPLACED: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\b[a-z][a-z0-9+.-]*://[^\s\"'<>]+", "URL"),
        (r"(?<![\w/.])(?:~|\.{1,2})?(?:/[\w.@+~-]+)+/?", "PATH"),
        (r"\b[A-Za-z]:(?:\\[\w.@+~-]+)+\\?", "PATH"),
        (r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b", "ID"),
        (r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b", "ID"),
        (r"\b[A-Za-z]+_(?=\w*\d)[A-Za-z0-9_-]{6,}\b", "ID"),
        (r"\b0x[0-9a-fA-F]+\b", "N"),
        (r"(?<![A-Za-z_\d])(?<!exit code )(?<!exit code -)(?<!status )[-+]?\d+(?:[.,:]\d+)*", "N"),
    )
)
"""What is replaced by what, in this order: an address holds a path, and a path holds numbers."""


def shape_of(message: str) -> str:
    """The shape of a message, on one line."""
    shape = " ".join(message[:_LONGEST].split())
    for pattern, replacement in _REPLACED:
        shape = pattern.sub(replacement, shape)
    return shape if shape != "N" else message.strip()  # a number alone is all that such a message says
