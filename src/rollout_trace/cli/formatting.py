"""How figures, times and outcomes look in a terminal, the same in every command."""

import os
import sys
import time
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import click
from rich.cells import cell_len
from rich.console import Console, JustifyMethod, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from rollout_trace.diagnostics import Level
from rollout_trace.ids import ThreadId
from rollout_trace.printable import printable
from rollout_trace.query.outcome import NO_END, Outcome
from rollout_trace.query.summary import Outcomes
from rollout_trace.query.time_account import AgentTime
from rollout_trace.query.usage import AgentUsage
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
_DAY_MS = 86_400_000
_THOUSAND = 1000
_UNLIMITED = 100_000
_NARROWEST_TEXT = 12
_LEAST_SHOWN = Decimal("0.0001")
_LARGE_AMOUNT = 10
_NARROW = 70
_GAP = 2


def show(parts: Iterable[RenderableType]) -> None:
    """Print parts to standard output, as wide as they need to be: no figure is ever cut.

    Text is shown as it is: no markup, no emoji codes, no guessed colours. Where nobody looks, lines are not wrapped.
    """
    width = output_width()
    console = Console(markup=False, emoji=False, highlight=False, width=width)
    for part in parts:
        console.width = max(width, _least_width(console, part))
        with console.capture() as captured:
            console.print(part)
        lines = captured.get().splitlines()
        if lines:
            click.echo("\n".join(line.rstrip() for line in lines), color=True)


def is_narrow() -> bool:
    """Whether the answer goes to a window that is too narrow for a table of many columns."""
    return output_width() < _NARROW


def _least_width(console: Console, part: RenderableType) -> int:
    """How wide a part must be, so that no figure and no line is cut. Words can be broken, in tables and elsewhere."""
    options = console.options.update(max_width=_UNLIMITED)
    if isinstance(part, Text) and part.no_wrap:
        return Measurement.get(console, options, part).maximum
    if not isinstance(part, Table):
        return 0
    needed = []
    for column in part.columns:
        words = (Measurement.get(console, options, cell).minimum for cell in (column.header, *column.cells))
        widest = max(words, default=0)
        needed.append(column.min_width or (widest if column.no_wrap else min(widest, _NARROWEST_TEXT)))
    return sum(needed) + _GAP * (len(needed) - 1)


def output_width() -> int:
    """How many characters a line may have; as good as no limit where nobody looks."""
    has_width = sys.stdout.isatty() or os.environ.get("COLUMNS", "0") not in {"", "0"}
    return Console().width if has_width else _UNLIMITED


def facts() -> Table:
    """A grid of names and what is to be said under each."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def table_of(
    headings: Sequence[str],
    rows: Sequence[Sequence[str | Text]],
    figures: Container[str] = (),
    *,
    names: Container[str] = (),
) -> Table:
    """A plain table. Its columns are named by their headings.

    Those of `figures`, on the right, and of `names`, on the left, are neither wrapped nor cut. All others are wrapped.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for index, heading in enumerate(headings):
        widest = max(cell_len(str(cell)) for cell in (heading, *(row[index] for row in rows)))
        if heading in figures or heading in names:
            justify: JustifyMethod = "right" if heading in figures else "left"
            table.add_column(heading, justify=justify, no_wrap=True, min_width=widest)
        else:
            table.add_column(heading, overflow="fold", min_width=min(widest, _NARROWEST_TEXT))
    for row in rows:
        table.add_row(*row)
    return table


def list_of(headings: Sequence[str], rows: Sequence[Sequence[str | Text]], figures: Container[str]) -> Text:
    """A table with one line a row; the last column is cut where the line is full.

    For many rows: a table of rich takes as long for one row as reading what is in it does.
    """
    *widths, last = [max(cell_len(str(cell)) for cell in column) for column in zip(headings, *rows, strict=True)]
    most = max(min(last, _NARROWEST_TEXT), output_width() - sum(widths) - 2 * len(widths))
    lines = []
    for row in ([Text(heading, "bold") for heading in headings], *rows):
        line = Text()
        for heading, cell, width in zip(headings, row, widths, strict=False):
            padding = " " * (width - cell_len(str(cell)))
            line.append(padding if heading in figures else "").append(cell)
            line.append("  " if heading in figures else f"{padding}  ")
        text = row[-1] if isinstance(row[-1], Text) else Text(row[-1])
        text = text.copy()
        text.truncate(most, overflow="ellipsis")
        lines.append(line.append(text))
    return Text("\n", no_wrap=True).join(lines)


