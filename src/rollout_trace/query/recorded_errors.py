"""The errors that a bundle records: of requests, compactions, turns and tools, those of one shape together.

What an event says of an error is not in the graph; of a tool that failed, the error is what it gave back.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.errors import PayloadError
from rollout_trace.events.types import (
    CodexTurnEnded,
    CompactionRequestFailed,
    InferenceFailed,
    ProtocolEventObserved,
    TraceEvent,
)
from rollout_trace.ids import CodexTurnId, ItemId
from rollout_trace.model.conversation import TextPart
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.terminal import TerminalResult
from rollout_trace.model.tools import ToolCall
from rollout_trace.query.error_shapes import shape_of
from rollout_trace.query.item_text import without_header
from rollout_trace.query.outcome import operation_of
from rollout_trace.query.summary import tool_name
from rollout_trace.values import ExecutionStatus, PayloadRef, Seq

_LONGEST_EXAMPLE: Final = 300
_SAYS_NOTHING: Final = "(no message)"


class RecordedError(msgspec.Struct, frozen=True, kw_only=True):
    """One error."""

    source: str
    """What failed: `request`, `compaction`, `turn`, or a tool by its name."""
    message: str
    seq: Seq
    """The event that says it; of a tool, the event that started it."""


class ErrorCluster(msgspec.Struct, frozen=True, kw_only=True):
    """The errors of one source and shape."""

    source: str
    shape: str
    count: int
    example: str
    """The first of them, or its beginning."""
    seq: Seq


class _Told(msgspec.Struct, frozen=True):
    message: str = ""


class ErrorListener:
    """Hears the events of a bundle, and keeps the errors that they tell of."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self.errors: list[RecordedError] = []
        self._of_open_turns: dict[CodexTurnId | None, set[str]] = {}

    def hear(self, event: TraceEvent) -> None:
        """Take note of an event."""
        match event.payload:
            case InferenceFailed(error=message):
                self._note_request("request", message, event)
            case CompactionRequestFailed(error=message):
                self._note_request("compaction", message, event)
            case ProtocolEventObserved(event_type="error", event_payload=ref):
                self._hear_told(ref, event.seq)
            case CodexTurnEnded(codex_turn_id=turn_id):
                self._of_open_turns.pop(turn_id, None)

    def _note_request(self, source: str, message: str, event: TraceEvent) -> None:
        self._note(source, message, event.seq)
        if message:
            self._of_open_turns.setdefault(event.codex_turn_id, set()).add(message)

    def _hear_told(self, ref: PayloadRef, seq: Seq) -> None:
        """What the user is told is mostly the error of a request, which is noted already.

        Clients do not say of which turn they tell it, but they do before the turn ends.
        """
        try:
            told = msgspec.json.decode(self._bundle.read_payload(ref), type=_Told).message
        except (PayloadError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            told = ""
        if not any(message in told for messages in self._of_open_turns.values() for message in messages):
            self._note("turn", told, seq)

    def _note(self, source: str, message: str, seq: Seq) -> None:
        self.errors.append(RecordedError(source=source, message=message, seq=seq))


def tool_errors(trace: RolloutTrace) -> Iterator[RecordedError]:
    """The errors of the tools: calls that failed, and commands that ended with an exit code other than 0."""
    for tool in trace.tool_calls.values():
        result = terminal_result(trace, tool)
        if tool.execution.status is ExecutionStatus.FAILED or (result is not None and result.exit_code):
            message = _shown(trace, tool.model_visible_output_item_ids) if result is None else _said(result)
            yield RecordedError(source=tool_name(tool.kind), message=message, seq=tool.execution.started_seq)


def terminal_result(trace: RolloutTrace, tool: ToolCall) -> TerminalResult | None:
    """What the command of a tool gave back, if it ran one."""
    operation = operation_of(trace, tool)
    return None if operation is None else operation.result


def clustered(errors: Iterable[RecordedError]) -> tuple[ErrorCluster, ...]:
    """Errors of one source and shape together, in order of the first of each."""
    clusters: dict[tuple[str, str], list[RecordedError]] = {}
    for error in sorted(errors, key=lambda error: error.seq):
        clusters.setdefault((error.source, shape_of(error.message) or _SAYS_NOTHING), []).append(error)
    return tuple(
        ErrorCluster(
            source=source,
            shape=shape,
            count=len(alike),
            example=alike[0].message[:_LONGEST_EXAMPLE],
            seq=alike[0].seq,
        )
        for (source, shape), alike in clusters.items()
    )


def _said(result: TerminalResult) -> str:
    """What a command said last: that is where programs say what is wrong."""
    lines = (result.stderr or result.formatted_output or result.stdout).split("\n")
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return ": ".join([*([f"exit code {result.exit_code}"] if result.exit_code else []), *([said] if said else [])])


def _shown(trace: RolloutTrace, output_item_ids: Sequence[ItemId]) -> str:
    """The first line of what the model was shown, without what the host puts before it."""
    for item_id in output_item_ids:
        texts = (part.text for part in trace.conversation_items[item_id].body.parts if isinstance(part, TextPart))
        shown = without_header("\n".join(texts)).strip()
        if shown:
            return shown.partition("\n")[0]
    return ""
