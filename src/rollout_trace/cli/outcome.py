"""One bundle of `reduce`: it is reduced, its graph is written, and what became of it is a value."""

import sys
from pathlib import Path
from typing import NamedTuple

from rollout_trace.diagnostics import Diagnostic
from rollout_trace.errors import RolloutTraceError
from rollout_trace.limits import DEFAULT_LIMITS, Limits
from rollout_trace.reduce.modes import Mode

STANDARD_OUTPUT = Path("-")


class Outcome(NamedTuple):
    """What became of one bundle: the file that was written, or the error. Small, so that processes may send it."""

    bundle: Path
    state: Path | None
    diagnostics: tuple[Diagnostic, ...]
    error: RolloutTraceError | None


def reduce_and_write(bundle: Path, output: Path | None, mode: Mode, limits: Limits = DEFAULT_LIMITS) -> Outcome:
    """Reduce a bundle and write its graph: into it, or to `output`."""
    # A process that hands bundles to others, and takes their outcomes, needs none of this, and begins the sooner.
    from rollout_trace.bundle.state_file import write_state, write_state_into  # noqa: PLC0415
    from rollout_trace.bundle_reduction import reduce_bundle  # noqa: PLC0415
    from rollout_trace.model.state_json import encode_state_in_parts  # noqa: PLC0415

    try:
        reduction = reduce_bundle(bundle, mode, limits)
    except RolloutTraceError as error:
        return Outcome(bundle, None, (), error)
    try:
        if output is None:
            output = write_state_into(bundle, reduction.trace)
        elif output == STANDARD_OUTPUT:
            sys.stdout.buffer.writelines(encode_state_in_parts(reduction.trace))
        else:
            write_state(reduction.trace, output)
    except RolloutTraceError as error:
        return Outcome(bundle, None, reduction.diagnostics, error)
    return Outcome(bundle, output, reduction.diagnostics, None)
