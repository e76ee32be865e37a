"""The identity of a recording (spec 1, "manifest.json")."""

import msgspec

from rollout_trace.ids import RolloutId, ThreadId, TraceId
from rollout_trace.values import UInt32, UnixMilliseconds


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Which rollout a recording shows, written once, before anything else."""

    schema_version: UInt32
    trace_id: TraceId
    rollout_id: RolloutId
    """Codex uses the root thread's id."""
    root_thread_id: ThreadId
    started_at_unix_ms: UnixMilliseconds
    raw_event_log: str
    """Always `trace.jsonl`; readers do not follow it."""
    payloads_dir: str
    """Always `payloads`; readers do not follow it."""
