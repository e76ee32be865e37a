"""`context`: what is new, what vanished, and where the prompt cache was lost, between two requests."""

from collections.abc import Iterator

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.reading import Reading, reading
from rollout_trace.cli.tables import facts
from rollout_trace.cli.wording import item_lines, name_text, ref_text, refs_text
from rollout_trace.ids import InferenceCallId
from rollout_trace.model.inference import TokenUsage
from rollout_trace.printable import printable
from rollout_trace.query.context import Context, context_of
from rollout_trace.query.naming import ObjectRef, item_ref
from rollout_trace.reduce.evidence import ObjectKind

_MOST_ITEMS = 20


@click.command()
@reading("REQUEST")
@click.option("--against", metavar="REQUEST", help="Compare with this request; without it, with the one before.")
@click.option("--full", is_flag=True, help="Show all items, however many.")
def context(asked: Reading, operand: str, *, against: str | None, full: bool) -> None:
    """Show what a request had new, and where a cache was lost.

    A cache holds as long as a request begins with all of the one before. Where it was lost, the item that broke the
    beginning is shown. REQUEST is a request's name (`request:3`) or id. The items in full: `conversation --request`.
    """
    call_id = _request(asked, operand)
    found = context_of(asked.bundle, asked.reduction, call_id, None if against is None else _request(asked, against))
    asked.answer(lambda: _parts(asked, found, full=full), context=found, keeps_cache=found.keeps_cache)


def _request(asked: Reading, words: str) -> InferenceCallId:
    return InferenceCallId(asked.find(words, ObjectKind.INFERENCE_CALL).object_id)


def _parts(asked: Reading, found: Context, *, full: bool) -> Iterator[RenderableType]:
    yield ref_text(asked, ObjectRef(ObjectKind.INFERENCE_CALL, found.inference_call_id))
    grid = facts()
    payload = asked.reduction.trace.raw_payloads.get(found.raw_request_payload_id)
    grid.add_row("items", f"{len(found.item_ids):,}, of which {len(found.new):,} new")
    if payload is not None:
        grid.add_row("payload", printable(payload.path))
    grid.add_row("tokens", _tokens(found.usage))
    if found.against is None:
        grid.add_row("against", "nothing: it is its agent's first request")
    else:
        grid.add_row("against", _against(asked, found))
        grid.add_row("prefix", _prefix(asked, found))
    if found.changed_settings:
        grid.add_row("changed", printable(", ".join(found.changed_settings)))
    if found.compactions:
        between = [ObjectRef(ObjectKind.COMPACTION, compaction) for compaction in found.compactions]
        grid.add_row("between", refs_text(asked, between))
    yield grid
    for title, item_ids, mark, style in (("new", found.new, "+", "green"), ("vanished", found.vanished, "-", "red")):
        if item_ids:
            yield Text(f"\n{title}", "bold")
            yield item_lines(asked, item_ids, mark, style, None if full else _MOST_ITEMS)


def _against(asked: Reading, found: Context) -> Text:
    name = name_text(asked, ObjectRef(ObjectKind.INFERENCE_CALL, found.against or ""))
    return Text.assemble(name, f", which had {_tokens(found.usage_against)}")


def _tokens(usage: TokenUsage | None) -> str:
    if usage is None:
        return "no count"
    share = f" ({usage.cached_input_tokens / usage.input_tokens:.0%})" if usage.input_tokens else ""
    return (
        f"{usage.input_tokens:,} in, {usage.cached_input_tokens:,} of them cached{share}; {usage.output_tokens:,} out"
    )


def _prefix(asked: Reading, found: Context) -> Text:
    if found.keeps_cache:
        return Text(f"kept: it begins with all {found.shared_prefix:,} items of the other", "green")
    lost = Text("lost: ", "red")
    if found.broken_at is None:
        return lost.append("the items are the same, but what stands before them changed", "none")
    lost.append(f"only the first {found.shared_prefix:,} items are the same; ", "none")
    if found.broken_by is None:
        return lost.append_text(
            Text.assemble("it ends where the other had ", ref_text(asked, item_ref(found.broken_at)))
        )
    by, before = ref_text(asked, item_ref(found.broken_by)), ref_text(asked, item_ref(found.broken_at))
    return lost.append_text(Text.assemble("broken by ", by, " in place of ", before))
