"""What is remembered of a list of items that a thread has sent.

Data only; that a later list begins with the same bytes is found in `repeated_history`.
"""

import msgspec

from rollout_trace.ids import ItemId, ThreadId


class SentList(msgspec.Struct, frozen=True):
    """The last list of items that a thread sent: its text, and the items that the text was found to be."""

    thread_id: ThreadId
    texts: tuple[bytes, ...]
    """The items as they were written, from the first byte of the first to the last of the last, in some pieces."""
    length: int
    """How many bytes that is."""
    count: int
    """How many items the text has; those that are no conversation count."""
    item_ids: tuple[ItemId, ...]
    indexes: tuple[int, ...]
    """The place in the text's list of each of `item_ids`."""
    newest: int
    """The highest number that an item of the list has."""
    known_ties: int
    """How many ties there were when the list was sent (`ReducerState.tied_calls`)."""


class Repeated(msgspec.Struct, frozen=True):
    """The beginning of a list that stands there as the thread has sent it before."""

    count: int
    """How many items of the list's text it is; those that are no conversation count."""
    item_ids: tuple[ItemId, ...]
    newest: int
    """No item of it has a higher number."""
    retied: tuple[ItemId, ...]
    """Those of its items that may have ties to be completed, in the order of the list."""


NOTHING_REPEATED = Repeated(0, (), 0, ())
