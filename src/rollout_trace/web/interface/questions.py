"""What is asked of a rollout: the parameters of each endpoint. All may be asked as of an event (`at`)."""

from enum import StrEnum

import msgspec

from rollout_trace.ids import InferenceCallId, ItemId, RawPayloadId, TerminalId, ThreadId
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.values import Seq
from rollout_trace.web.interface.common import Depth, Limit, Offset, PartLimit


class RolloutQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question that needs nothing more."""

    at: Seq | None = None
    """As it was when this event had happened, or the last one before it; None for all that there is."""


class RolloutPageQuery(RolloutQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list of the rollout."""

    offset: Offset = 0
    limit: Limit = 100


class ThreadPageQuery(RolloutPageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list, of one agent or of all."""

    thread: ThreadId | None = None


class ConversationQuery(RolloutPageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The conversation of one agent."""

    thread: ThreadId


class RequestQuery(RolloutQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request, and the one that it is compared with: the one before it in its thread, if none is named."""

    request: InferenceCallId
    against: InferenceCallId | None = None


class RequestItemsChoice(StrEnum):
    """Which items of a request."""

    ALL = "all"
    NEW = "new"
    VANISHED = "vanished"


class RequestItemsQuery(RequestQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The items of a request."""

    choice: RequestItemsChoice = RequestItemsChoice.ALL
    offset: Offset = 0
    limit: Limit = 100


class ToolsQuery(ThreadPageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tool calls."""

    tool: str | None = None
    faults_only: bool = False


class TerminalQuery(RolloutPageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What used a terminal."""

    terminal: TerminalId


class ReplacedItems(StrEnum):
    """Which items of a replacement."""

    DROPPED = "dropped"
    KEPT = "kept"
    ADDED = "added"


class ReplacementQuery(RolloutPageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The items of one replacement of a history."""

    seq: Seq
    """The event by which the replacement is named."""
    choice: ReplacedItems = ReplacedItems.DROPPED


class ObjectQuery(RolloutQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One object."""

    kind: ObjectKind
    id: str


class ObjectPageQuery(ObjectQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list that belongs to one object."""

    offset: Offset = 0
    limit: Limit = 100


class NamedQuery(RolloutQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The object that a person means by a few words: an id, a short name, or the beginning of one."""

    words: str


class TextQuery(ObjectQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More of a text of an object; in characters."""

    title: str
    offset: Offset = 0
    limit: PartLimit = 200_000


class LineageQuery(ObjectQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an object comes from, and what came of it."""

    depth: Depth = 4


class EventsQuery(RolloutPageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lines of the log."""

    event_type: str | None = None


class PayloadQuery(RolloutQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a payload; in bytes."""

    payload: RawPayloadId
    offset: Offset = 0
    limit: PartLimit = 200_000


class ItemQuery(RolloutQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item."""

    item: ItemId


class SearchQuery(RolloutPageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words, or a pattern, in all text of the rollout."""

    text: str
    is_pattern: bool = False
    match_case: bool = False
