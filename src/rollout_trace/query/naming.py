"""How the objects of a graph are called, and how a name that a person types leads to one.

Owns three rules: which objects there are by kind, the short name that answers show for each (`request:3`, `item:12`,
`/root/reviewer`), and which words name an object: its id, its short name, or any beginning of these that is unique.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, TypeAlias

import msgspec

from rollout_trace.errors import QuestionError
from rollout_trace.ids import ItemId, ThreadId
from rollout_trace.model.compaction import Compaction, CompactionRequest
from rollout_trace.model.conversation import ConversationItem
from rollout_trace.model.edges import InteractionEdge
from rollout_trace.model.inference import InferenceCall
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.terminal import TerminalOperation, TerminalSession
from rollout_trace.model.threads import AgentThread, CodexTurn
from rollout_trace.model.tools import CodeCell, ToolCall
from rollout_trace.query.messages import words_sent
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.values import PayloadRef

GraphObject: TypeAlias = (
    RolloutTrace
    | AgentThread
    | CodexTurn
    | ConversationItem
    | InferenceCall
    | CodeCell
    | ToolCall
    | TerminalSession
    | TerminalOperation
    | Compaction
    | CompactionRequest
    | InteractionEdge
    | PayloadRef
)


class ObjectRef(msgspec.Struct, frozen=True, order=True):
    """One object of a graph: what it is, and its id."""

    kind: ObjectKind
    object_id: str


_FIELDS: Final = {
    ObjectKind.THREAD: "threads",
    ObjectKind.CODEX_TURN: "codex_turns",
    ObjectKind.INFERENCE_CALL: "inference_calls",
    ObjectKind.TOOL_CALL: "tool_calls",
    ObjectKind.CODE_CELL: "code_cells",
    ObjectKind.CONVERSATION_ITEM: "conversation_items",
    ObjectKind.TERMINAL_SESSION: "terminal_sessions",
    ObjectKind.TERMINAL_OPERATION: "terminal_operations",
    ObjectKind.COMPACTION: "compactions",
    ObjectKind.COMPACTION_REQUEST: "compaction_requests",
    ObjectKind.INTERACTION_EDGE: "interaction_edges",
    ObjectKind.RAW_PAYLOAD: "raw_payloads",
}
"""Where a graph has its objects."""
_ORDER: Final = (*_FIELDS, ObjectKind.ROLLOUT)
"""Of objects that share an id, as a rollout and its root thread do, the first is meant."""

_SHORT_KINDS: Final = {
    ObjectKind.THREAD: "thread",
    ObjectKind.CODEX_TURN: "turn",
    ObjectKind.INFERENCE_CALL: "request",
    ObjectKind.TOOL_CALL: "tool",
    ObjectKind.CODE_CELL: "cell",
    ObjectKind.TERMINAL_SESSION: "terminal",
    ObjectKind.COMPACTION: "compaction",
    ObjectKind.COMPACTION_REQUEST: "compaction-request",
    ObjectKind.INTERACTION_EDGE: "edge",
}
"""What is counted from 1, in order of creation."""
_SHORTENED: Final = {
    ObjectKind.CONVERSATION_ITEM: ("conversation_item:", "item:"),
    ObjectKind.TERMINAL_OPERATION: ("terminal_operation:", "operation:"),
    ObjectKind.RAW_PAYLOAD: ("raw_payload:", "payload:"),
}
"""Ids that already have a number: how they begin, and how their short name does."""

KIND_WORDS: Final = {
    ObjectKind.ROLLOUT: "rollout",
    ObjectKind.THREAD: "agent",
    ObjectKind.CODEX_TURN: "turn",
    ObjectKind.CONVERSATION_ITEM: "item",
    ObjectKind.INFERENCE_CALL: "request",
    ObjectKind.CODE_CELL: "code cell",
    ObjectKind.TOOL_CALL: "tool call",
    ObjectKind.TERMINAL_SESSION: "terminal",
    ObjectKind.TERMINAL_OPERATION: "terminal operation",
    ObjectKind.COMPACTION: "compaction",
    ObjectKind.COMPACTION_REQUEST: "compaction request",
    ObjectKind.INTERACTION_EDGE: "edge",
    ObjectKind.RAW_PAYLOAD: "payload",
}
"""What a person calls the kinds of objects."""

_MOST_NAMED = 4


def objects_of(trace: RolloutTrace, kind: ObjectKind) -> Mapping[str, GraphObject]:
    """The objects of a kind by id, in order of creation."""
    if kind is ObjectKind.ROLLOUT:
        return {trace.rollout_id: trace}
    found: Mapping[str, GraphObject] = getattr(trace, _FIELDS[kind])
    return found


def object_of(trace: RolloutTrace, ref: ObjectRef) -> GraphObject:
    """The object that is meant.

    Raises:
        KeyError: the graph has no such object.
    """
    return objects_of(trace, ref.kind)[ref.object_id]


def item_ref(item_id: ItemId) -> ObjectRef:
    """The reference to an item."""
    return ObjectRef(ObjectKind.CONVERSATION_ITEM, item_id)


class Names:
    """The names in one graph."""

    def __init__(self, trace: RolloutTrace) -> None:
        self._trace = trace
        self._numbers: dict[ObjectKind, dict[str, int]] = {}

    def short(self, ref: ObjectRef) -> str:
        """The short name of an object, by which it can be asked for; its id if it has none."""
        kind, object_id = ref.kind, ref.object_id
        if kind is ObjectKind.THREAD and self._agent_paths.get(object_id):
            return self._agent_paths[object_id]
        if kind is ObjectKind.ROLLOUT:
            return kind.value
        if kind in _SHORTENED:
            long, short = _SHORTENED[kind]
            return short + object_id.removeprefix(long) if object_id.startswith(long) else object_id
        number = self._number(kind, object_id) if kind in _SHORT_KINDS else None
        return object_id if number is None else f"{_SHORT_KINDS[kind]}:{number}"

    def agent(self, thread_id: ThreadId | None) -> str:
        """The short name of the agent that a thread is; empty for none."""
        return "" if thread_id is None else self.short(ObjectRef(ObjectKind.THREAD, thread_id))

    def find(self, words: str, kinds: Collection[ObjectKind] = ()) -> ObjectRef:
        """The object (of one of `kinds`, if given) with this id or name, or the only one whose id or name begins so.

        Raises:
            QuestionError: there is none, or more than one.
        """
        wanted = [(name, ref) for name, ref in self._all(kinds) if name.startswith(words)]
        exact = [(name, ref) for name, ref in wanted if name == words]
        found = {ref.object_id: (name, ref) for name, ref in reversed(exact or wanted)}
        if not found or not words:
            what = " or ".join(KIND_WORDS[kind] for kind in kinds) or "object"
            raise QuestionError(f"no {what} has a name that begins with `{words}`; `timeline` shows what there is")
        if len(found) > 1:
            raise QuestionError(self._choice(words, list(found.values())))
        ((_, ref),) = found.values()
        return ref

    def _choice(self, words: str, found: Sequence[tuple[str, ObjectRef]]) -> str:
        """The sentence that `words` are the name, or the beginning of a name, of several objects."""
        same = Counter(name for name, _ in found)
        # What several objects share leads to none of them, however much of it is given.
        few = [
            name if same[name] == 1 else f"{self.short(ref)} ({KIND_WORDS[ref.kind]} {name})"
            for name, ref in found[: -_MOST_NAMED - 1 : -1]
        ]
        last = f"{len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else few.pop()
        advice = "give more of the name, or all of it" if len(same) == len(found) else "give one of these names"
        return f"`{words}` may be {', '.join(few)} or {last}; {advice}"

    def _all(self, kinds: Collection[ObjectKind]) -> Iterator[tuple[str, ObjectRef]]:
        """Every name of every object of these kinds: ids, short names, and what else is known of it."""
        for kind in _ORDER:
            if kinds and kind not in kinds:
                continue
            for object_id, found in objects_of(self._trace, kind).items():
                ref = ObjectRef(kind, object_id)
                yield object_id, ref
                yield self.short(ref), ref
                yield from ((name, ref) for name in _other_names(found) if name)

    @cached_property
    def _agent_paths(self) -> Mapping[str, str]:
        paths = Counter(thread.agent_path for thread in self._trace.threads.values())
        return {
            thread_id: thread.agent_path
            for thread_id, thread in self._trace.threads.items()
            if paths[thread.agent_path] == 1
        }

    @cached_property
    def words_sent(self) -> Mapping[ItemId, str]:
        """What messages between agents say that their receivers were shown encrypted, by item."""
        return words_sent(self._trace)

    def _number(self, kind: ObjectKind, object_id: str) -> int | None:
        if kind not in self._numbers:
            self._numbers[kind] = {known: n for n, known in enumerate(objects_of(self._trace, kind), start=1)}
        return self._numbers[kind].get(object_id)


def _other_names(found: GraphObject) -> tuple[str | None, ...]:
    match found:
        case AgentThread():
            return found.agent_path, found.nickname
        case InferenceCall():
            return found.response_id, found.upstream_request_id
        case ToolCall():
            return found.model_visible_call_id, found.mcp_call_id
        case ConversationItem():
            return (found.responses_item_id,)
        case PayloadRef():
            return (found.path,)
        case _:
            return ()
