"""`usage`: the tokens and the money that a rollout used."""

from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.formatting import agent_labels, status_text
from rollout_trace.cli.money import TOKEN_COLUMNS, cost_cell, price_fields, token_cells, total_cost_cell, usage_notes
from rollout_trace.cli.reading import Reading, agent_option, reading
from rollout_trace.cli.tables import Table
from rollout_trace.cli.user_prices import prices_option, user_prices
from rollout_trace.cli.wording import name_text
from rollout_trace.ids import ThreadId
from rollout_trace.printable import printable
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.prices import PriceTable
from rollout_trace.query.usage import Usage, UsageTotals, usage_of
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.values import RolloutStatus

_Row = tuple[str | Text, ...]
_SPARE = ("reasoning", "written", "model")
_FIGURES = ("seq", "requests", *TOKEN_COLUMNS, "cost")


@click.command()
@reading()
@click.option("--requests", "with_requests", is_flag=True, help="Show each request as well.")
@agent_option
@prices_option
def usage(opened: Reading, price_file: Path | None, *, agent: str | None, with_requests: bool) -> None:
    """Show the tokens and the money that a run used.

    By model, agent, turn and, with --requests, request. The money is what the tokens cost by the price list; a
    subscription, a discount or a faster service is in no trace. The price of a model that the list does not have is
    said to be unknown.
    """
    prices = user_prices(price_file)
    found = usage_of(opened.reduction.trace, prices, opened.agent(agent))
    opened.answer(
        lambda: _parts(opened, found, prices, with_requests=with_requests),
        usage=found,
        prices=price_fields(prices),
    )


def _parts(opened: Reading, found: Usage, prices: PriceTable, *, with_requests: bool) -> Iterator[RenderableType]:
    paths = agent_labels(found.agents)
    models = [(printable(one.model), *_totals(one.totals)) for one in found.models]
    if len(models) != 1:
        models.append(("all", *_totals(found.total)))
    yield _table(("model", "requests", *TOKEN_COLUMNS, "cost"), models)
    yield Text()
    agents = [(paths[one.thread_id], *_totals(one.totals)) for one in found.agents]
    yield _table(("agent", "requests", *TOKEN_COLUMNS, "cost"), agents)
    yield Text()
    yield _table(("turn", "agent", "seq", "requests", *TOKEN_COLUMNS, "cost"), list(_turns(opened, found, paths)))
    if with_requests:
        yield Text()
        headings = ("request", "agent", "seq", "model", "status", *TOKEN_COLUMNS, "cost")
        yield _table(headings, list(_requests(opened, found, paths)))
    yield Text()
    tokens = found.total.tokens
    in_all = tokens.input_tokens + tokens.output_tokens
    yield Text(f"{in_all:,} tokens in all: {tokens.input_tokens:,} in, {tokens.output_tokens:,} out.", "dim")
    unpriced = [one.model for one in found.models if one.totals.requests_without_price]
    for note in usage_notes(found.total, found.compaction_requests, unpriced, prices):
        yield Text(note, "dim")


def _table(headings: tuple[str, ...], rows: list[_Row]) -> RenderableType:
    """A table without `written` where nothing was: few models tell of it."""
    silent = {
        index
        for index, heading in enumerate(headings)
        if heading == "written" and all(str(row[index]) in {"0", "-"} for row in rows)
    }
    kept = [tuple(cell for index, cell in enumerate(row) if index not in silent) for row in (headings, *rows)]
    return Table([str(heading) for heading in kept[0]], kept[1:], _FIGURES, names=("turn", "request"), spare=_SPARE)


def _totals(totals: UsageTotals, *, in_short: bool = False) -> _Row:
    return (f"{totals.requests:,}", *token_cells(totals.tokens, in_short=in_short), total_cost_cell(totals))


def _turns(opened: Reading, found: Usage, paths: dict[ThreadId, str]) -> Iterator[_Row]:
    for turn in found.turns:
        name = name_text(opened, ObjectRef(ObjectKind.CODEX_TURN, turn.codex_turn_id))
        agent = paths.get(turn.thread_id, "-")
        yield (name, agent, f"{turn.started_seq:,}", *_totals(turn.totals, in_short=True))


def _requests(opened: Reading, found: Usage, paths: dict[ThreadId, str]) -> Iterator[_Row]:
    is_over = opened.reduction.trace.status is not RolloutStatus.RUNNING
    for request in found.requests:
        tokens = ("no count", *["-"] * (len(TOKEN_COLUMNS) - 1))
        if request.tokens is not None:
            tokens = token_cells(request.tokens, in_short=True)
        yield (
            name_text(opened, ObjectRef(ObjectKind.INFERENCE_CALL, request.inference_call_id)),
            paths.get(request.thread_id, "-"),
            f"{request.started_seq:,}",
            printable(request.model),
            status_text(request.status, is_over=is_over),
            *tokens,
            cost_cell(request.cost_usd, is_incomplete=request.tokens is not None and request.cost_usd is None),
        )
