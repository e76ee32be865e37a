"""Read, reduce and explain the trace bundles that coding agents record.

The names below are the public ones; `docs/python.md` shows them at work. Each is imported when it is first used, so
that `rollout-trace --version`, and a program that only records, do not pay for what they do not use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout_trace.bundle.discovery import find_bundles
    from rollout_trace.bundle.folder import Bundle, open_bundle
    from rollout_trace.bundle.state_file import load_state, write_state
    from rollout_trace.bundle_reduction import reduce_bundle
    from rollout_trace.check.bundle_check import check_bundle
    from rollout_trace.check.findings import Finding, Report, Severity, Verdict
    from rollout_trace.diagnostics import Code, Diagnostic, Level
    from rollout_trace.errors import (
        BundleError,
        PayloadError,
        QuestionError,
        Rejection,
        RolloutTraceError,
        StateError,
    )
    from rollout_trace.events.log_entry import LoggedEvent, UnreadableLine
    from rollout_trace.events.types import TraceEvent
    from rollout_trace.follow.bundle_follower import BundleFollower, Change, ChangeKind
    from rollout_trace.follow.following import follow_bundles
    from rollout_trace.limits import Limits
    from rollout_trace.model.rollout import RolloutTrace
    from rollout_trace.query.current_activity import AgentActivity, current_activities
    from rollout_trace.query.item_content import item_content
    from rollout_trace.query.summary import Summary, summarize
    from rollout_trace.record.durability import Durability
    from rollout_trace.record.rollout import Recorder
    from rollout_trace.reduce.evidence import EventPosition, Evidence, ItemSource, ObjectKind
    from rollout_trace.reduce.modes import Mode
    from rollout_trace.reduce.replay import Reducer, Reduction
    from rollout_trace.version import __version__

_HOMES = {
    "rollout_trace.bundle.discovery": ("find_bundles",),
    "rollout_trace.bundle.folder": ("Bundle", "open_bundle"),
    "rollout_trace.bundle.state_file": ("load_state", "write_state"),
    "rollout_trace.diagnostics": ("Code", "Diagnostic", "Level"),
    "rollout_trace.errors": (
        "BundleError",
        "PayloadError",
        "QuestionError",
        "Rejection",
        "RolloutTraceError",
        "StateError",
    ),
    "rollout_trace.events.log_entry": ("LoggedEvent", "UnreadableLine"),
    "rollout_trace.events.types": ("TraceEvent",),
    "rollout_trace.check.bundle_check": ("check_bundle",),
    "rollout_trace.check.findings": ("Finding", "Report", "Severity", "Verdict"),
    "rollout_trace.follow.bundle_follower": ("BundleFollower", "Change", "ChangeKind"),
    "rollout_trace.follow.following": ("follow_bundles",),
    "rollout_trace.limits": ("Limits",),
    "rollout_trace.model.rollout": ("RolloutTrace",),
    "rollout_trace.query.current_activity": ("AgentActivity", "current_activities"),
    "rollout_trace.query.item_content": ("item_content",),
    "rollout_trace.query.summary": ("Summary", "summarize"),
    "rollout_trace.record.durability": ("Durability",),
    "rollout_trace.record.rollout": ("Recorder",),
    "rollout_trace.reduce.evidence": ("EventPosition", "Evidence", "ItemSource", "ObjectKind"),
    "rollout_trace.reduce.modes": ("Mode",),
    "rollout_trace.reduce.replay": ("Reducer", "Reduction"),
    "rollout_trace.bundle_reduction": ("reduce_bundle",),
    "rollout_trace.version": ("__version__",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AgentActivity",
    "Bundle",
    "BundleError",
    "BundleFollower",
    "Change",
    "ChangeKind",
    "Code",
    "Diagnostic",
    "Durability",
    "EventPosition",
    "Evidence",
    "Finding",
    "ItemSource",
    "Level",
    "Limits",
    "LoggedEvent",
    "Mode",
    "ObjectKind",
    "PayloadError",
    "QuestionError",
    "Recorder",
    "Reducer",
    "Reduction",
    "Rejection",
    "Report",
    "RolloutTrace",
    "RolloutTraceError",
    "Severity",
    "StateError",
    "Summary",
    "TraceEvent",
    "UnreadableLine",
    "Verdict",
    "__version__",
    "check_bundle",
    "current_activities",
    "find_bundles",
    "follow_bundles",
    "item_content",
    "load_state",
    "open_bundle",
    "reduce_bundle",
    "summarize",
    "write_state",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
