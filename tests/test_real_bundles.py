"""Bundles that the released client wrote: all of them are readable, and nothing in them is read in silence.

The texts in these bundles are not ours, so they lie beside the project and not in it; here stand only the names of the
scenarios, and what we make of them.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.bundle.folder import Bundle
from rollout_trace.check.bundle_check import check_bundle
from rollout_trace.check.findings import Verdict
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.model.conversation import JsonPart
from rollout_trace.model.state_json import encode_state
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction

SCHEMA_1 = "0.160.0"
SCHEMA_2 = "0.169.0"

Recorded = tuple[str, str]
"""A bundle: by which version it was recorded, and the name of its scenario."""

REFUSED_BY_CODEX: dict[Recorded, tuple[Code, int, dict[str, str]]] = {
    (SCHEMA_1, "apply_patch_shell"): (
        Code.RUNTIME_NOT_A_COMMAND,
        9,
        {"tool_call_id": "call_patch_shell", "raw_payload_id": "raw_payload:7"},
    ),
    (SCHEMA_1, "code_mode_notify"): (Code.OUTPUT_REPEATED, 17, {"call_id": "call_notify"}),
    (SCHEMA_1, "images"): (Code.OUTPUT_REPEATED, 20, {"call_id": "call_img"}),
    (SCHEMA_1, "killed_in_answer"): (Code.TORN_LINE, 12, {}),
    (SCHEMA_1, "review"): (Code.TOOL_NEVER_STARTED, 6, {"tool_call_id": "call_d"}),
    (SCHEMA_2, "killed_in_answer"): (Code.TORN_LINE, 17, {}),
    (SCHEMA_2, "openai_newest"): (
        Code.ITEM_TYPE,
        13,
        {"item_type": "configuration_update", "raw_payload_id": "raw_payload:4"},
    ),
    (SCHEMA_2, "resume_agents-2"): (
        Code.THREAD_FROM_ELSEWHERE,
        17,
        {"thread_id": "01a1fc07-c775-7e20-9dee-cefb76249814"},
    ),
    (SCHEMA_2, "review_inline"): (Code.TOOL_NEVER_STARTED, 20, {"tool_call_id": "call_d"}),
    (SCHEMA_2, "unknown_item"): (Code.ITEM_TYPE, 18, {"item_type": "other", "raw_payload_id": "raw_payload:11"}),
}
"""What the client's own reducer refuses: why, in which line, and which objects our refusal names (among others)."""

CRASHES_CODEX = (SCHEMA_1, "boundary_240")
"""A character stands across byte 240 of a summary, where the client's own reducer panics. We cut before it."""

DIAGNOSTICS: dict[Recorded, list[tuple[Code, int | None]]] = {
    (SCHEMA_1, "apply_patch_shell"): [(Code.RUNTIME_NOT_A_COMMAND, 9)],
    (SCHEMA_1, "code_mode_notify"): [(Code.OUTPUT_REPEATED, 17)],
    (SCHEMA_1, "killed_in_answer"): [(Code.TORN_LINE, 12)],
    (SCHEMA_1, "review"): [
        (Code.TOOL_NEVER_STARTED, 6),
        (Code.TOOL_NEVER_STARTED, 7),
        (Code.TOOL_NEVER_STARTED, 8),
        (Code.TOOL_NEVER_STARTED, 9),
        (Code.TURN_NEVER_STARTED, 10),
    ],
    # Killed: nothing says that the recording is whole. That no line says so has no line.
    (SCHEMA_2, "killed_agents"): [(Code.NOT_COMPLETED, None)],
    (SCHEMA_2, "killed_early"): [(Code.NOT_COMPLETED, None)],
    (SCHEMA_2, "killed_in_answer"): [(Code.TORN_LINE, 17), (Code.NOT_COMPLETED, None)],
    # A child that began in the recording before this one.
    (SCHEMA_2, "resume_agents-2"): [(Code.THREAD_FROM_ELSEWHERE, 17)],
    (SCHEMA_2, "review_inline"): [
        (Code.TOOL_NEVER_STARTED, 20),
        (Code.TOOL_NEVER_STARTED, 21),
        (Code.TOOL_NEVER_STARTED, 22),
        (Code.TOOL_NEVER_STARTED, 23),
        (Code.TURN_NEVER_STARTED, 28),
    ],
    # The client lost what it did not know, and sends it to no model again.
    (SCHEMA_2, "unknown_item"): [(Code.ITEM_TYPE, 18)],
}
"""What default mode reports, as code and line; nothing of any other bundle."""

