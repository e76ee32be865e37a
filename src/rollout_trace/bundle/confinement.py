"""Opening files below a folder, and never anything else.

A bundle may come from a stranger, and the paths in it are his. This module refuses what leads out of the folder
(absolute paths, `..`, symbolic links) and what is no regular file (a pipe would block, a device might do anything).
It does not defend against a folder that changes while it is read.
"""

import errno
import os
import stat
from pathlib import Path

from rollout_trace.errors import RolloutTraceError

# O_NONBLOCK lets us open a pipe without waiting for its writer, and then refuse it. Windows has neither flag.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class OutsideError(RolloutTraceError):
    """A path does not lead to a regular file inside its folder."""


class Confinement:
    """A folder whose files can be opened, and nothing else."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._base = os.path.abspath(root)
        self._real_root = os.path.realpath(root)
        self._real_folders: dict[str, str] = {}

    def open(self, path: str) -> int:
        """Open the regular file at `path`, relative to the folder, for reading; returns its descriptor.

        Raises:
            OutsideError: the path leads out of the folder, or to what is no regular file.
            OSError: there is no such file, or it cannot be opened.
        """
        folder, name = self._locate(path)
        try:
            descriptor = os.open(os.path.join(folder, name), _FLAGS | _NO_LINK)
        except OSError as error:
            if error.errno not in {errno.ELOOP, errno.EMLINK}:  # Linux and macOS; FreeBSD
                raise
            descriptor = os.open(self._inside(os.path.join(folder, name), path), _FLAGS)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            message = f"{path!r} is no regular file"
            raise OutsideError(message)
        return descriptor

    def read(self, path: str) -> bytes:
        """Read the regular file at `path` whole; raises what `open` raises."""
        with os.fdopen(self.open(path), "rb", buffering=0) as file:
            try:
                return file.read()
            except (MemoryError, OverflowError):
                raise OSError(errno.EFBIG, "is too large to be read") from None

    def _locate(self, path: str) -> tuple[str, str]:
        """The real folder of `path`, and the name in it."""
        if "\0" in path or not _can_be_encoded(path):
            message = f"{path!r} is no path"
            raise OutsideError(message)
        if os.path.isabs(path) or ".." in path.replace("\\", "/").split("/"):
            message = f"{path!r} leads out of the bundle"
            raise OutsideError(message)
        folder, name = os.path.split(path)
        real = self._real_folders.get(folder)
        if real is None:
            real = self._real_folders[folder] = self._inside(os.path.join(self._base, folder), path)
        return real, name

    def _inside(self, location: str, path: str) -> str:
        real = os.path.realpath(location)
        if os.path.commonpath([self._real_root, real]) != self._real_root:
            message = f"{path!r} is a link that leads out of the bundle"
            raise OutsideError(message)
        return real


def _can_be_encoded(path: str) -> bool:
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True
