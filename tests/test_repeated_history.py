"""A history that is sent again: recognised by its bytes or read in full, it gives the same, and why that is so."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings

from conformance.cases import Case, all_cases, schema_2_cases
from recording import (
    CHILD,
    ROOT,
    Item,
    Recording,
    agent_message,
    assert_refused,
    assistant,
    cell_output,
    exec_cell,
    function_call,
    function_output,
    known_as,
    recording_with_turn,
    user,
)
from repeating import DEEP, repeating_recordings
from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.bundle.folder import Bundle
from rollout_trace.diagnostics import Code, Diagnostic
from rollout_trace.errors import Rejection
from rollout_trace.events.log_entry import LogEntry
from rollout_trace.events.manifest import Manifest
from rollout_trace.ids import CodeCellId, CompactionId, InferenceCallId, ItemId, ThreadId, ToolCallId
from rollout_trace.model.state_json import encode_state
from rollout_trace.reduce import compaction, inference
from rollout_trace.reduce.evidence import ItemSource, ObjectKind
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.normalize import normalize
from rollout_trace.reduce.reducer_state import PayloadLoader
from rollout_trace.reduce.replay import Reducer, Reduction
from rollout_trace.values import PayloadRef
from test_real_bundles import SCHEMA_1, SCHEMA_2

OpenCase = Callable[[Case], Bundle]

in_every_mode = pytest.mark.parametrize("mode", Mode)


class Refused(NamedTuple):
    """Why and where a reduction was refused."""

    code: str
    message: str
    ids: dict[str, str]
    line: int | None
    seq: int | None
    event_type: str | None


class Told(NamedTuple):
    """All that a reduction says."""

    state: bytes
    diagnostics: tuple[Diagnostic, ...]
    evidence: list[object]
    sources: dict[ItemId, ItemSource | None]


def refused(rejection: Rejection) -> Refused:
    return Refused(
        rejection.code, rejection.message, rejection.ids, rejection.line, rejection.seq, rejection.event_type
    )


def told(reducer: Reducer) -> Told | Refused:
    try:
        reduction = reducer.view()
    except Rejection as rejection:  # mode `codex` may refuse the end of a log
        return refused(rejection)
    return Told(
        encode_state(reduction.trace),
        reduction.diagnostics,
        list(reduction.evidence),
        {item_id: reduction.evidence.item_source(item_id) for item_id in reduction.trace.conversation_items},
    )


def applied(reducer: Reducer, entries: Sequence[LogEntry]) -> Refused | None:
    """Apply entries; why one was refused, if one was."""
    try:
        for entry in entries:
            reducer.apply(entry)
    except Rejection as rejection:
        return refused(rejection)
    return None


def check_that_it_makes_no_difference(
    manifest: Manifest, load_payload: PayloadLoader, entries: Sequence[LogEntry]
) -> None:
    for mode in Mode:
        recognising = Reducer(manifest, load_payload, mode)
        reading = Reducer(manifest, load_payload, mode, recognise_repetition=False)
        assert applied(recognising, entries) == applied(reading, entries), mode
        assert told(recognising) == told(reading), mode


# Whatever the log, it makes no difference.


@pytest.mark.parametrize("cases_of", [all_cases, schema_2_cases], ids=["schema-1", "schema-2"])
def test_it_makes_no_difference_to_a_case(cases_of: Callable[[], dict[str, Case]], bundle_of: OpenCase) -> None:
    for case in cases_of().values():
        bundle = bundle_of(case)
        check_that_it_makes_no_difference(bundle.manifest, bundle.read_payload, tuple(bundle.events()))


def test_it_makes_no_difference_to_a_bundle_of_the_real_client(real_bundles: Path) -> None:
    paths = [path for version in (SCHEMA_1, SCHEMA_2) for path in find_bundles(real_bundles / version)]
    for path in paths:
        bundle = Bundle(path)
        check_that_it_makes_no_difference(bundle.manifest, bundle.read_payload, tuple(bundle.events()))


@given(repeating_recordings())
@settings(max_examples=500)
def test_it_makes_no_difference_to_a_recording_that_repeats_itself(recording: Recording) -> None:
    check_that_it_makes_no_difference(recording.manifest, recording.load_payload, recording.entries)


# What is told from here on is told in single cases: how much of each list is read, and what that makes.


def items_read(recording: Recording, mode: Mode = Mode.DEFAULT, *, recognise_repetition: bool = True) -> list[int]:
    """How many items of each list are parsed; a checkpoint has two lists."""
    counts = []

    def counted(state: Any, raw_items: Any, *more: Any) -> Any:
        counts.append(len(raw_items))
        return normalize(state, raw_items, *more)

    with pytest.MonkeyPatch.context() as patched:
        for module in (inference, compaction):
            patched.setattr(module, "normalize", counted)
        reducer = Reducer(recording.manifest, recording.load_payload, mode, recognise_repetition=recognise_repetition)
        applied(reducer, recording.entries)
    return counts


def reduced(recording: Recording, mode: Mode = Mode.DEFAULT) -> Reduction:
    """The graph, which is the same without recognising anything."""
    check_that_it_makes_no_difference(recording.manifest, recording.load_payload, recording.entries)
    return recording.reduce(mode)


def numbers(item_ids: tuple[str, ...]) -> list[int]:
    return [int(item_id.removeprefix("conversation_item:")) for item_id in item_ids]


def requested(reduction: Reduction, call: str) -> list[int]:
    return numbers(reduction.trace.inference_calls[InferenceCallId(call)].request_item_ids)


def compacted(reduction: Reduction) -> list[int]:
    return numbers(reduction.trace.compactions[CompactionId("compaction-1")].input_item_ids)


A, B, C, D = (user(letter) for letter in "abcd")


def sent(*lists: list[Item], schema_version: int = 1) -> Recording:
    """A recording in which `inf-1` sends the first of these lists, `inf-2` the second, and so on."""
    recording = recording_with_turn(schema_version)
    for number, items in enumerate(lists, start=1):
        recording.request(f"inf-{number}", items)
    return recording


def sent_as(first: list[Item], then: bytes) -> Recording:
    """A recording in which `inf-1` sends these items, and `inf-2` this payload."""
    recording = sent(first)
    recording.request_of("inf-2", then)
    return recording


def text_of(*items: Item) -> bytes:
    """Items as the lists of `Recording.request` have them, without the brackets."""
    return json.dumps(items)[1:-1].encode()


@in_every_mode
def test_what_a_thread_sends_again_is_not_read_again(mode: Mode) -> None:
    recording = sent([A], [A, B, C], [A, B, C], [A, B, C, D])

    assert items_read(recording, mode) == [1, 2, 0, 1]
    assert items_read(recording, mode, recognise_repetition=False) == [1, 3, 3, 4]
    assert requested(reduced(recording, mode), "inf-4") == [1, 2, 3, 4]


THOUGHT: Item = {"type": "reasoning", "summary": [], "encrypted_content": "a secret"}
CALL, OUTPUT = function_call("call-1"), function_output("call-1", "done")


def answered(answer: list[Item], then: list[Item], schema_version: int = 1) -> Recording:
    """A recording in which `inf-1` sends an item and is answered, and `inf-2` sends these."""
    recording = sent([A], schema_version=schema_version)
    recording.answer("inf-1", answer)
    recording.request("inf-2", then)
    return recording


@in_every_mode
@pytest.mark.parametrize("schema_version", [1, 2])
def test_nor_is_an_answer_that_comes_back(mode: Mode, schema_version: int) -> None:
    recording = answered([THOUGHT, CALL], [A, THOUGHT, CALL, OUTPUT], schema_version)

    assert items_read(recording, mode) == [1, 2, 1]
    assert requested(reduced(recording, mode), "inf-2") == [1, 2, 3, 4]


def test_nor_is_reasoning_that_is_given_null_for_the_content_that_it_does_not_have() -> None:
    recording = answered([THOUGHT, CALL], [A, {**THOUGHT, "content": None}, CALL, OUTPUT])

    assert items_read(recording) == [1, 2, 1]
    assert requested(reduced(recording), "inf-2") == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "thought",
    [
        pytest.param({**THOUGHT, "content": [{"type": "text", "text": "readable"}]}, id="content"),
        pytest.param({**THOUGHT, "other": "\u00e9"}, id="escapes"),
        pytest.param({**THOUGHT, "type": "message", "role": "assistant"}, id="no reasoning"),
    ],
)
def test_null_is_no_matter_only_where_nothing_else_can_be_the_content(thought: Item) -> None:
    recording = answered([thought], [A, {**thought, "content": None}])
    recording.request_of("inf-3", b'{"input": [%s, %s, "content": null}]}' % (text_of(A), text_of(thought)[:-1]))

    assert items_read(recording)[:3] == [1, 1, 1]
    reduced(recording)


def test_as_much_of_an_answer_is_recognised_as_comes_back() -> None:
    recording = answered([B, C, D], [A, B, D])

    assert items_read(recording) == [1, 3, 1]
    assert requested(reduced(recording), "inf-2") == [1, 2, 4]


def test_an_answer_is_recognised_only_where_the_history_goes_on_with_it() -> None:
    recording = sent([A])
    recording.answer("inf-1", [B])
    recording.compacted("compaction-1", [A, B], [A])
    recording.request("inf-2", [A, B])

    assert items_read(recording) == [1, 1, *(0, 1), 2]
    reduced(recording)


def test_what_is_tied_to_an_answer_is_seen_when_it_comes_back() -> None:
    """A tool that starts in between is said to be what the call is for, and its output what the model saw of it."""
    recording = sent([A])
    recording.answer("inf-1", [CALL])
    recording.tool("tool-1", call="call-1")
    recording.request("inf-2", [A, CALL, OUTPUT])

    tool = reduced(recording).trace.tool_calls[ToolCallId("tool-1")]
    assert items_read(recording) == [1, 1, 1]
    assert numbers(tool.model_visible_call_item_ids) == [2]
    assert numbers(tool.model_visible_output_item_ids) == [3]


def test_nor_is_what_a_compaction_takes() -> None:
    recording = sent([A], [A, B])
    recording.compacted("compaction-1", [A, B, C], [D])

    assert items_read(recording) == [1, 1, *(1, 1)]
    assert compacted(reduced(recording)) == [1, 2, 3]


def test_nor_is_it_where_one_compaction_follows_another() -> None:
    """What the first left is for the next request. The history, which the second looks through, is what was sent."""
    recording = sent([A])
    recording.compacted("compaction-0", [A], [B])
    recording.compacted("compaction-1", [A], [C])

    assert items_read(recording) == [1, *(0, 1), *(0, 1)]
    assert compacted(reduced(recording)) == [1]


def test_a_payload_is_loaded_once() -> None:
    """In schema 2 the end of a log looks at all payloads that nothing has read."""
    recording = sent([A], [A, B], [A, B, C], schema_version=2)
    recording.recording_completed()
    loaded = []

    def load(ref: PayloadRef) -> bytes:
        loaded.append(ref.raw_payload_id)
        return recording.load_payload(ref)

    reducer = Reducer(recording.manifest, load)
    assert applied(reducer, recording.entries) is None
    assert reducer.view().diagnostics == ()
    assert loaded == ["raw_payload:1", "raw_payload:2", "raw_payload:3"]


def test_each_thread_has_a_list_of_its_own() -> None:
    """A forked child sends its parent's history, which is new to it."""
    recording = sent([A, B])
    recording.thread(CHILD, "/root/child")
    recording.turn("turn-2", CHILD)
    recording.request("inf-2", [A, B, C], turn="turn-2", thread=CHILD)
    recording.request("inf-3", [A, B, D])
    recording.request("inf-4", [A, B, C, D], turn="turn-2", thread=CHILD)

    assert items_read(recording) == [2, 3, 1, 1]
    assert requested(reduced(recording), "inf-4") == [3, 4, 5, 7]


