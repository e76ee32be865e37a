"""Bundles in memory, and what may happen to them: bytes flipped, lines lost, ids exchanged, types changed.

A mutation is data: what is done and some numbers that say where. The same numbers do the same to the same bundle, so
that what was found can be kept (`corpus/`) and told to others.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

LOG: Final = "trace.jsonl"
MANIFEST: Final = "manifest.json"

Files = dict[str, bytes]
"""A bundle: the bytes of its files, by their path."""


class Mutation(msgspec.Struct, frozen=True):
    """Something that happens to a bundle; the numbers say where, each modulo what there is."""

    what: str
    numbers: tuple[int, int, int]


class Case(msgspec.Struct, frozen=True):
    """A mutated bundle: which one it was, and what happened to it."""

    bundle: str
    mutations: tuple[Mutation, ...]


def files_of(folder: Path) -> Files:
    """A bundle on disk, without graphs that were reduced from it."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file() and file.name != "state.json")
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def mutated(files: Files, mutations: tuple[Mutation, ...]) -> Files:
    """What is left of a bundle after all that happens to it."""
    files = dict(files)
    for mutation in mutations:
        MUTATIONS[mutation.what](files, *mutation.numbers)
    return files


def _flip_bytes(files: Files, path: str, place: int, mask: int) -> None:
    data = bytearray(files[path])
    if data:
        data[place % len(data)] ^= 1 + mask % 255
        files[path] = bytes(data)


def _flip_in_log(files: Files, place: int, mask: int, _n: int) -> None:
    _flip_bytes(files, LOG, place, mask)


def _flip_in_manifest(files: Files, place: int, mask: int, _n: int) -> None:
    _flip_bytes(files, MANIFEST, place, mask)


def _flip_in_payload(files: Files, which: int, place: int, mask: int) -> None:
    for path in _payload(files, which):
        _flip_bytes(files, path, place, mask)


def _swap_lines(files: Files, one: int, other: int, _n: int) -> None:
    lines = _lines(files)
    if lines:
        one, other = one % len(lines), other % len(lines)
        lines[one], lines[other] = lines[other], lines[one]
    _set_lines(files, lines)


def _double_line(files: Files, one: int, other: int, _n: int) -> None:
    lines = _lines(files)
    if lines:
        lines.insert(other % (len(lines) + 1), lines[one % len(lines)])
    _set_lines(files, lines)


def _drop_lines(files: Files, one: int, count: int, _n: int) -> None:
    lines = _lines(files)
    if lines:
        start = one % len(lines)
        del lines[start : start + 1 + count % 3]
    _set_lines(files, lines)


def _cut_log(files: Files, place: int, _m: int, _n: int) -> None:
    files[LOG] = files[LOG][: place % (len(files[LOG]) + 1)]


def _cut_payload(files: Files, which: int, place: int, _n: int) -> None:
    for path in _payload(files, which):
        files[path] = files[path][: place % (len(files[path]) + 1)]


def _lose_payload(files: Files, which: int, _m: int, _n: int) -> None:
    for path in _payload(files, which):
        del files[path]


def _swap_payloads(files: Files, one: int, other: int, _n: int) -> None:
    for first in _payload(files, one):
        for second in _payload(files, other):
            files[first], files[second] = files[second], files[first]


def _insert_bytes(files: Files, place: int, which: int, _n: int) -> None:
    log = files[LOG]
    place %= len(log) + 1
    files[LOG] = log[:place] + _RUBBISH[which % len(_RUBBISH)] + log[place:]


def _exchange_ids(files: Files, one: int, other: int, where: int) -> None:
    """An id that stands in one line becomes another that stands somewhere in the log."""
    lines = _lines(files)
    ids = sorted({text for line in lines for text in _texts(_parsed(line)) if 0 < len(text) < 80})
    if ids and lines:
        line = where % len(lines)
        old, new = json.dumps(ids[one % len(ids)]).encode(), json.dumps(ids[other % len(ids)]).encode()
        lines[line] = lines[line].replace(old, new)
    _set_lines(files, lines)


def _change_type_in_log(files: Files, which: int, node: int, value: int) -> None:
    lines = _lines(files)
    if lines:
        which %= len(lines)
        lines[which] = _with_other_value(lines[which].rstrip(b"\n"), node, value) + b"\n"
    _set_lines(files, lines)


def _change_type_in_payload(files: Files, which: int, node: int, value: int) -> None:
    for path in _payload(files, which):
        files[path] = _with_other_value(files[path], node, value)


def _nest_deeply(files: Files, which: int, depth: int, _n: int) -> None:
    for path in _payload(files, which):
        depth %= 3000
        files[path] = b"[" * depth + files[path] + b"]" * depth


MUTATIONS: Final[dict[str, Callable[[Files, int, int, int], None]]] = {
    "flip in log": _flip_in_log,
    "flip in manifest": _flip_in_manifest,
    "flip in payload": _flip_in_payload,
    "swap lines": _swap_lines,
    "double line": _double_line,
    "drop lines": _drop_lines,
    "cut log": _cut_log,
    "cut payload": _cut_payload,
    "lose payload": _lose_payload,
    "swap payloads": _swap_payloads,
    "insert bytes": _insert_bytes,
    "exchange ids": _exchange_ids,
    "change type in log": _change_type_in_log,
    "change type in payload": _change_type_in_payload,
    "nest deeply": _nest_deeply,
}

_RUBBISH: Final = (
    b"\n",
    b"\x00",
    b"\xff\xfe",
    b"{}\n",
    b"[]\n",
    b'"\n',
    b"\r",
    b"\x1b[31m",
    b"null\n",
    b"\xed\xa0\x80",
)
_VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    "",
    "x",
    "\x1b[31m\u202e",
    [],
    {},
    [{}],
    {"type": "x"},
    "../../etc/passwd",
    "payloads",
    "/dev/zero",
)


def _lines(files: Files) -> list[bytes]:
    return files[LOG].splitlines(keepends=True)


def _set_lines(files: Files, lines: list[bytes]) -> None:
    files[LOG] = b"".join(lines)


def _payload(files: Files, which: int) -> list[str]:
    """One of the payload files, if there is any."""
    paths = [path for path in files if path.startswith("payloads/")]
    return [paths[which % len(paths)]] if paths else []


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _with_other_value(text: bytes, node: int, value: int) -> bytes:
    """JSON in which one value is another, or, for every seventh, is not there any more."""
    root = _parsed(text)
    places = list(_places(root))
    if not places:
        return text
    container, key = places[node % len(places)]
    if value % 7 == 6:
        del container[key]
    else:
        container[key] = _VALUES[value % len(_VALUES)]
    return json.dumps(root, separators=(",", ":")).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict | list):
        for key, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, key
            yield from _places(part)
