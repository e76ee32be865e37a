"""One example of every diagnostic: what happened in a run or to its bundle, and what mode salvage says of it.

`docs/diagnostics.md` shows what these say; `test_docs` holds that it does.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from recording import (
    CHILD,
    ROOT,
    Recording,
    assistant,
    function_call,
    function_output,
    recording_with_turn,
    user,
)
from rollout_trace.bundle.log import read_log
from rollout_trace.diagnostics import Code, Diagnostic
from rollout_trace.errors import PayloadError
from rollout_trace.events.codec import encode_event
from rollout_trace.events.log_entry import LogEntry
from rollout_trace.events.types import OtherObserved, ProtocolEventObserved, UnknownEvent
from rollout_trace.limits import Limits
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer
from rollout_trace.values import ExecCommand, PayloadRef


def example_of(code: Code) -> Diagnostic:
    """What mode salvage says in the example of a code."""
    return next(found for found in _EXAMPLES[code]() if found.code is code)


def _said(recording: Recording, entries: Iterable[LogEntry] | None = None) -> tuple[Diagnostic, ...]:
    reducer = recording.reducer(Mode.SALVAGE)
    for entry in recording.entries if entries is None else entries:
        reducer.apply(entry)
    return reducer.view().diagnostics


def _said_of_lines(recording: Recording, *more: bytes, limits: Limits | None = None) -> tuple[Diagnostic, ...]:
    lines = [encode_event(entry.event) + b"\n" for entry in recording.entries]
    return _said(recording, read_log([*lines[:-1], *more[:-1], lines[-1], *more[-1:]], limits or Limits()))


def _torn() -> tuple[Diagnostic, ...]:
    return _said_of_lines(recording_with_turn(), b'{"schema_version":1,"se')


def _broken() -> tuple[Diagnostic, ...]:
    return _said_of_lines(recording_with_turn(), b'{"seq":2}\n', b"\n")


def _limit() -> tuple[Diagnostic, ...]:
    return _said_of_lines(recording_with_turn(), b"x" * 1000 + b"\n", b"\n", limits=Limits(line_bytes=500))


def _unknown_event() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.event(UnknownEvent("thread_moved", msgspec.Raw(b'{"type":"thread_moved"}')), thread=ROOT)
    return _said(recording)


def _other_event() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.event(OtherObserved(kind="a-kind", summary="a summary", payloads=[], metadata=msgspec.Raw(b"{}")))
    return _said(recording)


def _no_events() -> tuple[Diagnostic, ...]:
    return _said(Recording())


def _sequence() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.event(recording.entries.pop().event.payload, seq=7)
    return _said(recording)


def _event_schema() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.event(recording.entries.pop().event.payload, schema_version=2)
    return _said(recording)


def _event_rollout() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.event(recording.entries.pop().event.payload, rollout_id="another-rollout")
    return _said(recording)


def _after_completion() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn(2)
    recording.recording_completed()
    recording.turn("turn-2")
    return _said(recording)


def _not_completed() -> tuple[Diagnostic, ...]:
    return _said(recording_with_turn(2))


def _unknown_schema() -> tuple[Diagnostic, ...]:
    return _said(recording_with_turn(3))


def _duplicate() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.turn("turn-1")
    return _said(recording)


def _unknown_reference() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.turn("turn-2", CHILD)
    return _said(recording)


def _wrong_owner() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/worker")
    recording.tool("tool-1", thread=CHILD, turn="turn-1")
    return _said(recording)


def _missing_context() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.tool("tool-1", thread=None, turn=None)
    return _said(recording)


def _conflict() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.cell_started("call-1", runtime="1")
    recording.cell_started("call-2", runtime="1")
    return _said(recording)


def _turn_never_started() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.turn_ended("completed", "turn-2")
    return _said(recording)


def _tool_never_started() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.runtime_started("tool-1", {})
    return _said(recording)


def _thread_from_elsewhere() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn(2)
    recording.resumed(CHILD)
    return _said(recording)


def _request(content: object) -> Recording:
    recording = recording_with_turn()
    recording.request_of("inference-1", content)
    return recording


def _payload_missing() -> tuple[Diagnostic, ...]:
    recording = _request({"input": []})
    recording.payloads.clear()
    return _said(recording)


def _payload_outside() -> tuple[Diagnostic, ...]:
    recording = _request({"input": []})

    def load(ref: PayloadRef) -> bytes:
        reason = "'../1.json' leads out of the bundle"
        raise PayloadError(Code.PAYLOAD_OUTSIDE, ref.raw_payload_id, reason)

    reducer = Reducer(recording.manifest, load, Mode.SALVAGE)
    for entry in recording.entries:
        reducer.apply(entry)
    return reducer.view().diagnostics


def _payload_broken() -> tuple[Diagnostic, ...]:
    return _said(_request(b'{"input":['))


def _payload_shape() -> tuple[Diagnostic, ...]:
    return _said(_request({"items": []}))


def _unread_payload() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn(2)
    seen = ProtocolEventObserved(event_type="error", event_payload=recording.payload("protocol_event", b"{"))
    recording.event(seen, thread=ROOT, turn="turn-1")
    return _said(recording)


def _command(begin: object, end: object = None) -> Recording:
    recording = recording_with_turn()
    recording.tool("tool-1", kind=ExecCommand())
    recording.runtime_started("tool-1", begin)
    if end is not None:
        recording.runtime_ended("tool-1", end)
    return recording


def _runtime_not_a_command() -> tuple[Diagnostic, ...]:
    return _said(_command({"changes": {}}))


def _exec_end_without_output() -> tuple[Diagnostic, ...]:
    return _said(_command({"command": ["ls"], "cwd": "/work"}, {"exit_code": 0, "aggregated_output": "a.txt"}))


def _item_shape() -> tuple[Diagnostic, ...]:
    return _said(_request({"input": [{"type": "message", "role": "nobody", "content": []}]}))


def _item_type() -> tuple[Diagnostic, ...]:
    return _said(_request({"input": [{"type": "holographic_call"}]}))


def _call_id_reused() -> tuple[Diagnostic, ...]:
    return _said(_request({"input": [function_call("call-1", "{}"), function_call("call-1", "[]")]}))


def _output_repeated() -> tuple[Diagnostic, ...]:
    outputs = [function_output("call-1", "step 1"), function_output("call-1", "done")]
    return _said(_request({"input": [function_call("call-1"), *outputs]}))


def _conversation_mismatch() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.request("inference-1", [user("one")])
    recording.answer("inference-1", [assistant("two")], response="response-1")
    recording.request("inference-2", [user("one"), assistant("two"), user("three")])
    recording.request("inference-3", [user("four")], previous="response-1")
    return _said(recording)


def _untraced_answer() -> tuple[Diagnostic, ...]:
    recording = recording_with_turn()
    recording.request("inference-1", [user("one")], previous="response-0")
    return _said(recording)


_EXAMPLES: Final[dict[Code, Callable[[], tuple[Diagnostic, ...]]]] = {
    Code.TORN_LINE: _torn,
    Code.BROKEN_LINE: _broken,
    Code.LIMIT_EXCEEDED: _limit,
    Code.UNKNOWN_EVENT: _unknown_event,
    Code.OTHER_EVENT: _other_event,
    Code.NO_EVENTS: _no_events,
    Code.SEQUENCE: _sequence,
    Code.EVENT_SCHEMA: _event_schema,
    Code.EVENT_ROLLOUT: _event_rollout,
    Code.AFTER_COMPLETION: _after_completion,
    Code.NOT_COMPLETED: _not_completed,
    Code.UNKNOWN_SCHEMA: _unknown_schema,
    Code.DUPLICATE: _duplicate,
    Code.UNKNOWN_REFERENCE: _unknown_reference,
    Code.WRONG_OWNER: _wrong_owner,
    Code.MISSING_CONTEXT: _missing_context,
    Code.CONFLICT: _conflict,
    Code.TURN_NEVER_STARTED: _turn_never_started,
    Code.TOOL_NEVER_STARTED: _tool_never_started,
    Code.THREAD_FROM_ELSEWHERE: _thread_from_elsewhere,
    Code.PAYLOAD_MISSING: _payload_missing,
    Code.PAYLOAD_OUTSIDE: _payload_outside,
    Code.PAYLOAD_BROKEN: _payload_broken,
    Code.PAYLOAD_SHAPE: _payload_shape,
    Code.UNREAD_PAYLOAD: _unread_payload,
    Code.RUNTIME_NOT_A_COMMAND: _runtime_not_a_command,
    Code.EXEC_END_WITHOUT_OUTPUT: _exec_end_without_output,
    Code.ITEM_SHAPE: _item_shape,
    Code.ITEM_TYPE: _item_type,
    Code.CALL_ID_REUSED: _call_id_reused,
    Code.OUTPUT_REPEATED: _output_repeated,
    Code.CONVERSATION_MISMATCH: _conversation_mismatch,
    Code.UNTRACED_ANSWER: _untraced_answer,
}
