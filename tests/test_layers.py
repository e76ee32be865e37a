"""Imports run one way: from evidence to answers, and never back.

The sources are parsed, not run, so an import counts wherever it stands: at the top, in a function, under TYPE_CHECKING.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = "rollout_trace"
SOURCES = Path(__file__).resolve().parents[1] / "src"

FOUNDATION = {
    "errors",
    "ids",
    "values",
    "json_text",
    "repeated_fields",
    "diagnostics",
    "limits",
    "printable",
    "version",
    "user_folders",
    "memory",
}
EVIDENCE_AND_GRAPH = FOUNDATION | {"events", "model"}
REDUCED = EVIDENCE_AND_GRAPH | {"bundle", "reduce", "bundle_reduction"}
ANSWERED = REDUCED | {"query", "export", "check", "follow"}
MAY_IMPORT: dict[str, set[str]] = {
    # The foundation. Each of it builds only on what stands above it here.
    "errors": set(),
    "version": set(),
    "ids": set(),
    "repeated_fields": set(),
    "values": {"ids"},
    "json_text": {"errors"},
    "diagnostics": {"errors"},
    "printable": set(),
    "limits": set(),
    "user_folders": set(),
    "memory": set(),
    # Evidence, and what is concluded from it.
    "events": FOUNDATION,
    "model": FOUNDATION,
    "bundle": EVIDENCE_AND_GRAPH,
    "record": EVIDENCE_AND_GRAPH,
    "reduce": EVIDENCE_AND_GRAPH,  # and so no bundle: payloads are handed to it
    "bundle_reduction": EVIDENCE_AND_GRAPH | {"bundle", "reduce"},
    # Answers.
    "query": EVIDENCE_AND_GRAPH | {"bundle", "reduce"},
    "export": EVIDENCE_AND_GRAPH | {"bundle", "reduce", "query"},
    "check": REDUCED,
    "follow": REDUCED,
    "demo": REDUCED | {"record"},
    "fleet": REDUCED | {"query"},
    # Front ends. No other room knows them.
    "web": ANSWERED | {"fleet"},
    "cli": ANSWERED | {"record", "demo", "fleet", "web"},
    # What is no room: the public names, and `python -m rollout_trace`.
    "__init__": ANSWERED | {"record"},
    "__main__": {"cli"},
}
"""What each room of the package may import of the others, besides itself."""

OUTSIDE_OF_REDUCTION = {
    "asyncio",
    "datetime",
    "fcntl",
    "glob",
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
}
"""What a deterministic reduction without input and output has no use for."""


class Import(NamedTuple):
    """One import: in which line, and of which module (in full, and with the name if one is imported from it)."""

    line: int
    target: str


def imports_in(source: str, module: str, *, is_package: bool) -> Iterator[Import]:
    """Every import in a source, relative ones resolved."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.split(".")
                parents = parents[: len(parents) - node.level + is_package]
                base = ".".join([*parents, base] if base else parents)
            yield from (Import(node.lineno, f"{base}.{alias.name}") for alias in node.names)


