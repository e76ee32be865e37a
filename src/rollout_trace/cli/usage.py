"""`usage`: the tokens and the money that a rollout used."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.formatting import agent_labels, output_width, show, status_text, table_of
from rollout_trace.cli.money import TOKEN_COLUMNS, cost_cell, json_encoder, price_notes, token_cells
from rollout_trace.cli.reading import read_bundle
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
@click.argument("bundle", metavar="BUNDLE", type=click.Path(path_type=Path))
@click.option("--requests", "with_requests", is_flag=True, help="Show each request as well.")
@prices_option
@click.option("--json", "as_json", is_flag=True, help="Print all of it, each request too, as one JSON object.")
def usage(bundle: Path, price_file: Path | None, *, with_requests: bool, as_json: bool) -> None:
    """Show the tokens and the money that a run used.

    By model, agent, turn and, with --requests, request. The money is what the tokens cost by the price list; a
    subscription, a discount or a faster service is in no trace. The price of a model that the list does not have is
    said to be unknown.
    """
    prices = user_prices(price_file)
    trace = read_bundle(bundle).trace
    found = usage_of(trace, prices)
    if as_json:
        about = {"date": prices.date, "source": prices.source}
        click.echo(json_encoder.encode({"usage": found, "prices": about}))
        return
    show(_parts(found, prices, is_over=trace.status is not RolloutStatus.RUNNING, with_requests=with_requests))


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
    for note in _notes(found, prices):
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
    cost = cost_cell(totals.cost_usd, is_incomplete=bool(totals.requests_without_price))
    return (f"{totals.requests:,}", *token_cells(totals.tokens, in_short=in_short), cost)


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


def _notes(found: Usage, prices: PriceTable) -> Iterator[str]:
    total = found.total
    if total.requests_without_count:
        yield (
            f"{total.requests_without_count:,} of {total.requests:,} requests have no count of tokens, "
            "and are in no sum but that of requests."
        )
    if found.compaction_requests:
        count = f"{found.compaction_requests:,}"
        yield f"Requests to compact a history, {count} here, are in no sum: traces do not count their tokens."
    unknown = [one.model for one in found.models if one.price is None]
    if unknown:
        yield f"No price is known for {printable(', '.join(unknown))}; --prices takes a file with your own."
    yield from price_notes(prices)
