"""Execution windows: opened by a start, closed by an end (head of spec 3)."""

import msgspec
from msgspec.structs import replace

from rollout_trace.events.types import TraceEvent
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.values import ExecutionStatus, Seq, UnixMilliseconds


class Moment(msgspec.Struct, frozen=True):
    """When something happened: in time, and in the order of the log."""

    at_unix_ms: UnixMilliseconds
    seq: Seq


def moment_of(event: TraceEvent) -> Moment:
    """When an event happened."""
    return Moment(event.wall_time_unix_ms, event.seq)


def opened(moment: Moment) -> ExecutionWindow:
    """The window of work that starts now."""
    return ExecutionWindow(
        started_at_unix_ms=moment.at_unix_ms,
        started_seq=moment.seq,
        ended_at_unix_ms=None,
        ended_seq=None,
        status=ExecutionStatus.RUNNING,
    )


def reopened(window: ExecutionWindow) -> ExecutionWindow:
    """The window of work that goes on after it had ended."""
    return replace(window, ended_at_unix_ms=None, ended_seq=None, status=ExecutionStatus.RUNNING)


def closed(window: ExecutionWindow, moment: Moment, status: ExecutionStatus) -> ExecutionWindow:
    """The window of work that ends now."""
    return replace(window, ended_at_unix_ms=moment.at_unix_ms, ended_seq=moment.seq, status=status)
