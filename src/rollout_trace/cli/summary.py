"""`summary`: what is in a bundle, on one screen."""

from collections import Counter
from collections.abc import Iterable, Iterator

import click
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from rollout_trace.cli.formatting import (
    CAUTION,
    STYLES,
    beginning_of,
    counted,
    duration_text,
    no_end_text,
    outcome_text,
    outcomes_text,
    status_text,
    time_text,
)
from rollout_trace.cli.reading import Reading, reading
from rollout_trace.cli.tables import Table, facts
from rollout_trace.diagnostics import Diagnostic, Level
from rollout_trace.printable import printable
from rollout_trace.query.compactions import ReplacementKind, replacements_by
from rollout_trace.query.requests import sent_requests
from rollout_trace.query.summary import AgentTotals, Summary, Tokens, summarize
from rollout_trace.values import ExecutionStatus

_MOST_LINES_NAMED = 5
_DEEPEST_AGENT = 8


@click.command()
@reading()
def summary(asked: Reading) -> None:
    """Show what is in a bundle, on one screen.

    The bundle is read in mode salvage, so that a damaged one can be looked at; nothing is written.
    """
    diagnostics = asked.reduction.diagnostics
    trace = asked.reduction.trace
    found, replaced = summarize(trace), replacements_by(asked.reduction, sent_requests(trace))
    without_event = sum(replacement.kind is ReplacementKind.UNRECORDED for replacement in replaced)
    asked.answer(
        lambda: _parts(found, diagnostics, without_event, asked.at),
        summary=found,
        compactions_without_event=without_event,
        diagnostics=diagnostics,
    )


def _parts(
    found: Summary, diagnostics: tuple[Diagnostic, ...], without_event: int, at: int | None
) -> Iterator[RenderableType]:
    yield _identity(found, at)
    yield Text()
    if found.agents:
        yield _agents(found)
        yield Text()
    if found.tools:
        yield _tools(found)
        yield Text()
    yield _totals(found, without_event)
    if diagnostics:
        yield Text()
        yield from _diagnostics(diagnostics)


def _identity(found: Summary, at: int | None) -> RenderableType:
    grid = facts()
    status = Text.assemble(status_text(found.status), f", {duration_text(found.duration_ms)}")
    if found.outcome.unfinished is not None:
        last_moment = found.started_at_unix_ms + found.duration_ms
        status = Text.assemble((no_end_text(last_moment), CAUTION), f"; {duration_text(found.duration_ms)} until then")
    elif at is not None:
        status.append(f" until event {at}", "dim")
    grid.add_row("rollout", printable(found.rollout_id))
    grid.add_row("trace", f"{printable(found.trace_id)} (schema {found.schema_version})")
    grid.add_row("started", time_text(found.started_at_unix_ms))
    grid.add_row("status", status)
    if (models := _shared_models(found)) is not None:
        grid.add_row("model", models)
    if found.first_user_message is not None:
        grid.add_row("asked", beginning_of(found.first_user_message))
    if found.last_answer is not None:
        grid.add_row("answered", beginning_of(found.last_answer))
    return grid


def _agents(found: Summary) -> RenderableType:
    """The agents as a tree: each below the one that spawned it, in order of their starts."""
    started: dict[str, int] = {}
    for order, agent in enumerate(found.agents):
        started.setdefault(agent.agent_path, order)
    paths = Counter(agent.agent_path for agent in found.agents)

    def place(agent: AgentTotals) -> list[int]:
        names = agent.agent_path.split("/", maxsplit=_DEEPEST_AGENT)
        ancestors = ("/".join(names[: depth + 1]) for depth in range(1, len(names)))
        return [started.get(path, 0) for path in ancestors] or [len(found.agents)]

    has_one_model = _shared_models(found) is not None
    rows: list[tuple[str | Text, ...]] = []
    for agent in sorted(found.agents, key=place):
        parent, _, name = agent.agent_path.rpartition("/")
        indent = "  " * min(parent.count("/"), _DEEPEST_AGENT)
        label = f"{indent}{name}" if parent else agent.agent_path or "(path unknown)"
        if paths[agent.agent_path] > 1 and agent.nickname is not None:
            label += f" ({agent.nickname})"
        rows.append(
            (
                printable(label),
                *(() if has_one_model else (printable(", ".join(agent.models)) or "-",)),
                outcome_text(agent.outcome),
                f"{agent.requests:,}",
                f"{agent.tool_calls:,}",
                f"{agent.tokens.input:,}",
                _cached(agent.tokens),
                f"{agent.tokens.output:,}",
                "-" if agent.duration_ms is None else duration_text(agent.duration_ms),
            )
        )
    figures = ("requests", "tools", "input", "cached", "output", "time")
    models = () if has_one_model else ("model",)
    spare = ("cached", "output", "input", *models)  # the sums of tokens stand below
    return Table(("agent", *models, "status", *figures), rows, figures, spare=spare)