def test_an_item_is_where_it_stands_in_its_list() -> None:
    reduction = reduced(sent([A, B], [A, B, C]))

    source = reduction.evidence.item_source(ItemId("conversation_item:3"))
    assert source is not None
    assert (source.payload.raw_payload_id, source.list_name, source.index) == ("raw_payload:2", "input", 2)


def test_items_that_are_no_conversation_stand_in_the_list_too() -> None:
    tools = {"type": "additional_tools"}
    recording = sent([tools, A, tools, B, tools], [tools, A, tools, C], [tools, A, tools, C, tools, D])

    assert items_read(recording) == [5, 1, 2]
    assert requested(reduced(recording), "inf-3") == [1, 3, 4]


def test_an_item_that_is_malformed_is_named_by_its_place_in_the_list() -> None:
    recording = sent([A, B], [A, B, {"type": 5}])

    assert_refused(recording, Code.ITEM_SHAPE, raw_payload_id="raw_payload:2")
    assert "item 2 of" in recording.rejection().message
    reduced(recording, Mode.SALVAGE)


# As text: what stands there must be the beginning of the list, however the rest of the payload is written.


AB, C_TEXT = text_of(A, B), text_of(C)
STANDS_FOR_REPEATED = b'"the items that are repeated"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(b'{"input":[', b",%s]}" % C_TEXT, id="separator"),
        pytest.param(b'\n{"a": {"b": [1]}, "input"\t:\n[ ', b"\n,\n%s ] }\n" % C_TEXT, id="white space"),
        pytest.param(b'{"a": {"input": [%s]}, "input": [' % AB, b", %s]}" % C_TEXT, id="list of a field"),
        pytest.param(b'{"a\\"input": [%s], "input": [' % AB, b", %s]}" % C_TEXT, id="end of a name"),
        pytest.param(b'{"input": 5, "input": [', b", %s]}" % C_TEXT, id="replaced before"),
        pytest.param(b'{"input": [', b', %s], "a": {"input": []}, "b": "\xc3\xa9"}' % C_TEXT, id="fields after"),
        pytest.param(b'{"input": [', b', %s], "": [0, %s]}' % (C_TEXT, AB), id="field without a name"),
        pytest.param(
            b'{"previous_response_id": "resp-1", "input": [',
            b', %s], "previous_response_id": null}' % C_TEXT,
            id="field on both sides",
        ),
    ],
)
def test_the_rest_of_a_payload_may_be_written_in_any_way(before: bytes, after: bytes) -> None:
    recording = sent_as([A, B], before + AB + after)

    assert items_read(recording) == [2, 1]
    assert requested(reduced(recording), "inf-2") == [1, 2, 3]


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(b'{"a": {"input": [%s]}, "input": [%s]}' % (C_TEXT, AB), id="list of a field before"),
        pytest.param(b'{"input": [%s], "a": {"input": [%s]}}' % (AB, C_TEXT), id="list of a field after"),
        pytest.param(b'{"input": [%s], "input": [\n%s\n] }' % (C_TEXT, AB), id="replaces another"),
    ],
)
def test_it_is_the_list_of_the_payload_that_is_remembered(first: bytes) -> None:
    recording = recording_with_turn()
    recording.request_of("inf-1", first)
    recording.request("inf-2", [A, B, D])

    assert items_read(recording) == [2, 1]
    assert requested(reduced(recording), "inf-2") == [1, 2, 3]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(b'{"\\u0069nput": [', b"]}", [1, 2], id="name in other letters"),
        pytest.param(b'{"input": [', b'], "input": [%s]}' % C_TEXT, [3], id="replaced after"),
        pytest.param(b'{"input": [', b'], "a": %s}' % STANDS_FOR_REPEATED, [1, 2], id="what stands for repeated items"),
        pytest.param(b'{"input": [', b'], "\\u0069nput": [%s]}' % C_TEXT, [3], id="replaced after in other letters"),
    ],
)
def test_a_payload_that_is_written_in_an_odd_way_is_read_in_full(
    before: bytes, after: bytes, expected: list[int]
) -> None:
    recording = sent_as([A, B], before + AB + after)

    read_of_first, read_of_second = items_read(recording)
    assert (read_of_first, read_of_second) == (2, len(expected))
    assert requested(reduced(recording), "inf-2") == expected


