"""`grep`: where a pattern stands in a rollout, and which objects hold it."""

import re
from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from rollout_trace.cli.reading import Reading, reading
from rollout_trace.cli.wording import ref_text
from rollout_trace.printable import printable
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.search import Hit, search

_BEFORE, _AFTER = 60, 120
_MOST_LINES = 3
_REF_CHARACTERS = 50


@click.command()
@reading("PATTERN")
@click.option("-i", "--ignore-case", is_flag=True, help="Take small and capital letters for the same.")
@click.option("-F", "--fixed-strings", is_flag=True, help="PATTERN is plain text, no regular expression.")
@click.option("--full", is_flag=True, help="Show all lines of each object, and lines in full.")
def grep(asked: Reading, operand: str, *, ignore_case: bool, fixed_strings: bool, full: bool) -> None:
    """Find a pattern in all text of the rollout, payloads too, with the object that holds each hit.

    PATTERN is a regular expression of Python. A history that is sent again counts once. The exit code is 1 if the
    pattern stands nowhere.
    """
    try:
        flags = re.IGNORECASE if ignore_case else 0
        pattern = re.compile(re.escape(operand) if fixed_strings else operand, flags)
    except re.error as error:
        message = f"`{operand}` is no regular expression: {error}; -F takes it as plain text"
        raise click.UsageError(printable(message)) from None
    hits = search(asked.bundle, asked.reduction, pattern)
    asked.answer(lambda: _parts(asked, hits, full=full), hits=hits)
    if not hits:
        raise click.exceptions.Exit(1)


def _parts(asked: Reading, hits: Sequence[Hit], *, full: bool) -> Iterator[RenderableType]:
    if not hits:
        yield Text("It stands nowhere in this rollout.")
    by_holder: dict[ObjectRef, list[Hit]] = {}
    for hit in hits:
        by_holder.setdefault(hit.holder, []).append(hit)
    for holder, alike in by_holder.items():
        places = " · ".join(dict.fromkeys(map(_place, alike)))
        yield Text.assemble(ref_text(asked, holder, _REF_CHARACTERS), (f"  {places}", "dim"))
        lines = list({hit.line: hit for hit in reversed(alike)}.values())[::-1]
        for hit in lines if full else lines[:_MOST_LINES]:
            yield Padding(_line(hit, full=full), (0, 0, 0, 4))
        if not full and len(lines) > _MOST_LINES:
            yield Text(f"    … {len(lines) - _MOST_LINES:,} more lines; --full shows them", "dim")


def _place(hit: Hit) -> str:
    if hit.payload is not None:
        return printable(hit.payload.path)
    return "" if hit.position is None else f"seq {hit.position.seq}"


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
