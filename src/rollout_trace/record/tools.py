"""Tool calls: what was asked of a tool, and what the caller got (spec 4, "tool dispatch").

Owns a call from its dispatch to its result, and what it does to other agents. What really runs behind it is in
`runtime`; which kind of tool a name stands for, in `classification`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from rollout_trace.events import types as events
from rollout_trace.ids import CallId, CodexTurnId, RuntimeCellId, ToolCallId
from rollout_trace.record.agent_events import AgentEvent, agent_event, agent_event_begin
from rollout_trace.record.classification import (
    KindSaid,
    argument,
    check_invocation,
    invocation_of,
    kind_of,
    kind_said,
    names_a_process,
    summary_of,
)
from rollout_trace.record.context import ThreadContext, ThreadHandle
from rollout_trace.record.encoding import Json, UnrecordableError
from rollout_trace.record.handle import Handle, outcome_of, passing, recorded, resolved, starts, text_of
from rollout_trace.record.recording import DISABLED, Recording
from rollout_trace.record.runtime import (
    DISABLED_COMMAND,
    DISABLED_MCP_CALL,
    DISABLED_RUNTIME,
    Command,
    McpCall,
    Runtime,
    is_read,
)
from rollout_trace.values import (
    AnyToolKind,
    AssignAgentTask,
    CloseAgent,
    ExecCommand,
    ExecutionStatus,
    Mcp,
    Other,
    PayloadKindName,
    PayloadRef,
    SendMessage,
    SpawnAgent,
    WriteStdin,
)


class Asked(NamedTuple):
    """What a tool is asked for, as the caller says it."""

    name: object
    call_id: object = None
    arguments: object = None
    input: object = None
    command: object = None
    namespace: object = None
    kind: KindSaid | None = None


class Requester(NamedTuple):
    """The code cell that asks for a tool, and the cell's own number for the call."""

    runtime_cell_id: str
    runtime_tool_id: str


