"""Any object: what it is, what it says, how it is tied to others, and where it stands in the lists."""

from collections.abc import Mapping, Sequence
from typing import Final

from rollout_trace.errors import QuestionError
from rollout_trace.events.references import event_type
from rollout_trace.ids import ItemId, ThreadId
from rollout_trace.query.applied_events import events_behind
from rollout_trace.query.description import NamedBy, named_by, particulars, sources_of, texts_of
from rollout_trace.query.lineage import Lineage, Ties, lineage_from, ties_in
from rollout_trace.query.links import payloads_of
from rollout_trace.query.naming import KIND_WORDS, ObjectRef, item_ref
from rollout_trace.reduce.evidence import EventPosition, ObjectKind
from rollout_trace.values import PayloadRef
from rollout_trace.web import parts
from rollout_trace.web.answers.cutting import excerpt, excerpts, page_made_of, page_of
from rollout_trace.web.answers.finding import found_object
from rollout_trace.web.interface.common import MOST_ENTRIES, Excerpt, Page
from rollout_trace.web.interface.objects import BehindEvent, ObjectDetails, Place, TextSource
from rollout_trace.web.interface.questions import LineageQuery, NamedQuery, ObjectPageQuery, ObjectQuery, TextQuery
from rollout_trace.web.view import View, once_a_view

MOST_STEPS: Final = 1_000
"""How many steps of a lineage are told in each direction before none is followed further."""


def details(view: View, asked: ObjectQuery) -> ObjectDetails:
    """What an object is."""
    ref = _asked_for(view, asked)
    known = particulars(view.trace, parts.names(view), ref)
    return ObjectDetails(
        ref=ref,
        name=known.name,
        kind_word=KIND_WORDS[ref.kind],
        what=known.what,
        thread_id=known.thread_id,
        codex_turn_id=known.codex_turn_id,
        execution=known.execution,
        outcome=known.outcome,
        figures=known.figures,
        links=known.links[:MOST_ENTRIES],
        links_in_all=len(known.links),
        named_by=len(_named_by(view, ref)),
        events=len(_events(view, ref)),
        payloads=len(_payloads(view, ref)),
        texts=excerpts(texts_of(view.bundle, view.reduction, ref)),
        sources={
            title: tuple(_source(view, source) for source in sources)
            for title, sources in sources_of(view.bundle, view.trace, ref).items()
        },
    )


def _source(view: View, ref: ObjectRef) -> TextSource:
    told = _events(view, ref)
    return TextSource(ref=ref, seq=told[0].seq if told else None)


def object_named_by(view: View, asked: ObjectPageQuery) -> Page[NamedBy]:
    """Further objects that name an object."""
    return page_of(_named_by(view, _asked_for(view, asked)), asked)


def object_events(view: View, asked: ObjectPageQuery) -> Page[BehindEvent]:
    """The events that made or changed an object, in order."""
    return page_made_of(
        _events(view, _asked_for(view, asked)), asked, lambda part: [_behind(view, position) for position in part]
    )


def object_payloads(view: View, asked: ObjectPageQuery) -> Page[PayloadRef]:
    """The payloads behind an object."""
    return page_of(_payloads(view, _asked_for(view, asked)), asked)


def object_text(view: View, asked: TextQuery) -> Excerpt:
    """A part of what an object says."""
    texts = texts_of(view.bundle, view.reduction, _asked_for(view, asked))
    if asked.title not in texts:
        known = ", ".join(f"`{title}`" for title in texts) or "none"
        message = f"`{asked.id}` has no text `{asked.title}`; its texts are: {known}"
        raise QuestionError(message)
    return excerpt(texts[asked.title], asked.offset, asked.limit)


def lineage(view: View, asked: LineageQuery) -> Lineage:
    """Where an object comes from, and what came of it."""
    ref = _asked_for(view, asked)
    is_payload = ref.kind is ObjectKind.RAW_PAYLOAD
    holders = [owner for owner, _ in parts.namings(view).get(ref, ())] if is_payload else []
    return lineage_from(view.reduction, _ties(view), ref, asked.depth, holders, MOST_STEPS)


def named(view: View, asked: NamedQuery) -> ObjectRef:
    """The object that a few words mean."""
    return parts.names(view).find(asked.words)


def place(view: View, asked: ObjectQuery) -> Place:
    """Where an object stands in the lists of its agent's conversation, the timeline and the events."""
    ref = _asked_for(view, asked)
    found = found_object(view, ref)
    events = _events(view, ref)
    thread_id: ThreadId | None = getattr(found, "thread_id", None)
    return Place(
        ref=ref,
        thread_id=thread_id,
        conversation_index=_conversation_places(view).get(ref),
        timeline_index=_timeline_places(view).get(ref),
        event_index=_line_places(view).get(events[0].line) if events else None,
    )


def _asked_for(view: View, asked: ObjectQuery) -> ObjectRef:
    ref = ObjectRef(asked.kind, asked.id)
    found_object(view, ref)
    return ref


def _named_by(view: View, ref: ObjectRef) -> Sequence[NamedBy]:
    shown_in = None
    if ref.kind is ObjectKind.CONVERSATION_ITEM:
        shown_in = parts.item_ties(view).first_shown.get(ItemId(ref.object_id))
    return named_by(view.trace, ref, parts.namings(view).get(ref, ()), shown_in)


def _events(view: View, ref: ObjectRef) -> Sequence[EventPosition]:
    return events_behind(view.reduction, ref)


def _behind(view: View, position: EventPosition) -> BehindEvent:
    event = parts.applied_by_line(view)[position.line].event
    return BehindEvent(position=position, event_type=event_type(event), at_unix_ms=event.wall_time_unix_ms)


def _payloads(view: View, ref: ObjectRef) -> Sequence[PayloadRef]:
    known = view.trace.raw_payloads
    return [known[payload_id] for payload_id in payloads_of(view.reduction, ref) if payload_id in known]


@once_a_view
def _ties(view: View) -> Ties:
    return ties_in(view.trace)


@once_a_view
def _conversation_places(view: View) -> Mapping[ObjectRef, int]:
    return {
        item_ref(item_id): index
        for thread in view.trace.threads.values()
        for index, item_id in enumerate(thread.conversation_item_ids)
    }


@once_a_view
def _timeline_places(view: View) -> Mapping[ObjectRef, int]:
    """For each object: where the timeline first tells of it."""
    found: dict[ObjectRef, int] = {}
    for index, entry in enumerate(parts.timeline(view)):
        found.setdefault(entry.subject, index)
    return found


@once_a_view
def _line_places(view: View) -> Mapping[int | None, int]:
    return {entry.line: index for index, entry in enumerate(parts.entries(view))}
