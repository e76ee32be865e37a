"""`timeline`: what happened, in order, across all agents."""

from collections.abc import Iterator

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.formatting import duration_text, outcome_text
from rollout_trace.cli.reading import Reading, agent_option, reading
from rollout_trace.cli.tables import Table
from rollout_trace.cli.wording import agent_text, name_text, since_start
from rollout_trace.printable import printable
from rollout_trace.query.gist import one_line
from rollout_trace.query.timeline import TimelineEntry, timeline_of

_MOST_CHARACTERS = 110


@click.command()
@reading()
@agent_option
def timeline(asked: Reading, *, agent: str | None) -> None:
    """Show what happened, in order, across all agents.

    Work stands where it began, with how it ended and how long it took; `seq` is the event at which it began.
    """
    thread_id = asked.agent(agent)
    entries = timeline_of(asked.bundle, asked.reduction)
    chosen = [entry for entry in entries if thread_id in {None, entry.thread_id}]
    asked.answer(lambda: _parts(asked, chosen), timeline=chosen)


def _parts(asked: Reading, entries: list[TimelineEntry]) -> Iterator[RenderableType]:
    rows = [
        (
            f"{entry.position.seq}",
            since_start(asked, entry.at_unix_ms),
            agent_text(asked, entry.thread_id),
            _what(asked, entry),
            Text() if entry.outcome is None else outcome_text(entry.outcome),
            "" if entry.duration_ms is None else duration_text(entry.duration_ms),
        )
        for entry in entries
    ]
    yield Table(("seq", "at", "agent", "what", "outcome", "took"), rows, ("seq", "at", "took"), names=("agent",))


def _what(asked: Reading, entry: TimelineEntry) -> Text:
    words = Text.assemble(name_text(asked, entry.subject), " ", printable(one_line(entry.what, _MOST_CHARACTERS)))
    if entry.error:
        words.append(f"\n{printable(one_line(entry.error, _MOST_CHARACTERS))}", "red")
    return words
