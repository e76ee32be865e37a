"""The questions of users, on the example and on bundles of the real client.

Every expected answer was read by a person from the events and the payload files, and is written out here.
"""

import re
from pathlib import Path

import pytest

from rollout_trace import open_bundle, reduce_bundle
from rollout_trace.bundle.folder import Bundle
from rollout_trace.ids import InferenceCallId, ToolCallId
from rollout_trace.query import (
    Names,
    ObjectRef,
    agents_of,
    context_of,
    conversation_of,
    describe,
    failures_of,
    find_text,
    lineage_of,
    replacements_of,
    seen_at,
    state_at,
    terminals_of,
    timeline_of,
    tool_outputs_of,
)
from rollout_trace.query.conversation import SaidItem
from rollout_trace.query.gist import gist
from rollout_trace.query.lineage import LineageStep
from rollout_trace.query.naming import item_ref
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction

EXAMPLE = Path(__file__).parents[1] / "examples" / "fix-the-build"
ROOT, REVIEWER = "8f71d79d-467c-53c4-bd2d-a6d2e4ebdb5b", "d1546328-62d5-5156-96d8-af21b70fbf91"
FIRST, BUSY, AGAIN = (
    "2e0c88a6-bfc2-583b-828b-14b765b29e5e",
    "44970797-c73c-5fd0-a364-d921c4f1d94c",
    "e8b1b202-3587-59ec-a43f-083d2ac5e558",
)
AFTER_COMPACTION = "bfdfd9d6-7702-549d-9b24-c3c0e844ab1a"
BENCHMARK = "exec-265c4e8d-dfb6-5ffa-9eba-1679f708cafb"
COMPACTION = "d2b2c05c-2e79-5c3b-a672-aa429e9dc67f"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_bundle(EXAMPLE)


@pytest.fixture(scope="module")
def reduction(bundle: Bundle) -> Reduction:
    return reduce_bundle(bundle)


def salvaged(real_bundles: Path, name: str) -> tuple[Bundle, Reduction]:
    bundle = open_bundle(real_bundles / name)
    return bundle, reduce_bundle(bundle, Mode.SALVAGE)


def ref(kind: ObjectKind, object_id: str) -> ObjectRef:
    return ObjectRef(kind, object_id)


def steps(found: tuple[LineageStep, ...]) -> list[tuple[str, str]]:
    return [(step.relation, step.ref.object_id) for step in found]


class TestWhatHappened:
    """Question 1."""

    def test_the_work_of_both_agents_stands_in_the_order_of_the_log(self, bundle: Bundle, reduction: Reduction) -> None:
        while_both_work = [
            (entry.position.seq, entry.thread_id, entry.subject.object_id, entry.duration_ms)
            for entry in timeline_of(bundle, reduction)
            if 36 <= entry.position.seq <= 57
        ]

        assert while_both_work == [
            (36, ROOT, "call_checks", 5056),
            (39, REVIEWER, "cfc7f2fa-ee02-5d82-bb61-85739bfca9ca", 2440),
            (40, REVIEWER, "call_diff", 32),
            (46, ROOT, "79281a85-4f85-5d3b-88a0-0f3f12491b8e", 2320),
            (47, ROOT, "call_ask", 8),
            (50, ROOT, "call_poll", 4916),
            (52, REVIEWER, "ced4f553-66c1-5f6b-ab95-00cf0a087245", 12940),
            (53, ROOT, "terminal_operation:3", None),  # the command ends long after its call
            (55, ROOT, "compaction_request:1", 2104),
            (57, ROOT, COMPACTION, None),
        ]

    def test_a_request_that_failed_says_why(self, bundle: Bundle, reduction: Reduction) -> None:
        (entry,) = (entry for entry in timeline_of(bundle, reduction) if entry.subject.object_id == BUSY)

        assert str(entry.outcome) == "failed"
        assert entry.error == (
            "unexpected status 503 Service Unavailable: the service is busy, please try again in a moment"
        )

    def test_a_turn_says_what_was_asked(self, bundle: Bundle, reduction: Reduction) -> None:
        turns = [entry.what for entry in timeline_of(bundle, reduction) if entry.subject.kind is ObjectKind.CODEX_TURN]

        assert turns[0].startswith("“The build of plaindate has been failing since yesterday.")
        assert turns[1].startswith("“Please review my change to src/plaindate/months.py")


