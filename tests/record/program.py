"""A random agent that records itself, and what it knows it did.

Scaffolding only: a test says which seed, schema and length; this makes the calls, well nested as a program's are, and
notes how everything ended, in the words of the graph.
"""

import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from rollout_trace import Recorder
from rollout_trace.record import Thread, Tool, Turn

Item = dict[str, Any]
LONGEST_LINE_OF_AGENTS = 3


class Trouble(Exception):  # noqa: N818 - what a program runs into
    """An error of the program itself."""


@dataclass
class Deeds:
    """What the program did."""

    ended: dict[str, dict[str, str]] = field(default_factory=dict)
    """By sort of object and id: its status in the graph."""
    parents: dict[str, str] = field(default_factory=dict)
    """By thread: who spawned it."""
    sent: dict[str, list[int]] = field(default_factory=dict)
    """By inference call: for each item of the request, by which number the program knows it."""
    asked_by_cell: Counter[str] = field(default_factory=Counter)
    """By cell: how many tools its program called."""
    asked_as: dict[str, int] = field(default_factory=dict)
    """By cell: the number of the item that asks for it; a cell whose item no request shows is not in the graph."""
    outputs: dict[str, str] = field(default_factory=dict)
    """By tool call: what its command wrote."""
    results: Counter[str] = field(default_factory=Counter)
    """By child: how many."""
    messages: Counter[str] = field(default_factory=Counter)
    """By receiver: how many."""
    numbers: Iterator[int] = field(default_factory=itertools.count)
    """The program's own names for items."""

    def end(self, sort: str, own_id: str, status: str) -> None:
        self.ended.setdefault(sort, {})[own_id] = status