def test_what_stands_for_repeated_items_is_not_taken_for_them() -> None:
    """A text as an item is malformed, and so it is when it is the very text that the reducer puts in their place."""
    then = b'{"a": {"input": [%s]}, "input": [%s, %s]}' % (AB, STANDS_FOR_REPEATED, C_TEXT)
    recording = sent_as([A, B], then)

    assert items_read(recording) == [2, 2]
    assert_refused(recording, Code.ITEM_SHAPE, raw_payload_id="raw_payload:2")


def test_a_list_behind_many_of_its_name_is_read_in_full() -> None:
    """Each of them would be compared with all that was sent, and a payload has room for very many."""
    others = b"[%s]" % b",".join([b'{"input": [1]}'] * 100)
    recording = sent_as([A, B], b'{"a": %s, "input": [%s, %s]}' % (others, AB, C_TEXT))

    assert items_read(recording) == [2, 3]
    assert requested(reduced(recording), "inf-2") == [1, 2, 3]


def test_a_list_whose_place_is_not_found_is_not_remembered() -> None:
    recording = recording_with_turn()
    recording.request_of("inf-1", b'{"\\u0069nput": [%s]}' % AB)
    recording.request("inf-2", [A, B, C])

    assert items_read(recording) == [2, 3]
    assert requested(reduced(recording), "inf-2") == [1, 2, 3]