class TestWhereFrom:
    """Questions 2, 3 and 6."""

    def test_which_request_asked_for_a_tool_and_which_saw_its_output_first(self, reduction: Reduction) -> None:
        found = lineage_of(reduction, ref(ObjectKind.TOOL_CALL, "call_build"), depth=2)
        (call,), output = found.causes, found.effects[0]

        assert steps(found.causes) == [("called by", "conversation_item:5")]
        assert steps(call.steps) == [("answered in", FIRST)]
        assert steps(output.steps)[0] == ("first shown in", BUSY)  # the request that failed had it already
        assert [position.seq for position in call.events] == [8]
        assert call.payloads == ("raw_payload:6",)

    def test_which_code_cell_called_a_nested_tool(self, reduction: Reduction) -> None:
        found = lineage_of(reduction, ref(ObjectKind.TOOL_CALL, BENCHMARK), depth=2)

        assert steps(found.causes) == [("called by", "code_cell:call_measure")]
        assert steps(found.causes[0].steps) == [("written in", "conversation_item:34")]

    def test_which_tools_waits_and_outputs_belong_to_a_cell(self, reduction: Reduction) -> None:
        found = lineage_of(reduction, ref(ObjectKind.CODE_CELL, "code_cell:call_measure"), depth=1)

        assert sorted(steps(found.effects)) == [
            ("called", BENCHMARK),
            ("showed the model", "conversation_item:35"),
            ("waited for by", "call_wait"),
        ]

    @pytest.mark.parametrize(
        ("words", "origin"),
        [
            ("The build of plaindate has been failing", []),  # the user
            ("1 failed, 211 passed", [(ObjectKind.TOOL_CALL, "call_build")]),
            ("Measuring 1,000,000 dates.\n", [(ObjectKind.CODE_CELL, "code_cell:call_measure")]),
            ("I run the build first.", [(ObjectKind.INFERENCE_CALL, FIRST)]),
            (
                "Message Type: FINAL_ANSWER",
                [
                    (
                        ObjectKind.INTERACTION_EDGE,
                        f"edge:agent_result:{REVIEWER}:b215f5e3-f36e-5ea2-9c3b-883888663b9a:{ROOT}",
                    )
                ],
            ),
        ],
    )
    def test_who_or_what_a_text_came_from(
        self, words: str, origin: list[tuple[ObjectKind, str]], bundle: Bundle, reduction: Reduction
    ) -> None:
        items = conversation_of(bundle, reduction, reduction.trace.root_thread_id)
        item = next(item for item in items if words.strip() in item.text and item.kind != "custom_tool_call")

        assert [(made.kind, made.object_id) for made in item.origins] == origin


