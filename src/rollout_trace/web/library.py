"""The bundles that are viewed: which there are, what is known of each, and those of them that are open.

Owns one thread that looks for bundles again and again and finds the facts of new and changed ones, so that the list is
there at once and fills by itself. Which bundle a key means is looked up in what was found: no path comes from a page.
"""

import hashlib
import os
import time
from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final, NamedTuple

from rollout_trace.bundle import layout
from rollout_trace.bundle.absence import why_no_bundle
from rollout_trace.bundle.discovery import folder_name
from rollout_trace.errors import BundleError, QuestionError
from rollout_trace.fleet.fact_cache import FactCache, Fingerprint, fingerprint_of
from rollout_trace.fleet.facts import Found, each_known_or_found, facts_or_error
from rollout_trace.fleet.processes import in_processes, usable_cores
from rollout_trace.limits import Limits
from rollout_trace.query.bundle_facts import BundleFacts
from rollout_trace.query.prices import PriceTable
from rollout_trace.query.sessions import KnownBundle
from rollout_trace.web.interface.library import BundleKey
from rollout_trace.web.interface.rollout import LibraryChange
from rollout_trace.web.open_rollout import OpenRollout

_MOST_OPEN: Final = 4
"""How many rollouts are kept open: the one asked for longest ago is closed first, but none that is followed."""
_LOOK_SECONDS: Final = 0.5
_PATIENCE_SECONDS: Final = 2.0
"""How long closing waits for the thread."""
_REST: Final = 10
"""How much longer than it took to look, or to read what was changed, the thread does not do so again."""


class _ClosedError(Exception):
    """Nobody wants to know any more."""


class BundleEntry(NamedTuple):
    """A bundle in the folder, and what is known of it: nothing yet, its facts, or why there are none."""

    key: BundleKey
    path: Path
    found: Found | None


