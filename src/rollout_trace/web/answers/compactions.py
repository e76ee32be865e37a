"""Histories that were replaced, and what each replacement dropped, kept and added."""

from collections.abc import Sequence

from rollout_trace.errors import QuestionError
from rollout_trace.query.compactions import Replacement, with_repetitions
from rollout_trace.query.naming import ObjectRef
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.web import parts
from rollout_trace.web.answers.cutting import page_made_of
from rollout_trace.web.answers.items import items_of
from rollout_trace.web.interface.common import Page
from rollout_trace.web.interface.objects import Item
from rollout_trace.web.interface.questions import ReplacedItems, ReplacementQuery, RolloutPageQuery
from rollout_trace.web.interface.rollout import ReplacementLine
from rollout_trace.web.view import View, once_a_view


def compactions(view: View, asked: RolloutPageQuery) -> Page[ReplacementLine]:
    """Replacements of histories, in order."""
    return page_made_of(_with_repetitions(view), asked, lambda part: [_line(found) for found in part])


def compaction_items(view: View, asked: ReplacementQuery) -> Page[Item]:
    """The items that a replacement dropped, kept or added."""
    found = next((found for found in parts.replacements(view) if found.position.seq == asked.seq), None)
    if found is None:
        message = f"no history was replaced at event {asked.seq}"
        raise QuestionError(message)
    match asked.choice:
        case ReplacedItems.DROPPED:
            chosen = found.dropped
        case ReplacedItems.KEPT:
            chosen = found.kept
        case ReplacedItems.ADDED:
            chosen = found.added
    return page_made_of(chosen, asked, lambda item_ids: items_of(view, item_ids))


@once_a_view
def _with_repetitions(view: View) -> Sequence[Replacement]:
    return with_repetitions(view.bundle, view.trace, parts.replacements(view))


def _line(found: Replacement) -> ReplacementLine:
    compaction, request = found.compaction_id, found.first_request
    return ReplacementLine(
        kind=found.kind,
        ref=None if compaction is None else ObjectRef(ObjectKind.COMPACTION, compaction),
        thread_id=found.thread_id,
        position=found.position,
        at_unix_ms=found.at_unix_ms,
        first_request=None if request is None else ObjectRef(ObjectKind.INFERENCE_CALL, request),
        before=found.before,
        after=found.after,
        dropped=len(found.dropped),
        kept=len(found.kept),
        added=len(found.added),
        asked_again=found.asked_again,
    )
