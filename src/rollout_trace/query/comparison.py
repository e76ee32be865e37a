"""What many bundles show together: which tools fail, which models are slow, what a task costs, which errors there are.

All of it comes from the facts of the bundles (question 15). A *task* is what the user first asked for in a bundle, word
for word. A percentile is a duration that was measured: the shortest that at least so many of 100 did not exceed.
"""

import math
from collections.abc import Iterable, Sequence

import msgspec

from rollout_trace.query.bundle_facts import BundleFacts, RequestFacts, ToolFacts
from rollout_trace.query.prices import PriceTable, UsDollars, cost_of, price_of
from rollout_trace.query.sessions import KnownBundle
from rollout_trace.query.usage import UsageTotals, totals_of
from rollout_trace.values import ExecutionStatus, Seq


class ToolComparison(msgspec.Struct, frozen=True, kw_only=True):
    """How the calls of one tool ended, in all bundles."""

    tool: str
    bundles: int
    outcomes: ToolFacts


class ModelComparison(msgspec.Struct, frozen=True, kw_only=True):
    """How fast and how dear one model was. Durations are in milliseconds, of the requests that were completed."""

    model: str
    bundles: int
    completed: int
    failed: int
    median_ms: int | None
    percentile_95_ms: int | None
    longest_ms: int | None
    usage: UsageTotals


class TaskComparison(msgspec.Struct, frozen=True, kw_only=True):
    """What one task cost. Of several bundles, the median is the cheaper, or the shorter, of the two in the middle."""

    task: str
    """What was asked, or its beginning."""
    bundles: int
    median_duration_ms: int
    median_cost_usd: UsDollars | None
    """Of the bundles that have a cost."""
    usage: UsageTotals


