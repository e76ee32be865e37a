"""One bundle on disk, opened for reading.

Owns where things lie. It reads when asked and keeps nothing but the manifest, so a bundle that is still being written
can be opened too.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rollout_trace.bundle import layout
from rollout_trace.bundle.confinement import Confinement, OutsideError, TooLargeError
from rollout_trace.bundle.log import lines_of, read_log
from rollout_trace.bundle.manifest import read_manifest
from rollout_trace.diagnostics import Code
from rollout_trace.errors import BundleError, PayloadError, reason_of
from rollout_trace.events.log_entry import LogEntry
from rollout_trace.events.manifest import Manifest
from rollout_trace.limits import DEFAULT_LIMITS, Limits, exceeded
from rollout_trace.values import PayloadRef


class Bundle:
    """A trace bundle: its folder (`path`), its `manifest`, its events and its payloads, read within its `limits`."""

    def __init__(self, path: str | Path, limits: Limits = DEFAULT_LIMITS) -> None:
        """Open the bundle in the folder `path`.

        Raises:
            BundleError: the folder is no bundle, or its manifest cannot be read.
        """
        self.path = Path(path)
        self.limits = limits
        try:
            self._files = Confinement(self.path)
            self.manifest: Manifest = read_manifest(self._files, limits)
        except (OSError, ValueError) as error:
            raise BundleError(self.path, reason_of(error)) from error

    def events(self) -> Iterator[LogEntry]:
        """The lines of the log, in order: events, and lines that cannot be read.

        The log is streamed. Its end is where it ended when it was reached.

        Raises:
            BundleError: there is no log, or it cannot be opened.
        """
        with os.fdopen(self.open_log(), "rb") as log:
            try:
                yield from read_log(lines_of(log, self.limits), self.limits)
            except OSError as error:
                raise BundleError(self.path / layout.EVENT_LOG, error.strerror or str(error)) from error

    def open_log(self) -> int:
        """Open the log for reading; returns its descriptor.

        Raises:
            BundleError: there is no log, or it cannot be opened.
        """
        try:
            return self._files.open(layout.EVENT_LOG)
        except OSError as error:
            raise BundleError(self.path / layout.EVENT_LOG, error.strerror or str(error)) from error
        except OutsideError as error:
            raise BundleError(self.path / layout.EVENT_LOG, str(error)) from error

    def payload_files(self) -> Iterator[tuple[str, int | None]]:
        """The path and the size in bytes of every file in the folder of payloads; None for what is no regular file.

        Raises:
            BundleError: the folder cannot be looked into.
        """
        try:
            yield from self._files.files_in(layout.PAYLOADS)
        except FileNotFoundError:
            return
        except (OSError, OutsideError) as error:
            raise BundleError(self.path / layout.PAYLOADS, str(error)) from error

    def read_payload(self, ref: PayloadRef) -> bytes:
        """The bytes of a payload file.

        Raises:
            PayloadError: the file is not there, cannot be read, is too large, or lies outside the bundle.
        """
        with self._faults_of(ref):
            return self._files.read(ref.path, self.limits.payload_bytes)

    def read_payload_part(self, ref: PayloadRef, offset: int, most_bytes: int) -> tuple[bytes, int]:
        """A part of a payload file, from a byte on, and the size of the file, which no limit bounds.

        Raises:
            PayloadError: the file is not there, cannot be read, or lies outside the bundle.
        """
        with self._faults_of(ref), os.fdopen(self._files.open(ref.path), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(min(offset, size))
            return file.read(most_bytes), size

    @contextmanager
    def _faults_of(self, ref: PayloadRef) -> Iterator[None]:
        """Whatever goes wrong with a payload file is a `PayloadError`."""
        try:
            yield
        except OSError as error:
            raise PayloadError(Code.PAYLOAD_MISSING, ref.raw_payload_id, error.strerror or str(error)) from error
        except OutsideError as error:
            raise PayloadError(Code.PAYLOAD_OUTSIDE, ref.raw_payload_id, str(error)) from error
        except TooLargeError as error:
            reason = exceeded(self.limits, "payload_bytes", f"the size in bytes of {ref.path!r}")
            raise PayloadError(Code.LIMIT_EXCEEDED, ref.raw_payload_id, reason) from error

    def evidence_bytes(self) -> int:
        """The size of what was recorded: the manifest, the log, and the files in the folder of payloads."""
        files = [self.path / layout.MANIFEST, self.path / layout.EVENT_LOG]
        size = sum(file.lstat().st_size for file in files if file.exists())
        try:
            with os.scandir(self.path / layout.PAYLOADS) as payloads:
                return size + sum(payload.stat(follow_symlinks=False).st_size for payload in payloads)
        except OSError:  # there is no such folder, or it changes under our hands
            return size


def open_bundle(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> Bundle:
    """Open the trace bundle in the folder `path`, to be read within `limits`; raises `BundleError` if it is none."""
    return Bundle(path, limits)
