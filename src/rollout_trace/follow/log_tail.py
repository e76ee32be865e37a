"""The lines that are appended to a log, read once each.

Owns where in the file reading stands, and how it shows that the file is not the one that was read so far: another file
under its name, one that is shorter than what was read, one whose last bytes before that place are others, or one that
was written to after the end of the recording without having grown (before it, that may be a writer at work). A line
without its line feed is not complete yet; its bytes are kept until the rest comes.
"""

import os
from collections.abc import Iterator
from typing import Final, NamedTuple

from rollout_trace.bundle.folder import Bundle

_CHUNK_BYTES: Final = 1 << 20
_REMEMBERED_BYTES: Final = 64


class ReplacedError(Exception):
    """The log is another than the one that was read so far; the message says how that shows."""


class _Seen(NamedTuple):
    """The file as it was when it was looked at last."""

    device: int
    number: int
    size: int
    changed_at_ns: int


class LogTail:
    """A place in the log of a bundle, up to which it was read."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._seen: _Seen | None = None
        self._read = 0
        self._last_bytes = b""
        self.incomplete_line = b""
        """What there is of a line whose line feed has not come yet."""

    @property
    def has_read(self) -> bool:
        """Whether there has been a log."""
        return self._seen is not None

    @property
    def bytes_read(self) -> int:
        """How far reading has come."""
        return self._read

    @property
    def bytes_in_log(self) -> int:
        """How large the log was when it was looked at last."""
        return 0 if self._seen is None else self._seen.size

    def new_lines(self, *, is_closed: bool) -> Iterator[bytes]:
        """The lines that were completed since the last call, each with its line feed. An overlong one comes in pieces.

        `is_closed` says that what was read is at the end of the recording.

        Raises:
            ReplacedError: the log is not the one that was read so far.
            BundleError: there is no log, or it cannot be opened.
            OSError: it cannot be read.
        """
        descriptor = self._bundle.open_log()
        try:
            status = os.fstat(descriptor)
            seen = _Seen(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
            if seen == self._seen:
                return
            self._check_same(seen, descriptor)
            if is_closed and self._seen is not None and seen.size == self._seen.size:
                raise ReplacedError("the log was written to after its end")
            self._seen = seen
            while chunk := os.pread(descriptor, _CHUNK_BYTES, self._read):
                self._read += len(chunk)
                self._last_bytes = (self._last_bytes + chunk)[-_REMEMBERED_BYTES:]
                yield from self._lines_of(chunk)
        finally:
            os.close(descriptor)

    def _check_same(self, seen: _Seen, descriptor: int) -> None:
        if self._seen is not None and (seen.device, seen.number) != (self._seen.device, self._seen.number):
            raise ReplacedError("another file has taken the place of the log")
        if seen.size < self._read:
            raise ReplacedError("the log is shorter than what was read of it")
        length = len(self._last_bytes)
        if os.pread(descriptor, length, self._read - length) != self._last_bytes:
            raise ReplacedError("what was read of the log has changed")

    def _lines_of(self, chunk: bytes) -> Iterator[bytes]:
        *complete, self.incomplete_line = (self.incomplete_line + chunk).split(b"\n")
        for line in complete:
            yield line + b"\n"
        if len(self.incomplete_line) > self._bundle.limits.line_bytes:
            piece, self.incomplete_line = self.incomplete_line, b""
            yield piece
