"""What one needs to know of a bundle to put it beside others: its facts, small enough to be kept.

They hold no price, since prices change, and nothing of the clock: they are true as long as the bundle does not change.
"""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Final

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.diagnostics import Level
from rollout_trace.events.log_entry import LoggedEvent
from rollout_trace.ids import RolloutId, TraceId
from rollout_trace.limits import DEFAULT_LIMITS, Limits
from rollout_trace.model.inference import TokenUsage
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.query.outcome import duration_of
from rollout_trace.query.recorded_errors import ErrorCluster, ErrorListener, clustered, terminal_result, tool_errors
from rollout_trace.query.session_origin import OriginListener, SessionOrigin
from rollout_trace.query.summary import summarize, tool_name
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer
from rollout_trace.values import ExecutionStatus, RolloutStatus, UnixMilliseconds

_LONGEST_MESSAGE: Final = 1_000
"""Characters that are kept of what the user asked."""


class RequestFacts(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One request to a model."""

    model: str
    status: ExecutionStatus
    started_at_unix_ms: UnixMilliseconds
    duration_ms: int | None
    """None if it has not ended."""
    tokens: TokenUsage | None


class ToolFacts(msgspec.Struct, frozen=True, kw_only=True):
    """How the calls of one tool ended."""

    calls: int = 0
    failed: int = 0
    """The call itself failed."""
    exit_not_zero: int = 0
    """The call did not fail, but the command that it ran ended with an exit code other than 0."""
    never_ended: int = 0


class BundleFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a bundle. Times are in milliseconds, sizes in bytes."""

    trace_id: TraceId
    rollout_id: RolloutId
    origin: SessionOrigin
    started_at_unix_ms: UnixMilliseconds
    duration_ms: int
    """To the last moment that the graph knows."""
    status: RolloutStatus
    """`running` where the log has no end: it still grows, or its writer was killed."""
    agents: int
    first_user_message: str | None
    """What the root was first asked, or its beginning."""
    task_sha256: str | None
    """The digest of all that the root was first asked."""
    requests: tuple[RequestFacts, ...]
    compaction_requests: int
    """How many requests to compact a history there were; no trace has what they used."""
    tools: dict[str, ToolFacts]
    """By name."""
    errors: tuple[ErrorCluster, ...]
    diagnostics: dict[Level, int]
    evidence_bytes: int
    """The size of manifest, log and payloads."""


def facts_of(path: Path, limits: Limits = DEFAULT_LIMITS) -> BundleFacts:
    """The facts of the bundle in a folder: whatever can be had of it (mode salvage) within `limits`.

    Raises:
        BundleError: the folder is no bundle, or its manifest or log cannot be read.
        Rejection: the bundle is of a schema that is not known.
    """
    bundle = Bundle(path, limits)
    reducer = Reducer(bundle.manifest, bundle.read_payload, Mode.SALVAGE, limits=limits)
    origin, errors = OriginListener(bundle), ErrorListener(bundle)
    for entry in bundle.events():
        reducer.apply(entry)
        if isinstance(entry, LoggedEvent):
            origin.hear(entry.event.payload)
            errors.hear(entry.event)
    reduction = reducer.view()
    trace = reduction.trace
    summary = summarize(trace)
    asked = summary.first_user_message
    return BundleFacts(
        trace_id=trace.trace_id,
        rollout_id=trace.rollout_id,
        origin=origin.origin(),
        started_at_unix_ms=trace.started_at_unix_ms,
        duration_ms=summary.duration_ms,
        status=trace.status,
        agents=len(trace.threads),
        first_user_message=None if asked is None else asked[:_LONGEST_MESSAGE],
        task_sha256=None if asked is None else hashlib.sha256(asked.encode()).hexdigest(),
        requests=_requests(trace),
        compaction_requests=len(trace.compaction_requests),
        tools=_tools(trace),
        errors=clustered([*errors.errors, *tool_errors(trace)]),
        diagnostics=Counter(diagnostic.level for diagnostic in reduction.diagnostics),
        evidence_bytes=bundle.evidence_bytes(),
    )


def _requests(trace: RolloutTrace) -> tuple[RequestFacts, ...]:
    return tuple(
        RequestFacts(
            model=call.model,
            status=call.execution.status,
            started_at_unix_ms=call.execution.started_at_unix_ms,
            duration_ms=duration_of(call.execution),
            tokens=call.usage,
        )
        for call in trace.inference_calls.values()
    )


def _tools(trace: RolloutTrace) -> dict[str, ToolFacts]:
    counts: dict[str, Counter[str]] = {}
    for tool in trace.tool_calls.values():
        count = counts.setdefault(tool_name(tool.kind), Counter())
        count["calls"] += 1
        result = terminal_result(trace, tool)
        if tool.execution.status is ExecutionStatus.FAILED:
            count["failed"] += 1
        elif result is not None and result.exit_code:
            count["exit_not_zero"] += 1
        elif tool.execution.ended_seq is None:
            count["never_ended"] += 1
    return {name: msgspec.convert(count, ToolFacts) for name, count in counts.items()}
