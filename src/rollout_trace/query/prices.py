"""What tokens cost: the price table that ships with the package, and files of the same form that override it.

Owns what a price is, and which price counts for a request. A price is never guessed: a model that no table names has
none, nor has a request of a day for which the table has none; and a dated name (`gpt-5-2025-08-07`) has the price of
its base name only where the table says so (`dated_names`). Which file is a user's own is for the front end.

What a trace does not tell is not in a cost: whether requests were sped up or batched, and whether a subscription or a
provider of its own paid for them. A cost is what the tokens cost by the list.
"""

import datetime as dt
import re
import tomllib
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from rollout_trace.errors import PriceTableError, reason_of
from rollout_trace.model.inference import TokenUsage
from rollout_trace.values import UnixMilliseconds

UsDollars = Decimal
"""An amount of money. Exact, so that parts add up to their total."""

_SHIPPED: Final = Path(__file__).with_name("prices.toml")
_DATED_NAME: Final = re.compile(r"(?P<base>.+)-\d{4}-\d{2}-\d{2}")
_MILLION: Final = Decimal(1_000_000)
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EARLIEST, _LATEST = dt.date.min, dt.date.max


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
    """A price of a model. Its days are those of UTC."""

    from_day: dt.date | None = msgspec.field(default=None, name="from")
    """The first day on which it holds; None if it held from the beginning."""
    until_day: dt.date | None = msgspec.field(default=None, name="until")
    """The last day on which it holds; None if it still does."""
    dated_names: bool = False
    """Whether `<model>-YYYY-MM-DD` has this price too."""
    long_context: LongContext | None = None


class OwnPrices(msgspec.Struct, frozen=True, kw_only=True):
    """What a table has from a user's own file."""

    models: tuple[str, ...]
    date: dt.date | None
    source: str | None


class PriceTable(msgspec.Struct, frozen=True, kw_only=True):
    """Prices by the name of the model: of each, those of different days, in their order."""

    date: dt.date | None = None
    """When the prices were looked up."""
    source: str | None = None
    """Where they are from."""
    own: OwnPrices | None = None
    """For which models a user's own prices stand in place of these; None if there are none."""
    models: dict[str, tuple[ModelPrice, ...]]


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price table as it is written: of a model one price, or a list of them."""

    date: dt.date | None = None
    source: str | None = None
    models: dict[str, ModelPrice | tuple[ModelPrice, ...]]


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
        written = msgspec.convert(fields, _File)
    except OSError as error:
        raise PriceTableError(path, reason_of(error)) from error
    except (ValueError, RecursionError, ArithmeticError) as error:  # no text, no TOML, or another shape
        raise PriceTableError(path, f"is no price table: {error}") from error
    models = {}
    for model, its in written.models.items():
        prices = tuple(sorted((its,) if isinstance(its, ModelPrice) else its, key=_first_day))
        fault = _fault_in(prices)
        if fault is not None:
            raise PriceTableError(path, f"is no price table: {fault.format(model=model)}")
        models[model] = prices
    return PriceTable(date=written.date, source=written.source, models=models)


def with_own_prices(table: PriceTable, own: PriceTable) -> PriceTable:
    """A table in which the models of `own` have the prices of `own`, and no other."""
    mine = OwnPrices(models=tuple(own.models), date=own.date, source=own.source)
    return msgspec.structs.replace(table, own=mine, models={**table.models, **own.models})


def price_of(table: PriceTable, model: str, at_unix_ms: UnixMilliseconds) -> ModelPrice | None:
    """The price of a model for a request that was sent at a moment, None if the table does not know it."""
    day = _day_of(at_unix_ms)
    prices = [price for price in _prices_of(table, model) if _first_day(price) <= day <= _last_day(price)]
    return prices[0] if prices else None


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


def _prices_of(table: PriceTable, model: str) -> tuple[ModelPrice, ...]:
    """The prices of a model on different days."""
    dated = None if model in table.models else _DATED_NAME.fullmatch(model)
    if dated is None:
        return table.models.get(model, ())
    return tuple(price for price in table.models.get(dated["base"], ()) if price.dated_names)


def _day_of(at_unix_ms: UnixMilliseconds) -> dt.date:
    """The day of a moment; a moment beyond the calendar is on its last day, or its first."""
    try:
        return (_EPOCH + dt.timedelta(milliseconds=at_unix_ms)).date()
    except OverflowError:
        return _EARLIEST if at_unix_ms < 0 else _LATEST


def _first_day(price: ModelPrice) -> dt.date:
    return price.from_day or _EARLIEST


def _last_day(price: ModelPrice) -> dt.date:
    return price.until_day or _LATEST


def _fault_in(prices: tuple[ModelPrice, ...]) -> str | None:
    """What is wrong with the prices of a model, given in order of their days; `{model}` stands for its name."""
    if not all(_are_amounts(rates) for price in prices for rates in (price, price.long_context) if rates is not None):
        return "a price of {model} is negative, or no number"
    if any(_last_day(price) < _first_day(price) for price in prices):
        return "a price of {model} ends before it begins"
    for before, after in pairwise(prices):
        if _first_day(after) <= _last_day(before):
            return "{model} has two prices for " + ("all days" if after.from_day is None else str(after.from_day))
    return None


def _are_amounts(rates: Rates) -> bool:
    amounts = (rates.input, rates.cached_input, rates.output, rates.cache_write or Decimal(0))
    return all(amount.is_finite() and amount >= 0 for amount in amounts)