def uses_of(source: str, names: set[str]) -> Iterator[tuple[int, str]]:
    """Where a source uses a built-in function of one of these names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id in names:
            yield node.lineno, node.id


def module_name(file: Path) -> str:
    parts = file.relative_to(SOURCES).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(target: str) -> str:
    """The part of the package that an import leads to: a folder, or a module beside the folders."""
    parts = target.split(".")
    if len(parts) > 1 and ((SOURCES / PACKAGE / parts[1]).is_dir() or (SOURCES / PACKAGE / f"{parts[1]}.py").exists()):
        return parts[1]
    return "__init__"


FILES = sorted((SOURCES / PACKAGE).rglob("*.py"))
MODULES = {module_name(file): file for file in FILES}


def imports_of(file: Path) -> list[Import]:
    return list(imports_in(file.read_text(), module_name(file), is_package=file.name == "__init__.py"))


def shown(file: Path) -> str:
    return str(file.relative_to(SOURCES.parent))


def test_every_room_has_its_place_in_the_table() -> None:
    rooms = {room_of(module_name(file)): shown(file) for file in FILES}
    assert {room: file for room, file in rooms.items() if room not in MAY_IMPORT} == {}


@pytest.mark.parametrize("file", FILES, ids=shown)
def test_a_module_imports_only_what_its_room_may(file: Path) -> None:
    room = room_of(module_name(file))
    allowed = MAY_IMPORT.get(room, set()) | {room}
    wrong = [
        f"{shown(file)}:{line}: {room} may not import {target}"
        for line, target in imports_of(file)
        if target.split(".")[0] == PACKAGE and room_of(target) not in allowed
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("file", [file for file in FILES if room_of(module_name(file)) == "reduce"], ids=shown)
def test_reduction_neither_reads_files_nor_looks_at_the_clock(file: Path) -> None:
    wrong = [
        f"{shown(file)}:{line}: reduce may not import {target}"
        for line, target in imports_of(file)
        if target.split(".")[0] in OUTSIDE_OF_REDUCTION
    ]
    wrong += [
        f"{shown(file)}:{line}: reduce may not use {name}"
        for line, name in uses_of(file.read_text(), {"open", "input", "print"})
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("file", FILES, ids=shown)
def test_only_the_public_names_and_the_commands_are_imported_when_they_are_used(file: Path) -> None:
    """An import by a name in a text is one that these tests cannot follow."""
    if room_of(module_name(file)) == "cli" or file.name == "__init__.py":
        return
    wrong = [line for line, target in imports_of(file) if target.split(".")[0] == "importlib"]
    wrong += [line for line, _ in uses_of(file.read_text(), {"__import__"})]
    assert not wrong, "\n".join(f"{shown(file)}:{line}: may not import by name" for line in wrong)


def test_no_module_imports_itself_by_way_of_others() -> None:
    cycle = cycle_in({module: modules_imported_by(file) for module, file in MODULES.items()})
    assert not cycle, "import cycle: " + " → ".join(cycle)


def modules_imported_by(file: Path) -> set[str]:
    """The modules that a file imports: `from package import module` leads to the module, not to the package."""
    imported = set()
    for _, target in imports_of(file):
        owner = target.rpartition(".")[0]
        imported.add(target if target in MODULES else owner)
    return imported & set(MODULES)


def cycle_in(imports: dict[str, set[str]]) -> list[str]:
    """A way through the imports that ends where it began; empty if there is none."""
    clean: set[str] = set()

    def search(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in clean:
            return []
        for imported in sorted(imports.get(module, ())):
            found = search(imported, [*path, module])
            if found:
                return found
        clean.add(module)
        return []

    return next((found for module in sorted(imports) if (found := search(module, []))), [])


def test_the_bundles_of_the_benchmark_are_made_without_our_code() -> None:
    """Else a fault of ours could hide in them."""
    source = (SOURCES.parent / "bench" / "make_bundle.py").read_text()
    targets = {target.split(".")[0] for _, target in imports_in(source, "make_bundle", is_package=False)}

    assert targets <= sys.stdlib_module_names


def test_an_import_is_seen_wherever_it_stands_and_however_it_is_written() -> None:
    source = """
import os.path, json as j
from rollout_trace.bundle.folder import Bundle
from . import modes
from .. import ids
from ..model.rollout import RolloutTrace
if TYPE_CHECKING:
    from rollout_trace.web import server
def late():
    import time
"""
    found = {target for _, target in imports_in(source, "rollout_trace.reduce.replay", is_package=False)}
    assert found == {
        "os.path",
        "json",
        "rollout_trace.bundle.folder.Bundle",
        "rollout_trace.reduce.modes",
        "rollout_trace.ids",
        "rollout_trace.model.rollout.RolloutTrace",
        "rollout_trace.web.server",
        "time",
    }
    relative = imports_in("from .replay import Reducer", "rollout_trace.reduce", is_package=True)
    assert list(relative) == [Import(1, "rollout_trace.reduce.replay.Reducer")]


def test_a_use_of_a_built_in_function_is_seen() -> None:
    assert list(uses_of("x = 1\ndef f():\n    return open('x')", {"open"})) == [(3, "open")]
    assert list(uses_of("file.open('x')", {"open"})) == []


def test_a_cycle_is_found() -> None:
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle_in({"a": {"a"}}) == ["a", "a"]
    assert cycle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
