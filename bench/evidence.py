"""The bundles on disk, which are there as long as they are measured."""

import dataclasses
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from make_bundle import Options

PROGRAM = Path(__file__).with_name("make_bundle.py")


@dataclass(frozen=True)
class Evidence:
    """A bundle, and how much it holds."""

    folder: Path
    events: int
    size: int
    """Bytes of the log and of all payloads."""

    @property
    def state(self) -> Path:
        """Where the graph is written."""
        return self.folder / "state.json"


@contextmanager
def made(folder: Path, options: Options) -> Iterator[Evidence]:
    """A bundle; it is removed at the end of the context.

    It is made by a process of its own, so that this one stays small (see `measuring.measure`).
    """
    given = [
        f"--{name.replace('_', '-')}={value}"
        for name, value in dataclasses.asdict(options).items()
        if value is not None
    ]
    subprocess.run([sys.executable, PROGRAM, folder, *given], check=True)  # noqa: S603 - our own program
    try:
        log = (folder / "trace.jsonl").read_bytes()
        payloads = sum(payload.stat().st_size for payload in (folder / "payloads").iterdir())
        yield Evidence(folder, log.count(b"\n"), len(log) + payloads)
    finally:
        shutil.rmtree(folder)
