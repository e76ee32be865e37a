"""How figures, times and outcomes look in a terminal, the same in every command."""

import os
import sys
from collections.abc import Container, Iterable, Sequence
from datetime import UTC, datetime

import click
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from rollout_trace.diagnostics import Level
from rollout_trace.query.outcome import Outcome
from rollout_trace.query.summary import Outcomes
from rollout_trace.values import ExecutionStatus, UnixMilliseconds

STYLES = {
    "completed": "green",
    "failed": "red",
    "aborted": "red",
    "cancelled": "yellow",
    "running": "cyan",
    Level.NOTE: "cyan",
    Level.WARNING: "yellow",
    Level.ERROR: "red",
}
"""The colour of a status or a level. Each is also written out: no meaning is in a colour alone."""

_MINUTE_SECONDS = 60
_UNLIMITED = 100_000
_NARROWEST_TEXT = 12
_NARROW = 70
_GAP = 2


def show(parts: Iterable[RenderableType]) -> None:
    """Print parts to standard output, as wide as they need to be: no figure is ever cut.

    Text is shown as it is: no markup, no emoji codes, no guessed colours. Where nobody looks, lines are not wrapped.
    """
    console = Console(markup=False, emoji=False, highlight=False, width=None if _has_width() else _UNLIMITED)
    width = console.width
    for part in parts:
        console.width = max(width, _least_width(console, part))
        with console.capture() as captured:
            console.print(part)
        lines = captured.get().splitlines()
        if lines:
            click.echo("\n".join(line.rstrip() for line in lines), color=True)


def is_narrow() -> bool:
    """Whether the answer goes to a window that is too narrow for a table of many columns."""
    return _has_width() and Console().width < _NARROW


def _least_width(console: Console, part: RenderableType) -> int:
    """How wide a table must be, so that no figure is cut. Words can be broken, in tables and elsewhere."""
    if not isinstance(part, Table):
        return 0
    options = console.options.update(max_width=_UNLIMITED)
    needed = []
    for column in part.columns:
        words = (Measurement.get(console, options, cell).minimum for cell in (column.header, *column.cells))
        widest = max(words, default=0)
        needed.append(column.min_width or (widest if column.no_wrap else min(widest, _NARROWEST_TEXT)))
    return sum(needed) + _GAP * (len(needed) - 1)


def _has_width() -> bool:
    return sys.stdout.isatty() or os.environ.get("COLUMNS", "0") not in {"", "0"}


def facts() -> Table:
    """A grid of names and what is to be said under each."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def table_of(headings: Sequence[str], rows: Sequence[Sequence[str | Text]], figures: Container[str] = ()) -> Table:
    """A plain table. Columns of figures, named by their headings, are neither wrapped nor cut."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for index, heading in enumerate(headings):
        widest = max(cell_len(str(cell)) for cell in (heading, *(row[index] for row in rows)))
        if heading in figures:
            table.add_column(heading, justify="right", no_wrap=True, min_width=widest)
        else:
            table.add_column(heading, overflow="fold", min_width=min(widest, _NARROWEST_TEXT))
    for row in rows:
        table.add_row(*row)
    return table


def status_text(status: str, *, is_over: bool = False) -> Text:
    """A status in its colour. What runs in a rollout that `is_over` is unfinished."""
    if is_over and status == ExecutionStatus.RUNNING:
        return Text("unfinished", "yellow")
    return Text(status, STYLES[status])


def outcome_text(outcome: Outcome) -> Text:
    """How a piece of work stands, in its colour; what never ended is called unfinished, with what ended around it."""
    if outcome.unfinished is not None:
        return Text(str(outcome), "yellow")
    return Text(str(outcome), STYLES["failed"] if outcome.exit_code else STYLES[outcome.status])


def outcomes_text(outcomes: Outcomes, *, is_over: bool) -> Text:
    """How many ended in which way, the most first: `4 completed, 1 failed`."""
    in_order = sorted(outcomes.items(), key=lambda outcome: (-outcome[1], outcome[0]))
    shown = (Text.assemble(f"{count:,} ", status_text(status, is_over=is_over)) for status, count in in_order)
    return Text(", ").join(shown)


def counted(outcomes: Outcomes, *, is_over: bool) -> Text:
    """A total, and what it consists of: `5: 4 completed, 1 failed`."""
    total = f"{sum(outcomes.values()):,}"
    return Text.assemble(total, ": " if outcomes else "", outcomes_text(outcomes, is_over=is_over))


def time_text(moment: UnixMilliseconds) -> str:
    """A moment, to the second."""
    try:
        return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):  # a moment that no calendar has
        return f"{moment} ms since 1970"


def duration_text(milliseconds: int) -> str:
    """A duration, as precise as a person needs it: `4.0 s`, `3 min 05 s`, `1 h 02 min`."""
    if milliseconds < _MINUTE_SECONDS * 1000:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(round(milliseconds / 1000), _MINUTE_SECONDS)
    hours, minutes = divmod(minutes, _MINUTE_SECONDS)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"