class TestWhatTheModelSaw:
    """Questions 4 and 10, as far as the cache is concerned."""

    def test_the_items_of_a_request_are_those_of_its_payload(self, bundle: Bundle, reduction: Reduction) -> None:
        call_id = InferenceCallId(Names(reduction.trace).find("request:9").object_id)
        items = seen_at(bundle, reduction, call_id)

        assert [own_id(item) for item in items] == ["msg_001", "msg_002", "cmp_001"]
        assert [item.label for item in items] == ["developer", "user", "assistant (summary)"]

    def test_a_request_that_is_sent_again_has_nothing_new_and_keeps_the_cache(
        self, bundle: Bundle, reduction: Reduction
    ) -> None:
        found = context_of(bundle, reduction, call_named(reduction, AGAIN))

        assert (found.against, found.new, found.vanished, found.shared_prefix) == (BUSY, (), (), 6)
        assert found.keeps_cache

    def test_a_compaction_loses_the_cache_at_its_summary(self, bundle: Bundle, reduction: Reduction) -> None:
        found = context_of(bundle, reduction, call_named(reduction, AFTER_COMPACTION))

        assert not found.keeps_cache
        assert found.shared_prefix == 2  # what the developer and the user said
        assert (found.broken_by, found.broken_at) == ("conversation_item:32", "conversation_item:3")
        assert found.new == ("conversation_item:32",)
        assert found.compactions == (COMPACTION,)
        assert (found.usage and found.usage.cached_input_tokens, found.changed_settings) == (5632, ())

    def test_another_model_loses_the_cache_from_the_start(self, real_bundles: Path) -> None:
        bundle, reduction = salvaged(real_bundles, "0.169.0/model_switch")
        third = [call for call in reduction.trace.inference_calls.values() if call.execution.started_seq == 26]
        found = context_of(bundle, reduction, third[0].inference_call_id)

        assert not found.keeps_cache
        assert "model" in found.changed_settings
        assert found.shared_prefix == 0  # the instructions are another text


class TestWhatToolsReturned:
    """Question 5."""

    def test_what_a_command_printed_after_its_call_is_not_what_the_call_returned(
        self, bundle: Bundle, reduction: Reduction
    ) -> None:
        (checks,) = tool_outputs_of(bundle, reduction, [ToolCallId("call_checks")])

        assert checks.shown is not None
        assert checks.shown.endswith("Output:\n3.11: 212 passed\n3.12: 212 passed\n")
        assert (checks.returned, checks.showing, checks.outcome.exit_code) == (checks.shown, "more later", None)

    def test_what_code_asked_for_went_to_the_code(self, bundle: Bundle, reduction: Reduction) -> None:
        (benchmark,) = tool_outputs_of(bundle, reduction, [ToolCallId(BENCHMARK)])

        assert (benchmark.showing, benchmark.shown) == ("to a cell", None)
        assert benchmark.returned == "1,000,000 dates in 4.1 s (before the change: 4.1 s)\n"

    def test_output_that_was_too_long_was_cut_for_the_model(self, real_bundles: Path) -> None:
        bundle, reduction = salvaged(real_bundles, "0.169.0/exec_basic")
        (long,) = (output for output in tool_outputs_of(bundle, reduction) if "data.csv data.csv" in output.asked)

        assert (long.showing, long.outcome.exit_code) == ("cut", 3)
        assert long.missing > 17_000
        assert long.returned is not None
        assert len(long.returned) == 18_604
        assert "tokens truncated" in (long.shown or "")

    def test_a_server_that_fails_says_so_to_us_as_to_the_model(self, real_bundles: Path) -> None:
        bundle, reduction = salvaged(real_bundles, "0.160.0/mcp_tools")
        (exploded,) = (output for output in tool_outputs_of(bundle, reduction) if output.tool == "protocol_error")

        assert (exploded.returned or "").endswith("Mcp error: -32000: the tool exploded")
        assert (str(exploded.outcome), exploded.showing) == ("failed", "whole")


class TestMessages:
    def test_titles_have_the_words_of_a_message_and_not_its_envelope(self, real_bundles: Path) -> None:
        """The receiver was shown them encrypted; they stand in the call that sent them."""
        bundle, reduction = salvaged(real_bundles, "0.169.0/agents_v2")
        turns = [entry.what for entry in timeline_of(bundle, reduction) if entry.subject.kind is ObjectKind.CODEX_TURN]
        names = Names(reduction.trace)
        items = [gist(reduction.trace, names, item_ref(item_id)) for item_id in reduction.trace.conversation_items]

        assert "“MARK-BROKEN fail please”" in turns
        assert "message from /root: MARK-BROKEN fail please" in items
        assert "message from /root/alpha: Alpha: the answer is A." in items
        assert not [title for title in (*turns, *items) if "Message Type" in title]