@pytest.mark.parametrize(
    "then",
    [
        pytest.param(b'{"input": [%s' % AB, id="cut after the repeated items"),
        pytest.param(b'{"input": [%s, {' % AB, id="cut in an item"),
        pytest.param(b'{"input": [%s]} {}' % AB, id="a second value"),
        pytest.param(b'{"input": [%s,]}' % AB, id="a comma too many"),
        pytest.param(b'{"input": [%s,,%s]}' % (text_of(A), text_of(B)), id="a comma too many in between"),
        pytest.param(b'{"input": [%s.5]}' % AB, id="a number goes on"),
        pytest.param(b'{"input": [%s.5, %s]}' % (text_of(A), text_of(B)), id="a number goes on in between"),
        pytest.param(b'{"a": 01, "input": [%s]}' % AB, id="broken before"),
        pytest.param(b'{"a": "\xff", "input": [%s]}' % AB, id="no UTF-8 before"),
        pytest.param(b'{"input": [%s], "a": "\xff"}' % AB, id="no UTF-8 after"),
        pytest.param(b'{"input": [%s], "a": "\\ud800"}' % AB, id="a lone surrogate"),
        pytest.param(b'{"a": [%s], "input": [%s]}' % (DEEP, AB), id="nested too deeply before"),
        pytest.param(b'{"input": [%s], "a": [%s]}' % (AB, DEEP), id="nested too deeply after"),
    ],
)
def test_a_payload_that_is_no_json_is_none_whatever_it_repeats(then: bytes) -> None:
    recording = sent_as([A, B], then)

    for mode in (Mode.CODEX, Mode.DEFAULT):
        assert_refused(recording, Code.PAYLOAD_BROKEN, mode, raw_payload_id="raw_payload:2")
    reduced(recording, Mode.SALVAGE)


