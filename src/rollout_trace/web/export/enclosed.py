"""The answers that an exported file encloses: which questions it can be asked, and what it holds in all.

Lists are enclosed whole and cut into pages, filtered and searched by the page itself, so that one answer serves every
question about a list. A history is sent again with every request of a thread: of what a request shows, only that is
enclosed which the request before it did not show likewise, and an item only once.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import msgspec

from rollout_trace.query.context import BEFORE_ITEMS
from rollout_trace.query.naming import ObjectRef, objects_of
from rollout_trace.query.sameness import common_beginning
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.web.answers.table import answer
from rollout_trace.web.export.comparable import ComparableRequest, comparable_requests
from rollout_trace.web.export.redaction import redacted
from rollout_trace.web.interface import endpoints, questions
from rollout_trace.web.interface.endpoints import Endpoint
from rollout_trace.web.view import View

Told: TypeAlias = dict[str, Any]
"""An answer as JSON values."""

_ALL: Final = 1 << 40
"""More than a list has entries, or a text characters."""
MOST_PAYLOAD_BYTES: Final = 30_000_000
"""How much of payload files is enclosed; of a longer rollout, those of requests are left out first."""

_LISTS: Final[tuple[Endpoint[Any, Any], ...]] = (
    endpoints.AGENTS,
    endpoints.PASSAGES,
    endpoints.FAILURES,
    endpoints.DIAGNOSTICS,
    endpoints.TIMELINE,
    endpoints.CRITICAL_PATH,
    endpoints.REQUESTS,
    endpoints.TOOLS,
    endpoints.CELLS,
    endpoints.TERMINALS,
    endpoints.COMPACTIONS,
    endpoints.TURNS,
    endpoints.CHECK_FINDINGS,
)
_WHOLES: Final[tuple[Endpoint[Any, Any], ...]] = (endpoints.ROLLOUT, endpoints.USAGE, endpoints.CHECK)
_OF_OBJECT: Final[tuple[Endpoint[Any, Any], ...]] = (
    endpoints.OBJECT_NAMED_BY,
    endpoints.OBJECT_EVENTS,
    endpoints.OBJECT_PAYLOADS,
)


class Enclosed(msgspec.Struct, kw_only=True):
    """What a file holds. Answers are known by `<endpoint>?<parameters by name>`, without those of pages."""

    key: str
    name: str
    answers: dict[str, Told]
    items: dict[str, Told]
    """The items, by id, or the like for further wordings of one; in answers that stands in their place."""
    comparable: list[ComparableRequest]
    """The requests, as any two can be compared."""
    settings_before_items: tuple[str, ...]
    payloads: int
    """How many payload files are enclosed."""
    payloads_left_out: int
    is_redacted: bool


def enclosed(
    view: View, *, is_redacted: bool = False, progress: Callable[[float], None] = lambda _share: None
) -> Enclosed:
    """The answers about a rollout that a page may ask for. `progress` is told which share is done.

    A redacted file has no texts, and of the evidence no line of the log, no payload and no raw item.
    """
    return _Enclosing(view, is_redacted=is_redacted, progress=progress).all()


class _Enclosing:
    """Asks the questions of one file, one after the other."""

    def __init__(self, view: View, *, is_redacted: bool, progress: Callable[[float], None]) -> None:
        self._view = view
        self._progress = progress
        self._found = Enclosed(
            key=view.extent.key,
            name=view.extent.name,
            answers={},
            items={},
            comparable=comparable_requests(view),
            settings_before_items=BEFORE_ITEMS,
            payloads=0,
            payloads_left_out=0,
            is_redacted=is_redacted,
        )

    def all(self) -> Enclosed:
        for endpoint in _WHOLES:
            self._ask(endpoint)
        for endpoint in _LISTS:
            self._ask(endpoint, limit=_ALL)
        for thread_id in self._view.trace.threads:
            self._ask(endpoints.CONVERSATION, thread=thread_id, limit=_ALL)
        for terminal_id in self._view.trace.terminal_sessions:
            self._ask(endpoints.TERMINAL, terminal=terminal_id, limit=_ALL)
        self._requests()
        self._compactions()
        self._objects()
        if self._found.is_redacted:
            self._found.payloads_left_out = len(self._view.trace.raw_payloads)
        else:
            self._ask(endpoints.EVENTS, limit=_ALL)
            self._payloads()
        return self._found

    def _requests(self) -> None:
        calls = self._view.trace.inference_calls
        for call_id, call in calls.items():
            head = self._ask(endpoints.REQUEST, request=call_id)["answer"]
            for choice in (questions.RequestItemsChoice.NEW, questions.RequestItemsChoice.VANISHED):
                self._ask(endpoints.REQUEST_ITEMS, request=call_id, choice=choice, limit=_ALL)
            before = () if head["against"] is None else calls[head["against"]].request_item_ids
            # What says the same may yet be another item, as after a compaction.
            same = min(head["shared_prefix"], common_beginning(before, call.request_item_ids))
            told = self._ask(endpoints.REQUEST_ITEMS, request=call_id, offset=same, limit=_ALL)
            told["answer"]["begins_as"] = head["against"]  # of which the first items, in the same words, are left out

    def _compactions(self) -> None:
        told = self._found.answers[endpoints.COMPACTIONS.name]["answer"]
        for line in told["entries"]:
            for choice in questions.ReplacedItems:
                self._ask(endpoints.COMPACTION_ITEMS, seq=line["position"]["seq"], choice=choice, limit=_ALL)

    def _objects(self) -> None:
        refs = list(self._refs())
        for done, ref in enumerate(refs):
            self._progress(done / len(refs))
            named = {"kind": ref.kind, "id": ref.object_id}
            told = self._ask(endpoints.OBJECT, **named)
            if ref.kind is ObjectKind.RAW_PAYLOAD:
                told["answer"]["texts"] = {}  # it is a file, which is enclosed as such
            for endpoint in _OF_OBJECT:
                self._ask(endpoint, **named, limit=_ALL)
            for title, text in told["answer"]["texts"].items():
                if len(text["text"]) < text["characters"] and not self._found.is_redacted:
                    self._ask(endpoints.OBJECT_TEXT, **named, title=title, limit=_ALL)
            self._ask(endpoints.LINEAGE, **named, depth=1)
            self._ask(endpoints.PLACE, **named)
            if ref.kind is ObjectKind.CONVERSATION_ITEM and not self._found.is_redacted:
                self._ask(endpoints.ITEM, item=ref.object_id)

    def _refs(self) -> Iterator[ObjectRef]:
        for kind in ObjectKind:
            for object_id in objects_of(self._view.trace, kind):
                yield ObjectRef(kind, object_id)

    def _payloads(self) -> None:
        """The payload files; those of requests, which repeat histories, last."""
        refs = self._view.trace.raw_payloads.values()
        room = MOST_PAYLOAD_BYTES
        for ref in sorted(refs, key=lambda ref: ref.kind.type.value.startswith(("inference_request", "compaction_"))):
            told = answer(self._view, endpoints.PAYLOAD.name, _question(endpoints.PAYLOAD, payload=ref.raw_payload_id))
            if told.answer.bytes > room:
                self._found.payloads_left_out += 1
            else:
                room -= told.answer.bytes
                self._ask(endpoints.PAYLOAD, payload=ref.raw_payload_id, limit=MOST_PAYLOAD_BYTES)
                self._found.payloads += 1

    def _ask(self, endpoint: Endpoint[Any, Any], **asked: Any) -> Told:  # noqa: ANN401 - the parameters of any endpoint
        answered = answer(self._view, endpoint.name, _question(endpoint, **asked))
        if self._found.is_redacted:
            answered = msgspec.structs.replace(answered, answer=redacted(answered.answer))
        told: Told = msgspec.to_builtins(answered)
        if endpoint in {endpoints.CONVERSATION, endpoints.REQUEST_ITEMS}:
            for entry in told["answer"]["entries"]:
                entry["item"] = self._item(entry["item"])
        elif endpoint is endpoints.COMPACTION_ITEMS:
            told["answer"]["entries"] = [self._item(item) for item in told["answer"]["entries"]]
        self._found.answers[key_of_question(endpoint, asked)] = told
        return told

    def _item(self, item: Told) -> str:
        key: str = item["item_id"]
        while self._found.items.setdefault(key, item) != item:  # a request may have had it in words of its own
            key += "'"
        return key


def key_of_question(endpoint: Endpoint[Any, Any], asked: dict[str, Any]) -> str:
    """By what the answer to a question is known: without parameters of pages, and those that are so by default."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(endpoint.asked)}
    given = {
        name: str(value) for name, value in asked.items() if name not in {"offset", "limit"} and value != defaults[name]
    }
    parameters = "&".join(f"{name}={given[name]}" for name in sorted(given))
    return f"{endpoint.name}?{parameters}" if parameters else endpoint.name


def _question(endpoint: Endpoint[Any, Any], **asked: Any) -> Any:  # noqa: ANN401 - the type that the endpoint says
    return endpoint.asked(**asked)
