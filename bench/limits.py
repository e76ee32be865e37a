"""What is demanded of the command, and whether a measure keeps it."""

import math
from dataclasses import dataclass

MOST_SECONDS_MORE = 0.1
MOST_SECONDS_MORE_AN_EVENT = 50e-6
MOST_GROWTH = 2.2
LEAST_SPEED_UP = 1.7


@dataclass(frozen=True)
class Limit:
    """A measured value, and the bound that it has to keep."""

    value: str
    bound: str
    is_kept: bool

    def __str__(self) -> str:
        return f"{self.value} {self.bound} {'kept' if self.is_kept else 'MISSED'}"


def time_limit(seconds: float, floor: float, events: int, most_of_the_floor: float | None) -> Limit:
    """The time of a whole process, beside that of the floor."""
    bound = floor + MOST_SECONDS_MORE + events * MOST_SECONDS_MORE_AN_EVENT
    if most_of_the_floor is not None:
        bound = floor * most_of_the_floor
    return Limit(f"{seconds:.3f} s", f"≤ {bound:.3f} s", seconds <= bound)


def memory_limit(peak: int, most: int) -> Limit:
    """The most memory that a process had at any time."""
    return Limit(f"{peak / 1e6:.0f} MB", f"≤ {most / 1e6:.0f} MB", peak <= most)


def growth_limit(seconds: tuple[float, float], size: tuple[int, int]) -> Limit:
    """By how much the time grows when the evidence doubles, from two bundles of which one is about twice as large."""
    growth = 2 ** (math.log(seconds[1] / seconds[0]) / math.log(size[1] / size[0]))
    return Limit(f"{growth:.2f}", f"≤ {MOST_GROWTH}", growth <= MOST_GROWTH)


def speed_up_limit(one_job: float, two_jobs: float) -> Limit:
    """How many times as fast two jobs are, on two cores."""
    speed_up = one_job / two_jobs
    return Limit(f"{speed_up:.2f}", f"≥ {LEAST_SPEED_UP}", speed_up >= LEAST_SPEED_UP)
