"""A recording in memory, told event by event, and the items that models and people exchange.

Scaffolding only: a test says which events there are and in which order; this gives them `seq`, times and payload files.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rollout_trace.bundle.folder import Bundle
from rollout_trace.diagnostics import Code
from rollout_trace.errors import PayloadError, Rejection
from rollout_trace.events.codec import encode_event
from rollout_trace.events.log_entry import LoggedEvent
from rollout_trace.events.manifest import Manifest
from rollout_trace.events.types import (
    CodeCellEnded,
    CodeCellInitialResponse,
    CodeCellStarted,
    CodexTurnEnded,
    CodexTurnStarted,
    CompactionInstalled,
    Event,
    HistoryItemAccepted,
    InferenceCancelled,
    InferenceCompleted,
    InferenceFailed,
    InferenceStarted,
    ModelRequester,
    RecordingCompleted,
    StdinTargetResolved,
    ThreadEnded,
    ThreadResumed,
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
    CompactionId,
    InferenceCallId,
    ItemId,
    RawPayloadId,
    ResponseId,
    ResponsesItemId,
    RolloutId,
    RuntimeCellId,
    ThreadId,
    ToolCallId,
    TraceId,
)
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction
from rollout_trace.values import (
    AnyToolKind,
    CellStatus,
    ExecutionStatus,
    GenericSummary,
    Other,
    PayloadKind,
    PayloadKindName,
    PayloadRef,
    RolloutStatus,
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

    def thread_ended(self, thread: str = ROOT, status: str = "completed") -> int:
        """End a thread."""
        return self.event(ThreadEnded(thread_id=ThreadId(thread), status=RolloutStatus(status)))

    def resumed(self, thread: str = ROOT) -> int:
        """Let an ended thread live again."""
        return self.event(ThreadResumed(thread_id=ThreadId(thread)))

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
        return self.request_of(call, body, turn=turn, thread=thread)

    def request_of(self, call: str, body: Any, *, turn: str = "turn-1", thread: str = ROOT) -> int:
        """Send a request whose payload is `body`, whatever that is."""
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
        return self.answer_of(call, {"output_items": items, **body}, response=response, turn=turn, thread=thread)

    def answer_of(
        self,
        call: str,
        body: Any,
        *,
        response: str | None = None,
        upstream: str | None = None,
        turn: str = "turn-1",
        thread: str = ROOT,
    ) -> int:
        """Complete a request with an answer whose payload is `body`, whatever that is."""
        completed = InferenceCompleted(
            inference_call_id=InferenceCallId(call),
            response_id=None if response is None else ResponseId(response),
            upstream_request_id=upstream,
            response_payload=self.payload("inference_response", body),
        )
        return self.event(completed, thread=thread, turn=turn)

    def request_failed(
        self, call: str, partial: Any = None, *, upstream: str | None = None, turn: str = "turn-1", thread: str = ROOT
    ) -> int:
        """Fail a request, after the `partial` answer if there is one."""
        failed = InferenceFailed(
            inference_call_id=InferenceCallId(call),
            upstream_request_id=upstream,
            error="an error",
            partial_response_payload=None if partial is None else self.payload("inference_response", partial),
        )
        return self.event(failed, thread=thread, turn=turn)

    def request_cancelled(
        self, call: str, partial: Any = None, *, upstream: str | None = None, turn: str = "turn-1", thread: str = ROOT
    ) -> int:
        """Stop reading the answer to a request, after the `partial` answer if there is one."""
        cancelled = InferenceCancelled(
            inference_call_id=InferenceCallId(call),
            upstream_request_id=upstream,
            reason="a reason",
            partial_response_payload=None if partial is None else self.payload("inference_response", partial),
        )
        return self.event(cancelled, thread=thread, turn=turn)

    def accepted(
        self, item: str, message: Any = None, *, turn: str | None = "turn-1", thread: str | None = ROOT
    ) -> int:
        """Let the item of this id enter the thread's history; with `message`, one that another agent sent."""
        ref = None if message is None else self.payload("protocol_event", message)
        accepted = HistoryItemAccepted(item_id=ResponsesItemId(item), agent_message_payload=ref)
        return self.event(accepted, thread=thread, turn=turn)

    def compacted(
        self,
        compaction: str,
        before: list[Item],
        after: list[Item],
        *,
        turn: str = "turn-1",
        thread: str = ROOT,
    ) -> int:
        """Install a compaction that replaces the history `before` by the history `after`."""
        checkpoint = {"input_history": before, "replacement_history": after}
        installed = CompactionInstalled(
            compaction_id=CompactionId(compaction),
            checkpoint_payload=self.payload("compaction_checkpoint", checkpoint),
        )
        return self.event(installed, thread=thread, turn=turn)

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

    def runtime_started(self, tool: str, payload: Any, kind: AnyToolKind | None = None) -> int:
        """Start the work behind a tool call; in schema 2 it says the `kind` that was asked for, or another."""
        if self.manifest.schema_version > 1:
            kind = kind or self._kind_asked_for(tool)
        ref = self.payload("tool_runtime_event", payload)
        started = ToolCallRuntimeStarted(tool_call_id=ToolCallId(tool), kind=kind, runtime_payload=ref)
        return self.event(started, thread=ROOT, turn="turn-1")

    def runtime_ended(self, tool: str, payload: Any, status: str = "completed") -> int:
        """End the work behind a tool call."""
        ref = self.payload("tool_runtime_event", payload)
        ended = ToolCallRuntimeEnded(tool_call_id=ToolCallId(tool), status=ExecutionStatus(status), runtime_payload=ref)
        return self.event(ended, thread=ROOT, turn="turn-1")

    def stdin_target_resolved(self, tool: str, exec_tool: str) -> int:
        """Say to the process of which tool call the input of `tool` went."""
        resolved = StdinTargetResolved(tool_call_id=ToolCallId(tool), exec_tool_call_id=ToolCallId(exec_tool))
        return self.event(resolved, thread=ROOT, turn="turn-1")

    def cell_started(
        self,
        call: str,
        *,
        runtime: str = "1",
        source: str = "text(1)",
        turn: str | None = "turn-1",
        thread: str | None = ROOT,
    ) -> int:
        """Start the code cell of an `exec` call."""
        started = CodeCellStarted(
            runtime_cell_id=RuntimeCellId(runtime), model_visible_call_id=CallId(call), source_js=source
        )
        return self.event(started, thread=thread, turn=turn)

    def cell_responded(
        self,
        status: str,
        *,
        runtime: str = "1",
        response: Any = None,
        turn: str | None = "turn-1",
        thread: str | None = ROOT,
        **envelope: Any,
    ) -> int:
        """Give the model the first response of a code cell."""
        ref = None if response is None else self.payload("tool_result", response)
        responded = CodeCellInitialResponse(
            runtime_cell_id=RuntimeCellId(runtime), status=CellStatus(status), response_payload=ref
        )
        return self.event(responded, thread=thread, turn=turn, **envelope)

    def cell_ended(
        self,
        status: str = "completed",
        *,
        runtime: str = "1",
        response: Any = None,
        turn: str | None = "turn-1",
        thread: str | None = ROOT,
        **envelope: Any,
    ) -> int:
        """End a code cell."""
        ref = None if response is None else self.payload("tool_result", response)
        ended = CodeCellEnded(runtime_cell_id=RuntimeCellId(runtime), status=CellStatus(status), response_payload=ref)
        return self.event(ended, thread=thread, turn=turn, **envelope)

    def recording_completed(self) -> int:
        """Close the recording properly."""
        return self.event(RecordingCompleted())

    # On disk, and reduction.

    def write(self, folder: Path) -> Bundle:
        """Write the recording as a bundle into a folder that is not there yet."""
        (folder / "payloads").mkdir(parents=True)
        (folder / "manifest.json").write_bytes(msgspec.json.encode(self.manifest))
        lines = [encode_event(entry.event) + b"\n" for entry in self.entries]
        (folder / "trace.jsonl").write_bytes(b"".join(lines))
        for path, data in self.payloads.items():
            (folder / path).write_bytes(data)
        return Bundle(folder)

    def reducer(self, mode: Mode = Mode.DEFAULT) -> Reducer:
        """A reducer that has seen nothing yet."""
        return Reducer(self.manifest, self.load_payload, mode)

    def reduce(self, mode: Mode = Mode.DEFAULT) -> Reduction:
        """The graph of the whole recording; raises `Rejection` where the mode refuses it."""
        reducer = self.reducer(mode)
        for entry in self.entries:
            reducer.apply(entry)
        return reducer.view()

    def rejection(self, mode: Mode = Mode.DEFAULT) -> Rejection:
        """Why the mode refuses the last event; every event before it is accepted."""
        reducer = self.reducer(mode)
        *accepted, last = self.entries
        for entry in accepted:
            reducer.apply(entry)
        with pytest.raises(Rejection) as rejected:
            reducer.apply(last)
        return rejected.value

    def _kind_asked_for(self, tool: str) -> AnyToolKind:
        asked_for = (entry.event.payload for entry in self.entries)
        kinds = [call.kind for call in asked_for if isinstance(call, ToolCallStarted) and call.tool_call_id == tool]
        return kinds[0] if kinds else Other("never-started")

    def load_payload(self, ref: PayloadRef) -> bytes:
        if ref.path not in self.payloads:
            raise PayloadError("payload-missing", ref.raw_payload_id, "no such file")
        return self.payloads[ref.path]


