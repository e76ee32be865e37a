"""`watch`: what each agent of a run is doing, while it runs."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.bundle.layout import ROOT_VARIABLE
from rollout_trace.cli.formatting import CAUTION, duration_text, no_end_text, plural_text, status_text, time_text
from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.reporting import complain, path_text, refuse, tell_json
from rollout_trace.cli.tables import Table
from rollout_trace.cli.which_bundle import root_named, shown_names
from rollout_trace.errors import BundleError
from rollout_trace.follow.bundle_follower import BundleFollower, Change, ChangeKind
from rollout_trace.follow.following import DEFAULT_INTERVAL_SECONDS, Following
from rollout_trace.limits import Limits
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.printable import printable
from rollout_trace.query.current_activity import AgentActivity, Doing, current_activities
from rollout_trace.query.naming import Names
from rollout_trace.query.outcome import rollout_outcome
from rollout_trace.query.summary import last_known_moment
from rollout_trace.reduce.replay import Reduction

_REDRAW_SECONDS: Final = 0.5
_MOST_CHARACTERS: Final = 100
_STYLES: Final = {
    Doing.ASKING: "",
    Doing.USING_TOOL: "green",
    Doing.RUNNING_CELL: "green",
    Doing.COMPACTING: "magenta",
    Doing.WORKING: "",
    Doing.IDLE: "dim",
    Doing.ENDED: "dim",
}
_WORDS: Final = {Doing.ASKING: "asks", Doing.USING_TOOL: "uses", Doing.RUNNING_CELL: "runs a cell"}

_Show = Callable[[BundleFollower, Change], None]


@click.command()
@click.argument("word", metavar="[BUNDLE|ROOT]", required=False)
@click.option("--once", is_flag=True, help="Show what is there now, and end.")
@click.option("--until-end", is_flag=True, help="End when every bundle that was seen is closed.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each change.")
@limits_option
def watch(word: str | None, limits: Limits, *, once: bool, until_end: bool, as_json: bool) -> None:
    """Show what each agent is doing, while the run is recorded.

    Without BUNDLE, the folder that CODEX_ROLLOUT_TRACE_ROOT names. Of a ROOT, a folder of bundles, new bundles are
    shown as they appear; those that have been quiet for an hour are not, unless they change. Ctrl-C ends it.
    """
    path = root_named(word)
    try:
        following = Following(path, limits)
    except BundleError as error:
        refuse(path, error)
    if as_json:
        _run(following, _tell_json, once=once, until_end=until_end)
    elif sys.stdout.isatty() and not once:
        _run_live(following, until_end=until_end)
    else:
        _run(following, _PlainLines().tell, once=once, until_end=until_end)
    if once and not any(bundle.is_open for bundle in following.bundles.values()):
        refuse(path, BundleError(path, _why_nothing(path)))


def _why_nothing(path: Path) -> str:
    try:
        quiet = plural_text(len(find_bundles(path)), "bundle")
    except BundleError as error:
        return error.reason
    return f"nobody has written to what it holds, {quiet}, for an hour; name one of them, or see `list`"


def _run(following: Following, show: _Show, *, once: bool, until_end: bool) -> None:
    is_told = once
    while True:
        changes = list(following.poll())
        if not following.bundles and not is_told:
            complain(_waiting(following))
            is_told = True
        for follower, change in changes:
            show(follower, change)
        if once or (until_end and _is_over(following)):
            return
        if not changes:
            time.sleep(DEFAULT_INTERVAL_SECONDS)


def _run_live(following: Following, *, until_end: bool) -> None:
    console = Console(markup=False, emoji=False, highlight=False)
    views: dict[Path, Reduction] = {}
    drawn_at = 0.0
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        while True:
            changes = list(following.poll())
            for follower, _ in changes:
                views[follower.path] = follower.reduction(log_goes_on=follower.is_live)
            if changes or time.monotonic() - drawn_at > _REDRAW_SECONDS:
                live.update(Group(*_screen(following, views)), refresh=True)
                drawn_at = time.monotonic()
            if until_end and _is_over(following):
                return
            if not changes:
                time.sleep(DEFAULT_INTERVAL_SECONDS)


def _has_end(trace: RolloutTrace) -> bool:
    """Whether it is known how a rollout stands: it has ended, or goes on."""
    return rollout_outcome(trace).unfinished is None


def _is_over(following: Following) -> bool:
    return bool(following.bundles) and all(bundle.is_closed for bundle in following.bundles.values())


def _screen(following: Following, views: dict[Path, Reduction]) -> Iterator[RenderableType]:
    if not views:
        yield Text(_waiting(following), "dim")
    now = time.time() * 1000
    for path, reduction in views.items():
        trace = reduction.trace
        events = sum(1 for _ in reduction.evidence)
        reported = len(reduction.diagnostics)
        faults = f", {reported:,} diagnostic{'' if reported == 1 else 's'}" if reported else ""
        status = status_text(trace.status) if _has_end(trace) else Text(no_end_text(last_known_moment(trace)), CAUTION)
        yield Text.assemble((printable(path.name), "bold"), "  ", status, f"  {events:,} events{faults}")
        names = Names(trace)
        rows = [
            (
                printable(agent.agent_path) or "(path unknown)",
                Text(_words(agent, names), _STYLES[agent.doing]),
                "" if agent.doing is Doing.ENDED else duration_text(max(int(now) - agent.since_unix_ms, 0)),
            )
            for agent in current_activities(trace)
        ]
        yield Table(("agent", "doing", "for"), rows, ("for",))
        yield Text()


def _waiting(following: Following) -> str:
    path = printable(str(following.path))
    return f"waiting for bundles in {path}; codex writes them there if {ROOT_VARIABLE} names it"


class _PlainLines:
    """A line for each agent that begins to do something else."""

    def __init__(self) -> None:
        self._told: dict[tuple[Path, str], AgentActivity] = {}

    def tell(self, follower: BundleFollower, change: Change) -> None:
        """Print what is new in a bundle."""
        name = shown_names([follower.path.name])[follower.path.name]
        if change.kind in {ChangeKind.REPLACED, ChangeKind.GONE}:
            click.echo(f"{name}  {change.kind}: {printable(change.reason or '')}")
        trace = follower.reduction(log_goes_on=follower.is_live).trace
        names = Names(trace)
        if change.kind is ChangeKind.OPENED and not _has_end(trace):
            last_moment = last_known_moment(trace)
            click.echo(f"{_moment(last_moment)}  {name}  {no_end_text(last_moment)}")
        for agent in current_activities(trace):
            if self._told.get((follower.path, agent.thread_id)) != agent:
                self._told[follower.path, agent.thread_id] = agent
                at = _moment(agent.since_unix_ms)
                path = printable(agent.agent_path) or "(path unknown)"
                click.echo(f"{at}  {name}  {path}  {_words(agent, names)}")
        sys.stdout.flush()


def _tell_json(follower: BundleFollower, change: Change) -> None:
    reduction = follower.reduction()
    tell_json(
        {
            "bundle": path_text(follower.path),
            "change": change.kind,
            "reason": change.reason,
            "entries": change.entries,
            "status": reduction.trace.status,
            "events": sum(1 for _ in reduction.evidence),
            "diagnostics": len(reduction.diagnostics),
            "agents": current_activities(reduction.trace),
        }
    )


def _words(agent: AgentActivity, names: Names) -> str:
    words = _WORDS.get(agent.doing, agent.doing.value)
    text = f"{words} {agent.what}" if agent.what else words
    text = text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"
    return printable(text if agent.work is None else f"{text} ({names.short(agent.work)})")


def _moment(moment: int) -> str:
    """The time of the day, with the day if it is another than today."""
    day, time_of_day = time_text(moment).removesuffix(" UTC").split(" ", maxsplit=1)
    return time_of_day if day == time.strftime("%Y-%m-%d", time.gmtime()) else f"{day} {time_of_day}"
