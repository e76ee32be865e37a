"""Facts of bundles that were found before, kept in the user's cache folder so that the next time is immediate.

Owns the files there, one a bundle, and when what they say still counts: as long as the log (its size and time), the
manifest and the folder of payloads (the time of its last new or removed file) are what they were before the facts were
found, and the program and its limits are the same. A log that grows has another size each time, also when it grew
while it was read. Payloads are written once and never changed; who changes one in place needs `--no-cache`.

The facts hold what users asked, so the folder and its files are for the user alone. Whatever cannot be read there, or
not be written, is as if it were not there. All of it may be removed at any time.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from rollout_trace.bundle import layout
from rollout_trace.limits import Limits
from rollout_trace.query.bundle_facts import BundleFacts
from rollout_trace.user_folders import cache_folder
from rollout_trace.version import __version__

_FORM: Final = f"{__version__} 3"
"""The program that found the facts, and the form in which they are kept: change the number where facts change."""
_EVIDENCE: Final = (layout.MANIFEST, layout.EVENT_LOG, layout.PAYLOADS)


class Fingerprint(msgspec.Struct, frozen=True, array_like=True):
    """What tells that a bundle is what it was."""

    states: tuple[tuple[int, int, int], ...]
    """Of manifest, log and folder of payloads: inode, size in bytes, time of the last change in nanoseconds."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    form: str
    limits: Limits
    bundle: str
    fingerprint: Fingerprint
    facts: BundleFacts


_decoder: Final = msgspec.json.Decoder(_Entry)


def fingerprint_of(bundle: Path) -> Fingerprint | None:
    """What the bundle is like now; None if something of it is not there."""
    states = []
    try:
        for name in _EVIDENCE:
            status = os.stat(os.path.join(bundle, name))  # noqa: PTH116, PTH118 - runs three times a bundle
            size = 0 if name == layout.PAYLOADS else status.st_size
            states.append((status.st_ino, size, status.st_mtime_ns))
    except OSError:
        return None
    return Fingerprint(tuple(states))


class FactCache:
    """The facts that are kept of bundles that were read within some limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._folder = cache_folder() / "facts"

    def get(self, bundle: Path, fingerprint: Fingerprint) -> BundleFacts | None:
        """The facts of a bundle, if they are kept and still true."""
        try:
            entry = _decoder.decode(self._file(bundle).read_bytes())
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        known = entry.form, entry.limits, entry.bundle, entry.fingerprint
        return entry.facts if known == (_FORM, self._limits, _name(bundle), fingerprint) else None

    def put(self, bundle: Path, fingerprint: Fingerprint, facts: BundleFacts) -> None:
        """Keep the facts of a bundle that was found to be so before they were looked for."""
        name = _name(bundle)
        entry = _Entry(form=_FORM, limits=self._limits, bundle=name, fingerprint=fingerprint, facts=facts)
        file = self._file(bundle)
        temporary = file.with_name(f".{file.name}.{os.urandom(8).hex()}.tmp")
        with suppress(OSError):
            for folder in (self._folder.parent, self._folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as output:
                    output.write(msgspec.json.encode(entry))
                temporary.replace(file)
            finally:
                temporary.unlink(missing_ok=True)

    def _file(self, bundle: Path) -> Path:
        digest = hashlib.sha256(os.fsencode(bundle.absolute())).hexdigest()[:32]
        return self._folder / f"{digest}.json"


def _name(bundle: Path) -> str:
    """The place of a bundle as text; bytes that are no text are escaped."""
    return os.fsencode(bundle.absolute()).decode(errors="backslashreplace")
