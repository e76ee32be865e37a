"""Opening files below a folder, and never anything else.

A bundle may come from a stranger, and the paths in it are his. This module refuses what leads out of the folder
(absolute paths, `..`, symbolic links) and what is no regular file (a pipe would block, a device might do anything).
It does not defend against a folder that changes while it is read.
"""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from rollout_trace.errors import RolloutTraceError

# O_NONBLOCK lets us open a pipe without waiting for its writer, and then refuse it. Windows has neither flag.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_CHUNK_BYTES = 1 << 20


class OutsideError(RolloutTraceError):
    """A path does not lead to a regular file inside its folder."""


class TooLargeError(RolloutTraceError):
    """A file is larger than what is to be read of it."""


class Confinement:
    """A folder whose files can be opened, and nothing else."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._base = os.path.abspath(root)
        self._real_root = os.path.realpath(root)
        self._real_folders: dict[str, str] = {}  # of folders inside, each with a slash at its end

    def open(self, path: str) -> int:
        """Open the regular file at `path`, relative to the folder, for reading; returns its descriptor.

        Raises:
            OutsideError: the path leads out of the folder, or to what is no regular file.
            OSError: there is no such file, or it cannot be opened.
        """
        descriptor, _size = self._open(path)
        return descriptor

    def read(self, path: str, most_bytes: int) -> bytes:
        """Read the regular file at `path` whole; raises what `open` raises.

        Raises:
            TooLargeError: it has more than `most_bytes`.
        """
        descriptor, size = self._open(path)
        try:
            if size > most_bytes:
                raise TooLargeError(path)
            # A file object would cost more than the system calls, and payloads are many.
            data = os.read(descriptor, size + 1)
            if len(data) == size:
                return data
            parts = [data]
            while data:  # it grew, or is more than the system gives at once
                data = os.read(descriptor, _CHUNK_BYTES)
                parts.append(data)
                size += len(data)
                if size > most_bytes + _CHUNK_BYTES:
                    raise TooLargeError(path)
            return b"".join(parts)
        except (MemoryError, OverflowError):
            raise OSError(errno.EFBIG, "is too large to be read") from None
        finally:
            os.close(descriptor)

    def files_in(self, folder: str) -> Iterator[tuple[str, int | None]]:
        """The path of every file directly in a folder, and its size in bytes; None for what is no regular file.

        Raises:
            OutsideError: the folder leads out.
            OSError: there is no such folder, or it cannot be looked into.
        """
        with os.scandir(self._inside(os.path.join(self._base, folder), folder)) as entries:
            for entry in entries:
                is_file = entry.is_file(follow_symlinks=False)
                yield f"{folder}/{entry.name}", entry.stat().st_size if is_file else None

    def _open(self, path: str) -> tuple[int, int]:
        """The descriptor and the size of the file at `path`."""
        try:
            location = self._locate(path)
            try:
                descriptor = os.open(location, _FLAGS | _NO_LINK)
            except OSError as error:
                if error.errno not in {errno.ELOOP, errno.EMLINK}:  # Linux and macOS; FreeBSD
                    raise
                descriptor = os.open(self._inside(location, path), _FLAGS)
        except ValueError:  # a zero byte, or half a surrogate pair
            message = f"{path!r} is no path"
            raise OutsideError(message) from None
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            message = f"{path!r} is no regular file"
            raise OutsideError(message)
        return descriptor, status.st_size

    def _locate(self, path: str) -> str:
        """Where `path` leads: its real folder, and the name in it."""
        folder, _, name = path.rpartition("/")
        real = self._real_folders.get(folder)
        if real is not None and ".." not in name:  # as nearly all are, so this was looked at once
            return real + name
        if os.path.isabs(path) or ".." in path.replace("\\", "/").split("/"):
            message = f"{path!r} leads out of the bundle"
            raise OutsideError(message)
        folder, name = os.path.split(path)
        real = os.path.join(self._inside(os.path.join(self._base, folder), path), "")
        self._real_folders[folder] = real
        return real + name

    def _inside(self, location: str, path: str) -> str:
        real = os.path.realpath(location)
        if os.path.commonpath([self._real_root, real]) != self._real_root:
            message = f"{path!r} is a link that leads out of the bundle"
            raise OutsideError(message)
        return real
