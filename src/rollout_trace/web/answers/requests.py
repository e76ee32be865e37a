"""Requests to models: the list of them, what one asked, and what its model saw."""

from collections.abc import Sequence

from rollout_trace.ids import ItemId
from rollout_trace.model.inference import InferenceCall
from rollout_trace.query.context import compared_items, context_against, lacking, shared_prefix
from rollout_trace.query.gist import answer_gist
from rollout_trace.query.outcome import duration_of, outcome_of
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.web import parts
from rollout_trace.web.answers.cutting import excerpt, page_made_of
from rollout_trace.web.answers.finding import check_thread, found_in, payload_of
from rollout_trace.web.answers.items import items_sent
from rollout_trace.web.interface.common import Page
from rollout_trace.web.interface.objects import RequestHead, RequestItem, RequestLine
from rollout_trace.web.interface.questions import (
    RequestItemsChoice,
    RequestItemsQuery,
    RequestQuery,
    ThreadPageQuery,
)
from rollout_trace.web.view import View, once_a_view


def requests(view: View, asked: ThreadPageQuery) -> Page[RequestLine]:
    """Requests, in the order in which they were sent."""
    check_thread(view, asked.thread)
    calls = _calls(view) if asked.thread is None else parts.requests_by_thread(view).get(asked.thread, ())
    return page_made_of(calls, asked, lambda part: [_line(view, call) for call in part])


@once_a_view
def _calls(view: View) -> Sequence[InferenceCall]:
    return tuple(request.call for request in parts.sent(view).values())


def _line(view: View, call: InferenceCall) -> RequestLine:
    before, window = parts.sent(view)[call.inference_call_id].before, call.execution
    items, others = compared_items(view.bundle, view.trace, call, before)
    return RequestLine(
        inference_call_id=call.inference_call_id,
        thread_id=call.thread_id,
        codex_turn_id=call.codex_turn_id,
        started_seq=window.started_seq,
        started_at_unix_ms=window.started_at_unix_ms,
        duration_ms=duration_of(window),
        model=call.model,
        outcome=outcome_of(view.trace, window, call.thread_id, call.codex_turn_id),
        tokens=call.usage,
        cost_usd=parts.usage_by_request(view)[call.inference_call_id].cost_usd,
        items=len(call.request_item_ids),
        shared_prefix=None if before is None else shared_prefix(view.trace, others, items),
        items_before=None if before is None else len(before.request_item_ids),
        gist=answer_gist(view.trace, call),
    )


def request(view: View, asked: RequestQuery) -> RequestHead:
    """What a request asked, against another."""
    call, other = _compared(view, asked)
    found = context_against(view.bundle, view.trace, call, other)
    siblings = parts.requests_by_thread(view)[call.thread_id]
    place = _places(view)[call.inference_call_id]
    return RequestHead(
        inference_call_id=call.inference_call_id,
        thread_id=call.thread_id,
        codex_turn_id=call.codex_turn_id,
        model=call.model,
        provider_name=call.provider_name,
        execution=call.execution,
        outcome=outcome_of(view.trace, call.execution, call.thread_id, call.codex_turn_id),
        usage=found.usage,
        cost_usd=parts.usage_by_request(view)[call.inference_call_id].cost_usd,
        number_in_thread=place + 1,
        before=siblings[place - 1].inference_call_id if place else None,
        after=siblings[place + 1].inference_call_id if place + 1 < len(siblings) else None,
        against=found.against,
        usage_against=found.usage_against,
        items=len(found.item_ids),
        new=len(found.new),
        vanished=len(found.vanished),
        shared_prefix=found.shared_prefix,
        broken_by=found.broken_by,
        broken_at=found.broken_at,
        keeps_cache=found.keeps_cache,
        changed_settings=found.changed_settings,
        compactions=found.compactions,
        instructions=None if found.instructions is None else excerpt(found.instructions),
        tools=found.tools,
        response_item_ids=call.response_item_ids,
        started_tool_call_ids=call.tool_call_ids_started_by_response,
        request_payload=payload_of(view, call.raw_request_payload_id),
        response_payload=payload_of(view, call.raw_response_payload_id),
    )


def _compared(view: View, asked: RequestQuery) -> tuple[InferenceCall, InferenceCall | None]:
    """A request, and the one that it is compared with."""
    calls = view.trace.inference_calls
    call = found_in(view, ObjectKind.INFERENCE_CALL, calls, asked.request)
    if asked.against is None:
        return call, parts.sent(view)[call.inference_call_id].before
    return call, found_in(view, ObjectKind.INFERENCE_CALL, calls, asked.against)


@once_a_view
def _places(view: View) -> dict[str, int]:
    """For each request: how many there are before it in its thread."""
    return {
        call.inference_call_id: place
        for calls in parts.requests_by_thread(view).values()
        for place, call in enumerate(calls)
    }


def request_items(view: View, asked: RequestItemsQuery) -> Page[RequestItem]:
    """What a model saw, item by item; or what the other request showed, and this one does not."""
    call, other = _compared(view, asked)
    items, others = compared_items(view.bundle, view.trace, call, other)
    is_vanished = asked.choice is RequestItemsChoice.VANISHED
    marked = set(lacking(view.trace, others, items) if is_vanished else lacking(view.trace, items, others))
    shown = list(enumerate(item.item_id for item in (others if is_vanished else items)))
    if asked.choice is not RequestItemsChoice.ALL:
        shown = [(index, item_id) for index, item_id in shown if item_id in marked]
    prefix = shared_prefix(view.trace, others, items)
    asker = other if is_vanished and other is not None else call

    def made(part: Sequence[tuple[int, ItemId]]) -> list[RequestItem]:
        return [
            RequestItem(
                index=index,
                is_new=not is_vanished and item.item_id in marked,
                is_vanished=is_vanished,
                is_in_shared_prefix=index < prefix,
                item=item,
            )
            for (index, _), item in zip(part, items_sent(view, asker, [place for place, _ in part]), strict=True)
        ]

    return page_made_of(shown, asked, made)
