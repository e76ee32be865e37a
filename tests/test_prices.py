"""What tokens cost, by tables whose rules and sums are written out here."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from rollout_trace.errors import PriceTableError
from rollout_trace.model.inference import TokenUsage
from rollout_trace.query.prices import (
    LongContext,
    ModelPrice,
    OwnPrices,
    PriceTable,
    cost_of,
    price_of,
    read_prices,
    shipped_prices,
    with_own_prices,
)

NOW = 1_795_000_000_000
"""A moment in November 2026."""
PLAIN = ModelPrice(input=Decimal(2), cached_input=Decimal("0.1"), output=Decimal(10))


def noon(day: str) -> int:
    """A moment of a day, in milliseconds since 1970."""
    return round(dt.datetime.fromisoformat(f"{day}T12:00Z").timestamp() * 1000)


def tokens(given: int, *, cached: int = 0, written: int = 0, output: int = 0, reasoning: int = 0) -> TokenUsage:
    return TokenUsage(
        input_tokens=given,
        cached_input_tokens=cached,
        cache_write_input_tokens=written,
        output_tokens=output,
        reasoning_output_tokens=reasoning,
    )


def test_cached_input_is_part_of_the_input_and_billed_once() -> None:
    # 600,000 at $2, 400,000 at $0.10
    assert cost_of(tokens(1_000_000, cached=400_000), PLAIN) == Decimal("1.24")


def test_reasoning_is_part_of_the_output_and_billed_once() -> None:
    assert cost_of(tokens(0, output=100_000, reasoning=90_000), PLAIN) == Decimal(1)


def test_input_that_is_written_to_the_cache_has_its_own_rate_where_there_is_one() -> None:
    price = ModelPrice(input=Decimal(2), cached_input=Decimal(0), cache_write=Decimal("2.5"), output=Decimal(0))

    assert cost_of(tokens(1_000_000, written=200_000), price) == Decimal("2.1")  # 800,000 at $2, 200,000 at $2.50
    assert cost_of(tokens(1_000_000, written=200_000), PLAIN) == Decimal(2)


def test_beyond_the_long_context_the_whole_request_has_other_rates() -> None:
    long = LongContext(above_input_tokens=1_000, input=Decimal(4), cached_input=Decimal("0.2"), output=Decimal(15))
    price = ModelPrice(input=Decimal(2), cached_input=Decimal("0.1"), output=Decimal(10), long_context=long)

    assert cost_of(tokens(1_000), price) == Decimal("0.002")
    assert cost_of(tokens(1_001), price) == Decimal("0.004004")


def test_counts_that_cannot_be_cost_nothing_less_than_nothing() -> None:
    assert cost_of(tokens(10, cached=30), PLAIN) == Decimal("0.000003")


def test_a_model_that_no_table_names_has_no_price() -> None:
    table = PriceTable(models={"gpt-5": (PLAIN,)})

    assert price_of(table, "gpt-5-pro", NOW) is None
    assert price_of(table, "gpt", NOW) is None


def test_a_dated_name_has_the_price_of_its_base_only_where_the_table_says_so() -> None:
    dated = ModelPrice(input=Decimal(1), cached_input=Decimal(1), output=Decimal(1), dated_names=True)
    table = PriceTable(models={"a": (dated,), "b": (PLAIN,)})

    assert price_of(table, "a-2025-08-07", NOW) == dated
    assert price_of(table, "b-2025-08-07", NOW) is None
    assert price_of(table, "a-latest", NOW) is None
    assert price_of(table, "a-2025-08-07-mini", NOW) is None


CHANGED = """\
[[models.a]]
from = 2026-08-21
until = 2026-11-21
input = 4
cached_input = 1
output = 20

