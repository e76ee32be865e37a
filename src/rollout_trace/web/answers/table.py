"""The function that answers each endpoint of a rollout, and the envelope of its answer."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from rollout_trace.web import parts
from rollout_trace.web.answers import (
    agents,
    check,
    compactions,
    conversation,
    evidence,
    objects,
    requests,
    rollout,
    search,
    terminals,
    timeline,
    tools,
    usage,
)
from rollout_trace.web.interface import endpoints
from rollout_trace.web.interface.common import Answer
from rollout_trace.web.interface.endpoints import Endpoint
from rollout_trace.web.names import names_in
from rollout_trace.web.view import View

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class _Answered(NamedTuple):
    """An endpoint with what answers it; made by `_by` alone, which checks that they fit."""

    name: str
    answer: Callable[[View, Any], Any]


def _by(endpoint: Endpoint[Asked, Told], answer: Callable[[View, Asked], Told]) -> _Answered:
    return _Answered(endpoint.name, answer)


ANSWERS: Final[Mapping[str, Callable[[View, Any], Any]]] = dict(
    (
        _by(endpoints.ROLLOUT, rollout.rollout),
        _by(endpoints.AGENTS, agents.agents),
        _by(endpoints.PASSAGES, agents.passages),
        _by(endpoints.FAILURES, rollout.failures),
        _by(endpoints.DIAGNOSTICS, rollout.diagnostics),
        _by(endpoints.TIMELINE, timeline.timeline),
        _by(endpoints.CRITICAL_PATH, timeline.critical_path),
        _by(endpoints.CONVERSATION, conversation.conversation),
        _by(endpoints.REQUESTS, requests.requests),
        _by(endpoints.REQUEST, requests.request),
        _by(endpoints.REQUEST_ITEMS, requests.request_items),
        _by(endpoints.TOOLS, tools.tools),
        _by(endpoints.CELLS, tools.cells),
        _by(endpoints.TERMINALS, terminals.terminals),
        _by(endpoints.TERMINAL, terminals.terminal),
        _by(endpoints.COMPACTIONS, compactions.compactions),
        _by(endpoints.COMPACTION_ITEMS, compactions.compaction_items),
        _by(endpoints.USAGE, usage.usage),
        _by(endpoints.TURNS, usage.turns),
        _by(endpoints.OBJECT, objects.details),
        _by(endpoints.OBJECT_NAMED_BY, objects.object_named_by),
        _by(endpoints.OBJECT_EVENTS, objects.object_events),
        _by(endpoints.OBJECT_PAYLOADS, objects.object_payloads),
        _by(endpoints.OBJECT_TEXT, objects.object_text),
        _by(endpoints.LINEAGE, objects.lineage),
        _by(endpoints.NAMED, objects.named),
        _by(endpoints.PLACE, objects.place),
        _by(endpoints.EVENTS, evidence.events),
        _by(endpoints.PAYLOAD, evidence.payload),
        _by(endpoints.ITEM, conversation.item),
        _by(endpoints.CHECK, check.check),
        _by(endpoints.CHECK_FINDINGS, check.check_findings),
        _by(endpoints.SEARCH, search.search),
    )
)
"""What answers each endpoint of a rollout, by its name.

Each function raises `QuestionError` for what the graph does not have and for a question that cannot be answered, with a
sentence for a person, and `BundleError` if the log cannot be read any more.
"""


def answer(view: View, name: str, question: Any) -> Answer[Any]:  # noqa: ANN401 - the endpoint's own types
    """The answer of the endpoint of this name, in its envelope; raises what the functions of `ANSWERS` raise."""
    told = ANSWERS[name](view, question)
    return Answer(answer=told, as_of=parts.last_seq(view), names=names_in(told, parts.names(view)))
