"""Reading the event log line by line (spec 1, "trace.jsonl").

Owns line numbers, blank lines, and the difference between a line that is torn (the last, and no JSON) and one that is
broken. What either means for the graph is for `reduce`.
"""

from collections.abc import Iterable, Iterator

from rollout_trace.errors import EventError
from rollout_trace.events.codec import decode_event
from rollout_trace.events.log_entry import LogEntry, LoggedEvent, UnreadableLine

_WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def read_log(lines: Iterable[bytes]) -> Iterator[LogEntry]:
    """The entries of a log, in order. Holds one line at a time; blank lines are counted and skipped."""
    held: tuple[int, EventError] | None = None  # whether a line is torn shows only when the log has ended
    for number, line in enumerate(lines, start=1):
        if _is_blank(line):
            continue
        if held is not None:
            yield UnreadableLine(line=held[0], reason=held[1].reason, torn=False)
            held = None
        try:
            yield LoggedEvent(decode_event(line), number, line.endswith(b"\n"))
        except EventError as error:
            held = (number, error)
    if held is not None:
        yield UnreadableLine(line=held[0], reason=held[1].reason, torn=not held[1].is_json)


def _is_blank(line: bytes) -> bool:
    """Whether a line holds nothing but white space, in the sense of Unicode."""
    if line.startswith(b"{"):  # as nearly every line does
        return False
    try:
        return not line.decode().strip(_WHITE_SPACE)
    except UnicodeDecodeError:
        return False
