"""What the demo's agents can do: each tool does its work for real, and says so to the recorder.

Owns the tools that work in the workspace. Those that concern other agents are in `crew`.
"""

import re
import threading
from pathlib import Path
from typing import Final

import msgspec

from rollout_trace.demo.model import Json
from rollout_trace.demo.terminals import Terminal, Terminals
from rollout_trace.record import Command, Tool, Turn

_NESTED_CALL: Final = re.compile(r"await tools\.(\w+)\((\{.*?\})\)")
_SECONDS_FOR_A_NESTED_CALL: Final = 10.0
_MILLISECONDS: Final = 1000


class PatchError(Exception):
    """A patch does not fit the file."""


class Tools:
    """The tools that work in one workspace, for the agents of one rollout."""

    def __init__(self, terminals: Terminals, interrupt: threading.Event) -> None:
        self._terminals = terminals
        self._interrupt = interrupt
        self._commands: dict[str, Command] = {}

    def exec_command(self, turn: Turn, call: Json) -> Json:
        """Run a command; one that is not done in time runs on in its terminal."""
        asked = msgspec.json.decode(call["arguments"])
        with turn.tool("exec_command", call_id=call["call_id"], arguments=call["arguments"]) as tool:
            terminal, news = self._run(tool, asked["cmd"], asked["yield_time_ms"] / _MILLISECONDS)
            return tool.output(_told(terminal, news))

    def write_stdin(self, turn: Turn, call: Json) -> Json:
        """Write to a command that still runs, or just see what it has done since."""
        asked = msgspec.json.decode(call["arguments"])
        terminal = self._terminals[str(asked["session_id"])]
        with turn.tool("write_stdin", call_id=call["call_id"], arguments=call["arguments"]) as tool:
            tool.stdin_of(self._commands[terminal.process_id])
            terminal.write(asked["chars"])
            news = terminal.news(asked["yield_time_ms"] / _MILLISECONDS, self._interrupt)
            self._note_exit(terminal)
            return tool.output(_told(terminal, news))

    def apply_patch(self, turn: Turn, call: Json) -> Json:
        """Change a file."""
        with turn.tool("apply_patch", call_id=call["call_id"], input=call["input"]) as tool:
            try:
                with tool.runtime({"call_id": call["call_id"], "patch": call["input"]}) as work:
                    changed = _patch(self._terminals.folder, call["input"])
                    work.ended({"stdout": f"M {changed}\n", "stderr": "", "success": True})
            except PatchError as error:
                return tool.output(f"The patch does not apply: {error}", status="failed")
            return tool.output(f"Changed {changed}.")

    def exec(self, turn: Turn, call: Json) -> Json:
        """Run a program of the model. Of JavaScript this agent knows calls of tools, one after the other."""
        with turn.cell(call_id=call["call_id"], source=call["input"]) as cell:
            outputs = []
            for name, arguments in _NESTED_CALL.findall(call["input"]):
                with cell.tool(name, arguments=arguments) as tool:
                    command = msgspec.json.decode(arguments)["cmd"]
                    terminal, news = self._run(tool, command, _SECONDS_FOR_A_NESTED_CALL)
                    tool.result({"output": news, "exit_code": terminal.exit_code})
                    outputs.append(news)
            return cell.completed("".join(outputs))

    def _run(self, tool: Tool, command: str, seconds: float) -> tuple[Terminal, str]:
        terminal = self._terminals.start(command)
        words = ["sh", "-c", command]
        command_of_tool = tool.command(words, cwd=self._terminals.folder, process_id=terminal.process_id)
        self._commands[terminal.process_id] = command_of_tool
        news = terminal.news(seconds, self._interrupt)
        self._note_exit(terminal)
        return terminal, news

    def _note_exit(self, terminal: Terminal) -> None:
        if terminal.exit_code is not None:  # the first end counts, and later ones are ignored
            self._commands[terminal.process_id].exited(terminal.exit_code, terminal.output)


def _told(terminal: Terminal, news: str) -> str:
    """What the model is told of a command."""
    if terminal.exit_code is None:
        return f"Still running in session {terminal.process_id}.\n{news}"
    return f"Exit code {terminal.exit_code}.\n{news}"


def _patch(folder: Path, patch: str) -> str:
    """Apply a patch of one hunk; returns the name of the file."""
    lines = patch.splitlines()
    name = next(line.removeprefix("*** Update File: ") for line in lines if line.startswith("*** Update File: "))
    hunk = lines[lines.index("@@") + 1 : lines.index("*** End Patch")]
    before = "\n".join(line[1:] for line in hunk if line[0] in " -")
    after = "\n".join(line[1:] for line in hunk if line[0] in " +")
    text = (folder / name).read_text()
    if before not in text:
        raise PatchError(f"{name} has no such lines")
    (folder / name).write_text(text.replace(before, after, 1))
    return name
