"""`reduce`: bundles in, `state.json` out."""

import sys
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
from rich.console import Console
from rich.progress import track

from rollout_trace.bundle import layout
from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.bundle.state_file import write_state
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.cli.reporting import complain, diagnostic_line, error_fields, failure_line
from rollout_trace.diagnostics import Diagnostic
from rollout_trace.errors import BundleError, RolloutTraceError
from rollout_trace.model.state_json import encode_state
from rollout_trace.printable import printable
from rollout_trace.reduce.modes import Mode

STANDARD_OUTPUT = Path("-")


class Outcome(NamedTuple):
    """What became of one bundle: the file that was written, or the error."""

    bundle: Path
    state: Path | None
    diagnostics: tuple[Diagnostic, ...]
    error: RolloutTraceError | None


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
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
    help="codex: as Codex's own reducer, byte for byte. default: a better graph, damage is refused. "
    "salvage: whatever can be had.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a bundle, with its diagnostics.")
def reduce(paths: tuple[Path, ...], output: Path | None, mode: str, *, as_json: bool) -> None:
    """Write the reduced graph of each bundle into it, as state.json.

    PATH is a bundle, or a folder of bundles. The paths written go to standard output, diagnostics to standard error.
    A bundle that is refused does not stop the others; the exit code is 1 then.
    """
    if output == STANDARD_OUTPUT and as_json:
        raise click.UsageError("--json and --output - both want standard output")
    bundles, failed = _bundles_in(paths)
    if output is not None and len(bundles) > 1:
        raise click.UsageError(f"--output is for one bundle, and these are {len(bundles)}")
    progress = Console(stderr=True)
    quiet = len(bundles) == 1 or not progress.is_terminal
    for bundle in track(bundles, "Reducing", console=progress, transient=True, disable=quiet):
        outcome = _reduce_one(bundle, output or bundle / layout.STATE, Mode(mode))
        failed = failed or outcome.error is not None
        if as_json:
            click.echo(_as_json(outcome))
        else:
            _print(outcome)
    if failed:
        sys.exit(1)


def _bundles_in(paths: tuple[Path, ...]) -> tuple[list[Path], bool]:
    """The bundles at the paths, each once, and whether a path has none."""
    bundles: dict[Path, None] = {}
    failed = False
    for path in paths:
        try:
            bundles.update(dict.fromkeys(find_bundles(path)))
        except BundleError as error:
            complain(failure_line(str(path), error))
            failed = True
    return list(bundles), failed


def _reduce_one(bundle: Path, state: Path, mode: Mode) -> Outcome:
    try:
        reduction = reduce_bundle(bundle, mode)
    except RolloutTraceError as error:
        return Outcome(bundle, None, (), error)
    try:
        if state == STANDARD_OUTPUT:
            sys.stdout.buffer.write(encode_state(reduction.trace))
        else:
            write_state(reduction.trace, state)
    except RolloutTraceError as error:
        return Outcome(bundle, None, reduction.diagnostics, error)
    return Outcome(bundle, state, reduction.diagnostics, None)


def _print(outcome: Outcome) -> None:
    bundle = str(outcome.bundle)
    for diagnostic in outcome.diagnostics:
        complain(diagnostic_line(bundle, diagnostic))
    if outcome.error is not None:
        complain(failure_line(bundle, outcome.error))
    if outcome.state not in {None, STANDARD_OUTPUT}:
        click.echo(printable(str(outcome.state)))


def _as_json(outcome: Outcome) -> str:
    error = outcome.error
    fields = {
        "bundle": str(outcome.bundle),
        "state": None if outcome.state is None else str(outcome.state),
        "error": None if error is None else error_fields(error),
        "diagnostics": outcome.diagnostics,
    }
    return msgspec.json.encode(fields).decode()
