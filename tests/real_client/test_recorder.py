"""What we record, the released client's own reducer reads, and makes the same graph of it."""

from pathlib import Path
from random import Random

import pytest

from real_client.client import Client, Desk, Settings
from record.program import play
from rollout_trace import Mode, Recorder, reduce_bundle
from rollout_trace.model.state_json import encode_state

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_client_reduces_what_we_record(client: Client, seed: int, tmp_path: Path) -> None:
    if not client.is_reference:
        pytest.skip("another version stands for this schema")
    with Recorder(tmp_path / "recorded", schema=client.schema) as rollout:
        play(rollout, Random(seed), 3)  # noqa: S311 - to be repeated
    assert rollout.path is not None
    state = tmp_path / "state.json"

    assert Desk(tmp_path / "desk", client, Settings(), port=9).reduce(rollout.path, state)

    assert encode_state(reduce_bundle(rollout.path, Mode.CODEX).trace) == state.read_bytes()
