"""One bundle that is open: read in the background, followed while it grows, and looked at from any moment of its log.

Owns one thread, which alone reads the log. A graph is made of what was read only when somebody asks for it, or follows
it: to make one costs as much as the graph is large.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final, NamedTuple

from rollout_trace.bundle import layout
from rollout_trace.bundle.discovery import folder_name
from rollout_trace.bundle.folder import Bundle
from rollout_trace.errors import BundleError, RolloutTraceError
from rollout_trace.follow.bundle_follower import BundleFollower, Change, ChangeKind
from rollout_trace.follow.following import DEFAULT_INTERVAL_SECONDS
from rollout_trace.limits import Limits
from rollout_trace.query.current_activity import current_activities
from rollout_trace.query.prices import PriceTable
from rollout_trace.values import Seq
from rollout_trace.web.interface.common import Reading
from rollout_trace.web.interface.library import BundleKey
from rollout_trace.web.interface.rollout import RolloutChange
from rollout_trace.web.moments import Moments
from rollout_trace.web.view import View, extent_of

_PATIENCE_SECONDS: Final = 1.0
"""How long an answer waits for a bundle to be read before it says how far reading has come."""
_MOST_ACTIVITIES: Final = 100
_MOST_CHANGES: Final = 50
"""How many changes are kept for streams that look less often than changes are told."""
_REST: Final = 4
"""How much longer than it took to tell of a change the next waits, so that a large graph is not made all the time."""
_LEAST_REST_SECONDS: Final = 0.1


class NumberedChange(NamedTuple):
    """A change that was told, and the how manieth it was."""

    number: int
    change: RolloutChange


class OpenRollout:
    """A bundle that is open; `close` it to end its thread."""

    def __init__(self, key: BundleKey, path: Path, limits: Limits, prices: PriceTable) -> None:
        self.key = key
        self.path = path
        self._prices = prices
        self._follower = BundleFollower(path, limits)
        self._reading = Lock()
        """Held while the follower reads, or is asked for its graph."""
        self._is_read = Event()
        self._is_closed = Event()
        self._error: RolloutTraceError | None = None
        self._entries = 0
        """How often something was read; the graph of another number is another."""
        self._view: tuple[tuple[int, bool], View, Moments] | None = None
        self._payloads_changed_at: int | None = None
        self._limits = limits
        self.changes: tuple[NumberedChange, ...] = ()
        """The last things that happened while somebody followed, in order; another tuple each time. The last says how
        things stand; there is none where something has happened since."""
        self._changes_told = 0
        self._followers = 0
        self._counting = Lock()
        self._thread = Thread(target=self._follow, name=f"rollout {key}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let its thread end."""
        self._is_closed.set()

    def view(self, at: Seq | None = None) -> View | Reading:
        """The rollout as it is now, or as it was at an event; how far reading has come while there is neither.

        Raises:
            BundleError: there is no bundle, or none that can be read.
        """
        is_read = self._is_read.wait(_PATIENCE_SECONDS)
        if self.has_ended and not self._is_closed.is_set():
            raise BundleError(self.path, "reading it failed, which is a fault of ours; the terminal says more")
        if not is_read:
            done, size = self._follower.progress()
            return Reading(bytes_read=done, bytes_in_log=size)
        view, moments = self._now()
        return view if at is None else moments.at(at)

    @property
    def is_followed(self) -> bool:
        """Whether somebody is told of changes."""
        return self._followers > 0

    @property
    def has_ended(self) -> bool:
        """Whether it is closed, so that nothing more will be told."""
        return not self._thread.is_alive()

    @contextmanager
    def followed(self) -> Iterator[None]:
        """While this lasts, what happens is told in `changes`, and the rollout stays open."""
        with self._counting:
            self._followers += 1
        try:
            yield
        finally:
            with self._counting:
                self._followers -= 1

    def _now(self) -> tuple[View, Moments]:
        with self._reading:
            if self._error is not None:
                raise self._error
            is_live = self._follower.is_live
            if self._view is None or self._view[0] != (self._entries, is_live):
                reduction = self._follower.reduction(log_goes_on=is_live)
                extent = extent_of(self.key, folder_name(self.path), reduction, is_live=is_live)
                view = View(self._follower.bundle, reduction, extent, self._prices)
                self._view = ((self._entries, is_live), view, Moments(view))
            return self._view[1:]

    def _follow(self) -> None:
        """The work of the thread."""
        tell_after = 0.0
        waiting: Change | None = None
        while not self._is_closed.is_set():
            change = self._read_on()
            self._is_read.set()
            waiting = _together(waiting, change)
            if not self.is_followed:
                self.changes = () if waiting else self.changes
            elif time.monotonic() >= tell_after and (waiting or not self.changes):
                tell_after = self._tell(waiting)
                waiting = None
            if change is None:
                self._is_closed.wait(DEFAULT_INTERVAL_SECONDS)
        waiting = _together(waiting, self._read_on())
        if self.is_followed and waiting:  # above all, that it is gone
            self._tell(waiting)

    def _read_on(self) -> Change | None:
        with self._reading:
            try:
                change = self._follower.poll()
                if self._has_other_payloads() and change is None:
                    change = Change(kind=ChangeKind.GROWN, entries=0)
                if not self._follower.is_open:
                    Bundle(self.path, self._limits)  # which says why it cannot be opened
                self._error = None
            except RolloutTraceError as error:
                change, self._error = None, error
            self._entries += change is not None
        return change

    def _has_other_payloads(self) -> bool:
        """Whether payload files came or went after the recording: what is told of the evidence is another then.

        During it they come with the events that name them, which are changes anyway.
        """
        try:
            changed_at = (self.path / layout.PAYLOADS).stat().st_mtime_ns
        except OSError:
            changed_at = None
        before, self._payloads_changed_at = self._payloads_changed_at, changed_at
        return changed_at != before and not self._follower.is_live

    def _tell(self, change: Change | None) -> float:
        """Make a change known; returns before when no other is to be told."""
        began = time.monotonic()
        try:
            view, _ = self._now()
        except RolloutTraceError:
            return began + _LEAST_REST_SECONDS
        extent = view.extent
        told = RolloutChange(
            kind=(ChangeKind.OPENED if change is None else change.kind).value,
            reason=None if change is None else change.reason,
            first_seq=extent.first_seq,
            last_seq=extent.last_seq,
            events=extent.events,
            is_live=extent.is_live,
            activities=current_activities(view.trace)[:_MOST_ACTIVITIES],
        )
        self._changes_told += 1
        self.changes = (*self.changes, NumberedChange(self._changes_told, told))[-_MOST_CHANGES:]
        ended = time.monotonic()
        return ended + max((ended - began) * _REST, _LEAST_REST_SECONDS)


def _together(earlier: Change | None, later: Change | None) -> Change | None:
    """Two changes as one: a log that was replaced, and has grown since, is one that was replaced."""
    if earlier is None or later is None:
        return later or earlier
    return earlier if (earlier.kind, later.kind) == (ChangeKind.REPLACED, ChangeKind.GROWN) else later
