"""How figures, times and outcomes look in a terminal, the same in every command."""

from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rollout_trace.diagnostics import Level
from rollout_trace.query.summary import Outcomes
from rollout_trace.values import UnixMilliseconds

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


def plain_console() -> Console:
    """Standard output, where text is shown as it is: no markup, no emoji codes, no guessed colours."""
    return Console(markup=False, emoji=False, highlight=False)


def facts() -> Table:
    """A grid of names and what is to be said under each."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    return grid


def table_of(*headings: str) -> Table:
    """A plain table whose first columns have these headings."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def status_text(status: str) -> Text:
    """A status in its colour."""
    return Text(status, STYLES[status])


def outcomes_text(outcomes: Outcomes) -> Text:
    """How many ended in which way, the most first: `4 completed, 1 failed`."""
    in_order = sorted(outcomes.items(), key=lambda outcome: (-outcome[1], outcome[0]))
    return Text(", ").join(Text.assemble(f"{count:,} ", status_text(status)) for status, count in in_order)


def counted(outcomes: Outcomes) -> Text:
    """A total, and what it consists of: `5: 4 completed, 1 failed`."""
    return Text.assemble(f"{sum(outcomes.values()):,}", ": " if outcomes else "", outcomes_text(outcomes))


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
