"""Where a pattern stands in the text of a rollout, and which objects hold it.

Histories are sent again and again; so that a hit counts once, requests, answers and checkpoints are searched item by
item, and what stands beside the items (instructions, tools) once for each different text. All other payloads, and what
only events say, are searched as they are.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.errors import PayloadError
from rollout_trace.events import types as events
from rollout_trace.ids import ItemId, code_cell_id
from rollout_trace.json_text import JsonValue
from rollout_trace.model.conversation import EncodedPart, PayloadRefPart, SummaryPart, TextPart
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.query.applied_events import AppliedEvent, applied_events
from rollout_trace.query.item_content import ItemContent, item_contents
from rollout_trace.query.item_text import part_text
from rollout_trace.query.links import links_from
from rollout_trace.query.naming import ObjectRef, item_ref, objects_of
from rollout_trace.query.payload_json import referred_json, strings_in
from rollout_trace.query.sent_items import answered_requests, cut_places, own_entries, parsed
from rollout_trace.reduce.evidence import EventPosition, ObjectKind
from rollout_trace.reduce.normalize import NOT_SEEN_BY_THE_MODEL
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import PayloadKindName, PayloadRef

_OF_ITEMS = {
    PayloadKindName.INFERENCE_REQUEST,
    PayloadKindName.INFERENCE_RESPONSE,
    PayloadKindName.COMPACTION_CHECKPOINT,
    PayloadKindName.COMPACTION_REQUEST,
}
_NOT_SAID = {"type", "id", "call_id", "role", "phase", "status", "encrypted_content", NOT_SEEN_BY_THE_MODEL}
_ID = re.compile(r"((.*_)?(call|turn|thread|session|process|cell|chunk|event)_ids?|forked_from_id)")
"""The fields by which payloads of the client name objects: nothing that anybody said."""
_CONTENT_LISTS = {"content", "summary", "output"}
_LISTS = {"input", "output_items", "input_history", "replacement_history"}


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A line in which the pattern stands."""

    holder: ObjectRef
    """The object that holds it: an item, a tool call, a request, …; a payload, if no object names it."""
    line: str
    start: int
    end: int
    """Where in the line the first match is, in characters."""
    payload: PayloadRef | None
    """The file in which it stands; None if an event itself says it."""
    position: EventPosition | None
    """The event that says it, or the first that names the file; None if no event does."""


def find_text(bundle: Bundle, reduction: Reduction, pattern: re.Pattern[str]) -> tuple[Hit, ...]:
    """The lines of a rollout in which a pattern stands, in the order of the events that told of them.

    Raises:
        BundleError: the log cannot be read any more.
    """
    found = (
        Hit(holder=held.holder, line=line, start=start, end=end, payload=held.payload, position=_told(reduction, held))
        for held in held_texts(bundle, reduction, tuple(applied_events(bundle, reduction)))
        for line, start, end in lines_with(pattern, held.text)
    )
    return tuple(sorted(dict.fromkeys(found), key=lambda hit: math.inf if hit.position is None else hit.position.seq))


def _told(reduction: Reduction, held: "HeldText") -> EventPosition | None:
    if held.payload is None:
        return held.position
    naming = reduction.evidence.events_of(ObjectKind.RAW_PAYLOAD, held.payload.raw_payload_id)
    return next(iter(naming), None)


class HeldText(msgspec.Struct, frozen=True, kw_only=True):
    """A text of a rollout; the other fields are those of `Hit`."""

    holder: ObjectRef
    text: str
    payload: PayloadRef | None
    position: EventPosition | None
    """The event that says it; None if a payload does."""


def held_texts(bundle: Bundle, reduction: Reduction, applied: Iterable[AppliedEvent]) -> Iterator[HeldText]:
    """All texts of a rollout: those of items first, then of other payloads, then of the events that made the graph."""
    yield from _in_items(bundle, reduction)
    yield from _in_payloads(bundle, reduction, _owners(reduction))
    yield from _in_events(applied)


def lines_with(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, int, int]]:
    """The lines with a match, and where its first begins and ends. `^` and `$` are the ends of a line."""
    for line in text.split("\n"):
        match = pattern.search(line)
        if match is not None:
            yield line, match.start(), match.end()


def _in_items(bundle: Bundle, reduction: Reduction) -> Iterator[HeldText]:
    """What items say: as they were first seen, and as other requests have one that the graph has cut."""
    trace = reduction.trace
    contents = item_contents(bundle, reduction, trace.conversation_items)
    as_sent = _cut_items_as_sent(bundle, trace)
    for item_id, item in trace.conversation_items.items():
        source, content = reduction.evidence.item_source(item_id), contents.get(item_id)
        payload = None if source is None else source.payload
        if isinstance(content, dict):
            # Reasoning may have become readable where it was sent again.
            merged = (part_text(part) for part in item.body.parts if isinstance(part, TextPart | SummaryPart))
            texts = [(text, payload) for text in (*merged, *_said(content))]
        else:
            readable = (part for part in item.body.parts if not isinstance(part, EncodedPart | PayloadRefPart))
            texts = [(part_text(part), payload) for part in readable]
        for sent, request in as_sent.get(item_id, ()):
            texts += [(text, request) for text in _said(sent)]
        said: set[str] = set()
        for text, where in texts:
            if text not in said:
                said.add(text)
                yield HeldText(holder=item_ref(item_id), text=text, payload=where, position=None)