class TestTerminals:
    """Question 7."""

    def test_which_operation_opened_a_terminal_and_which_used_it_again(self, reduction: Reduction) -> None:
        found = [terminal for terminal in terminals_of(reduction) if len(terminal.uses) > 1]

        assert [[use.tool_call_id for use in terminal.uses] for terminal in found] == [["call_checks", "call_poll"]]
        assert (str(found[0].outcome), found[0].cwd) == ("completed", "/repo/plaindate")

    def test_a_process_that_was_stopped_by_input_has_its_exit_code(self, real_bundles: Path) -> None:
        _, reduction = salvaged(real_bundles, "0.169.0/exec_sessions")
        stopped = next(terminal for terminal in terminals_of(reduction) if terminal.uses[0].input == "sleep 60")

        assert [use.input for use in stopped.uses] == ["sleep 60", r"'\x03'"]
        assert stopped.outcome.exit_code == 1

    def test_a_process_ends_when_the_command_that_opened_it_does(self) -> None:
        """Its call had ended at event 57, and the model looked twice before it was over."""
        bundle, reduction = salvaged(EXAMPLE.parent, "thermostat")
        terminal = list(reduction.trace.terminal_sessions)[3]
        found = describe(bundle, reduction, ObjectRef(ObjectKind.TERMINAL_SESSION, terminal))

        assert found.execution is not None
        assert (str(found.outcome), found.execution.started_seq, found.execution.ended_seq) == ("completed", 56, 71)
        assert {57, 71} - {event.position.seq for event in found.events} == {57}  # the call is no part of the terminal

    def test_a_write_to_a_process_that_never_was_opens_no_terminal(self, real_bundles: Path) -> None:
        _, reduction = salvaged(real_bundles, "0.169.0/exec_sessions")
        (without,) = [found for found in terminals_of(reduction) if found.terminal_id is None]

        assert [(use.kind, use.input, str(use.outcome)) for use in without.uses] == [("write_stdin", "'x'", "failed")]


class TestAgents:
    """Question 8."""

    def test_who_spawned_wrote_to_and_answered_whom_and_what_they_said(
        self, bundle: Bundle, reduction: Reduction
    ) -> None:
        root, reviewer = agents_of(bundle, reduction)

        assert (root.parent, reviewer.parent, reviewer.nickname) == (None, ROOT, "Ada")
        assert [(went.kind, went.receiver, went.words) for went in root.sent] == [
            (
                "spawn_agent",
                REVIEWER,
                "Please review my change to src/plaindate/months.py: French July was read as June. Look at `git diff`.",
            ),
            (
                "send_message",
                REVIEWER,
                "One more thing to check: people also write the short form “juil.”. Does it work?",
            ),
        ]
        (answer,) = reviewer.sent
        assert (answer.kind, answer.receiver) == ("agent_result", ROOT)
        assert (answer.words or "").startswith("The change is right.")
        assert [position.seq for position in answer.events] == [69, 74]

    def test_an_agent_that_was_interrupted_was_so_by_another(self, real_bundles: Path) -> None:
        bundle, reduction = salvaged(real_bundles, "0.160.0/agents_v2")
        (closed,) = (
            went for agent in agents_of(bundle, reduction) for went in agent.sent if went.kind == "close_agent"
        )

        assert reduction.trace.threads[closed.receiver].agent_path == "/root/slow"  # type: ignore[index]
        assert closed.source.object_id == "call_int"


