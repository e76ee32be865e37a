"""A model's answer in the form that a trace has for it (spec 1, "inference response").

Owns the translation from what providers return: an object of the Responses API, as a dictionary or as a model of an
SDK, or the trace's own form. Whatever else the provider says is left out: a trace keeps finished items and their cost.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rollout_trace.record.encoding import Json, plain


class Answer(NamedTuple):
    """What came back for a request."""

    items: Sequence[object] | None
    """The items, if the answer says any."""
    response_id: str | None
    upstream_request_id: str | None
    token_usage: Json | None


def answer_of(response: object) -> Answer:
    """Read what a provider returned: an object with `output` or `output_items`, or a bare list of items."""
    said = plain(response)
    if isinstance(said, list):
        said = {"output_items": said}
    if not isinstance(said, dict):
        said = {}
    items = said.get("output_items", said.get("output"))
    return Answer(
        items=items if isinstance(items, list) else None,
        response_id=_text(said.get("response_id", said.get("id"))),
        upstream_request_id=_text(said.get("upstream_request_id", said.get("_request_id"))),
        token_usage=token_usage_of(said.get("token_usage", said.get("usage"))),
    )


def token_usage_of(usage: object) -> Json | None:
    """What a request cost, in tokens, from a provider's `usage` or the trace's own form of it."""
    said = plain(usage)
    if not isinstance(said, dict):
        return None
    if "cached_input_tokens" in said:
        return said
    of_input, of_output = said.get("input_tokens_details") or {}, said.get("output_tokens_details") or {}
    return {
        "input_tokens": said.get("input_tokens", 0),
        "cached_input_tokens": of_input.get("cached_tokens", 0),
        "cache_write_input_tokens": of_input.get("cache_write_tokens", 0),
        "output_tokens": said.get("output_tokens", 0),
        "reasoning_output_tokens": of_output.get("reasoning_tokens", 0),
        "total_tokens": said.get("total_tokens", 0),
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
