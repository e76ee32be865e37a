"""A recording in memory, told event by event, and the items that models and people exchange.

Scaffolding only: a test says which events there are and in which order; this gives them `seq`, times and payload files.
"""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from rollout_trace.errors import PayloadError
from rollout_trace.events.log_entry import LoggedEvent
from rollout_trace.events.manifest import Manifest
from rollout_trace.events.types import (
    CodexTurnEnded,
    CodexTurnStarted,
    Event,
    InferenceCompleted,
    InferenceStarted,
    ModelRequester,
    ThreadStarted,
    ToolCallEnded,
    ToolCallRuntimeEnded,
    ToolCallRuntimeStarted,
    ToolCallStarted,
    TraceEvent,
    UnknownEvent,
)
from rollout_trace.ids import (
    AgentPath,
    CallId,
    CodexTurnId,
    InferenceCallId,
    ItemId,
    RawPayloadId,
    ResponseId,
    RolloutId,
    ThreadId,
    ToolCallId,
    TraceId,
)
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction
from rollout_trace.values import (
    AnyToolKind,
    ExecutionStatus,
    GenericSummary,
    Other,
    PayloadKind,
    PayloadKindName,
    PayloadRef,
)

ROOT = "00000000-0000-4000-8000-000000000001"
CHILD = "00000000-0000-4000-8000-000000000002"
START = 1_770_000_000_000
"""The time of the manifest; event `seq` happens `seq` milliseconds later."""

Item = dict[str, Any]


class Recording:
    """A bundle in memory. Every method that records returns the `seq` of its event, or the reference of its payload."""

    def __init__(self, schema_version: int = 1) -> None:
        self.manifest = Manifest(
            schema_version=schema_version,
            trace_id=TraceId("trace-1"),
            rollout_id=RolloutId(ROOT),
            root_thread_id=ThreadId(ROOT),
            started_at_unix_ms=START,
            raw_event_log="trace.jsonl",
            payloads_dir="payloads",
        )
        self.entries: list[LoggedEvent] = []
        self.payloads: dict[str, bytes] = {}

    def event(
        self, payload: Event | UnknownEvent, *, thread: str | None = None, turn: str | None = None, **envelope: Any
    ) -> int:
        """Append an event; `envelope` overrides what the envelope would say."""
        seq = len(self.entries) + 1
        event = TraceEvent(
            schema_version=self.manifest.schema_version,
            seq=seq,
            wall_time_unix_ms=START + seq,
            rollout_id=self.manifest.rollout_id,
            thread_id=None if thread is None else ThreadId(thread),
            codex_turn_id=None if turn is None else CodexTurnId(turn),
            payload=payload,
        )
        self.entries.append(LoggedEvent(msgspec.structs.replace(event, **envelope), line=seq))
        return seq

    def payload(self, kind: str, value: Any) -> PayloadRef:
        """Write a payload; bytes stand as they are, anything else becomes JSON."""
        number = len(self.payloads) + 1
        path = f"payloads/{number}.json"
        self.payloads[path] = value if isinstance(value, bytes) else json.dumps(value).encode()
        return PayloadRef(RawPayloadId(f"raw_payload:{number}"), PayloadKind(PayloadKindName(kind)), path)

    # What nearly every case begins with.

    def thread(self, thread: str = ROOT, path: str = "/root", **metadata: Any) -> int:
        """Start a thread, with session metadata if any is given."""
        ref = self.payload("session_metadata", metadata) if metadata else None
        return self.event(ThreadStarted(thread_id=ThreadId(thread), agent_path=AgentPath(path), metadata_payload=ref))

    def turn(self, turn: str = "turn-1", thread: str = ROOT) -> int:
        """Start a turn."""
        started = CodexTurnStarted(codex_turn_id=CodexTurnId(turn), thread_id=ThreadId(thread))
        return self.event(started, thread=thread, turn=turn)

    def turn_ended(self, status: str, turn: str = "turn-1", thread: str = ROOT) -> int:
        """End a turn."""
        ended = CodexTurnEnded(codex_turn_id=CodexTurnId(turn), status=ExecutionStatus(status))
        return self.event(ended, thread=thread, turn=turn)

    def request(
        self,
        call: str,
        items: list[Item],
        *,
        previous: str | None = None,
        turn: str = "turn-1",
        thread: str = ROOT,
    ) -> int:
        """Send a request with these items; with `previous`, one that continues that answer."""
        body: dict[str, Any] = {"input": items}
        if previous is not None:
            body["previous_response_id"] = previous
        started = InferenceStarted(
            inference_call_id=InferenceCallId(call),
            thread_id=ThreadId(thread),
            codex_turn_id=CodexTurnId(turn),
            model="a-model",
            provider_name="a-provider",
            request_payload=self.payload("inference_request", body),
        )
        return self.event(started, thread=thread, turn=turn)

    def answer(
        self,
        call: str,
        items: list[Item],
        *,
        response: str | None = None,
        turn: str = "turn-1",
        thread: str = ROOT,
        **body: Any,
    ) -> int:
        """Complete a request with these items."""
        completed = InferenceCompleted(
            inference_call_id=InferenceCallId(call),
            response_id=None if response is None else ResponseId(response),
            response_payload=self.payload("inference_response", {"output_items": items, **body}),
        )
        return self.event(completed, thread=thread, turn=turn)

    def tool(
        self,
        tool: str,
        *,
        call: str | None = None,
        kind: AnyToolKind | None = None,
        invocation: Any = None,
        turn: str | None = "turn-1",
        thread: str | None = ROOT,
        **fields: Any,
    ) -> int:
        """Start a tool call that the model asked for; `fields` override the event's."""
        known: dict[str, Any] = {
            "tool_call_id": ToolCallId(tool),
            "model_visible_call_id": None if call is None else CallId(call),
            "requester": ModelRequester(),
            "kind": kind or Other("a-tool"),
            "summary": GenericSummary("a-tool"),
            "invocation_payload": None if invocation is None else self.payload("tool_invocation", invocation),
        }
        return self.event(ToolCallStarted(**{**known, **fields}), thread=thread, turn=turn)

    def tool_ended(self, tool: str, status: str = "completed", result: Any = None) -> int:
        """End a tool call."""
        ref = None if result is None else self.payload("tool_result", result)
        ended = ToolCallEnded(tool_call_id=ToolCallId(tool), status=ExecutionStatus(status), result_payload=ref)
        return self.event(ended, thread=ROOT, turn="turn-1")

    def runtime_started(self, tool: str, payload: Any) -> int:
        """Start the work behind a tool call."""
        ref = self.payload("tool_runtime_event", payload)
        started = ToolCallRuntimeStarted(tool_call_id=ToolCallId(tool), runtime_payload=ref)
        return self.event(started, thread=ROOT, turn="turn-1")

    def runtime_ended(self, tool: str, payload: Any, status: str = "completed") -> int:
        """End the work behind a tool call."""
        ref = self.payload("tool_runtime_event", payload)
        ended = ToolCallRuntimeEnded(tool_call_id=ToolCallId(tool), status=ExecutionStatus(status), runtime_payload=ref)
        return self.event(ended, thread=ROOT, turn="turn-1")

    # Reduction.

    def reducer(self, mode: Mode = Mode.DEFAULT) -> Reducer:
        """A reducer that has seen nothing yet."""
        return Reducer(self.manifest, self.load_payload, mode)

    def reduce(self, mode: Mode = Mode.DEFAULT) -> Reduction:
        """The graph of the whole recording; raises `Rejection` where the mode refuses it."""
        reducer = self.reducer(mode)
        for entry in self.entries:
            reducer.apply(entry)
        return reducer.view()

    def load_payload(self, ref: PayloadRef) -> bytes:
        if ref.path not in self.payloads:
            raise PayloadError("payload-missing", ref.raw_payload_id, "no such file")
        return self.payloads[ref.path]


