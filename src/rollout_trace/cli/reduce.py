"""`reduce`: bundles in, `state.json` out."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import click

from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.bundle.state_file import write_state, write_state_into
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.reporting import (
    complain,
    diagnostic_line,
    error_fields,
    failure_line,
    path_text,
    tell_json,
    tell_path,
)
from rollout_trace.diagnostics import Diagnostic
from rollout_trace.errors import BundleError, RolloutTraceError
from rollout_trace.limits import Limits
from rollout_trace.model.state_json import encode_state
from rollout_trace.reduce.modes import Mode

STANDARD_OUTPUT = Path("-")


class Outcome(NamedTuple):
    """What became of one bundle: the file that was written, or the error."""

    bundle: Path
    state: Path | None
    diagnostics: tuple[Diagnostic, ...]
    error: RolloutTraceError | None


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write here instead, - for standard output; for one bundle only.",
)
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    default=Mode.DEFAULT.value,
    show_default=True,
    help="default: a better graph than Codex makes; rejects damage. codex: as Codex's own reducer, byte for byte. "
    "salvage: skips what it cannot apply.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each bundle, with its diagnostics.")
@limits_option
def reduce(paths: tuple[Path, ...], output: Path | None, mode: str, limits: Limits, *, as_json: bool) -> None:
    """Write the reduced graph of each bundle into it, as state.json.

    PATH is a bundle, or a folder of bundles. The paths written go to standard output, diagnostics to standard error.
    A bundle that is rejected does not stop the others; the exit code is 1 then.
    """
    if output == STANDARD_OUTPUT and as_json:
        raise click.UsageError("--json and --output - both want standard output")
    bundles, outcomes = _bundles_in(paths)
    if output is not None and len(bundles) > 1:
        raise click.UsageError(f"--output is for one bundle, and these are {len(bundles)}")
    failed = bool(outcomes)
    for outcome in outcomes:
        _tell(outcome, as_json=as_json)
    for bundle in _with_progress(bundles):
        outcome = _reduce_one(bundle, output, Mode(mode), limits)
        failed = failed or outcome.error is not None
        _tell(outcome, as_json=as_json)
    if failed:
        sys.exit(1)


def _bundles_in(paths: tuple[Path, ...]) -> tuple[list[Path], list[Outcome]]:
    """The bundles at the paths, each once, and what is to be said of paths that have none."""
    bundles: dict[Path, None] = {}
    without: list[Outcome] = []
    for path in paths:
        try:
            bundles.update(dict.fromkeys(find_bundles(path)))
        except BundleError as error:
            without.append(Outcome(path, None, (), error))
    return list(bundles), without


def _with_progress(bundles: list[Path]) -> Iterable[Path]:
    """The bundles, with a bar on standard error if there are several and somebody looks."""
    if len(bundles) == 1 or not sys.stderr.isatty():
        return bundles
    from rich.console import Console  # noqa: PLC0415 - costs more than reducing a small bundle
    from rich.progress import track  # noqa: PLC0415 - likewise

    return track(bundles, "Reducing", console=Console(stderr=True), transient=True)


def _reduce_one(bundle: Path, output: Path | None, mode: Mode, limits: Limits) -> Outcome:
    try:
        reduction = reduce_bundle(bundle, mode, limits)
    except RolloutTraceError as error:
        return Outcome(bundle, None, (), error)
    try:
        if output is None:
            output = write_state_into(bundle, reduction.trace)
        elif output == STANDARD_OUTPUT:
            sys.stdout.buffer.write(encode_state(reduction.trace))
        else:
            write_state(reduction.trace, output)
    except RolloutTraceError as error:
        return Outcome(bundle, None, reduction.diagnostics, error)
    return Outcome(bundle, output, reduction.diagnostics, None)


def _tell(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        tell_json(_fields_of(outcome))
        return
    bundle = str(outcome.bundle)
    for diagnostic in outcome.diagnostics:
        complain(diagnostic_line(bundle, diagnostic))
    if outcome.error is not None:
        complain(failure_line(bundle, outcome.error))
    if outcome.state is not None and outcome.state != STANDARD_OUTPUT:
        tell_path(outcome.state)


def _fields_of(outcome: Outcome) -> dict[str, object]:
    error = outcome.error
    return {
        "bundle": path_text(outcome.bundle),
        "state": None if outcome.state is None else path_text(outcome.state),
        "error": None if error is None else error_fields(error),
        "diagnostics": outcome.diagnostics,
    }
