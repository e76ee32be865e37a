"""Finding bundles in folders."""

from pathlib import Path

from rollout_trace.bundle import layout
from rollout_trace.errors import BundleError, reason_of

_NO_FOLDER = "is no folder; name the folder of a bundle, or one that holds bundles"
_WHERE_FROM = "codex writes bundles to the folder that CODEX_ROLLOUT_TRACE_ROOT names"


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
        raise BundleError(
            folder, f"no trace bundle: neither it nor a folder in it has a {layout.MANIFEST}; {_WHERE_FROM}"
        )
    return bundles
