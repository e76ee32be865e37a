"""Whether the bundle is whole: of the log so far, whatever moment is looked at."""

from rollout_trace.check.bundle_check import check_bundle
from rollout_trace.check.findings import Finding, Report
from rollout_trace.web.answers.cutting import page_of
from rollout_trace.web.interface.common import Page
from rollout_trace.web.interface.questions import RolloutPageQuery, RolloutQuery
from rollout_trace.web.interface.rollout import Check
from rollout_trace.web.view import View, once_a_log


def check(view: View, _asked: RolloutQuery) -> Check:
    """What the bundle is worth as evidence."""
    report = _report(view)
    return Check(
        verdict=report.verdict,
        conclusion=report.conclusion,
        findings=len(report.findings),
        events=report.events,
        events_skipped=report.events_skipped,
        evidence=dict(report.evidence),
    )


def check_findings(view: View, asked: RolloutPageQuery) -> Page[Finding]:
    """What was found to be missing or wrong, in the order of the log."""
    return page_of(_report(view).findings, asked)


@once_a_log
def _report(view: View) -> Report:
    return check_bundle(view.bundle)
