"""What tokens cost, by tables whose rules and sums are written out here."""

from decimal import Decimal
from pathlib import Path

import pytest

from rollout_trace.errors import PriceTableError
from rollout_trace.model.inference import TokenUsage
from rollout_trace.query.prices import (
    LongContext,
    ModelPrice,
    PriceTable,
    cost_of,
    overridden,
    price_of,
    read_prices,
    shipped_prices,
)

PLAIN = ModelPrice(input=Decimal(2), cached_input=Decimal("0.1"), output=Decimal(10))


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
    table = PriceTable(models={"gpt-5": PLAIN})

    assert price_of(table, "gpt-5-pro") is None
    assert price_of(table, "gpt") is None


def test_a_dated_name_has_the_price_of_its_base_only_where_the_table_says_so() -> None:
    dated = ModelPrice(input=Decimal(1), cached_input=Decimal(1), output=Decimal(1), dated_names=True)
    table = PriceTable(models={"a": dated, "b": PLAIN})

    assert price_of(table, "a-2025-08-07") == dated
    assert price_of(table, "b-2025-08-07") is None
    assert price_of(table, "a-latest") is None
    assert price_of(table, "a-2025-08-07-mini") is None


def test_the_shipped_table_says_when_and_where_its_prices_are_from() -> None:
    table = shipped_prices()

    assert table.date is not None
    assert table.source is not None
    price = price_of(table, "gpt-5.5")
    assert price is not None
    assert (price.input, price.cached_input, price.output) == (Decimal(5), Decimal("0.5"), Decimal(30))
    assert price_of(table, "gpt-5-2025-08-07") == price_of(table, "gpt-5")


def test_cached_input_and_reading_it_costs_no_more_than_input_in_the_shipped_table() -> None:
    for model, price in shipped_prices().models.items():
        assert price.cached_input < price.input < price.output, model


def test_prices_of_ones_own_take_the_place_of_the_shipped_ones_model_by_model(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('[models."gpt-5.5"]\ninput = 1\ncached_input = 0.1\noutput = 2\n', encoding="utf-8")
    table = overridden(shipped_prices(), read_prices(file))

    own = ModelPrice(input=Decimal(1), cached_input=Decimal("0.1"), output=Decimal(2))
    assert price_of(table, "gpt-5.5") == own
    assert price_of(table, "gpt-5") == price_of(shipped_prices(), "gpt-5")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[", "is no price table: "),
        ("", "missing required field `models`"),
        ("[models.a]\ninput = 1\noutput = 1\n", "missing required field `cached_input`"),
        ("[models.a]\ninput = 1\ncached_input = 1\noutput = 1\nprice = 1\n", "unknown field `price`"),
        ("[models.a]\ninput = -1\ncached_input = 1\noutput = 1\n", "a price of a is negative, or no number"),
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
