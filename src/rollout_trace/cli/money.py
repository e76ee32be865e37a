"""How tokens and money look in a table, and how they are written as JSON: the same in every command."""

from collections.abc import Iterator
from typing import Final

import msgspec
from rich.text import Text

from rollout_trace.cli.formatting import money_text, share_text
from rollout_trace.model.inference import TokenUsage
from rollout_trace.query.prices import PriceTable, UsDollars

TOKEN_COLUMNS: Final = ("input", "cached", "written", "output", "reasoning")
"""The headings of what `token_cells` gives."""

json_encoder: Final = msgspec.json.Encoder(decimal_format="number")
"""Writes amounts of money as numbers."""


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
        return Text("unknown", "yellow") if is_incomplete else Text("-")
    return Text.assemble(money_text(cost), (" + unknown", "yellow") if is_incomplete else "")


def price_notes(prices: PriceTable) -> Iterator[str]:
    """What there is to say about the prices that were used."""
    date = ", with your own among them" if prices.date is None else f" of {prices.date}"
    yield f"Prices{date}: what the tokens cost by the list, not what was paid."
