"""Writing a file that a user names: as a whole or not at all, and never over the evidence of a bundle."""

import os
from collections.abc import Iterable
from pathlib import Path

from rollout_trace.bundle import layout

_BUFFER_BYTES = 1 << 20  # a state comes in many parts; large writes took a third less time than Python's own 8 KB


def replace_file(file: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file: to a temporary one beside it first, which then takes its name.

    Raises:
        OSError: it cannot be written; what was there before is untouched.
    """
    temporary = file.with_name(f".{file.name}.{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb", buffering=_BUFFER_BYTES) as output:
            output.writelines(parts)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def is_evidence(file: Path) -> bool:
    """Whether a file is, or would be, evidence of a bundle: its manifest, its log, or anything in its folders.

    Beside those a bundle may hold graphs, under whatever names.
    """
    real = Path(os.path.realpath(file))
    bundle = next((folder for folder in real.parents if _is_bundle(folder)), None)
    if bundle is None:
        return False
    # Where the case of letters does not matter, as on most Macs, another spelling is the same file.
    return real.parent != bundle or real.name.lower() in {layout.MANIFEST, layout.EVENT_LOG}


def _is_bundle(folder: Path) -> bool:
    """Whether a folder is a bundle, and not just one with a manifest of another kind, as web projects have."""
    return (folder / layout.MANIFEST).exists() and (
        (folder / layout.EVENT_LOG).exists() or (folder / layout.PAYLOADS).exists()
    )
