"""All that a trace says of one object: what it is, when it was, by whom, what is linked with it, and the evidence."""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.events.references import event_type
from rollout_trace.ids import (
    CodeCellId,
    CodexTurnId,
    EdgeId,
    InferenceCallId,
    ItemId,
    RawPayloadId,
    ThreadId,
    ToolCallId,
)
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.model.inference import TokenUsage
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.terminal import TerminalOperation, TerminalSession
from rollout_trace.query.agents import passage
from rollout_trace.query.applied_events import applied_events, events_behind
from rollout_trace.query.gist import gist, operation_input, printed
from rollout_trace.query.item_text import whole_texts
from rollout_trace.query.links import Link, links_from, links_to, payloads_of
from rollout_trace.query.naming import GraphObject, Names, ObjectRef, item_ref, object_of
from rollout_trace.query.outcome import Outcome, operation_of, process_window, ran_on, standing
from rollout_trace.query.payload_json import payload_bytes
from rollout_trace.query.requests import first_shown, sent_requests
from rollout_trace.query.tool_outputs import returned_by, tool_outputs_of
from rollout_trace.reduce.evidence import EventPosition, ObjectKind
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import PayloadRef

Figure: TypeAlias = str | int | bool
_SAID_BEFORE = {"thread_id", "codex_turn_id", "started_by_codex_turn_id"}


class BehindIt(msgspec.Struct, frozen=True):
    """An event that made or changed an object."""

    position: EventPosition
    event_type: str


class NamedBy(msgspec.Struct, frozen=True):
    """An object that names another, and the field in which it does."""

    ref: ObjectRef
    field: str


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """One object and all that is tied to it."""

    ref: ObjectRef
    name: str
    """Its short name."""
    what: str
    thread_id: ThreadId | None
    codex_turn_id: CodexTurnId | None
    execution: ExecutionWindow | None
    outcome: Outcome | None
    figures: dict[str, Figure]
    """Its own plain values, by field."""
    links: tuple[Link, ...]
    """The objects that it names; without the lists of whole histories."""
    named_by: tuple[NamedBy, ...]
    """Further objects that name it; for an item, also the first request that showed it."""
    texts: dict[str, str]
    """What it says, in full: the text of an item, what a tool was asked, returned and showed, a program, a payload."""
    events: tuple[BehindIt, ...]
    payloads: tuple[PayloadRef, ...]


def describe(bundle: Bundle, reduction: Reduction, ref: ObjectRef) -> Description:
    """All that the trace says of an object.

    Raises:
        BundleError: the log cannot be read any more.
        KeyError: the graph has no such object.
    """
    trace = reduction.trace
    object_of(trace, ref)
    shown_in = None
    if ref.kind is ObjectKind.CONVERSATION_ITEM:
        shown_in = first_shown(sent_requests(trace)).get(ItemId(ref.object_id))
    touching = {position.line for position in events_behind(reduction, ref)}
    known = particulars(trace, Names(trace), ref)
    return Description(
        ref=ref,
        name=known.name,
        what=known.what,
        thread_id=known.thread_id,
        codex_turn_id=known.codex_turn_id,
        execution=known.execution,
        outcome=known.outcome,
        figures=known.figures,
        links=known.links,
        named_by=named_by(trace, ref, links_to(trace, ref), shown_in),
        texts=texts_of(bundle, reduction, ref),
        events=tuple(
            BehindIt(applied.position, event_type(applied.event))
            for applied in applied_events(bundle, reduction)
            if applied.position.line in touching
        ),
        payloads=tuple(
            trace.raw_payloads[payload] for payload in payloads_of(reduction, ref) if payload in trace.raw_payloads
        ),
    )


class Particulars(msgspec.Struct, frozen=True, kw_only=True):
    """What an object says of itself; the fields are those of `Description`."""

    name: str
    what: str
    thread_id: ThreadId | None
    codex_turn_id: CodexTurnId | None
    execution: ExecutionWindow | None
    outcome: Outcome | None
    figures: dict[str, Figure]
    links: tuple[Link, ...]


