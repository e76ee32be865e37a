"""`time`: where the time of a rollout went, and the chain of work that determined its end."""

from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.formatting import agent_labels, exact_duration_text, share_text
from rollout_trace.cli.reading import Reading, reading
from rollout_trace.cli.tables import Table
from rollout_trace.ids import ThreadId
from rollout_trace.printable import printable
from rollout_trace.query.critical_path import PathStep, critical_path_of
from rollout_trace.query.time_account import Account, TimeAccount, time_account_of

_NAMES = {
    "model_alone_ms": "model",
    "tools_alone_ms": "tools",
    "waiting_alone_ms": "waiting for agents",
    "model_and_tools_ms": "model and tools at once",
    "model_and_waiting_ms": "model and waiting at once",
    "tools_and_waiting_ms": "tools and waiting at once",
    "model_tools_and_waiting_ms": "model, tools and waiting at once",
    "between_ms": "between these, within a turn",
    "idle_ms": "idle: no turn is open",
}
"""What to call the times that add up to an account, in order."""
_AT_ONCE = ("model_and_tools_ms", "model_and_waiting_ms", "tools_and_waiting_ms", "model_tools_and_waiting_ms")


@click.command()
@reading()
@click.option(
    "--steps",
    metavar="N",
    type=click.IntRange(min=0),
    default=12,
    show_default=True,
    help="Show so many steps of the critical path, the longest, in their order.",
)
def time(opened: Reading, steps: int) -> None:
    """Show where the time of a run went.

    How much of it was model, tools, waiting for agents, idle, and what was at once. Each moment is counted once, so
    that the times of an account add up to its total. The critical path is the chain of work that determined when the
    rollout ended.
    """
    trace = opened.reduction.trace
    account, path = time_account_of(trace), critical_path_of(trace)
    opened.answer(
        lambda: _parts(account, path, started_at=trace.started_at_unix_ms, most_steps=steps),
        account=account,
        critical_path=path,
        started_at_unix_ms=trace.started_at_unix_ms,
    )


def _parts(
    found: TimeAccount, path: Sequence[PathStep], *, started_at: int, most_steps: int
) -> Iterator[RenderableType]:
    labels = agent_labels(found.agents)
    yield _rollout(found.rollout)
    if found.rollout.background_ms:
        ran_on = exact_duration_text(found.rollout.background_ms)
        yield Text(f"In {ran_on} of this a command or a code cell ran on after its call had returned.", "dim")
    yield Text()
    if len(found.agents) > 1:
        yield _agents(found, labels)
        yield Text()
    yield _path_account(path, found.rollout.total_ms)
    if path and most_steps:
        yield Text()
        yield from _steps(path, labels, started_at, most_steps)


def _rollout(account: Account) -> RenderableType:
    rows = []
    for field, name in _NAMES.items():
        milliseconds: int = getattr(account, field)
        if milliseconds:
            rows.append((name, exact_duration_text(milliseconds), share_text(milliseconds, account.total_ms)))
    rows.append(("in all", exact_duration_text(account.total_ms), share_text(account.total_ms, account.total_ms)))
    return Table(("what went on", "time", "share"), rows, ("time", "share"))


def _agents(found: TimeAccount, labels: dict[ThreadId, str]) -> RenderableType:
    rows = []
    for agent in found.agents:
        account = agent.account
        at_once: int = sum(getattr(account, field) for field in _AT_ONCE)
        parts = (account.model_alone_ms, account.tools_alone_ms, account.waiting_alone_ms, at_once)
        times = (*parts, account.between_ms, account.idle_ms, account.total_ms)
        rows.append((labels[agent.thread_id], *(f"{milliseconds / 1000:,.3f}" for milliseconds in times)))
    figures = ("model", "tools", "waiting", "at once", "between", "idle", "in all")
    return Table(("agent (times in s)", *figures), rows, figures)


def _path_account(path: Sequence[PathStep], total_ms: int) -> RenderableType:
    """What the critical path consists of, the most first."""
    times: dict[str, int] = {}
    for step in path:
        kind = _kind(step)
        times[kind] = times.get(kind, 0) + step.duration_ms
    rows = [
        (kind, exact_duration_text(milliseconds), share_text(milliseconds, total_ms))
        for kind, milliseconds in sorted(times.items(), key=lambda item: -item[1])
    ]
    return Table(("critical path", "time", "share"), rows, ("time", "share"))


def _kind(step: PathStep) -> str:
    if step.activity is None:
        return "idle" if step.is_idle else "between"
    return "waiting for agents" if step.activity.work == "waiting" else step.activity.work


def _steps(
    path: Sequence[PathStep], labels: dict[ThreadId, str], started_at: int, most: int
) -> Iterator[RenderableType]:
    longest = sorted(path, key=lambda step: -step.duration_ms)[:most]
    rows = [
        (
            f"{(step.started_at_unix_ms - started_at) / 1000:,.3f}",
            exact_duration_text(step.duration_ms),
            labels.get(step.thread_id, "-"),
            _kind(step),
            "" if step.activity is None else printable(step.activity.name),
            "" if step.activity is None else f"{step.activity.started_seq:,}",
        )
        for step in path
        if step in longest
    ]
    yield Table(("at (s)", "time", "agent", "what", "name", "seq"), rows, ("at (s)", "time", "seq"), names=("agent",))
    if len(longest) < len(path):
        yield Text(f"The {len(longest)} longest of {len(path):,} steps; --steps shows more.", "dim")