@pytest.mark.parametrize(
    ("then", "problem"),
    [
        pytest.param(b'{"a": {"input": [%s]}}' % AB, "has no `input`", id="list of a field"),
        pytest.param(b'{"input": [%s], "input": 5}' % AB, "`input` that is no list", id="replaced by a number"),
        pytest.param(b'[{"input": [%s]}]' % AB, "is no inference request", id="in a list"),
    ],
)
def test_a_list_that_stands_elsewhere_is_none(then: bytes, problem: str) -> None:
    recording = sent_as([A, B], then)

    assert_refused(recording, Code.PAYLOAD_SHAPE, raw_payload_id="raw_payload:2")
    assert problem in recording.rejection().message
    reduced(recording, Mode.SALVAGE)


def test_what_follows_an_edit_is_read() -> None:
    recording = sent([A, B, C], [A, D, C], [A, D, C, B])

    assert items_read(recording) == [3, 2, 1]
    assert requested(reduced(recording), "inf-3") == [1, 4, 3, 5]


def test_a_list_that_went_another_way_is_no_beginning() -> None:
    """The text that is remembered is that of the last list, not of all that began like it."""
    recording = sent([A, B], [A, C, D], [A, B, D])

    assert requested(reduced(recording), "inf-3") == [1, 5, 4]


# As history: the same words are the same items only while the history begins with these.


def test_after_a_compaction_the_same_words_are_new_items() -> None:
    recording = sent([A, B])
    recording.compacted("compaction-1", [A, B], [C])
    recording.request("inf-2", [A, B])

    assert requested(reduced(recording), "inf-2") == [5, 6]  # 3 is the marker, 4 the replacement


def test_a_continuation_of_an_older_answer_brings_back_another_history() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [A])
    recording.answer("inf-1", [assistant("hello")], response="resp-1")
    recording.request("inf-2", [B])
    recording.request("inf-3", [C], previous="resp-1")
    recording.request("inf-4", [B])

    assert requested(reduced(recording), "inf-3") == [1, 2, 4]
    assert requested(reduced(recording), "inf-4") == [5]


def test_all_items_of_a_continuation_are_new() -> None:
    recording = sent([A])
    recording.answer("inf-1", [assistant("hello")], response="resp-1")
    recording.request("inf-2", [A, B], previous="resp-1")

    assert items_read(recording) == [1, 1, 2]
    assert requested(reduced(recording), "inf-2") == [1, 2, 3, 4]


