"""Finding bundles in folders: those directly in one, and where else they may be meant to be."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from rollout_trace.bundle import layout
from rollout_trace.errors import BundleError, reason_of

_NO_FOLDER = "is no folder; name the folder of a bundle, or one that holds bundles"
_WHERE_FROM = "codex writes bundles to the folder that CODEX_ROLLOUT_TRACE_ROOT names"
_MOST_LEVELS: Final = 4
_MOST_FOLDERS: Final = 1_000
"""In how many folders of a level bundles are looked for."""


def find_bundles(path: str | Path) -> list[Path]:
    """The bundles at `path`: the folder itself if it is one, else those directly in it, by name.

    Raises:
        BundleError: `path` is no folder, or there is no bundle.
    """
    folder = Path(path)
    try:
        if not folder.is_dir():
            raise BundleError(folder, _NO_FOLDER if folder.exists() else "no such folder")
        if (folder / layout.MANIFEST).exists():
            return [folder]
        bundles = sorted(manifest.parent for manifest in folder.glob(f"*/{layout.MANIFEST}"))
    except (OSError, ValueError) as error:
        raise BundleError(folder, reason_of(error)) from error
    if not bundles:
        further_down = folder_further_down(folder)
        hint = _WHERE_FROM if further_down is None else f"there are bundles in {further_down}; name that"
        raise BundleError(folder, f"no trace bundle: neither it nor a folder in it has a {layout.MANIFEST}; {hint}")
    return bundles


def folder_name(path: Path) -> str:
    """What a folder is called, also where the path that was given is `.` or `..`. A link keeps its own name."""
    return Path(os.path.abspath(path)).name  # noqa: PTH100 - `resolve` would follow links


def folder_further_down(folder: Path) -> Path | None:
    """Of a folder that has no bundles, the first one in it, a few levels down at most, that has some directly in it."""
    level = [folder]
    for _ in range(_MOST_LEVELS):
        level = list(islice((inner for outer in level for inner in _folders_in(outer)), _MOST_FOLDERS))
        for inner in level:
            if any(inner.glob(f"*/{layout.MANIFEST}")):
                return inner
    return None


def _folders_in(folder: Path) -> Iterator[Path]:
    """The folders in a folder, by name; none where they cannot be seen, and no links, which may lead anywhere."""
    try:
        with os.scandir(folder) as entries:
            yield from sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
