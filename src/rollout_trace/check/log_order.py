"""The order of the log: whether `seq` is contiguous and time goes on (spec 1, "trace.jsonl")."""

from collections.abc import Iterator

from rollout_trace.check.findings import Finding, FindingCode, Severity
from rollout_trace.events.log_entry import LoggedEvent
from rollout_trace.values import Seq


class LogOrder:
    """Follows the events of a log, one after the other."""

    def __init__(self) -> None:
        self._before: LoggedEvent | None = None
        self._last_seq: Seq = 0
        self._before_repeat: Seq | None = None
        """The `seq` from which the event before this one went back; what follows may go on from there."""

    def findings(self, entry: LoggedEvent) -> Iterator[Finding]:
        """What is wrong with the place of the next event."""
        seq, last = entry.event.seq, self._last_seq
        if self._before_repeat is not None and seq > self._before_repeat:
            last = self._before_repeat
        self._before_repeat = None
        if seq > last + 1:
            lost = seq - last - 1
            message = f"{lost:,} event{'s are' if lost > 1 else ' is'} missing before seq {seq}"
            yield _at(entry, Severity.DAMAGE, FindingCode.SEQ_GAP, message)
        elif seq <= last:
            self._before_repeat = last
            yield _at(entry, Severity.DAMAGE, FindingCode.SEQ_REPEAT, f"seq {seq} follows seq {last}")
        before = entry if self._before is None else self._before
        if entry.event.wall_time_unix_ms < before.event.wall_time_unix_ms:
            earlier = before.event.wall_time_unix_ms - entry.event.wall_time_unix_ms
            message = f"time goes back by {earlier:,} ms; the order of events is that of seq"
            yield _at(entry, Severity.NOTE, FindingCode.TIME_BACKWARDS, message)
        self._before, self._last_seq = entry, seq


def _at(entry: LoggedEvent, severity: Severity, code: FindingCode, message: str) -> Finding:
    return Finding(
        severity=severity, code=code, message=message, line=entry.line, offset=entry.offset, seq=entry.event.seq
    )
