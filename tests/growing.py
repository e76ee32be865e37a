"""A bundle on disk that a writer fills line by line, for tests of what follows it."""

import shutil
from pathlib import Path


class GrowingBundle:
    """A copy of a bundle whose log begins empty; its payloads are there from the beginning."""

    def __init__(self, source: Path, folder: Path) -> None:
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("state.json"))
        self.path = folder
        self.log = folder / "trace.jsonl"
        self.lines = self.log.read_bytes().splitlines(keepends=True)
        self.log.write_bytes(b"")
        self._written = 0

    def write(self, data: bytes) -> None:
        """Append bytes to the log."""
        with self.log.open("ab") as log:
            log.write(data)

    def write_lines(self, count: int) -> None:
        """Append the next lines."""
        self.write(b"".join(self.lines[self._written : self._written + count]))
        self._written += count

    def write_rest(self) -> None:
        """Append all lines that are left."""
        self.write_lines(len(self.lines) - self._written)
