"""A model that follows a script, behind the interface that a live one has.

Owns the form of answers: the events that the Responses API streams. An agent that reads these works the same with a
model at the other end of a network.
"""

import time
from collections.abc import Iterator
from typing import Any, Protocol
from uuid import uuid4

import msgspec

Json = dict[str, Any]

_SECONDS_TO_THINK = 0.08
_BYTES_A_TOKEN = 4
_PREFIXES = {"reasoning": "rs", "message": "msg", "function_call": "fc", "custom_tool_call": "ctc", "compaction": "cmp"}


class StalledError(Exception):
    """A model does not go on with its answer."""


class Model(Protocol):
    """What an agent asks for what to do next."""

    name: str
    provider: str

    def stream(self, request: Json) -> Iterator[Json]:
        """Answer a request, as events of the Responses API: each finished item, and then the whole response.

        Raises:
            StalledError: nothing more came.
        """


class Answer(msgspec.Struct, frozen=True):
    """What a model says next. An answer that stalls breaks off after its items."""

    items: tuple[Json, ...]
    stalls: bool = False


class ScriptedModel:
    """A model that gives one answer after another, whatever it is asked."""

    name = "scripted-1"
    provider = "rollout-trace"

    def __init__(self, answers: Iterator[Answer]) -> None:
        self._answers = answers
        self._tokens_seen = 0

    def stream(self, request: Json) -> Iterator[Json]:
        """The next answer of the script."""
        answer = next(self._answers)
        for item in answer.items:
            time.sleep(_SECONDS_TO_THINK)
            yield {
                "type": "response.output_item.done",
                "item": {"id": f"{_PREFIXES[item['type']]}_{uuid4().hex}", **item},
            }
        if answer.stalls:
            raise StalledError("nothing more came")
        yield {
            "type": "response.completed",
            "response": {"id": f"resp_{uuid4().hex}", "usage": self._usage(request, answer)},
        }

    def _usage(self, request: Json, answer: Answer) -> Json:
        """What a request cost, in tokens, guessed by its length; what the last one had is in the cache."""
        sent, said = _tokens(request), _tokens(answer.items)
        cached, self._tokens_seen = min(self._tokens_seen, sent), sent
        thought = sum(_tokens(item) for item in answer.items if item["type"] == "reasoning")
        return {
            "input_tokens": sent,
            "input_tokens_details": {"cached_tokens": cached},
            "output_tokens": said,
            "output_tokens_details": {"reasoning_tokens": thought},
            "total_tokens": sent + said,
        }


def _tokens(value: object) -> int:
    return len(msgspec.json.encode(value)) // _BYTES_A_TOKEN