GRAPHS_OF_CODEX = (
    (SCHEMA_1, "agents_flag"),
    (SCHEMA_1, "agents_v2"),
    (SCHEMA_1, "apply_patch"),
    (SCHEMA_1, "auto_review"),
    (SCHEMA_1, "auto_review-2"),
    (SCHEMA_1, "code_mode_only"),
    (SCHEMA_1, "compact_fails"),
    (SCHEMA_1, "compact_local_fails"),
    (SCHEMA_1, "compact_remote"),
    (SCHEMA_1, "exec_basic"),
    (SCHEMA_1, "exec_parallel"),
    (SCHEMA_1, "fail_cut"),
    (SCHEMA_1, "fail_limits"),
    (SCHEMA_1, "image_prompt_only"),
    (SCHEMA_1, "images-2"),
    (SCHEMA_1, "interrupt_stream"),
    (SCHEMA_1, "killed_in_command"),
    (SCHEMA_1, "mcp_search"),
    (SCHEMA_1, "mcp_tools"),
    (SCHEMA_1, "misc_tools"),
    (SCHEMA_1, "resume_fork"),
    (SCHEMA_1, "resume_fork-2"),
    (SCHEMA_1, "resume_fork-3"),
    (SCHEMA_1, "review-2"),
    (SCHEMA_1, "rich_items"),
    (SCHEMA_1, "slow_stream"),
    (SCHEMA_1, "threads_in_one_server"),
    (SCHEMA_1, "threads_in_one_server-2"),
    (SCHEMA_1, "threads_in_one_server-3"),
    (SCHEMA_1, "threads_in_one_server-4"),
    (SCHEMA_1, "unusual_text"),
    (SCHEMA_1, "websocket"),
    (SCHEMA_2, "agents_from_cells"),
    (SCHEMA_2, "agents_unload"),
    (SCHEMA_2, "agents_v1"),
    (SCHEMA_2, "agents_v2"),
    (SCHEMA_2, "approvals"),
    (SCHEMA_2, "code_mode"),
    (SCHEMA_2, "code_mode_turns"),
    (SCHEMA_2, "compact_local"),
    (SCHEMA_2, "compact_remote"),
    (SCHEMA_2, "exec_basic"),
    (SCHEMA_2, "exec_sessions"),
    (SCHEMA_2, "fail_http500"),
    (SCHEMA_2, "fail_retry"),
    (SCHEMA_2, "images"),
    (SCHEMA_2, "images-2"),
    (SCHEMA_2, "images_code_mode"),
    (SCHEMA_2, "interrupt_command"),
    (SCHEMA_2, "killed_agents"),
    (SCHEMA_2, "killed_early"),
    (SCHEMA_2, "long_session"),
    (SCHEMA_2, "mcp_picture"),
    (SCHEMA_2, "mcp_tools"),
    (SCHEMA_2, "model_switch"),
    (SCHEMA_2, "odd_answers"),
    (SCHEMA_2, "plain_chat"),
    (SCHEMA_2, "resume_agents"),
    (SCHEMA_2, "resume_fork"),
    (SCHEMA_2, "resume_fork-2"),
    (SCHEMA_2, "resume_fork-3"),
    (SCHEMA_2, "review_inline-2"),
    (SCHEMA_2, "sigint_exec"),
    (SCHEMA_2, "slow_stream_cells"),
)
"""The bundles of which the client's own reducer made a graph."""

ALL = sorted((*GRAPHS_OF_CODEX, *REFUSED_BY_CODEX, CRASHES_CODEX))

OF_ALL = pytest.mark.parametrize("recorded", ALL, ids="/".join)


def reduce_in(mode: Mode, path: Path) -> Reduction:
    bundle = Bundle(path)
    reducer = Reducer(bundle.manifest, bundle.read_payload, mode)
    for entry in bundle.events():
        reducer.apply(entry)
    return reducer.view()


def scenarios(version: str, bundles: Iterable[Recorded]) -> list[str]:
    return [name for recorder, name in bundles if recorder == version]


@cache
def reduce_by_default(path: Path) -> Reduction:
    return reduce_in(Mode.DEFAULT, path)


@pytest.mark.parametrize("version", [SCHEMA_1, SCHEMA_2])
def test_every_bundle_is_in_the_tables(version: str, real_bundles: Path) -> None:
    folder = real_bundles / version
    assert [path.name for path in find_bundles(folder)] == scenarios(version, ALL)
    accepted = {file.name.removesuffix(".state.json") for file in folder.glob("*.state.json")}
    assert accepted == set(scenarios(version, GRAPHS_OF_CODEX))
    refused = {file.name.removesuffix(".error") for file in folder.glob("*.error")}
    assert refused == set(scenarios(version, [*REFUSED_BY_CODEX, CRASHES_CODEX]))
    assert set(DIAGNOSTICS) <= set(ALL)


