"""Following a bundle, or all bundles of a root as they appear, by looking again and again.

Looking is portable where being told of changes is not, and costs a few microseconds a bundle. A bundle whose log
nobody has written to for long is only looked at, and read when it changes.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rollout_trace.bundle import layout
from rollout_trace.bundle.absence import why_no_bundle
from rollout_trace.errors import BundleError
from rollout_trace.follow.bundle_follower import QUIET_SECONDS, BundleFollower, Change
from rollout_trace.limits import DEFAULT_LIMITS, Limits

DEFAULT_INTERVAL_SECONDS: Final = 0.05
_REST: Final = 10
"""How much longer than it looked for bundles a follower does something else."""


class Following:
    """The bundles at a path: the one that it is, or those in it. `poll` it to take in what is new."""

    def __init__(
        self, path: str | Path, limits: Limits = DEFAULT_LIMITS, *, quiet_seconds: float = QUIET_SECONDS
    ) -> None:
        """Follow what is at `path`; of a folder of bundles, those whose log changed in the last `quiet_seconds`.

        Raises:
            BundleError: there is no such folder.
        """
        self.path = Path(path)
        if not self.path.is_dir():
            raise BundleError(self.path, why_no_bundle(self.path))
        self._limits = limits
        self._quiet_seconds = quiet_seconds
        self._quiet: dict[Path, float | None] = {}
        """The bundles that were left alone, with the time at which their log had changed last."""
        self.bundles: dict[Path, BundleFollower] = {}
        if (self.path / layout.MANIFEST).exists() or (self.path / layout.EVENT_LOG).exists():
            self.bundles[self.path] = BundleFollower(self.path, limits)
        self._is_root = not self.bundles
        self._find_again_at = 0.0

    def poll(self) -> Iterator[tuple[BundleFollower, Change]]:
        """What is new in each bundle."""
        if self._is_root:
            self._find()
        for follower in list(self.bundles.values()):
            change = follower.poll()
            if change is not None:
                yield follower, change

    def _find(self) -> None:
        """Look for new bundles, and at the quiet ones; of thousands not each time, which would take all."""
        began = time.monotonic()
        if began < self._find_again_at:
            return
        self._look_into_root()
        ended = time.monotonic()
        self._find_again_at = ended + (ended - began) * _REST

    def _look_into_root(self) -> None:
        try:
            folders = sorted(folder for folder in self.path.iterdir() if folder not in self.bundles and folder.is_dir())
        except OSError:  # the root is gone; it may come back
            return
        for folder in folders:
            changed_at = _changed_at(folder)
            first_seen = folder not in self._quiet
            is_quiet = changed_at is not None and changed_at < time.time() - self._quiet_seconds
            if (first_seen and is_quiet) or self._quiet.get(folder, -1) == changed_at:
                self._quiet[folder] = changed_at
            elif (folder / layout.MANIFEST).exists():
                self._quiet.pop(folder, None)
                self.bundles[folder] = BundleFollower(folder, self._limits)


def follow_bundles(
    path: str | Path,
    limits: Limits = DEFAULT_LIMITS,
    *,
    interval_seconds: float = DEFAULT_INTERVAL_SECONDS,
    until_end: bool = False,
) -> Iterator[tuple[BundleFollower, Change]]:
    """Yield each change of a bundle, or of any bundle in a folder, as it comes; the follower has the graph.

    It looks every `interval_seconds`, and goes on for ever, or `until_end`: until every bundle that was seen is closed.

    Raises:
        BundleError: there is no such folder.
    """
    following = Following(path, limits)
    while True:
        is_idle = True
        for followed in following.poll():
            is_idle = False
            yield followed
        if until_end and following.bundles and all(bundle.is_closed for bundle in following.bundles.values()):
            return
        if is_idle:
            time.sleep(interval_seconds)


def _changed_at(folder: Path) -> float | None:
    """When the log of a bundle was last written to, in seconds since 1970; None if it has none."""
    try:
        return (folder / layout.EVENT_LOG).stat().st_mtime
    except OSError:
        return None
