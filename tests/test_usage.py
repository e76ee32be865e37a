"""What rollouts used, with the sums done by hand."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from recording import CHILD, ROOT, recording_with_turn, user
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.model.inference import TokenUsage
from rollout_trace.query.prices import ModelPrice, PriceTable, read_prices, shipped_prices
from rollout_trace.query.usage import Usage, usage_of

EXAMPLE = Path(__file__).parents[1] / "examples" / "fix-the-build"
COUNT = {"input_tokens": 100, "cached_input_tokens": 60, "output_tokens": 20, "reasoning_output_tokens": 5}
UNKNOWN = PriceTable(models={})
A_DOLLAR_A_TOKEN = ModelPrice(input=Decimal(1_000_000), cached_input=Decimal(0), output=Decimal(1_000_000))
KNOWN = PriceTable(models={"a-model": (A_DOLLAR_A_TOKEN,)})


@pytest.fixture(scope="module")
def example() -> Usage:
    return usage_of(reduce_bundle(EXAMPLE).trace, shipped_prices())


def test_the_example_used_what_its_answers_say(example: Usage) -> None:
    # The answers' counts, from the payloads: input 6212+6498+7204+7806+5930+8310+6604+6402+6611+6840, and so on.
    assert example.total.tokens == TokenUsage(
        input_tokens=68_417,
        cached_input_tokens=63_104,
        cache_write_input_tokens=0,
        output_tokens=1_397,
        reasoning_output_tokens=279,
    )
    assert (example.total.requests, example.total.requests_without_count) == (11, 1)  # the service was busy once
    assert example.compaction_requests == 1


def test_the_example_cost_ten_cents(example: Usage) -> None:
    # gpt-5.5: (68,417 - 63,104) at $5 + 63,104 at $0.50 + 1,397 at $30, each for a million
    assert example.total.cost_usd == Decimal("0.026565") + Decimal("0.031552") + Decimal("0.04191")
    assert [one.model for one in example.models] == ["gpt-5.5"]


def test_the_reviewer_of_the_example_asked_twice(example: Usage) -> None:
    root, reviewer = example.agents

    assert (root.agent_path, root.totals.requests) == ("/root", 9)
    assert (reviewer.agent_path, reviewer.totals.requests) == ("/root/reviewer", 2)
    assert reviewer.totals.tokens.input_tokens == 5_930 + 6_604
    assert reviewer.totals.cost_usd == Decimal("0.01488")  # 1,014 at $5, 11,520 at $0.50, 135 at $30


def test_the_failed_request_of_the_example_has_neither_count_nor_cost(example: Usage) -> None:
    failed = [request for request in example.requests if request.tokens is None]

    assert [(request.status, request.cost_usd, request.started_seq) for request in failed] == [("failed", None, 11)]


def test_the_parts_add_up_to_the_total(example: Usage) -> None:
    for parts in (example.models, example.agents, example.turns):
        totals = [part.totals for part in parts]
        assert sum(one.cost_usd or 0 for one in totals) == example.total.cost_usd
        assert sum(one.tokens.input_tokens for one in totals) == example.total.tokens.input_tokens
        assert sum(one.requests for one in totals) == example.total.requests


def test_a_model_without_a_price_costs_nobody_knows_what() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    recording.answer("inf-1", [], token_usage=COUNT)
    found = usage_of(recording.reduce().trace, UNKNOWN)

    assert (found.total.cost_usd, found.total.requests_without_price) == (None, 1)
    assert found.total.tokens.input_tokens == 100
    assert [(one.model, one.prices) for one in found.models] == [("a-model", ())]


def test_each_request_has_the_price_of_the_day_on_which_it_was_sent(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(
        "[[models.a-model]]\nuntil = 2026-08-20\ninput = 1_000_000\ncached_input = 0\noutput = 0\n"
        "[[models.a-model]]\nfrom = 2026-08-21\nuntil = 2026-08-21\ninput = 2_000_000\ncached_input = 0\noutput = 0\n"
    )
    first, second = read_prices(file).models["a-model"]
    recording = recording_with_turn()
    for call in ("inf-1", "inf-2", "inf-3"):
        recording.request(call, [user("go")])
        recording.answer(call, [], token_usage=COUNT)
    trace = recording.reduce().trace
    calls = {}
    for day, sent in zip(("2026-08-20", "2026-08-21", "2026-08-22"), trace.inference_calls.values(), strict=True):
        at = round(datetime.fromisoformat(f"{day}T12:00Z").timestamp() * 1000)
        window = msgspec.structs.replace(sent.execution, started_at_unix_ms=at)
        calls[sent.inference_call_id] = msgspec.structs.replace(sent, execution=window)
    found = usage_of(msgspec.structs.replace(trace, inference_calls=calls), read_prices(file))

    assert [request.cost_usd for request in found.requests] == [40, 80, None]
    assert found.total.cost_usd == 120
    assert found.total.requests_without_price == 1
    assert [one.prices for one in found.models] == [(first, second)]


def test_a_request_without_a_count_is_told_and_is_not_one_without_a_price() -> None:
    recording = recording_with_turn()
    for call, count in (("inf-1", COUNT), ("inf-2", None)):
        recording.request(call, [user("go")])
        recording.answer(call, [], token_usage=count)
    total = usage_of(recording.reduce().trace, KNOWN).total

    assert (total.requests, total.requests_without_count, total.requests_without_price) == (2, 1, 0)
    assert total.cost_usd == 40 + 20  # of the one that has a count: 40 not cached, 20 of output


def test_each_turn_and_each_agent_has_what_its_own_requests_used() -> None:
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/bee")
    recording.turn("turn-2", CHILD)
    recording.turn("turn-3", ROOT)
    for call, turn, thread in (("inf-1", "turn-1", ROOT), ("inf-2", "turn-2", CHILD), ("inf-3", "turn-3", ROOT)):
        recording.request(call, [user(call)], turn=turn, thread=thread)
        recording.answer(call, [], token_usage=COUNT, turn=turn, thread=thread)
    found = usage_of(recording.reduce().trace, KNOWN)

    assert [(one.codex_turn_id, one.totals.requests) for one in found.turns] == [
        ("turn-1", 1),
        ("turn-2", 1),
        ("turn-3", 1),
    ]
    assert [one.totals.cost_usd for one in found.agents] == [120, 60]