@in_every_mode
def test_content_that_is_known_by_its_payload_is_repeated_where_the_mode_knows_better(mode: Mode) -> None:
    image = {**A, "content": [{"type": "input_image", "image_url": "data:,"}]}
    recording = sent([image], [image, B])

    assert items_read(recording, mode) == ([1, 2] if mode is Mode.CODEX else [1, 1])
    assert requested(reduced(recording, mode), "inf-2") == ([2, 3] if mode is Mode.CODEX else [1, 2])


def from_ant(text: str, author: str = "/root/ant") -> Item:
    return known_as("amsg-1", agent_message(author, "/root", text))


def test_an_item_that_takes_what_came_after_its_receipt_is_another() -> None:
    """An answer finds the item of a receipt, which stays open; a request then takes it for other words."""
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", from_ant("hello"))
    recording.request("inf-1", [])
    recording.answer("inf-1", [from_ant("hello")])
    recording.request("inf-2", [from_ant("hello")])
    recording.request("inf-3", [from_ant("hello"), from_ant("other")])
    recording.request("inf-4", [from_ant("hello"), from_ant("other")])
    reduction = reduced(recording)

    assert requested(reduction, "inf-2") == [1]
    assert requested(reduction, "inf-3") == [1, 1]
    assert requested(reduction, "inf-4") == [2, 1]


def test_so_it_is_where_a_compaction_takes_the_receipt() -> None:
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", from_ant("hello"))
    recording.request("inf-1", [])
    recording.answer("inf-1", [from_ant("hello")])
    recording.request("inf-2", [A, from_ant("hello")])
    recording.compacted("compaction-1", [A, from_ant("hello")], [from_ant("other")])
    recording.request("inf-3", [from_ant("hello")])

    assert requested(reduced(recording), "inf-3") == [4]


def test_an_item_that_was_received_from_another_author_is_not_found_again() -> None:
    taken = from_ant("hello", author="/root/bee")
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", from_ant("hello"))
    recording.request("inf-1", [taken])
    recording.request("inf-2", [taken])

    assert items_read(recording) == [1, 1]
    assert requested(reduced(recording), "inf-2") == [2]


def test_a_list_in_which_an_item_became_another_is_not_remembered() -> None:
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", from_ant("hello"))
    recording.request("inf-1", [])
    recording.answer("inf-1", [from_ant("hello")])
    recording.request("inf-2", [from_ant("hello"), from_ant("other")])
    recording.request("inf-3", [from_ant("hello"), from_ant("other")])

    assert requested(reduced(recording), "inf-3") == [2, 1]


def test_a_list_that_a_receipt_gave_an_item_twice_is_not_remembered() -> None:
    """The second time it is taken for its receipt, which is gone then, and an item is found in a list once only."""
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", from_ant("hello"))
    recording.request("inf-1", [])
    recording.answer("inf-1", [from_ant("hello")])
    recording.request("inf-2", [from_ant("hello"), from_ant("hello")])
    recording.request("inf-3", [from_ant("hello"), from_ant("hello")])
    reduction = reduced(recording)

    assert requested(reduction, "inf-2") == [1, 1]
    assert requested(reduction, "inf-3") == [1, 2]


def test_in_schema_2_a_new_item_is_none_that_the_list_repeats() -> None:
    """The answer is an item that was sent, so the history has it twice, and a list may have it once."""
    known = known_as("msg-1", assistant("hello"))
    recording = recording_with_turn(2)
    recording.request("inf-1", [known])
    recording.answer("inf-1", [known])
    recording.request("inf-2", [known, known])

    assert items_read(recording) == [1, 1, 1]
    assert requested(reduced(recording), "inf-2") == [1, 2]


def test_in_schema_1_a_list_that_has_an_item_twice_is_no_input_of_a_compaction() -> None:
    """B is found where it was before, and then where it is now; a compaction finds no item twice."""
    recording = sent([A, B], [B, B])
    recording.compacted("compaction-1", [B, B], [])
    reduction = reduced(recording)

    assert requested(reduction, "inf-2") == [2, 2]
    assert compacted(reduction) == [2, 3]


def test_nor_does_a_compaction_find_it_twice() -> None:
    known = known_as("msg-1", assistant("hello"))
    recording = recording_with_turn(2)
    recording.request("inf-1", [known])
    recording.answer("inf-1", [known])
    recording.compacted("compaction-1", [known, known], [])

    assert items_read(recording) == [1, 1, *(1, 0)]
    assert compacted(reduced(recording)) == [1, 2]


