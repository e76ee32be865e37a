"""Answers about a rollout as a whole: what is in it, its agents, what failed, what it used, and when what happened."""

import msgspec

from rollout_trace.check.findings import EvidenceBytes, Verdict
from rollout_trace.diagnostics import Level
from rollout_trace.ids import CodexTurnId, ThreadId
from rollout_trace.query.compactions import AskedAgain, ReplacementKind
from rollout_trace.query.current_activity import AgentActivity
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.outcome import Outcome
from rollout_trace.query.summary import AgentTotals, Summary
from rollout_trace.query.time_account import Account
from rollout_trace.query.usage import ModelUsage, UsageTotals
from rollout_trace.reduce.evidence import EventPosition
from rollout_trace.values import Seq, UnixMilliseconds
from rollout_trace.web.interface.library import BundleKey


class Rollout(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a rollout, on one screen."""

    key: BundleKey
    name: str
    """Of the bundle's folder."""
    first_seq: Seq
    last_seq: Seq
    """The events between which one can go back in time: of the log so far, whatever moment is looked at."""
    events: int
    """Up to the moment that is looked at."""
    is_live: bool
    """Whether the log may still grow: nothing has closed the recording, and it grew not long ago."""
    last_moment_unix_ms: UnixMilliseconds
    """The last moment that the graph knows; the timeline ends there."""
    default_rejects: bool
    """Whether mode default would refuse the bundle; shown is what mode salvage has of it."""
    diagnostics: dict[Level, int]
    failures: int
    replacements: int
    """Of histories, with and without an event."""
    summary: Summary
    """Without its agents, which come in pages."""
    usage: UsageTotals
    account: Account


class AgentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One agent. Agents come in the order of the tree: each after its parent, with the children in order of start."""

    thread_id: ThreadId
    parent: ThreadId | None
    depth: int
    outcome: Outcome
    started_at_unix_ms: UnixMilliseconds
    ended_at_unix_ms: UnixMilliseconds | None
    totals: AgentTotals
    usage: UsageTotals
    account: Account
    activity: AgentActivity
    """What it is doing at this moment of the log."""
    sent: int
    received: int
    """What went from and to it, in number; `passages` has it."""


class UsageOverview(msgspec.Struct, frozen=True, kw_only=True):
    """What the rollout used, in all and by model. Its agents, turns and requests come in pages."""

    total: UsageTotals
    models: tuple[ModelUsage, ...]
    compaction_requests: int
    """Requests to compact a history; no trace has the count of their tokens, and they are in no total."""
    price_date: str | None
    """Of which day the prices are; None where the user's own are among them."""


class ReplacementLine(msgspec.Struct, frozen=True, kw_only=True):
    """A history that was replaced; its items come in pages."""

    kind: ReplacementKind
    ref: ObjectRef | None
    """The compaction; None for a replacement that no event tells of."""
    thread_id: ThreadId
    position: EventPosition
    """The event that installed it; of an unrecorded one, the first request that shows it. It names the replacement."""
    at_unix_ms: UnixMilliseconds
    first_request: ObjectRef | None
    before: int
    after: int
    dropped: int
    kept: int
    added: int
    asked_again: tuple[AskedAgain, ...]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What the bundle is worth as evidence; its findings come in pages."""

    verdict: Verdict
    conclusion: str
    findings: int
    events: int
    events_skipped: int
    evidence: dict[str, EvidenceBytes]


class RolloutChange(msgspec.Struct, frozen=True, kw_only=True):
    """Something happened to a bundle that is followed. Its `last_seq` is the id by which a stream is taken up again."""

    kind: str
    """`opened`, `grown`, `replaced` or `gone`."""
    reason: str | None
    first_seq: Seq
    last_seq: Seq
    events: int
    is_live: bool
    activities: tuple[AgentActivity, ...]
    """What each agent is doing now; at most the first hundred."""


class LibraryChange(msgspec.Struct, frozen=True, kw_only=True):
    """The list of bundles is another: some came, went, grew, or were read."""

    found: int
    read: int


class TurnLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a turn used."""

    codex_turn_id: CodexTurnId
    thread_id: ThreadId
    started_seq: Seq
    started_at_unix_ms: UnixMilliseconds
    duration_ms: int | None
    outcome: Outcome
    usage: UsageTotals
