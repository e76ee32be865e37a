"""`state.json` in and out (spec 2).

Owns the form that the file has: two spaces, fields in the order of the types, maps sorted by the UTF-8 bytes of their
keys; and what differs between the layouts of its schemas (spec 5, section 2). Where the file lies, and that it is
replaced as a whole, is for `bundle`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from rollout_trace.model.growing_lists import GrowingLists
from rollout_trace.model.inference import InferenceCall
from rollout_trace.model.rollout import RolloutTrace

_ENTRIES_IN_A_PART: Final = 64
_NO_ITEMS: Final = b'\n      "request_item_ids": []'


def encode_state(trace: RolloutTrace) -> bytes:
    """Write a graph as the bytes of a `state.json`, which has no line feed at its end."""
    return b"".join(encode_state_in_parts(trace))


def encode_state_in_parts(trace: RolloutTrace) -> Iterator[bytes | memoryview]:
    """The bytes of a `state.json`, a part at a time, so that the whole text never has to be in memory."""
    before = b"{"
    for name, value in _fields(trace).items():
        if name == "inference_calls" and value:
            yield from _calls_in_parts(before, value)
        elif isinstance(value, dict) and value:
            yield from _map_in_parts(before, name, value)
        else:
            yield before + _formatted({name: value})[1:-2]
        before = b","
    yield b"\n}"


def _fields(trace: RolloutTrace) -> dict[str, Any]:
    """The fields of a state, with its maps in the order of the file."""
    fields: dict[str, Any] = msgspec.structs.asdict(trace)
    del fields["log_goes_on"]
    if trace.recording_complete is None:  # schema 1 has neither this field nor those of cells that are none
        del fields["recording_complete"]
    else:
        fields["code_cells"] = {key: msgspec.structs.asdict(cell) for key, cell in trace.code_cells.items()}
    for name, value in fields.items():
        if isinstance(value, dict):
            fields[name] = dict(sorted(value.items()))  # code points sort as their UTF-8 bytes do
    return fields


def _calls_in_parts(before: bytes, calls: dict[str, InferenceCall]) -> Iterator[bytes | memoryview]:
    """The field with the inference calls, whose lists of what was sent are put in afterwards.

    A line of text cannot look like such a field, since JSON escapes line feeds.
    """
    without_items = {call_id: replace(call, request_item_ids=()) for call_id, call in calls.items()}
    lists = {thread_id: GrowingLists(indentation=6) for thread_id in {call.thread_id for call in calls.values()}}
    texts = (lists[call.thread_id].text_of(call.request_item_ids) for call in calls.values())
    for part in _map_in_parts(before, "inference_calls", without_items):
        first, *others = bytes(part).split(_NO_ITEMS)
        yield first
        for other in others:
            yield _NO_ITEMS[:-2]
            yield from next(texts)
            yield other


def _map_in_parts(before: bytes, name: str, entries: Mapping[str, object]) -> Iterator[bytes | memoryview]:
    """A field that is a map. Each part is formatted as if it were the whole file, and stripped of what surrounds it."""
    opening, closing = b'{\n  "%b": {' % name.encode(), b"\n  }\n}"
    keys = list(entries)
    yield before + opening[1:]
    for first in range(0, len(keys), _ENTRIES_IN_A_PART):
        part = {key: entries[key] for key in keys[first : first + _ENTRIES_IN_A_PART]}
        if first:
            yield b","
        yield memoryview(_formatted({name: part}))[len(opening) : -len(closing)]
    yield closing[:-2]


def _formatted(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2)


def decode_state(data: bytes) -> RolloutTrace:
    """Read a graph from the bytes of a `state.json`.

    Raises:
        msgspec.DecodeError: the bytes are no such graph.
    """
    return msgspec.json.decode(data, type=RolloutTrace)
