"""How tokens and money look in a table, and how they are written as JSON: the same in every command."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.text import Text

from rollout_trace.cli.formatting import money_text, share_text
from rollout_trace.model.inference import TokenUsage
from rollout_trace.printable import printable
from rollout_trace.query.prices import PriceTable, UsDollars
from rollout_trace.query.usage import UsageTotals

TOKEN_COLUMNS: Final = ("input", "cached", "written", "output", "reasoning")
"""The headings of what `token_cells` gives."""

_MARK: Final = "*"
_MOST_NAMED: Final = 5


def token_cells(tokens: TokenUsage, *, in_short: bool) -> tuple[str, ...]:
    """Counts of tokens, the cached ones with their share of the input; `in_short`, of those only the share."""
    share = share_text(tokens.cached_input_tokens, tokens.input_tokens)
    cached = share if in_short else f"{tokens.cached_input_tokens:,} ({share})"
    return (
        f"{tokens.input_tokens:,}",
        cached,
        f"{tokens.cache_write_input_tokens:,}",
        f"{tokens.output_tokens:,}",
        f"{tokens.reasoning_output_tokens:,}",
    )


def cost_cell(cost: UsDollars | None, *, is_incomplete: bool) -> Text:
    """What something cost; it `is_incomplete` if the price of some of it is not known."""
    if cost is None:
        return Text("unknown") if is_incomplete else Text("-")
    return Text(f"{money_text(cost)}{' + unknown' if is_incomplete else ''}")


def total_cost_cell(totals: UsageTotals) -> Text:
    """What several requests cost; a mark says that some of them have no count of tokens, and so are not in it."""
    cost = cost_cell(totals.cost_usd, is_incomplete=bool(totals.requests_without_price))
    is_marked = totals.requests_without_count and totals.cost_usd is not None
    return Text.assemble(cost, _MARK if is_marked else "")


def usage_notes(
    totals: UsageTotals, compaction_requests: int, unpriced_models: Sequence[str], prices: PriceTable
) -> Iterator[str]:
    """What there is to say where tokens and money are summed up: what is in no sum, and which prices were used."""
    if totals.requests_without_count:
        yield (
            f"{_MARK} {totals.requests_without_count:,} of {totals.requests:,} requests have no count of tokens, "
            "and are in no sum but that of requests."
        )
    if compaction_requests:
        count = f"{compaction_requests:,}"
        yield f"Requests to compact a history, {count} here, are in no sum: traces do not count their tokens."
    if unpriced_models:
        models = _few(f"{model} on some days" if model in prices.models else model for model in unpriced_models)
        yield f"No price is known for {models}; --prices takes a file with your own."
    yield _price_note(prices)


def price_fields(prices: PriceTable) -> dict[str, object]:
    """For JSON: which prices were used."""
    return {"date": prices.date, "source": prices.source, "own": prices.own}


def _price_note(prices: PriceTable) -> str:
    date = f" of {prices.date}"
    if prices.own is not None:
        of_own = "" if prices.own.date is None else f" of {prices.own.date}"
        date += f", and your own{of_own} for {_few(prices.own.models)}"
    return f"Prices{date}: what the tokens cost by the list, not what was paid."


def _few(models: Iterable[str]) -> str:
    """The names of models, of many only the first."""
    names = list(models)
    if len(names) > _MOST_NAMED:
        names[_MOST_NAMED:] = [f"{len(names) - _MOST_NAMED:,} more"]
    return printable(", ".join(names))
