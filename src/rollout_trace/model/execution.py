"""When a piece of work ran, and how it ended (spec 2, "ExecutionWindow")."""

import msgspec

from rollout_trace.values import ExecutionStatus, Seq, UnixMilliseconds


class ExecutionWindow(msgspec.Struct, frozen=True, kw_only=True):
    """A span of time and of the log. Without an end, the log saw none."""

    started_at_unix_ms: UnixMilliseconds
    started_seq: Seq
    ended_at_unix_ms: UnixMilliseconds | None
    ended_seq: Seq | None
    status: ExecutionStatus
