"""What we record, the released client's own reducer reads, and makes the same graph of it."""

from pathlib import Path
from random import Random

import pytest

from real_client.client import Client, Desk, Settings
from record.program import play
from rollout_trace import Mode, Recorder, reduce_bundle
from rollout_trace.demo import play as demo
from rollout_trace.model.state_json import encode_state

SEEDS = range(12)


def assert_client_reduces_alike(client: Client, bundle: Path | None, folder: Path) -> None:
    """The client's own reducer makes the same graph of a bundle, byte for byte."""
    assert bundle is not None
    state = folder / "state.json"
    assert Desk(folder / "desk", client, Settings(), port=9).reduce(bundle, state)
    assert encode_state(reduce_bundle(bundle, Mode.CODEX).trace) == state.read_bytes()


@pytest.fixture
def reference(client: Client) -> Client:
    """The client whose reducer stands for its schema."""
    if not client.is_reference:
        pytest.skip("another version stands for this schema")
    return client


def test_the_client_reduces_the_demo(reference: Client, tmp_path: Path) -> None:
    with Recorder(tmp_path / "recorded", schema=reference.schema) as rollout:
        demo.play(rollout)
    assert_client_reduces_alike(reference, rollout.path, tmp_path)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_client_reduces_what_we_record(reference: Client, seed: int, tmp_path: Path) -> None:
    with Recorder(tmp_path / "recorded", schema=reference.schema) as rollout:
        play(rollout, Random(seed), 3)  # noqa: S311 - to be repeated
    assert_client_reduces_alike(reference, rollout.path, tmp_path)
