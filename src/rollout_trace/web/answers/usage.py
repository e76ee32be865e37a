"""What a rollout used: tokens and money, in all, by model and by turn."""

from collections.abc import Mapping, Sequence

from rollout_trace.ids import ThreadId
from rollout_trace.model.threads import CodexTurn
from rollout_trace.query.outcome import duration_of, outcome_of
from rollout_trace.web import parts
from rollout_trace.web.answers.cutting import page_made_of
from rollout_trace.web.answers.finding import check_thread
from rollout_trace.web.interface.common import Page
from rollout_trace.web.interface.questions import RolloutQuery, ThreadPageQuery
from rollout_trace.web.interface.rollout import TurnLine, UsageOverview
from rollout_trace.web.view import View, once_a_view


def usage(view: View, _asked: RolloutQuery) -> UsageOverview:
    """What was used in all, and by model."""
    used, date = parts.usage(view), None if view.prices.own is not None else view.prices.date
    return UsageOverview(
        total=used.total,
        models=used.models,
        compaction_requests=used.compaction_requests,
        price_date=None if date is None else date.isoformat(),
    )


def turns(view: View, asked: ThreadPageQuery) -> Page[TurnLine]:
    """Turns, in the order of their starts."""
    check_thread(view, asked.thread)
    chosen = _by_thread(view).get(asked.thread, ())
    return page_made_of(chosen, asked, lambda part: [_line(view, turn) for turn in part])


@once_a_view
def _by_thread(view: View) -> Mapping[ThreadId | None, Sequence[CodexTurn]]:
    """The turns of each agent; those of all agents stand under None."""
    found: dict[ThreadId | None, list[CodexTurn]] = {}
    for turn in view.trace.codex_turns.values():
        for thread_id in (None, turn.thread_id):
            found.setdefault(thread_id, []).append(turn)
    return found


def _line(view: View, turn: CodexTurn) -> TurnLine:
    window = turn.execution
    return TurnLine(
        codex_turn_id=turn.codex_turn_id,
        thread_id=turn.thread_id,
        started_seq=window.started_seq,
        started_at_unix_ms=window.started_at_unix_ms,
        duration_ms=duration_of(window),
        outcome=outcome_of(view.trace, window, turn.thread_id, turn.codex_turn_id),
        usage=parts.usage_by_turn(view)[turn.codex_turn_id],
    )
