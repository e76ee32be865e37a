"""Every conformance case of schema 2, read from disk, in every mode.

In mode `codex` a graph must be the same bytes, and a refusal must be for the same reason and name the same objects.
There is no other answer to compare with, so the other modes are compared with that one: they give the same graph, but
where our better rule for opaque content knows an item again.
"""

from collections.abc import Iterator
from itertools import chain

import msgspec
import pytest

from conformance.answers import OpenCase, check_answer, check_same_state, named_in, reduce_in
from conformance.cases import schema_2_cases
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.ids import ItemId, RawPayloadId
from rollout_trace.model.conversation import ConversationItem, ItemBody, PayloadRefPart
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.state_json import encode_state
from rollout_trace.reduce.modes import Mode

ACCEPTED = [name for name, case in schema_2_cases().items() if case.codex.state is not None]
REFUSED = [name for name, case in schema_2_cases().items() if case.codex.error is not None]

KNOWN_AGAIN = {
    "schema-2-12": ("tool_output", 5),  # an output without `output`, in five requests
    "schema-2-42": ("content", 4),  # a message whose content is no list, in four
    "schema-2-55": ("tool_output", 2),
    "schema-2-93": ("content", 4),
}
"""Where default mode has one item and Codex several, because their content has no hash: its label, and how many."""

REFUSED_BY_DEFAULT = {
    "schema-2-13": Code.CALL_ID_REUSED,
    "schema-2-14": Code.CONFLICT,
    "schema-2-27": Code.CALL_ID_REUSED,
    "schema-2-28": Code.DUPLICATE,  # the thread that was resumed too early starts after all
    "schema-2-31": Code.PAYLOAD_BROKEN,
    "schema-2-39": Code.DUPLICATE,
    "schema-2-44": Code.CALL_ID_REUSED,
    "schema-2-57": Code.PAYLOAD_MISSING,
    "schema-2-67": Code.UNKNOWN_REFERENCE,
    "schema-2-77": Code.CALL_ID_REUSED,
    "schema-2-85": Code.PAYLOAD_BROKEN,
    "schema-2-102": Code.ITEM_SHAPE,
    "schema-2-108": Code.CALL_ID_REUSED,
}
"""What is damage to default mode too; every other case that Codex refuses has a graph there."""

TOLERATED_BY_DEFAULT = {
    "schema-2-1": {Code.EVENT_ROLLOUT},
    "schema-2-4": {Code.TORN_LINE},
    "schema-2-21": {Code.OTHER_EVENT},
    "schema-2-43": {Code.OTHER_EVENT},
    "schema-2-63": set(),  # a call without arguments is sent again, which the better rule knows
    "schema-2-66": {Code.SEQUENCE},
    "schema-2-72": {Code.AFTER_COMPLETION},
    "schema-2-82": {Code.EVENT_SCHEMA},
    "schema-2-90": {Code.SEQUENCE},
    "schema-2-114": {Code.UNKNOWN_EVENT, Code.EVENT_SCHEMA},  # events of schema 2 under a manifest of schema 1
    "schema-2-117": {Code.EVENT_ROLLOUT},
    "schema-2-123": {Code.UNKNOWN_EVENT},
    "schema-2-138": {Code.EVENT_SCHEMA},
    "schema-2-139": {Code.SEQUENCE},
    "schema-2-146": {Code.UNKNOWN_EVENT},
}
"""What default mode says of the others that Codex refuses, beside that a recording was not closed."""


def test_there_is_a_case_for_every_seed() -> None:
    assert list(schema_2_cases()) == [f"schema-2-{seed}" for seed in range(150)]
    assert set(REFUSED) == {*REFUSED_BY_DEFAULT, *TOLERATED_BY_DEFAULT}


@pytest.mark.parametrize("name", schema_2_cases())
def test_codex_mode_gives_the_answer_of_codex(name: str, bundle_of: OpenCase) -> None:
    case = schema_2_cases()[name]
    check_answer(case.codex, Mode.CODEX, bundle_of(case))


@pytest.mark.parametrize("name", [name for name in ACCEPTED if name not in KNOWN_AGAIN])
def test_default_mode_gives_the_graph_of_codex(name: str, bundle_of: OpenCase) -> None:
    case = schema_2_cases()[name]
    reduction = reduce_in(Mode.DEFAULT, bundle_of(case))
    assert case.codex.state is not None
    check_same_state(case.codex.state, encode_state(reduction.trace).decode())
    expected = [] if reduction.trace.recording_complete else [Code.NOT_COMPLETED]
    assert [diagnostic.code for diagnostic in reduction.diagnostics] == expected


