"""What a recorder itself says that it could not record (spec 4, "Best effort").

Our recorder counts what it loses, and tells it in a `warning` of the host's protocol with the counts under `lost`. Such
a log is whole in itself, yet lacks what happened.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from rollout_trace.check.findings import Finding, FindingCode, Severity
from rollout_trace.errors import PayloadError
from rollout_trace.events.log_entry import LoggedEvent
from rollout_trace.events.types import ProtocolEventObserved
from rollout_trace.reduce.reducer_state import PayloadLoader

_SET_ASIDE: Final = "items"
"""Items that no reader could make sense of; they are in their payload, but apart."""


class _Warning(msgspec.Struct, frozen=True):
    message: str
    lost: dict[str, dict[str, int]]


def losses_told(entry: LoggedEvent, load_payload: PayloadLoader) -> Iterator[Finding]:
    """What an event says was lost; a payload that cannot be read is found otherwise."""
    event = entry.event.payload
    if not isinstance(event, ProtocolEventObserved) or event.event_type != "warning":
        return
    try:
        warning = msgspec.json.decode(load_payload(event.event_payload), type=_Warning)
    except (PayloadError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    lost = {what for what, counts in warning.lost.items() if any(counts.values())}
    if lost:
        yield Finding(
            severity=Severity.NOTE if lost == {_SET_ASIDE} else Severity.DAMAGE,
            code=FindingCode.NOT_RECORDED,
            message=f"the recorder says: {warning.message}",
            line=entry.line,
            offset=entry.offset,
            seq=entry.event.seq,
            path=event.event_payload.path,
        )
