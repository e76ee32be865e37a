"""Bundles that the released client wrote: all of them are readable, and nothing in them is read in silence.

The texts in these bundles are not ours, so they lie beside the project and not in it; here stand only the names of the
scenarios, and what we make of them.
"""

from functools import cache
from pathlib import Path

import pytest

from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.bundle.folder import Bundle
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.model.conversation import JsonPart
from rollout_trace.model.state_json import encode_state
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction

SCHEMA_1 = "0.160.0"

REFUSED_BY_CODEX: dict[str, tuple[Code, int, dict[str, str]]] = {
    "apply_patch_shell": (
        Code.RUNTIME_NOT_A_COMMAND,
        9,
        {"tool_call_id": "call_patch_shell", "raw_payload_id": "raw_payload:7"},
    ),
    "code_mode_notify": (Code.OUTPUT_REPEATED, 17, {"call_id": "call_notify"}),
    "images": (Code.OUTPUT_REPEATED, 20, {"call_id": "call_img"}),
    "killed_in_answer": (Code.TORN_LINE, 12, {}),
    "review": (Code.TOOL_NEVER_STARTED, 6, {"tool_call_id": "call_d"}),
}
"""What the client's own reducer refuses: why, in which line, and which objects our refusal names (among others)."""

CRASHES_CODEX = "boundary_240"
"""A character stands across byte 240 of a summary, where the client's own reducer panics. We cut before it."""

DIAGNOSTICS: dict[str, list[tuple[Code, int]]] = {
    "apply_patch_shell": [(Code.RUNTIME_NOT_A_COMMAND, 9)],
    "code_mode_notify": [(Code.OUTPUT_REPEATED, 17)],
    "killed_in_answer": [(Code.TORN_LINE, 12)],
    "review": [
        (Code.TOOL_NEVER_STARTED, 6),
        (Code.TOOL_NEVER_STARTED, 7),
        (Code.TOOL_NEVER_STARTED, 8),
        (Code.TOOL_NEVER_STARTED, 9),
        (Code.TURN_NEVER_STARTED, 10),
    ],
}
"""What default mode reports, as code and line; nothing of any other bundle."""

GRAPHS_OF_CODEX = (
    "agents_flag",
    "agents_v2",
    "apply_patch",
    "auto_review",
    "auto_review-2",
    "code_mode_only",
    "compact_fails",
    "compact_local_fails",
    "compact_remote",
    "exec_basic",
    "exec_parallel",
    "fail_cut",
    "fail_limits",
    "image_prompt_only",
    "images-2",
    "interrupt_stream",
    "killed_in_command",
    "mcp_search",
    "mcp_tools",
    "misc_tools",
    "resume_fork",
    "resume_fork-2",
    "resume_fork-3",
    "review-2",
    "rich_items",
    "slow_stream",
    "threads_in_one_server",
    "threads_in_one_server-2",
    "threads_in_one_server-3",
    "threads_in_one_server-4",
    "unusual_text",
    "websocket",
)
"""The bundles of which the client's own reducer made a graph."""

ALL = sorted((*GRAPHS_OF_CODEX, *REFUSED_BY_CODEX, CRASHES_CODEX))


def reduce_in(mode: Mode, path: Path) -> Reduction:
    bundle = Bundle(path)
    reducer = Reducer(bundle.manifest, bundle.read_payload, mode)
    for entry in bundle.events():
        reducer.apply(entry)
    return reducer.view()


@cache
def reduce_by_default(path: Path) -> Reduction:
    return reduce_in(Mode.DEFAULT, path)


def test_every_bundle_is_in_the_tables(real_bundles: Path) -> None:
    folder = real_bundles / SCHEMA_1
    assert [path.name for path in find_bundles(folder)] == ALL
    assert {file.name.removesuffix(".state.json") for file in folder.glob("*.state.json")} == set(GRAPHS_OF_CODEX)
    refused = {file.name.removesuffix(".error") for file in folder.glob("*.error")}
    assert refused == {*REFUSED_BY_CODEX, CRASHES_CODEX}


@pytest.mark.parametrize("name", ALL)
def test_default_and_salvage_mode_give_one_and_the_same_graph(name: str, real_bundles: Path) -> None:
    path = real_bundles / SCHEMA_1 / name
    by_default, salvaged = reduce_by_default(path), reduce_in(Mode.SALVAGE, path)
    assert encode_state(by_default.trace) == encode_state(salvaged.trace)
    assert by_default.diagnostics == salvaged.diagnostics


@pytest.mark.parametrize("name", ALL)
def test_default_mode_reports_what_is_odd_and_nothing_else(name: str, real_bundles: Path) -> None:
    diagnostics = reduce_by_default(real_bundles / SCHEMA_1 / name).diagnostics
    assert [(diagnostic.code, diagnostic.line) for diagnostic in diagnostics] == DIAGNOSTICS.get(name, [])


@pytest.mark.parametrize("name", GRAPHS_OF_CODEX)
def test_codex_mode_gives_the_bytes_of_codex(name: str, real_bundles: Path) -> None:
    # Not compared by `==` in the assertion: what it would print is not ours, and megabytes.
    expected = (real_bundles / SCHEMA_1 / f"{name}.state.json").read_bytes()
    got = encode_state(reduce_in(Mode.CODEX, real_bundles / SCHEMA_1 / name).trace)
    assert first_difference(expected, got) is None


@pytest.mark.parametrize("name", REFUSED_BY_CODEX)
def test_codex_mode_refuses_what_codex_refuses(name: str, real_bundles: Path) -> None:
    code, line, ids = REFUSED_BY_CODEX[name]
    with pytest.raises(Rejection) as rejected:
        reduce_in(Mode.CODEX, real_bundles / SCHEMA_1 / name)
    assert (rejected.value.code, rejected.value.line) == (code, line)
    assert ids.items() <= rejected.value.ids.items()
    assert all(named in str(rejected.value) for named in ids.values())


def test_codex_mode_gives_a_graph_where_codex_panics_on_a_split_character(real_bundles: Path) -> None:
    graph = reduce_in(Mode.CODEX, real_bundles / SCHEMA_1 / CRASHES_CODEX).trace
    cut = [
        part.summary
        for item in graph.conversation_items.values()
        for part in item.body.parts
        if isinstance(part, JsonPart) and part.summary.endswith("...")
    ]
    assert 239 in {len(summary.encode()) - len("...") for summary in cut}


def first_difference(expected: bytes, got: bytes) -> str | None:
    """The first line in which two texts differ, by its number, if there is one."""
    if expected == got:
        return None
    pairs = zip(expected.splitlines(), got.splitlines(), strict=False)
    number = next((number for number, (one, other) in enumerate(pairs, start=1) if one != other), None)
    return "one ends before the other" if number is None else f"line {number} differs"