def test_what_is_no_conversation_begins_any_history() -> None:
    """Even that which a compaction left, with which only one request is compared."""
    tools = {"type": "additional_tools"}
    recording = sent([tools])
    recording.compacted("compaction-1", [tools], [A])
    recording.request("inf-2", [tools, B])
    recording.request("inf-3", [tools, B, C])
    reduction = reduced(recording)

    assert items_read(recording) == [1, *(0, 1), 1, 1]
    assert requested(reduction, "inf-2") == [3]  # 1 is the marker, 2 the replacement
    assert requested(reduction, "inf-3") == [3, 4]


def test_a_thread_that_has_ended_forgets_its_list() -> None:
    recording = sent([A, B], schema_version=2)
    recording.thread_ended()
    recording.resumed()
    recording.request("inf-2", [A, B])

    assert items_read(recording) == [2, 2]
    assert requested(reduced(recording), "inf-2") == [1, 2]


# As news: what an item is tied to may have come since it was sent.


def with_child(recording: Recording) -> Recording:
    recording.thread(CHILD, "/root/child")
    recording.turn("turn-2", CHILD)
    return recording


def test_a_tool_of_another_thread_is_tied_when_the_items_are_sent_again() -> None:
    work = [function_call("call-1"), function_output("call-1")]
    recording = with_child(sent(work, work))
    recording.tool("tool-1", call="call-1", thread=CHILD, turn="turn-2")
    tied = recording.request("inf-3", [*work, A])
    recording.request("inf-4", [*work, A])
    reduction = reduced(recording)

    assert items_read(recording) == [2, 0, 1, 0]
    tool = reduction.trace.tool_calls[ToolCallId("tool-1")]
    assert numbers(tool.model_visible_call_item_ids) == [1]
    assert numbers(tool.model_visible_output_item_ids) == [2]
    touched = reduction.evidence.events_of(ObjectKind.CONVERSATION_ITEM, "conversation_item:2")
    assert [position.seq for position in touched] == [3, tied]


def test_so_it_is_if_an_older_item_was_sent_after_them() -> None:
    call = function_call("call-1")
    recording = with_child(sent([A, call], [call, A]))
    recording.request_of("inf-3", b'{"input": [%s, %s]}' % (text_of(call), text_of(A).replace(b" ", b"")))
    recording.tool("tool-1", call="call-1", thread=CHILD, turn="turn-2")
    recording.request("inf-4", [call])
    reduction = reduced(recording)

    assert items_read(recording) == [2, 2, 1, 0]
    assert requested(reduction, "inf-3") == [2, 1]
    assert numbers(reduction.trace.tool_calls[ToolCallId("tool-1")].model_visible_call_item_ids) == [2]


def test_so_it_is_when_a_compaction_takes_them() -> None:
    work = [function_call("call-1"), function_output("call-1")]
    recording = with_child(sent(work))
    recording.tool("tool-1", call="call-1", thread=CHILD, turn="turn-2")
    recording.compacted("compaction-1", work, [])

    assert items_read(recording) == [2, *(0, 0)]
    tool = reduced(recording).trace.tool_calls[ToolCallId("tool-1")]
    assert numbers(tool.model_visible_output_item_ids) == [2]


def test_a_cell_of_another_thread_is_tied_when_its_output_is_sent_again() -> None:
    """The parent's cell waits for its source, and the child has sent the output already."""
    work = [exec_cell("call-1"), cell_output("call-1")]
    recording = with_child(recording_with_turn())
    recording.cell_started("call-1")
    recording.request("inf-1", work, turn="turn-2", thread=CHILD)
    recording.request("inf-2", work)
    recording.request("inf-3", [*work, A], turn="turn-2", thread=CHILD)

    assert items_read(recording) == [2, 2, 1]
    cell = reduced(recording).trace.code_cells[CodeCellId("code_cell:call-1")]
    assert numbers(cell.output_item_ids) == [4, 2]


def test_an_answer_that_is_a_call_known_before_is_said_to_have_started_its_tool() -> None:
    call = known_as("fc-1", function_call("call-1"))
    recording = recording_with_turn(2)
    recording.tool("tool-1", call="call-1")
    recording.request("inf-1", [call])
    recording.answer("inf-1", [call])
    recording.request("inf-2", [call, A])
    reduction = reduced(recording)

    assert items_read(recording) == [1, 1, 1]
    assert reduction.trace.inference_calls[InferenceCallId("inf-1")].tool_call_ids_started_by_response == ("tool-1",)