class Agent:
    """One thread that does something at random."""

    def __init__(self, thread: Thread, random: Random, deeds: Deeds, depth: int = 0) -> None:
        self.thread = thread
        self.random = random
        self.deeds = deeds
        self.depth = depth
        self.history: list[tuple[int, Item]] = []
        self.children: list[Agent] = []
        self.outcome = ""

    def live(self, steps: int) -> None:
        """Take a few turns."""
        for _ in range(self.random.randint(1, 2)):
            try:
                with self.thread.turn() as turn:
                    for _ in range(steps):
                        self.random.choice(self.actions())(turn)
                    self.maybe_fail()
                self.deeds.end("turn", turn.turn_id, "completed")
            except Trouble:
                self.deeds.end("turn", turn.turn_id, "failed")
            except KeyboardInterrupt:
                self.deeds.end("turn", turn.turn_id, "cancelled")

    def actions(self) -> list[Any]:
        actions = [self.asks, self.runs_command, self.calls_tool, self.runs_cell, self.compacts, self.hears]
        if self.depth < LONGEST_LINE_OF_AGENTS:
            actions.append(self.spawns)
        if self.children:
            actions += [self.tells, self.uses_child_again]
        return actions

    def maybe_fail(self) -> None:
        if self.random.random() < 0.1:
            raise self.random.choice([Trouble("trouble"), KeyboardInterrupt()])

    def adds(self, item: Item) -> None:
        """Something new stands in the history; the number is the program's own name for it."""
        self.history.append((next(self.deeds.numbers), item))

    # The model.

    def hears(self, _turn: Turn) -> None:
        """The user says something, perhaps what was said before."""
        said: Item = {"role": "user", "content": self.random.choice(["go on", "please", "größer 🐍"])}
        self.adds(self.thread.item(said) if self.random.random() < 0.5 else said)

    def asks(self, turn: Turn) -> None:
        with turn.inference() as attempt:
            attempt.request({"model": "a-model", "input": [item for _, item in self.history]})
            call = attempt.inference_call_id
            self.deeds.sent[call] = [number for number, _ in self.history]
            outcome = self.random.choice(["completed", "completed", "completed", "failed", "cancelled", "left"])
            answer = [self.message(), self.call(f"asked-{call}")]
            if outcome == "completed":
                attempt.completed({"id": f"response-{call}", "output": answer})
                for item in answer:
                    self.adds(item)
            elif outcome == "failed":
                attempt.item(answer[0])
                attempt.failed(Trouble("the service is busy"))
            elif outcome == "cancelled":
                attempt.cancelled("a reason")
        self.deeds.end("inference call", call, "cancelled" if outcome == "left" else outcome)

    def message(self) -> Item:
        item: Item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I see."}]}
        return item | ({"id": f"msg_provider_{self.random.getrandbits(64)}"} if self.random.random() < 0.5 else {})

    def call(self, call_id: str, name: str = "echo", arguments: str = "{}") -> Item:
        return {"type": "function_call", "name": name, "arguments": arguments, "call_id": call_id}

    def compacts(self, turn: Turn) -> None:
        with turn.compaction() as compaction:
            with compaction.request({"input": [item for _, item in self.history]}) as request:
                if self.random.random() < 0.2:
                    request.failed("no")
                    return
                request.completed([{"type": "compaction", "encrypted_content": "secret"}])
            kept = self.history[-1:]
            before = [item for _, item in self.history]
            self.history = []
            for _, item in kept:
                self.adds(item)
            self.adds({"type": "compaction", "encrypted_content": "secret"})
            compaction.installed(before, [item for _, item in self.history])

    # Tools.

    def new_call(self) -> str:
        return f"call-{self.random.getrandbits(64)}"

    def calls_tool(self, turn: Turn) -> None:
        call_id = self.new_call()
        self.adds(self.call(call_id))
        self.outcome = "completed"
        try:
            with turn.tool("echo", call_id=call_id, arguments={"words": "ä"}) as tool:
                self.ends_somehow(tool)
        finally:
            self.deeds.end("tool call", tool.tool_call_id, self.outcome)

    def ends_somehow(self, tool: Tool) -> None:
        match self.random.choice(["output", "output", "failed", "cancelled", "nothing", "mcp", "trouble"]):
            case "output":
                self.adds(tool.output(self.random.choice(["done", [{"type": "input_text", "text": "done"}]])))
            case "failed":
                tool.failed("it failed")
                self.outcome = "failed"
            case "cancelled":
                tool.cancelled()
                self.outcome = "cancelled"
            case "mcp":
                with tool.mcp_call("server", "echo", {"words": "ä"}) as mcp:
                    mcp.result({"content": []})
                self.adds(tool.output("done"))
            case "trouble":
                self.outcome = "failed"
                raise Trouble("inside of a tool")

    def runs_command(self, turn: Turn) -> None:
        call_id = self.new_call()
        process = str(self.random.getrandbits(32))
        self.adds(self.call(call_id, "exec_command"))
        with turn.tool("exec_command", call_id=call_id, arguments={"cmd": "make"}) as tool:
            command = tool.command(["make"], cwd="/repo", process_id=process)
            self.adds(tool.output(f"running with session ID {process}"))
        self.deeds.end("tool call", call_id, "completed")
        if self.random.random() < 0.5:
            poll = self.new_call()
            asked = {"session_id": int(process), "chars": "yes\n"}
            with turn.tool("write_stdin", call_id=poll, arguments=asked) as stdin:
                stdin.stdin_of(command)
                stdin.output("more")
            self.deeds.end("tool call", poll, "completed")
        if self.random.random() < 0.7:
            command.exited(self.random.choice([0, 2]), "all that it wrote")
            self.deeds.outputs[call_id] = "all that it wrote"

    def runs_cell(self, turn: Turn) -> None:
        call_id = self.new_call()
        self.adds({"type": "custom_tool_call", "name": "exec", "input": "text(1)", "call_id": call_id})
        self.deeds.asked_as[f"code_cell:{call_id}"] = self.history[-1][0]
        status = "completed"
        with turn.cell(call_id=call_id, source="text(1)") as cell:
            for _ in range(self.random.randint(0, 2)):
                with cell.tool("exec_command", arguments={"cmd": "ls"}) as tool:
                    tool.command("ls", cwd="/").exited(0, "a file")
                    tool.result({"output": "a file"})
                self.deeds.outputs[tool.tool_call_id] = "a file"
                self.deeds.end("tool call", tool.tool_call_id, "completed")
                self.deeds.asked_by_cell[call_id] += 1
            if self.random.random() < 0.4:
                self.adds(cell.yielded("so far"))
                status = self.random.choice(["completed", "failed"])
                cell.completed("1") if status == "completed" else cell.failed("no")
            elif self.random.random() < 0.3:
                self.adds(cell.failed("it threw"))
                status = "failed"
            else:
                self.adds(cell.completed("1"))
        self.deeds.end("code cell", f"code_cell:{call_id}", status)

    # Other agents.

    def spawns(self, turn: Turn) -> None:
        call_id, task = self.new_call(), f"look at {self.random.getrandbits(64)}"
        self.adds(self.call(call_id, "spawn_agent", '{"message":"look"}'))
        arguments = {"message": task} if self.random.random() < 0.5 else {"task": task}
        with turn.tool("spawn_agent", call_id=call_id, arguments=arguments) as tool:
            child = Agent(self.thread.spawn("worker", by=tool, message=task), self.random, self.deeds, self.depth + 1)
            self.adds(tool.output("made"))
        self.deeds.end("tool call", call_id, "completed")
        self.deeds.parents[child.thread.thread_id] = self.thread.thread_id
        self.children.append(child)
        child.adds(child.thread.receive(task, sender=self.thread))
        self.lets_work(child)

    def lets_work(self, child: "Agent") -> None:
        child.live(2)
        words = f"done {self.random.getrandbits(64)}"
        with child.thread.turn() as turn:
            child.asks(turn)
            turn.result(words, to=self.thread)
        self.deeds.end("turn", turn.turn_id, "completed")
        self.deeds.results[child.thread.thread_id] += 1
        self.adds(self.thread.receive(words, sender=child.thread))

    def tells(self, turn: Turn) -> None:
        child, call_id = self.random.choice(self.children), self.new_call()
        words = f"news {self.random.getrandbits(64)}"
        with turn.tool("send_message", call_id=call_id, arguments={"message": words}) as tool:
            tool.sent(None, to=child.thread)
        self.deeds.end("tool call", call_id, "completed")
        child.adds(child.thread.receive(words, sender=self.thread))
        self.deeds.messages[child.thread.thread_id] += 1

    def uses_child_again(self, _turn: Turn) -> None:
        child = self.random.choice(self.children)
        child.thread.end()
        child.thread = child.thread.resume()
        if child.thread.recording.enabled:
            self.lets_work(child)
        else:
            self.children.remove(child)  # schema 1 says nothing more of it


def play_at_once(rollout: Recorder, seed: int, steps: int, agents: int) -> Deeds:
    """Let several agents do something, each in a thread of the operating system."""
    deeds = Deeds()
    root = rollout.root_thread(model="a-model", provider="a-provider")
    children = [root.spawn("worker") for _ in range(agents)]
    deeds.parents.update({child.thread_id: root.thread_id for child in children})
    workers = [
        threading.Thread(target=Agent(child, Random(seed + place), deeds, 2).live, args=(steps,))  # noqa: S311
        for place, child in enumerate(children)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return deeds


def play(rollout: Recorder, random: Random, steps: int) -> Deeds:
    """Let a root agent and those that it spawns do something."""
    deeds = Deeds()
    Agent(rollout.root_thread(model="a-model", provider="a-provider"), random, deeds).live(steps)
    return deeds
