"""Spec 3, section 7: code cells, from their start, which may have to wait for the source, to their end."""

import pytest

from recording import (
    CHILD,
    ROOT,
    START,
    Recording,
    assert_refused,
    cell_output,
    exec_cell,
    function_call,
    function_output,
    recording_with_turn,
    user,
)
from rollout_trace.diagnostics import Code
from rollout_trace.events.types import CodeCellRequester
from rollout_trace.ids import (
    CallId,
    CodeCellId,
    CodexTurnId,
    InferenceCallId,
    ItemId,
    RuntimeCellId,
    ThreadId,
)
from rollout_trace.model.conversation import CodeCellProducer, InferenceProducer, Producer
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.model.tools import CodeCell
from rollout_trace.values import CellStatus, ExecutionStatus


def window(start: int, end: int | None = None, status: str = "running") -> ExecutionWindow:
    return ExecutionWindow(
        started_at_unix_ms=START + start,
        started_seq=start,
        ended_at_unix_ms=None if end is None else START + end,
        ended_seq=end,
        status=ExecutionStatus(status),
    )


def cell(recording: Recording, call: str = "call-1") -> CodeCell:
    return recording.reduce().trace.code_cells[CodeCellId(f"code_cell:{call}")]


def producers(recording: Recording, number: int) -> tuple[Producer, ...]:
    return recording.reduce().trace.conversation_items[ItemId(f"conversation_item:{number}")].produced_by


BY_THE_CELL = CodeCellProducer(CodeCellId("code_cell:call-1"))


def recording_with_source() -> Recording:
    """A request and its answer, the model's `exec` call (seq 3 and 4); the source item is `conversation_item:2`."""
    recording = recording_with_turn()
    recording.request("inf-1", [user("count")])
    recording.answer("inf-1", [exec_cell("call-1")])
    return recording


def recording_with_cell() -> Recording:
    """A cell that has started (seq 5)."""
    recording = recording_with_source()
    recording.cell_started("call-1")
    return recording


def recording_with_two_threads() -> Recording:
    """The root and a child, each in a turn."""
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/worker")
    recording.turn("turn-2", CHILD)
    return recording


# code_cell_started.


def test_a_cell_that_starts_is_known_by_the_models_call() -> None:
    recording = recording_with_source()
    seq = recording.cell_started("call-1", runtime="7", source="text(1)")

    assert cell(recording) == CodeCell(
        code_cell_id=CodeCellId("code_cell:call-1"),
        model_visible_call_id=CallId("call-1"),
        thread_id=ThreadId(ROOT),
        codex_turn_id=CodexTurnId("turn-1"),
        source_item_id=ItemId("conversation_item:2"),
        output_item_ids=(),
        runtime_cell_id=RuntimeCellId("7"),
        execution=window(seq),
        runtime_status=CellStatus.STARTING,
        initial_response_at_unix_ms=None,
        initial_response_seq=None,
        yielded_at_unix_ms=None,
        yielded_seq=None,
        source_js="text(1)",
        nested_tool_call_ids=(),
        wait_tool_call_ids=(),
    )


def test_a_cells_source_text_is_that_of_its_start() -> None:
    recording = recording_with_source()
    recording.cell_started("call-1", source="text(2)")

    assert cell(recording).source_js == "text(2)"


def test_a_runtime_cell_id_is_unique_only_within_a_thread() -> None:
    recording = recording_with_two_threads()
    recording.request("inf-1", [exec_cell("call-1")])
    recording.request("inf-2", [exec_cell("call-2")], thread=CHILD, turn="turn-2")
    recording.cell_started("call-1", runtime="7")
    recording.cell_started("call-2", runtime="7", thread=CHILD, turn="turn-2")
    recording.cell_ended("failed", runtime="7", thread=CHILD, turn="turn-2")

    assert (cell(recording, "call-1").runtime_status, cell(recording, "call-2").runtime_status) == (
        "starting",
        "failed",
    )


def test_a_runtime_cell_id_that_is_mapped_to_another_cell_is_rejected() -> None:
    recording = recording_with_source()
    recording.cell_started("call-1", runtime="7")
    recording.cell_started("call-2", runtime="7")

    assert_refused(recording, Code.CONFLICT, runtime_cell_id="7", thread_id=ROOT, code_cell_id="code_cell:call-2")


