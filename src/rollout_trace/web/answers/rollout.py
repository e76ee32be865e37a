"""What is in a rollout as a whole, what went wrong in it, and what is wrong with its trace."""

from collections import Counter

import msgspec

from rollout_trace.diagnostics import Diagnostic, Level
from rollout_trace.query.failures import Failure
from rollout_trace.query.summary import last_known_moment
from rollout_trace.web import parts
from rollout_trace.web.answers.cutting import page_of
from rollout_trace.web.interface.common import Page
from rollout_trace.web.interface.questions import RolloutPageQuery, RolloutQuery
from rollout_trace.web.interface.rollout import Rollout
from rollout_trace.web.view import View


def rollout(view: View, _asked: RolloutQuery) -> Rollout:
    """What is in the rollout, on one screen."""
    extent, found = view.extent, view.reduction.diagnostics
    return Rollout(
        key=extent.key,
        name=extent.name,
        first_seq=extent.first_seq,
        last_seq=extent.last_seq,
        events=sum(1 for _ in view.reduction.evidence),
        is_live=extent.is_live,
        last_moment_unix_ms=last_known_moment(view.trace),
        default_rejects=any(diagnostic.level is Level.ERROR for diagnostic in found),
        diagnostics=Counter(diagnostic.level for diagnostic in found),
        failures=len(parts.failures(view)),
        replacements=len(parts.replacements(view)),
        summary=msgspec.structs.replace(parts.summary(view), agents=()),
        usage=parts.usage(view).total,
        account=parts.time(view).rollout,
    )


def failures(view: View, asked: RolloutPageQuery) -> Page[Failure]:
    """What failed, was cancelled or never ended, in the order in which it began."""
    return page_of(parts.failures(view), asked)


def diagnostics(view: View, asked: RolloutPageQuery) -> Page[Diagnostic]:
    """The faults of the trace, in the order in which they were met."""
    return page_of(view.reduction.diagnostics, asked)
