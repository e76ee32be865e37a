"""How much the model was shown of what a tool returned, each on the smallest recording that shows it (question 5)."""

from pathlib import Path
from typing import Any

import pytest

from recording import Recording, function_call, function_output, recording_with_turn, user
from rollout_trace import query, reduce_bundle
from rollout_trace.query.tool_outputs import ToolOutput
from rollout_trace.reduce.modes import Mode
from rollout_trace.values import ExecCommand, Mcp

HEADER = "Exit code: 0\nWall time: 0.1 seconds\nOutput:\n"


def output(recording: Recording, shown: str, folder: Path) -> ToolOutput:
    """The call `call-1` of the recording, when its output was shown in a request."""
    recording.tool_ended("tool-1")
    recording.request("inf-1", [user("go"), function_call("call-1"), function_output("call-1", shown)])
    bundle = recording.write(folder / "bundle")
    (found,) = query.tool_outputs_of(bundle, reduce_bundle(bundle, Mode.SALVAGE))
    return found


def command_that_prints(printed: str) -> Recording:
    recording = recording_with_turn()
    recording.tool("tool-1", call="call-1", kind=ExecCommand())
    recording.runtime_started("tool-1", {"command": ["count"], "cwd": "/"})
    recording.runtime_ended("tool-1", {"exit_code": 0, "stdout": printed, "stderr": "", "formatted_output": printed})
    return recording


def server_that_answers(answer: dict[str, Any]) -> Recording:
    recording = recording_with_turn()
    recording.tool("tool-1", call="call-1", kind=Mcp("a-server", "echo"))
    recording.runtime_ended("tool-1", {"call_id": "call-1", "result": {"Ok": answer}})
    return recording


@pytest.mark.parametrize(
    ("printed", "shown", "showing"),
    [
        ("0\n", HEADER, "cut"),  # the 0 of the exit code is not what was printed
        ("0\n", f"{HEADER}0\n", "whole"),
        ("one\ntwo\n", f"{HEADER}one\n", "cut"),
    ],
)
def test_what_the_runtime_says_is_nothing_that_a_tool_returned(
    printed: str, shown: str, showing: str, tmp_path: Path
) -> None:
    assert output(command_that_prints(printed), shown, tmp_path).showing == showing


def test_the_structured_part_of_an_answer_is_returned_and_is_what_is_shown(tmp_path: Path) -> None:
    answer = {"content": [{"type": "text", "text": "FOUND"}], "structuredContent": {"length": 5, "at": [1.50]}}
    found = output(server_that_answers(answer), 'Wall time: 0.1 seconds\nOutput:\n{"length":5,"at":[1.5]}', tmp_path)

    assert (found.returned, found.showing) == ('FOUND\n{"length":5,"at":[1.5]}', "whole")


def test_a_structured_part_that_was_told_otherwise_was_reworded(tmp_path: Path) -> None:
    answer = {"content": [{"type": "text", "text": "FOUND"}], "structuredContent": {"length": 5}}

    assert output(server_that_answers(answer), "FOUND", tmp_path).showing == "reworded"


def test_an_answer_of_texts_alone_is_shown_as_it_is(tmp_path: Path) -> None:
    answer = {"content": [{"type": "text", "text": "FOUND"}], "structuredContent": None}
    found = output(server_that_answers(answer), "FOUND", tmp_path)

    assert (found.returned, found.showing) == ("FOUND", "whole")


def test_the_end_of_a_command_that_ran_on_is_none_of_its_call(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", call="call-1", kind=ExecCommand())
    recording.runtime_started("tool-1", {"command": ["count"], "cwd": "/"})
    said = {"type": "function_call_output", "call_id": "call-1", "output": f"{HEADER}one"}
    recording.tool_ended("tool-1", result={"type": "direct_response", "response_item": said})
    recording.runtime_ended(
        "tool-1", {"exit_code": 1, "stdout": "one\ntwo\n", "stderr": "", "formatted_output": ""}, "failed"
    )
    recording.request("inf-1", [user("go"), function_call("call-1"), function_output("call-1", f"{HEADER}one")])
    bundle = recording.write(tmp_path / "bundle")
    reduction = reduce_bundle(bundle, Mode.SALVAGE)
    (found,) = query.tool_outputs_of(bundle, reduction)

    assert (found.returned, found.showing, str(found.outcome)) == (f"{HEADER}one", "more later", "completed")
    assert "terminal_operation:1" in {failure.subject.object_id for failure in query.failures_of(bundle, reduction)}


def test_an_output_that_no_request_had_says_which_was_without_it(tmp_path: Path) -> None:
    recording = command_that_prints("lost")
    recording.tool_ended("tool-1")
    recording.request("inf-1", [user("go")])
    bundle = recording.write(tmp_path / "bundle")
    (found,) = query.tool_outputs_of(bundle, reduce_bundle(bundle, Mode.SALVAGE))

    assert (found.showing, found.not_in) == ("nothing", "inf-1")
