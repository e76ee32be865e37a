"""What went wrong, and what was going on around it, each on the smallest recording that shows it (question 11)."""

from pathlib import Path

import pytest

from recording import ROOT, Recording, recording_with_turn, user
from rollout_trace import query, reduce_bundle
from rollout_trace.diagnostics import Code
from rollout_trace.events.types import ProtocolEventObserved
from rollout_trace.query.failures import Failure
from rollout_trace.reduce.modes import Mode
from rollout_trace.values import Seq


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


def test_an_agent_that_was_resumed_is_one_that_never_ended_and_not_two(tmp_path: Path) -> None:
    recording = Recording(schema_version=2)
    recording.thread()  # 1
    recording.thread_ended()  # 2
    recording.resumed()  # 3

    (found,) = failures(recording, tmp_path)
    assert (found.subject.object_id, found.position.seq, str(found.outcome)) == (ROOT, 1, "unfinished, no end")


def test_a_resumption_is_a_moment_of_the_timeline(tmp_path: Path) -> None:
    recording = Recording(schema_version=2)
    recording.thread()
    recording.thread_ended()
    recording.resumed()
    bundle = recording.write(tmp_path / "bundle")
    start, resumption = query.timeline_of(bundle, reduce_bundle(bundle))

    assert (start.what, start.outcome is None) == ("agent starts", False)
    assert (resumption.what, resumption.outcome, resumption.duration_ms) == ("agent resumes", None, None)


@pytest.mark.parametrize("event_type", ["error", "stream_error"])
def test_what_only_the_host_tells_is_told_as_its_words(event_type: str, tmp_path: Path) -> None:
    recording = recording_with_turn()
    payload = recording.payload("protocol_event", {"type": event_type, "message": "no answer"})
    recording.event(ProtocolEventObserved(event_type=event_type, event_payload=payload))
    recording.turn_ended("completed")
    recording.thread_ended()

    (found,) = failures(recording, tmp_path)
    assert (found.what, found.error) == (f"{event_type.replace('_', ' ')}, as the host tells it", "no answer")


def test_what_the_host_tells_of_an_error_is_told_once_in_its_turn_and_again_in_another(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    recording.request_failed("inf-1")  # with `an error`
    payload = recording.payload("protocol_event", {"type": "error", "message": "an error"})
    recording.event(ProtocolEventObserved(event_type="error", event_payload=payload))
    recording.turn_ended("completed")
    recording.turn("turn-2")
    again = recording.payload("protocol_event", {"type": "error", "message": "an error"})
    recording.event(ProtocolEventObserved(event_type="error", event_payload=again))
    recording.turn_ended("completed", "turn-2")
    recording.thread_ended()

    assert [failure.subject.object_id for failure in failures(recording, tmp_path)] == ["inf-1", again.raw_payload_id]


def test_at_a_moment_of_a_log_that_goes_on_what_runs_is_no_failure(tmp_path: Path) -> None:
    recording = Recording(schema_version=2)
    recording.thread()  # 1
    recording.turn()  # 2
    recording.tool("tool-1")  # 3
    recording.tool_ended("tool-1", "failed")  # 4
    recording.tool("tool-2")  # 5
    bundle = recording.write(tmp_path / "bundle")
    at_4, at_the_end = query.state_at(bundle, Seq(4)), query.state_at(bundle, Seq(5))

    assert [failure.subject.object_id for failure in query.failures_of(bundle, at_4)] == ["tool-1"]
    assert [str(query.summarize(at.trace).outcome) for at in (at_4, at_the_end)] == ["running", "unfinished, no end"]
    assert at_4.diagnostics == ()
    assert [fault.code for fault in at_the_end.diagnostics] == [Code.NOT_COMPLETED]
    assert {failure.subject.object_id for failure in query.failures_of(bundle, at_the_end)} > {"tool-1", "tool-2"}
