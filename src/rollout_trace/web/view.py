"""One graph that is looked at, and what was computed of it.

Owns that each part of many answers (a timeline, the names, a search) is computed once, when it is first asked for,
however many threads ask. What the parts are stands where they are used: `parts.py` has those that answers share.
"""

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Any, NamedTuple, TypeVar

from rollout_trace.bundle.folder import Bundle
from rollout_trace.query.prices import PriceTable
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import Seq
from rollout_trace.web.interface.library import BundleKey

Part = TypeVar("Part")


class LogExtent(NamedTuple):
    """Of which bundle a graph is, and how far its log went when it was read."""

    key: BundleKey
    name: str
    """Of the bundle's folder."""
    first_seq: Seq
    """0, as `last_seq`, for a log without events."""
    last_seq: Seq
    events: int
    is_live: bool
    """Whether the log may still grow."""


def extent_of(key: BundleKey, name: str, reduction: Reduction, *, is_live: bool) -> LogExtent:
    """How far the log went from which a graph was made."""
    seqs = [position.seq for position, _ in reduction.evidence]
    return LogExtent(
        key=key,
        name=name,
        first_seq=min(seqs, default=0),
        last_seq=max(seqs, default=0),
        events=len(seqs),
        is_live=is_live,
    )


class Parts:
    """What was computed of one thing. The first thread that asks for a part computes it, the others wait for it."""

    def __init__(self) -> None:
        self._parts: dict[object, Any] = {}
        self._locks: dict[object, RLock] = {}  # one for each part, so that a quick one does not wait for a slow one

    def get(self, key: object, compute: Callable[[], Part]) -> Part:
        """The part of this key. One whose computation fails is computed anew when it is next asked for."""
        with self._locks.setdefault(key, RLock()):
            if key not in self._parts:
                self._parts[key] = compute()
            part: Part = self._parts[key]
            return part


class View:
    """A graph as answers see it: of the whole log so far, or as it was at an event."""

    def __init__(
        self,
        bundle: Bundle,
        reduction: Reduction,
        extent: LogExtent,
        prices: PriceTable,
        whole: "View | None" = None,
    ) -> None:
        """Look at a graph. `whole` is the view of the whole log, if this one is of an earlier moment."""
        self.bundle = bundle
        self.reduction = reduction
        self.trace = reduction.trace
        self.extent = extent
        self.prices = prices
        self.whole = whole or self
        self.parts = Parts()

    def at(self, reduction: Reduction) -> "View":
        """A view of an earlier moment of the same log; what is of the whole log is computed once for both."""
        return View(self.bundle, reduction, self.extent, self.prices, self.whole)


def once_a_view(compute: Callable[[View], Part]) -> Callable[[View], Part]:
    """Make a function of a view one that is computed once for each view."""

    @wraps(compute)
    def part(view: View) -> Part:
        return view.parts.get(compute, lambda: compute(view))

    return part


def once_a_log(compute: Callable[[View], Part]) -> Callable[[View], Part]:
    """Make a function of a view one that is computed once for all moments of a log, from the view of the whole."""

    @wraps(compute)
    def part(view: View) -> Part:
        return view.whole.parts.get(compute, lambda: compute(view.whole))

    return part
