"""The payload shapes that reduction looks into (spec 1, "Payload files").

Only the fields that a rule reads, or whose form a rule demands, stand here; everything else in a payload is evidence
that nobody interprets. A field with a default may be absent.
"""

from typing import Annotated, Any, Literal

import msgspec

from rollout_trace.ids import RuntimeCellId
from rollout_trace.values import Int32, Int64, UInt64

_HYPHENATED = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_PATH = r"(?:/morpheus|/root(?:/(?!root(?:/|\Z))[a-z0-9_]+)*)"

Uuid = Annotated[
    str,
    msgspec.Meta(
        pattern=rf"^(?:(?:urn:uuid:)?{_HYPHENATED}|\{{{_HYPHENATED}\}}|[0-9A-Fa-f]{{32}})\Z",
        description="a UUID in any usual spelling",
    ),
]
AgentPathText = Annotated[str, msgspec.Meta(pattern=rf"^{_PATH}\Z", description="a well-formed agent path")]


class SessionMetadata(msgspec.Struct, frozen=True):
    """What a thread is started with."""

    agent_path: str | None = None
    task_name: str | None = None
    nickname: str | None = None
    agent_role: str | None = None
    model: str | None = None
    session_source: Any = None


class InferenceRequest(msgspec.Struct, frozen=True):
    """A request to a model, its items not yet parsed."""

    input: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    previous_response_id: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class RawTokenUsage(msgspec.Struct, frozen=True):
    """What a request cost, in tokens."""

    input_tokens: Int64
    cached_input_tokens: Int64
    output_tokens: Int64
    reasoning_output_tokens: Int64
    cache_write_input_tokens: Any = 0


class InferenceResponse(msgspec.Struct, frozen=True):
    """A model's answer, its items not yet parsed."""

    output_items: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    token_usage: msgspec.Raw = msgspec.Raw(b"null")


class CompactionCheckpoint(msgspec.Struct, frozen=True):
    """The history before and after a compaction, its items not yet parsed."""

    input_history: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    replacement_history: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class FunctionInvocation(msgspec.Struct, frozen=True):
    """How a tool was called, as far as its arguments are concerned; they are JSON in a text."""

    arguments: str


class ToolInvocation(msgspec.Struct, frozen=True):
    """What the caller of a tool asked for."""

    payload: FunctionInvocation


class FunctionPayload(msgspec.Struct, frozen=True):
    """The arguments of a function tool: JSON in a text."""

    type: Literal["function"]
    arguments: str


class StdinInvocation(msgspec.Struct, frozen=True):
    """A call of `write_stdin`."""

    tool_name: Literal["write_stdin"]
    payload: FunctionPayload
    tool_namespace: Any = None


class WaitArguments(msgspec.Struct, frozen=True):
    """The arguments of a call of `wait`."""

    cell_id: RuntimeCellId


class StdinArguments(msgspec.Struct, frozen=True):
    """The arguments of a call of `write_stdin`; `session_id` is a text or a number."""

    session_id: Any
    chars: str = ""
    yield_time_ms: UInt64 | None = None
    max_output_tokens: UInt64 | None = None


class MessageArguments(msgspec.Struct, frozen=True):
    """The arguments of a call that tells another agent something."""

    message: str


class ExecBegin(msgspec.Struct, frozen=True):
    """A command starts, or input goes to one. Without `command` and `cwd`, something else starts."""

    command: list[str] | msgspec.UnsetType = msgspec.UNSET
    cwd: str | msgspec.UnsetType = msgspec.UNSET
    process_id: str | None = None
    interaction_input: str | None = None


class ExecEnd(msgspec.Struct, frozen=True):
    """A command has ended, or has been looked at."""

    exit_code: Int32
    stdout: str | msgspec.UnsetType = msgspec.UNSET
    stderr: str | msgspec.UnsetType = msgspec.UNSET
    formatted_output: str | msgspec.UnsetType = msgspec.UNSET
    process_id: str | None = None


class AggregatedExecEnd(msgspec.Struct, frozen=True):
    """A command has ended, as newer releases report it: its output in one piece."""

    exit_code: Int32
    aggregated_output: str = ""
    process_id: str | None = None


class DirectResponse(msgspec.Struct, frozen=True, tag="direct_response"):
    """A tool's result is the item that the model is shown."""

    response_item: msgspec.Raw


class CodeModeResponse(msgspec.Struct, frozen=True, tag="code_mode_response"):
    """A tool's result is a value for a code cell."""

    value: msgspec.Raw


class ErrorResponse(msgspec.Struct, frozen=True, tag="error"):
    """A tool's result is an error."""

    error: str


ToolResult = DirectResponse | CodeModeResponse | ErrorResponse


ReasoningEffort = Annotated[str, msgspec.Meta(min_length=1)]

AgentStatus = (
    Literal["pending_init", "running", "interrupted", "shutdown", "not_found"]
    | dict[Literal["completed", "errored"], str | None]
)
"""How an agent stands: a word, or one outcome with its text."""


class MessageBegin(msgspec.Struct, frozen=True):
    """A message, or a task, goes to another agent."""

    call_id: str
    sender_thread_id: Uuid
    receiver_thread_id: Uuid
    prompt: str
    started_at_ms: Int64 = 0


class MessageEnd(msgspec.Struct, frozen=True):
    """A message, or a task, has gone to another agent."""

    call_id: str
    sender_thread_id: Uuid
    receiver_thread_id: Uuid
    prompt: str
    status: AgentStatus
    receiver_agent_nickname: str | None = None
    receiver_agent_role: str | None = None
    completed_at_ms: Int64 = 0


class SpawnEnd(msgspec.Struct, frozen=True):
    """An agent was made, or could not be made: then there is no `new_thread_id`."""

    call_id: str
    sender_thread_id: Uuid
    prompt: str
    model: str
    reasoning_effort: ReasoningEffort
    status: AgentStatus
    new_thread_id: Uuid | None = None
    new_agent_nickname: str | None = None
    new_agent_role: str | None = None
    completed_at_ms: Int64 = 0


class CloseBegin(msgspec.Struct, frozen=True):
    """An agent is to be closed."""

    call_id: str
    sender_thread_id: Uuid
    receiver_thread_id: Uuid
    started_at_ms: Int64 = 0


class CloseEnd(msgspec.Struct, frozen=True):
    """An agent was closed."""

    call_id: str
    sender_thread_id: Uuid
    receiver_thread_id: Uuid
    status: AgentStatus
    receiver_agent_nickname: str | None = None
    receiver_agent_role: str | None = None
    completed_at_ms: Int64 = 0


class AgentActivity(msgspec.Struct, frozen=True):
    """What a tool did to an agent, or that the agent has completed, as newer releases report it in one piece."""

    event_id: str
    agent_thread_id: Uuid
    agent_path: AgentPathText
    kind: Literal["started", "interacted", "interrupted", "completed"]
    occurred_at_ms: Int64 = 0


class NewerAgentActivity(AgentActivity, frozen=True):
    """The same, with what the agent runs on. Schema 2."""

    model: str | None = None
    reasoning_effort: ReasoningEffort | None = None


class EncodedDelivery(msgspec.Struct, frozen=True):
    """A message between agents in the text of an assistant message, as older releases wrote it."""

    author: AgentPathText
    recipient: AgentPathText
    content: str
    trigger_turn: bool
    id: str | None = None
    encrypted_content: str | None = None
    other_recipients: tuple[AgentPathText, ...] = ()