@pytest.mark.parametrize("mode", [Mode.DEFAULT, Mode.SALVAGE])
def test_an_item_of_an_unknown_type_is_told_of_once(mode: Mode) -> None:
    recording = sent([{"type": "hologram"}], [{"type": "hologram"}, A])

    assert items_read(recording, mode) == [1, 1]
    assert [(told.code, told.seq) for told in reduced(recording, mode).diagnostics] == [(Code.ITEM_TYPE, 3)]


# What is remembered belongs to one reducer, and to the events that it has accepted.


def test_what_is_remembered_never_changes() -> None:
    """Copies of a reducer share it, and each may run in an operating system's thread of its own."""
    recording = sent([A], [A, B])
    *first, second = recording.entries
    reducer = recording.reducer()
    assert applied(reducer, first) is None
    remembered = reducer._state.sent_lists[ThreadId(ROOT)]  # noqa: SLF001 - nothing else shows it

    assert applied(reducer, [second]) is None

    assert b"".join(remembered.texts) == text_of(A)
    assert hash(remembered)


def test_what_is_remembered_of_many_requests_lies_in_few_pieces() -> None:
    recording = sent(*([A] * count for count in range(1, 65)))
    reducer = recording.reducer()
    assert applied(reducer, recording.entries) is None
    (remembered,) = reducer._state.sent_lists.values()  # noqa: SLF001 - nothing else shows it
    assert len(remembered.texts) <= 8
    assert sum(map(len, remembered.texts)) == remembered.length


@in_every_mode
@pytest.mark.parametrize("recognise_repetition", [True, False])
def test_reducers_that_part_after_a_list_remember_their_own(mode: Mode, *, recognise_repetition: bool) -> None:
    """Both have seen A. One is sent B next; the other C, and then B, which it has not seen."""
    recording = sent([A], [A, B], [A, C], [A, B, D])
    *shared, to_one, to_other, to_both = recording.entries
    one = Reducer(recording.manifest, recording.load_payload, mode, recognise_repetition=recognise_repetition)
    assert applied(one, shared) is None
    other = one.fork()

    assert applied(one, [to_one]) is None
    assert applied(other, [to_other]) is None
    assert applied(one, [to_both]) is None
    assert applied(other, [to_both]) is None

    assert requested(one.view(), "inf-4") == [1, 2, 3]
    assert requested(other.view(), "inf-4") == [1, 3, 4]


def test_in_salvage_a_request_that_reuses_a_call_id_is_remembered_as_any_other() -> None:
    """Default would refuse the second request, in which another call has the call id of the first."""
    call, other_call = function_call("call-1"), function_call("call-1", "[]")
    recording = sent([A, call], [A, call, B, other_call], [A, call, C, B], [A, call, C, B, D])

    assert items_read(recording, Mode.SALVAGE) == [2, 2, 2, 1]
    reduction = reduced(recording, Mode.SALVAGE)
    assert [told.code for told in reduction.diagnostics] == [Code.CALL_ID_REUSED]
    assert requested(reduction, "inf-2") == [1, 2, 3, 4]
    assert requested(reduction, "inf-4") == [1, 2, 5, 3, 6]


def test_in_salvage_a_request_that_reuses_a_call_id_forgets_as_any_other() -> None:
    """It takes a receipt, which changes the item that was sent; default would refuse it for what follows."""
    call, other_call = function_call("call-1"), function_call("call-1", "[]")
    recording = recording_with_turn(2)
    recording.accepted("amsg-1", from_ant("hello"))
    recording.request("inf-1", [call])
    recording.answer("inf-1", [from_ant("hello")])
    recording.request("inf-2", [call, from_ant("hello")])
    recording.request("inf-3", [call, from_ant("hello"), from_ant("other"), other_call])
    recording.request("inf-4", [call, from_ant("hello"), A])

    assert items_read(recording, Mode.SALVAGE) == [1, 1, 1, 2, 3]
    reduction = reduced(recording, Mode.SALVAGE)
    assert [told.code for told in reduction.diagnostics if told.line] == [Code.CALL_ID_REUSED]


def test_in_salvage_a_request_that_cannot_be_read_is_not_remembered_and_forgets_nothing() -> None:
    recording = sent([A], [A, B], [A, B, C])
    recording.payloads["payloads/2.json"] = recording.payloads["payloads/2.json"][:-1]

    assert items_read(recording, Mode.SALVAGE) == [1, 2]
    assert requested(reduced(recording, Mode.SALVAGE), "inf-3") == [1, 2, 3]
