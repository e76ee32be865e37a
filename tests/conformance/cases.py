"""The conformance cases: small bundles, with the answers of Codex's reducer and of a reference for our default mode.

Of schema 2 there are the answers of Codex's reducer only. Each line of the files is one case, `state` in an answer the
exact text of a `state.json`.
"""

import gzip
from functools import cache
from pathlib import Path

import msgspec

_FOLDER = Path(__file__).parent
_SCHEMA_1 = ("cases.jsonl.gz", "cases-corners.jsonl.gz")
_SCHEMA_2 = ("cases-schema-2.jsonl.gz",)


class Answer(msgspec.Struct, frozen=True):
    """What a reducer made of a bundle: a graph, or a reason to refuse it."""

    state: str | None = None
    error: str | None = None


class Case(msgspec.Struct, frozen=True):
    """A bundle and the answers in two modes."""

    name: str
    manifest: str
    trace: str
    payloads: dict[str, str]
    codex: Answer
    default: Answer = Answer()

    def write(self, folder: Path) -> None:
        """Write the bundle to a folder that does not exist yet."""
        files = {"manifest.json": self.manifest, "trace.jsonl": self.trace, **self.payloads}
        for path, text in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())


@cache
def all_cases() -> dict[str, Case]:
    """Every case of schema 1 by its name."""
    return {case.name: case for case in _cases_in(_SCHEMA_1)}


@cache
def schema_2_cases() -> dict[str, Case]:
    """Every case of schema 2 by its name, which begins with `schema-2-`; `default` says nothing."""
    renamed = [msgspec.structs.replace(case, name=f"schema-2-{case.name}") for case in _cases_in(_SCHEMA_2)]
    return {case.name: case for case in renamed}


def _cases_in(files: tuple[str, ...]) -> list[Case]:
    decoder = msgspec.json.Decoder(Case)
    lines = [line for name in files for line in gzip.decompress((_FOLDER / name).read_bytes()).splitlines()]
    return [decoder.decode(line) for line in lines]
