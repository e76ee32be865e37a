"""What a rollout used, in tokens and in money: by request, turn, agent and model (question 10).

Owns how counts are added up, and that what is missing is said: a request whose count was not recorded, and one whose
model has no known price, are counted as such, and are in no sum of tokens or of money. What tokens cost is for
`prices`.

Requests to compact a history use tokens too, but no trace has their count.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import msgspec

from rollout_trace.ids import AgentPath, CodexTurnId, InferenceCallId, ThreadId
from rollout_trace.model.inference import InferenceCall, TokenUsage
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.query.prices import ModelPrice, PriceTable, UsDollars, cost_of, price_of
from rollout_trace.values import ExecutionStatus, Seq

_Key = TypeVar("_Key")


class RequestUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What one request used."""

    inference_call_id: InferenceCallId
    started_seq: Seq
    thread_id: ThreadId
    codex_turn_id: CodexTurnId
    model: str
    status: ExecutionStatus
    tokens: TokenUsage | None
    """None where the count was not recorded."""
    cost_usd: UsDollars | None
    """None without a count, and where the price of the model is not known."""


class UsageTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What several requests used."""

    requests: int
    requests_without_count: int
    requests_without_price: int
    """Those that have a count, but whose model had no known price when they were sent."""
    tokens: TokenUsage
    """Of the requests that have a count."""
    cost_usd: UsDollars | None
    """Of the requests that have a count and a price; None if there is none of them."""


class ModelUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What the requests to one model used."""

    model: str
    prices: tuple[ModelPrice, ...]
    """Those that held when a request was sent, in the order of the requests; empty where none is known."""
    totals: UsageTotals


class AgentUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What the requests of one agent used."""

    thread_id: ThreadId
    agent_path: AgentPath
    nickname: str | None
    totals: UsageTotals


class TurnUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What the requests of one turn used."""

    codex_turn_id: CodexTurnId
    started_seq: Seq
    thread_id: ThreadId
    totals: UsageTotals


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What a rollout used. Agents and turns stand in order of their starts, models of their first request."""

    total: UsageTotals
    models: tuple[ModelUsage, ...]
    agents: tuple[AgentUsage, ...]
    turns: tuple[TurnUsage, ...]
    requests: tuple[RequestUsage, ...]
    """In order of their starts."""
    compaction_requests: int
    """Requests to compact a history. No trace has the count of their tokens, and they are in no total."""


def usage_of(trace: RolloutTrace, prices: PriceTable, thread_id: ThreadId | None = None) -> Usage:
    """Add up what a rollout used, or one of its agents."""

    def counts(its_thread: ThreadId) -> bool:
        return thread_id in {None, its_thread}

    sent = (call for call in trace.inference_calls.values() if counts(call.thread_id))
    calls = sorted(sent, key=lambda call: call.execution.started_seq)
    its_prices = [price_of(prices, call.model, call.execution.started_at_unix_ms) for call in calls]
    requests = tuple(_request(call, price) for call, price in zip(calls, its_prices, strict=True))
    known: dict[str, dict[ModelPrice, None]] = {}
    for call, price in zip(calls, its_prices, strict=True):
        known.setdefault(call.model, {}).update({} if price is None else {price: None})
    by_model = _grouped(requests, lambda request: request.model)
    by_agent = _grouped(requests, lambda request: request.thread_id)
    by_turn = _grouped(requests, lambda request: request.codex_turn_id)
    return Usage(
        total=_totals(requests),
        models=tuple(
            ModelUsage(model=model, prices=tuple(known[model]), totals=_totals(alike))
            for model, alike in by_model.items()
        ),
        agents=tuple(
            AgentUsage(
                thread_id=agent_id,
                agent_path=thread.agent_path,
                nickname=thread.nickname,
                totals=_totals(by_agent.get(agent_id, ())),
            )
            for agent_id, thread in trace.threads.items()
            if counts(agent_id)
        ),
        turns=tuple(
            TurnUsage(
                codex_turn_id=turn_id,
                started_seq=turn.execution.started_seq,
                thread_id=turn.thread_id,
                totals=_totals(by_turn.get(turn_id, ())),
            )
            for turn_id, turn in trace.codex_turns.items()
            if counts(turn.thread_id)
        ),
        requests=requests,
        compaction_requests=sum(counts(request.thread_id) for request in trace.compaction_requests.values()),
    )


def totals_of(requests: Iterable[tuple[TokenUsage | None, UsDollars | None]]) -> UsageTotals:
    """What requests used together; of each its count and its cost, as far as they are known."""
    together = list(requests)
    counts = [tokens for tokens, _ in together if tokens is not None]
    costs = [cost for _, cost in together if cost is not None]
    return UsageTotals(
        requests=len(together),
        requests_without_count=len(together) - len(counts),
        requests_without_price=len(counts) - len(costs),
        tokens=TokenUsage(
            input_tokens=sum(count.input_tokens for count in counts),
            cached_input_tokens=sum(count.cached_input_tokens for count in counts),
            cache_write_input_tokens=sum(count.cache_write_input_tokens for count in counts),
            output_tokens=sum(count.output_tokens for count in counts),
            reasoning_output_tokens=sum(count.reasoning_output_tokens for count in counts),
        ),
        cost_usd=sum(costs, UsDollars(0)) if costs else None,
    )


def _totals(requests: Iterable[RequestUsage]) -> UsageTotals:
    return totals_of((request.tokens, request.cost_usd) for request in requests)


def _request(call: InferenceCall, price: ModelPrice | None) -> RequestUsage:
    return RequestUsage(
        inference_call_id=call.inference_call_id,
        started_seq=call.execution.started_seq,
        thread_id=call.thread_id,
        codex_turn_id=call.codex_turn_id,
        model=call.model,
        status=call.execution.status,
        tokens=call.usage,
        cost_usd=None if call.usage is None or price is None else cost_of(call.usage, price),
    )


def _grouped(
    requests: Iterable[RequestUsage], key: Callable[[RequestUsage], _Key]
) -> Mapping[_Key, list[RequestUsage]]:
    groups: dict[_Key, list[RequestUsage]] = {}
    for request in requests:
        groups.setdefault(key(request), []).append(request)
    return groups
