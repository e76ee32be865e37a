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
    problem: str = ""
    """Why there are no items, if the answer should have some."""


def answer_of(response: object) -> Answer:
    """Read what a provider returned: an object with `output` or `output_items`, or items, or one, or a text."""
    said = plain(response)
    if isinstance(said, str):
        said = {"type": "message", "role": "assistant", "content": said}
    if isinstance(said, dict) and _is_item(said):
        said = [said]
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
        problem="" if isinstance(items, list) or response is None else _problem(said),
    )


def _is_item(said: Json) -> bool:
    is_answer = any(name in said for name in ("output_items", "choices", "stop_reason", "object"))
    is_answer = is_answer or ("output" in said and "call_id" not in said)
    return not is_answer and (isinstance(said.get("type"), str) or "role" in said)


def _problem(said: Json) -> str:
    if "choices" in said:
        return "a response has `choices` and no `output`: is it of the Chat Completions API? Translate it first"
    if "content" in said:
        return "a response has `content` and no `output`: is it of the Messages API? Translate it first"
    return "a response has no `output`"


def token_usage_of(usage: object) -> Json | None:
    """What a request cost, in tokens, from a provider's `usage` or the trace's own form of it.

    None if that does not say how many went in and came out, in the words of the Responses API.
    """
    said = plain(usage)
    if not isinstance(said, dict):
        return None
    if "cached_input_tokens" in said:
        return said
    if not all(type(said.get(name)) is int for name in ("input_tokens", "output_tokens")):
        return None
    of_input, of_output = said.get("input_tokens_details") or {}, said.get("output_tokens_details") or {}
    return {
        "input_tokens": said["input_tokens"],
        "cached_input_tokens": of_input.get("cached_tokens", 0),
        "cache_write_input_tokens": of_input.get("cache_write_tokens", 0),
        "output_tokens": said["output_tokens"],
        "reasoning_output_tokens": of_output.get("reasoning_tokens", 0),
        "total_tokens": said.get("total_tokens", said["input_tokens"] + said["output_tokens"]),
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
