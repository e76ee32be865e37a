"""Whatever calls a host makes, on whichever handles, in whatever order: the bundle can be read in default mode."""

import tempfile
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout_trace import Code, Recorder, reduce_bundle
from rollout_trace.record import (
    Cell,
    Command,
    Compaction,
    CompactionRequest,
    InferenceAttempt,
    McpCall,
    Runtime,
    Thread,
    Tool,
    Turn,
)
from rollout_trace.values import CloseAgent, ExecCommand, SendMessage, SpawnAgent, WriteStdin

NAMES = [
    "exec_command",
    "write_stdin",
    "spawn_agent",
    "send_message",
    "followup_task",
    "close_agent",
    "wait",
    "exec",
    "x",
]


class Host:
    """A program without any order."""

    def __init__(self, root: Thread, random: Random) -> None:
        self.random = random
        self.handles: list[Any] = [root]

    def one_of(self, *some: Any) -> Any:
        return self.random.choice(some)

    def known(self, sort: type) -> Any:
        """Any handle of a sort; the first of all if there is none."""
        return self.random.choice([handle for handle in self.handles if isinstance(handle, sort)] or self.handles[:1])

    def call_id(self) -> Any:
        return self.one_of("call_1", "call_2", "call_3", "call_4", None)

    def items(self) -> list[Any]:
        said = self.one_of("one", "two")
        pool = [
            {"role": "user", "content": said},
            {"type": "message", "role": "assistant", "content": said, "id": self.one_of("msg_1", "msg_2")},
            {"type": "function_call", "name": "x", "call_id": self.call_id(), "arguments": f'{{"message":"{said}"}}'},
            {"type": "function_call_output", "call_id": self.call_id(), "output": said},
            {"type": "custom_tool_call", "name": "exec", "call_id": self.call_id(), "input": said},
            {"type": "custom_tool_call_output", "call_id": self.call_id(), "output": said},
            {"type": "reasoning", "summary": [], "encrypted_content": said},
            {
                "type": "agent_message",
                "author": "/root",
                "recipient": "/root/worker",
                "id": 5,
                "content": [{"type": "input_text", "text": said}],
            },
            {"type": "web_search_call", "status": said, "call_id": self.call_id()},
        ]
        return [self.random.choice(pool) for _ in range(self.random.randint(0, 4))]

    def does_something(self) -> None:
        handle = self.random.choice(self.handles)
        made = self.random.choice(self.calls(handle))()
        if hasattr(made, "recording"):
            self.handles.append(made)

    def tool_of(self, maker: Any) -> Any:
        arguments = {"message": self.one_of("one", "two"), "session_id": self.one_of(1, 2), "cell_id": "1"}
        kind = self.one_of(None, None, SpawnAgent(), SendMessage(), CloseAgent(), ExecCommand(), WriteStdin())
        return maker.tool(self.one_of(*NAMES), arguments=self.one_of(arguments, {}), kind=kind)

    def model_tool_of(self, maker: Any) -> Any:
        arguments = {"message": self.one_of("one", "two"), "session_id": self.one_of(1, 2), "cell_id": "1"}
        return maker.tool(self.one_of(*NAMES), call_id=self.call_id(), arguments=self.one_of(arguments, {}))

    def calls(self, handle: Any) -> list[Callable[[], Any]]:  # noqa: C901, PLR0911 - a table, by sort of handle
        match handle:
            case Thread():
                return [
                    lambda: handle.turn(self.one_of(None, "turn_1")),
                    lambda: self.model_tool_of(handle),
                    lambda: handle.cell(call_id=self.call_id(), source="1"),
                    lambda: handle.item(self.random.choice(self.items() or [{}])),
                    lambda: handle.receive(self.one_of("one", "two"), sender=self.known(Thread)),
                    lambda: handle.spawn("worker", by=self.known(Tool), message=self.one_of(None, "one")),
                    handle.resume,
                    lambda: handle.end(self.one_of("completed", "failed")) if len(self.handles) > 30 else None,
                ]
            case Turn():
                return [
                    handle.inference,
                    lambda: self.model_tool_of(handle),
                    lambda: self.tool_of(handle),
                    lambda: handle.cell(call_id=self.call_id(), source="1"),
                    handle.compaction,
                    lambda: handle.result(self.one_of("one", "two"), to=self.known(Thread)),
                    lambda: handle.end(self.one_of("completed", "failed", "cancelled")),
                ]
            case InferenceAttempt():
                previous = self.one_of(None, "resp_1", "resp_2")
                return [
                    lambda: handle.request({"input": self.items(), "previous_response_id": previous}),
                    lambda: handle.request({"input": self.items()}),
                    lambda: handle.item(self.random.choice(self.items() or [{}])),
                    lambda: handle.completed({"id": self.one_of("resp_1", "resp_2"), "output": self.items()}),
                    handle.completed,
                    lambda: handle.failed("no"),
                ]
            case Tool():
                return [
                    lambda: handle.command("ls", cwd="/", process_id=self.one_of(None, 1, 2)),
                    lambda: handle.mcp_call("server", "tool"),
                    lambda: handle.runtime({}),
                    lambda: handle.stdin_of(self.known(Command)),
                    lambda: handle.spawned(self.known(Thread), self.one_of(None, "one")),
                    lambda: handle.sent(self.one_of(None, "one"), to=self.known(Thread)),
                    lambda: handle.closed(self.known(Thread)),
                    lambda: handle.output(self.one_of("one", [{"type": "input_text", "text": "two"}])),
                    lambda: handle.result({"output": 1}),
                    handle.cancelled,
                ]
            case Command():
                return [lambda: handle.exited(self.one_of(0, 1), "out", process_id=self.one_of(None, 1, 2))]
            case McpCall():
                return [lambda: handle.result(1), lambda: handle.failed("no")]
            case Runtime():
                return [lambda: handle.ended({}), lambda: handle.ended(status="cancelled")]
            case Cell():
                return [
                    lambda: self.tool_of_cell(handle),
                    handle.yielded,
                    handle.completed,
                    lambda: handle.failed("no"),
                ]
            case Compaction():
                return [
                    lambda: handle.request({"input": self.items()}),
                    lambda: handle.installed(self.items(), self.items()),
                ]
            case CompactionRequest():
                return [lambda: handle.completed(self.items()), lambda: handle.failed("no")]
        raise TypeError(handle)

    def tool_of_cell(self, cell: Cell) -> Tool:
        return cell.tool(self.one_of(*NAMES), arguments={"message": "one", "session_id": 1, "cell_id": "1"})


@pytest.mark.parametrize("schema", [1, 2])
@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 120))
def test_calls_without_any_order_leave_a_bundle_that_can_be_read(schema: int, seed: int, steps: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with Recorder(folder, schema=schema) as rollout:
            host = Host(rollout.root_thread(), Random(seed))  # noqa: S311 - to be repeated
            for _ in range(steps):
                host.does_something()
        assert rollout.path is not None

        odd = {diagnostic.code for diagnostic in reduce_bundle(rollout.path).diagnostics}

        assert odd <= {Code.OUTPUT_REPEATED}  # the host's own doing: two outputs for one call