def assert_refused(recording: Recording, code: Code, mode: Mode = Mode.DEFAULT, **ids: str) -> None:
    """The mode refuses the last event, and no earlier one, for this fault of these objects; it names the first."""
    rejection = recording.rejection(mode)
    assert (rejection.code, rejection.ids) == (code, ids), rejection
    last = recording.entries[-1]
    place = (rejection.line, rejection.seq, rejection.event_type)
    assert place == (last.line, last.event.seq, last.event.payload.__struct_config__.tag), place
    assert all(named in rejection.message for named in list(ids.values())[:1]), rejection.message


def recording_with_turn(schema_version: int = 1) -> Recording:
    """A recording in which the root has started a turn: `thread_started`, `codex_turn_started`."""
    recording = Recording(schema_version)
    recording.thread()
    recording.turn()
    return recording


def running_since(started: int) -> ExecutionWindow:
    """What the event with this `seq` started and none ended."""
    return ExecutionWindow(
        started_at_unix_ms=START + started,
        started_seq=started,
        ended_at_unix_ms=None,
        ended_seq=None,
        status=ExecutionStatus.RUNNING,
    )


def ended_at(started: int, ended: int, status: str) -> ExecutionWindow:
    """What the events with these two `seq` started and ended."""
    return ExecutionWindow(
        started_at_unix_ms=START + started,
        started_seq=started,
        ended_at_unix_ms=START + ended,
        ended_seq=ended,
        status=ExecutionStatus(status),
    )


def message(role: str, text: str, **fields: Any) -> Item:
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}], **fields}


def known_as(own_id: Any, item: Item) -> Item:
    """An item with an id of its own, as newer releases give to most."""
    return {"id": own_id, **item}


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
