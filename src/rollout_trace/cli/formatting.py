"""How figures, times and outcomes look in a terminal, the same in every command."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from rich.text import Text

from rollout_trace.diagnostics import Level
from rollout_trace.ids import ThreadId
from rollout_trace.printable import printable
from rollout_trace.query.outcome import NO_END, Outcome
from rollout_trace.query.summary import Outcomes
from rollout_trace.query.time_account import AgentTime
from rollout_trace.query.usage import AgentUsage
from rollout_trace.values import ExecutionStatus, UnixMilliseconds

CAUTION: Final = "magenta"
"""The colour of what is neither well nor failed; yellow cannot be read on a light background."""
STYLES: Final = {
    "completed": "green",
    "failed": "red",
    "aborted": "red",
    "cancelled": CAUTION,
    "running": "none",
    Level.NOTE: "none",
    Level.WARNING: CAUTION,
    Level.ERROR: "red",
}
"""The colour of a status or a level. Each is also written out: no meaning is in a colour alone."""

_MINUTE_SECONDS = 60
_DAY_MS = 86_400_000
_THOUSAND = 1000
_LEAST_SHOWN = Decimal("0.0001")
_LARGE_AMOUNT = 10


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
        return Text("unfinished", CAUTION)
    return Text(status, STYLES[status])


def outcome_text(outcome: Outcome) -> Text:
    """How a piece of work stands, in its colour; what never ended is called unfinished, with what ended around it."""
    if outcome.unfinished is not None:
        return Text(str(outcome), CAUTION)
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
    """A duration, as precise as a person needs it: `23 ms`, `4.0 s`, `3 min 05 s`, `1 h 02 min`."""
    if milliseconds < 1000:  # noqa: PLR2004 - a second
        return f"{milliseconds} ms"
    if milliseconds < _MINUTE_SECONDS * 1000:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(round(milliseconds / 1000), _MINUTE_SECONDS)
    hours, minutes = divmod(minutes, _MINUTE_SECONDS)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"
