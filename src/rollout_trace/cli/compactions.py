"""`compactions`: where a history was replaced, what was dropped and kept, and what was asked for again."""

from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.reading import Reading, agent_option, reading
from rollout_trace.cli.wording import agent_text, evidence_text, item_lines, name_text, ref_text, since_start
from rollout_trace.ids import RawPayloadId
from rollout_trace.query.compactions import Replacement, ReplacementKind, replacements_of
from rollout_trace.query.links import payloads_of
from rollout_trace.query.naming import ObjectRef
from rollout_trace.reduce.evidence import ObjectKind

_MOST_ITEMS = 10
_SENTENCES = {
    ReplacementKind.INSTALLED: "a compaction was installed",
    ReplacementKind.UNRECORDED: "the history was replaced without an event, as a local compaction does",
    ReplacementKind.CUT: "the end of the history was cut off without an event, as a revert does",
}


@click.command()
@reading("[COMPACTION]")
@agent_option
@click.option("--full", is_flag=True, help="Show all items, however many.")
def compactions(asked: Reading, operand: str | None, *, agent: str | None, full: bool) -> None:
    """Show what compactions dropped and kept.

    And which of the calls that they dropped were made again. A replacement that no event tells of, as a local
    compaction, is recognised from the requests around it. With COMPACTION (`compaction:1`), only that one.
    """
    thread_id = asked.agent(agent)
    compaction_id = None if operand is None else asked.find(operand, ObjectKind.COMPACTION).object_id
    found = [
        replacement
        for replacement in replacements_of(asked.bundle, asked.reduction)
        if thread_id in {None, replacement.thread_id} and compaction_id in {None, replacement.compaction_id}
    ]
    asked.answer(lambda: _parts(asked, found, full=full), replacements=found)


def _parts(asked: Reading, found: Sequence[Replacement], *, full: bool) -> Iterator[RenderableType]:
    if not found:
        yield Text("No history was replaced.")
    for number, replacement in enumerate(found):
        if number:
            yield Text()
        yield _heading(asked, replacement)
        for title, item_ids, mark, style in (
            ("dropped", replacement.dropped, "-", "red"),
            ("kept", replacement.kept, "=", "none"),
            ("added", replacement.added, "+", "green"),
        ):
            yield Text(f"{title}: {len(item_ids):,}", "bold")
            if item_ids:
                yield item_lines(asked, item_ids, mark, style, None if full else _MOST_ITEMS)
        yield from _asked_again(asked, replacement)


def _heading(asked: Reading, replacement: Replacement) -> Text:
    heading = Text()
    if replacement.compaction_id is not None:
        name = name_text(asked, ObjectRef(ObjectKind.COMPACTION, replacement.compaction_id))
        heading = Text.assemble(name, "  ")
    where = f"{agent_text(asked, replacement.thread_id)} {since_start(asked, replacement.at_unix_ms)}"
    heading.append(
        f"{where}: {_SENTENCES[replacement.kind]}; {replacement.before:,} items became {replacement.after:,}  "
    )
    heading.append_text(evidence_text(asked, [replacement.position], _payloads(asked, replacement)))
    if replacement.first_request is not None:
        first = name_text(asked, ObjectRef(ObjectKind.INFERENCE_CALL, replacement.first_request))
        heading.append_text(Text.assemble("  first seen by the model in ", first))
    return heading


def _payloads(asked: Reading, replacement: Replacement) -> Sequence[RawPayloadId]:
    """The files that have the new history: the checkpoint, or else the request that shows it."""
    if replacement.compaction_id is not None:
        return payloads_of(asked.reduction, ObjectRef(ObjectKind.COMPACTION, replacement.compaction_id))
    if replacement.first_request is None:
        return ()
    return [asked.reduction.trace.inference_calls[replacement.first_request].raw_request_payload_id]


def _asked_again(asked: Reading, replacement: Replacement) -> Iterator[RenderableType]:
    if not replacement.asked_again:
        yield Text.assemble(("asked again: ", "bold"), "nothing")
        return
    yield Text(f"asked again: {len(replacement.asked_again):,}", "bold")
    for again in replacement.asked_again:
        earlier = name_text(asked, ObjectRef(ObjectKind.TOOL_CALL, again.earlier))
        yield Text.assemble("  ", ref_text(asked, ObjectRef(ObjectKind.TOOL_CALL, again.later)), ", as ", earlier)
