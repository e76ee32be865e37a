"""What is remembered of a list of items that a thread has sent.

Data only; that a later list begins with the same bytes is found in `repeated_history`.
"""

import msgspec

from rollout_trace.ids import ItemId, ThreadId


class AnsweredItem(msgspec.Struct, frozen=True):
    """An item of an answer as it was written."""

    text: bytes
    """Without its last bracket, if null may be added."""
    may_get_null: bool
    """Whether `"content": null` may be added when it is sent, as Codex does with reasoning that has no content."""


class SentList(msgspec.Struct, frozen=True):
    """The last list of items that a thread sent, and the answer to it: their texts, and what these were found to be.

    A later list may begin with the one, and go on with the other.
    """

    thread_id: ThreadId
    texts: tuple[bytes, ...]
    """The items as they were sent, from the first byte of the first to the last of the last, in some pieces."""
    length: int
    """How many bytes that is."""
    count: int
    """How many items the text has; those that are no conversation count."""
    item_ids: tuple[ItemId, ...]
    skipped: tuple[int, ...]
    """The places, from 0, in the text's list of those that are no conversation, and so not in `item_ids`."""
    newest: int
    """The highest number that an item of the list or of the answer has."""
    known_ties: int
    """How many ties there were when the list was sent (`ReducerState.tied_calls`)."""
    answer: tuple[AnsweredItem, ...] = ()
    """The items of the answer; none as long as there is no answer."""
    answer_ids: tuple[ItemId, ...] = ()
    """As many."""


class Repeated(msgspec.Struct, frozen=True):
    """The beginning of a list that stands there as the thread has sent it, or been answered, before."""

    count: int
    """How many items of the list's text it is; those that are no conversation count."""
    item_ids: tuple[ItemId, ...]
    sent: int
    """How many of `item_ids` were sent before; the others are from an answer."""
    newest: int
    """No item of it has a higher number."""
    retied: tuple[ItemId, ...]
    """Those of its items that may have ties to be completed, in the order of the list."""


NOTHING_REPEATED = Repeated(0, (), 0, 0, ())
