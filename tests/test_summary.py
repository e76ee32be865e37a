"""What `summarize` counts in a graph."""

from recording import (
    CHILD,
    ROOT,
    Recording,
    assistant,
    function_call,
    message,
    recording_with_turn,
    user,
)
from rollout_trace import Summary, summarize
from rollout_trace.query.summary import Tokens
from rollout_trace.values import ExecCommand, Mcp, Other

USAGE = {"input_tokens": 100, "cached_input_tokens": 60, "output_tokens": 20, "reasoning_output_tokens": 5}


def summary_of(recording: Recording) -> Summary:
    return summarize(recording.reduce().trace)


def test_an_empty_rollout_has_nothing_and_no_duration() -> None:
    summary = summary_of(Recording())

    assert (summary.agents, summary.turns, summary.requests, summary.tools) == ((), {}, {}, {})
    assert (summary.duration_ms, summary.first_user_message, summary.last_answer) == (0, None, None)


def test_tokens_are_added_up_and_requests_without_a_count_are_told() -> None:
    recording = recording_with_turn()
    for call, usage in (("inf-1", USAGE), ("inf-2", USAGE), ("inf-3", None)):
        recording.request(call, [user("go")])
        recording.answer(call, [], token_usage=usage)

    summary = summary_of(recording)

    assert summary.tokens == Tokens(input=200, cached_input=120, output=40, reasoning_output=10)
    assert (summary.requests, summary.requests_without_usage) == ({"completed": 3}, 1)


def test_each_agent_has_its_own_share_in_order_of_the_starts() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/bee", nickname="Bee", model="a-default")
    recording.request("inf-1", [user("go")])
    recording.answer("inf-1", [], token_usage=USAGE)
    recording.tool("tool-1")

    root, child = summary_of(recording).agents

    assert (root.thread_id, root.models, root.turns, root.requests, root.tool_calls) == (ROOT, ("a-model",), 1, 1, 1)
    assert root.tokens.input == 100
    assert (child.thread_id, child.nickname, child.models) == (CHILD, "Bee", ("a-default",))  # it has asked none yet
    assert (child.turns, child.requests, child.tool_calls, child.tokens.input) == (0, 0, 0, 0)


def test_tools_are_counted_by_what_a_person_calls_them_and_by_outcome() -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=ExecCommand())
    recording.tool("tool-2", kind=Mcp("calendar", "months"))
    recording.tool("tool-3", kind=Other("list_agents"))
    recording.tool("tool-4", kind=Other("list_agents"))
    recording.tool_ended("tool-3", "failed")

    assert summary_of(recording).tools == {
        "exec_command": {"running": 1},
        "calendar/months": {"running": 1},
        "list_agents": {"failed": 1, "running": 1},
    }


def test_the_duration_reaches_to_the_last_moment_that_is_known() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    seq = recording.answer("inf-1", [])

    assert summary_of(recording).duration_ms == seq  # an event happens as many milliseconds after the start


def test_what_was_asked_is_the_last_message_of_the_user_in_the_roots_first_request() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/bee")
    recording.turn("turn-2", CHILD)
    recording.request("inf-0", [user("a child's task")], thread=CHILD, turn="turn-2")
    recording.request("inf-1", [message("developer", "rules"), user("where you are"), user("fix it")])
    recording.request("inf-2", [user("and then this")])

    assert summary_of(recording).first_user_message == "fix it"


def test_what_the_client_writes_around_a_picture_was_not_asked() -> None:
    texts = ('<image name=[Image #1] path="a.png">', "</image>", "what is this?")
    content = [{"type": "input_text", "text": text} for text in texts]
    recording = recording_with_turn()
    recording.request("inf-1", [{**user(""), "content": content}])

    assert summary_of(recording).first_user_message == "what is this?"


def test_what_was_answered_is_the_roots_last_final_message() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    recording.answer("inf-1", [assistant("one", phase="final_answer"), function_call("call-1")])
    recording.request("inf-2", [user("on")])
    recording.answer("inf-2", [assistant("two", phase="final_answer"), assistant("by the way", phase="commentary")])

    assert summary_of(recording).last_answer == "two"
