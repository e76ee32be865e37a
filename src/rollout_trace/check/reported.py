"""The faults that a reduction in mode salvage reports, as findings."""

from typing import Final

from rollout_trace.check.findings import Finding, Severity
from rollout_trace.diagnostics import Code, Diagnostic, Level

FOUND_OTHERWISE: Final = frozenset({Code.SEQUENCE})
"""What `log_order` tells in more detail."""

_INCOMPLETE: Final = frozenset({Code.TORN_LINE, Code.NOT_COMPLETED, Code.NO_EVENTS})
_DAMAGE: Final = frozenset({Code.EVENT_SCHEMA, Code.EVENT_ROLLOUT, Code.AFTER_COMPLETION, Code.UNREAD_PAYLOAD})


def finding_of(diagnostic: Diagnostic, offset: int | None, path: str | None) -> Finding:
    """A diagnostic with the byte at which its line begins and the file of its payload."""
    return Finding(
        severity=_severity(diagnostic),
        code=diagnostic.code,
        message=diagnostic.message,
        line=diagnostic.line,
        offset=offset,
        seq=diagnostic.seq,
        ids=diagnostic.ids,
        path=path,
    )


def _severity(diagnostic: Diagnostic) -> Severity:
    """What the real client writes, or a newer one, is no damage; what mode default rejects is."""
    if diagnostic.code in _INCOMPLETE:
        return Severity.INCOMPLETE
    return Severity.DAMAGE if diagnostic.level is Level.ERROR or diagnostic.code in _DAMAGE else Severity.NOTE
