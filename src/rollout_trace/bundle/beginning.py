"""Bundles named by the beginning of their names, which are two UUIDs long."""

from pathlib import Path

from rollout_trace.bundle import layout
from rollout_trace.errors import BundleError

_MOST_NAMED = 3


def bundle_beginning(path: Path) -> Path | None:
    """The only bundle whose path begins with `path`; None if no bundle's does.

    Raises:
        BundleError: more than one does.
    """
    try:
        found = sorted(manifest.parent for manifest in path.parent.glob(f"*/{layout.MANIFEST}"))
    except (OSError, ValueError):
        return None
    begun = [bundle for bundle in found if path.name and bundle.name.startswith(path.name)]
    exact = [bundle for bundle in begun if bundle.name == path.name]
    if len(begun) > 1 and not exact:
        more = len(begun) - _MOST_NAMED
        names = [f"`{bundle.name}`" for bundle in begun[:_MOST_NAMED]] + ([f"{more} more"] if more > 0 else [])
        raise BundleError(path, f"may be {', '.join(names[:-1])} or {names[-1]}; give more of the name")
    return next(iter(exact or begun), None)