@pytest.mark.parametrize(
    ("thread", "turn"),
    [pytest.param(CHILD, "turn-2", id="the-envelopes"), pytest.param(None, "turn-2", id="that-of-its-turn")],
)
def test_the_thread_of_a_cell_event_is_the_envelopes_else_that_of_its_turn(thread: str | None, turn: str) -> None:
    recording = recording_with_two_threads()
    recording.request("inf-1", [exec_cell("call-1")], thread=CHILD, turn="turn-2")
    recording.cell_started("call-1", thread=thread, turn=turn)
    responded = recording.cell_responded("running", thread=thread, turn=turn)
    ended = recording.cell_ended("completed", thread=thread, turn=turn)

    assert (cell(recording).thread_id, cell(recording).codex_turn_id) == (CHILD, "turn-2")
    assert (cell(recording).initial_response_seq, cell(recording).execution.ended_seq) == (responded, ended)


def test_a_start_without_thread_and_turn_is_rejected() -> None:
    recording = recording_with_source()
    recording.cell_started("call-1", thread=None, turn=None)

    assert_refused(recording, Code.MISSING_CONTEXT)


def test_a_start_whose_turn_is_unknown_has_no_thread_by_it() -> None:
    recording = recording_with_source()
    recording.cell_started("call-1", thread=None, turn="turn-9")

    rejection = recording.rejection()

    assert (rejection.code, rejection.ids) == (Code.MISSING_CONTEXT, {"codex_turn_id": "turn-9"})


def test_an_initial_response_without_thread_and_turn_is_rejected() -> None:
    recording = recording_with_cell()
    recording.cell_responded("running", thread=None, turn=None)

    assert_refused(recording, Code.MISSING_CONTEXT)


def test_an_end_without_thread_and_turn_is_rejected() -> None:
    recording = recording_with_cell()
    recording.cell_ended(thread=None, turn=None)

    assert_refused(recording, Code.MISSING_CONTEXT)


# The source item.


def test_the_source_item_is_a_custom_tool_call_with_the_call_id() -> None:
    recording = recording_with_turn()
    others = [function_call("call-1"), function_output("call-1"), cell_output("call-1"), exec_cell("call-2")]
    recording.request("inf-1", [*others, exec_cell("call-1")])
    recording.cell_started("call-1")

    assert cell(recording).source_item_id == "conversation_item:5"


def test_the_source_item_is_the_first_by_key_bytes() -> None:
    recording = recording_with_turn()
    fillers = [user(f"{number}") for number in range(7)]
    recording.request("inf-1", [user("count"), exec_cell("call-1"), *fillers, exec_cell("call-1")])
    recording.cell_started("call-1")

    assert cell(recording).source_item_id == "conversation_item:10"  # before conversation_item:2


def test_an_item_of_another_thread_is_no_source() -> None:
    recording = recording_with_two_threads()
    recording.request("inf-1", [exec_cell("call-1")], thread=CHILD, turn="turn-2")
    recording.cell_started("call-1")

    assert recording.reduce().trace.code_cells == {}  # it waits


# Waiting for the source.


def test_a_cell_without_a_source_waits() -> None:
    recording = recording_with_turn()
    recording.cell_started("call-1")

    assert recording.reduce().trace.code_cells == {}


def test_a_waiting_cell_starts_when_an_answer_brings_its_source() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("count")])
    seq = recording.cell_started("call-1")
    recording.answer("inf-1", [exec_cell("call-1")])

    assert cell(recording).source_item_id == "conversation_item:2"
    assert cell(recording).execution == window(seq)  # it began when it began, not when its source was seen


def test_a_waiting_cell_starts_when_a_request_brings_its_source() -> None:
    recording = recording_with_turn()
    seq = recording.cell_started("call-1")
    recording.request("inf-1", [user("count"), exec_cell("call-1")])

    assert (cell(recording).source_item_id, cell(recording).execution) == ("conversation_item:2", window(seq))