def _cut_items_as_sent(
    bundle: Bundle, trace: RolloutTrace
) -> dict[ItemId, list[tuple[ItemContent, PayloadRef | None]]]:
    """The items that the graph has only in part, as each request has them that has them in other words."""
    answered = answered_requests(trace)
    seen: set[tuple[ItemId, bytes]] = set()
    found: dict[ItemId, list[tuple[ItemContent, PayloadRef | None]]] = {}
    for call in trace.inference_calls.values():
        cut = cut_places(trace, call.request_item_ids)
        begin, entries, _ = own_entries(bundle, trace, call, answered) if cut else (0, (), None)
        for place in (place for place in cut if begin <= place and entries):
            item_id, entry = call.request_item_ids[place], bytes(entries[place - begin])
            if (item_id, entry) in seen:
                continue
            seen.add((item_id, entry))
            content = parsed(msgspec.Raw(entry))
            if content is not None:
                found.setdefault(item_id, []).append((content, trace.raw_payloads.get(call.raw_request_payload_id)))
    return found


def _said(content: ItemContent) -> Iterator[str]:
    """The texts of an item: all but its ids, the words of the format, and what is encrypted."""
    for name, value in content.items():
        if name in _NOT_SAID:
            continue
        for entry in value if name in _CONTENT_LISTS and isinstance(value, list) else [value]:
            if name in _CONTENT_LISTS and isinstance(entry, dict):
                yield from (text for field in entry if field not in _NOT_SAID for text in strings_in(entry[field]))
            else:
                yield from strings_in(entry)


def _in_payloads(bundle: Bundle, reduction: Reduction, owners: Mapping[str, ObjectRef]) -> Iterator[HeldText]:
    seen: set[bytes] = set()
    for payload_id, ref in reduction.trace.raw_payloads.items():
        holder = owners.get(payload_id, ObjectRef(ObjectKind.RAW_PAYLOAD, payload_id))
        texts = _beside_items(bundle, ref, seen) if ref.kind.type in _OF_ITEMS else _in_payload(bundle, ref)
        for text in texts:
            yield HeldText(holder=holder, text=text, payload=ref, position=None)


def _beside_items(bundle: Bundle, ref: PayloadRef, seen: set[bytes]) -> Iterator[str]:
    """The texts of a request or an answer beside its items, but for fields that stood in an earlier one."""
    try:
        fields = msgspec.json.decode(bundle.read_payload(ref), type=dict[str, msgspec.Raw])
    except (PayloadError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    for name, text in fields.items():
        if name not in _LISTS and (field := bytes(text)) not in seen:
            seen.add(field)
            yield from () if _ID.fullmatch(name) else strings_in(_value(text), _ID)


def _in_payload(bundle: Bundle, ref: PayloadRef) -> Iterator[str]:
    """The texts of a payload: all but ids, its own among them."""
    value = referred_json(bundle, ref)
    if isinstance(value, dict):
        value = {name: entry for name, entry in value.items() if name != "id"}
    return strings_in(value, _ID)


def _value(text: msgspec.Raw) -> JsonValue:
    try:
        value: JsonValue = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return value


def _in_events(applied: Iterable[AppliedEvent]) -> Iterator[HeldText]:
    """What only events say: errors, reasons, programs, results of agents."""
    for event in applied:
        seen = event.event.payload
        said = [getattr(seen, field, None) for field in ("error", "reason", "source_js", "message")]
        for text in said:
            if isinstance(text, str):
                yield HeldText(holder=_holder(event), text=text, payload=None, position=event.position)


def _holder(event: AppliedEvent) -> ObjectRef:
    match event.event.payload:
        case events.InferenceFailed(inference_call_id=call_id) | events.InferenceCancelled(inference_call_id=call_id):
            return ObjectRef(ObjectKind.INFERENCE_CALL, call_id)
        case events.CodeCellStarted(model_visible_call_id=call_id):
            return ObjectRef(ObjectKind.CODE_CELL, code_cell_id(call_id))
        case events.AgentResultObserved(edge_id=edge_id):
            return ObjectRef(ObjectKind.INTERACTION_EDGE, edge_id)
        case events.CompactionRequestFailed(compaction_request_id=request_id):
            return ObjectRef(ObjectKind.COMPACTION_REQUEST, request_id)
        case _:
            return next(iter(event.touched), ObjectRef(ObjectKind.ROLLOUT, event.event.rollout_id))


def _owners(reduction: Reduction) -> dict[str, ObjectRef]:
    """For each payload, the object that names it; a tool call before its terminal operation, as users think of it."""
    owners: dict[str, ObjectRef] = {}
    for kind in (
        ObjectKind.TOOL_CALL,
        ObjectKind.INFERENCE_CALL,
        ObjectKind.COMPACTION_REQUEST,
        ObjectKind.CODE_CELL,
        ObjectKind.INTERACTION_EDGE,
    ):
        for object_id in objects_of(reduction.trace, kind):
            ref = ObjectRef(kind, object_id)
            for link in links_from(reduction.trace, ref):
                if link.ref.kind is ObjectKind.RAW_PAYLOAD:
                    owners.setdefault(link.ref.object_id, ref)
    return owners
