"""How lists and texts are cut: by pages and excerpts that say how much there is in all."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from rollout_trace.web.interface.common import EXCERPT_CHARACTERS, Excerpt, Page

Whole = TypeVar("Whole")
Entry = TypeVar("Entry")


class AsksForPage(Protocol):
    """A question for a part of a list."""

    @property
    def offset(self) -> int:
        """The first entry that is asked for."""

    @property
    def limit(self) -> int:
        """How many are asked for at the most."""


def page_of(entries: Sequence[Entry], asked: AsksForPage) -> Page[Entry]:
    """The part of a list that is asked for."""
    return page_made_of(entries, asked, lambda part: part)


def page_made_of(
    wholes: Sequence[Whole], asked: AsksForPage, make: Callable[[Sequence[Whole]], Iterable[Entry]]
) -> Page[Entry]:
    """The part of a list that is asked for, whose entries are made only for that part."""
    part = wholes[asked.offset : asked.offset + asked.limit]
    return Page(offset=asked.offset, total=len(wholes), entries=tuple(make(part)))


def excerpt(text: str, offset: int = 0, limit: int = EXCERPT_CHARACTERS) -> Excerpt:
    """A part of a text."""
    return Excerpt(offset=offset, characters=len(text), text=text[offset : offset + limit])


def excerpts(texts: dict[str, str]) -> dict[str, Excerpt]:
    """The beginnings of several texts."""
    return {title: excerpt(text) for title, text in texts.items()}