[[models.a]]
until = 2026-08-20
input = 5
cached_input = 1
output = 30
"""


def test_a_request_has_the_price_of_its_day_in_utc_and_none_where_the_table_has_none(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(CHANGED, encoding="utf-8")
    table = read_prices(file)

    def input_price(moment: str) -> Decimal | None:
        price = price_of(table, "a", round(dt.datetime.fromisoformat(moment).timestamp() * 1000))
        return None if price is None else price.input

    assert input_price("1971-01-01T00:00Z") == 5
    assert input_price("2026-08-20T23:59:59.999Z") == 5
    assert input_price("2026-08-21T00:00Z") == 4
    assert input_price("2026-08-21T01:00+02:00") == 5  # which is the day before in UTC
    assert input_price("2026-11-21T23:59:59.999Z") == 4
    assert input_price("2026-11-22T00:00Z") is None


@pytest.mark.parametrize(("moment", "price"), [(-(1 << 63), 5), ((1 << 63) - 1, None)])
def test_a_moment_beyond_the_calendar_has_the_price_of_its_first_or_last_day(
    moment: int, price: int | None, tmp_path: Path
) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(CHANGED, encoding="utf-8")
    found = price_of(read_prices(file), "a", moment)

    assert (None if found is None else found.input) == price


SHIPPED = {  # input, cached input, cache write, output; and the same beyond the long context
    "codex-mini-latest": ("1.50 0.375 - 6", ""),
    "gpt-5": ("1.25 0.125 - 10", ""),
    "gpt-5-mini": ("0.25 0.025 - 2", ""),
    "gpt-5-codex": ("1.25 0.125 - 10", ""),
    "gpt-5.1": ("1.25 0.125 - 10", ""),
    "gpt-5.1-codex": ("1.25 0.125 - 10", ""),
    "gpt-5.1-codex-max": ("1.25 0.125 - 10", ""),
    "gpt-5.2": ("1.75 0.175 - 14", ""),
    "gpt-5.2-codex": ("1.75 0.175 - 14", ""),
    "gpt-5.3-codex": ("1.75 0.175 - 14", ""),
    "gpt-5.4": ("2.50 0.25 - 15", "5 0.50 - 22.50"),
    "gpt-5.4-mini": ("0.75 0.075 - 4.50", ""),
    "gpt-5.4-nano": ("0.20 0.02 - 1.25", ""),
    "gpt-5.5": ("5 0.50 - 30", "10 1 - 45"),
    "gpt-5.6-luna": ("0.20 0.02 0.25 1.20", "0.40 0.04 0.50 1.80"),
    "gpt-5.6-sol": ("4 0.40 5 20", "8 0.80 10 30"),
    "gpt-5.6-terra": ("2 0.20 2.50 12", "4 0.40 5 18"),
    "gpt-6-astra": ("10 1 12.50 50", "20 2 25 75"),
    "gpt-6-luna": ("0.10 0.01 0.125 0.50", "0.20 0.02 0.25 0.75"),
    "gpt-6-sol": ("2 0.20 2.50 10", "4 0.40 5 15"),
    "gpt-6.1-sol": ("2 0.10 2.50 10", "4 0.20 5 15"),
    "gpt-6.1-terra": ("1 0.05 1.25 5", "2 0.10 2.50 7.50"),
    "gpt-6.2-sol": ("2 0.10 2.50 10", "4 0.20 5 15"),
}
"""The prices of 2026-11-21 as the sources named in prices.toml have them."""


def amounts(rates: str) -> list[Decimal | None]:
    return [None if rate == "-" else Decimal(rate) for rate in rates.split()]


def assert_price(price: ModelPrice, short: str, long: str) -> None:
    assert [price.input, price.cached_input, price.cache_write, price.output] == amounts(short)
    beyond = price.long_context
    if beyond is None:
        assert long == ""
    else:
        rates = [beyond.input, beyond.cached_input, beyond.cache_write, beyond.output]
        assert (beyond.above_input_tokens, rates) == (272_000, amounts(long))


def test_the_shipped_table_has_the_prices_that_its_sources_have() -> None:
    table = shipped_prices()

    assert set(table.models) == set(SHIPPED)
    for model, (short, long) in SHIPPED.items():
        price = price_of(table, model, noon("2026-11-21"))
        assert price is not None
        assert_price(price, short, long)


@pytest.mark.parametrize(
    ("model", "last_day", "short", "long"),
    [
        ("gpt-5.6-luna", "2026-07-29", "1 0.10 1.25 6", "2 0.20 2.50 9"),
        ("gpt-5.6-sol", "2026-08-20", "5 0.50 6.25 30", "10 1 12.50 45"),
        ("gpt-5.6-terra", "2026-07-29", "2.50 0.25 3.125 15", "5 0.50 6.25 22.50"),
    ],
)
def test_a_model_that_was_made_cheaper_has_its_first_price_until_that_day(
    model: str, last_day: str, short: str, long: str
) -> None:
    table = shipped_prices()
    before = price_of(table, model, noon(last_day))
    after = price_of(table, model, noon(last_day) + 24 * 60 * 60 * 1000)

    assert before is not None
    assert after is not None
    assert_price(before, short, long)
    assert_price(after, *SHIPPED[model])


def test_what_gpt_5_6_sol_costs_after_its_reduction_is_not_known() -> None:
    assert price_of(shipped_prices(), "gpt-5.6-sol", noon("2026-11-22")) is None


def test_the_shipped_table_says_when_and_where_its_prices_are_from() -> None:
    table = shipped_prices()

    assert table.date is not None
    assert table.source is not None
    assert price_of(table, "gpt-5-2025-08-07", NOW) == price_of(table, "gpt-5", NOW)


def test_cached_input_costs_no_more_than_input_in_the_shipped_table() -> None:
    for model, prices in shipped_prices().models.items():
        for price in prices:
            assert price.cached_input < price.input < price.output, model


def test_prices_of_ones_own_take_the_place_of_the_shipped_ones_model_by_model(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(
        'date = 2026-11-01\n[models."gpt-5.5"]\ninput = 1\ncached_input = 0.1\noutput = 2\n', encoding="utf-8"
    )
    table = with_own_prices(shipped_prices(), read_prices(file))

    own = ModelPrice(input=Decimal(1), cached_input=Decimal("0.1"), output=Decimal(2))
    assert price_of(table, "gpt-5.5", NOW) == own
    assert price_of(table, "gpt-5", NOW) == price_of(shipped_prices(), "gpt-5", NOW)
    assert table.date == shipped_prices().date
    assert table.own == OwnPrices(models=("gpt-5.5",), date=dt.date(2026, 11, 1), source=None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[", "is no price table: "),
        ("", "missing required field `models`"),
        ("[models.a]\ninput = 1\noutput = 1\n", "missing required field `cached_input`"),
        ("[models.a]\ninput = 1\ncached_input = 1\noutput = 1\nprice = 1\n", "unknown field `price`"),
        ("[models.a]\ninput = -1\ncached_input = 1\noutput = 1\n", "a price of a is negative, or no number"),
        (CHANGED.replace("2026-08-20", "2026-08-21"), "a has two prices for 2026-08-21"),
        (CHANGED.replace("until = 2026-08-20", "").replace("from = 2026-08-21", ""), "a has two prices for all days"),
        (CHANGED.replace("2026-11-21", "2026-08-01"), "a price of a ends before it begins"),
        ("[models.a]\ninput = nan\ncached_input = 1\noutput = 1\n", "a price of a is negative, or no number"),
    ],
)
def test_a_file_that_is_no_price_table_is_refused_with_the_reason(text: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PriceTableError) as refused:
        read_prices(file)

    assert reason in refused.value.reason
    assert refused.value.path == file


def test_a_price_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PriceTableError, match="No such file"):
        read_prices(tmp_path / "nothing.toml")
