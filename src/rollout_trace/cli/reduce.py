"""`reduce`: bundles in, `state.json` out."""

import sys
from pathlib import Path

import click

from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.outcome import STANDARD_OUTPUT
from rollout_trace.cli.reducing import bundles_in, reduce_bundles
from rollout_trace.limits import Limits
from rollout_trace.reduce.modes import Mode


@click.command()
@click.argument("named", metavar="PATH...", nargs=-1, required=True)
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
    named: tuple[str, ...], output: Path | None, mode: str, jobs: int | None, limits: Limits, *, as_json: bool
) -> None:
    """Write the graph of each bundle into it.

    The file is state.json, as Codex writes it. PATH is a bundle, or a folder of bundles. The paths written go to
    standard output, diagnostics to standard error. A bundle that is rejected does not stop the others; the exit
    code is 1 then.
    """
    if output == STANDARD_OUTPUT and as_json:
        raise click.UsageError("--json and --output - both want standard output")
    bundles, without = bundles_in(named)
    if output is not None and len(bundles) > 1:
        raise click.UsageError(f"--output is for one bundle, and these are {len(bundles)}")
    exit_code = reduce_bundles(bundles, without, output, Mode(mode), limits, jobs, as_json=as_json)
    if exit_code:
        sys.exit(exit_code)