class TestCompactions:
    """Question 9."""

    def test_what_an_installed_compaction_dropped_and_kept(self, bundle: Bundle, reduction: Reduction) -> None:
        (found,) = replacements_of(bundle, reduction)

        assert (found.kind, found.before, found.after, found.position.seq) == ("installed", 23, 3, 57)
        assert len(found.dropped) == 21
        assert found.kept == ("conversation_item:30", "conversation_item:31")  # what the developer and the user said
        assert found.added == ("conversation_item:32",)  # the encrypted summary
        assert (found.first_request, found.asked_again) == (AFTER_COMPACTION, ())

    def test_a_local_compaction_is_recognised_from_the_requests(self, real_bundles: Path) -> None:
        bundle, reduction = salvaged(real_bundles, "0.169.0/compact_local")
        first, second = replacements_of(bundle, reduction)
        items = reduction.trace.conversation_items

        assert [(found.kind, found.position.seq) for found in (first, second)] == [
            ("unrecorded", 27),
            ("unrecorded", 56),
        ]
        # The last call was the answer to the last request before, and was never sent: the model did not see its output.
        calls = ["function_call", "function_call_output", "function_call"]
        assert [items[item].kind for item in first.dropped] == ["reasoning", *calls]
        assert (first.before, first.after, len(first.kept), len(first.added)) == (8, 5, 4, 1)
        assert reduction.trace.compactions == {}

    def test_what_the_model_asked_for_again_after_it(self, real_bundles: Path) -> None:
        bundle, reduction = salvaged(real_bundles, "0.169.0/long_session")
        (found,) = replacements_of(bundle, reduction)
        operations = reduction.trace.terminal_operations
        tools = reduction.trace.tool_calls
        commands = [
            operations[operation].request.command[-1]  # type: ignore[union-attr]
            for again in found.asked_again
            if (operation := tools[again.later].terminal_operation_id) is not None
        ]

        # 112 items were sent last, and answered with two (item:113, item:114); 7 of the 114 were kept.
        assert (found.before, len(found.dropped), len(found.kept)) == (114, 107, 7)
        assert found.dropped[-2:] == ("conversation_item:113", "conversation_item:114")
        assert len(commands) == 5
        assert {"cat data.csv", "git log --stat | head -50", "seq 1 1500"} < set(commands)
        assert all(
            tools[again.later].execution.started_seq > 349 > tools[again.earlier].execution.started_seq
            for again in found.asked_again
        )

    @pytest.mark.parametrize("name", ["0.160.0/resume_fork", "0.169.0/plain_chat", "0.160.0/agents_v2"])
    def test_a_history_that_only_grows_was_not_replaced(self, name: str, real_bundles: Path) -> None:
        assert replacements_of(*salvaged(real_bundles, name)) == ()


class TestFailures:
    """Question 11."""

    def test_what_failed_why_and_what_came_next(self, bundle: Bundle, reduction: Reduction) -> None:
        build, busy = failures_of(bundle, reduction)

        assert (build.subject.object_id, str(build.outcome), build.ended_seq) == ("call_build", "exit code 2", 10)
        assert (build.error or "").endswith("make: *** [check] Error 1\n")
        assert (build.meanwhile, build.next) == ((), ref(ObjectKind.INFERENCE_CALL, BUSY))
        assert (busy.subject.object_id, busy.next) == (BUSY, ref(ObjectKind.INFERENCE_CALL, AGAIN))
        assert "503 Service Unavailable" in (busy.error or "")

    def test_what_was_interrupted_is_unfinished_and_not_running(self, real_bundles: Path) -> None:
        bundle, reduction = salvaged(real_bundles, "0.169.0/interrupt_command")
        found = {failure.subject.object_id: failure for failure in failures_of(bundle, reduction)}
        sleeping = [failure for failure in found.values() if failure.subject.kind is ObjectKind.TOOL_CALL]

        assert [str(failure.outcome) for failure in sleeping] == ["unfinished, turn cancelled"] * 2
        (turn,) = (failure for failure in found.values() if failure.subject.kind is ObjectKind.CODEX_TURN)
        assert (str(turn.outcome), turn.error) == ("cancelled", "interrupted")
        assert set(turn.meanwhile) == {failure.subject for failure in sleeping}

    def test_of_a_killed_client_all_that_ran_is_told(self, real_bundles: Path) -> None:
        found = failures_of(*salvaged(real_bundles, "0.160.0/killed_in_command"))

        assert [(failure.subject.kind, str(failure.outcome)) for failure in found] == [
            (ObjectKind.THREAD, "unfinished, no end"),
            (ObjectKind.CODEX_TURN, "unfinished, no end"),
            (ObjectKind.TOOL_CALL, "unfinished, no end"),
        ]

    def test_an_error_of_which_only_the_host_tells_is_one(self, real_bundles: Path) -> None:
        (found,) = failures_of(*salvaged(real_bundles, "0.160.0/compact_local_fails"))

        assert (found.subject.kind, found.position.seq) == (ObjectKind.RAW_PAYLOAD, 18)
        assert "scripted: cannot summarise" in (found.error or "")

    def test_a_nested_call_that_nobody_waited_for_is_unfinished(self, real_bundles: Path) -> None:
        found = failures_of(*salvaged(real_bundles, "0.169.0/code_mode"))

        (orphan,) = (failure for failure in found if "orphan" in failure.what)
        assert str(orphan.outcome) == "unfinished, turn completed"
        assert [failure.error for failure in found if failure.subject.kind is ObjectKind.CODE_CELL][:2] == [
            "Error: cell went wrong: ünexpected\n    at exec_main.mjs:3:7",
            "SyntaxError: Unexpected identifier 'is'",
        ]


