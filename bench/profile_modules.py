"""Where the time of `rollout-trace reduce BUNDLE` goes: the seconds in each module's own code."""

import cProfile
import pstats
import sys
from collections import Counter
from pathlib import Path

from rollout_trace.bundle.state_file import write_state_into
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.reduce.modes import Mode

MOST_SHOWN = 20


def main() -> None:
    """Reduce the bundle that is named, in the mode that may be named after it."""
    bundle, mode = (*sys.argv[1:], Mode.DEFAULT)[:2]
    with cProfile.Profile() as profile:
        write_state_into(Path(bundle), reduce_bundle(bundle, mode).trace)
    seconds: Counter[str] = Counter()
    for (file, _, function), (_, _, own_seconds, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        seconds[function if file == "~" else file.partition("rollout_trace/")[2] or file] += own_seconds
    for module, spent in seconds.most_common(MOST_SHOWN):
        print(f"{spent:7.3f} s  {module}")


if __name__ == "__main__":
    main()
