"""The evidence behind the objects of a graph: which events made or changed them, and where an item's content lies."""

from pathlib import Path

import pytest

from recording import (
    CHILD,
    ROOT,
    Recording,
    assistant,
    exec_cell,
    function_call,
    function_output,
    recording_with_turn,
    user,
)
from rollout_trace import item_content, open_bundle, reduce_bundle
from rollout_trace.errors import PayloadError
from rollout_trace.ids import ItemId, RawPayloadId
from rollout_trace.reduce.evidence import EventPosition, ItemSource, ObjectKind
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import SpawnAgent

EXAMPLE = Path(__file__).parents[1] / "examples" / "fix-the-build"


def seqs(reduction: Reduction, kind: ObjectKind, object_id: str) -> list[int]:
    return [position.seq for position in reduction.evidence.events_of(kind, object_id)]


def test_an_object_has_the_events_that_made_and_changed_it() -> None:
    recording = recording_with_turn()
    started = recording.tool("tool-1", call="call-1")
    recording.request("inf-1", [user("go")])
    linked = recording.answer("inf-1", [function_call("call-1")])
    ended = recording.tool_ended("tool-1")
    seen = recording.request("inf-2", [user("go"), function_call("call-1"), function_output("call-1")])

    reduction = recording.reduce()

    assert seqs(reduction, ObjectKind.TOOL_CALL, "tool-1") == [started, linked, ended, seen]
    assert reduction.evidence.events_of(ObjectKind.TOOL_CALL, "tool-1")[0] == EventPosition(seq=started, line=started)


def test_an_item_that_is_only_seen_again_has_no_new_evidence() -> None:
    recording = recording_with_turn()
    first = recording.request("inf-1", [user("go")])
    recording.request("inf-2", [user("go")])

    assert seqs(recording.reduce(), ObjectKind.CONVERSATION_ITEM, "conversation_item:1") == [first]


def test_a_thread_is_changed_by_what_is_added_to_its_conversation() -> None:
    recording = Recording()
    started = recording.thread()
    recording.turn()
    added = recording.request("inf-1", [user("go")])
    recording.request("inf-2", [user("go")])

    assert seqs(recording.reduce(), ObjectKind.THREAD, ROOT) == [started, added]


def test_a_cell_that_waits_for_its_source_has_its_start_as_evidence() -> None:
    recording = recording_with_turn()
    started = recording.cell_started("call-1")
    recording.request("inf-1", [user("go")])
    shown = recording.answer("inf-1", [exec_cell("call-1")])

    assert seqs(recording.reduce(), ObjectKind.CODE_CELL, "code_cell:call-1") == [started, shown]


def test_a_spawn_whose_message_is_never_seen_has_the_event_that_told_of_it() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/worker")
    recording.tool("tool-1", kind=SpawnAgent())
    spawned = recording.runtime_ended(
        "tool-1",
        {
            "call_id": "call",
            "sender_thread_id": ROOT,
            "new_thread_id": CHILD,
            "prompt": "dig",
            "model": "a-model",
            "reasoning_effort": "low",
            "status": "running",
        },
    )

    reduction = recording.reduce()

    assert seqs(reduction, ObjectKind.INTERACTION_EDGE, f"edge:spawn:{ROOT}:{CHILD}") == [spawned]


def test_an_event_that_salvage_skips_is_no_evidence() -> None:
    recording = recording_with_turn()
    started = recording.tool("tool-1")
    recording.tool("tool-1")

    assert seqs(recording.reduce(Mode.SALVAGE), ObjectKind.TOOL_CALL, "tool-1") == [started]


def test_an_item_knows_where_it_was_first_seen_skipped_items_counted() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [{"type": "additional_tools"}, user("go")])
    recording.answer("inf-1", [assistant("done")])

    reduction = recording.reduce()
    evidence = reduction.evidence
    request, answer = (reduction.trace.raw_payloads[RawPayloadId(f"raw_payload:{n}")] for n in (1, 2))

    assert evidence.item_source(ItemId("conversation_item:1")) == ItemSource(request, "input", 1)
    assert evidence.item_source(ItemId("conversation_item:2")) == ItemSource(answer, "output_items", 0)
    with pytest.raises(KeyError):
        evidence.item_source(ItemId("conversation_item:3"))


def test_the_content_of_every_item_can_be_read_again() -> None:
    bundle = open_bundle(EXAMPLE)
    reduction = reduce_bundle(bundle)

    for item_id, item in reduction.trace.conversation_items.items():
        content = item_content(bundle, reduction, item_id)
        if item.kind == "compaction_marker":
            assert content is None
        else:
            assert content is not None
            assert content.get("call_id") == item.call_id
            assert isinstance(content["type"], str)


def test_content_that_is_no_longer_there_is_an_error(tmp_path: Path) -> None:
    bundle = open_bundle(EXAMPLE)
    reduction = reduce_bundle(bundle)
    (tmp_path / "payloads").mkdir()
    for name in ("manifest.json", "trace.jsonl"):
        (tmp_path / name).write_bytes((EXAMPLE / name).read_bytes())
    emptied = open_bundle(tmp_path)
    source = reduction.evidence.item_source(ItemId("conversation_item:1"))
    assert source is not None
    path = source.payload.path

    with pytest.raises(PayloadError, match="No such file"):
        item_content(emptied, reduction, ItemId("conversation_item:1"))
    (tmp_path / path).write_text('{"input": []}')
    with pytest.raises(PayloadError, match=r"conversation_item:1 no longer stands at input\[0\]"):
        item_content(emptied, reduction, ItemId("conversation_item:1"))
