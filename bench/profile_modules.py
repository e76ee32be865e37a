"""Where the time of `rollout-trace reduce BUNDLE` goes: the seconds in each module's own code."""

import argparse
import cProfile
import pstats
import sys
from collections import Counter
from pathlib import Path

from rollout_trace.cli.outcome import reduce_and_write
from rollout_trace.memory import prepare_for_graphs
from rollout_trace.reduce.modes import Mode

MOST_SHOWN = 20


def main() -> None:
    """Reduce a bundle as the command does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--mode", default="default", choices=[mode.value for mode in Mode])
    arguments = parser.parse_args()
    prepare_for_graphs()
    with cProfile.Profile() as profile:
        outcome = reduce_and_write(arguments.bundle, None, Mode(arguments.mode))
    if outcome.error is not None:
        sys.exit(str(outcome.error))
    seconds: Counter[str] = Counter()
    for (file, _, function), (_, _, own_seconds, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        seconds[function if file == "~" else file.partition("rollout_trace/")[2] or file] += own_seconds
    for module, spent in seconds.most_common(MOST_SHOWN):
        print(f"{spent:7.3f} s  {module}")


if __name__ == "__main__":
    main()
