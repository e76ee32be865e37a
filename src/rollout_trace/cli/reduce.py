"""`reduce`: bundles in, `state.json` out."""

import sys
from collections.abc import Generator
from contextlib import closing
from functools import partial
from pathlib import Path

import click

from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.outcome import STANDARD_OUTPUT, Outcome, reduce_and_write
from rollout_trace.cli.progress import with_progress
from rollout_trace.cli.reporting import (
    complain,
    diagnostic_line,
    error_fields,
    failure_line,
    path_text,
    tell_json,
    tell_path,
)
from rollout_trace.errors import BundleError
from rollout_trace.limits import Limits
from rollout_trace.reduce.modes import Mode


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
    "salvage: keeps what can be had of a damaged bundle, and reports the rest.",
)
@click.option(
    "-j",
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    help="Reduce so many bundles at once, each in a process of its own; without this, one for each processor core.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each bundle, with its diagnostics.")
@limits_option
def reduce(
    paths: tuple[Path, ...], output: Path | None, mode: str, jobs: int | None, limits: Limits, *, as_json: bool
) -> None:
    """Write the reduced graph of each bundle into it, as state.json.

    PATH is a bundle, or a folder of bundles. The paths written go to standard output, diagnostics to standard error.
    A bundle that is rejected does not stop the others; the exit code is 1 then.
    """
    if output == STANDARD_OUTPUT and as_json:
        raise click.UsageError("--json and --output - both want standard output")
    bundles, without = _bundles_in(paths)
    if output is not None and len(bundles) > 1:
        raise click.UsageError(f"--output is for one bundle, and these are {len(bundles)}")
    failed = bool(without)
    for outcome in without:
        _tell(outcome, as_json=as_json)
    with closing(_outcomes(bundles, output, Mode(mode), limits, jobs)) as outcomes:
        for outcome in with_progress(outcomes, len(bundles), "Reducing"):
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


def _outcomes(
    bundles: list[Path], output: Path | None, mode: Mode, limits: Limits, jobs: int | None
) -> Generator[Outcome]:
    """What becomes of each bundle, in their order. To close it ends what is under way."""
    if jobs == 1 or len(bundles) == 1:
        yield from (reduce_and_write(bundle, output, mode, limits) for bundle in bundles)
        return
    from rollout_trace.fleet.processes import WorkerDiedError, in_processes, usable_cores  # noqa: PLC0415 - not for one

    work = partial(reduce_and_write, output=None, mode=mode, limits=limits)
    with closing(in_processes(work, bundles, jobs or usable_cores())) as results:
        for bundle, result in zip(bundles, results, strict=True):
            yield Outcome(bundle, None, (), result) if isinstance(result, WorkerDiedError) else result


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
