"""What happened, in order, and the chain of work that determined the end."""

from collections.abc import Mapping, Sequence

from rollout_trace.ids import ThreadId
from rollout_trace.query.critical_path import PathStep, critical_path_of
from rollout_trace.query.timeline import TimelineEntry
from rollout_trace.web import parts
from rollout_trace.web.answers.cutting import page_of
from rollout_trace.web.answers.finding import check_thread
from rollout_trace.web.interface.common import Page
from rollout_trace.web.interface.questions import RolloutPageQuery, ThreadPageQuery
from rollout_trace.web.view import View, once_a_view


def timeline(view: View, asked: ThreadPageQuery) -> Page[TimelineEntry]:
    """What happened, in the order of the log."""
    check_thread(view, asked.thread)
    if asked.thread is None:
        return page_of(parts.timeline(view), asked)
    return page_of(_by_thread(view).get(asked.thread, ()), asked)


def critical_path(view: View, asked: RolloutPageQuery) -> Page[PathStep]:
    """The chain of work that determined the end, in order of time."""
    return page_of(_path(view), asked)


@once_a_view
def _by_thread(view: View) -> Mapping[ThreadId | None, Sequence[TimelineEntry]]:
    found: dict[ThreadId | None, list[TimelineEntry]] = {}
    for entry in parts.timeline(view):
        found.setdefault(entry.thread_id, []).append(entry)
    return found


@once_a_view
def _path(view: View) -> Sequence[PathStep]:
    return critical_path_of(view.trace)