@OF_ALL
def test_default_and_salvage_mode_give_one_and_the_same_graph(recorded: Recorded, real_bundles: Path) -> None:
    path = real_bundles.joinpath(*recorded)
    by_default, salvaged = reduce_by_default(path), reduce_in(Mode.SALVAGE, path)
    assert encode_state(by_default.trace) == encode_state(salvaged.trace)
    assert by_default.diagnostics == salvaged.diagnostics


@OF_ALL
def test_default_mode_reports_what_is_odd_and_nothing_else(recorded: Recorded, real_bundles: Path) -> None:
    diagnostics = reduce_by_default(real_bundles.joinpath(*recorded)).diagnostics
    assert [(diagnostic.code, diagnostic.line) for diagnostic in diagnostics] == DIAGNOSTICS.get(recorded, [])


@OF_ALL
def test_a_check_calls_the_killed_incomplete_and_all_others_whole(recorded: Recorded, real_bundles: Path) -> None:
    report = check_bundle(real_bundles.joinpath(*recorded))
    was_killed = recorded[1].startswith("killed")
    assert report.verdict is (Verdict.INCOMPLETE if was_killed else Verdict.WHOLE)
    torn = [(found.line, found.offset) for found in report.findings if found.code == Code.TORN_LINE]
    log = (real_bundles.joinpath(*recorded) / "trace.jsonl").read_bytes()
    assert torn == ([(log.count(b"\n") + 1, log.rindex(b"\n") + 1)] if recorded[1] == "killed_in_answer" else [])


@OF_ALL
def test_a_graph_of_schema_2_says_whether_the_recording_was_closed(recorded: Recorded, real_bundles: Path) -> None:
    complete = reduce_by_default(real_bundles.joinpath(*recorded)).trace.recording_complete
    reported = [code for code, _ in DIAGNOSTICS.get(recorded, [])]
    assert complete is (None if recorded[0] == SCHEMA_1 else Code.NOT_COMPLETED not in reported)


@pytest.mark.parametrize("recorded", GRAPHS_OF_CODEX, ids="/".join)
def test_codex_mode_gives_the_bytes_of_codex(recorded: Recorded, real_bundles: Path) -> None:
    # Not compared by `==` in the assertion: what it would print is not ours, and megabytes.
    version, name = recorded
    expected = (real_bundles / version / f"{name}.state.json").read_bytes()
    got = encode_state(reduce_in(Mode.CODEX, real_bundles / version / name).trace)
    assert first_difference(expected, got) is None


@pytest.mark.parametrize(
    "recorded", [recorded for recorded in GRAPHS_OF_CODEX if recorded[0] == SCHEMA_2], ids="/".join
)
def test_default_mode_has_no_need_to_read_schema_2_better(recorded: Recorded, real_bundles: Path) -> None:
    expected = encode_state(reduce_in(Mode.CODEX, real_bundles.joinpath(*recorded)).trace)
    got = encode_state(reduce_by_default(real_bundles.joinpath(*recorded)).trace)
    assert first_difference(expected, got) is None


@pytest.mark.parametrize("recorded", REFUSED_BY_CODEX, ids="/".join)
def test_codex_mode_refuses_what_codex_refuses(recorded: Recorded, real_bundles: Path) -> None:
    code, line, ids = REFUSED_BY_CODEX[recorded]
    with pytest.raises(Rejection) as rejected:
        reduce_in(Mode.CODEX, real_bundles.joinpath(*recorded))
    assert (rejected.value.code, rejected.value.line) == (code, line)
    assert ids.items() <= rejected.value.ids.items()
    assert all(named in str(rejected.value) for named in ids.values())


@pytest.mark.parametrize(
    "recorded", [recorded for recorded in REFUSED_BY_CODEX if recorded[0] == SCHEMA_2], ids="/".join
)
def test_codex_names_the_line_or_the_objects_that_our_refusal_names(recorded: Recorded, real_bundles: Path) -> None:
    _, line, ids = REFUSED_BY_CODEX[recorded]
    version, name = recorded
    error = (real_bundles / version / f"{name}.error").read_text()
    assert all(named in error for named in ids.values() or [f"line {line}"])


def test_codex_mode_gives_a_graph_where_codex_panics_on_a_split_character(real_bundles: Path) -> None:
    graph = reduce_in(Mode.CODEX, real_bundles.joinpath(*CRASHES_CODEX)).trace
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
