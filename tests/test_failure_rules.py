"""What went wrong, and what was going on around it, each on the smallest recording that shows it (question 11)."""

from pathlib import Path

from recording import Recording, recording_with_turn, user
from rollout_trace import query, reduce_bundle
from rollout_trace.query.failures import Failure
from rollout_trace.reduce.modes import Mode


def failures(recording: Recording, folder: Path) -> tuple[Failure, ...]:
    bundle = recording.write(folder / "bundle")
    return query.failures_of(bundle, reduce_bundle(bundle, Mode.SALVAGE))


def test_what_its_turn_ended_is_not_under_way_in_the_next(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1")
    recording.tool("tool-2")
    recording.tool_ended("tool-2", "failed")
    recording.turn_ended("cancelled")
    recording.turn("turn-2")
    recording.request("inf-1", [user("go")], turn="turn-2")
    recording.request_failed("inf-1", turn="turn-2")
    found = {failure.subject.object_id: failure for failure in failures(recording, tmp_path)}

    assert [ref.object_id for ref in found["tool-2"].meanwhile] == ["tool-1"]
    assert found["inf-1"].meanwhile == ()
    assert (str(found["tool-1"].outcome), found["tool-1"].ended_seq) == ("unfinished, turn cancelled", None)
