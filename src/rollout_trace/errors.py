"""Every error that this package raises on purpose. Imports nothing of ours.

An error owns its sentence: `str(error)` is what a front end shows, and it names what was wrong and where.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


class RolloutTraceError(Exception):
    """Anything that can be wrong with a trace; catch this to catch all of ours."""

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception would be made anew from its sentence alone, and so could not be sent to another process.
        return Exception.__new__, (type(self), *self.args), self.__dict__


class BundleError(RolloutTraceError):
    """A folder is no trace bundle, or its manifest or log cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class EventError(RolloutTraceError):
    """A line of the log is no event that we can read (spec 1, "trace.jsonl")."""

    def __init__(self, reason: str, *, is_json: bool, exceeds_limit: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_json = is_json
        """False if the line is no JSON text at all, as a line is that a crash has torn."""
        self.exceeds_limit = exceeds_limit
        """Whether the line is more than we are willing to read, whatever it says."""


class JsonError(RolloutTraceError):
    """A text is not the strict JSON that the format demands."""


class PayloadError(RolloutTraceError):
    """A payload file cannot be had. `code` says in which way (see `rollout_trace.diagnostics.Code`)."""

    def __init__(self, code: str, payload_id: str, reason: str) -> None:
        super().__init__(f"payload {payload_id}: {reason}")
        self.code = code
        self.payload_id = payload_id
        self.reason = reason


class Rejection(RolloutTraceError):  # noqa: N818 - the word of the specification
    """A rule of reduction refuses an event (spec 3, "Reject").

    The rule that raises it knows the object and the reason; the reducer adds where it happened: `line` (1-based),
    `seq` and `event_type`, each None where there is none (a rejection at the end of the log has no event).
    """

    def __init__(self, code: str, message: str, ids: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.ids: dict[str, str] = dict(ids or {})
        self.line: int | None = None
        self.seq: int | None = None
        self.event_type: str | None = None

    def __str__(self) -> str:
        place = located(self.line, self.seq, self.event_type)
        return f"{place}: {self.message}" if place else self.message


class StateError(RolloutTraceError):
    """A `state.json` cannot be read as a reduced graph, or cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class OutputError(RolloutTraceError):
    """A file that a user wants written cannot be, or would be written over what must stay."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class PriceTableError(RolloutTraceError):
    """A file is no table of prices, or cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class QuestionError(RolloutTraceError):
    """What is asked for is not in the trace, or is not named clearly enough; the sentence says what to do."""


def reason_of(error: OSError | ValueError) -> str:
    """Why the operating system, or Python, cannot do something with a file, in words."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def located(line: int | None, seq: int | None, event_type: str | None) -> str:
    """Where in a log something is, in words: `line 12, seq 11, tool_call_started`."""
    parts = []
    if line is not None:
        parts.append(f"line {line}")
    if seq is not None:
        parts.append(f"seq {seq}")
    if event_type is not None:
        parts.append(event_type)
    return ", ".join(parts)
