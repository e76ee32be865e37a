"""The standard streams, made fit for what the command prints."""

import os
import sys
from pathlib import Path
from typing import TextIO


def prepare_streams() -> None:
    """Let there be streams, and let a terminal that lacks a character get it escaped."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _nowhere() -> TextIO:
    """A stream for what the shell has closed; it stays open as long as the process runs."""
    return Path(os.devnull).open("w")