def agent_labels(agents: Sequence[AgentTime | AgentUsage]) -> dict[ThreadId, str]:
    """What to call each agent: its path, and its nickname where several have that path."""
    paths = Counter(agent.agent_path for agent in agents)
    labels = {}
    for agent in agents:
        is_named = paths[agent.agent_path] > 1 and agent.nickname is not None
        label = agent.agent_path or "(path unknown)"
        labels[agent.thread_id] = printable(f"{label} ({agent.nickname})" if is_named else label)
    return labels


def status_text(status: str, *, is_over: bool = False) -> Text:
    """A status in its colour. What runs in a rollout that `is_over` is unfinished."""
    if is_over and status == ExecutionStatus.RUNNING:
        return Text("unfinished", "yellow")
    return Text(status, STYLES[status])


def outcome_text(outcome: Outcome) -> Text:
    """How a piece of work stands, in its colour; what never ended is called unfinished, with what ended around it."""
    if outcome.unfinished is not None:
        return Text(str(outcome), "yellow")
    is_failed = outcome.exit_code or outcome.last_turn is not None
    return Text(str(outcome), STYLES["failed"] if is_failed else STYLES[outcome.status])


def no_end_text(last_moment: UnixMilliseconds) -> str:
    """What is said of a log that has no end: what that means, and how long ago its last event was."""
    since = max(round(time.time() * 1000) - last_moment, 0)
    ago = f"{since // _DAY_MS:,} days" if since >= 2 * _DAY_MS else duration_text(since)
    return f"{NO_END}: it still runs, or was killed; the last event was {ago} ago"


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


def money_text(amount: Decimal) -> str:
    """An amount in US dollars, to the hundredth of a cent where it is small: `$0.0034`, `$12.50`."""
    if 0 < amount < _LEAST_SHOWN:
        return f"<${_LEAST_SHOWN}"
    return f"${amount:,.2f}" if amount >= _LARGE_AMOUNT else f"${amount:.4f}"


def size_text(size_bytes: int) -> str:
    """A size, as precise as a person needs it: `950 B`, `1.2 MB`."""
    size = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if size < _THOUSAND:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= _THOUSAND
    return f"{size:,.1f} TB"


def count_text(count: int) -> str:
    """A large count in short: `950`, `68.4k`, `1.2M`."""
    if count < _THOUSAND:
        return f"{count}"
    if count < _THOUSAND * _THOUSAND:
        return f"{count / _THOUSAND:.1f}k"
    return f"{count / _THOUSAND / _THOUSAND:,.1f}M"


def plural_text(count: int, noun: str) -> str:
    """How many of something: `1 bundle`, `2 bundles`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def beginning_of(text: str, most: int = 160) -> str:
    """The first words of a text, on one line."""
    line = " ".join(text[: most * 2].split())
    is_cut = len(line) > most or len(text) > most * 2
    return printable(f"{line[:most].rstrip()} …" if is_cut else line)


def exact_duration_text(milliseconds: int) -> str:
    """A duration to the millisecond, so that parts are seen to add up: `4.012 s`, `1 min 03.004 s`."""
    minutes, rest = divmod(milliseconds, _MINUTE_SECONDS * 1000)
    hours, minutes = divmod(minutes, _MINUTE_SECONDS)
    if hours:
        return f"{hours} h {minutes:02} min {rest / 1000:06.3f} s"
    return f"{minutes} min {rest / 1000:06.3f} s" if minutes else f"{rest / 1000:.3f} s"


def share_text(part: int, whole: int) -> str:
    """How much a part is of a whole: `42%`; `-` of nothing."""
    return f"{part / whole:.0%}" if whole else "-"


def duration_text(milliseconds: int) -> str:
    """A duration, as precise as a person needs it: `4.0 s`, `3 min 05 s`, `1 h 02 min`."""
    if milliseconds < _MINUTE_SECONDS * 1000:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(round(milliseconds / 1000), _MINUTE_SECONDS)
    hours, minutes = divmod(minutes, _MINUTE_SECONDS)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"
