"""Where words stand in all text of a rollout.

Words are looked for as they stand. A pattern of a user can take longer than anyone would wait, and nothing stops it
within a process; so patterns are matched in a process of their own, which is ended when its time is over.
"""

import os
import re
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from time import monotonic
from typing import Final, NamedTuple

import msgspec

from rollout_trace.errors import QuestionError
from rollout_trace.query.gist import gist
from rollout_trace.query.naming import object_of
from rollout_trace.query.search import HeldText, held_texts
from rollout_trace.web import parts
from rollout_trace.web.answers import pattern_process
from rollout_trace.web.answers.cutting import page_made_of
from rollout_trace.web.answers.pattern_process import FoundLine, Matched, Matching
from rollout_trace.web.interface.common import Page
from rollout_trace.web.interface.objects import SearchHit
from rollout_trace.web.interface.questions import SearchQuery
from rollout_trace.web.view import View, once_a_view

MOST_HITS: Final = 100_000
"""In how many lines words may stand; what stands in more finds nothing for anyone."""
MOST_SECONDS: Final = 10.0
"""How long a pattern may be matched."""
_KEPT_CHARACTERS: Final = 10_000_000
"""How much of what was found is kept; the last search is, however much it found."""
_BATCH_CHARACTERS: Final = 8_000_000
_BEFORE, _MATCH, _AFTER = 120, 400, 400


class _Hit(NamedTuple):
    """A line in which the words stand, and what holds it."""

    held: HeldText
    """Without its text."""
    before: str
    match: str
    after: str


class _Searches:
    """The searches that were done last in a view, so that their further pages are there."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, bool, bool], Sequence[_Hit]] = OrderedDict()
        self._lock = Lock()

    def hits(self, view: View, asked: SearchQuery) -> Sequence[_Hit]:
        """All that was found; one search after the other, as each of them reads the whole bundle."""
        key = (asked.text, asked.is_pattern, asked.match_case)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = tuple(_search(view, asked))
                while len(self._kept) > 1 and sum(map(_characters, self._kept.values())) > _KEPT_CHARACTERS:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def _characters(hits: Sequence[_Hit]) -> int:
    return sum(len(hit.before) + len(hit.match) + len(hit.after) for hit in hits)


@once_a_view
def _searches(_view: View) -> _Searches:
    return _Searches()


def search(view: View, asked: SearchQuery) -> Page[SearchHit]:
    """The lines in which words stand: in items first, then in other payloads, then in what events say.

    Raises:
        QuestionError: there is nothing to look for, it stands in too many lines, or the pattern is none or takes too
            long.
    """
    if not asked.text:
        raise QuestionError("there are no words to look for")
    hits = _searches(view).hits(view, asked)
    return page_made_of(hits, asked, lambda part: [_told(view, hit) for hit in part])


def _told(view: View, hit: _Hit) -> SearchHit:
    holder = hit.held.holder
    return SearchHit(
        holder=holder,
        what=gist(view.trace, parts.names(view), holder),
        thread_id=getattr(object_of(view.trace, holder), "thread_id", None),
        before=hit.before,
        match=hit.match,
        after=hit.after,
        payload=None if hit.held.payload is None else hit.held.payload.raw_payload_id,
        position=hit.held.position,
    )


def _search(view: View, asked: SearchQuery) -> Iterator[_Hit]:
    find = (_Pattern if asked.is_pattern else _Words)(asked.text, match_case=asked.match_case).find
    seen: set[int] = set()  # of each hit its hash: a line that a payload says twice counts once
    for batch in _batches(held_texts(view.bundle, view.reduction, parts.applied(view))):
        for found in find([held.text for held in batch]):
            held = msgspec.structs.replace(batch[found.text], text="")
            known = hash((held, found.line, found.start))
            if known in seen:
                continue
            seen.add(known)
            if len(seen) > MOST_HITS:
                message = f"`{asked.text}` stands in more than {MOST_HITS:,} lines; look for something rarer"
                raise QuestionError(message)
            yield _cut(held, found)


def _batches(texts: Iterable[HeldText]) -> Iterator[list[HeldText]]:
    """Texts in groups that take no more memory than a large one does."""
    batch: list[HeldText] = []
    characters = 0
    for held in texts:
        batch.append(held)
        characters += len(held.text)
        if characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _cut(held: HeldText, found: FoundLine) -> _Hit:
    line, start, end = found.line, found.start, found.end
    return _Hit(
        held=held,
        before=line[max(start - _BEFORE, 0) : start],
        match=line[start:end][:_MATCH],
        after=line[end : end + _AFTER],
    )


class _Words:
    """Words that are found as they stand, in a time that grows with the text alone, whatever the words are.

    `str.find` promises that; a pattern of literal words that are matched without regard to case does not.
    """

    def __init__(self, words: str, *, match_case: bool) -> None:
        self._length = len(words)
        self._as_matched = str if match_case else _small
        self._words = self._as_matched(words)

    def find(self, texts: Sequence[str]) -> Iterator[FoundLine]:
        """The lines of texts in which the words stand."""
        for index, text in enumerate(texts):
            for line in text.split("\n"):
                start = self._as_matched(line).find(self._words)
                if start >= 0:
                    yield FoundLine(index, line, start, start + self._length)


def _small(text: str) -> str:
    """A text in small letters, as many as it has letters, so that a place in it is one in the text."""
    one_for_one = text.replace("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "i")  # of which `lower` makes two
    return one_for_one.lower().replace("\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}")


class _Pattern:
    """A pattern that is matched by other processes, all of them together for no longer than the time allowed."""

    def __init__(self, pattern: str, *, match_case: bool) -> None:
        self._pattern = pattern
        self._flags = re.NOFLAG if match_case else re.IGNORECASE
        self._seconds = MOST_SECONDS

    def find(self, texts: Sequence[str]) -> Sequence[FoundLine]:
        """The lines of texts that match."""
        matching = Matching(self._pattern, int(self._flags), tuple(texts), MOST_HITS)
        try:
            asked = msgspec.msgpack.encode(matching)
        except UnicodeEncodeError:
            message = f"{self._pattern!r} has half a surrogate pair, which no text has"
            raise QuestionError(message) from None
        began = monotonic()
        try:
            done = subprocess.run(  # noqa: S603 - our own program
                [sys.executable, "-W", "ignore", "-P", "-m", pattern_process.__name__],
                input=asked,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},  # so that it finds the same packages
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=max(self._seconds, 0),
                check=True,
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            message = (
                f"the pattern `{self._pattern}` was given up: it takes more than {MOST_SECONDS:.0f} seconds, or more"
                " memory than there is; a simpler one, or plain words, can be found"
            )
            raise QuestionError(message) from None
        self._seconds -= monotonic() - began
        answer = msgspec.msgpack.decode(done.stdout, type=Matched)
        if answer.fault is not None:
            message = f"`{self._pattern}` is no pattern: {answer.fault}; it can be looked for as plain words"
            raise QuestionError(message)
        return answer.found
