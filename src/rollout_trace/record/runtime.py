"""The work behind a tool call: a command in a terminal, a call of an MCP server, … (spec 4, "tool runtime").

Owns what really ran, as opposed to what was asked (`tools`) and what the model is shown of it. A command may outlive
its call, its turn and its thread; everything else ends with its call.
"""

import time
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from rollout_trace.events import payloads
from rollout_trace.events import types as events
from rollout_trace.ids import CodexTurnId, McpCallId, ToolCallId
from rollout_trace.record.context import NO_CONTEXT, ThreadContext, now_ms
from rollout_trace.record.encoding import Json
from rollout_trace.record.handle import Handle, description_of, outcome_of, recorded, resolved, starts
from rollout_trace.record.recording import DISABLED, Recording
from rollout_trace.values import (
    AnyToolKind,
    AssignAgentTask,
    CloseAgent,
    ExecCommand,
    ExecutionStatus,
    Mcp,
    PayloadKindName,
    SendMessage,
    SpawnAgent,
    ToolKind,
)

_RUNTIME_EVENT: Final = PayloadKindName.TOOL_RUNTIME_EVENT
_NANOSECONDS_PER_SECOND: Final = 1_000_000_000
KILLED: Final = -1
"""The exit code of a command that did not exit by itself, or whose exit code is not known."""
_EXIT_CODES: Final = range(-(2**31), 2**31)
"""What readers have room for."""


class _Beginning(msgspec.Struct):
    """What readers demand of the beginning of a command."""

    command: list[str]
    cwd: str
    process_id: str | None = None


_READ_AS: Final[dict[type[ToolKind], tuple[Any, Any]]] = {
    SpawnAgent: (None, payloads.SpawnEnd),
    AssignAgentTask: (payloads.MessageBegin, payloads.MessageEnd),
    SendMessage: (payloads.MessageBegin, payloads.MessageEnd),
    CloseAgent: (payloads.CloseBegin, payloads.CloseEnd),
}
"""As what readers read the beginning and the end, by the kind of the call; of others they only keep what is said."""


class _NoActivity(msgspec.Struct):
    """What readers do not take for an agent's activity."""

    agent_thread_id: msgspec.UnsetType = msgspec.UNSET


def is_read(kind: AnyToolKind) -> bool:
    """Whether readers look into what the runtime says of calls of a kind."""
    return type(kind) in _READ_AS or isinstance(kind, ExecCommand)


class Runtime(Handle):
    """The work behind a tool call, of any kind; `ended` says how it went."""

    def __init__(
        self, recording: Recording, owner: Handle | None, context: ThreadContext, turn_id: CodexTurnId | None, tool: str
    ) -> None:
        super().__init__(recording, owner)
        self._context = context
        self._turn_id = turn_id
        self._tool_call_id = ToolCallId(tool)
        self._read_end: Any = _NoActivity

    @starts("Tool.runtime")
    def begin(self, payload: object, kind: AnyToolKind) -> None:
        """The work begins; `kind` is what really runs, whatever was asked for."""
        read_begin, self._read_end = _READ_AS.get(type(kind), (None, _NoActivity))
        self._begin(resolved(payload), kind, read_begin)

    @recorded
    def ended(self, payload: object = None, *, status: str = "completed") -> None:
        """The work is done; `payload` is what came of it, as a JSON object."""
        self._end({} if payload is None else resolved(payload), self._status("Runtime.ended", status), self._read_end)

    @recorded
    def _leave(self, exception: BaseException | None) -> None:
        if exception is None:
            self.ended()
        else:
            self.ended({"error": description_of(exception)}, status=outcome_of(exception))

    @recorded
    def end_with_owner(self, status: ExecutionStatus) -> None:
        """Nothing is known of how the work went on."""
        self.ended(status=status)

    def _begin(self, payload: object, kind: AnyToolKind, shape: Any = None) -> bool:  # noqa: ANN401
        ref = self.recording.payload(_RUNTIME_EVENT, payload, shape)
        if ref is None:
            self.recording.lose_event(events.ToolCallRuntimeStarted)
            self.recording = self.recording.lost
            return False
        started = events.ToolCallRuntimeStarted(
            tool_call_id=self._tool_call_id,
            kind=kind if self.recording.items_have_ids else None,
            runtime_payload=ref,
        )
        return self._start(started, self._context.thread_id, self._turn_id)

    def _end(self, payload: object, status: ExecutionStatus, shape: Any = None) -> None:  # noqa: ANN401
        if not self._end_once():
            return
        ref = self.recording.payload(_RUNTIME_EVENT, payload, shape)
        if ref is None:
            self.recording.lose_event(events.ToolCallRuntimeEnded)
            return
        ended = events.ToolCallRuntimeEnded(tool_call_id=self._tool_call_id, status=status, runtime_payload=ref)
        self.recording.append(ended, self._context.thread_id, self._turn_id)


