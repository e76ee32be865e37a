"""The words of a script: answers of a model, and the items that they are made of.

Owns the shapes of the Responses API that a model uses. Which stories are told with them stands in `scenarios`.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeAlias

Item: TypeAlias = dict[str, Any]
Line: TypeAlias = Item | Callable[[Sequence[Item]], Item]
"""An item of an answer, or how to make it of the items of the request."""


class Ending(Enum):
    """How an answer ends: as it should, never, or with the connection cut."""

    COMPLETED = auto()
    SILENCE = auto()
    CUT = auto()


@dataclass(frozen=True)
class Answer:
    """What the model says to one request; `tokens` is what it claims to have read."""

    lines: tuple[Line, ...]
    tokens: int = 1000
    ending: Ending = Ending.COMPLETED


Story: TypeAlias = Mapping[str, Sequence[Answer]]
"""The parts of all agents, as cue and answers; the root's is the first."""

A_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def answer(*lines: Line, tokens: int = 1000, ending: Ending = Ending.COMPLETED) -> Answer:
    return Answer(lines, tokens, ending)


def until(word: str) -> str:
    """A command that runs until there is a file of this name, but not for ever."""
    return f"for i in $(seq 300); do [ -e {word} ] && break; sleep 0.1; done"


def says(text: str) -> Item:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


def thinks(text: str) -> Item:
    summary = [{"type": "summary_text", "text": text}]
    return {"type": "reasoning", "summary": summary, "encrypted_content": base64.b64encode(text.encode()).decode()}


def calls(tool: str, **arguments: object) -> Item:
    return {"type": "function_call", "name": tool, "arguments": json.dumps(arguments)}


def calls_for_help(tool: str, **arguments: object) -> Item:
    """Call one of the agent tools."""
    return {**calls(tool, **arguments), "namespace": "collaboration"}


def calls_for_old_help(tool: str, **arguments: object) -> Item:
    """Call one of the older agent tools, which know agents by their id."""
    return {**calls(tool, **arguments), "namespace": "multi_agent_v1"}


def runs(command: str, **options: object) -> Item:
    return calls("exec_command", cmd=command, **options)


def patches(patch: str) -> Item:
    return {"type": "custom_tool_call", "name": "apply_patch", "input": patch}


def programs(source: str) -> Item:
    return {"type": "custom_tool_call", "name": "exec", "input": source}


def runs_in_a_cell(command: str) -> Item:
    """Run a command as a model must that has no tool for it but cells."""
    return programs(f"await tools.exec_command({json.dumps({'cmd': command, 'yield_time_ms': 20_000})});")


def shortens() -> Item:
    return {"type": "compaction", "encrypted_content": base64.b64encode(b"All of it, in short.").decode()}


def polls_the_running_command(asked: Sequence[Item]) -> Item:
    """Look at the command whose session the last output names."""
    session = re.search(r"session ID (\d+)", json.dumps(asked[-1]))
    if session is None:
        raise ValueError("no command is running")
    return calls("write_stdin", session_id=int(session[1]), chars="", yield_time_ms=20_000)


def a_file(name: str, *lines: str) -> str:
    added = "".join(f"+{line}\n" for line in lines)
    return f"*** Begin Patch\n*** Add File: {name}\n{added}*** End Patch\n"


def the_spawned_agent(asked: Sequence[Item]) -> str:
    """The id of the agent that some output of an older agent tool names."""
    outputs = json.dumps([item["output"] for item in asked if item["type"] == "function_call_output"])
    agent = re.search(r"agent_id[^0-9a-f]+([0-9a-f-]{36})", outputs)
    if agent is None:
        raise ValueError("no agent was spawned")
    return agent[1]
