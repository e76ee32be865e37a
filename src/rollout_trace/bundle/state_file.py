"""Where `state.json` lies, and that it is replaced as a whole or not at all."""

from pathlib import Path

import msgspec

from rollout_trace.bundle import layout
from rollout_trace.bundle.confinement import Confinement, OutsideError
from rollout_trace.bundle.output_file import is_evidence, replace_file
from rollout_trace.errors import StateError, reason_of
from rollout_trace.limits import DEFAULT_LIMITS
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.state_json import decode_state, encode_state_in_parts


def load_state(path: str | Path) -> RolloutTrace:
    """Read a graph from a `state.json`, or from the bundle folder that holds one (spec 2).

    The file does not say in which mode it was made; to know, reduce the bundle.

    Raises:
        StateError: there is no such file, or it is no reduced graph.
    """
    given = Path(path)
    file = given
    try:
        if given.is_dir():
            file = given / layout.STATE
            return decode_state(
                Confinement(given).read(layout.STATE, DEFAULT_LIMITS.total_bytes)
            )  # a bundle may come from a stranger
        return decode_state(file.read_bytes())
    except (OutsideError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StateError(file, f"no reduced graph: {error}") from error
    except (OSError, ValueError) as error:
        raise StateError(file, reason_of(error)) from error


def write_state(trace: RolloutTrace, path: str | Path) -> None:
    """Write a graph to a file (spec 2): to a temporary file beside it first, which then takes its name.

    A pipe or a device that `path` names is written to as it is. Evidence of a bundle is not written over.

    Raises:
        StateError: the file cannot be written, or is evidence.
    """
    file = Path(path)
    if not file.name:
        raise StateError(file, "names no file")
    try:
        if is_evidence(file):
            raise StateError(file, "is evidence of a bundle, and is not written over")
        if file.exists() and not file.is_file():
            with file.open("wb") as pipe:
                pipe.writelines(encode_state_in_parts(trace))
        else:
            replace_file(file, encode_state_in_parts(trace))
    except (OSError, ValueError) as error:
        raise StateError(file, reason_of(error)) from error


def write_state_into(bundle: Path, trace: RolloutTrace) -> Path:
    """Write the `state.json` of a bundle; returns where it is.

    What had the name before is replaced, whatever it was: a bundle may come from a stranger, and a link or a pipe in
    it is not followed.

    Raises:
        StateError: the file cannot be written; what was there before is untouched.
    """
    file = bundle / layout.STATE
    try:
        replace_file(file, encode_state_in_parts(trace))
    except (OSError, ValueError) as error:
        raise StateError(file, reason_of(error)) from error
    return file