class Tool(Handle):
    """A tool call, from its dispatch to what its caller got: `output`, `result` or `failed`.

    Left without either it ends as completed, with nothing to show.
    """

    def __init__(
        self,
        recording: Recording,
        owner: Handle | None,
        context: ThreadContext,
        turn_id: CodexTurnId | None,
        asked: Asked,
        requester: Requester | None = None,
    ) -> None:
        super().__init__(recording, owner)
        self._context = context
        self._turn_id = turn_id
        self._requester = requester
        self._model_call_id = asked.call_id
        self._call_id: str | None = None
        """The same, if it is free: one that another call has already would make the trace unreadable."""
        self._is_custom = asked.input is not None
        self._kind: AnyToolKind = Other("")
        self._invocation: Json = {}
        self._has_invocation = False
        self._has_runtime = False
        self.tool_call_id = ""
        """The id of this call: the model's `call_id` where that is free; empty if the handle is disabled."""
        self._dispatch(asked)

    # What is seen of the work behind it.

    def command(self, command: Sequence[str] | str, *, cwd: object = "", process_id: object = None) -> Command:
        """A command starts in a terminal; `process_id` is how later `write_stdin` calls name it."""
        if not self.recording.enabled:
            return DISABLED_COMMAND
        running = Command(self._work("Tool.command", ExecCommand()), self._context, self._turn_id, self.tool_call_id)
        running.begin_command(command, cwd, process_id, ExecCommand())
        return running

    def mcp_call(self, server: str, tool: str, arguments: object = None) -> McpCall:
        """The call goes to a tool of an MCP server."""
        if not self.recording.enabled:
            return DISABLED_MCP_CALL
        running = McpCall(
            self._work("Tool.mcp_call", Mcp("", "")), self, self._context, self._turn_id, self.tool_call_id
        )
        running.begin_call(server, tool, arguments)
        return running

    def runtime(self, payload: object, *, kind: KindSaid | None = None) -> Runtime:
        """Anything else begins to run: a patch, a search. `payload` is what there is to say about it, a JSON object.

        `kind` is what really runs, where that is not what was asked for (it is recorded in schema 2).
        """
        if not self.recording.enabled:
            return DISABLED_RUNTIME
        what = self._said("Tool.runtime", kind, self._invocation.get("tool_name", "")) or self._kind
        recording = self._work("Tool.runtime", what)
        if isinstance(what, ExecCommand | WriteStdin):
            recording.refuse("Tool.runtime", "a command is told by Tool.command")
            recording = recording.lost
        running = Runtime(recording, self, self._context, self._turn_id, self.tool_call_id)
        running.begin(payload, what)
        return running

    @recorded
    def stdin_of(self, command: Command) -> None:
        """What this `write_stdin` call wrote went to that command (schema 2; schema 1 cannot say it)."""
        if self.recording.items_have_ids and command.is_recorded:
            resolved_target = events.StdinTargetResolved(
                tool_call_id=ToolCallId(self.tool_call_id), exec_tool_call_id=ToolCallId(command.tool_call_id)
            )
            self.recording.append(resolved_target, self._context.thread_id, self._turn_id)

    # What it does to other agents.

    @recorded
    def spawned(self, child: ThreadHandle, message: str | None = None) -> None:
        """The call has made a child; `message` is its task, by default the call's argument `message`."""
        self._tell_of("Tool.spawned", child, SpawnAgent(), message)

    @recorded
    def sent(self, message: str | None, *, to: ThreadHandle) -> None:
        """The call has sent a message or a task to an agent; by default the call's argument `message`."""
        kind = self._kind if isinstance(self._kind, AssignAgentTask) else SendMessage()
        self._tell_of("Tool.sent", to, kind, message)

    @recorded
    def closed(self, agent: ThreadHandle) -> None:
        """The call has closed or interrupted an agent."""
        self._tell_of("Tool.closed", agent, CloseAgent(), None)

    # What its caller gets.

    def output(self, output: object, *, status: str = "completed") -> Json:
        """What the model is shown: a text, or a list of content parts. Ends the call.

        Returns the item for the next request, with the id that it keeps if it is recorded.
        """
        kind = "custom_tool_call_output" if self._is_custom else "function_call_output"
        return self._output(
            {"type": kind, "call_id": self._model_call_id, "output": self._given("Tool.output", output)}, status
        )

    @recorded
    def result(self, value: object, *, status: str = "completed") -> None:
        """What a code cell gets, any JSON. Ends the call."""
        self._end(self._status("Tool.result", status), {"type": "code_mode_response", "value": resolved(value)})

    @recorded
    def failed(self, error: object) -> None:
        """There is no result but an error: an exception, or a text. Ends the call."""
        self._end(ExecutionStatus.FAILED, {"type": "error", "error": text_of(error)})

    @recorded
    def cancelled(self) -> None:
        """The call was given up. Ends it."""
        self._end(ExecutionStatus.CANCELLED, None)

    @recorded
    def _leave(self, exception: BaseException | None) -> None:
        status = ExecutionStatus.COMPLETED if exception is None else outcome_of(exception)
        if exception is not None and status is ExecutionStatus.FAILED:
            self.failed(exception)
        else:
            self._end(status, None)

    @recorded
    def end_with_owner(self, status: ExecutionStatus) -> None:
        """Nothing came of the call."""
        self._end(status, None)

    # Below: how it is recorded.

    @starts("Turn.tool")
    def _dispatch(self, asked: Asked) -> None:
        name = str(asked.name)
        namespace = None if asked.namespace is None else str(asked.namespace)
        self._invocation, text = invocation_of(
            name, namespace, resolved(asked.arguments), resolved(asked.input), resolved(asked.command)
        )
        self._kind = self._kind_of(name, asked.kind)
        self._call_id = self._free_call_id(self._model_call_id)
        prefix = "exec-" if self._requester else ""
        self.tool_call_id = self.recording.claim("tool call", self._call_id, prefix)
        self._context.accept(self.recording, self._context.history.accept_call(self._call_id), self._turn_id)
        requester: events.ModelRequester | events.CodeCellRequester = events.ModelRequester()
        runtime_tool_id = None
        if self._requester is not None:
            requester = events.CodeCellRequester(RuntimeCellId(self._requester.runtime_cell_id))
            runtime_tool_id = self._requester.runtime_tool_id
        invocation = self._write_invocation()
        self._has_invocation = invocation is not None
        started = events.ToolCallStarted(
            tool_call_id=ToolCallId(self.tool_call_id),
            model_visible_call_id=None if self._call_id is None else CallId(self._call_id),
            code_mode_runtime_tool_id=runtime_tool_id,
            requester=requester,
            kind=self._kind,
            summary=summary_of(name, namespace, text),
            invocation_payload=invocation,
        )
        self._start(started, self._context.thread_id, self._turn_id)

    def _kind_of(self, name: str, wanted: KindSaid | None) -> AnyToolKind:
        kind = self._said("Turn.tool", wanted, name) or kind_of(name)
        return Other(name) if isinstance(kind, WriteStdin) and not self._is_stdin_call(name) else kind

    def _said(self, call: str, wanted: KindSaid | None, name: str) -> AnyToolKind | None:
        kind = None if wanted is None else kind_said(wanted, name)
        if wanted is not None and kind is None:
            self.recording.warn(call, f"{wanted!r} is no kind of tool")
        return kind

    def _is_stdin_call(self, name: str) -> bool:
        """Whether readers will take the call for what it says it is; those of schema 1 refuse it otherwise."""
        if name != "write_stdin" or self.recording.items_have_ids:
            return name == "write_stdin"
        if not names_a_process(self._invocation):
            return False
        process_id = str(argument(self._invocation, "session_id"))
        return self.recording.owns_terminal(process_id, self._context.thread_id)

    @property
    def has_call_id(self) -> bool:
        """Whether the call is known by the `call_id` that the model gave it."""
        return self._call_id is not None

    def _free_call_id(self, call_id: object) -> str | None:
        if call_id is None or self._requester is not None:
            return None
        if not isinstance(call_id, str):
            self.recording.refuse("Turn.tool", f"call id {call_id!r} is no text: the call is recorded as one without")
            return None
        if self.recording.is_free("model-visible call", call_id):
            return call_id
        self.recording.refuse("Turn.tool", f"call id {call_id} was used before: the call is recorded as one without")
        return None

    def _write_invocation(self) -> PayloadRef | None:
        try:
            check_invocation(self._invocation)
        except UnrecordableError as error:
            self.recording.fail("Turn.tool", error)
            return None
        return self.recording.payload(PayloadKindName.TOOL_INVOCATION, self._invocation)

    def _work(self, call: str, kind: AnyToolKind) -> Recording:
        """Where the work behind this call is recorded: there is one, and none behind what its invocation says.

        In schema 1 readers take it for work of the call's own kind, whatever it is.
        """
        is_mistakable = not self.recording.items_have_ids and type(kind) is not type(self._kind) and is_read(self._kind)
        if self._has_runtime or isinstance(self._kind, WriteStdin) or is_mistakable:
            self.recording.refuse(call, "the work behind this tool call is known already, or of another kind")
            return self.recording.lost
        self._has_runtime = True
        return self.recording

    def _tell_of(self, call: str, agent: ThreadHandle, kind: AnyToolKind, message: str | None) -> None:
        """The runtime says what the call did to an agent."""
        recording = self._work(call, kind)
        if not agent.is_recorded or recording is not self.recording:
            return
        edge = f"edge:spawn:{self._context.thread_id}:{agent.thread_id}"
        if isinstance(kind, SpawnAgent) and not recording.is_free("edge", edge):
            recording.refuse(call, "this child was spawned by another call")
            return
        asked = argument(self._invocation, "message")
        said = next((words for words in (message, asked) if isinstance(words, str)), "")
        if type(kind) is not type(self._kind):
            if not recording.items_have_ids:
                recording.refuse(call, "give the kind when the tool starts; schema 1 cannot say it later")
                return
            begin = agent_event_begin(self.tool_call_id, self._context, agent.context, said)
            if not self._runtime_event(events.ToolCallRuntimeStarted, begin, kind=kind):
                return  # readers would take the end for one of the call's own kind
        is_in_call = self._has_invocation and asked == said
        end = agent_event(kind, self.tool_call_id, self._context, agent.context, said, is_in_call=is_in_call)
        self._runtime_event(events.ToolCallRuntimeEnded, end, status=ExecutionStatus.COMPLETED)

    def _runtime_event(
        self,
        event_type: type[events.ToolCallRuntimeStarted | events.ToolCallRuntimeEnded],
        told: AgentEvent,
        **fields: Any,  # noqa: ANN401 - those of the event
    ) -> bool:
        ref = self.recording.payload(PayloadKindName.TOOL_RUNTIME_EVENT, told.body, told.shape)
        if ref is None:
            self.recording.lose_event(event_type)
            return False
        event = event_type(tool_call_id=ToolCallId(self.tool_call_id), runtime_payload=ref, **fields)
        return self.recording.append(event, self._context.thread_id, self._turn_id)

    @passing("Tool.output")
    def _output(self, item: Json, status: str) -> Json:
        if self._has_ended:
            return item
        if self._requester is not None:
            self.result(item["output"], status=status)
            return item
        is_entered = self.is_recorded and isinstance(self._model_call_id, str)
        entered = self._context.history.enter(item) if is_entered else item
        self._end(self._status("Tool.output", status), {"type": "direct_response", "response_item": item})
        if "id" in entered:
            self._context.accept(self.recording, self._context.history.accept(entered), self._turn_id)
        return entered

    def _end(self, status: ExecutionStatus, result: Json | None) -> None:
        if not self._end_once():
            return
        self._end_owned(status)
        ref = None if result is None else self.recording.payload(PayloadKindName.TOOL_RESULT, result)
        ended = events.ToolCallEnded(tool_call_id=ToolCallId(self.tool_call_id), status=status, result_payload=ref)
        self.recording.append(ended, self._context.thread_id, self._turn_id)


class UnrecordedTool(Tool):
    """A tool call that is not recorded: it only knows what the item says that goes back to the model."""

    recording = DISABLED
    tool_call_id = ""
    is_recorded = False
    _has_ended = False

    def __init__(self, call_id: object, custom_input: object) -> None:
        self._model_call_id = call_id
        self._is_custom = custom_input is not None