def _shared_models(found: Summary) -> str | None:
    """What all agents asked, which is said once; None if they asked different models, or nobody asked any."""
    models = {printable(", ".join(agent.models)) for agent in found.agents}
    return models.pop() or None if len(models) == 1 else None


def _tools(found: Summary) -> RenderableType:
    in_order = sorted(found.tools.items(), key=lambda tool: (-sum(tool[1].values()), tool[0]))
    rows = [
        (printable(name), f"{sum(outcomes.values()):,}", outcomes_text(outcomes, is_over=_is_over(found)))
        for name, outcomes in in_order
    ]
    return Table(("tool", "calls", "outcome"), rows, ("calls",))


def _totals(found: Summary, without_event: int) -> RenderableType:
    grid = facts()
    is_over = _is_over(found)
    grid.add_row("turns", counted(found.turns, is_over=is_over))
    grid.add_row("requests", counted(found.requests, is_over=is_over))
    grid.add_row("tokens", _cost(found))
    if found.code_cells:
        grid.add_row("code cells", counted(found.code_cells, is_over=is_over))
    grid.add_row("terminals", f"{found.terminals:,}")
    compactions = Text(f"{found.compactions:,} installed")
    if without_event:
        compactions.append(f"; {without_event:,} without an event, as a local one")
    if found.compaction_requests:
        compactions.append_text(Text("; requests ")).append_text(counted(found.compaction_requests, is_over=is_over))
    grid.add_row("compactions", compactions if found.compactions or without_event or found.compaction_requests else "0")
    edges = ", ".join(f"{kind} {count:,}" for kind, count in sorted(found.edges.items()))
    grid.add_row("edges", edges or "0")
    grid.add_row("items", f"{found.conversation_items:,} in conversations, {found.payloads:,} payloads of evidence")
    return grid


def _is_over(found: Summary) -> bool:
    return found.outcome.status is not ExecutionStatus.RUNNING or found.outcome.unfinished is not None


def _cost(found: Summary) -> str:
    tokens = found.tokens
    cost = f"{tokens.input:,} in ({_cached(tokens)} cached), {tokens.output:,} out"
    if not tokens.input and not tokens.output:
        cost = "0"
    if tokens.reasoning_output:
        cost += f" ({tokens.reasoning_output:,} for reasoning)"
    if found.requests_without_usage:
        requests = sum(found.requests.values())
        cost += f"; {found.requests_without_usage:,} of {requests:,} requests have no count"
    return cost


def _cached(tokens: Tokens) -> str:
    return f"{tokens.cached_input / tokens.input:.0%}" if tokens.input else "-"


def _diagnostics(diagnostics: Iterable[Diagnostic]) -> Iterator[RenderableType]:
    """Diagnostics of one kind together, in order of their first."""
    by_code: dict[tuple[Level, str], list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        by_code.setdefault((diagnostic.level, diagnostic.code), []).append(diagnostic)
    for (level, code), alike in by_code.items():
        lines = [str(diagnostic.line) for diagnostic in alike if diagnostic.line is not None]
        where = ", ".join(lines[:_MOST_LINES_NAMED]) + (", …" if len(lines) > _MOST_LINES_NAMED else "")
        count = "" if len(alike) == 1 else f" ×{len(alike)}"
        yield Text.assemble((level, STYLES[level]), f" {code}{count}", f", line {where}" if where else "")
        yield Padding(Text(printable(alike[0].message), "dim"), (0, 0, 0, 2))
