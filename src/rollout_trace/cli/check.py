"""`check`: whether the evidence is whole, and what can be trusted if not."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import click
import msgspec
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.check.bundle_check import check_bundle
from rollout_trace.check.findings import Finding, Report, Severity, Verdict
from rollout_trace.cli.formatting import CAUTION
from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.printing import show
from rollout_trace.cli.reporting import complain, error_fields, failure_line, path_text, tell_json
from rollout_trace.cli.tables import Table, facts
from rollout_trace.cli.which_bundle import path_named, root_named
from rollout_trace.errors import BundleError, RolloutTraceError
from rollout_trace.limits import Limits
from rollout_trace.printable import printable

_EXIT_CODES: Final = {Verdict.WHOLE: 0, Verdict.INCOMPLETE: 3, Verdict.DAMAGED: 4}
_NO_BUNDLE: Final = 1
_STYLES: Final = {
    Verdict.WHOLE: "green",
    Verdict.INCOMPLETE: CAUTION,
    Verdict.DAMAGED: "red",
    Severity.NOTE: "none",
    Severity.INCOMPLETE: CAUTION,
    Severity.DAMAGE: "red",
}
_MOST_SHOWN = 5


class _Outcome(NamedTuple):
    """What became of one bundle: a report, or why there is none."""

    bundle: Path
    report: Report | None
    error: RolloutTraceError | None


@click.command()
@click.argument("named", metavar="[BUNDLE]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each bundle, with all findings.")
@limits_option
def check(named: tuple[str, ...], limits: Limits, *, as_json: bool) -> None:
    """Say whether a bundle is whole.

    And what is missing and can be trusted all the same, if not. BUNDLE may be a folder of bundles; without it, the
    folder that CODEX_ROLLOUT_TRACE_ROOT names. Of several, a line is printed for each. Exit codes: 0 whole, 3
    incomplete but consistent, 4 damaged, the worst of several; 1 where there is no bundle.
    """
    bundles, outcomes = _bundles_in([path_named(word) for word in named] or [root_named(None)])
    is_alone = len(bundles) + len(outcomes) == 1
    for outcome in outcomes:
        _tell(outcome, as_json=as_json, is_alone=is_alone)
    for bundle in bundles:
        outcome = _check_one(bundle, limits)
        outcomes.append(outcome)
        _tell(outcome, as_json=as_json, is_alone=is_alone)
    sys.exit(_exit_code(outcomes))


def _bundles_in(paths: Iterable[Path]) -> tuple[list[Path], list[_Outcome]]:
    """The bundles at the paths, each once, and what is to be said of paths that have none."""
    bundles: dict[Path, None] = {}
    without: list[_Outcome] = []
    for path in paths:
        try:
            bundles.update(dict.fromkeys(find_bundles(path)))
        except BundleError as error:
            if (path / "trace.jsonl").is_file():  # a bundle that has lost its manifest
                bundles[path] = None
            else:
                without.append(_Outcome(path, None, error))
    return list(bundles), without


def _check_one(bundle: Path, limits: Limits) -> _Outcome:
    try:
        return _Outcome(bundle, check_bundle(bundle, limits), None)
    except RolloutTraceError as error:
        return _Outcome(bundle, None, error)


def _exit_code(outcomes: list[_Outcome]) -> int:
    if any(outcome.report is None for outcome in outcomes):
        return _NO_BUNDLE
    return max((_EXIT_CODES[outcome.report.verdict] for outcome in outcomes if outcome.report), default=0)


def _tell(outcome: _Outcome, *, as_json: bool, is_alone: bool) -> None:
    if as_json:
        error = None if outcome.error is None else error_fields(outcome.error)
        report = {} if outcome.report is None else msgspec.structs.asdict(outcome.report)
        tell_json({"bundle": path_text(outcome.bundle), "error": error, **report})
    elif outcome.error is not None:
        complain(failure_line(str(outcome.bundle), outcome.error))
    elif outcome.report is not None:
        show(_parts(outcome.report) if is_alone else [_line(outcome.bundle, outcome.report)])


def _line(bundle: Path, report: Report) -> RenderableType:
    verdict = Text(f"{report.verdict:<10}  ", _STYLES[report.verdict])
    what_it_means = report.conclusion.partition(": ")[2]
    return Text.assemble(verdict, printable(str(bundle)), (f"  {printable(what_it_means)}", "dim"))


def _parts(report: Report) -> Iterator[RenderableType]:
    grid = facts()
    grid.add_row("verdict", Text(report.verdict, _STYLES[report.verdict]))
    skipped = f", {report.events_skipped:,} of them cannot be used" if report.events_skipped else ""
    grid.add_row("events", f"{report.events:,}{skipped}")
    yield grid
    yield Text()
    if report.evidence:
        rows = [(kind, f"{found.files:,}", f"{found.bytes:,}") for kind, found in report.evidence.items()]
        yield Table(("evidence", "files", "bytes"), rows, ("files", "bytes"))
        yield Text()
    if report.findings:
        yield from _findings(report.findings)
        yield Text()
    yield Text(printable(report.conclusion))


def _findings(findings: tuple[Finding, ...]) -> Iterator[RenderableType]:
    """Findings of one kind together, the worst kinds first."""
    by_kind: dict[tuple[Severity, str], list[Finding]] = {}
    for severity in reversed(Severity):
        for found in findings:
            if found.severity is severity:
                by_kind.setdefault((severity, found.code), []).append(found)
    for (severity, code), alike in by_kind.items():
        count = "" if len(alike) == 1 else f" ×{len(alike):,}"
        yield Text.assemble((severity, _STYLES[severity]), f" {code}{count}")
        for found in alike[:_MOST_SHOWN]:
            yield Padding(Text(printable(f"{_place(found)}{found.message}"), "dim"), (0, 0, 0, 2))
        if len(alike) > _MOST_SHOWN:
            yield Padding(Text(f"… and {len(alike) - _MOST_SHOWN:,} more; --json has all", "dim"), (0, 0, 0, 2))


def _place(found: Finding) -> str:
    if found.line is None:
        return "" if found.seq is None else f"seq {found.seq}: "
    return f"line {found.line} (byte {found.offset:,}): " if found.offset is not None else f"line {found.line}: "