class ErrorComparison(msgspec.Struct, frozen=True, kw_only=True):
    """The errors of one shape, in all bundles. `bundle` and `seq` say where the first of them is."""

    source: str
    shape: str
    count: int
    bundles: int
    example: str
    bundle: str
    seq: Seq


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Each list is in the order of what matters: most failures, slowest, dearest, most frequent."""

    bundles: int
    usage: UsageTotals
    compaction_requests: int
    """Requests to compact a history. No trace has the count of their tokens, and they are in no total."""
    tools: tuple[ToolComparison, ...]
    models: tuple[ModelComparison, ...]
    tasks: tuple[TaskComparison, ...]
    errors: tuple[ErrorComparison, ...]


def comparison_of(bundles: Sequence[KnownBundle], prices: PriceTable) -> Comparison:
    """Put bundles beside each other."""
    return Comparison(
        bundles=len(bundles),
        usage=usage_of_requests((request for _, facts in bundles for request in facts.requests), prices),
        compaction_requests=sum(facts.compaction_requests for _, facts in bundles),
        tools=_tools(bundles),
        models=_models(bundles, prices),
        tasks=_tasks(bundles, prices),
        errors=_errors(bundles),
    )


def usage_of_requests(requests: Iterable[RequestFacts], prices: PriceTable) -> UsageTotals:
    """What requests used, in tokens and in money."""
    return totals_of((request.tokens, _cost(request, prices)) for request in requests)


def models_without_price(bundles: Iterable[KnownBundle], prices: PriceTable) -> tuple[str, ...]:
    """The models to which requests have a count of tokens, but no known price."""
    requests = (request for _, facts in bundles for request in facts.requests)
    unpriced = {request.model for request in requests if request.tokens is not None and _cost(request, prices) is None}
    return tuple(sorted(unpriced))


def _cost(request: RequestFacts, prices: PriceTable) -> UsDollars | None:
    price = price_of(prices, request.model, request.started_at_unix_ms)
    return None if request.tokens is None or price is None else cost_of(request.tokens, price)


def _tools(bundles: Sequence[KnownBundle]) -> tuple[ToolComparison, ...]:
    by_tool: dict[str, list[ToolFacts]] = {}
    for _, facts in bundles:
        for tool, outcomes in facts.tools.items():
            by_tool.setdefault(tool, []).append(outcomes)
    compared = [
        ToolComparison(
            tool=tool,
            bundles=len(outcomes),
            outcomes=ToolFacts(
                calls=sum(one.calls for one in outcomes),
                failed=sum(one.failed for one in outcomes),
                exit_not_zero=sum(one.exit_not_zero for one in outcomes),
                never_ended=sum(one.never_ended for one in outcomes),
            ),
        )
        for tool, outcomes in by_tool.items()
    ]

    def badness(compared: ToolComparison) -> tuple[int, int, str]:
        outcomes = compared.outcomes
        return -outcomes.failed - outcomes.exit_not_zero, -outcomes.calls, compared.tool

    return tuple(sorted(compared, key=badness))


def _models(bundles: Sequence[KnownBundle], prices: PriceTable) -> tuple[ModelComparison, ...]:
    by_model: dict[str, list[RequestFacts]] = {}
    used_by: dict[str, int] = {}
    for _, facts in bundles:
        for request in facts.requests:
            by_model.setdefault(request.model, []).append(request)
        for model in {request.model for request in facts.requests}:
            used_by[model] = used_by.get(model, 0) + 1
    compared = [_model(model, used_by[model], requests, prices) for model, requests in by_model.items()]
    return tuple(sorted(compared, key=lambda one: (-(one.percentile_95_ms or 0), one.model)))


def _model(model: str, bundles: int, requests: Sequence[RequestFacts], prices: PriceTable) -> ModelComparison:
    completed = [request for request in requests if request.status is ExecutionStatus.COMPLETED]
    durations = sorted(request.duration_ms for request in completed if request.duration_ms is not None)
    return ModelComparison(
        model=model,
        bundles=bundles,
        completed=len(completed),
        failed=sum(request.status is ExecutionStatus.FAILED for request in requests),
        median_ms=percentile(durations, 50),
        percentile_95_ms=percentile(durations, 95),
        longest_ms=percentile(durations, 100),
        usage=usage_of_requests(requests, prices),
    )


def percentile(in_order: Sequence[int], percent: int) -> int | None:
    """The smallest of some numbers, given in order, that at least so many in a hundred of them do not exceed."""
    return in_order[math.ceil(len(in_order) * percent / 100) - 1] if in_order else None


def _tasks(bundles: Sequence[KnownBundle], prices: PriceTable) -> tuple[TaskComparison, ...]:
    by_task: dict[str, list[BundleFacts]] = {}
    for _, facts in bundles:
        if facts.task_sha256 is not None:
            by_task.setdefault(facts.task_sha256, []).append(facts)
    compared = [_task(alike[0].first_user_message or "", alike, prices) for alike in by_task.values()]
    return tuple(sorted(compared, key=lambda one: (-(one.usage.cost_usd or 0), -one.bundles, one.task)))


def _task(task: str, bundles: Sequence[BundleFacts], prices: PriceTable) -> TaskComparison:
    usages = [usage_of_requests(facts.requests, prices) for facts in bundles]
    costs = sorted(usage.cost_usd for usage in usages if usage.cost_usd is not None)
    durations = sorted(facts.duration_ms for facts in bundles)
    return TaskComparison(
        task=task,
        bundles=len(bundles),
        median_duration_ms=durations[(len(durations) - 1) // 2],
        median_cost_usd=costs[(len(costs) - 1) // 2] if costs else None,
        usage=usage_of_requests((request for facts in bundles for request in facts.requests), prices),
    )


def _errors(bundles: Sequence[KnownBundle]) -> tuple[ErrorComparison, ...]:
    by_shape: dict[tuple[str, str], ErrorComparison] = {}
    for path, facts in bundles:
        for error in facts.errors:
            before = by_shape.get((error.source, error.shape))
            by_shape[error.source, error.shape] = ErrorComparison(
                source=error.source,
                shape=error.shape,
                count=error.count + (0 if before is None else before.count),
                bundles=1 + (0 if before is None else before.bundles),
                example=error.example if before is None else before.example,
                bundle=str(path) if before is None else before.bundle,
                seq=error.seq if before is None else before.seq,
            )
    return tuple(sorted(by_shape.values(), key=lambda one: (-one.count, -one.bundles, one.source, one.shape)))
