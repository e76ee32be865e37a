"""`state.json` in and out (spec 2).

Owns the form that the file has: two spaces, fields in the order of the types, maps sorted by the UTF-8 bytes of their
keys; and what differs between the layouts of its schemas (spec 5, section 2). Where the file lies, and that it is
replaced as a whole, is for `bundle`.
"""

from typing import Any

import msgspec

from rollout_trace.model.rollout import RolloutTrace

_state = msgspec.json.Decoder(RolloutTrace)


def encode_state(trace: RolloutTrace) -> bytes:
    """Write a graph as the bytes of a `state.json`, which has no line feed at its end."""
    fields: dict[str, Any] = msgspec.structs.asdict(trace)
    if trace.recording_complete is None:  # schema 1 has neither this field nor those of cells that are none
        del fields["recording_complete"]
    else:
        fields["code_cells"] = {key: msgspec.structs.asdict(cell) for key, cell in trace.code_cells.items()}
    for name, value in fields.items():
        if isinstance(value, dict):
            fields[name] = dict(sorted(value.items()))  # code points sort as their UTF-8 bytes do
    return msgspec.json.format(msgspec.json.encode(fields), indent=2)


def decode_state(data: bytes) -> RolloutTrace:
    """Read a graph from the bytes of a `state.json`.

    Raises:
        msgspec.DecodeError: the bytes are no such graph.
    """
    return _state.decode(data)
