"""What holds of every list and every answer: pages make up the whole, a moment is as its graph, every id has a name."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from conformance.cases import Case, all_cases, schema_2_cases
from growing import GrowingBundle
from recording import Recording, assistant, recording_with_turn, user
from rollout_trace.bundle.folder import Bundle
from rollout_trace.query.moment import state_at
from rollout_trace.query.naming import objects_of
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.web import parts
from rollout_trace.web.interface.common import EXCERPT_CHARACTERS
from rollout_trace.web.view import View, once_a_view
from web.viewing import EXAMPLES, ask, envelope, lists_of, view_of, whole_list

REAL = (
    "0.160.0/agents_v2",
    "0.160.0/compact_local_fails",
    "0.160.0/killed_in_command",
    "0.160.0/images",
    "0.169.0/code_mode",
)
NO_IDS_OF_OBJECTS = {"call_id", "model_visible_call_id", "text", "error", "what", "name", "trace_id"}
"""Fields of answers with words, or with ids of other systems, which may be those of objects by chance."""


@pytest.fixture(scope="module", params=["thermostat", "fix-the-build", "fix-it-alone", *REAL])
def view(request: pytest.FixtureRequest) -> View:
    name: str = request.param
    if name not in REAL:
        return view_of(EXAMPLES / name)
    real_bundles: Path = request.getfixturevalue("real_bundles")
    return view_of(real_bundles / name)


def test_pages_put_together_are_the_whole_list(view: View) -> None:
    for name, asked in lists_of(view):
        whole = whole_list(view, name, **asked)
        pages = [ask(view, name, offset=offset, limit=7, **asked) for offset in range(0, len(whole) + 1, 7)]
        assert [entry for page in pages for entry in page["entries"]] == whole
        assert {page["total"] for page in pages} == {len(whole)}
        assert [page["offset"] for page in pages] == list(range(0, len(whole) + 1, 7))


def test_a_page_beyond_the_end_is_empty(view: View) -> None:
    told = ask(view, "timeline", offset=1_000_000)
    assert (told["offset"], told["entries"]) == (1_000_000, [])


def test_every_object_has_details_and_a_place_in_the_lists(view: View) -> None:
    timeline, events = whole_list(view, "timeline"), whole_list(view, "events")
    for kind in ObjectKind:
        for object_id in objects_of(view.trace, kind):
            asked = {"kind": kind.value, "id": object_id}
            told = ask(view, "object", **asked)
            assert (told["named_by"], told["events"], told["payloads"]) == tuple(
                len(whole_list(view, f"object/{part}", **asked)) for part in ("named-by", "events", "payloads")
            )
            place = ask(view, "place", **asked)
            if place["timeline_index"] is not None:
                assert timeline[place["timeline_index"]]["subject"] == told["ref"]
            if place["event_index"] is not None:
                assert told["ref"] in events[place["event_index"]]["touched"]
            assert (place["event_index"] is None) == (told["events"] == 0)
            assert ask(view, "lineage", depth=1, **asked)["ref"] == told["ref"]
    for thread_id in view.trace.threads:
        for entry in whole_list(view, "conversation", thread=thread_id):
            place = ask(view, "place", kind="conversation_item", id=entry["item"]["item_id"])
            assert (place["thread_id"], place["conversation_index"]) == (thread_id, entry["index"])


def test_every_id_that_an_answer_mentions_has_a_name(view: View) -> None:
    ids = {object_id for kind in ObjectKind for object_id in objects_of(view.trace, kind)}
    for name, asked in all_questions(view):
        told = envelope(view, name, **asked)
        named = {words.partition("/")[2] for words in told["names"]}
        mentioned = {text for field, text in texts_in(told["answer"], "") if field not in NO_IDS_OF_OBJECTS}
        assert mentioned & ids - named == set(), name


def all_questions(view: View) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from lists_of(view)
    yield from (("rollout", {}), ("usage", {}), ("check", {}), ("search", {"text": "the"}))
    for call_id in view.trace.inference_calls:
        yield "request", {"request": call_id}
    for item_id in view.trace.conversation_items:
        yield "item", {"item": item_id}
    for payload_id in view.trace.raw_payloads:
        yield "payload", {"payload": payload_id}
    for kind in ObjectKind:
        for object_id in objects_of(view.trace, kind):
            for name in ("object", "object/named-by", "object/payloads", "lineage", "place"):
                yield name, {"kind": kind.value, "id": object_id}


def texts_in(value: Any, field: str) -> Iterator[tuple[str, str]]:
    """Every text of an answer, with the field that has it."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, list):
        for entry in value:
            yield from texts_in(entry, field)
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from texts_in(entry, name)


EVERY_TENTH_CASE = [*all_cases().values(), *schema_2_cases().values()][::10]


@pytest.mark.parametrize("case", EVERY_TENTH_CASE, ids=lambda case: case.name)
def test_every_endpoint_answers_on_every_bundle(case: Case, bundle_of: Callable[[Case], Bundle]) -> None:
    view = view_of(bundle_of(case))
    for name, asked in all_questions(view):
        envelope(view, name, **asked)


