"""Finding bundles in folders."""

from collections.abc import Iterator
from pathlib import Path

from rollout_trace.bundle import layout
from rollout_trace.errors import BundleError


def find_bundles(path: Path) -> Iterator[Path]:
    """The bundles at `path`: the folder itself if it is one, else those directly in it, by name.

    Raises:
        BundleError: `path` is no folder, or there is no bundle.
    """
    if not path.is_dir():
        reason = "no such folder" if not path.exists() else "not a folder"
        raise BundleError(path, reason)
    if (path / layout.MANIFEST).exists():
        return iter([path])
    bundles = sorted(manifest.parent for manifest in path.glob(f"*/{layout.MANIFEST}"))
    if not bundles:
        reason = f"no trace bundle: neither it nor a folder in it has a {layout.MANIFEST}"
        raise BundleError(path, reason)
    return iter(bundles)
