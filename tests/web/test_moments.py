"""Going back in time: a rollout as of an event is what a reduction up to that event gives."""

import random
from pathlib import Path

import msgspec
import pytest

from rollout_trace.bundle.folder import Bundle
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.model.state_json import encode_state
from rollout_trace.query.moment import state_at
from rollout_trace.query.prices import shipped_prices
from rollout_trace.query.summary import summarize
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction
from rollout_trace.values import Seq
from rollout_trace.web.interface.library import BundleKey
from rollout_trace.web.moments import Moments
from rollout_trace.web.view import LogExtent, View
from web.served import EXAMPLES, Viewer, viewing

BUNDLES = ["fix-the-build", "thermostat", "fix-it-alone"]


def moments_of(path: Path) -> tuple[Moments, list[Seq]]:
    """The moments of a bundle, and the events that were applied in it."""
    bundle = Bundle(path)
    reduction = reduce_bundle(bundle, Mode.SALVAGE)
    seqs = [position.seq for position, _ in reduction.evidence]
    extent = LogExtent(BundleKey("0" * 12), path.name, min(seqs), max(seqs), len(seqs), is_live=False)
    return Moments(View(bundle, reduction, extent, shipped_prices())), seqs


def all_of(reduction: Reduction) -> tuple[object, ...]:
    return encode_state(reduction.trace), reduction.diagnostics, list(reduction.evidence)


@pytest.mark.parametrize("name", BUNDLES)
def test_every_moment_is_that_of_a_fresh_reduction_in_whatever_order_they_are_visited(name: str) -> None:
    moments, seqs = moments_of(EXAMPLES / name)
    fresh = {seq: all_of(state_at(Bundle(EXAMPLES / name), seq)) for seq in seqs}
    at_random = random.Random(name).sample(seqs, len(seqs))  # noqa: S311 - no secret

    for seq in (*at_random, *reversed(seqs), *seqs):
        assert all_of(moments.at(seq).reduction) == fresh[seq], seq


def test_every_moment_of_a_bundle_of_the_real_client(real_bundles: Path) -> None:
    path = min(real_bundles.rglob("trace.jsonl"), key=lambda log: (log.stat().st_size, log)).parent
    moments, seqs = moments_of(path)

    for seq in seqs:
        assert all_of(moments.at(seq).reduction) == all_of(state_at(Bundle(path), seq)), seq


@pytest.mark.parametrize("name", BUNDLES)
def test_the_server_answers_as_of_every_event(name: str, examples: Viewer) -> None:
    key = examples.key(name)
    bundle = Bundle(EXAMPLES / name)
    for position, _ in reduce_bundle(bundle, Mode.SALVAGE).evidence:
        told = examples.ask("rollout", key, at=position.seq).json
        summary = msgspec.structs.replace(summarize(state_at(bundle, position.seq).trace), agents=())

        assert told["as_of"] == position.seq
        assert told["answer"]["summary"] == msgspec.json.decode(msgspec.json.encode(summary))


def test_a_moment_between_beyond_and_before_the_events(own: Path, bundle: Path) -> None:
    log = bundle / "trace.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(line for line in lines if '"seq":20,' not in line))
    with viewing(bundle, own) as viewer:
        key = viewer.key(bundle.name)
        as_of = {at: viewer.ask("rollout", key, at=at).json["as_of"] for at in (0, 1, 19, 20, 21, len(lines), 10**12)}

    assert as_of == {0: 0, 1: 1, 19: 19, 20: 19, 21: 21, len(lines): len(lines), 10**12: len(lines)}
