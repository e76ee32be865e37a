"""Every question that can be asked, and the type of its answer: `/api/1/<name>`, `/api/1/rollouts/<key>/<name>`.

An endpoint of a rollout answers in the envelope `Answer`, or with `Reading` while its bundle is being read. Everything
else that goes wrong is a `Problem`. Streams of changes are no endpoints: `/api/1/changes` and
`/api/1/rollouts/<key>/changes` send `LibraryChange` and `RolloutChange` as server-sent events.
"""

from typing import Final, Generic, NamedTuple, TypeVar

from rollout_trace.check.findings import Finding
from rollout_trace.diagnostics import Diagnostic
from rollout_trace.query.agents import Passage
from rollout_trace.query.comparison import ModelComparison, TaskComparison, ToolComparison
from rollout_trace.query.critical_path import PathStep
from rollout_trace.query.description import NamedBy
from rollout_trace.query.failures import Failure
from rollout_trace.query.lineage import Lineage
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.timeline import TimelineEntry
from rollout_trace.values import PayloadRef
from rollout_trace.web.interface import library, objects, questions, rollout
from rollout_trace.web.interface.common import Excerpt, NoQuery, Page, PageQuery

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Endpoint(NamedTuple, Generic[Asked, Told]):
    """One question: the types of its parameters and of its answer."""

    name: str
    asked: type[Asked]
    told: type[Told]
    purpose: str


BUNDLES: Final = Endpoint("bundles", library.BundlesQuery, library.Bundles, "The bundles, a line each.")
FLEET: Final = Endpoint("fleet", NoQuery, library.FleetTotals, "What all bundles show together.")
FLEET_TOOLS: Final = Endpoint("fleet/tools", PageQuery, Page[ToolComparison], "Tools, those that fail most first.")
FLEET_MODELS: Final = Endpoint("fleet/models", PageQuery, Page[ModelComparison], "Models, the slowest first.")
FLEET_TASKS: Final = Endpoint("fleet/tasks", PageQuery, Page[TaskComparison], "Tasks, the dearest first.")
FLEET_ERRORS: Final = Endpoint("fleet/errors", PageQuery, Page[library.FleetError], "Errors by shape, most first.")
COMPARE: Final = Endpoint("compare", library.CompareQuery, library.Compared, "Two rollouts beside each other.")
COMPARE_ROWS: Final = Endpoint(
    "compare/rows", library.ComparedRowsQuery, Page[library.ComparedRow], "Their conversations, aligned."
)

LIBRARY_ENDPOINTS: Final = (
    BUNDLES,
    FLEET,
    FLEET_TOOLS,
    FLEET_MODELS,
    FLEET_TASKS,
    FLEET_ERRORS,
    COMPARE,
    COMPARE_ROWS,
)
"""What is asked of all bundles."""

