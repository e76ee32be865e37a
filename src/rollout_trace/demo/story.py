"""The plot: what the users of the demo ask, and what its model says, agent by agent.

The check of a small project fails. The root agent finds out why, mends it, and has two other agents look at it.
"""

import base64
from typing import Any, Final

import msgspec

from rollout_trace.demo.model import Answer, Json

INSTRUCTIONS: Final = "You are a coding agent. Work in the folder, use your tools, and say plainly what you did."
WISH: Final = "`sh check.sh` fails. Please find out why, mend it, and have it reviewed and tested by others."
SECOND_WISH: Final = "Thank you. Now leave the soak test running for an hour, please."


def _thought(text: str) -> Json:
    hidden = base64.b64encode(text.encode()).decode()
    return {"type": "reasoning", "summary": [{"type": "summary_text", "text": text}], "encrypted_content": hidden}


def _words(text: str, phase: str = "commentary") -> Json:
    content = [{"type": "output_text", "text": text}]
    return {"type": "message", "role": "assistant", "content": content, "phase": phase}


def _call(call_id: str, name: str, **arguments: Any) -> Json:  # noqa: ANN401 - any JSON
    text = msgspec.json.encode(arguments).decode()
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": text}


def _custom(call_id: str, name: str, text: str) -> Json:
    return {"type": "custom_tool_call", "call_id": call_id, "name": name, "input": text}


def _summary(text: str) -> Json:
    """What a model makes of a history that is to be shorter."""
    return {"type": "compaction", "encrypted_content": base64.b64encode(text.encode()).decode()}


def _patch(context: str, removed: str, added: str) -> str:
    return f"*** Begin Patch\n*** Update File: convert.sh\n@@\n {context}\n-{removed}\n+{added}\n*** End Patch\n"


_PROGRAM: Final = """\
const script = await tools.exec_command({"cmd": "cat convert.sh"});
const users = await tools.exec_command({"cmd": "grep -n convert.sh *.sh"});
text(script.output + users.output);
"""
_HEAD: Final = "# Degrees Celsius to Fahrenheit."
_WRONG: Final = "echo $(( $1 * 9 / 5 + 23 ))"
_RIGHT: Final = "echo $(( $1 * 9 / 5 + 32 ))"

_ROOT: Final = (
    Answer(
        (
            _thought("The check will say what is wrong."),
            _words("I will run the check first."),
            _call("call_check", "exec_command", cmd="sh check.sh", yield_time_ms=2000),
        )
    ),
    Answer((_thought("Every result is 9 degrees too low, so"),), stalls=True),
    Answer(
        (
            _thought("Every result is 9 degrees too low: a constant is wrong, not the factor."),
            _custom("call_read", "exec", _PROGRAM),
        )
    ),
    Answer((_custom("call_guess", "apply_patch", _patch("# Celsius to Fahrenheit.", _WRONG, _RIGHT)),)),
    Answer((_custom("call_mend", "apply_patch", _patch(_HEAD, _WRONG, _RIGHT)),)),
    Answer((_call("call_soak", "exec_command", cmd="sh soak.sh", yield_time_ms=150),)),
    Answer((_call("call_poll_1", "write_stdin", session_id=1004, chars="", yield_time_ms=200),)),
    Answer((_call("call_poll_2", "write_stdin", session_id=1004, chars="", yield_time_ms=5000),)),
    Answer(
        (
            _words("The soak test is fine. Two others shall look at it."),
            _call(
                "call_review", "spawn_agent", task_name="reviewer", message="Review convert.sh: is the formula right?"
            ),
            _call(
                "call_test",
                "spawn_agent",
                task_name="tester",
                message="Run the check of the project, and wait for more.",
            ),
        )
    ),
    Answer((_call("call_more", "send_message", target="tester", message="Please also try 37 degrees."),)),
    Answer((_call("call_wait", "wait_agent", messages=2, timeout_ms=20_000),)),
    Answer((_call("call_close", "close_agent", target="reviewer"),)),
    Answer(
        (_words("The offset was 23 and had to be 32. The check passes, and two agents confirm it.", "final_answer"),)
    ),
    Answer((_summary("The offset in convert.sh was wrong and is mended; the check passes; two agents agree."),)),
    Answer(
        (
            _words("I start it and keep an eye on it."),
            _call("call_hour", "exec_command", cmd="sleep 3600", yield_time_ms=3_600_000),
        )
    ),
)
_REVIEWER: Final = (
    Answer(
        (_thought("F = C * 9/5 + 32."), _call("call_look", "exec_command", cmd="cat convert.sh", yield_time_ms=2000))
    ),
    Answer((_words("The formula is right: nine fifths, and 32.", "final_answer"),)),
)
_TESTER: Final = (
    Answer((_call("call_recheck", "exec_command", cmd="sh check.sh", yield_time_ms=2000),)),
    Answer((_call("call_listen", "wait_agent", messages=2, timeout_ms=20_000),)),
    Answer((_call("call_fever", "exec_command", cmd="sh convert.sh 37", yield_time_ms=2000),)),
    Answer((_words("The check passes. 37 degrees come out as 98, which is rounded down.", "final_answer"),)),
)

ROOT: Final = "/root"
ANSWERS: Final = {ROOT: _ROOT, "/root/reviewer": _REVIEWER, "/root/tester": _TESTER}
"""What each agent's model says, by the agent's path."""