def recording_with_turn() -> Recording:
    """A recording in which the root has started a turn: `thread_started`, `codex_turn_started`."""
    recording = Recording()
    recording.thread()
    recording.turn()
    return recording


def message(role: str, text: str, **fields: Any) -> Item:
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}], **fields}


def user(text: str) -> Item:
    return message("user", text)


def assistant(text: str, **fields: Any) -> Item:
    return message("assistant", text, **fields)


def function_call(call_id: str, arguments: Any = "{}", **fields: Any) -> Item:
    return {"type": "function_call", "name": "a-tool", "arguments": arguments, "call_id": call_id, **fields}


def function_output(call_id: str, output: Any = "done") -> Item:
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def exec_cell(call_id: str, source: str = "text(1)") -> Item:
    """The model's call of the code tool."""
    return {"type": "custom_tool_call", "name": "exec", "input": source, "call_id": call_id}


def cell_output(call_id: str, output: Any = "1") -> Item:
    return {"type": "custom_tool_call_output", "call_id": call_id, "output": output}


def agent_message(author: str, recipient: str, text: str) -> Item:
    content = [{"type": "input_text", "text": text}]
    return {"type": "agent_message", "author": author, "recipient": recipient, "content": content}


def texts(reduction: Reduction, item_ids: tuple[str, ...]) -> list[str]:
    """The readable text of items, for assertions that read like the conversation."""
    return ["".join(_readable(reduction, item_id)) for item_id in item_ids]


def _readable(reduction: Reduction, item_id: str) -> Iterator[str]:
    for part in reduction.trace.conversation_items[ItemId(item_id)].body.parts:
        yield getattr(part, "text", None) or getattr(part, "source", None) or getattr(part, "summary", None) or ""
