"""A rollout as it was at any of its events.

Going back means to replay the log up to there. Some states on the way are kept, so that the next moment is replayed
from the nearest of them and not from the beginning; and the last few moments that were looked at are kept as they are.
"""

from collections import OrderedDict
from threading import Lock
from typing import Final

from rollout_trace.events.log_entry import LogEntry, LoggedEvent
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer
from rollout_trace.values import Seq
from rollout_trace.web import parts
from rollout_trace.web.view import View

_STOPS: Final = 8
"""How many states on the way are kept. Each is a copy of the reducer's maps, and saves replaying an eighth of a log."""
_MOST_VIEWS: Final = 6
"""With the states on the way less than the whole again: at a log of 40,000 events 95 MB beside 133 MB."""


class Moments:
    """The moments of one log, as it was when it was read."""

    def __init__(self, whole: View) -> None:
        """Go back from the view of the whole log."""
        self._whole = whole
        self._lock = Lock()
        self._stops: dict[int, Reducer] = {}
        """The reducer that has seen so many entries."""
        self._views: OrderedDict[int, View] = OrderedDict()
        self._places: dict[Seq, int] | None = None

    def at(self, seq: Seq) -> View:
        """The rollout when the event `seq` had just happened, or, if there is none, the last one before it."""
        with self._lock:
            entries = parts.log_entries(self._whole)
            count = self._entries_up_to(seq, entries)
            if count == len(entries):
                return self._whole
            if count not in self._views:
                self._views[count] = self._whole.at(self._replayed(count, entries).view(log_goes_on=True))
                while len(self._views) > _MOST_VIEWS:
                    self._views.popitem(last=False)
            self._views.move_to_end(count)
            return self._views[count]

    def _entries_up_to(self, seq: Seq, entries: tuple[LogEntry, ...]) -> int:
        """How many entries to replay. Where a damaged log has a seq twice, its first event is meant."""
        if self._places is None:
            self._places = {}
            for number, entry in enumerate(entries, start=1):
                if isinstance(entry, LoggedEvent):
                    self._places.setdefault(entry.event.seq, number)
        if seq in self._places:
            return self._places[seq]
        earlier = [known for known in self._places if known < seq]
        if len(earlier) == len(self._places):
            return len(entries)
        return self._places[max(earlier)] if earlier else 0

    def _replayed(self, count: int, entries: tuple[LogEntry, ...]) -> Reducer:
        """A reducer that has seen the first `count` entries."""
        bundle = self._whole.bundle
        done = max((stop for stop in self._stops if stop <= count), default=0)
        if done:
            reducer = self._stops[done].fork()
        else:
            reducer = Reducer(bundle.manifest, bundle.read_payload, Mode.SALVAGE, limits=bundle.limits)
        between = max(len(entries) // _STOPS, 1)
        for number, entry in enumerate(entries[done:count], start=done + 1):
            reducer.apply(entry)
            if number % between == 0 and number not in self._stops:
                self._stops[number] = reducer.fork()
        return reducer
