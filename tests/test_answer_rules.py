"""The rules by which answers are found, each on the smallest recording that shows it."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.cases import Case, all_cases, schema_2_cases
from recording import (
    CHILD,
    ROOT,
    START,
    Recording,
    agent_message,
    assistant,
    exec_cell,
    function_call,
    function_output,
    message,
    recording_with_turn,
    user,
)
from rollout_trace import query, reduce_bundle
from rollout_trace.bundle.folder import Bundle
from rollout_trace.errors import QuestionError
from rollout_trace.events.types import AgentResultObserved
from rollout_trace.ids import CodexTurnId, EdgeId, InferenceCallId, ItemId, ThreadId
from rollout_trace.query import Names, ObjectRef
from rollout_trace.query.compactions import ReplacementKind, replacements_of
from rollout_trace.query.context import context_of
from rollout_trace.query.failures import failures_of
from rollout_trace.query.item_text import without_header
from rollout_trace.query.naming import objects_of
from rollout_trace.query.outcome import Outcome, agent_outcomes, tool_outcome
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import ExecCommand, ExecutionStatus

THERMOSTAT = Path(__file__).parents[1] / "examples" / "thermostat"

REQUEST = InferenceCallId("inf-2")
OTHER = "00000000-0000-4000-8000-000000000003"


def answered(recording: Recording, folder: Path) -> tuple[Bundle, Reduction]:
    bundle = recording.write(folder / "bundle")
    return bundle, reduce_bundle(bundle, Mode.SALVAGE)


class TestNames:
    def names(self) -> Names:
        recording = recording_with_turn()
        recording.thread(CHILD, "/root/bee", nickname="Bee")
        recording.tool("tool-a", call="call-1")
        recording.tool("tool-b", call="call-2")
        recording.request("inf-1", [user("go")])
        return Names(recording.reduce().trace)

    @pytest.mark.parametrize(
        ("words", "kind", "object_id"),
        [
            ("tool-a", ObjectKind.TOOL_CALL, "tool-a"),
            ("call-1", ObjectKind.TOOL_CALL, "tool-a"),  # as the model calls it
            ("tool:2", ObjectKind.TOOL_CALL, "tool-b"),
            ("inf", ObjectKind.INFERENCE_CALL, "inf-1"),  # a beginning that nothing else has
            ("request:1", ObjectKind.INFERENCE_CALL, "inf-1"),
            ("item:1", ObjectKind.CONVERSATION_ITEM, "conversation_item:1"),
            ("/root/bee", ObjectKind.THREAD, CHILD),
            ("/root", ObjectKind.THREAD, ROOT),  # a whole name goes before the beginning of a longer one
            ("Bee", ObjectKind.THREAD, CHILD),
            ("payloads/1.json", ObjectKind.RAW_PAYLOAD, "raw_payload:1"),
            (ROOT, ObjectKind.THREAD, ROOT),  # and not the rollout, which has the same id
            ("rollout", ObjectKind.ROLLOUT, ROOT),
        ],
    )
    def test_an_object_is_found_by_any_of_its_names(self, words: str, kind: ObjectKind, object_id: str) -> None:
        assert self.names().find(words) == ObjectRef(kind, object_id)

    @pytest.mark.parametrize("words", ["tool", "call-", "00000000"])
    def test_a_beginning_of_several_names_is_refused_with_what_it_may_be(self, words: str) -> None:
        with pytest.raises(QuestionError, match=f"`{words}` may be .*; give more of the name"):
            self.names().find(words)

    def test_objects_that_share_a_name_are_offered_by_names_that_lead_to_them(self) -> None:
        recording = recording_with_turn()
        recording.thread(CHILD, "/root/bee", nickname="Bee")
        recording.thread(OTHER, "/root/bee", nickname="Bee")
        names = Names(recording.reduce().trace)

        with pytest.raises(QuestionError, match=r"`/root/bee` may be thread:2 \(agent /root/bee\) or thread:3 \(agent"):
            names.find("/root/bee")
        with pytest.raises(QuestionError, match=r"thread:2 \(agent Bee\) or thread:3 \(agent Bee\); give one of"):
            names.find("Bee")
        assert names.find("thread:3").object_id == OTHER

    def test_a_request_to_compact_a_history_has_a_short_name(self) -> None:
        trace = reduce_bundle(Path(__file__).parents[1] / "examples" / "fix-the-build").trace
        (request,) = trace.compaction_requests

        assert Names(trace).short(ObjectRef(ObjectKind.COMPACTION_REQUEST, request)) == "compaction-request:1"

    def test_a_kind_narrows_what_is_meant(self) -> None:
        assert self.names().find("00000000-0000-4000-8000-000000000002", [ObjectKind.THREAD]).object_id == CHILD
        with pytest.raises(QuestionError, match="no request has a name that begins with `tool-a`"):
            self.names().find("tool-a", [ObjectKind.INFERENCE_CALL])

    def test_the_short_name_of_every_object_leads_back_to_it(self) -> None:
        trace = reduce_bundle(Path(__file__).parents[1] / "examples" / "fix-the-build").trace
        names = Names(trace)

        refs = [ObjectRef(kind, object_id) for kind in ObjectKind for object_id in objects_of(trace, kind)]
        assert [ref for ref in refs if names.find(names.short(ref)) != ref] == []


class TestOutcomes:
    def outcome(self, recording: Recording) -> str:
        trace = recording.reduce().trace
        return str(tool_outcome(trace, next(iter(trace.tool_calls.values()))))

    def test_work_of_a_turn_that_is_over_is_unfinished(self) -> None:
        recording = recording_with_turn()
        recording.tool("tool-1")
        recording.turn_ended("cancelled")

        assert self.outcome(recording) == "unfinished, turn cancelled"

    def test_work_of_an_agent_that_is_over_is_unfinished(self) -> None:
        recording = recording_with_turn()
        recording.tool("tool-1")
        recording.thread_ended()

        assert self.outcome(recording) == "unfinished, agent completed"

    def test_what_nothing_ended_is_unfinished_where_the_log_stops(self) -> None:
        recording = recording_with_turn()
        recording.tool("tool-1")

        assert self.outcome(recording) == "unfinished, no end"

    def test_an_agent_whose_last_turn_went_wrong_is_not_just_completed(self) -> None:
        recording = recording_with_turn()
        recording.turn_ended("failed")
        recording.thread_ended()
        (outcome,) = agent_outcomes(recording.reduce().trace).values()

        assert (str(outcome), outcome.is_fault) == ("completed; last turn failed", False)

    def test_an_agent_whose_last_turn_went_well_is_completed(self) -> None:
        recording = recording_with_turn()
        recording.turn_ended("failed")
        recording.turn("turn-2")
        recording.turn_ended("completed", turn="turn-2")
        recording.thread_ended()
        (outcome,) = agent_outcomes(recording.reduce().trace).values()

        assert str(outcome) == "completed"

    def test_a_command_has_its_exit_code_though_its_call_is_complete(self) -> None:
        recording = recording_with_turn()
        recording.tool("tool-1", kind=ExecCommand())
        recording.runtime_started("tool-1", {"command": ["false"], "cwd": "/"})
        output = {"stdout": "", "stderr": "", "formatted_output": ""}
        recording.runtime_ended("tool-1", {"exit_code": 3, **output}, "failed")
        recording.tool_ended("tool-1")

        assert self.outcome(recording) == "exit code 3"

    def test_a_command_that_was_cancelled_says_so_beside_its_exit_code(self) -> None:
        assert str(Outcome(ExecutionStatus.CANCELLED, exit_code=137)) == "cancelled, exit code 137"


class TestContexts:
    def test_an_item_with_another_id_and_the_same_words_keeps_the_cache(self, tmp_path: Path) -> None:
        recording = recording_with_turn(schema_version=2)
        recording.request("inf-1", [{**user("go"), "id": "msg-1"}, {**user("on"), "id": "msg-2"}])
        recording.request(REQUEST, [{**user("go"), "id": "msg-3"}, {**user("on"), "id": "msg-2"}, user("now")])

        found = query.context_of(*answered(recording, tmp_path), REQUEST)

        assert found.keeps_cache
        assert (found.shared_prefix, len(found.new), found.vanished) == (2, 1, ())

    @pytest.mark.parametrize(
        ("field", "before", "after", "keeps"),
        [
            ("instructions", "a", "b", False),
            ("tools", [], [{"name": "exec"}], False),
            ("prompt_cache_key", "a", "b", True),
        ],
    )
    def test_what_stands_before_the_items_is_a_part_of_the_beginning(
        self, field: str, before: object, after: object, *, keeps: bool, tmp_path: Path
    ) -> None:
        recording = recording_with_turn()
        recording.request_of("inf-1", {"input": [user("go")], field: before})
        recording.request_of(REQUEST, {"input": [user("go")], field: after})

        found = query.context_of(*answered(recording, tmp_path), REQUEST)

        assert (found.keeps_cache, found.changed_settings, found.broken_at) == (keeps, (field,), None)

    def test_the_item_that_breaks_the_prefix_is_named_with_the_one_that_it_replaces(self, tmp_path: Path) -> None:
        recording = recording_with_turn()
        recording.request("inf-1", [message("developer", "a"), message("developer", "12:00"), user("go")])
        recording.request(REQUEST, [message("developer", "a"), message("developer", "12:01"), user("go")])

        found = query.context_of(*answered(recording, tmp_path), REQUEST)

        assert (found.shared_prefix, found.broken_by, found.broken_at) == (
            1,
            "conversation_item:4",
            "conversation_item:2",
        )

    def test_another_agents_request_in_between_is_not_the_one_before(self, tmp_path: Path) -> None:
        recording = recording_with_turn()
        recording.thread(CHILD, "/root/bee")
        recording.turn("turn-2", CHILD)
        recording.request("inf-1", [user("go")])
        recording.request("inf-0", [user("a task")], thread=CHILD, turn="turn-2")
        recording.request(REQUEST, [user("go"), user("on")])

        assert query.context_of(*answered(recording, tmp_path), REQUEST).against == "inf-1"


class TestReplacements:
    def talk(self, last: list[dict[str, object]]) -> Recording:
        recording = recording_with_turn()
        recording.request("inf-1", [user("go"), assistant("one"), user("on"), assistant("two")])
        recording.request(REQUEST, last)
        return recording

    def test_a_history_that_keeps_what_the_user_said_was_compacted(self, tmp_path: Path) -> None:
        recording = self.talk([user("go"), user("on"), user("a summary")])
        (found,) = query.replacements_of(*answered(recording, tmp_path))

        assert (found.kind, found.dropped) == ("unrecorded", ("conversation_item:2", "conversation_item:4"))

    def test_a_history_that_ends_before_what_the_user_said_was_cut(self, tmp_path: Path) -> None:
        (found,) = query.replacements_of(*answered(self.talk([user("go"), assistant("one"), user("else")]), tmp_path))

        assert (found.kind, found.dropped) == ("cut", ("conversation_item:3", "conversation_item:4"))

    def test_what_the_host_says_anew_before_each_request_replaces_nothing(self, tmp_path: Path) -> None:
        recording = recording_with_turn()
        recording.request("inf-1", [message("developer", "12:00"), user("go")])
        recording.request(REQUEST, [message("developer", "12:01"), user("go")])

        assert query.replacements_of(*answered(recording, tmp_path)) == ()

    def test_a_call_with_other_arguments_is_not_asked_again(self, tmp_path: Path) -> None:
        recording = recording_with_turn()
        long = "x" * 300
        history = [user("go")]
        for number, words in enumerate([f"{long}a", f"{long}b", f"{long}a"]):
            call = f"call-{number}"
            arguments = f'{{"words": "{words}"}}'
            invocation = {"tool_name": "say", "payload": {"type": "function", "arguments": arguments}}
            recording.tool(f"tool-{number}", call=call, invocation=invocation)
            recording.tool_ended(f"tool-{number}")
            said = [function_call(call, arguments), function_output(call)]
            history = [user("go"), user("a summary"), *said] if number == 1 else [*history, *said]
            recording.request(f"inf-{number}", history)

        (found,) = query.replacements_of(*answered(recording, tmp_path))

        assert [(again.earlier, again.later) for again in found.asked_again] == [("tool-0", "tool-2")]


class TestLineage:
    def test_no_object_is_followed_twice(self, tmp_path: Path) -> None:
        recording = recording_with_turn()
        recording.tool("tool-1", call="call-1")
        recording.tool("tool-2", call="call-2")
        calls = [function_call("call-1"), function_call("call-2")]
        recording.request("inf-1", [user("go")])
        recording.answer("inf-1", calls)
        outputs = [function_output("call-1", "one"), function_output("call-2", "two")]
        recording.request(REQUEST, [user("go"), *calls, *outputs])

        _, reduction = answered(recording, tmp_path)
        found = query.lineage_of(reduction, ObjectRef(ObjectKind.INFERENCE_CALL, "inf-1"), depth=10)
        first, second = (step for step in found.effects if step.relation == "answered")

        assert first.steps[0].steps[0].steps[0].ref.object_id == REQUEST
        assert second.steps[0].steps[0].steps[0].is_told_elsewhere

    def test_what_lies_deeper_than_asked_for_is_counted(self, tmp_path: Path) -> None:
        recording = recording_with_turn()
        recording.request("inf-1", [user("go"), user("on")])
        _, reduction = answered(recording, tmp_path)
        (turn,) = query.lineage_of(reduction, ObjectRef(ObjectKind.CODEX_TURN, "turn-1"), depth=1).causes

        assert (turn.relation, turn.steps, turn.more) == ("turn of", (), 0)
        (request,) = query.lineage_of(reduction, ObjectRef(ObjectKind.THREAD, ROOT), depth=1).effects
        assert (request.ref.object_id, request.more) == ("turn-1", 1)

    def test_a_cell_leads_to_the_text_that_it_stands_in(self, tmp_path: Path) -> None:
        recording = recording_with_turn()
        recording.request("inf-1", [user("go")])
        recording.answer("inf-1", [exec_cell("call-1")])
        recording.cell_started("call-1")
        _, reduction = answered(recording, tmp_path)
        (source,) = query.lineage_of(reduction, ObjectRef(ObjectKind.CODE_CELL, "code_cell:call-1")).causes

        assert (source.relation, source.ref.object_id) == ("written in", "conversation_item:2")


def test_what_went_between_agents_is_in_the_order_of_the_log_though_the_clock_was_set_back(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/bee")
    recording.turn("turn-2", CHILD)
    for name, moment in (("first", START + 1_000), ("second", START + 500)):
        result = AgentResultObserved(
            edge_id=EdgeId(name),
            child_thread_id=ThreadId(CHILD),
            child_codex_turn_id=CodexTurnId("turn-2"),
            parent_thread_id=ThreadId(ROOT),
            message=name,
        )
        recording.event(result, wall_time_unix_ms=moment)
    recording.request("inf-1", [agent_message("/root/bee", "/root", name) for name in ("first", "second")])

    _, child = query.agents_of(*answered(recording, tmp_path))
    assert [passage.edge_id for passage in child.sent] == ["first", "second"]


class TestDifferences:
    """Question 14."""

    def run(self, folder: Path, name: str, *said: str) -> tuple[Bundle, Reduction]:
        recording = recording_with_turn()
        recording.request("inf-1", [user("the task"), *(assistant(words) for words in said)])
        bundle = recording.write(folder / name)
        return bundle, reduce_bundle(bundle)

    def test_the_same_words_are_the_same_whatever_changes_in_every_run(self, tmp_path: Path) -> None:
        left = self.run(tmp_path, "a", "Chunk ID: 1a2b\nWall time: 0.01 seconds\nOutput:\nok")
        right = self.run(tmp_path, "b", "Chunk ID: 9f9f\nWall time: 12.5 seconds\nOutput:\nok")
        (agent,) = query.difference_between(left, right).agents

        assert (agent.parts_at, [len(stretch.left) for stretch in agent.stretches]) == (None, [2])

    def test_where_they_part_and_meet_again_is_shown(self, tmp_path: Path) -> None:
        left = self.run(tmp_path, "a", "look", "read", "write", "test", "done")
        right = self.run(tmp_path, "b", "look", "guess", "test", "test", "done")
        found = query.difference_between(left, right)
        (agent,) = found.agents

        assert [(stretch.is_same, numbers(stretch.left), numbers(stretch.right)) for stretch in agent.stretches] == [
            (True, [1, 2], [1, 2]),
            (False, [3, 4], [3, 4]),
            (True, [5, 6], [5, 6]),
        ]
        assert agent.parts_at == agent.stretches[1]

    def test_what_repeats_is_aligned_though_nothing_stands_there_once(self, tmp_path: Path) -> None:
        left = self.run(tmp_path, "a", "look", "ok", "look", "ok", "write", "done")
        right = self.run(tmp_path, "b", "guess", "look", "ok", "look", "ok", "done")
        (agent,) = query.difference_between(left, right).agents

        assert [(stretch.is_same, numbers(stretch.left), numbers(stretch.right)) for stretch in agent.stretches] == [
            (True, [1], [1]),
            (False, [], [2]),
            (True, [2, 3, 4, 5], [3, 4, 5, 6]),
            (False, [6], []),
            (True, [7], [7]),
        ]

    def test_an_agent_that_one_side_lacks_is_told(self, tmp_path: Path) -> None:
        recording = recording_with_turn()
        recording.thread(CHILD, "/root/bee")
        bundle = recording.write(tmp_path / "b")
        found = query.difference_between(self.run(tmp_path, "a"), (bundle, reduce_bundle(bundle)))

        assert [(agent.agent_path, agent.left, agent.right) for agent in found.agents] == [
            ("/root", ROOT, ROOT),
            ("/root/bee", None, CHILD),
        ]


def test_what_the_runtime_puts_before_an_output_is_not_the_output() -> None:
    shown = "Chunk ID: 1a\nWall time: 0.1 seconds\nProcess exited with code 0\nOriginal token count: 3\nOutput:\nok\n"

    assert without_header(shown) == "ok\n"
    assert without_header("Output: as a program says it") == "Output: as a program says it"


def test_an_item_that_no_payload_has_any_more_is_shown_as_the_graph_has_it(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [function_call("call-1", '{"words": "' + "x" * 300 + '"}')])
    bundle, reduction = answered(recording, tmp_path)
    next((bundle.path / "payloads").glob("*.json")).write_text("[]")

    (text,) = query.whole_texts(bundle, reduction, [ItemId("conversation_item:1")]).values()
    assert text.endswith("x...")


def test_a_broken_line_of_the_log_does_not_shift_what_events_say(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    recording.request_failed("inf-1")
    bundle = recording.write(tmp_path / "bundle")
    log = bundle.path / "trace.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join([lines[0], "no event\n", *lines[1:]]))
    reduction = reduce_bundle(bundle, Mode.SALVAGE)

    assert [failure.error for failure in query.failures_of(bundle, reduction)][-1] == "an error"


def test_a_pattern_is_looked_for_in_each_line_alone(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("the first\nthe second\nthird, the last")])
    bundle, reduction = answered(recording, tmp_path)

    found = query.find_text(bundle, reduction, re.compile("^the .*d$"))
    assert [(hit.line, hit.start, hit.end) for hit in found] == [("the second", 0, 10)]


EVERY_TENTH_CASE = [*all_cases().values(), *schema_2_cases().values()][::10]


@pytest.mark.parametrize("case", EVERY_TENTH_CASE, ids=lambda case: case.name)
def test_every_question_has_an_answer_on_every_bundle(case: Case, bundle_of: Callable[[Case], Bundle]) -> None:
    bundle = bundle_of(case)
    reduction = reduce_bundle(bundle, Mode.SALVAGE)
    trace = reduction.trace

    subjects = {entry.subject for entry in query.timeline_of(bundle, reduction)}
    assert {
        failure.subject for failure in query.failures_of(bundle, reduction) if failure.outcome.unfinished
    } <= subjects
    assert len(query.agents_of(bundle, reduction)) == len(trace.threads)
    assert len(query.tool_outputs_of(bundle, reduction)) == len(trace.tool_calls)
    operations = {use.operation_id for terminal in query.terminals_of(reduction) for use in terminal.uses}
    assert operations == set(trace.terminal_operations)
    assert all(found.dropped for found in query.replacements_of(bundle, reduction) if found.compaction_id is None)
    assert all(
        agent.parts_at is None for agent in query.difference_between((bundle, reduction), (bundle, reduction)).agents
    )
    assert all(hit.line[hit.start : hit.end] == "e" for hit in query.find_text(bundle, reduction, re.compile("e")))
    for thread_id, thread in trace.threads.items():
        said = query.conversation_of(bundle, reduction, ThreadId(thread_id))
        assert [item.item_id for item in said] == list(thread.conversation_item_ids)
    for kind in ObjectKind:
        for object_id in list(objects_of(trace, kind))[:5]:
            ref = ObjectRef(kind, object_id)
            assert query.describe(bundle, reduction, ref).ref == query.lineage_of(reduction, ref).ref


def numbers(item_ids: tuple[ItemId, ...]) -> list[int]:
    return [int(item_id.rpartition(":")[2]) for item_id in item_ids]


class TestARequestWhosePayloadIsLost:
    @pytest.fixture
    def lost(self, tmp_path: Path) -> Bundle:
        """The thermostat without the payload of request:5, which showed 11 items after the 9 of request:4."""
        copy = tmp_path / "thermostat"
        shutil.copytree(THERMOSTAT, copy, ignore=shutil.ignore_patterns("state.json"))
        (copy / "payloads" / "30.json").unlink()
        return Bundle(copy)

    def test_is_no_compaction(self, lost: Bundle) -> None:
        reduction = reduce_bundle(lost, Mode.SALVAGE)
        assert [found.kind for found in replacements_of(lost, reduction)] == [ReplacementKind.INSTALLED]

    def test_the_next_is_compared_with_the_last_that_is_known(self, lost: Bundle) -> None:
        reduction = reduce_bundle(lost, Mode.SALVAGE)
        calls = list(reduction.trace.inference_calls)
        assert context_of(lost, reduction, calls[5]).against == calls[3]


def test_what_came_next_came_after_the_end() -> None:
    """turn:5 of the thermostat, from seq 168 to 177, was cancelled; its agent did nothing afterwards."""
    bundle = Bundle(THERMOSTAT)
    turn = failures_of(bundle, reduce_bundle(bundle, Mode.SALVAGE))[3]
    assert (turn.position.seq, turn.ended_seq, turn.next) == (168, 177, None)
