"""The bundle that was begun last: what somebody means who asks about the run that has just gone wrong."""

from pathlib import Path

from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.bundle.folder import Bundle
from rollout_trace.errors import BundleError


def newest_bundle(root: str | Path) -> Path:
    """Of the bundles in a folder, the one whose rollout began last; bundles that cannot be opened do not count.

    Raises:
        BundleError: there is none.
    """
    begun = []
    for path in find_bundles(root):
        try:
            begun.append((Bundle(path).manifest.started_at_unix_ms, path))
        except BundleError:
            continue
    if not begun:
        raise BundleError(Path(root), "none of the bundles in it can be opened")
    return max(begun)[1]
