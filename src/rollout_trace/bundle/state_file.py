"""Where `state.json` lies, and that it is replaced as a whole or not at all."""

import secrets
from pathlib import Path

import msgspec

from rollout_trace.bundle import layout
from rollout_trace.bundle.confinement import Confinement, OutsideError
from rollout_trace.errors import StateError
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.state_json import decode_state, encode_state


def load_state(path: str | Path) -> RolloutTrace:
    """Read a graph from a `state.json`, or from the bundle folder that holds one (spec 2).

    The file does not say in which mode it was made; to know, reduce the bundle.

    Raises:
        StateError: there is no such file, or it is no reduced graph.
    """
    given = Path(path)
    in_bundle = given.is_dir()
    file = given / layout.STATE if in_bundle else given
    try:
        # A bundle may come from a stranger; a file that was named comes from the user.
        return decode_state(Confinement(given).read(layout.STATE) if in_bundle else file.read_bytes())
    except OSError as error:
        raise StateError(file, error.strerror or str(error)) from error
    except (OutsideError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StateError(file, f"no reduced graph: {error}") from error


def write_state(trace: RolloutTrace, path: str | Path) -> None:
    """Write a graph to a file (spec 2): to a temporary file beside it first, which then takes its name.

    What is no regular file, such as a pipe, is written to as it is.

    Raises:
        StateError: the file cannot be written; what was there before is untouched.
    """
    file = Path(path)
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(8)}.tmp")
    try:
        if file.exists() and not file.is_file():
            file.write_bytes(encode_state(trace))
            return
        try:
            with temporary.open("xb") as output:
                output.write(encode_state(trace))
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise StateError(file, error.strerror or str(error)) from error