def test_a_waiting_cell_starts_when_an_incremental_request_brings_its_source() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("count")])
    recording.answer("inf-1", [], response="resp-1")
    seq = recording.cell_started("call-1")
    recording.request("inf-2", [exec_cell("call-1")], previous="resp-1")

    assert (cell(recording).source_item_id, cell(recording).execution) == ("conversation_item:2", window(seq))


@pytest.mark.parametrize(
    ("before", "after", "source"),
    [
        pytest.param([exec_cell("call-1")], [user("summary")], "conversation_item:1", id="in-its-input"),
        pytest.param([user("count")], [exec_cell("call-1")], "conversation_item:3", id="in-its-replacement"),
    ],
)
def test_a_waiting_cell_starts_when_a_compaction_brings_its_source(
    before: list[dict[str, object]], after: list[dict[str, object]], source: str
) -> None:
    recording = recording_with_turn()
    seq = recording.cell_started("call-1")
    recording.compacted("compaction-1", before, after)

    assert (cell(recording).source_item_id, cell(recording).execution) == (source, window(seq))


def test_a_waiting_cell_does_not_start_by_an_item_of_another_thread() -> None:
    recording = recording_with_two_threads()
    recording.cell_started("call-1")
    recording.request("inf-1", [exec_cell("call-1")], thread=CHILD, turn="turn-2")

    assert recording.reduce().trace.code_cells == {}


@pytest.mark.parametrize("runtime", ["1", "2"])
def test_a_second_start_is_rejected_while_the_first_waits(runtime: str) -> None:
    recording = recording_with_turn()
    recording.cell_started("call-1", runtime="1")
    recording.cell_started("call-1", runtime=runtime)

    assert_refused(recording, Code.DUPLICATE, code_cell_id="code_cell:call-1")


def test_what_is_reported_of_a_waiting_cell_waits_with_it() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("count")])
    started = recording.cell_started("call-1")
    responded = recording.cell_responded("yielded")
    ended = recording.cell_ended("failed")
    assert recording.reduce().trace.code_cells == {}

    recording.answer("inf-1", [exec_cell("call-1")])

    began = cell(recording)
    assert began.execution == window(started, ended, "failed")
    assert began.runtime_status == "failed"
    assert (began.initial_response_seq, began.initial_response_at_unix_ms) == (responded, START + responded)
    assert (began.yielded_seq, began.yielded_at_unix_ms) == (responded, START + responded)


def test_what_waits_with_a_cell_is_applied_in_the_order_of_seq() -> None:
    recording = recording_with_turn()
    recording.cell_started("call-1")
    recording.cell_ended("completed", seq=20)
    recording.cell_responded("yielded", seq=10)
    recording.request("inf-1", [exec_cell("call-1")])

    began = cell(recording)

    assert began.runtime_status == "completed"  # what `seq` says came last, not what the log has last
    assert (began.initial_response_seq, began.yielded_seq, began.execution.ended_seq) == (10, 10, 20)


# Inserting the cell.


def test_a_cell_without_a_turn_is_rejected() -> None:
    recording = recording_with_source()
    recording.cell_started("call-1", turn=None)

    assert_refused(recording, Code.MISSING_CONTEXT, code_cell_id="code_cell:call-1")


def test_a_cell_of_an_unknown_turn_is_rejected() -> None:
    recording = recording_with_source()
    recording.cell_started("call-1", turn="turn-9")

    assert_refused(recording, Code.UNKNOWN_REFERENCE, codex_turn_id="turn-9", thread_id=ROOT)


def test_a_cell_of_another_threads_turn_is_rejected() -> None:
    recording = recording_with_two_threads()
    recording.request("inf-1", [exec_cell("call-1")])
    recording.cell_started("call-1", turn="turn-2")

    assert_refused(recording, Code.WRONG_OWNER, codex_turn_id="turn-2", thread_id=ROOT)


@pytest.mark.parametrize("runtime", ["1", "2"])
def test_a_cell_that_exists_is_not_started_again(runtime: str) -> None:
    recording = recording_with_source()
    recording.cell_started("call-1", runtime="1")
    recording.cell_started("call-1", runtime=runtime)

    assert_refused(recording, Code.DUPLICATE, code_cell_id="code_cell:call-1")


