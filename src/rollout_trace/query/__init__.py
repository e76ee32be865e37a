"""Answers: read-only functions over a graph, each for one question that users bring.

`docs/python.md` shows them at work. Each is imported when it is first used, so that a command does not pay for what it
does not use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout_trace.query.agents import agents_of
    from rollout_trace.query.compactions import replacements_of
    from rollout_trace.query.context import context_of
    from rollout_trace.query.conversation import conversation_of, seen_at
    from rollout_trace.query.description import describe
    from rollout_trace.query.difference import difference_between
    from rollout_trace.query.failures import failures_of
    from rollout_trace.query.item_text import whole_texts
    from rollout_trace.query.lineage import lineage_of
    from rollout_trace.query.moment import state_at
    from rollout_trace.query.naming import Names, ObjectRef
    from rollout_trace.query.outcome import outcome_of
    from rollout_trace.query.search import find_text
    from rollout_trace.query.summary import summarize
    from rollout_trace.query.terminals import terminals_of
    from rollout_trace.query.timeline import timeline_of
    from rollout_trace.query.tool_outputs import tool_outputs_of

_HOMES = {
    "agents": ("agents_of",),
    "compactions": ("replacements_of",),
    "context": ("context_of",),
    "conversation": ("conversation_of", "seen_at"),
    "description": ("describe",),
    "difference": ("difference_between",),
    "failures": ("failures_of",),
    "item_text": ("whole_texts",),
    "lineage": ("lineage_of",),
    "moment": ("state_at",),
    "naming": ("Names", "ObjectRef"),
    "outcome": ("outcome_of",),
    "search": ("find_text",),
    "summary": ("summarize",),
    "terminals": ("terminals_of",),
    "timeline": ("timeline_of",),
    "tool_outputs": ("tool_outputs_of",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Names",
    "ObjectRef",
    "agents_of",
    "context_of",
    "conversation_of",
    "describe",
    "difference_between",
    "failures_of",
    "find_text",
    "lineage_of",
    "outcome_of",
    "replacements_of",
    "seen_at",
    "state_at",
    "summarize",
    "terminals_of",
    "timeline_of",
    "tool_outputs_of",
    "whole_texts",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
