"""Values that raw events and the reduced graph have in common (spec 1, "Value sets").

This module owns the closed vocabularies: statuses, tool kinds, tool summaries, payload references. What is seen of an
object is in `events`, what is concluded about it in `model`.
"""

import re
from enum import StrEnum
from typing import Annotated

import msgspec

from rollout_trace.ids import RawPayloadId, TerminalOperationId

Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
UInt32 = Annotated[int, msgspec.Meta(ge=0, lt=2**32)]
UInt64 = Annotated[int, msgspec.Meta(ge=0)]
"""The type cannot check the upper bound; who reads such a number calls `is_uint64`."""

UnixMilliseconds = Int64
"""A moment, in milliseconds since 1970. For display and latency only: the order of events is `Seq`."""
Seq = UInt64
"""The place of an event in the causal order: given by the writer, contiguous from 1."""


def is_uint64(number: int | None) -> bool:
    """Whether a number, if there is one, fits into 64 bits without sign."""
    return number is None or 0 <= number < 2**64


class RolloutStatus(StrEnum):
    """How a rollout or a thread stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    ABORTED = "aborted"


class ExecutionStatus(StrEnum):
    """How one piece of work (turn, inference call, tool call, …) stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ABORTED = "aborted"


class CellStatus(StrEnum):
    """What the code runtime last said of a cell."""

    STARTING = "starting"
    RUNNING = "running"
    YIELDED = "yielded"
    COMPLETED = "completed"
    FAILED = "failed"
    TERMINATED = "terminated"


class PayloadKindName(StrEnum):
    """What a payload file holds."""

    INFERENCE_REQUEST = "inference_request"
    INFERENCE_RESPONSE = "inference_response"
    COMPACTION_REQUEST = "compaction_request"
    COMPACTION_CHECKPOINT = "compaction_checkpoint"
    COMPACTION_RESPONSE = "compaction_response"
    TOOL_INVOCATION = "tool_invocation"
    TOOL_RESULT = "tool_result"
    TOOL_RUNTIME_EVENT = "tool_runtime_event"
    TERMINAL_RUNTIME_EVENT = "terminal_runtime_event"
    PROTOCOL_EVENT = "protocol_event"
    SESSION_METADATA = "session_metadata"
    AGENT_RESULT = "agent_result"


class PayloadKind(msgspec.Struct, frozen=True):
    """The kind of a payload, as the format writes it: an object with a `type`."""

    type: PayloadKindName


class PayloadRef(msgspec.Struct, frozen=True):
    """Where a piece of evidence lies: its id, its kind, and its path relative to the bundle."""

    raw_payload_id: RawPayloadId
    kind: PayloadKind
    path: str


def tag_of(class_name: str) -> str:
    """The `type` that the format gives to what a class describes: its name in snake case."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", class_name).lower()


class ToolKind(msgspec.Struct, frozen=True, tag=tag_of):
    """What a tool call does; the subclass names the kind."""


class ExecCommand(ToolKind, frozen=True):
    """A command in a terminal."""


class WriteStdin(ToolKind, frozen=True):
    """Input to a command that still runs."""


class ApplyPatch(ToolKind, frozen=True):
    """A patch to files."""


class Web(ToolKind, frozen=True):
    """A web search."""


class ImageGeneration(ToolKind, frozen=True):
    """An image made or looked at."""


class SpawnAgent(ToolKind, frozen=True):
    """A new child thread."""


class AssignAgentTask(ToolKind, frozen=True):
    """A task for an agent that exists."""


class SendMessage(ToolKind, frozen=True):
    """A message to an agent that exists."""


class WaitAgent(ToolKind, frozen=True):
    """Waiting for agents."""


class CloseAgent(ToolKind, frozen=True):
    """The end, or the interruption, of an agent."""


class Mcp(ToolKind, frozen=True):
    """A tool of an MCP server."""

    server: str
    tool: str


class Other(ToolKind, frozen=True):
    """Any other tool, by its name."""

    name: str


AnyToolKind = (
    ExecCommand
    | WriteStdin
    | ApplyPatch
    | Web
    | ImageGeneration
    | SpawnAgent
    | AssignAgentTask
    | SendMessage
    | WaitAgent
    | CloseAgent
    | Mcp
    | Other
)


class TerminalSummary(msgspec.Struct, frozen=True, tag="terminal"):
    """The call is summed up by its terminal operation."""

    operation_id: TerminalOperationId


class AgentSummary(msgspec.Struct, frozen=True, tag="agent", kw_only=True):
    """The call concerns another agent; `message_preview` is the beginning of what it is told."""

    target_agent_path: str
    task_name: str | None = None
    message_preview: str


class WaitAgentSummary(msgspec.Struct, frozen=True, tag="wait_agent"):
    """The call waits for agents, for at most `timeout_ms` milliseconds."""

    target_agent_path: str | None = None
    timeout_ms: UInt64 | None = None


class GenericSummary(msgspec.Struct, frozen=True, tag="generic"):
    """A label and the beginnings of input and output."""

    label: str
    input_preview: str | None = None
    output_preview: str | None = None


ToolSummary = TerminalSummary | AgentSummary | WaitAgentSummary | GenericSummary
