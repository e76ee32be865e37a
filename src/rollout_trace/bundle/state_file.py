"""Where `state.json` lies, and that it is replaced as a whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

import msgspec

from rollout_trace.bundle import layout
from rollout_trace.errors import StateError
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.state_json import decode_state, encode_state


def load_state(path: str | Path) -> RolloutTrace:
    """Read a graph from a `state.json`, or from the bundle folder that holds one.

    The file does not say in which mode it was made; to know, reduce the bundle.

    Raises:
        StateError: there is no such file, or it is no reduced graph.
    """
    file = Path(path)
    if file.is_dir():
        file = file / layout.STATE
    try:
        return decode_state(file.read_bytes())
    except OSError as error:
        raise StateError(file, error.strerror or str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = f"no reduced graph: {error}"
        raise StateError(file, reason) from error


def write_state(trace: RolloutTrace, file: Path) -> None:
    """Write a graph to `file`: to a temporary file beside it first, which then takes its name.

    Raises:
        StateError: the file cannot be written; what was there before is untouched.
    """
    temporary: str | None = None
    try:
        descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(descriptor, "wb") as output:
            output.write(encode_state(trace))
        Path(temporary).replace(file)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise StateError(file, error.strerror or str(error)) from error