ROLLOUT: Final = Endpoint("rollout", questions.RolloutQuery, rollout.Rollout, "What is in the rollout.")
AGENTS: Final = Endpoint("agents", questions.RolloutPageQuery, Page[rollout.AgentLine], "The tree of agents.")
PASSAGES: Final = Endpoint("passages", questions.ThreadPageQuery, Page[Passage], "What went between agents.")
FAILURES: Final = Endpoint("failures", questions.RolloutPageQuery, Page[Failure], "What failed or never ended.")
DIAGNOSTICS: Final = Endpoint("diagnostics", questions.RolloutPageQuery, Page[Diagnostic], "Faults of the trace.")
TIMELINE: Final = Endpoint("timeline", questions.ThreadPageQuery, Page[TimelineEntry], "What happened, in order.")
CRITICAL_PATH: Final = Endpoint(
    "critical-path", questions.RolloutPageQuery, Page[PathStep], "The chain of work that determined the end."
)
CONVERSATION: Final = Endpoint(
    "conversation", questions.ConversationQuery, Page[objects.ConversationEntry], "The conversation of an agent."
)
REQUESTS: Final = Endpoint(
    "requests", questions.ThreadPageQuery, Page[objects.RequestLine], "Requests, with tokens, money and cache."
)
REQUEST: Final = Endpoint("request", questions.RequestQuery, objects.RequestHead, "What a request asked.")
REQUEST_ITEMS: Final = Endpoint(
    "request/items", questions.RequestItemsQuery, Page[objects.RequestItem], "What its model saw, item by item."
)
TOOLS: Final = Endpoint("tools", questions.ToolsQuery, Page[objects.ToolLine], "Tool calls.")
CELLS: Final = Endpoint("cells", questions.ThreadPageQuery, Page[objects.CellLine], "Code cells.")
TERMINALS: Final = Endpoint("terminals", questions.ThreadPageQuery, Page[objects.TerminalLine], "Terminals.")
TERMINAL: Final = Endpoint(
    "terminal", questions.TerminalQuery, Page[objects.TerminalUseLine], "What used a terminal, in order."
)
COMPACTIONS: Final = Endpoint(
    "compactions", questions.RolloutPageQuery, Page[rollout.ReplacementLine], "Histories that were replaced."
)
COMPACTION_ITEMS: Final = Endpoint(
    "compactions/items", questions.ReplacementQuery, Page[objects.Item], "What a replacement dropped, kept, added."
)
USAGE: Final = Endpoint("usage", questions.RolloutQuery, rollout.UsageOverview, "Tokens and money, by model.")
TURNS: Final = Endpoint("turns", questions.ThreadPageQuery, Page[rollout.TurnLine], "Turns, with what they used.")
OBJECT: Final = Endpoint("object", questions.ObjectQuery, objects.ObjectDetails, "Any object.")
OBJECT_NAMED_BY: Final = Endpoint(
    "object/named-by", questions.ObjectPageQuery, Page[NamedBy], "Further objects that name it."
)
OBJECT_EVENTS: Final = Endpoint(
    "object/events", questions.ObjectPageQuery, Page[objects.BehindEvent], "The events behind it."
)
OBJECT_PAYLOADS: Final = Endpoint(
    "object/payloads", questions.ObjectPageQuery, Page[PayloadRef], "The payloads behind it."
)
OBJECT_TEXT: Final = Endpoint("object/text", questions.TextQuery, Excerpt, "More of what it says.")
LINEAGE: Final = Endpoint("lineage", questions.LineageQuery, Lineage, "Where an object comes from, what came of it.")
NAMED: Final = Endpoint("named", questions.NamedQuery, ObjectRef, "The object that a few words mean.")
PLACE: Final = Endpoint("place", questions.ObjectQuery, objects.Place, "Where an object stands in the lists.")
EVENTS: Final = Endpoint("events", questions.EventsQuery, Page[objects.EventLine], "The lines of the log.")
PAYLOAD: Final = Endpoint("payload", questions.PayloadQuery, objects.PayloadText, "A payload file.")
ITEM: Final = Endpoint("item", questions.ItemQuery, objects.ItemJson, "An item as the payload has it.")
CHECK: Final = Endpoint("check", questions.RolloutQuery, rollout.Check, "Whether the bundle is whole.")
CHECK_FINDINGS: Final = Endpoint(
    "check/findings", questions.RolloutPageQuery, Page[Finding], "What was found to be missing or wrong."
)
SEARCH: Final = Endpoint("search", questions.SearchQuery, Page[objects.SearchHit], "Where words stand.")

ROLLOUT_ENDPOINTS: Final = (
    ROLLOUT,
    AGENTS,
    PASSAGES,
    FAILURES,
    DIAGNOSTICS,
    TIMELINE,
    CRITICAL_PATH,
    CONVERSATION,
    REQUESTS,
    REQUEST,
    REQUEST_ITEMS,
    TOOLS,
    CELLS,
    TERMINALS,
    TERMINAL,
    COMPACTIONS,
    COMPACTION_ITEMS,
    USAGE,
    TURNS,
    OBJECT,
    OBJECT_NAMED_BY,
    OBJECT_EVENTS,
    OBJECT_PAYLOADS,
    OBJECT_TEXT,
    LINEAGE,
    NAMED,
    PLACE,
    EVENTS,
    PAYLOAD,
    ITEM,
    CHECK,
    CHECK_FINDINGS,
    SEARCH,
)
"""What is asked of one rollout."""
