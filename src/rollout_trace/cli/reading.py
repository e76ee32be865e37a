"""How a command that shows something gets at the graph of a bundle."""

import sys
from pathlib import Path

from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.cli.limiting import limits_of_environment
from rollout_trace.cli.reporting import complain, failure_line
from rollout_trace.errors import RolloutTraceError
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction


def read_bundle(bundle: Path) -> Reduction:
    """The graph of a bundle, whatever can be had of it; ends the command with a sentence if there is none."""
    try:
        return reduce_bundle(bundle, Mode.SALVAGE, limits_of_environment())
    except RolloutTraceError as error:
        complain(failure_line(str(bundle), error))
        sys.exit(1)