class Command(Runtime):
    """A command in a terminal. `exited` may come after the end of its tool call, its turn, or even its thread."""

    def __init__(self, recording: Recording, context: ThreadContext, turn_id: CodexTurnId | None, tool: str) -> None:
        super().__init__(recording, None, context, turn_id, tool)  # owned by nobody: it may outlive them all
        self._began_ns = time.monotonic_ns()
        self._identity: Json = {}

    @property
    def tool_call_id(self) -> str:
        """The id of the tool call that started the command."""
        return self._tool_call_id

    @starts("Tool.command")
    def begin_command(self, command: Sequence[str] | str, cwd: object, process_id: object, kind: AnyToolKind) -> None:
        """The command starts."""
        self._identity = {
            "call_id": self._tool_call_id,
            "process_id": self._own_process(process_id),
            "turn_id": self._turn_id,
        }
        self._what: Json = {
            "command": [command] if isinstance(command, str) else [str(word) for word in command],
            "cwd": str(cwd),
            "parsed_cmd": [],
            "source": "agent",
        }
        self._begin({**self._identity, "started_at_ms": now_ms(), **self._what}, kind, _Beginning)

    @recorded
    def exited(self, exit_code: int | None, output: str = "", *, stderr: str = "", process_id: object = None) -> None:
        """The command has exited; `output` is all that it wrote, `stderr` what of it is known to be errors.

        An `exit_code` of None says that it is not known; it is recorded as -1, as that of a command that was killed.
        """
        code = self._exit_code(exit_code)
        if self._identity.get("process_id") is None:
            self._identity["process_id"] = self._own_process(process_id)
        seconds, nanoseconds = divmod(time.monotonic_ns() - self._began_ns, _NANOSECONDS_PER_SECOND)
        failed = code != 0
        older = {"stdout": output, "stderr": stderr, "formatted_output": output}
        end: Json = {
            **self._identity,
            "completed_at_ms": now_ms(),
            **self._what,
            **({} if self.recording.items_have_ids else older),
            "aggregated_output": output,
            "exit_code": code,
            "duration": {"secs": seconds, "nanos": nanoseconds},
            "status": "failed" if failed else "completed",
        }
        shape = payloads.AggregatedExecEnd if self.recording.items_have_ids else payloads.ExecEnd
        self._end(end, ExecutionStatus.FAILED if failed else ExecutionStatus.COMPLETED, shape)

    @recorded
    def _leave(self, exception: BaseException | None) -> None:
        if exception is not None:
            self.exited(KILLED, description_of(exception))

    @recorded
    def end_with_owner(self, status: ExecutionStatus) -> None:
        """Nothing: a process that runs on is left running."""

    def _exit_code(self, said: object) -> int:
        if isinstance(said, int) and said in _EXIT_CODES:
            return int(said)
        if said is not None:
            self.recording.warn("Command.exited", f"{said!r} is no exit code: it is recorded as unknown")
        return KILLED

    def _own_process(self, process_id: object) -> str | None:
        """The process id, unless schema 1 has given it to a terminal of another thread."""
        if process_id is None or not self.recording.owns_terminal(str(process_id), self._context.thread_id):
            return None
        return str(process_id)


class McpCall(Runtime):
    """A call of a tool of an MCP server; it ends by its result."""

    def __init__(
        self, recording: Recording, owner: Handle | None, context: ThreadContext, turn_id: CodexTurnId | None, tool: str
    ) -> None:
        super().__init__(recording, owner, context, turn_id, tool)
        self.mcp_call_id = ""
        """The id under which the call goes to the server, a new UUID; empty if the handle is disabled."""

    @property
    def meta(self) -> dict[str, str]:
        """What goes into the request's `_meta`; nothing if the handle is disabled."""
        return {"codex_bridge_mcp_call_id": self.mcp_call_id} if self.mcp_call_id else {}

    @starts("Tool.mcp_call")
    def begin_call(self, server: str, tool: str, arguments: object) -> None:
        """The call goes to the server."""
        invocation = {"server": server, "tool": tool, "arguments": resolved(arguments)}
        body = {"call_id": self._tool_call_id, "turn_id": self._turn_id, "invocation": invocation}
        if self._begin(body, Mcp(server, tool)):
            self.mcp_call_id = self.recording.new_id()
            self.recording.append(
                events.McpToolCallCorrelationAssigned(
                    tool_call_id=self._tool_call_id, mcp_call_id=McpCallId(self.mcp_call_id)
                )
            )

    @recorded
    def result(self, value: object) -> None:
        """The server has answered."""
        self._end({"result": {"Ok": resolved(value)}}, ExecutionStatus.COMPLETED)

    @recorded
    def failed(self, error: object) -> None:
        """The call failed."""
        self._end({"result": {"Err": str(error)}}, ExecutionStatus.FAILED)


DISABLED_RUNTIME: Final = Runtime(DISABLED, None, NO_CONTEXT, None, "")
DISABLED_COMMAND: Final = Command(DISABLED, NO_CONTEXT, None, "")
DISABLED_MCP_CALL: Final = McpCall(DISABLED, None, NO_CONTEXT, None, "")
