"""Finding bundles in folders."""

import os
from pathlib import Path

from rollout_trace.bundle import layout
from rollout_trace.bundle.absence import why_no_bundle
from rollout_trace.errors import BundleError, reason_of


def find_bundles(path: str | Path) -> list[Path]:
    """The bundles at `path`: the folder itself if it is one, else those directly in it, by name.

    Raises:
        BundleError: `path` is no folder, or there is no bundle.
    """
    folder = Path(path)
    try:
        if (folder / layout.MANIFEST).exists():
            return [folder]
        bundles = sorted(manifest.parent for manifest in folder.glob(f"*/{layout.MANIFEST}"))
        if not bundles:
            raise BundleError(folder, why_no_bundle(folder))
    except (OSError, ValueError) as error:
        raise BundleError(folder, reason_of(error)) from error
    return bundles


def folder_name(path: Path) -> str:
    """What a folder is called, also where the path that was given is `.` or `..`. A link keeps its own name."""
    return Path(os.path.abspath(path)).name  # noqa: PTH100 - `resolve` would follow links
