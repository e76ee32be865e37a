"""The events behind a graph, read again from the log.

A graph keeps what is concluded; what an event itself said, such as why a request failed, stands in the log only.
"""

from collections.abc import Iterable, Iterator

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.events.log_entry import LogEntry, LoggedEvent
from rollout_trace.events.types import TraceEvent
from rollout_trace.ids import TerminalId
from rollout_trace.query.naming import ObjectRef
from rollout_trace.reduce.evidence import EventPosition, ObjectKind
from rollout_trace.reduce.replay import Reduction


class AppliedEvent(msgspec.Struct, frozen=True):
    """An event that made the graph what it is, with the objects that it made or changed."""

    position: EventPosition
    event: TraceEvent
    touched: tuple[ObjectRef, ...]


def applied_events(bundle: Bundle, reduction: Reduction) -> Iterator[AppliedEvent]:
    """The events that were applied, in order; not those that were skipped, or that came later than the graph.

    Raises:
        BundleError: the log cannot be read any more.
    """
    return applied_of(bundle.events(), reduction)


def applied_of(entries: Iterable[LogEntry], reduction: Reduction) -> Iterator[AppliedEvent]:
    """Those entries of a log that were applied, in order."""
    log = (entry for entry in entries if isinstance(entry, LoggedEvent))
    for position, objects in reduction.evidence:
        entry = next((entry for entry in log if entry.line == position.line), None)
        if entry is None:
            return
        yield AppliedEvent(position, entry.event, tuple(ObjectRef(kind, object_id) for kind, object_id in objects))


def events_behind(reduction: Reduction, ref: ObjectRef) -> tuple[EventPosition, ...]:
    """The events that made or changed an object, in order; of a terminal, also those of what was done in it."""
    found = set(reduction.evidence.events_of(ref.kind, ref.object_id))
    if ref.kind is ObjectKind.TERMINAL_SESSION:
        for operation_id in reduction.trace.terminal_sessions[TerminalId(ref.object_id)].operation_ids:
            found.update(reduction.evidence.events_of(ObjectKind.TERMINAL_OPERATION, operation_id))
    return tuple(sorted(found, key=lambda position: position.line or position.seq))
