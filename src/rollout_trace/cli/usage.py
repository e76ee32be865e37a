"""`usage`: the tokens and the money that a rollout used."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.formatting import agent_labels, output_width, status_text, table_of
from rollout_trace.cli.money import TOKEN_COLUMNS, cost_cell, price_fields, token_cells, total_cost_cell, usage_notes
from rollout_trace.cli.reading import Reading, reading
from rollout_trace.cli.user_prices import prices_option, user_prices
from rollout_trace.ids import ThreadId
from rollout_trace.printable import printable
from rollout_trace.query.prices import PriceTable
from rollout_trace.query.usage import Usage, UsageTotals, usage_of
from rollout_trace.values import RolloutStatus

_Row = tuple[str | Text, ...]
_WIDTH_FOR_REASONING = 100
"""So wide a terminal has room for the tokens of reasoning of each request."""
_FIGURES = ("turn", "seq", "requests", *TOKEN_COLUMNS, "cost")


@click.command()
@reading()
@click.option("--requests", "with_requests", is_flag=True, help="Show each request as well.")
@prices_option
def usage(opened: Reading, price_file: Path | None, *, with_requests: bool) -> None:
    """Show the tokens and the money that a run used.

    By model, agent, turn and, with --requests, request. The money is what the tokens cost by the price list; a
    subscription, a discount or a faster service is in no trace. The price of a model that the list does not have is
    said to be unknown.
    """
    prices = user_prices(price_file)
    trace = opened.reduction.trace
    found = usage_of(trace, prices)
    is_over = trace.status is not RolloutStatus.RUNNING
    opened.answer(
        lambda: _parts(found, prices, is_over=is_over, with_requests=with_requests),
        usage=found,
        prices=price_fields(prices),
    )


def _parts(found: Usage, prices: PriceTable, *, is_over: bool, with_requests: bool) -> Iterator[RenderableType]:
    paths = agent_labels(found.agents)
    models = [(printable(one.model), *_totals(one.totals)) for one in found.models]
    if len(models) != 1:
        models.append(("all", *_totals(found.total)))
    yield _table(("model", "requests", *TOKEN_COLUMNS, "cost"), models)
    yield Text()
    agents = [(paths[one.thread_id], *_totals(one.totals)) for one in found.agents]
    yield _table(("agent", "requests", *TOKEN_COLUMNS, "cost"), agents)
    yield Text()
    yield _table(("agent", "turn", "seq", "requests", *TOKEN_COLUMNS, "cost"), list(_turns(found, paths)))
    if with_requests:
        yield Text()
        headings = ("agent", "seq", "model", "status", *TOKEN_COLUMNS, "cost")
        without = "reasoning" if output_width() < _WIDTH_FOR_REASONING else None
        yield _table(headings, list(_requests(found, paths, is_over=is_over)), without=without)
    yield Text()
    unpriced = [one.model for one in found.models if one.totals.requests_without_price]
    for note in usage_notes(found.total, found.compaction_requests, unpriced, prices):
        yield Text(note, "dim")


def _table(headings: tuple[str, ...], rows: list[_Row], *, without: str | None = None) -> RenderableType:
    """A table without the column `without`, and without `written` where nothing was: few models tell of it."""
    silent = {
        index
        for index, heading in enumerate(headings)
        if heading == without or (heading == "written" and all(str(row[index]) in {"0", "-"} for row in rows))
    }
    kept = [tuple(cell for index, cell in enumerate(row) if index not in silent) for row in (headings, *rows)]
    return table_of([str(heading) for heading in kept[0]], kept[1:], _FIGURES)


def _totals(totals: UsageTotals, *, in_short: bool = False) -> _Row:
    return (f"{totals.requests:,}", *token_cells(totals.tokens, in_short=in_short), total_cost_cell(totals))


def _turns(found: Usage, paths: dict[ThreadId, str]) -> Iterator[_Row]:
    """The turns, numbered within their agents."""
    numbers = Counter[ThreadId]()
    for turn in found.turns:
        numbers[turn.thread_id] += 1
        number = f"{numbers[turn.thread_id]:,}"
        yield (paths.get(turn.thread_id, "-"), number, f"{turn.started_seq:,}", *_totals(turn.totals, in_short=True))


def _requests(found: Usage, paths: dict[ThreadId, str], *, is_over: bool) -> Iterator[_Row]:
    for request in found.requests:
        tokens = ("no count", *["-"] * (len(TOKEN_COLUMNS) - 1))
        if request.tokens is not None:
            tokens = token_cells(request.tokens, in_short=True)
        yield (
            paths.get(request.thread_id, "-"),
            f"{request.started_seq:,}",
            printable(request.model),
            status_text(request.status, is_over=is_over),
            *tokens,
            cost_cell(request.cost_usd, is_incomplete=request.tokens is not None and request.cost_usd is None),
        )
