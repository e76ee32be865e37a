"""The demo from beginning to end: two wishes of a user, a compaction between them, and an interruption."""

import tempfile
import threading
from pathlib import Path
from typing import Final

from rollout_trace.demo.agent import Agent, ToolOfModel
from rollout_trace.demo.crew import Crew
from rollout_trace.demo.model import ScriptedModel
from rollout_trace.demo.story import ANSWERS, INSTRUCTIONS, ROOT, SECOND_WISH, WISH
from rollout_trace.demo.terminals import InterruptedByUserError, Terminals
from rollout_trace.demo.tools import Tools
from rollout_trace.demo.workspace import make_workspace
from rollout_trace.record import Recorder, Thread

_SECONDS_OF_PATIENCE: Final = 0.6


def play(recorder: Recorder) -> None:
    """Run the demo's agents in a folder of their own, which is removed afterwards, and record them.

    Takes a few seconds. The recorder is closed by its owner.
    """
    with tempfile.TemporaryDirectory(prefix="thermostat-") as folder:
        play_in(Path(folder), recorder)


def play_in(folder: Path, recorder: Recorder) -> None:
    """Run the demo's agents in an empty folder, and record them."""
    make_workspace(folder)
    interrupt = threading.Event()
    with Terminals(folder) as terminals:
        tools = Tools(terminals, interrupt)
        common_tools: dict[str, ToolOfModel] = {
            "exec_command": tools.exec_command,
            "write_stdin": tools.write_stdin,
            "apply_patch": tools.apply_patch,
            "exec": tools.exec,
        }
        with Crew(_agent, common_tools) as crew:
            thread = recorder.root_thread(model=ScriptedModel.name, provider=ScriptedModel.provider, cwd=str(folder))
            with thread:
                _visit(crew.join(ROOT, thread), interrupt)


def _visit(agent: Agent, interrupt: threading.Event) -> None:
    """What the user does."""
    with agent.thread.turn() as turn:
        agent.hear(WISH)
        agent.work(turn)
    agent.compact()
    patience = threading.Timer(_SECONDS_OF_PATIENCE, interrupt.set)
    patience.start()
    try:
        with agent.thread.turn() as turn:
            agent.hear(SECOND_WISH)
            agent.work(turn)
    except InterruptedByUserError:
        return
    finally:
        patience.cancel()


def _agent(path: str, thread: Thread) -> Agent:
    return Agent(path, thread, ScriptedModel(iter(ANSWERS[path])), INSTRUCTIONS)
