"""What several answers about one graph are made of, each computed once."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import takewhile

from rollout_trace.events.log_entry import LogEntry
from rollout_trace.ids import CodexTurnId, InferenceCallId, ThreadId
from rollout_trace.model.inference import InferenceCall
from rollout_trace.query.applied_events import AppliedEvent, applied_of
from rollout_trace.query.compactions import Replacement, replacements_by
from rollout_trace.query.conversation import ItemTies, ties_of_items
from rollout_trace.query.failures import Failure, failures_from
from rollout_trace.query.links import all_links
from rollout_trace.query.naming import Names, ObjectRef
from rollout_trace.query.requests import SentRequest, sent_requests
from rollout_trace.query.summary import Summary, summarize
from rollout_trace.query.time_account import TimeAccount, time_account_of
from rollout_trace.query.timeline import TimelineEntry, timeline_from
from rollout_trace.query.usage import RequestUsage, Usage, UsageTotals, usage_of
from rollout_trace.values import Seq
from rollout_trace.web.view import View, once_a_log, once_a_view


@once_a_log
def log_entries(view: View) -> tuple[LogEntry, ...]:
    """The lines of the log that are not blank, in order; none that came after the graph of the whole log."""
    last = _last_line(view)
    return tuple(takewhile(lambda entry: (entry.line or 0) <= last, view.bundle.events()))


@once_a_view
def entries(view: View) -> Sequence[LogEntry]:
    """The lines from which the graph was made: those that were applied, and those that were refused."""
    lines = log_entries(view)
    return lines[: bisect_right(lines, _last_line(view), key=lambda entry: entry.line or 0)]


def _last_line(view: View) -> int:
    """The last line that was applied or refused; 0 if there is none."""
    positions = (position.line or 0 for position, _ in view.reduction.evidence)
    refused = (diagnostic.line or 0 for diagnostic in view.reduction.diagnostics)
    return max((*positions, *refused), default=0)


@once_a_view
def applied(view: View) -> tuple[AppliedEvent, ...]:
    """The events that made the graph, in order."""
    return tuple(applied_of(entries(view), view.reduction))


@once_a_view
def applied_by_line(view: View) -> Mapping[int | None, AppliedEvent]:
    """The events that made the graph, by their line."""
    return {event.position.line: event for event in applied(view)}


@once_a_view
def last_seq(view: View) -> Seq:
    """The last event that made the graph; 0 if none did."""
    seqs = [position.seq for position, _ in view.reduction.evidence]  # of the graph: the log need not be read for it
    return seqs[-1] if seqs else 0


@once_a_view
def names(view: View) -> Names:
    """The names of the objects."""
    return Names(view.trace)


@once_a_view
def sent(view: View) -> Mapping[InferenceCallId, SentRequest]:
    """The requests, in the order in which they were sent."""
    return sent_requests(view.trace)


@once_a_view
def requests_by_thread(view: View) -> Mapping[ThreadId, Sequence[InferenceCall]]:
    """The requests of each agent, in the order in which they were sent."""
    found: dict[ThreadId, list[InferenceCall]] = {}
    for request in sent(view).values():
        found.setdefault(request.call.thread_id, []).append(request.call)
    return found


@once_a_view
def item_ties(view: View) -> ItemTies:
    """What ties the items to other objects."""
    return ties_of_items(view.trace)


@once_a_view
def namings(view: View) -> Mapping[ObjectRef, Sequence[tuple[ObjectRef, str]]]:
    """For each object: those that name it, each with the field."""
    found: dict[ObjectRef, list[tuple[ObjectRef, str]]] = {}
    for owner, link in all_links(view.trace):
        found.setdefault(link.ref, []).append((owner, link.field))
    return found


@once_a_view
def timeline(view: View) -> tuple[TimelineEntry, ...]:
    """What happened, in the order of the log."""
    return timeline_from(view.bundle, view.trace, applied(view))


@once_a_view
def failures(view: View) -> tuple[Failure, ...]:
    """What failed or never ended."""
    return failures_from(view.bundle, view.trace, applied(view), timeline(view))


@once_a_view
def replacements(view: View) -> tuple[Replacement, ...]:
    """The histories that were replaced, without what was asked again."""
    return replacements_by(view.reduction, sent(view))


@once_a_view
def summary(view: View) -> Summary:
    """How many of everything there are."""
    return summarize(view.trace)


@once_a_view
def time(view: View) -> TimeAccount:
    """Where the time went."""
    return time_account_of(view.trace)


@once_a_view
def usage(view: View) -> Usage:
    """What was used."""
    return usage_of(view.trace, view.prices)


@once_a_view
def usage_by_request(view: View) -> Mapping[InferenceCallId, RequestUsage]:
    """What each request used."""
    return {request.inference_call_id: request for request in usage(view).requests}


@once_a_view
def usage_by_turn(view: View) -> Mapping[CodexTurnId, UsageTotals]:
    """What each turn used."""
    return {turn.codex_turn_id: turn.totals for turn in usage(view).turns}
