"""Checking one bundle: the log is read once, reduced in mode salvage, and every payload looked at.

Owns the way through the evidence. What is looked for stands in the other modules of this room. In memory are the graph
of what has been read, and one payload.
"""

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rollout_trace.bundle import layout
from rollout_trace.bundle.folder import Bundle
from rollout_trace.check.conclusion import conclude
from rollout_trace.check.findings import (
    VERDICTS,
    EvidenceBytes,
    Finding,
    FindingCode,
    Report,
    Severity,
    Verdict,
)
from rollout_trace.check.log_order import LogOrder
from rollout_trace.check.payload_files import PayloadFiles, unreferenced_finding
from rollout_trace.check.recorder_losses import losses_told
from rollout_trace.check.reported import FOUND_OTHERWISE, finding_of
from rollout_trace.check.unfinished import is_closed, never_ended, never_resolved
from rollout_trace.errors import BundleError
from rollout_trace.events.log_entry import LogEntry, LoggedEvent
from rollout_trace.limits import DEFAULT_LIMITS, Limits
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction

_SEVERITIES: Final = list(Severity)


def check_bundle(bundle: Bundle | str | Path, limits: Limits = DEFAULT_LIMITS) -> Report:
    """Say how far a bundle can be trusted: a verdict, with everything that was found.

    Raises:
        BundleError: the folder is no bundle at all: it has neither a manifest nor a log.
    """
    try:
        opened = bundle if isinstance(bundle, Bundle) else Bundle(bundle, limits)
    except BundleError as error:
        if not _is_in(error.path, layout.EVENT_LOG):
            raise
        return _report_of_unreadable(FindingCode.MANIFEST_UNREADABLE, error, layout.MANIFEST)
    try:
        return _Check(opened).report()
    except BundleError as error:
        if next(opened.payload_files(), None) is None and not (opened.path / layout.EVENT_LOG).exists():
            return _report_of_nothing(error)
        return _report_of_unreadable(FindingCode.LOG_UNREADABLE, error, layout.EVENT_LOG)


class _Check:
    """One check under way."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._payloads = PayloadFiles(bundle.read_payload)
        self._reducer = Reducer(bundle.manifest, self._payloads.load, Mode.SALVAGE, limits=bundle.limits)
        self._findings: list[Finding] = []
        self._line_offsets = array("Q")
        """Where the lines begin, by their number; a diagnostic does not know."""
        self._events = 0
        self._last: LogEntry | None = None

    def report(self) -> Report:
        """Read everything, and say what was found."""
        order = LogOrder()
        for entry in self._bundle.events():
            self._note_offset(entry)
            if isinstance(entry, LoggedEvent):
                self._findings += order.findings(entry)
                self._findings += self._payloads.named_by(entry)
                self._findings += losses_told(entry, self._bundle.read_payload)
                self._events += 1
            self._reducer.apply(entry)
            self._last = entry
        reduction = self._reducer.view()
        self._findings += self._reported(reduction)
        self._findings.sort(key=lambda found: found.line or 1 << 62)
        self._findings += self._at_the_end(reduction)
        self._findings += list(self._payloads.unread(self._findings))
        evidence = self._folder(_severity_of_the_unfinished(reduction))
        skipped = self._events - sum(1 for _ in reduction.evidence)
        severities = (found.severity for found in self._findings)
        verdict = VERDICTS[max(severities, key=_SEVERITIES.index, default=Severity.NOTE)]
        return Report(
            verdict=verdict,
            conclusion=conclude(verdict, self._findings, events=self._events, skipped=skipped),
            findings=tuple(self._findings),
            events=self._events,
            events_skipped=skipped,
            evidence=evidence,
        )

    def _note_offset(self, entry: LogEntry) -> None:
        line, offset = entry.line or 0, entry.offset or 0
        self._line_offsets.extend([offset] * (line + 1 - len(self._line_offsets)))  # blank lines have no entry

    def _reported(self, reduction: Reduction) -> Iterator[Finding]:
        """What the reduction reports; what follows from the end of the log stands at the end."""
        for diagnostic in reduction.diagnostics:
            if diagnostic.code not in FOUND_OTHERWISE:
                offset = None if diagnostic.line is None else self._line_offsets[diagnostic.line]
                path = self._payloads.path_of(diagnostic.ids.get("raw_payload_id", ""))
                yield finding_of(diagnostic, offset, path)

    def _at_the_end(self, reduction: Reduction) -> Iterator[Finding]:
        """What only the end of the log shows."""
        trace = reduction.trace
        severity = _severity_of_the_unfinished(reduction)
        if isinstance(self._last, LoggedEvent) and not self._last.line_is_ended:
            message = "the last line has no line feed: its writer was not done, though the event can be read"
            last = self._last
            code = FindingCode.NO_LINE_END
            yield Finding(
                severity=severity, code=code, message=message, line=last.line, offset=last.offset, seq=last.event.seq
            )
        if not is_closed(trace) and trace.recording_complete is None and self._events:
            message = "no event ends the rollout: it still runs, or its process died"
            yield Finding(severity=Severity.INCOMPLETE, code=FindingCode.NOT_ENDED, message=message)
        yield from never_ended(trace, severity)
        yield from never_resolved(self._reducer.waiting(), severity)

    def _folder(self, severity: Severity) -> dict[str, EvidenceBytes]:
        """How much evidence there is; files that no event names are found."""
        evidence = {"manifest": _size(self._bundle.path / layout.MANIFEST)}
        evidence["log"] = _size(self._bundle.path / layout.EVENT_LOG)
        evidence.update(self._payloads.evidence())
        unreferenced = self._payloads.unreferenced(self._bundle.payload_files())
        self._findings += (unreferenced_finding(path, size, severity) for path, size in unreferenced)
        if unreferenced:
            evidence["unreferenced"] = EvidenceBytes(len(unreferenced), sum(size or 0 for _, size in unreferenced))
        return evidence


def _severity_of_the_unfinished(reduction: Reduction) -> Severity:
    """What it means that something is not at its end."""
    return Severity.NOTE if is_closed(reduction.trace) else Severity.INCOMPLETE


def _size(file: Path) -> EvidenceBytes:
    return EvidenceBytes(1, file.stat().st_size)


def _is_in(path: Path, name: str) -> bool:
    """Whether there is a file of this name in the bundle of which `path` is a part, or the folder."""
    folder = path if path.is_dir() else path.parent
    return (folder / name).is_file()


def _report_of_unreadable(code: FindingCode, error: BundleError, path: str) -> Report:
    finding = Finding(severity=Severity.DAMAGE, code=code, message=error.reason, path=path)
    what = "which recording this is cannot be known" if path == layout.MANIFEST else "there is nothing to replay"
    conclusion = f"Damaged: {path} cannot be read ({error.reason}), so {what}."
    return Report(
        verdict=Verdict.DAMAGED, conclusion=conclusion, findings=(finding,), events=0, events_skipped=0, evidence={}
    )


def _report_of_nothing(error: BundleError) -> Report:
    finding = Finding(
        severity=Severity.INCOMPLETE, code=FindingCode.LOG_UNREADABLE, message=error.reason, path=layout.EVENT_LOG
    )
    conclusion = conclude(Verdict.INCOMPLETE, (finding,), events=0, skipped=0)
    return Report(
        verdict=Verdict.INCOMPLETE, conclusion=conclusion, findings=(finding,), events=0, events_skipped=0, evidence={}
    )