class TestAtAnEvent:
    """Question 12."""

    def test_the_trace_is_as_it_was_when_the_event_had_happened(self, bundle: Bundle) -> None:
        before, after = state_at(bundle, 56).trace, state_at(bundle, 57).trace

        assert (list(before.compactions), list(after.compactions)) == ([], [COMPACTION])
        assert len(before.inference_calls) == 8
        assert before.tool_calls[ToolCallId("call_poll")].execution.status == "completed"
        assert before.status == "running"

    def test_a_command_was_still_running_then(self, bundle: Bundle) -> None:
        (checks,) = tool_outputs_of(bundle, state_at(bundle, 45), [ToolCallId("call_checks")])

        assert (str(checks.outcome), checks.returned) == ("completed", None)  # the call; its command runs on


class TestFindText:
    def test_each_object_that_holds_the_words_is_named(self, bundle: Bundle, reduction: Reduction) -> None:
        hits = find_text(bundle, reduction, re.compile("no objections"))

        assert [
            (hit.holder.kind, hit.payload.path if hit.payload else hit.position and hit.position.seq) for hit in hits
        ] == [
            (ObjectKind.CONVERSATION_ITEM, "payloads/61.json"),  # the reviewer says it
            (ObjectKind.INTERACTION_EDGE, "payloads/62.json"),
            (ObjectKind.INTERACTION_EDGE, 69),
            (ObjectKind.CONVERSATION_ITEM, "payloads/67.json"),  # the root is shown it
            (ObjectKind.CONVERSATION_ITEM, "payloads/68.json"),  # the root says it
            (ObjectKind.RAW_PAYLOAD, "payloads/69.json"),
        ]

    def test_what_stands_beside_the_items_is_found_once(self, bundle: Bundle, reduction: Reduction) -> None:
        (hit,) = find_text(bundle, reduction, re.compile("say plainly what you did"))

        assert (hit.holder.object_id, hit.line[hit.start : hit.end]) == (FIRST, "say plainly what you did")

    def test_an_error_that_only_an_event_tells_is_found(self, bundle: Bundle, reduction: Reduction) -> None:
        (hit,) = find_text(bundle, reduction, re.compile("503"))

        assert (hit.holder.object_id, hit.payload, hit.position and hit.position.seq) == (BUSY, None, 12)


def own_id(item: SaidItem) -> object:
    return None if item.content is None else item.content["id"]


def call_named(reduction: Reduction, call_id: str) -> InferenceCallId:
    return next(known for known in reduction.trace.inference_calls if known == call_id)
