"""`failures`: what failed, was cancelled or never ended."""

from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from rollout_trace.cli.formatting import outcome_text
from rollout_trace.cli.reading import Reading, agent_option, reading
from rollout_trace.cli.tables import facts
from rollout_trace.cli.wording import agent_text, block, evidence_text, name_text, ref_text, refs_text, since_start
from rollout_trace.printable import printable
from rollout_trace.query.failures import Failure, failures_of
from rollout_trace.query.gist import one_line
from rollout_trace.reduce.evidence import EventPosition

_MOST_CHARACTERS = 100
_MOST_LINES = 6


@click.command()
@reading()
@agent_option
@click.option("--full", is_flag=True, help="Show error texts in full.")
def failures(asked: Reading, *, agent: str | None, full: bool) -> None:
    """Show what failed, was cancelled or never ended.

    With why, what was going on around it, and what its agent did next. A command whose exit code is not 0 has
    failed. What the log leaves open is unfinished, with what ended around it.
    """
    thread_id = asked.agent(agent)
    every = failures_of(asked.bundle, asked.reduction)
    found = [failure for failure in every if thread_id in {None, failure.thread_id}]
    asked.answer(lambda: _parts(asked, found, full=full), failures=found)


def _parts(asked: Reading, found: Sequence[Failure], *, full: bool) -> Iterator[RenderableType]:
    if not found:
        yield Text("Nothing failed, and nothing was left open.")
    for number, failure in enumerate(found):
        if number:
            yield Text()
        what = printable(one_line(failure.what, _MOST_CHARACTERS))
        yield Text.assemble(name_text(asked, failure.subject), f" {what}  ", outcome_text(failure.outcome))
        if failure.error:
            yield block(failure.error, None if full else _MOST_LINES, indent=4)
        yield Padding(_circumstances(asked, failure), (0, 0, 0, 2))


def _circumstances(asked: Reading, failure: Failure) -> RenderableType:
    grid = facts()
    events = [failure.position]
    if failure.ended_seq is not None:
        events.append(EventPosition(failure.ended_seq, None))
    where = Text(f"{agent_text(asked, failure.thread_id)} {since_start(asked, failure.at_unix_ms)}  ".lstrip())
    grid.add_row("where", where.append_text(evidence_text(asked, events, failure.payloads)))
    if failure.meanwhile:
        grid.add_row("meanwhile", refs_text(asked, failure.meanwhile))
    if failure.next is not None:
        grid.add_row("next", ref_text(asked, failure.next))
    return grid