class TestMoments:
    @pytest.fixture
    def bundle(self) -> Bundle:
        return Bundle(EXAMPLES / "thermostat")

    @pytest.fixture
    def whole(self, bundle: Bundle) -> View:
        return view_of(bundle)

    @pytest.mark.parametrize("seq", [1, 2, 12, 45, 131, 166, 179])
    def test_an_answer_is_that_of_the_graph_at_the_event(self, bundle: Bundle, whole: View, seq: int) -> None:
        then, alone = whole.at(state_at(bundle, seq)), view_of(bundle, state_at(bundle, seq), is_live=True)
        assert ask(whole, "rollout")["events"] == 180  # a view of the whole that was asked before changes nothing
        for name, asked in lists_of(then):
            assert envelope(then, name, **asked) == envelope(alone, name, **asked)
            assert envelope(then, name, **asked)["as_of"] == seq

    def test_how_far_one_can_go_is_told_whatever_moment_is_looked_at(self, bundle: Bundle, whole: View) -> None:
        told = ask(whole.at(state_at(bundle, 13)), "rollout")
        assert (told["first_seq"], told["last_seq"], told["events"]) == (1, 180, 13)
        assert (told["summary"]["payloads"], told["summary"]["status"]) == (7, "running")
        assert told["failures"] == 1  # the check that failed; the agent and its turn run
        assert (told["summary"]["outcome"]["unfinished"], told["diagnostics"]) == (None, {})

    def test_the_lines_of_the_log_end_with_the_moment(self, bundle: Bundle, whole: View) -> None:
        assert whole_list(whole.at(state_at(bundle, 45)), "events") == whole_list(whole, "events")[:45]

    def test_what_came_later_is_not_there(self, bundle: Bundle, whole: View) -> None:
        then = whole.at(state_at(bundle, 131))
        (told,) = whole_list(then, "search", text="nine fifths")
        assert told["what"] == "assistant (final): The formula is right: nine fifths, and 32."
        assert len(whole_list(whole, "search", text="nine fifths")) > 1

    def test_the_check_is_of_the_whole_log(self, bundle: Bundle, whole: View) -> None:
        then = whole.at(state_at(bundle, 45))
        assert ask(then, "check") == ask(whole, "check")
        assert ask(then, "check")["events"] == 180


class TestALogThatGrows:
    @pytest.fixture
    def growing(self, tmp_path: Path) -> GrowingBundle:
        return GrowingBundle(EXAMPLES / "thermostat", tmp_path / "bundle")

    def test_what_came_after_the_graph_is_not_told(self, growing: GrowingBundle) -> None:
        growing.write_lines(45)
        view = view_of(growing.path)
        growing.write_rest()  # before anything is asked

        assert [line["seq"] for line in whole_list(view, "events")] == list(range(1, 46))
        assert envelope(view, "timeline") == envelope(view_of(growing.path, view.reduction), "timeline")
        assert (envelope(view, "rollout")["as_of"], ask(view, "rollout")["events"]) == (45, 45)

    def test_the_log_ends_for_all_views_where_it_did_when_it_was_read(self, growing: GrowingBundle) -> None:
        growing.write_lines(45)
        view = view_of(growing.path)
        growing.write_rest()

        assert [entry.line for entry in parts.log_entries(view.at(state_at(view.bundle, 20)))] == list(range(1, 46))

    def test_a_line_that_is_being_written_is_none_yet(self, growing: GrowingBundle) -> None:
        growing.write_lines(10)
        before = state_at(Bundle(growing.path), 10)
        growing.write(growing.lines[10][:50])

        assert len(whole_list(view_of(growing.path, before), "events")) == 10
        told = whole_list(view_of(growing.path), "events")  # for a reader of the whole log it is its torn end
        assert (len(told), told[-1]["fault"] is not None) == (11, True)


def test_many_threads_that_ask_at_once_are_told_the_same() -> None:
    view = view_of(EXAMPLES / "thermostat")
    questions = list(lists_of(view_of(EXAMPLES / "thermostat")))
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda asked: envelope(view, asked[0], **asked[1]), questions * 2))

    alone = [envelope(view_of(EXAMPLES / "thermostat"), name, **asked) for name, asked in questions]
    assert told == alone * 2


def test_a_part_is_computed_once_however_many_ask() -> None:
    computed = []
    begin = Barrier(8)

    @once_a_view
    def part(view: View) -> int:
        computed.append(view)
        return len(computed)

    alone = view_of(EXAMPLES / "fix-it-alone")

    def wait_and_ask() -> None:
        begin.wait()
        part(alone)

    threads = [Thread(target=wait_and_ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert computed == [alone]
    part(view_of(EXAMPLES / "fix-it-alone"))
    assert len(computed) == 2


def test_agents_whose_parents_lead_in_a_circle_are_told_all_the_same(tmp_path: Path) -> None:
    recording = Recording()
    recording.thread()
    for thread, parent in (("a", "b"), ("b", "a")):
        source = {"thread_spawn": {"parent_thread_id": parent, "task_name": "t", "agent_role": "r", "depth": 1}}
        recording.thread(thread, f"/root/{thread}", session_source={"subagent": source}, agent_path=f"/root/{thread}")
    told = whole_list(view_of(recording.write(tmp_path / "bundle")), "agents")

    assert [(line["thread_id"], line["parent"], line["depth"]) for line in told[1:]] == [("a", None, 0), ("b", "a", 1)]


def test_a_text_comes_in_parts_that_make_up_the_whole(tmp_path: Path) -> None:
    text = "".join(f"{number} 漢字 🙂\n" for number in range(5_000))
    recording = recording_with_turn()
    recording.request("inf-1", [user(text)])
    recording.answer("inf-1", [assistant("short")])
    view = view_of(recording.write(tmp_path / "bundle"))

    (entry, _) = whole_list(view, "conversation", thread=view.trace.root_thread_id)
    assert entry["item"]["text"] == {"offset": 0, "characters": len(text), "text": text[:EXCERPT_CHARACTERS]}
    asked = {"kind": "conversation_item", "id": entry["item"]["item_id"], "title": "text"}
    parts = [
        ask(view, "object/text", **asked, offset=offset, limit=7_001)["text"] for offset in range(0, len(text), 7_001)
    ]
    assert "".join(parts) == text
