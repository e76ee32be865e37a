"""`debug trace-reduce`: the same arguments, output and exit codes as `codex debug trace-reduce`.

So that a program which starts `codex` for this can be given ours. Options that configure `codex` are taken and have no
effect here.
"""

import sys
from pathlib import Path

import click

from rollout_trace.bundle.state_file import write_state, write_state_into
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.reporting import complain, tell_path
from rollout_trace.errors import RolloutTraceError
from rollout_trace.limits import Limits
from rollout_trace.printable import printable
from rollout_trace.reduce.modes import Mode


@click.command()
@click.argument("bundle", metavar="TRACE_BUNDLE", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write here instead of TRACE_BUNDLE/state.json.",
)
@limits_option
@click.option("-c", "--config", multiple=True, hidden=True)
@click.option("--enable", multiple=True, hidden=True)
@click.option("--disable", multiple=True, hidden=True)
def trace_reduce(
    bundle: Path,
    output: Path | None,
    limits: Limits,
    config: tuple[str, ...],  # noqa: ARG001 - see the head of this module
    enable: tuple[str, ...],  # noqa: ARG001
    disable: tuple[str, ...],  # noqa: ARG001
) -> None:
    """Reduce a bundle as `codex debug trace-reduce` does, and print where the graph was written."""
    try:
        trace = reduce_bundle(bundle, Mode.CODEX, limits).trace
        if output is None:
            output = write_state_into(bundle, trace)
        else:
            write_state(trace, output)
    except RolloutTraceError as error:
        complain(f"Error: {printable(str(error))}")
        sys.exit(1)
    tell_path(output)
