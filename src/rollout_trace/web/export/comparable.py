"""What each request of an exported file showed, by numbers, so that the page can compare any two as the server does.

Two items, or two values of a setting, have the same number if they say the same. No text goes into the file by this.
"""

from collections.abc import Hashable

import msgspec

from rollout_trace.ids import InferenceCallId
from rollout_trace.query.context import NOT_COMPARED, content_sent, settings_of
from rollout_trace.query.sameness import common_beginning
from rollout_trace.query.sent_items import SentItem, cut_places, sent_items
from rollout_trace.web.view import View


class ComparableRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it can be compared with another."""

    inference_call_id: InferenceCallId
    same: int
    """How many of its items say the same, from the beginning on, as those of the request before it here."""
    contents: tuple[int, ...]
    """What the rest of them say."""
    settings: dict[str, int]
    """The fields beside the items; none where the payload cannot be had."""


def comparable_requests(view: View) -> list[ComparableRequest]:
    """The requests, in the order of the graph; without those whose items can no more be had as they were sent."""
    numbers: dict[Hashable, int] = {}
    by_item: dict[SentItem, int] = {}
    found: list[ComparableRequest] = []
    before: tuple[int, ...] = ()
    for call_id, call in view.trace.inference_calls.items():
        (items,) = sent_items(view.bundle, view.trace, call)
        if any(items[place].cut_text is None for place in cut_places(view.trace, call.request_item_ids)):
            continue
        for item in items:
            if item not in by_item:
                by_item[item] = _numbered(numbers, content_sent(view.trace, item))
        contents = tuple(by_item[item] for item in items)
        same = common_beginning(before, contents)
        settings = settings_of(view.bundle, view.trace, call)
        numbered = {
            name: _numbered(numbers, bytes(value)) for name, value in settings.items() if name not in NOT_COMPARED
        }
        found.append(
            ComparableRequest(inference_call_id=call_id, same=same, contents=contents[same:], settings=numbered)
        )
        before = contents
    return found


def _numbered(numbers: dict[Hashable, int], what: Hashable) -> int:
    return numbers.setdefault(what, len(numbers))
