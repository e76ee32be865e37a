"""What can be found about the evidence of a bundle, as values. Data only; what finds it stands in the other modules."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec


class Verdict(StrEnum):
    """How far a bundle can be trusted."""

    WHOLE = "whole"
    """All evidence is there, and the recording was closed."""
    INCOMPLETE = "incomplete"
    """The recording stops: its process died, or still runs. What is there is consistent."""
    DAMAGED = "damaged"
    """Evidence is missing, broken, or contradicts itself."""


class Severity(StrEnum):
    """What a finding means for the verdict."""

    NOTE = "note"
    """Worth knowing; the evidence is none the worse."""
    INCOMPLETE = "incomplete"
    """Something was under way when the recording stopped."""
    DAMAGE = "damage"
    """Evidence is missing, broken, or contradicts itself."""


VERDICTS: Final[Mapping[Severity, Verdict]] = {
    Severity.NOTE: Verdict.WHOLE,
    Severity.INCOMPLETE: Verdict.INCOMPLETE,
    Severity.DAMAGE: Verdict.DAMAGED,
}
"""The verdict on a bundle whose worst finding is of a severity."""


class FindingCode(StrEnum):
    """What is found beside the faults that a reduction reports, whose codes are `rollout_trace.Code`."""

    MANIFEST_UNREADABLE = "manifest-unreadable"
    """There is a log, but no manifest that can be read."""
    LOG_UNREADABLE = "log-unreadable"
    """There is a manifest, but no log that can be read."""
    SEQ_GAP = "seq-gap"
    """Events are missing between two lines."""
    SEQ_REPEAT = "seq-repeat"
    """A `seq` stands a second time, or is smaller than the one before."""
    TIME_BACKWARDS = "time-backwards"
    """An event says that it happened before the event of the line before it."""
    NOT_RECORDED = "not-recorded"
    """The recorder itself says that it could not record something."""
    NO_LINE_END = "no-line-end"
    """The last line is an event without a line feed: its writer may not have been done."""
    NOT_ENDED = "not-ended"
    """No event ends the rollout: it still runs, or its process died."""
    NEVER_ENDED = "never-ended"
    """A thread, turn, request, tool call, cell, compaction request or terminal operation that nothing ends."""
    WAITING_START = "waiting-start"
    """A code cell was started, and its source never shown."""
    WAITING_DELIVERY = "waiting-delivery"
    """A message went out to an agent, and never arrived."""
    PAYLOAD_CONFLICT = "payload-conflict"
    """One payload id stands for two files, or one file for two payloads."""
    PAYLOAD_UNREFERENCED = "payload-unreferenced"
    """A file in the folder of payloads that no event names."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found. `line` is 1-based, `offset` the byte of the log at which it begins; None where there is none."""

    severity: Severity
    code: str
    """A `FindingCode`, or the `Code` of a diagnostic."""
    message: str
    """One sentence for a person."""
    line: int | None = None
    offset: int | None = None
    seq: int | None = None
    ids: Mapping[str, str] = {}
    path: str | None = None
    """The file concerned, relative to the bundle."""


class EvidenceBytes(msgspec.Struct, frozen=True):
    """How much evidence there is of a kind: files, and bytes in them."""

    files: int
    bytes: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle is worth as evidence."""

    verdict: Verdict
    conclusion: str
    """What is missing, and what can still be trusted, in one sentence for a person."""
    findings: tuple[Finding, ...]
    """In order of the log; then what only its end and the folder show."""
    events: int
    """The events that could be read."""
    events_skipped: int
    """Those of them that mode salvage leaves out."""
    evidence: Mapping[str, EvidenceBytes]
    """By kind: `manifest`, `log`, the kinds of payloads, `unreferenced`."""