def test_a_waiting_cell_without_a_turn_is_rejected_when_its_source_is_seen() -> None:
    recording = recording_with_turn()
    recording.cell_started("call-1", turn=None)
    recording.request("inf-1", [exec_cell("call-1")])

    assert_refused(recording, Code.MISSING_CONTEXT, code_cell_id="code_cell:call-1")


def test_a_waiting_cell_of_an_unknown_turn_is_rejected_when_its_source_is_seen() -> None:
    recording = recording_with_turn()
    recording.cell_started("call-1", turn="turn-9")
    recording.request("inf-1", [exec_cell("call-1")])

    assert_refused(recording, Code.UNKNOWN_REFERENCE, codex_turn_id="turn-9", thread_id=ROOT)


def test_a_cell_that_starts_has_the_outputs_of_its_call_by_key_bytes() -> None:
    recording = recording_with_turn()
    fillers = [user(f"{number}") for number in range(7)]
    outputs = [cell_output("call-1"), function_output("call-1"), cell_output("call-2")]
    recording.request("inf-1", [exec_cell("call-1"), *outputs, *fillers, cell_output("call-1")])
    recording.cell_started("call-1")

    assert cell(recording).output_item_ids == ("conversation_item:12", "conversation_item:2")
    assert producers(recording, 2) == producers(recording, 12) == (BY_THE_CELL,)
    assert producers(recording, 1) == producers(recording, 3) == producers(recording, 4) == ()


def test_a_cell_that_starts_has_no_outputs_of_another_thread() -> None:
    recording = recording_with_two_threads()
    recording.request("inf-1", [exec_cell("call-1")])
    recording.request("inf-2", [cell_output("call-1")], thread=CHILD, turn="turn-2")
    recording.cell_started("call-1")

    assert cell(recording).output_item_ids == ()


def test_a_cell_that_starts_has_every_tool_that_it_asked_for_by_key_bytes() -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("count")])
    recording.cell_started("call-1", runtime="7")
    for tool in ("tool-2", "tool-10", "tool-1"):
        recording.tool(tool, requester=CodeCellRequester(RuntimeCellId("7")))
    recording.tool("tool-3")  # of the model
    recording.answer("inf-1", [exec_cell("call-1")])

    assert cell(recording).nested_tool_call_ids == ("tool-1", "tool-10", "tool-2")


# code_cell_initial_response.


def test_an_initial_response_of_an_unknown_runtime_cell_is_rejected() -> None:
    recording = recording_with_cell()
    recording.cell_responded("running", runtime="8")

    assert_refused(recording, Code.UNKNOWN_REFERENCE, runtime_cell_id="8", thread_id=ROOT)


def test_an_initial_response_of_another_threads_runtime_cell_is_rejected() -> None:
    recording = recording_with_two_threads()
    recording.cell_started("call-1", runtime="7")
    recording.cell_responded("running", runtime="7", thread=CHILD, turn="turn-2")

    assert_refused(recording, Code.UNKNOWN_REFERENCE, runtime_cell_id="7", thread_id=CHILD)


@pytest.mark.parametrize("status", [status for status in CellStatus if status is not CellStatus.YIELDED])
def test_an_initial_response_sets_time_and_status(status: CellStatus) -> None:
    recording = recording_with_cell()
    seq = recording.cell_responded(status)

    responded = cell(recording)

    assert (responded.initial_response_seq, responded.initial_response_at_unix_ms) == (seq, START + seq)
    assert responded.runtime_status == status
    assert (responded.yielded_seq, responded.yielded_at_unix_ms) == (None, None)
    assert responded.execution == window(5)  # a response is no end, whatever its status


def test_an_initial_response_that_yields_sets_the_yielded_time_too() -> None:
    recording = recording_with_cell()
    seq = recording.cell_responded("yielded")

    yielded = cell(recording)

    assert (yielded.initial_response_seq, yielded.initial_response_at_unix_ms) == (seq, START + seq)
    assert (yielded.yielded_seq, yielded.yielded_at_unix_ms) == (seq, START + seq)
    assert yielded.runtime_status == "yielded"