def particulars(trace: RolloutTrace, names: Names, ref: ObjectRef) -> Particulars:
    """What an object says of itself.

    Raises:
        KeyError: the graph has no such object.
    """
    found = object_of(trace, ref)
    execution = (
        process_window(trace, found) if isinstance(found, TerminalSession) else getattr(found, "execution", None)
    )
    links = tuple(links_from(trace, ref))
    return Particulars(
        name=names.short(ref),
        what=gist(trace, names, ref),
        thread_id=getattr(found, "thread_id", None),
        codex_turn_id=getattr(found, "codex_turn_id", getattr(found, "started_by_codex_turn_id", None)),
        execution=execution if isinstance(execution, ExecutionWindow) else None,
        outcome=standing(trace, found),
        figures=_figures(found, {"source_js", *(link.field for link in links)}),
        links=tuple(link for link in links if link.field not in _SAID_BEFORE),
    )


def named_by(
    trace: RolloutTrace,
    ref: ObjectRef,
    namings: Iterable[tuple[ObjectRef, str]],
    shown_in: InferenceCallId | None,
) -> tuple[NamedBy, ...]:
    """The objects that name an object, of all that do (`namings`); not those that it names itself.

    An item is also named by the first request that showed it, `shown_in`.
    """
    linked = {link.ref for link in links_from(trace, ref)}
    found = tuple(NamedBy(by, field) for by, field in namings if by not in linked)
    if shown_in is None:
        return found
    return NamedBy(ObjectRef(ObjectKind.INFERENCE_CALL, shown_in), "first shown in"), *found


def _figures(found: GraphObject, told: set[str]) -> dict[str, Figure]:
    """The plain values of an object that are not told otherwise: no ids of objects, no program."""
    if isinstance(found, RolloutTrace):
        return {"started_at_unix_ms": found.started_at_unix_ms, "status": found.status}
    values: dict[str, Figure] = {}
    for field in found.__struct_fields__:
        value = getattr(found, field)
        if isinstance(value, TokenUsage):
            values |= {name: getattr(value, name) for name in value.__struct_fields__}
        elif isinstance(value, str | int) and field not in told:
            values[field] = value
    return values


def texts_of(bundle: Bundle, reduction: Reduction, ref: ObjectRef) -> dict[str, str]:
    """What an object says, in full and by title, as `Description` has it.

    Raises:
        KeyError: the graph has no such object.
    """
    trace = reduction.trace
    found = object_of(trace, ref)
    match ref.kind:
        case ObjectKind.CONVERSATION_ITEM:
            return {"text": whole_texts(bundle, reduction, [ItemId(ref.object_id)])[ItemId(ref.object_id)]}
        case ObjectKind.TOOL_CALL:
            (output,) = tool_outputs_of(bundle, reduction, [ToolCallId(ref.object_id)])
            tool = trace.tool_calls[output.tool_call_id]
            operation = operation_of(trace, tool) if ran_on(trace, tool) else None
            texts = {
                "asked": output.asked,
                "returned": output.returned,
                "shown to the model": output.shown,
                "printed until its end, after the call": None
                if operation is None or operation.result is None
                else printed(operation.result),
            }
            return {title: text for title, text in texts.items() if text is not None}
        case ObjectKind.CODE_CELL:
            return {"program": trace.code_cells[CodeCellId(ref.object_id)].source_js}
        case ObjectKind.INTERACTION_EDGE:
            words = passage(bundle, reduction, EdgeId(ref.object_id)).words
            return {} if words is None else {"words": words}
        case ObjectKind.RAW_PAYLOAD:
            data = payload_bytes(bundle, trace, RawPayloadId(ref.object_id))
            return {} if data is None else {"file": data.decode(errors="backslashreplace")}
        case _:
            return _operation_texts(found) if isinstance(found, TerminalOperation) else {}


def sources_of(bundle: Bundle, trace: RolloutTrace, ref: ObjectRef) -> dict[str, tuple[ObjectRef, ...]]:
    """What recorded the texts of a tool call, by their titles: payloads, and the items that showed it to the model.

    The texts of other objects are the object's own.
    """
    if ref.kind is not ObjectKind.TOOL_CALL:
        return {}
    tool = trace.tool_calls[ToolCallId(ref.object_id)]
    payloads = {"asked": tool.raw_invocation_payload_id, "returned": returned_by(bundle, trace, tool).payload_id}
    sources = {
        title: (ObjectRef(ObjectKind.RAW_PAYLOAD, payload_id),)
        for title, payload_id in payloads.items()
        if payload_id is not None
    }
    return {**sources, "shown to the model": tuple(map(item_ref, tool.model_visible_output_item_ids))}


def _operation_texts(operation: TerminalOperation) -> dict[str, str]:
    output = {} if operation.result is None else {"output": printed(operation.result)}
    return {"input": operation_input(operation), **output}
