"""The benchmark measures sound bundles, and its limits tell kept from missed. Nothing is timed here."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from limits import growth_limit, memory_limit, speed_up_limit, time_limit
from make_bundle import Options, make_bundle
from questions import answer_limit
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.values import RolloutStatus
from shapes import SHAPES, Shape

SMALLEST = Options(turns=4, calls=3, compact_at=15_000, agents=2)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("schema", [1, 2])
@pytest.mark.parametrize("requests", ["full", "delta"])
@pytest.mark.parametrize("mode", ["default", "codex"])
def test_a_made_bundle_has_nothing_to_complain_of(schema: int, requests: str, mode: str, tmp_path: Path) -> None:
    make_bundle(tmp_path, replace(SMALLEST, schema=schema, requests=requests))
    reduction = reduce_bundle(tmp_path, mode)

    assert reduction.diagnostics == ()
    assert (reduction.trace.schema_version, reduction.trace.status) == (schema, RolloutStatus.COMPLETED)
    assert len(reduction.trace.threads) == 3
    assert len(reduction.trace.compactions) > 0


def test_the_same_options_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        make_bundle(tmp_path / name, SMALLEST)

    assert files_of(tmp_path / "one") == files_of(tmp_path / "other")


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if len(shape.turns) > 1], ids=lambda shape: shape.name)
def test_sizes_of_a_shape_about_double(shape: Shape) -> None:
    turns = [options.turns for options in shape.sizes()]

    assert all(later / earlier == pytest.approx(2, abs=0.2) for earlier, later in pairwise(turns))


def test_the_limit_of_time_is_the_floor_and_something_for_starting_and_each_event() -> None:
    assert time_limit(1.199, floor=1.0, events=2000, most_of_the_floor=None).is_kept
    assert not time_limit(1.201, floor=1.0, events=2000, most_of_the_floor=None).is_kept


def test_the_strictest_limit_of_time_is_a_part_of_the_floor() -> None:
    assert time_limit(0.499, floor=1.0, events=2000, most_of_the_floor=0.5).is_kept
    assert not time_limit(0.501, floor=1.0, events=2000, most_of_the_floor=0.5).is_kept


def test_growth_is_what_a_doubling_would_cost() -> None:
    assert growth_limit((1.0, 2.2), (100, 200)).is_kept
    assert growth_limit((1.0, 4.8), (100, 400)).is_kept
    assert not growth_limit((1.0, 2.3), (100, 200)).is_kept
    assert growth_limit((1.0, 4.0), (100, 400)).value == "2.00"


def test_memory_and_speed_up_have_their_bounds() -> None:
    assert memory_limit(100_000_000, 100_000_000).is_kept
    assert not memory_limit(100_000_001, 100_000_000).is_kept
    assert speed_up_limit(1.7, 1.0).is_kept
    assert not speed_up_limit(1.69, 1.0).is_kept


def test_an_answer_may_take_a_second_more_than_reducing_and_twice_that_for_two_bundles() -> None:
    assert answer_limit("timeline", 1.4, reducing=0.4).is_kept
    assert not answer_limit("timeline", 1.41, reducing=0.4).is_kept
    assert answer_limit("diff", 2.8, reducing=0.4).is_kept
    assert not answer_limit("grep", 2.81, reducing=0.4).is_kept