def test_only_the_first_initial_response_sets_the_time_of_the_initial_response() -> None:
    recording = recording_with_cell()
    first = recording.cell_responded("running")
    second = recording.cell_responded("yielded")
    third = recording.cell_responded("yielded")
    recording.cell_responded("running")

    responded = cell(recording)

    assert second < third
    assert (responded.initial_response_seq, responded.initial_response_at_unix_ms) == (first, START + first)
    assert (responded.yielded_seq, responded.yielded_at_unix_ms) == (third, START + third)  # it yields anew
    assert responded.runtime_status == "running"


# code_cell_ended.


def test_an_end_of_an_unknown_runtime_cell_is_rejected() -> None:
    recording = recording_with_cell()
    recording.cell_ended(runtime="8")

    assert_refused(recording, Code.UNKNOWN_REFERENCE, runtime_cell_id="8", thread_id=ROOT)


@pytest.mark.parametrize(
    ("status", "execution"),
    [
        ("completed", "completed"),
        ("failed", "failed"),
        ("terminated", "cancelled"),
        ("starting", "running"),
        ("running", "running"),
        ("yielded", "running"),
    ],
)
def test_an_end_ends_the_execution_by_the_status_of_the_cell(status: str, execution: str) -> None:
    recording = recording_with_cell()
    seq = recording.cell_ended(status)

    ended = cell(recording)

    assert ended.execution == window(5, seq, execution)
    assert ended.runtime_status == status
    assert (ended.yielded_seq, ended.yielded_at_unix_ms) == (None, None)  # an end is no yield, whatever its status


def test_an_end_sets_the_initial_response_where_there_was_none() -> None:
    recording = recording_with_cell()
    seq = recording.cell_ended()

    assert (cell(recording).initial_response_seq, cell(recording).initial_response_at_unix_ms) == (seq, START + seq)


def test_an_end_leaves_the_initial_response_that_there_was() -> None:
    recording = recording_with_cell()
    seq = recording.cell_responded("yielded")
    recording.cell_ended()

    ended = cell(recording)

    assert (ended.initial_response_seq, ended.initial_response_at_unix_ms) == (seq, START + seq)
    assert (ended.yielded_seq, ended.yielded_at_unix_ms) == (seq, START + seq)


# Later outputs.


def test_a_later_output_is_added_to_its_cell() -> None:
    recording = recording_with_cell()
    recording.cell_ended()
    recording.request("inf-2", [user("count"), exec_cell("call-1"), cell_output("call-1"), cell_output("call-2")])

    assert cell(recording).output_item_ids == ("conversation_item:3",)
    assert producers(recording, 3) == (BY_THE_CELL,)
    assert producers(recording, 4) == ()
    assert producers(recording, 2) == (InferenceProducer(InferenceCallId("inf-1")),)


def test_a_later_output_is_added_once() -> None:
    recording = recording_with_cell()
    history = [user("count"), exec_cell("call-1"), cell_output("call-1")]
    recording.request("inf-2", history)
    recording.request("inf-3", history)

    assert cell(recording).output_item_ids == ("conversation_item:3",)
    assert producers(recording, 3) == (BY_THE_CELL,)


def test_a_later_output_of_another_kind_is_no_output_of_the_cell() -> None:
    recording = recording_with_cell()
    recording.request("inf-2", [user("count"), exec_cell("call-1"), function_output("call-1")])

    assert cell(recording).output_item_ids == ()
    assert producers(recording, 3) == ()


def test_a_later_output_in_another_thread_is_added_to_the_cell_too() -> None:
    recording = recording_with_two_threads()
    recording.request("inf-1", [exec_cell("call-1")])
    recording.cell_started("call-1")
    history = [exec_cell("call-1"), cell_output("call-1")]
    recording.request("inf-2", history, thread=CHILD, turn="turn-2")  # a forked child sends its parent's history

    assert cell(recording).output_item_ids == ("conversation_item:3",)
    assert producers(recording, 3) == (BY_THE_CELL,)


def test_the_source_of_a_waiting_cell_is_the_first_by_key_bytes_of_all_that_a_list_brings() -> None:
    recording = recording_with_turn()
    recording.cell_started("call-1")
    before = [user(f"{number}") for number in range(8)]
    recording.request("inf-1", [*before, exec_cell("call-1"), exec_cell("call-1")])  # items 9 and 10

    assert recording.reduce().trace.code_cells[CodeCellId("code_cell:call-1")].source_item_id == (
        "conversation_item:10"
    )
