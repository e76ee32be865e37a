"""`summary`: what is in a bundle, on one screen."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import msgspec
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.cli.formatting import (
    STYLES,
    counted,
    duration_text,
    facts,
    outcomes_text,
    plain_console,
    status_text,
    table_of,
    time_text,
)
from rollout_trace.cli.reporting import complain, failure_line
from rollout_trace.diagnostics import Diagnostic, Level
from rollout_trace.errors import RolloutTraceError
from rollout_trace.printable import printable
from rollout_trace.query.summary import Summary, Tokens, summarize
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction

_MOST_LINES_NAMED = 5


@click.command()
@click.argument("bundle", metavar="BUNDLE", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
def summary(bundle: Path, *, as_json: bool) -> None:
    """Show what is in a bundle, on one screen.

    The bundle is read in mode salvage, so that a damaged one can be looked at; nothing is written.
    """
    try:
        reduction = reduce_bundle(bundle, Mode.SALVAGE)
    except RolloutTraceError as error:
        complain(failure_line(str(bundle), error))
        sys.exit(1)
    found = summarize(reduction.trace)
    if as_json:
        click.echo(msgspec.json.encode({"summary": found, "diagnostics": reduction.diagnostics}).decode())
        return
    console = plain_console()
    for part in _parts(found, reduction):
        console.print(part)


def _parts(found: Summary, reduction: Reduction) -> Iterator[RenderableType]:
    yield _identity(found)
    yield Text()
    yield _agents(found)
    yield Text()
    if found.tools:
        yield _tools(found)
        yield Text()
    yield _totals(found)
    if reduction.diagnostics:
        yield Text()
        yield from _diagnostics(reduction.diagnostics)


def _identity(found: Summary) -> Table:
    grid = facts()
    status = Text.assemble(status_text(found.status), f", {duration_text(found.duration_ms)}")
    if found.ended_at_unix_ms is None:
        status.append(" until the last event; its end was not recorded", "dim")
    grid.add_row("rollout", printable(found.rollout_id))
    grid.add_row("trace", f"{printable(found.trace_id)} (schema {found.schema_version})")
    grid.add_row("started", time_text(found.started_at_unix_ms))
    grid.add_row("status", status)
    return grid


def _agents(found: Summary) -> Table:
    """The agents as a tree: each below the one that spawned it."""
    table = table_of("agent", "model")
    table.add_column("status", no_wrap=True)
    for heading in ("requests", "tools", "input", "cached", "output", "time"):
        table.add_column(heading, justify="right")
    for agent in sorted(found.agents, key=lambda agent: agent.agent_path.split("/")):
        parent, _, name = agent.agent_path.rpartition("/")
        table.add_row(
            printable(f"{'  ' * parent.count('/')}{name}" if parent else agent.agent_path) or "-",
            printable(", ".join(agent.models)) or "-",
            status_text(agent.status),
            f"{agent.requests:,}",
            f"{agent.tool_calls:,}",
            f"{agent.tokens.input:,}",
            _cached(agent.tokens),
            f"{agent.tokens.output:,}",
            "-" if agent.duration_ms is None else duration_text(agent.duration_ms),
        )
    return table


def _tools(found: Summary) -> Table:
    table = table_of("tool")
    table.add_column("calls", justify="right")
    table.add_column("outcome")
    for name, outcomes in sorted(found.tools.items(), key=lambda tool: (-sum(tool[1].values()), tool[0])):
        table.add_row(printable(name), f"{sum(outcomes.values()):,}", outcomes_text(outcomes))
    return table


def _totals(found: Summary) -> Table:
    grid = facts()
    grid.add_row("turns", counted(found.turns))
    grid.add_row("requests", counted(found.requests))
    grid.add_row("tokens", _cost(found))
    if found.code_cells:
        grid.add_row("code cells", counted(found.code_cells))
    grid.add_row("terminals", f"{found.terminals:,}")
    grid.add_row("compactions", f"{found.compactions:,}")
    edges = ", ".join(f"{kind} {count:,}" for kind, count in sorted(found.edges.items()))
    grid.add_row("edges", edges or "0")
    grid.add_row("items", f"{found.conversation_items:,} in conversations, {found.payloads:,} payloads of evidence")
    return grid


def _cost(found: Summary) -> str:
    tokens = found.tokens
    cost = f"{tokens.input:,} in ({_cached(tokens)} cached), {tokens.output:,} out"
    cost += f" ({tokens.reasoning_output:,} for reasoning)"
    if found.requests_without_usage:
        cost += f"; not counted in {found.requests_without_usage:,} of {sum(found.requests.values()):,} requests"
    return cost


def _cached(tokens: Tokens) -> str:
    return f"{tokens.cached_input / tokens.input:.0%}" if tokens.input else "-"


def _diagnostics(diagnostics: Iterable[Diagnostic]) -> Iterator[RenderableType]:
    """Diagnostics of one kind together, in order of their first."""
    by_code: dict[tuple[Level, str], list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        by_code.setdefault((diagnostic.level, diagnostic.code), []).append(diagnostic)
    if any(level is Level.ERROR for level, _ in by_code):
        yield Text("This bundle is damaged: mode default refuses it. Shown is what could be had.", "red")
    for (level, code), alike in by_code.items():
        lines = [str(diagnostic.line) for diagnostic in alike if diagnostic.line is not None]
        where = ", ".join(lines[:_MOST_LINES_NAMED]) + (", …" if len(lines) > _MOST_LINES_NAMED else "")
        count = "" if len(alike) == 1 else f" ×{len(alike)}"
        head = Text.assemble((level, STYLES[level]), f" {code}{count}", f", line {where}" if where else "")
        yield head
        yield Padding(Text(printable(alike[0].message), "dim"), (0, 0, 0, 2))
