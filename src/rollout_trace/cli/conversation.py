"""`conversation`: what was said in an agent's thread, or exactly what its model saw at a request."""

from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.reading import Reading, reading
from rollout_trace.cli.wording import agent_text, block, item_evidence, name_text, refs_text, since_start
from rollout_trace.ids import InferenceCallId, ThreadId
from rollout_trace.model.conversation import Role
from rollout_trace.printable import printable
from rollout_trace.query.context import Context, context_of
from rollout_trace.query.conversation import SaidItem, conversation_of, seen_at
from rollout_trace.query.naming import ObjectRef, item_ref
from rollout_trace.reduce.evidence import ObjectKind

_MOST_LINES = 12
_MOST_LINES_OF_HOST = 3


@click.command()
@reading("[AGENT]")
@click.option("--request", metavar="REQUEST", help="Exactly what the model saw at this request, in order.")
@click.option("--full", is_flag=True, help="Show texts in full, however long.")
def conversation(asked: Reading, operand: str | None, *, request: str | None, full: bool) -> None:
    """Show what was said, or what a request showed the model.

    Each item stands with where it came from. AGENT is an agent's path or id, the root if it is left out. Items that
    a compaction replaced are there too.
    """
    if request is None:
        thread_id = _root(asked) if operand is None else ThreadId(asked.find(operand, ObjectKind.THREAD).object_id)
        items = _conversation(asked, thread_id)
        asked.answer(lambda: _parts(asked, items, full=full), thread_id=thread_id, conversation=items)
        return
    call_id = InferenceCallId(asked.find(request, ObjectKind.INFERENCE_CALL).object_id)
    seen = context_of(asked.bundle, asked.reduction, call_id)
    items = seen_at(asked.bundle, asked.reduction, call_id, with_content=asked.as_json)
    asked.answer(
        lambda: _request_parts(asked, seen, items, full=full),
        inference_call_id=call_id,
        instructions=seen.instructions,
        tools=seen.tools,
        conversation=items,
    )


def _root(asked: Reading) -> ThreadId:
    """The root's thread; where its start is lost, the first that is known."""
    trace = asked.reduction.trace
    return (
        trace.root_thread_id
        if trace.root_thread_id in trace.threads
        else next(iter(trace.threads), trace.root_thread_id)
    )


def _conversation(asked: Reading, thread_id: ThreadId) -> tuple[SaidItem, ...]:
    if thread_id not in asked.reduction.trace.threads:
        return ()
    return conversation_of(asked.bundle, asked.reduction, thread_id, with_content=asked.as_json)


def _request_parts(asked: Reading, seen: Context, items: Sequence[SaidItem], *, full: bool) -> Iterator[RenderableType]:
    call = asked.reduction.trace.inference_calls[seen.inference_call_id]
    ref = ObjectRef(ObjectKind.INFERENCE_CALL, seen.inference_call_id)
    tools = "" if seen.tools is None else f", {seen.tools:,} tools"
    head = f"  {agent_text(asked, call.thread_id)}, {printable(call.model)}: {len(items):,} items{tools}"
    payload = asked.reduction.trace.raw_payloads.get(seen.raw_request_payload_id)
    yield Text.assemble(name_text(asked, ref), head, ("" if payload is None else f"  {printable(payload.path)}", "dim"))
    yield Text()
    if seen.instructions is not None:
        yield Text("instructions", "bold")
        yield block(seen.instructions, None if full else _MOST_LINES)
        yield Text()
    yield from _parts(asked, items, full=full)


def _parts(asked: Reading, items: Sequence[SaidItem], *, full: bool) -> Iterator[RenderableType]:
    if not items:
        yield Text("Nothing was said.")
    for item in items:
        yield _heading(asked, item)
        if item.text:
            yield block(item.text, None if full else _most_lines(item))


def _most_lines(item: SaidItem) -> int:
    """What the host program tells the model is long, and the same in every run."""
    return _MOST_LINES_OF_HOST if item.role in {Role.DEVELOPER, Role.SYSTEM} else _MOST_LINES


def _heading(asked: Reading, item: SaidItem) -> Text:
    name = name_text(asked, item_ref(item.item_id))
    what = " ".join(filter(None, [item.label, item.tool]))
    heading = Text.assemble(name, "  ", printable(what), f"  {since_start(asked, item.first_seen_at_unix_ms)}")
    if item.origins:
        heading.append_text(Text.assemble("  from ", refs_text(asked, item.origins)))
    if item.first_shown_in is not None:
        shown = ObjectRef(ObjectKind.INFERENCE_CALL, item.first_shown_in)
        heading.append_text(Text.assemble("  first shown in ", name_text(asked, shown)))
    return heading.append("  ").append_text(item_evidence(asked, item.item_id))
