"""`grep`: where a pattern stands in a rollout, and which objects hold it."""

import re
from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from rollout_trace.cli.reading import Reading, reading
from rollout_trace.cli.wording import evidence_text, more_text, name_text, ref_text
from rollout_trace.ids import ItemId
from rollout_trace.printable import printable
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.requests import first_shown, sent_requests
from rollout_trace.query.search import Hit, find_text
from rollout_trace.reduce.evidence import ObjectKind

_BEFORE, _AFTER = 60, 120
_MOST_LINES = 3
_MOST_HOLDERS = 100
_REF_CHARACTERS = 50


@click.command()
@reading("PATTERN")
@click.option("-i", "--ignore-case", is_flag=True, help="Take small and capital letters for the same.")
@click.option("-F", "--fixed-strings", is_flag=True, help="PATTERN is plain text, no regular expression.")
@click.option("--full", is_flag=True, help="Show all lines of each object, and lines in full.")
def grep(asked: Reading, operand: str, *, ignore_case: bool, fixed_strings: bool, full: bool) -> None:
    """Find words in all that a rollout says, payloads too.

    Each hit stands with the object that holds it, in the order of the events that told of them: what stands first is
    where the words come from. Ids are no words. PATTERN is a regular expression of Python. A history that is sent
    again counts once. The exit code is 1 if the pattern stands nowhere.
    """
    try:
        flags = re.IGNORECASE if ignore_case else 0
        pattern = re.compile(re.escape(operand) if fixed_strings else operand, flags)
    except re.error as error:
        message = f"`{operand}` is no regular expression: {error}; -F takes it as plain text"
        raise click.UsageError(printable(message)) from None
    hits = find_text(asked.bundle, asked.reduction, pattern)
    origin = hits[0].holder if hits else None
    asked.answer(lambda: _parts(asked, hits, full=full), origin=origin, hits=hits)
    if not hits:
        raise click.exceptions.Exit(1)


def _parts(asked: Reading, hits: Sequence[Hit], *, full: bool) -> Iterator[RenderableType]:
    if not hits:
        yield Text("It stands nowhere in this rollout. An id is no text: `show` finds it.")
    first_in = first_shown(sent_requests(asked.reduction.trace))
    by_holder: dict[ObjectRef, list[Hit]] = {}
    for hit in hits:
        by_holder.setdefault(hit.holder, []).append(hit)
    for number, (holder, alike) in enumerate(list(by_holder.items())[: None if full else _MOST_HOLDERS]):
        heading = Text("first in " if number == 0 else "").append_text(_heading(asked, holder, alike))
        shown_in = first_in.get(ItemId(holder.object_id)) if holder.kind is ObjectKind.CONVERSATION_ITEM else None
        if shown_in is not None:
            request = name_text(asked, ObjectRef(ObjectKind.INFERENCE_CALL, shown_in))
            heading.append_text(Text.assemble("  shown to the model in ", request))
        yield heading
        yield _lines(alike, full=full)
    if not full and len(by_holder) > _MOST_HOLDERS:
        yield more_text(len(by_holder) - _MOST_HOLDERS, "object")


def _heading(asked: Reading, holder: ObjectRef, hits: Sequence[Hit]) -> Text:
    positions = dict.fromkeys(hit.position for hit in hits if hit.position is not None)
    payloads = dict.fromkeys(hit.payload.raw_payload_id for hit in hits if hit.payload is not None)
    evidence = evidence_text(asked, list(positions), list(payloads))
    return Text.assemble(ref_text(asked, holder, _REF_CHARACTERS), "  ", evidence)


def _lines(hits: Sequence[Hit], *, full: bool) -> RenderableType:
    first_of_line: dict[str, Hit] = {}
    for hit in hits:
        first_of_line.setdefault(hit.line, hit)
    shown = [_line(hit, full=full) for hit in list(first_of_line.values())[: None if full else _MOST_LINES]]
    if len(shown) < len(first_of_line):
        shown.append(more_text(len(first_of_line) - len(shown), "line"))
    return Padding(Text("\n").join(shown), (0, 0, 0, 4))


def _line(hit: Hit, *, full: bool) -> Text:
    begin = 0 if full else max(hit.start - _BEFORE, 0)
    end = len(hit.line) if full else min(hit.end + _AFTER, len(hit.line))
    return Text.assemble(
        ("… " if begin else "", "dim"),
        printable(hit.line[begin : hit.start].lstrip() if begin == 0 else hit.line[begin : hit.start]),
        (printable(hit.line[hit.start : hit.end]), "bold red"),
        printable(hit.line[hit.end : end].rstrip()),
        (" …" if end < len(hit.line) else "", "dim"),
    )
