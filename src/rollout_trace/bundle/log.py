"""Reading the event log line by line (spec 1, "trace.jsonl").

Owns line numbers, blank lines, and the difference between a line that is torn (the last, and no JSON) and one that is
broken. What either means for the graph is for `reduce`.
"""

from collections.abc import Iterable, Iterator

from rollout_trace.errors import EventError
from rollout_trace.events.codec import decode_event
from rollout_trace.events.log_entry import LogEntry, LoggedEvent, UnreadableLine


def read_log(lines: Iterable[bytes]) -> Iterator[LogEntry]:
    """The entries of a log, in order. Holds one line at a time; blank lines are counted and skipped."""
    broken: UnreadableLine | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if broken is not None:
            yield broken
            broken = None
        try:
            yield LoggedEvent(decode_event(line), number)
        except EventError as error:
            # Whether it is torn shows only when the log has ended.
            broken = UnreadableLine(line=number, reason=error.reason, torn=False)
            torn = not error.is_json
    if broken is not None:
        yield UnreadableLine(line=broken.line, reason=broken.reason, torn=torn)
