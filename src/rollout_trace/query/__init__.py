"""Answers: read-only functions over graphs and bundles, each for one question that users bring.

`docs/python.md` shows them at work. Each is imported when it is first used, so that a command does not pay for what it
does not use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout_trace.query.agents import agents_of
    from rollout_trace.query.bundle_facts import facts_of
    from rollout_trace.query.compactions import replacements_of
    from rollout_trace.query.comparison import comparison_of, usage_of_requests
    from rollout_trace.query.context import context_of
    from rollout_trace.query.conversation import conversation_of, seen_at
    from rollout_trace.query.critical_path import critical_path_of
    from rollout_trace.query.current_activity import current_activities
    from rollout_trace.query.description import describe
    from rollout_trace.query.difference import difference_between
    from rollout_trace.query.failures import failures_of
    from rollout_trace.query.item_text import whole_texts
    from rollout_trace.query.lineage import lineage_of
    from rollout_trace.query.moment import state_at
    from rollout_trace.query.naming import Names, ObjectRef
    from rollout_trace.query.outcome import outcome_of
    from rollout_trace.query.prices import cost_of, price_of, read_prices, shipped_prices, with_own_prices
    from rollout_trace.query.provenance import provenance_of
    from rollout_trace.query.search import find_text
    from rollout_trace.query.sessions import KnownBundle, sessions_of
    from rollout_trace.query.summary import summarize
    from rollout_trace.query.terminals import terminals_of
    from rollout_trace.query.time_account import time_account_of
    from rollout_trace.query.timeline import timeline_of
    from rollout_trace.query.tool_outputs import tool_outputs_of
    from rollout_trace.query.usage import usage_of

_HOMES = {
    "agents": ("agents_of",),
    "bundle_facts": ("facts_of",),
    "compactions": ("replacements_of",),
    "comparison": ("comparison_of", "usage_of_requests"),
    "context": ("context_of",),
    "conversation": ("conversation_of", "seen_at"),
    "critical_path": ("critical_path_of",),
    "current_activity": ("current_activities",),
    "description": ("describe",),
    "difference": ("difference_between",),
    "failures": ("failures_of",),
    "item_text": ("whole_texts",),
    "lineage": ("lineage_of",),
    "moment": ("state_at",),
    "naming": ("Names", "ObjectRef"),
    "outcome": ("outcome_of",),
    "prices": ("cost_of", "price_of", "read_prices", "shipped_prices", "with_own_prices"),
    "provenance": ("provenance_of",),
    "search": ("find_text",),
    "sessions": ("KnownBundle", "sessions_of"),
    "summary": ("summarize",),
    "terminals": ("terminals_of",),
    "time_account": ("time_account_of",),
    "timeline": ("timeline_of",),
    "tool_outputs": ("tool_outputs_of",),
    "usage": ("usage_of",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "KnownBundle",
    "Names",
    "ObjectRef",
    "agents_of",
    "comparison_of",
    "context_of",
    "conversation_of",
    "cost_of",
    "critical_path_of",
    "current_activities",
    "describe",
    "difference_between",
    "facts_of",
    "failures_of",
    "find_text",
    "lineage_of",
    "outcome_of",
    "price_of",
    "provenance_of",
    "read_prices",
    "replacements_of",
    "seen_at",
    "sessions_of",
    "shipped_prices",
    "state_at",
    "summarize",
    "terminals_of",
    "time_account_of",
    "timeline_of",
    "tool_outputs_of",
    "usage_of",
    "usage_of_requests",
    "whole_texts",
    "with_own_prices",
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
