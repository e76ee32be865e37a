"""Exports for tests: a rollout in one file, written by the command."""

import subprocess
import sys
from pathlib import Path


def export(bundle: Path, file: Path, *options: str) -> Path:
    """Write a bundle into a file, which is returned."""
    command = [sys.executable, "-m", "rollout_trace", "export", "html", str(bundle), "-o", str(file), *options]
    subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603
    return file