@pytest.mark.parametrize("name", KNOWN_AGAIN)
def test_default_mode_knows_opaque_content_without_a_hash_again(name: str, bundle_of: OpenCase) -> None:
    label, times = KNOWN_AGAIN[name]
    bundle = bundle_of(schema_2_cases()[name])
    by_codex = reduce_in(Mode.CODEX, bundle).trace
    by_default = reduce_in(Mode.DEFAULT, bundle).trace

    seen_as: dict[ItemId, list[ItemId]] = {}
    for theirs, ours in dict(places(by_codex, by_default)).items():
        seen_as.setdefault(ours, []).append(theirs)
    several = [theirs for theirs in seen_as.values() if len(theirs) > 1]

    # One item of ours is several of theirs: opaque, without a hash, and alike in all but the payload that holds it.
    assert [len(theirs) for theirs in several] == [times]
    occurrences = [by_codex.conversation_items[item_id] for item_id in several[0]]
    assert all(
        isinstance(part, PayloadRefPart) and (part.label, part.content_sha256) == (label, None)
        for item in occurrences
        for part in item.body.parts
    )
    assert len({item.body for item in occurrences}) == times
    assert len({content_of(item) for item in occurrences}) == 1
    # Every other item of ours is one of theirs, and no item of either is without its like in the other.
    assert {item_id for theirs in seen_as.values() for item_id in theirs} == set(by_codex.conversation_items)
    assert set(seen_as) == set(by_default.conversation_items)
    assert all(
        content_of(by_default.conversation_items[ours]) == content_of(by_codex.conversation_items[theirs[0]])
        for ours, theirs in seen_as.items()
    )


@pytest.mark.parametrize("name", TOLERATED_BY_DEFAULT)
def test_default_mode_reads_what_the_client_or_a_newer_one_may_write(name: str, bundle_of: OpenCase) -> None:
    reduction = reduce_in(Mode.DEFAULT, bundle_of(schema_2_cases()[name]))

    assert {diagnostic.code for diagnostic in reduction.diagnostics} - {Code.NOT_COMPLETED} == (
        TOLERATED_BY_DEFAULT[name]
    )


@pytest.mark.parametrize("name", REFUSED_BY_DEFAULT)
def test_default_mode_refuses_damage(name: str, bundle_of: OpenCase) -> None:
    with pytest.raises(Rejection) as rejected:
        reduce_in(Mode.DEFAULT, bundle_of(schema_2_cases()[name]))
    assert rejected.value.code == REFUSED_BY_DEFAULT[name]


@pytest.mark.parametrize("name", schema_2_cases())
def test_salvage_mode_refuses_nothing_and_agrees_with_default(name: str, bundle_of: OpenCase) -> None:
    bundle = bundle_of(schema_2_cases()[name])
    salvaged = reduce_in(Mode.SALVAGE, bundle)
    if name in REFUSED_BY_DEFAULT:
        assert REFUSED_BY_DEFAULT[name] in {diagnostic.code for diagnostic in salvaged.diagnostics}
    else:
        by_default = reduce_in(Mode.DEFAULT, bundle)
        check_same_state(encode_state(by_default.trace).decode(), encode_state(salvaged.trace).decode())
        assert salvaged.diagnostics == by_default.diagnostics


def test_every_refusal_names_something_but_those_of_whole_events() -> None:
    """The check of names would pass on a message in which it finds none."""
    errors = {case.codex.error for case in schema_2_cases().values() if case.codex.error is not None}
    assert {error for error in errors if not named_in(error)} == {
        "raw trace event has no reducer implementation",
        "trace event belongs to another rollout",
        "trace event after recording completed",
    }


def places(by_codex: RolloutTrace, by_default: RolloutTrace) -> Iterator[tuple[ItemId, ItemId]]:
    """The items of two graphs of one bundle that stand in the same place of the same payload, or mark the same."""
    for call_id, theirs in by_codex.inference_calls.items():
        ours = by_default.inference_calls[call_id]
        yield from zip(
            chain(theirs.request_item_ids, theirs.response_item_ids),
            chain(ours.request_item_ids, ours.response_item_ids),
            strict=True,
        )
    for compaction_id, compacted in by_codex.compactions.items():
        by_us = by_default.compactions[compaction_id]
        yield from zip(
            (*compacted.input_item_ids, compacted.marker_item_id, *compacted.replacement_item_ids),
            (*by_us.input_item_ids, by_us.marker_item_id, *by_us.replacement_item_ids),
            strict=True,
        )


def content_of(item: ConversationItem) -> ConversationItem:
    """An item but for its number, the time and turn of its first sighting, and the payload of its opaque parts."""
    parts = tuple(
        msgspec.structs.replace(part, raw_payload_id=RawPayloadId("")) if isinstance(part, PayloadRefPart) else part
        for part in item.body.parts
    )
    return msgspec.structs.replace(
        item, item_id=ItemId(""), codex_turn_id=None, first_seen_at_unix_ms=0, body=ItemBody(parts)
    )
