"""What all answers are made of: the envelope, pages of lists, excerpts of texts, and what is said in their place."""

from typing import Annotated, Final, Generic, TypeVar

import msgspec

from rollout_trace.values import Seq

INTERFACE_VERSION: Final = 1
"""Part of every path. Changes that a page of an older version would not understand make it another."""
MOST_ENTRIES: Final = 1_000
"""How many entries of a list are given at once at the most."""
EXCERPT_CHARACTERS: Final = 20_000
"""How much of a text is given with the object that says it; the rest comes when it is asked for."""

Offset = Annotated[int, msgspec.Meta(ge=0)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST_ENTRIES)]
PartLimit = Annotated[int, msgspec.Meta(ge=1, le=2_000_000)]
"""How much of a text or a file is given at once, in characters or bytes."""
Depth = Annotated[int, msgspec.Meta(ge=1, le=32)]
"""How many steps away."""
Entry = TypeVar("Entry")
Told = TypeVar("Told")


class Page(msgspec.Struct, Generic[Entry], frozen=True, kw_only=True):
    """A part of a list: `entries` from `offset` on, of `total` in all."""

    offset: int
    total: int
    entries: tuple[Entry, ...]


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a text: `text` from the character `offset` on, of `characters` in all. Each code point counts one."""

    offset: int
    characters: int
    text: str


class Answer(msgspec.Struct, Generic[Told], frozen=True, kw_only=True):
    """The envelope of every answer about a rollout."""

    answer: Told
    as_of: Seq
    """The last event of the graph that the answer is about; 0 for one without events."""
    names: dict[str, str]
    """The short name of each object that the answer mentions, by `<kind>/<id>`."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """In place of an answer (status 202): the bundle is being read; ask again. In bytes of its log."""

    bytes_read: int
    bytes_in_log: int


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """In place of an answer (status 4xx or 5xx): why there is none, in a sentence for a person."""

    code: str
    sentence: str


class PageQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of a list."""

    offset: Offset = 0
    limit: Limit = 100


class NoQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to choose."""
