"""The agents of one rollout: who there is, and the tools by which they make, tell, await and close each other.

Each child works in a thread of its own, and sends what it says last to the agent that made it.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Final, Self

import msgspec

from rollout_trace.demo.agent import Agent, ToolOfModel
from rollout_trace.demo.inbox import Message
from rollout_trace.demo.model import Json
from rollout_trace.record import Thread, Turn

_MILLISECONDS: Final = 1000

MakeAgent = Callable[[str, Thread], Agent]
"""Makes the agent of a path."""


class Crew:
    """The agents of one rollout. Used with `with`: then none of them waits any more, and all end."""

    def __init__(self, make_agent: MakeAgent, common_tools: Mapping[str, ToolOfModel]) -> None:
        self._make_agent = make_agent
        self._common_tools = common_tools
        self._agents: dict[str, Agent] = {}
        self._workers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        for agent in self._agents.values():
            agent.inbox.close()
        for worker in self._workers:
            worker.join()

    def join(self, path: str, thread: Thread) -> Agent:
        """Take in an agent, and give it its tools."""
        agent = self._make_agent(path, thread)
        agent.tools = {
            **self._common_tools,
            "spawn_agent": lambda turn, call: self._spawn(agent, turn, call),
            "send_message": lambda turn, call: self._send(agent, turn, call),
            "wait_agent": lambda turn, call: self._wait(agent, turn, call),
            "close_agent": lambda turn, call: self._close(agent, turn, call),
        }
        self._agents[path] = agent
        return agent

    def _spawn(self, parent: Agent, turn: Turn, call: Json) -> Json:
        asked = msgspec.json.decode(call["arguments"])
        with turn.tool("spawn_agent", call_id=call["call_id"], arguments=call["arguments"]) as tool:
            thread = parent.thread.spawn(asked["task_name"], by=tool, nickname=asked["task_name"])
            child = self.join(f"{parent.path}/{asked['task_name']}", thread)
            child.inbox.put(Message(parent.thread, asked["message"]))
            worker = threading.Thread(target=_live, args=(child, parent))
            self._workers.append(worker)
            worker.start()
            return tool.output(f"{child.path} is at work.")

    def _send(self, sender: Agent, turn: Turn, call: Json) -> Json:
        asked = msgspec.json.decode(call["arguments"])
        recipient = self._child(sender, asked["target"])
        with turn.tool("send_message", call_id=call["call_id"], arguments=call["arguments"]) as tool:
            tool.sent(asked["message"], to=recipient.thread)
            recipient.inbox.put(Message(sender.thread, asked["message"]))
            return tool.output("Sent.")

    def _wait(self, agent: Agent, turn: Turn, call: Json) -> Json:
        """Wait until so many messages have come in all; they are read with the next request."""
        asked = msgspec.json.decode(call["arguments"])
        with turn.tool("wait_agent", call_id=call["call_id"], arguments=call["arguments"]) as tool:
            if agent.inbox.wait_for(asked["messages"], asked["timeout_ms"] / _MILLISECONDS):
                return tool.output("They have come.")
            return tool.output("They have not come in time.", status="failed")

    def _close(self, agent: Agent, turn: Turn, call: Json) -> Json:
        asked = msgspec.json.decode(call["arguments"])
        child = self._child(agent, asked["target"])
        with turn.tool("close_agent", call_id=call["call_id"], arguments=call["arguments"]) as tool:
            tool.closed(child.thread)
            return tool.output(f"{child.path} is closed.")

    def _child(self, parent: Agent, name: str) -> Agent:
        return self._agents[f"{parent.path}/{name}"]


def _live(child: Agent, parent: Agent) -> None:
    """All that a child does: one turn, whose last words go to its parent."""
    with child.thread:
        with child.thread.turn() as turn:
            last_words = child.work(turn)
            turn.result(last_words, to=parent.thread)
        parent.inbox.put(Message(child.thread, last_words))
