"""Where the time of a rollout went, and the path that determined its end.

In a recording, event `seq` happens `seq` milliseconds after the start: the times below can be counted on the fingers.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from conformance.cases import Case, all_cases, schema_2_cases
from recording import CHILD, ROOT, START, Recording, agent_message, recording_with_turn, user
from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.bundle.folder import Bundle
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.events.types import AgentResultObserved, CompactionRequestStarted
from rollout_trace.ids import CodexTurnId, CompactionId, CompactionRequestId, EdgeId, ThreadId
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.query.critical_path import critical_path_of
from rollout_trace.query.current_activity import current_activities
from rollout_trace.query.summary import last_known_moment
from rollout_trace.query.terminals import terminals_of
from rollout_trace.query.time_account import Account, time_account_of
from rollout_trace.reduce.modes import Mode
from rollout_trace.values import ExecCommand, SpawnAgent, WaitAgent

EXAMPLE = Path(__file__).parents[1] / "examples" / "fix-the-build"
PARTS = (
    "model_alone_ms",
    "tools_alone_ms",
    "waiting_alone_ms",
    "model_and_tools_ms",
    "model_and_waiting_ms",
    "tools_and_waiting_ms",
    "model_tools_and_waiting_ms",
    "between_ms",
    "idle_ms",
)


def parts_of(account: Account) -> dict[str, int]:
    """The times that add up to an account, without those that are nothing."""
    return {part: getattr(account, part) for part in PARTS if getattr(account, part)}


def path_of(trace: RolloutTrace) -> list[tuple[int, int, str, str]]:
    """The critical path: since when (from the start), how long, whose step, and what."""
    return [
        (
            step.started_at_unix_ms - trace.started_at_unix_ms,
            step.duration_ms,
            step.agent_path,
            step.activity.object_id if step.activity else "idle" if step.is_idle else "between",
        )
        for step in critical_path_of(trace)
    ]


def two_turns() -> Recording:
    """A tool starts while the answer that asks for it is still coming; later there is a second turn."""
    recording = recording_with_turn()  # 1: thread, 2: turn
    recording.request("inf-1", [user("go")])  # 3
    recording.tool("tool-1")  # 4
    recording.answer("inf-1", [])  # 5
    recording.tool_ended("tool-1")  # 6
    recording.turn_ended("completed")  # 7
    recording.turn("turn-2")  # 8
    recording.request("inf-2", [user("on")], turn="turn-2")  # 9
    recording.answer("inf-2", [], turn="turn-2")  # 10
    recording.turn_ended("completed", "turn-2")  # 11
    recording.thread_ended()  # 12
    return recording


def a_child_is_waited_for() -> Recording:
    """The root spawns a child and waits for its result."""
    recording = recording_with_turn()  # 1: thread, 2: turn
    recording.request("inf-1", [user("go")])  # 3
    recording.answer("inf-1", [])  # 4
    recording.tool("spawn", kind=SpawnAgent())  # 5
    recording.thread(CHILD, "/root/bee")  # 6
    recording.turn("turn-2", CHILD)  # 7
    spawned = {"call_id": "spawn", "sender_thread_id": ROOT, "new_thread_id": CHILD, "prompt": "hello"}
    recording.runtime_ended("spawn", {**spawned, "model": "m", "reasoning_effort": "low", "status": "running"})  # 8
    recording.tool_ended("spawn")  # 9
    recording.tool("wait", kind=WaitAgent())  # 10
    recording.request("inf-2", [agent_message("/root", "/root/bee", "hello")], turn="turn-2", thread=CHILD)  # 11
    recording.answer("inf-2", [], turn="turn-2", thread=CHILD)  # 12
    recording.turn_ended("completed", "turn-2", CHILD)  # 13
    result = AgentResultObserved(
        edge_id=EdgeId("result"),
        child_thread_id=ThreadId(CHILD),
        child_codex_turn_id=CodexTurnId("turn-2"),
        parent_thread_id=ThreadId(ROOT),
        message="done",
    )
    recording.event(result)  # 14
    recording.tool_ended("wait")  # 15
    recording.request("inf-3", [user("go"), agent_message("/root/bee", "/root", "done")])  # 16
    recording.answer("inf-3", [])  # 17
    recording.turn_ended("completed")  # 18
    recording.thread_ended()  # 19
    return recording


class TestAccount:
    def test_each_moment_counts_once_under_one_name(self) -> None:
        account = time_account_of(two_turns().reduce().trace).rollout

        assert parts_of(account) == {
            "model_alone_ms": 1 + 1,  # 3 to 4, 9 to 10
            "model_and_tools_ms": 1,  # 4 to 5
            "tools_alone_ms": 1,  # 5 to 6
            "between_ms": 1 + 1 + 1 + 1,  # in turns: 2 to 3, 6 to 7, 8 to 9, 10 to 11
            "idle_ms": 2 + 1 + 1,  # before the first turn, between the turns, after the second
        }
        assert account.total_ms == 12
        assert (account.model_ms, account.tools_ms, account.waiting_ms) == (3, 2, 0)

    def test_an_agents_account_is_that_of_its_thread(self) -> None:
        root, child = time_account_of(a_child_is_waited_for().reduce().trace).agents

        assert (root.account.total_ms, child.account.total_ms) == (18, 13)  # 1 to 19; 6 to the last moment
        assert parts_of(root.account) == {
            "model_alone_ms": 2,
            "tools_alone_ms": 4,  # 5 to 9
            "waiting_alone_ms": 5,  # 10 to 15
            "between_ms": 5,
            "idle_ms": 2,
        }
        assert parts_of(child.account) == {"model_alone_ms": 1, "between_ms": 5, "idle_ms": 7}

    def test_what_a_child_does_while_its_parent_waits_is_at_once_with_the_waiting(self) -> None:
        account = time_account_of(a_child_is_waited_for().reduce().trace).rollout

        assert (account.model_and_waiting_ms, account.waiting_alone_ms) == (1, 4)  # 11 to 12; the rest of 10 to 15

    def test_what_several_agents_or_tools_do_at_once_counts_once(self) -> None:
        recording = recording_with_turn()
        for tool in ("tool-1", "tool-2"):
            recording.tool(tool)  # 3, 4
        for tool in ("tool-1", "tool-2"):
            recording.tool_ended(tool)  # 5, 6

        assert time_account_of(recording.reduce().trace).rollout.tools_ms == 3

    def test_what_was_interrupted_lasts_until_its_turn_ends(self) -> None:
        recording = recording_with_turn()
        recording.tool("tool-1")  # 3
        recording.turn_ended("cancelled")  # 4
        recording.thread_ended()  # 5

        assert time_account_of(recording.reduce().trace).rollout.tools_ms == 1

    def test_without_any_end_it_lasts_until_the_last_moment_that_is_known(self) -> None:
        recording = recording_with_turn()
        recording.tool("tool-1")  # 3
        recording.request("inf-1", [user("go")])  # 4
        account = time_account_of(recording.reduce().trace).rollout

        assert (account.total_ms, account.tools_ms, account.model_ms) == (4, 1, 0)

    def test_a_command_that_runs_on_after_its_call_is_in_the_background_and_no_tool_time(self) -> None:
        recording = recording_with_turn()
        begin = {"command": ["make"], "cwd": "/", "process_id": "7"}
        recording.tool("tool-1", kind=ExecCommand())  # 3
        recording.runtime_started("tool-1", begin)  # 4
        recording.tool_ended("tool-1")  # 5
        recording.request("inf-1", [user("go")])  # 6
        output = {"stdout": "", "stderr": "", "exit_code": 0, "formatted_output": ""}
        recording.runtime_ended("tool-1", {**begin, **output})  # 7
        recording.answer("inf-1", [])  # 8
        account = time_account_of(recording.reduce().trace).rollout

        assert (account.tools_ms, account.model_ms, account.background_ms) == (2, 2, 2)

    def test_an_empty_rollout_took_no_time(self) -> None:
        trace = Recording().reduce().trace

        assert parts_of(time_account_of(trace).rollout) == {}
        assert critical_path_of(trace) == ()


class TestCriticalPath:
    def test_it_goes_from_a_tool_to_the_request_that_asked_for_it_before_that_was_answered(self) -> None:
        assert path_of(two_turns().reduce().trace) == [
            (0, 2, "/root", "idle"),
            (2, 1, "/root", "between"),
            (3, 1, "/root", "inf-1"),  # to where the tool starts
            (4, 2, "/root", "tool-1"),
            (6, 1, "/root", "between"),
            (7, 1, "/root", "idle"),
            (8, 1, "/root", "between"),
            (9, 1, "/root", "inf-2"),
            (10, 1, "/root", "between"),
            (11, 1, "/root", "idle"),
        ]

    def test_it_goes_over_to_the_agent_that_is_waited_for_and_back_where_that_was_spawned(self) -> None:
        assert path_of(a_child_is_waited_for().reduce().trace) == [
            (0, 2, "/root", "idle"),
            (2, 1, "/root", "between"),
            (3, 1, "/root", "inf-1"),
            (4, 1, "/root", "between"),
            (5, 2, "/root", "spawn"),  # to where the turn of the child starts
            (7, 4, "/root/bee", "between"),
            (11, 1, "/root/bee", "inf-2"),
            (12, 1, "/root/bee", "between"),
            (13, 1, "/root/bee", "idle"),
            (14, 1, "/root", "wait"),  # from where the result is there
            (15, 1, "/root", "between"),
            (16, 1, "/root", "inf-3"),
            (17, 1, "/root", "between"),
            (18, 1, "/root", "idle"),
        ]

    def test_a_wait_to_which_nothing_came_is_itself_a_step(self) -> None:
        recording = recording_with_turn()
        recording.request("inf-1", [user("go")])  # 3
        recording.answer("inf-1", [])  # 4
        recording.tool("wait", kind=WaitAgent())  # 5
        recording.tool_ended("wait")  # 6

        assert path_of(recording.reduce().trace)[-1] == (5, 1, "/root", "wait")

    def test_tools_that_ended_before_the_answer_was_there_are_not_on_it(self) -> None:
        recording = recording_with_turn()
        recording.request("inf-1", [user("go")])  # 3
        recording.tool("short")  # 4
        recording.tool("long")  # 5
        recording.tool_ended("short")  # 6
        recording.tool_ended("long")  # 7
        recording.answer("inf-1", [])  # 8
        recording.request("inf-2", [user("on")])  # 9
        recording.answer("inf-2", [])  # 10

        # No tool could have delayed the second request, for which the first answer was the last thing to come.
        assert [what for *_, what in path_of(recording.reduce().trace)] == [
            "idle",
            "between",
            "inf-1",
            "between",
            "inf-2",
        ]


def a_command_that_runs_on() -> Recording:
    recording = recording_with_turn()
    begin = {"command": ["make"], "cwd": "/", "process_id": "7"}
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_started("tool-1", begin)
    recording.tool_ended("tool-1")
    recording.runtime_ended("tool-1", {**begin, "stdout": "", "stderr": "", "exit_code": 0, "formatted_output": ""})
    return recording


def a_compaction_that_was_asked_for() -> Recording:
    recording = recording_with_turn()
    started = CompactionRequestStarted(
        compaction_request_id=CompactionRequestId("request-1"),
        compaction_id=CompactionId("compaction-1"),
        thread_id=ThreadId(ROOT),
        codex_turn_id=CodexTurnId("turn-1"),
        model="a-model",
        provider_name="a-provider",
        request_payload=recording.payload("compaction_request", {"input": []}),
    )
    recording.event(started, thread=ROOT, turn="turn-1")
    return recording


@pytest.mark.parametrize(
    "killed_after",
    [a_command_that_runs_on, a_compaction_that_was_asked_for],
)
def test_the_last_moment_of_a_killed_rollout_is_that_of_whatever_came_last(
    killed_after: Callable[[], Recording],
) -> None:
    recording = killed_after()

    assert last_known_moment(recording.reduce().trace) == START + len(recording.entries)


def test_the_example_was_a_third_model_alone_and_its_path_is_what_the_root_did() -> None:
    trace = reduce_bundle(EXAMPLE).trace
    account, path = time_account_of(trace).rollout, path_of(trace)

    assert account.total_ms == 41_396
    # Nobody worked while the root put off its second try (2.004 s), and before each request for the 4 ms or so that
    # are between two events.
    assert account.between_ms == 2_036
    assert (0, 8, "/root", "idle") in path
    assert (8_044, 2_004, "/root", "between") in path
    assert (1_920, 5_316, "/root", "call_build") in path  # from its start at 1.920 s to its end at 7.236 s
    assert {agent for _, _, agent, _ in path} == {"/root"}  # which never waited for the reviewer alone


def assert_that_everything_adds_up(trace: RolloutTrace) -> None:
    """The times of each account make its total, and the steps of the path lead from the start to the end."""
    account = time_account_of(trace)
    for one in (account.rollout, *(agent.account for agent in account.agents)):
        assert sum(getattr(one, part) for part in PARTS) == one.total_ms
    moment = trace.started_at_unix_ms
    for step in critical_path_of(trace):
        assert step.started_at_unix_ms == moment
        moment += step.duration_ms
    assert moment == last_known_moment(trace) == trace.started_at_unix_ms + account.rollout.total_ms


def test_everything_adds_up_in_every_real_bundle(real_bundles: Path) -> None:
    bundles = [bundle for version in sorted(real_bundles.iterdir()) for bundle in find_bundles(version)]
    assert bundles
    for bundle in bundles:
        assert_that_everything_adds_up(reduce_bundle(bundle, Mode.SALVAGE).trace)


def test_everything_adds_up_in_random_and_damaged_bundles(bundle_of: Callable[[Case], Bundle]) -> None:
    for case in [*all_cases().values(), *schema_2_cases().values()]:
        assert_that_everything_adds_up(reduce_bundle(bundle_of(case), Mode.SALVAGE).trace)


def test_real_waits_lead_to_the_child_whose_result_ended_them(real_bundles: Path) -> None:
    # In the log: call_wait_2 lasts from seq 80 to 95, and alpha's result is observed at 93; call_wait_3 lasts from 112
    # to 128, and alpha's next result is observed at 126.
    path = path_of(reduce_bundle(real_bundles / "0.169.0" / "agents_v2").trace)
    before = {what: path[index - 1][2] for index, (*_, what) in enumerate(path) if what.startswith("call_wait")}

    assert (before["call_wait_2"], before["call_wait_3"]) == ("/root/alpha", "/root/alpha")


@pytest.mark.parametrize(
    "lacking", ["tool_calls", "conversation_items", "terminal_operations", "codex_turns", "threads"]
)
@pytest.mark.parametrize("name", ["fix-the-build", "thermostat"])
def test_a_graph_may_name_what_it_does_not_have(name: str, lacking: str) -> None:
    reduction = reduce_bundle(EXAMPLE.with_name(name))
    trace = msgspec.structs.replace(reduction.trace, **{lacking: {}})

    assert_that_everything_adds_up(trace)
    assert len(current_activities(trace)) == len(trace.threads)
    uses = [use for terminal in terminals_of(msgspec.structs.replace(reduction, trace=trace)) for use in terminal.uses]
    assert len(uses) == len(trace.terminal_operations)
