"""Where words are found, each on the smallest recording that shows it."""

import re
from pathlib import Path

import pytest

from recording import Recording, function_call, recording_with_turn, user
from rollout_trace import query, reduce_bundle
from rollout_trace.bundle.folder import Bundle
from rollout_trace.reduce.modes import Mode

THERMOSTAT = Path(__file__).parents[1] / "examples" / "thermostat"


def found(recording: Recording, pattern: str, folder: Path) -> list[tuple[str, str]]:
    """What holds the words, and in which line."""
    bundle = recording.write(folder / "bundle")
    hits = query.find_text(bundle, reduce_bundle(bundle, Mode.SALVAGE), re.compile(pattern))
    return [(hit.holder.object_id, hit.line) for hit in hits]


@pytest.mark.parametrize("arguments", ["{}", '{"words": "' + "x" * 300 + '"}'], ids=["short", "long"])
def test_the_name_of_a_tool_is_found_in_a_call_of_any_length(arguments: str, tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), function_call("call-1", arguments, name="frobnicate")])

    assert found(recording, "frobnicate", tmp_path) == [("conversation_item:2", "frobnicate")]


def test_what_the_graph_has_only_by_a_label_is_found(tmp_path: Path) -> None:
    image = {"type": "input_image", "image_url": "https://example.test/needle.png"}
    recording = recording_with_turn()
    recording.request(
        "inf-1", [{**user("see"), "content": [image]}, {"type": "mystery", "words": {"deep": ["a needle"]}}]
    )

    assert found(recording, "needle", tmp_path) == [
        ("conversation_item:1", "https://example.test/needle.png"),
        ("conversation_item:2", "a needle"),
    ]


def test_only_words_of_the_trace_are_found(tmp_path: Path) -> None:
    reasoning = {"type": "reasoning", "summary": [], "encrypted_content": "c2VjcmV0"}
    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), reasoning])

    assert found(recording, "encrypted|characters", tmp_path) == []


def test_the_words_of_the_format_are_nothing_that_an_item_says(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), function_call("call-1")])

    assert found(recording, "user|input_text|function_call|call-1", tmp_path) == []


def test_what_another_request_has_in_the_place_of_an_item_that_was_cut_is_found_once(tmp_path: Path) -> None:
    def search(last: str) -> dict[str, object]:
        return {"type": "web_search_call", "status": "completed", "action": {"query": "z" * 400 + last}}

    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), search("ONE")])
    recording.request("inf-2", [user("go"), search("TWO")])
    recording.request("inf-3", [user("go"), search("TWO"), user("on")])

    assert [(holder, line[-3:]) for holder, line in found(recording, "z(ONE|TWO)", tmp_path)] == [
        ("conversation_item:2", "ONE"),
        ("conversation_item:2", "TWO"),
    ]


def test_hits_stand_in_the_order_of_the_events_that_told_of_them() -> None:
    reduction = reduce_bundle(THERMOSTAT)
    hits = query.find_text(Bundle(THERMOSTAT), reduction, re.compile("10 C is 50 F"))
    names = query.Names(reduction.trace)

    assert [(names.short(hit.holder), hit.position.seq) for hit in hits if hit.position is not None] == [
        ("tool:8", 64),  # the result of the call that looked, with what the command had printed
        ("item:18", 66),  # the request that showed it
        ("tool:7", 71),  # the end of the command
    ]


def test_an_id_of_the_client_is_no_text() -> None:
    assert query.find_text(Bundle(THERMOSTAT), reduce_bundle(THERMOSTAT), re.compile("call_soak")) == ()
