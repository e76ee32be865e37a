"""What the viewer knows of the bundles in a folder."""

import time
from pathlib import Path

from rollout_trace.limits import DEFAULT_LIMITS, Limits
from rollout_trace.query.prices import shipped_prices
from rollout_trace.web.library import Library

EXAMPLE = Path(__file__).parents[2] / "examples" / "fix-the-build"


def requests_known(limits: Limits) -> int:
    """How many requests the viewer knows of in the example."""
    library = Library(EXAMPLE, limits, shipped_prices(), keep_facts=False)
    try:
        for _ in range(3_000):
            if library.known():
                return len(library.known()[0].facts.requests)
            time.sleep(0.01)
    finally:
        library.close()
    raise AssertionError("nothing is known of the example after half a minute")


def test_what_is_known_of_a_bundle_is_within_the_limits() -> None:
    assert requests_known(DEFAULT_LIMITS) == 11
    assert requests_known(Limits(events=20)) == 3
