"""`show`: all that a trace says of one object."""

import json
from collections.abc import Iterator

import click
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from rollout_trace.cli.field_words import words_from, words_to
from rollout_trace.cli.formatting import duration_text, outcome_text, time_text
from rollout_trace.cli.printing import unbroken
from rollout_trace.cli.provenance import provenance_sentence
from rollout_trace.cli.reading import Reading, reading
from rollout_trace.cli.shown_event import seq_named, show_event
from rollout_trace.cli.tables import facts
from rollout_trace.cli.wording import agent_text, block, name_text, ref_text, since_start
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.printable import printable
from rollout_trace.query.description import Description, describe
from rollout_trace.query.naming import KIND_WORDS, ObjectRef
from rollout_trace.query.provenance import provenance_of
from rollout_trace.reduce.evidence import ObjectKind

_MOST_LINES = 20
_MOST_LINKS = 8
_MOST_EVENTS = 20


@click.command()
@reading("ID")
@click.option("--full", is_flag=True, help="Show texts, links and events in full, however many.")
def show(asked: Reading, operand: str, *, full: bool) -> None:
    """Show one object, or one event of the log.

    What it is, when it was, by whom, what it says, what is linked with it, and the evidence. ID is any id or name
    of any object (`request:3`, `item:12`, a tool call's id, an agent's path, a payload's path), or the beginning of
    one; `seq:47` is the event 47.
    """
    seq = seq_named(operand)
    if seq is not None:
        show_event(asked, seq)
        return
    found = describe(asked.bundle, asked.reduction, asked.find(operand))
    asked.answer(lambda: _parts(asked, found, full=full), object=found)


def _parts(asked: Reading, found: Description, *, full: bool) -> Iterator[RenderableType]:
    yield Text.assemble((printable(found.name), "bold"), f"  {KIND_WORDS[found.ref.kind]}  {printable(found.what)}")
    yield Text()
    yield _facts(asked, found)
    provenance = provenance_of(asked.reduction.trace, found.ref)
    sentence = None if provenance is None else provenance_sentence(asked, provenance)
    if sentence is not None:
        yield sentence
    if found.ref.kind is ObjectKind.INFERENCE_CALL:
        name = printable(found.name)
        yield Text(f"`context {name}` shows what is new in it, `conversation --request {name}` all of it.", "dim")
    for title, text in found.texts.items():
        yield Text(f"\n{title}", "bold")
        yield block(
            _indented(text) if found.ref.kind is ObjectKind.RAW_PAYLOAD else text, None if full else _MOST_LINES
        )
    if found.links or found.named_by:
        yield Text("\nlinked with", "bold")
        yield _links(asked, found, full=full)
    yield Text("\nevidence", "bold")
    yield _evidence(found, full=full)


def _facts(asked: Reading, found: Description) -> Table:
    grid = facts()
    grid.add_row("id", printable(found.ref.object_id))
    if found.thread_id is not None and found.ref.kind is not ObjectKind.THREAD:
        grid.add_row("agent", agent_text(asked, found.thread_id))
    if found.codex_turn_id is not None and found.ref.kind is not ObjectKind.CODEX_TURN:
        grid.add_row("turn", name_text(asked, ObjectRef(ObjectKind.CODEX_TURN, found.codex_turn_id)))
    if found.execution is not None:
        grid.add_row("started", _when(asked, found.execution))
    if found.outcome is not None:
        took = "" if (duration := _duration(found.execution)) is None else f", {unbroken(duration_text(duration))}"
        grid.add_row("outcome", outcome_text(found.outcome).append(took, "none"))
    for name, value in found.figures.items():
        if value == found.ref.object_id:
            continue
        is_moment = name.endswith("_at_unix_ms") and isinstance(value, int)
        label = name.removesuffix("_unix_ms").replace("_", " ")
        grid.add_row(
            label, f"{time_text(int(value))}, {since_start(asked, int(value))}" if is_moment else _figure(value)
        )
    return grid


def _figure(value: str | int) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else printable(str(value))


def _when(asked: Reading, window: ExecutionWindow) -> str:
    began = f"{time_text(window.started_at_unix_ms)}, {since_start(asked, window.started_at_unix_ms)}"
    return f"{began}, seq {window.started_seq}" + ("" if window.ended_seq is None else f" to {window.ended_seq}")


def _duration(window: ExecutionWindow | None) -> int | None:
    if window is None or window.ended_at_unix_ms is None:
        return None
    return window.ended_at_unix_ms - window.started_at_unix_ms


def _links(asked: Reading, found: Description, *, full: bool) -> Table:
    grid = facts()
    by_field: dict[str, list[ObjectRef]] = {}
    for link in found.links:
        if link.ref.kind is not ObjectKind.RAW_PAYLOAD:
            by_field.setdefault(words_to(link.field), []).append(link.ref)
    for named in found.named_by:
        by_field.setdefault(words_from(named.field), []).append(named.ref)
    for field, refs in by_field.items():
        shown = refs if full else refs[:_MOST_LINKS]
        lines = [ref_text(asked, ref) for ref in dict.fromkeys(shown)]
        if len(refs) > len(shown):
            lines.append(Text(f"… and {len(refs) - len(shown):,} more; --full shows them", "dim"))
        grid.add_row(Text(f"  {field}", "dim"), Text("\n").join(lines))
    return grid


def _evidence(found: Description, *, full: bool) -> Table:
    grid = facts()
    for behind in found.events if full else found.events[:_MOST_EVENTS]:
        line = "" if behind.position.line is None else f", line {behind.position.line}"
        grid.add_row(Text(f"  seq {behind.position.seq}{line}", "none"), Text(behind.event_type))
    if not full and len(found.events) > _MOST_EVENTS:
        grid.add_row("", Text(f"… and {len(found.events) - _MOST_EVENTS:,} more; --full shows them", "dim"))
    for payload in found.payloads:
        grid.add_row(Text(f"  {printable(payload.path)}", "none"), Text(payload.kind.type))
    return grid


def _indented(text: str) -> str:
    """A JSON file as people read it; text that is none stays as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
