"""The few things that recording asks of the file system, each one call.

Owns modes and flags: folders are for their owner alone (0700), files too (0600), nothing is inherited by programs that
the host starts, and no link is followed. Everything here raises `OSError`; what a failure means is for the callers.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
_AGAIN = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


class FileState(NamedTuple):
    """What an open file is, and how long."""

    identity: tuple[int, int]
    """Device and inode: the same for as long as it is the same file."""
    size: int
    """In bytes."""
    is_linked: bool
    """Whether a folder still names it."""


def make_folder(path: Path) -> None:
    """Make a folder, with those above it, or take one that is there and empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(FOLDER_MODE)
    except FileExistsError:
        if not path.is_dir() or any(path.iterdir()):
            reason = "it is there already, and is no empty folder"
            raise FileExistsError(errno.EEXIST, reason, str(path)) from None
        path.chmod(FOLDER_MODE)


def create_log(path: str) -> int:
    """Create a file to append to; returns its descriptor."""
    return os.open(path, _NEW | os.O_APPEND, FILE_MODE)


def reopen_log(path: str) -> int:
    """Open a file to append to that is there already; returns its descriptor."""
    return os.open(path, _AGAIN)


def state(descriptor: int) -> FileState:
    """What a descriptor leads to."""
    found = os.fstat(descriptor)
    return FileState((found.st_dev, found.st_ino), found.st_size, found.st_nlink > 0)


def append(descriptor: int, data: bytes | memoryview) -> int:
    """Hand data to the operating system, in one call; returns how many bytes it took, which may be fewer."""
    return os.write(descriptor, data)


def cut(descriptor: int, size: int) -> None:
    """Take everything after the first `size` bytes away."""
    os.ftruncate(descriptor, size)


def close(descriptor: int) -> None:
    """Close a descriptor."""
    os.close(descriptor)


def write_new(path: str, data: bytes) -> None:
    """Write a new file as a whole; one that fails half-way is taken away again."""
    descriptor = os.open(path, _NEW, FILE_MODE)
    try:
        try:
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)
    except OSError:
        _remove_if_possible(path)
        raise


def rename(source: str, target: str) -> None:
    """Give a file another name in its folder."""
    Path(source).rename(target)


def sync(descriptor: int) -> None:
    """Wait until a file's bytes are on the device."""
    os.fsync(descriptor)


def sync_path(path: str) -> None:
    """Wait until a file's bytes, or a folder's names, are on the device."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[append(descriptor, view) :]


def _remove_if_possible(path: str) -> None:
    with suppress(OSError):  # nobody refers to it
        Path(path).unlink()
