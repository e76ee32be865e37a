"""Why there is no bundle at a path, in words that say what to do."""

from pathlib import Path
from typing import Final

from rollout_trace.bundle import layout
from rollout_trace.errors import reason_of

_NAME: Final = "name the folder of a bundle, or one that holds bundles"
_MOST_NAMED: Final = 3


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
    holding = [f"`{folder.name}`" for folder in sorted(path.iterdir()) if folder.is_dir() and _held(folder)]
    if holding:
        more = len(holding) - _MOST_NAMED
        named = ", ".join([*holding[:_MOST_NAMED], *([f"{more} more"] if more > 0 else [])])
        return f"no trace bundle, but folders that hold some: {named}; name one of them"
    return (
        f"no trace bundle: neither it nor a folder in it has a {layout.MANIFEST}; "
        f"codex writes bundles to the folder that {layout.ROOT_VARIABLE} names"
    )


def _why_no_folder(path: Path) -> str:
    if path.name == layout.STATE:
        return "is a reduced graph; name the folder it is in"
    if path.name in {layout.MANIFEST, layout.EVENT_LOG}:
        return "is a file of a bundle; name the folder it is in"
    return f"is no folder; {_NAME}"


def _held(folder: Path) -> int:
    """How many bundles lie directly in a folder."""
    return sum(1 for _ in folder.glob(f"*/{layout.MANIFEST}"))
