"""The text of lists of ids that mostly are each other's beginning, as the lists of what requests sent are.

A long conversation is listed in every request, so that these lists are most of a `state.json`. Their common text is
written once.
"""

from itertools import accumulate

import msgspec


class GrowingLists:
    """Writes lists of ids as JSON, at one level of indentation."""

    def __init__(self, indentation: int) -> None:
        self._before_id = b",\n" + b" " * (indentation + 2)
        self._after_ids = b"\n" + b" " * indentation + b"]"
        self._ids: tuple[str, ...] = ()
        self._text = b""
        self._ends = [0]

    def text_of(self, ids: tuple[str, ...]) -> tuple[bytes | memoryview, ...]:
        """A list as JSON, in parts."""
        if not ids:
            return (b"[]",)
        if self._ids[: len(ids)] != ids:
            self._take(ids)
        return b"[", memoryview(self._text)[1 : self._ends[len(ids)]], self._after_ids  # without the first comma

    def _take(self, ids: tuple[str, ...]) -> None:
        """Let a list be the one of which others are the beginning."""
        known = len(self._ids) if ids[: len(self._ids)] == self._ids else 0
        added = [self._before_id + msgspec.json.encode(item) for item in ids[known:]]
        self._ids = ids
        self._text = b"".join((self._text[: self._ends[known]], *added))
        self._ends = [*self._ends[:known], *accumulate(map(len, added), initial=self._ends[known])]
