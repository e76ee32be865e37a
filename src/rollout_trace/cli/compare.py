"""`compare`: what the bundles of a folder show together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.formatting import beginning_of, duration_text, plural_text, share_text
from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.many_bundles import facts_in, failure_fields, names_in, root_argument, tell_failures
from rollout_trace.cli.money import cost_cell, price_fields, total_cost_cell, usage_notes
from rollout_trace.cli.printing import show
from rollout_trace.cli.reporting import tell_json
from rollout_trace.cli.tables import Table
from rollout_trace.cli.user_prices import prices_option, user_prices
from rollout_trace.limits import Limits
from rollout_trace.printable import printable
from rollout_trace.query.comparison import (
    Comparison,
    ErrorComparison,
    ModelComparison,
    TaskComparison,
    ToolComparison,
    comparison_of,
    models_without_price,
)

_FIGURES: Final = (
    *("calls", "failed", "exit not 0", "no end", "rate", "bundles", "requests", "median", "95 of 100", "longest"),
    *("input", "cached", "output", "cost", "cost each", "time each", "count", "seq"),
)


@click.command
@root_argument
@click.option(
    "--rows",
    metavar="N",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Show so many lines of each table.",
)
@prices_option
@limits_option
@click.option("--json", "as_json", is_flag=True, help="Print all of it as one JSON object.")
def compare(
    root: str | None, rows: int, limits: Limits, price_file: Path | None, *, no_cache: bool, as_json: bool
) -> None:
    """Compare the bundles in a folder.

    Which tools fail most, which models are slow, what a task costs, which errors there are. Without ROOT, the folder
    that CODEX_ROLLOUT_TRACE_ROOT names. A task is what the user first asked for, word for word. Errors of one shape
    stand together: numbers, ids, paths and addresses in them do not count.
    """
    prices = user_prices(price_file)
    fleet = facts_in(root, limits, no_cache=no_cache)
    found = comparison_of(fleet.known, prices)
    if as_json:
        tell_json(msgspec.structs.asdict(found) | {"prices": price_fields(prices), "failures": failure_fields(fleet)})
    else:
        notes = usage_notes(found.usage, found.compaction_requests, models_without_price(fleet.known, prices), prices)
        show(_parts(found, rows, names_in(fleet), notes))
    tell_failures(fleet, silently=False)


def _parts(found: Comparison, rows: int, names: Mapping[Path, str], notes: Iterable[str]) -> Iterator[RenderableType]:
    for what, table, count in (
        ("tools", _tools(found.tools[:rows]), len(found.tools)),
        ("models", _models(found.models[:rows]), len(found.models)),
        ("tasks", _tasks(found.tasks[:rows]), len(found.tasks)),
        ("errors", _errors(found.errors[:rows], names), len(found.errors)),
    ):
        if count:
            yield table
            if count > rows:
                yield Text(f"{rows} of {count:,} {what}; --rows shows more.", "dim")
            yield Text()
    requests = plural_text(found.usage.requests, "request")
    yield Text.assemble(f"{plural_text(found.bundles, 'bundle')}, {requests}, cost ", total_cost_cell(found.usage))
    for note in notes:
        yield Text(note, "dim")


def _tools(tools: Sequence[ToolComparison]) -> RenderableType:
    rows: list[tuple[str, ...]] = []
    for one in tools:
        outcomes = one.outcomes
        rate = share_text(outcomes.failed + outcomes.exit_not_zero, outcomes.calls)
        figures = (outcomes.calls, outcomes.failed, outcomes.exit_not_zero, outcomes.never_ended)
        rows.append((printable(one.tool), *(f"{figure:,}" for figure in figures), rate, f"{one.bundles:,}"))
    return Table(("tool", "calls", "failed", "exit not 0", "no end", "rate", "bundles"), rows, _FIGURES)


def _models(models: Sequence[ModelComparison]) -> RenderableType:
    rows: list[tuple[str | Text, ...]] = [
        (
            printable(one.model),
            f"{one.usage.requests:,}",
            f"{one.failed:,}",
            *("-" if ms is None else duration_text(ms) for ms in (one.median_ms, one.percentile_95_ms, one.longest_ms)),
            share_text(one.usage.tokens.cached_input_tokens, one.usage.tokens.input_tokens),
            total_cost_cell(one.usage),
        )
        for one in models
    ]
    headings = ("model", "requests", "failed", "median", "95 of 100", "longest", "cached", "cost")
    return Table(headings, rows, _FIGURES)


def _tasks(tasks: Sequence[TaskComparison]) -> RenderableType:
    rows = [
        (
            f"{one.bundles:,}",
            f"{one.usage.requests:,}",
            duration_text(one.median_duration_ms),
            cost_cell(one.median_cost_usd, is_incomplete=bool(one.usage.requests_without_price)),
            total_cost_cell(one.usage),
            beginning_of(one.task),
        )
        for one in tasks
    ]
    return Table(("bundles", "requests", "time each", "cost each", "cost", "task"), rows, _FIGURES, is_cut=True)


def _errors(errors: Sequence[ErrorComparison], names: Mapping[Path, str]) -> RenderableType:
    rows = [
        (
            f"{one.count:,}",
            f"{one.bundles:,}",
            printable(one.source),
            beginning_of(one.shape),
            names[Path(one.bundle)],
            f"{one.seq:,}",
        )
        for one in errors
    ]
    return Table(("count", "bundles", "of", "error", "first in", "seq"), rows, _FIGURES, names=("of", "first in"))
