"""Why there is no bundle at a path, in words that say what to do: bundles further down are found, and named."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from rollout_trace.bundle import layout
from rollout_trace.errors import reason_of

_NAME: Final = "name the folder of a bundle, or one that holds bundles"
_MOST_NAMED: Final = 3
_MOST_LEVELS: Final = 4
_MOST_FOLDERS: Final = 1_000
"""In how many folders of a level bundles are looked for."""


def why_no_bundle(path: Path) -> str:
    """The reason, for a path that is no folder of a bundle."""
    try:
        return _reason(path)
    except OSError as error:
        return reason_of(error)


def _reason(path: Path) -> str:
    if not path.exists():
        return f"no such folder; {_NAME}"
    if not path.is_dir():
        return _why_no_folder(path)
    held = _held(path)
    if held:
        return f"no trace bundle, but a folder that holds {held}; name one of them"
    if holding := [f"`{folder.relative_to(path)}`" for folder in folders_further_down(path)]:
        more = len(holding) - _MOST_NAMED
        named = ", ".join([*holding[:_MOST_NAMED], *([f"{more} more"] if more > 0 else [])])
        return f"no trace bundle, but folders that hold some: {named}; name one of them"
    return (
        f"no trace bundle: neither it nor a folder in it has a {layout.MANIFEST}; "
        f"codex writes bundles to the folder that {layout.ROOT_VARIABLE} names"
    )


def folders_further_down(path: Path) -> list[Path]:
    """Of a folder without bundles: the folders in it, as few levels down as there are any, that have some in them."""
    level = [path]
    for _ in range(_MOST_LEVELS):
        level = list(islice((inner for outer in level for inner in _folders_in(outer)), _MOST_FOLDERS))
        if holding := [folder for folder in level if _held(folder)]:
            return holding
    return []


def _folders_in(folder: Path) -> Iterator[Path]:
    """The folders in a folder, by name; none where they cannot be seen, and no links, which may lead anywhere."""
    try:
        with os.scandir(folder) as entries:
            yield from sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return


def _why_no_folder(path: Path) -> str:
    if path.name == layout.STATE:
        return "is a reduced graph; name the folder it is in"
    if path.name in {layout.MANIFEST, layout.EVENT_LOG}:
        return "is a file of a bundle; name the folder it is in"
    return f"is no folder; {_NAME}"


def _held(folder: Path) -> int:
    """How many bundles lie directly in a folder."""
    return sum(1 for _ in folder.glob(f"*/{layout.MANIFEST}"))
