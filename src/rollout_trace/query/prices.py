"""What tokens cost: the price table that ships with the package, and files of the same form that override it.

Owns what a price is, and which price counts for a model. A price is never guessed: a model that no table names has
none, and a dated name (`gpt-5-2025-08-07`) has the price of its base name only where the table says so (`dated_names`).

What a trace does not tell is not in a cost: whether requests were sped up or batched, and whether a subscription or a
provider of its own paid for them. A cost is what the tokens cost by the list.
"""

import datetime as dt
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from rollout_trace.errors import PriceTableError, reason_of
from rollout_trace.model.inference import TokenUsage
from rollout_trace.user_folders import config_file

UsDollars = Decimal
"""An amount of money. Exact, so that parts add up to their total."""

_SHIPPED: Final = Path(__file__).with_name("prices.toml")
_DATED_NAME: Final = re.compile(r"(?P<base>.+)-\d{4}-\d{2}-\d{2}")
_MILLION: Final = Decimal(1_000_000)


class Rates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """US dollars per million tokens."""

    input: UsDollars
    """Of input that is neither read from the prompt cache nor written to it."""
    cached_input: UsDollars
    cache_write: UsDollars | None = None
    """Of input that is written to the cache; None where that costs what other input costs."""
    output: UsDollars
    """Of output, the tokens of reasoning included."""


class LongContext(Rates, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rates of the whole request where its input, cached or not, has more than `above_input_tokens`."""

    above_input_tokens: int


class ModelPrice(Rates, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The price of a model."""

    dated_names: bool = False
    """Whether `<model>-YYYY-MM-DD` has this price too."""
    long_context: LongContext | None = None


class PriceTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices by the name of the model."""

    date: dt.date | None = None
    """When the prices were looked up."""
    source: str | None = None
    """Where they are from."""
    models: dict[str, ModelPrice]


def shipped_prices() -> PriceTable:
    """The table that ships with the package."""
    return read_prices(_SHIPPED)


def read_prices(file: str | Path) -> PriceTable:
    """A table from a TOML file.

    Raises:
        PriceTableError: the file cannot be read, or is no price table.
    """
    path = Path(file)
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        table = msgspec.convert(fields, PriceTable)
    except OSError as error:
        raise PriceTableError(path, reason_of(error)) from error
    except (ValueError, RecursionError, ArithmeticError) as error:  # no text, no TOML, or another shape
        raise PriceTableError(path, f"is no price table: {error}") from error
    for model, price in table.models.items():
        for rates in (price, price.long_context):
            if rates is not None and not _are_amounts(rates):
                raise PriceTableError(path, f"is no price table: a price of {model} is negative, or no number")
    return table


def overridden(table: PriceTable, own: PriceTable) -> PriceTable:
    """A table in which the models of `own` have its prices. It has no date, since its prices are from two."""
    source = f"{own.source or 'prices of your own'}; for other models: {table.source} ({table.date})"
    return PriceTable(source=source, models={**table.models, **own.models})


def prices_that_count(own: Path | None = None) -> PriceTable:
    """The shipped prices, and over them those of a user's `own` file, or else of prices.toml in the user's settings.

    Raises:
        PriceTableError: the file is no table of prices, or cannot be read.
    """
    in_settings = config_file("prices.toml")
    if own is None and not in_settings.exists():
        return shipped_prices()
    return overridden(shipped_prices(), read_prices(own or in_settings))


def price_of(table: PriceTable, model: str) -> ModelPrice | None:
    """The price of a model, None if the table does not know it."""
    price = table.models.get(model)
    dated = _DATED_NAME.fullmatch(model) if price is None else None
    if dated is None:
        return price
    base = table.models.get(dated["base"])
    return base if base is not None and base.dated_names else None


def cost_of(tokens: TokenUsage, price: ModelPrice) -> UsDollars:
    """What one request costs. Input that is cached, or written to the cache, is part of the input, and billed once."""
    rates: Rates = price
    if price.long_context is not None and tokens.input_tokens > price.long_context.above_input_tokens:
        rates = price.long_context
    cached, written = tokens.cached_input_tokens, tokens.cache_write_input_tokens
    plain = max(tokens.input_tokens - cached - written, 0)
    write_rate = rates.input if rates.cache_write is None else rates.cache_write
    input_cost = plain * rates.input + cached * rates.cached_input + written * write_rate
    return (input_cost + tokens.output_tokens * rates.output) / _MILLION


def _are_amounts(rates: Rates) -> bool:
    amounts = (rates.input, rates.cached_input, rates.output, rates.cache_write or Decimal(0))
    return all(amount.is_finite() and amount >= 0 for amount in amounts)
