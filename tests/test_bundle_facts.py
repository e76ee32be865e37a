"""What is kept of a bundle to put it beside others, and which bundles belong together."""

import shutil
from pathlib import Path

import msgspec
import pytest

from recording import Recording, function_call, function_output, recording_with_turn, user
from rollout_trace.events.types import ProtocolEventObserved
from rollout_trace.query.bundle_facts import BundleFacts, ToolFacts, facts_of
from rollout_trace.query.comparison import comparison_of
from rollout_trace.query.prices import PriceTable
from rollout_trace.query.recorded_errors import ErrorCluster
from rollout_trace.query.session_origin import Beginning
from rollout_trace.query.sessions import KnownBundle, sessions_of

EXAMPLE = Path(__file__).parents[1] / "examples" / "fix-the-build"


@pytest.fixture(scope="module")
def example() -> BundleFacts:
    return facts_of(EXAMPLE)


def test_the_example_in_facts(example: BundleFacts) -> None:
    assert (example.duration_ms, example.status, example.agents) == (41_396, "completed", 2)
    assert example.first_user_message is not None
    assert example.first_user_message.startswith("The build of plaindate has been failing")
    assert [request.duration_ms for request in example.requests][:2] == [3_012, 804]  # seq 5 to 8, and 11 to 12
    assert example.requests[0].started_at_unix_ms == 1_790_000_000_016  # seq 5
    assert example.compaction_requests == 1
    assert example.diagnostics == {}


def test_a_command_with_an_exit_code_is_told_from_a_call_that_failed(example: BundleFacts) -> None:
    assert example.tools["exec_command"] == ToolFacts(calls=5, failed=0, exit_not_zero=1, never_ended=0)
    assert example.tools["month_names"] == ToolFacts(calls=1)


def test_errors_are_those_of_requests_and_what_failed_commands_said_last(example: BundleFacts) -> None:
    command, request = example.errors

    assert (command.source, command.shape, command.seq) == ("exec_command", "exit code 2: make: *** [check] Error N", 6)
    assert request == ErrorCluster(
        source="request",
        shape="unexpected status 503 Service Unavailable: the service is busy, please try again in a moment",
        count=1,
        example="unexpected status 503 Service Unavailable: the service is busy, please try again in a moment",
        seq=12,
    )


def test_the_size_is_that_of_the_evidence(example: BundleFacts, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(EXAMPLE, tmp_path / "copy", ignore=shutil.ignore_patterns("state.json")))
    size = sum(file.stat().st_size for file in copy.rglob("*") if file.is_file())
    (copy / "state.json").write_text("{}")

    assert example.evidence_bytes == facts_of(copy).evidence_bytes == size


def test_a_task_is_known_by_all_of_its_words_however_long_their_common_beginning(tmp_path: Path) -> None:
    asked = {"a": "x" * 2_000 + "one", "b": "x" * 2_000 + "two", "c": "x" * 2_000 + "one"}
    bundles = []
    for name, words in asked.items():
        recording = recording_with_turn()
        recording.request("inf-1", [user(words)])
        path = recording.write(tmp_path / name).path
        bundles.append(KnownBundle(path, facts_of(path)))
    compared = comparison_of(bundles, PriceTable(models={}))

    assert sorted(task.bundles for task in compared.tasks) == [1, 2]
    assert {task.task for task in compared.tasks} == {"x" * 1_000}


def test_facts_survive_being_written(example: BundleFacts) -> None:
    assert msgspec.json.decode(msgspec.json.encode(example), type=BundleFacts) == example


def told(recording: Recording, message: str) -> None:
    """The host tells the user of an error, without saying of which turn, as clients do."""
    payload = recording.payload("protocol_event", {"type": "error", "message": message})
    recording.event(ProtocolEventObserved(event_type="error", event_payload=payload))


def errors_of(recording: Recording, folder: Path) -> list[tuple[str, str, int]]:
    facts = facts_of(recording.write(folder / "bundle").path)
    return [(error.source, error.shape, error.count) for error in facts.errors]


def test_what_only_the_host_tells_counts_in_each_turn(tmp_path: Path) -> None:
    recording = recording_with_turn()
    told(recording, "usage limit reached")
    recording.turn_ended("failed")
    recording.turn("turn-2")
    told(recording, "usage limit reached")
    recording.turn_ended("failed", "turn-2")

    assert errors_of(recording, tmp_path) == [("turn", "usage limit reached", 2)]