class Library:
    """What is at a path: one bundle, or all that lie directly in a folder. `close` it to end its threads."""

    def __init__(self, path: Path, limits: Limits, prices: PriceTable, *, keep_facts: bool = True) -> None:
        """View the folder `path`, which may be empty.

        Raises:
            BundleError: it is no folder.
        """
        if not path.is_dir():
            raise BundleError(path, why_no_bundle(path))
        self.path = path
        self.prices = prices
        self._limits = limits
        self._keep_facts = keep_facts
        self._lock = Lock()
        self._entries: dict[BundleKey, BundleEntry] = {}
        self._open: OrderedDict[BundleKey, OpenRollout] = OrderedDict()
        self._fingerprints: dict[BundleKey, Fingerprint | None] = {}
        self._look_after = self._refresh_after = 0.0
        self._is_closed = Event()
        self.revision = 0
        """Counts how often what is known became another."""
        self._look()
        self._thread = Thread(target=self._keep_up, name="library", daemon=True)
        self._thread.start()

    @property
    def is_one(self) -> bool:
        """Whether the folder is itself the only bundle."""
        return (self.path / layout.MANIFEST).exists() or (self.path / layout.EVENT_LOG).exists()

    def close(self) -> None:
        """End what goes on in the background."""
        self._is_closed.set()
        with self._lock:
            for rollout in self._open.values():
                rollout.close()
        self._thread.join(_PATIENCE_SECONDS)

    def entries(self) -> Sequence[BundleEntry]:
        """The bundles, by name."""
        with self._lock:
            return tuple(self._entries.values())

    def known(self) -> Sequence[KnownBundle]:
        """The bundles whose facts are known."""
        return [
            KnownBundle(entry.path, entry.found) for entry in self.entries() if isinstance(entry.found, BundleFacts)
        ]

    def change(self) -> LibraryChange:
        """How many bundles there are, and of how many it is known what they are, or why not."""
        entries = self.entries()
        return LibraryChange(found=len(entries), read=sum(entry.found is not None for entry in entries))

    def rollout(self, key: BundleKey) -> OpenRollout:
        """The rollout of this key, opened if it is not.

        Raises:
            QuestionError: there is no such bundle.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                raise QuestionError(
                    f"there is no bundle {key} (any more) in the folder that is viewed; the list has those there are"
                )
            if key not in self._open:
                self._open[key] = OpenRollout(key, entry.path, self._limits, self.prices)
            self._open.move_to_end(key)
            idle = [other for other, rollout in self._open.items() if other != key and not rollout.is_followed]
            for other in idle[: max(len(self._open) - _MOST_OPEN, 0)]:
                self._open.pop(other).close()
            return self._open[key]

    def _look(self) -> None:
        """Take note of which bundles there are now."""
        paths = [self.path] if self.is_one else self._bundles_in_folder()
        keys = {key_of(path): path for path in paths}
        with self._lock:
            if keys.keys() == self._entries.keys():
                return
            nothing = {key: BundleEntry(key, path, None) for key, path in keys.items()}
            self._entries = {key: self._entries.get(key, entry) for key, entry in nothing.items()}
            for key in self._open.keys() - keys.keys():
                self._open.pop(key).close()
            self.revision += 1

    def _bundles_in_folder(self) -> list[Path]:
        try:
            return sorted(manifest.parent for manifest in self.path.glob(f"*/{layout.MANIFEST}"))
        except OSError:  # the folder is gone; it may come back
            return []

    def _keep_up(self) -> None:
        """The work of the thread."""
        with suppress(_ClosedError):
            while True:
                self._look_if_due()
                with suppress(OSError):  # no processes, or no descriptors, for now: it is tried again
                    self._find_facts([entry.path for entry in self.entries() if entry.found is None])
                    self._refresh_if_due()
                self._is_closed.wait(_LOOK_SECONDS)

    def _look_if_due(self) -> None:
        """Take note of new bundles, as often as that takes no more than a small part of a core."""
        if self._is_closed.is_set():
            raise _ClosedError
        if time.monotonic() >= self._look_after:
            began = time.monotonic()
            self._look()
            self._look_after = _rested(began)

    def _refresh_if_due(self) -> None:
        """Find the facts of what was changed; not again and again, as a run that goes on is always changed."""
        if time.monotonic() < self._refresh_after:
            return
        began = time.monotonic()
        self._find_facts(
            [entry.path for entry in self.entries() if fingerprint_of(entry.path) != self._fingerprints.get(entry.key)]
        )
        self._refresh_after = _rested(began)

    def _find_facts(self, paths: Sequence[Path]) -> None:
        """Find the facts of bundles; while that lasts, new bundles are looked for."""
        fingerprints = {path: fingerprint_of(path) for path in paths}
        with closing(self._each_found(paths)) as each:
            for path, found in each:
                self._look_if_due()
                self._know(path, found, fingerprints[path])

    def _each_found(self, paths: Sequence[Path]) -> Generator[tuple[Path, Found]]:
        if self._keep_facts:
            yield from each_known_or_found(paths, FactCache(self._limits), self._found_anew)
        else:
            yield from self._found_anew(paths)

    def _found_anew(self, paths: Sequence[Path]) -> Generator[tuple[Path, Found]]:
        """The facts of each, found by other processes: in this one, answers would have to wait."""
        jobs = max(usable_cores() - 1, 1)
        find = partial(facts_or_error, limits=self._limits)
        yield from in_processes(find, paths, jobs, while_waiting=self._look_if_due)

    def _know(self, path: Path, found: Found, fingerprint: Fingerprint | None) -> None:
        key = key_of(path)
        with self._lock:
            if key in self._entries:
                self._fingerprints[key] = fingerprint
                self._entries[key] = BundleEntry(key, path, found)
                self.revision += 1


def _rested(began: float) -> float:
    """When to do again what began then and ends now."""
    ended = time.monotonic()
    return ended + (ended - began) * _REST


def key_of(bundle: Path) -> BundleKey:
    """How a bundle is called in addresses: the same whenever a folder of this name is viewed."""
    return BundleKey(hashlib.sha256(os.fsencode(folder_name(bundle))).hexdigest()[:12])
