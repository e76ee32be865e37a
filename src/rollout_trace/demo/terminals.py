"""Real commands in real terminals: started, polled, written to, and ended with the agent that started them.

Nothing here knows of traces.
"""

import itertools
import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

_SECONDS_BETWEEN_LOOKS: Final = 0.01


class InterruptedByUserError(BaseException):
    """The user has stopped what is going on. No `Exception`, so that nobody takes it for a failure of the work."""


class Terminal:
    """A command of the shell, which may run on while nobody waits for it."""

    def __init__(self, process_id: str, command: str, folder: Path) -> None:
        self.process_id = process_id
        self.command = command
        self.exit_code: int | None = None
        self.output = ""
        """All that was written so far."""
        self._shown = 0
        self._process = subprocess.Popen(  # noqa: S603 - the demo's own commands, in a folder of its own
            ["sh", "-c", command],  # noqa: S607 - every system has a shell
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,  # so that what it starts ends with it
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def write(self, text: str) -> None:
        """Write to the command."""
        if text and self._process.stdin is not None:
            self._process.stdin.write(text)
            self._process.stdin.flush()

    def news(self, seconds: float, interrupt: threading.Event) -> str:
        """What was written since the last look, once the command has ended or so many seconds have passed.

        Raises:
            InterruptedByUserError: the user did not want to wait.
        """
        end = time.monotonic() + seconds
        while self._reader.is_alive() and time.monotonic() < end:
            if interrupt.wait(_SECONDS_BETWEEN_LOOKS):
                raise InterruptedByUserError("stopped by the user")
        if not self._reader.is_alive():
            self.exit_code = self._process.wait()
        news, self._shown = self.output[self._shown :], len(self.output)
        return news

    def stop(self) -> None:
        """End the command and what it has started, if any of it still runs."""
        if self._reader.is_alive():
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self.output += line


class Terminals:
    """The terminals of one rollout. Used with `with`: none outlives the block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1001)
        self._open: dict[str, Terminal] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        for terminal in self._open.values():
            terminal.stop()

    def start(self, command: str) -> Terminal:
        """Start a command."""
        terminal = Terminal(str(next(self._numbers)), command, self.folder)
        self._open[terminal.process_id] = terminal
        return terminal

    def __getitem__(self, process_id: str) -> Terminal:
        return self._open[process_id]