def test_an_error_of_a_request_is_not_counted_again_when_its_turn_tells_of_it_but_in_another_turn_it_is(
    tmp_path: Path,
) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [])
    recording.request_failed("inf-1")  # with `an error`
    told(recording, "stream ended: an error")
    recording.turn_ended("failed")
    recording.turn("turn-2")
    told(recording, "an error of a hidden request")

    assert errors_of(recording, tmp_path) == [("request", "an error", 1), ("turn", "an error of a hidden request", 1)]


def test_what_a_tool_itself_says_of_an_output_is_no_line_of_the_host(tmp_path: Path) -> None:
    shown = "cannot build\nOutput:\nnothing"
    recording = recording_with_turn()
    recording.tool("tool-1", call="call-1")
    recording.tool_ended("tool-1", "failed")
    recording.request("inf-1", [user("go"), function_call("call-1"), function_output("call-1", shown)])

    assert errors_of(recording, tmp_path) == [("a-tool", "cannot build", 1)]


@pytest.mark.parametrize(
    ("scenario", "beginning"),
    [
        ("0.160.0/exec_basic", Beginning.STARTED),
        ("0.160.0/resume_fork-3", Beginning.FORKED),
        ("0.160.0/review-2", Beginning.REVIEW),
        ("0.160.0/auto_review-2", Beginning.APPROVAL),
        ("0.169.0/review_inline-2", Beginning.REVIEW),
    ],
)
def test_how_real_rollouts_came_about(scenario: str, beginning: Beginning, real_bundles: Path) -> None:
    assert facts_of(real_bundles / scenario).origin.beginning == beginning


def test_real_errors_are_told_once_though_the_user_was_told_too(real_bundles: Path) -> None:
    cut = facts_of(real_bundles / "0.160.0" / "fail_cut").errors
    hidden = facts_of(real_bundles / "0.160.0" / "compact_local_fails").errors

    assert [(error.source, error.count) for error in cut] == [("request", 1)]
    assert [error.source for error in hidden] == ["turn"]  # its request is in no event


def test_real_bundles_of_one_session_stand_together(real_bundles: Path) -> None:
    names = ["resume_fork", "resume_fork-2", "resume_fork-3", "review", "review-2", "auto_review", "auto_review-2"]
    bundles = [real_bundles / "0.160.0" / name for name in [*names, "exec_basic"]]
    sessions = sessions_of(KnownBundle(bundle, facts_of(bundle)) for bundle in bundles)

    assert {tuple((member.bundle.path.name, member.relation) for member in session) for session in sessions} == {
        (("resume_fork", "started"), ("resume_fork-2", "resumed"), ("resume_fork-3", "fork")),
        (("review", "started"), ("review-2", "review")),
        (("auto_review", "started"), ("auto_review-2", "approval")),
        (("exec_basic", "started"),),
    }


def named(
    example: BundleFacts, trace: str, rollout: str, *, session: str, forked_from: str | None = None
) -> KnownBundle:
    origin = msgspec.structs.replace(example.origin, session_id=session, forked_from_id=forked_from)
    facts = msgspec.structs.replace(example, trace_id=trace, rollout_id=rollout, origin=origin)
    return KnownBundle(Path(trace), facts)


def test_bundles_are_connected_by_way_of_others_in_whatever_order_they_are_met(example: BundleFacts) -> None:
    fork_of_fork = named(example, "a", "third", session="third", forked_from="second")
    first = named(example, "b", "first", session="first")
    other = named(example, "c", "other", session="other")
    fork = named(example, "d", "second", session="second", forked_from="first")

    assert [[member.bundle for member in session] for session in sessions_of([fork_of_fork, first, other, fork])] == [
        [fork_of_fork, first, fork],  # which began at the same moment, and so stand by their names
        [other],
    ]


def test_the_same_trace_again_is_a_copy_and_the_same_rollout_again_is_resumed(example: BundleFacts) -> None:
    first = named(example, "a", "one", session="one")
    again = named(example, "b", "one", session="one")
    copy = KnownBundle(Path("c"), first.facts)
    ((*relations,),) = [[member.relation for member in session] for session in sessions_of([first, again, copy])]

    assert relations == ["started", "resumed", "copy"]
