"""Where `state.json` lies, and that it is replaced as a whole or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from rollout_trace.bundle import layout
from rollout_trace.bundle.confinement import Confinement, OutsideError
from rollout_trace.errors import StateError, reason_of
from rollout_trace.limits import DEFAULT_LIMITS
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.state_json import decode_state, encode_state, encode_state_in_parts

_BUFFER_BYTES = 1 << 20  # a state comes in many parts; large writes took a third less time than Python's own 8 KB


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
        if _is_evidence(file):
            raise StateError(file, "is evidence of a bundle, and is not written over")
        if file.exists() and not file.is_file():
            file.write_bytes(encode_state(trace))
        else:
            _replace(file, encode_state_in_parts(trace))
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
        _replace(file, encode_state_in_parts(trace))
    except (OSError, ValueError) as error:
        raise StateError(file, reason_of(error)) from error
    return file


def _replace(file: Path, parts: Iterable[bytes | memoryview]) -> None:
    temporary = file.with_name(f".{file.name}.{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb", buffering=_BUFFER_BYTES) as output:
            output.writelines(parts)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def _is_evidence(file: Path) -> bool:
    """Whether a file is, or would be, evidence of a bundle: its manifest, its log, or anything in its folders.

    Beside those a bundle may hold graphs, under whatever names.
    """
    real = Path(os.path.realpath(file))
    bundle = next((folder for folder in real.parents if _is_bundle(folder)), None)
    if bundle is None:
        return False
    # Where the case of letters does not matter, as on most Macs, another spelling is the same file.
    return real.parent != bundle or real.name.lower() in {layout.MANIFEST, layout.EVENT_LOG}


def _is_bundle(folder: Path) -> bool:
    """Whether a folder is a bundle, and not just one with a manifest of another kind, as web projects have."""
    return (folder / layout.MANIFEST).exists() and (
        (folder / layout.EVENT_LOG).exists() or (folder / layout.PAYLOADS).exists()
    )
