"""The last word on a bundle: what is missing, and what can still be trusted, in a sentence or two."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rollout_trace.check.findings import Finding, FindingCode, Severity, Verdict
from rollout_trace.check.unfinished import WHAT_RUNS
from rollout_trace.diagnostics import Code

_PAYLOADS_AT_FAULT: Final = frozenset(
    {
        Code.PAYLOAD_MISSING,
        Code.PAYLOAD_BROKEN,
        Code.PAYLOAD_OUTSIDE,
        Code.UNREAD_PAYLOAD,
        Code.PAYLOAD_SHAPE,
        Code.ITEM_SHAPE,
    }
)
_LINES_AT_FAULT: Final = frozenset({Code.BROKEN_LINE, Code.LIMIT_EXCEEDED})


def conclude(verdict: Verdict, findings: Sequence[Finding], *, events: int, skipped: int) -> str:
    """Say what a verdict means for this bundle, of whose events so many could be read and so many of them not used."""
    match verdict:
        case Verdict.WHOLE:
            return f"Whole: the recording was closed, and all of its evidence is here ({_count(events, 'event')})."
        case Verdict.INCOMPLETE:
            return f"Incomplete but consistent: {_incomplete(findings, events)}"
        case Verdict.DAMAGED:
            return f"Damaged: {_damaged(findings, events, skipped)}"


def _incomplete(findings: Sequence[Finding], events: int) -> str:
    if not events:
        return "the recording had begun, and has no events yet."
    names = (next(iter(found.ids)) for found in findings if found.code == FindingCode.NEVER_ENDED)
    under_way = ", ".join(_count(number, WHAT_RUNS[name]) for name, number in Counter(names).items())
    what_ran = f" Under way when it stops: {under_way}." if under_way else ""
    trusted = "its one event" if events == 1 else f"all {events:,} events up to there"
    return f"the recording stops without its end; {trusted} can be trusted.{what_ran}"


def _damaged(findings: Sequence[Finding], events: int, skipped: int) -> str:
    damage = [found for found in findings if found.severity is Severity.DAMAGE]
    payloads = {found.ids.get("raw_payload_id", found.path) for found in damage if found.code in _PAYLOADS_AT_FAULT}
    told_lost = _number_of(damage, FindingCode.NOT_RECORDED)
    wrong = (
        (len(payloads), "payload is missing or broken", "payloads are missing or broken"),
        (_number_of(damage, *_LINES_AT_FAULT), "line could not be read", "lines could not be read"),
        (_number_of(damage, FindingCode.SEQ_GAP), "gap is in the log", "gaps are in the log"),
        (told_lost, "loss is told by the recorder", "losses are told by the recorder"),
        (skipped, "event does not fit the rest", "events do not fit the rest"),
    )
    told = [f"{number:,} {one if number == 1 else many}" for number, one, many in wrong if number]
    if not told:
        told = [f"{_count(len(damage), 'contradiction')} in the evidence"]
    return (
        f"{', '.join(told)}. {events - skipped:,} of {_count(events, 'event')} can be used; mode salvage shows what "
        "they tell."
    )


def _number_of(findings: Sequence[Finding], *codes: str) -> int:
    return sum(found.code in codes for found in findings)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
