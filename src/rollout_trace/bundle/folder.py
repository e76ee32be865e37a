"""One bundle on disk, opened for reading.

Owns where things lie. It reads when asked and keeps nothing but the manifest, so a bundle that is still being written
can be opened too.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from rollout_trace.bundle import layout
from rollout_trace.bundle.confinement import Confinement, OutsideError
from rollout_trace.bundle.log import read_log
from rollout_trace.bundle.manifest import read_manifest
from rollout_trace.diagnostics import Code
from rollout_trace.errors import BundleError, PayloadError, reason_of
from rollout_trace.events.log_entry import LogEntry
from rollout_trace.events.manifest import Manifest
from rollout_trace.values import PayloadRef


class Bundle:
    """A trace bundle: its folder (`path`), its `manifest`, its events and its payloads."""

    def __init__(self, path: str | Path) -> None:
        """Open the bundle in the folder `path`.

        Raises:
            BundleError: the folder is no bundle, or its manifest cannot be read.
        """
        self.path = Path(path)
        try:
            self._files = Confinement(self.path)
            self.manifest: Manifest = read_manifest(self._files)
        except (OSError, ValueError) as error:
            raise BundleError(self.path, reason_of(error)) from error

    def events(self) -> Iterator[LogEntry]:
        """The lines of the log, in order: events, and lines that cannot be read.

        The log is streamed. Its end is where it ended when it was reached.

        Raises:
            BundleError: there is no log, or it cannot be opened.
        """
        try:
            descriptor = self._files.open(layout.EVENT_LOG)
        except OSError as error:
            raise BundleError(self.path / layout.EVENT_LOG, error.strerror or str(error)) from error
        except OutsideError as error:
            raise BundleError(self.path / layout.EVENT_LOG, str(error)) from error
        with os.fdopen(descriptor, "rb") as lines:
            try:
                yield from read_log(lines)
            except OSError as error:
                raise BundleError(self.path / layout.EVENT_LOG, error.strerror or str(error)) from error

    def read_payload(self, ref: PayloadRef) -> bytes:
        """The bytes of a payload file.

        Raises:
            PayloadError: the file is not there, cannot be read, or lies outside the bundle.
        """
        try:
            return self._files.read(ref.path)
        except OSError as error:
            raise PayloadError(Code.PAYLOAD_MISSING, ref.raw_payload_id, error.strerror or str(error)) from error
        except OutsideError as error:
            raise PayloadError(Code.PAYLOAD_OUTSIDE, ref.raw_payload_id, str(error)) from error

    def evidence_bytes(self) -> int:
        """The size of what was recorded: the manifest, the log, and the files in the folder of payloads."""
        files = [self.path / layout.MANIFEST, self.path / layout.EVENT_LOG]
        size = sum(file.lstat().st_size for file in files if file.exists())
        try:
            with os.scandir(self.path / layout.PAYLOADS) as payloads:
                return size + sum(payload.stat(follow_symlinks=False).st_size for payload in payloads)
        except OSError:  # there is no such folder, or it changes under our hands
            return size


def open_bundle(path: str | Path) -> Bundle:
    """Open the trace bundle in the folder `path`; raises `BundleError` if it is none."""
    return Bundle(path)
