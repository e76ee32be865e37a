"""Questions and answers about many bundles: the list of them, what they show together, and two beside each other."""

from enum import StrEnum
from typing import NewType

import msgspec

from rollout_trace.diagnostics import Level
from rollout_trace.ids import AgentPath, ItemId, RolloutId, ThreadId, TraceId
from rollout_trace.query.comparison import ErrorComparison
from rollout_trace.query.summary import Summary
from rollout_trace.query.usage import UsageTotals
from rollout_trace.values import RolloutStatus, UnixMilliseconds
from rollout_trace.web.interface.common import Excerpt, Limit, Offset, Page, PageQuery

BundleKey = NewType("BundleKey", str)
"""How a bundle is called in addresses: a digest of its folder's name, so that no path ever comes from a page."""


class BundleState(StrEnum):
    """What the server knows of a bundle."""

    WAITING = "waiting"
    """Its facts are not found yet."""
    KNOWN = "known"
    FAILED = "failed"
    """It cannot be read; `error` says why."""


class BundleOrder(StrEnum):
    """By what bundles are put in order."""

    STARTED = "started"
    DURATION = "duration"
    STATUS = "status"
    AGENTS = "agents"
    REQUESTS = "requests"
    TOKENS = "tokens"
    COST = "cost"
    DIAGNOSTICS = "diagnostics"
    SIZE = "size"
    NAME = "name"


class BundlesQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which bundles, and in which order. The newest, the longest, the most come first."""

    order: BundleOrder = BundleOrder.STARTED
    reversed: bool = False
    text: str | None = None
    """What stands in the first message of the user, in the name of the folder or in that of a model."""
    status: RolloutStatus | None = None


class BundleFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a bundle. Times in milliseconds, sizes in bytes."""

    trace_id: TraceId
    rollout_id: RolloutId
    session: str
    """The rollout with which its session began; bundles of one session have the same."""
    relation: str
    """How it came about: `started`, `resumed`, `fork`, `review`, `approval`, `subagent`, `copy`."""
    started_at_unix_ms: UnixMilliseconds
    duration_ms: int
    status: RolloutStatus
    agents: int
    models: tuple[str, ...]
    usage: UsageTotals
    first_user_message: str | None
    diagnostics: dict[Level, int]
    evidence_bytes: int


class BundleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One bundle of the list."""

    key: BundleKey
    name: str
    """Of its folder."""
    state: BundleState
    error: str | None
    figures: BundleFigures | None


class Bundles(msgspec.Struct, frozen=True, kw_only=True):
    """The bundles of the folder that is viewed. Of those that are not read yet, only the names are known."""

    root: str
    is_one: bool
    """Whether the folder that is viewed is itself the only bundle."""
    found: int
    """How many there are in all, before any was chosen."""
    read: int
    """Of how many of them the facts are known, or why there are none."""
    further_down: str | None
    """If none were found: a folder further down that holds some, and can be viewed in place of this one."""
    bundles: Page[BundleLine]


class FleetTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What all bundles show together; the lists that belong to it come in pages."""

    bundles: int
    read: int
    usage: UsageTotals
    tools: int
    models: int
    tasks: int
    errors: int


class FleetError(msgspec.Struct, frozen=True, kw_only=True):
    """The errors of one shape, with the bundle that has the first of them."""

    error: ErrorComparison
    key: BundleKey
    name: str


class CompareQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which two bundles."""

    left: BundleKey
    right: BundleKey


class ComparedAgent(msgspec.Struct, frozen=True, kw_only=True):
    """One agent in both rollouts; None on a side that does not have it. Counts are of rows."""

    agent_path: AgentPath
    left: ThreadId | None
    right: ThreadId | None
    rows: int
    same: int
    parts_at: int | None
    """The first row that differs."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Two rollouts beside each other. The agents of the summaries are left out; `agents` has those of both."""

    left_name: str
    right_name: str
    """Of the bundles' folders."""
    left: Summary
    right: Summary
    left_usage: UsageTotals
    right_usage: UsageTotals
    agents: tuple[ComparedAgent, ...]


class ComparedRowsQuery(CompareQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows of which agent: its place among the agents of `Compared`."""

    agent: Offset = 0
    offset: Offset = 0
    limit: Limit = 100


class ComparedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of one side."""

    item_id: ItemId
    name: str
    label: str
    tool: str | None
    text: Excerpt


class ComparedRow(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside each other: the same in both, or what each has in the place of the other's."""

    is_same: bool
    left: ComparedItem | None
    right: ComparedItem | None
