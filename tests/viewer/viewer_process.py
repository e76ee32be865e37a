"""`rollout-trace view` as a user starts it: a process of its own that tells its address."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

COMMAND = (sys.executable, "-m", "rollout_trace", "view", "--no-open", "--no-cache")
LONGEST_END_SECONDS = 20


class ViewerProcess:
    """A viewer of a bundle or of a folder of bundles, from its start to its end."""

    def __init__(self, path: Path, port: int = 0, environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [*COMMAND, "--port", str(port), str(path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        assert self._process.stdout is not None
        told = self._process.stdout.readline()
        found = re.search(r"is shown at (http://127\.0\.0\.1:(\d+)/)(\S*)", told)
        assert found is not None, f"the viewer did not tell its address: {told!r}"
        self.origin = found[1].removesuffix("/")
        self.port = int(found[2])
        self.first_address = found[1] + found[3]
        """What the viewer itself would open."""

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def stop(self) -> None:
        """End it as Ctrl-C does, and wait until it is gone."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(LONGEST_END_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
