"""Which ids items get and keep, when they are accepted, and which readers are spared (spec 4, "In schema 2")."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from rollout_trace import Bundle, LoggedEvent, Recorder, RolloutTrace, reduce_bundle
from rollout_trace.events import types as events
from rollout_trace.record import Thread, Turn

Item = dict[str, Any]


def user(text: str) -> Item:
    return {"role": "user", "content": text}


def assistant(text: str, **fields: Any) -> Item:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}], **fields}


def call(call_id: str, arguments: str = "{}", **fields: Any) -> Item:
    return {"type": "function_call", "name": "echo", "call_id": call_id, "arguments": arguments, **fields}


def ask(turn: Turn, items: list[Item], *answer: Item) -> None:
    with turn.inference() as attempt:
        attempt.request({"input": items})
        attempt.completed(list(answer))


class Run:
    """A recording of one turn, and what became of it."""

    def __init__(self, folder: Path, schema: int = 2) -> None:
        self.rollout = Recorder(folder, schema=schema)
        self.root: Thread = self.rollout.root_thread()
        self.turn: Turn = self.root.turn()

    @property
    def bundle(self) -> Bundle:
        assert self.rollout.path is not None
        return Bundle(self.rollout.path)

    def graph(self) -> RolloutTrace:
        self.rollout.close()
        reduction = reduce_bundle(self.bundle)
        assert reduction.diagnostics == ()
        return reduction.trace

    def requests(self) -> list[list[Item]]:
        """The items of every request, as they were written."""
        return [self._body(event.request_payload)["input"] for event in self._log(events.InferenceStarted)]

    def answers(self) -> list[list[Item]]:
        return [self._body(event.response_payload)["output_items"] for event in self._log(events.InferenceCompleted)]

    def accepted(self) -> list[str]:
        return [event.item_id for event in self._log(events.HistoryItemAccepted)]

    def order(self) -> list[str]:
        """Acceptances by id among the other events by type."""
        payloads = [entry.event.payload for entry in self.bundle.events() if isinstance(entry, LoggedEvent)]
        return [getattr(payload, "item_id", str(payload.__struct_config__.tag)) for payload in payloads]

    def _log(self, event_type: type) -> list[Any]:
        payloads = [entry.event.payload for entry in self.bundle.events() if isinstance(entry, LoggedEvent)]
        return [payload for payload in payloads if isinstance(payload, event_type)]

    def _body(self, ref: Any) -> Any:
        return json.loads(self.bundle.read_payload(ref))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_an_item_that_is_sent_again_keeps_the_id_that_it_was_given(run: Run) -> None:
    ask(run.turn, [user("one"), user("two")])
    ask(run.turn, [user("one"), user("two"), user("three")])

    first, second = run.requests()
    assert all(item["id"].startswith("msg_") for item in first)
    assert second[:2] == first
    assert len({item["id"] for item in second}) == 3
    assert len(run.graph().conversation_items) == 3


def test_the_same_words_said_anew_are_another_item(run: Run) -> None:
    ask(run.turn, [user("go on")])
    ask(run.turn, [user("go on"), user("go on")])

    (first,), (again, new) = run.requests()
    assert again == first
    assert new["id"] != first["id"]


def test_an_item_is_found_by_its_content_where_others_went_before_it(run: Run) -> None:
    ask(run.turn, [user("old"), user("kept"), call("one")])
    ask(run.turn, [user("kept"), call("one"), user("new")])

    before, after = run.requests()
    assert after[:2] == before[1:]


def test_what_the_model_wrote_keeps_the_providers_id_even_if_it_is_sent_without(run: Run) -> None:
    said = assistant("yes", id="msg_provider", status="completed")
    ask(run.turn, [user("well?")], said)
    ask(run.turn, [user("well?"), {"role": "assistant", "content": "yes"}])
    ask(run.turn, [user("well?"), said])

    *_, again, whole = run.requests()
    assert [again[1]["id"], whole[1]["id"]] == ["msg_provider"] * 2
    assert len(run.graph().conversation_items) == 2


def test_an_answer_without_ids_gets_some_and_keeps_them(run: Run) -> None:
    ask(run.turn, [user("well?")], assistant("yes"), call("one"))
    ask(run.turn, [user("well?"), assistant("yes"), call("one")])

    said, called = run.answers()[0]
    assert said["id"].startswith("msg_")
    assert called["id"].startswith("fc_")
    assert run.requests()[1][1:] == [said, called]


def test_the_output_of_a_tool_is_the_item_that_is_sent(run: Run) -> None:
    ask(run.turn, [user("well?")], call("one"))
    with run.turn.tool("echo", call_id="one") as tool:
        shown = tool.output("done")
    ask(run.turn, [user("well?"), call("one"), {"type": "function_call_output", "call_id": "one", "output": "done"}])

    assert shown["id"].startswith("fco_")
    assert run.requests()[1][2] == shown
    only_tool = next(iter(run.graph().tool_calls.values()))
    assert len(only_tool.model_visible_output_item_ids) == 1


def test_an_item_that_the_host_takes_in_is_accepted_at_once_and_may_be_sent_often(run: Run) -> None:
    given = {"role": "system", "content": "be brief"}
    taken = run.root.item(given)
    ask(run.turn, [taken])
    ask(run.turn, [taken, user("well?")])

    assert given == {"role": "system", "content": "be brief"}
    assert run.accepted()[0] == taken["id"]
    assert run.accepted().count(taken["id"]) == 1
    assert run.requests()[1][0]["id"] == taken["id"]


def test_items_are_accepted_where_they_enter_the_history(run: Run) -> None:
    ask(run.turn, [{"role": "developer", "content": "be brief"}, user("well?")], call("one", id="fc_1"))
    with run.turn.tool("echo", call_id="one") as tool:
        shown = tool.output("done")
    ask(run.turn, [{"role": "developer", "content": "be brief"}, user("well?"), call("one", id="fc_1"), shown])

    system, asked = run.requests()[0]
    assert system["id"] not in run.accepted()
    assert run.order()[3:] == [
        asked["id"],
        "inference_started",
        "inference_completed",
        "fc_1",
        "tool_call_started",
        "tool_call_ended",
        shown["id"],
        "inference_started",
        "inference_completed",
    ]


def test_a_call_whose_tool_starts_before_its_answer_is_complete_is_accepted_before_the_tool(run: Run) -> None:
    with run.turn.inference() as attempt:
        attempt.request({"input": []})
        attempt.item(assistant("first", id="msg_1"))
        attempt.item(call("one", id="fc_1"))
        attempt.item(call("two", id="fc_2"))
        with run.turn.tool("echo", call_id="one"):
            pass
        attempt.completed()

    told = [
        step
        for step in run.order()
        if step.startswith(("msg_", "fc_")) or step in {"tool_call_started", "inference_completed"}
    ]
    assert told == ["msg_1", "fc_1", "tool_call_started", "inference_completed", "fc_2"]
    assert [item["id"] for item in run.answers()[0]] == ["msg_1", "fc_1", "fc_2"]


def test_a_message_of_another_agent_is_accepted_with_the_item_itself(run: Run) -> None:
    child = run.root.spawn("worker")
    received = child.receive("look", sender=run.root)

    (accepted,) = run._log(events.HistoryItemAccepted)  # noqa: SLF001
    assert received["id"].startswith("amsg_")
    assert run._body(accepted.agent_message_payload) == received  # noqa: SLF001
    graph = run.graph()
    assert len(graph.conversation_items) == 1


def test_inherited_and_compacted_items_keep_their_ids_and_are_not_accepted_again(run: Run) -> None:
    ask(run.turn, [user("one")], assistant("yes"))
    accepted = run.accepted()
    history = run.turn.compaction().installed([user("one"), assistant("yes")], [user("one"), user("summary")])
    ask(run.turn, [user("one"), user("summary")])
    with run.root.spawn("worker", inherits_history=True) as child, child.turn() as work:
        ask(work, [user("one"), user("summary"), user("new")])

    compacted, inherited = run.requests()[1:]
    assert compacted == history
    assert inherited[:2] == history
    assert run.accepted() == [*accepted, inherited[2]["id"]]


@pytest.mark.parametrize("schema", [1, 2])
def test_an_item_that_no_reader_could_read_is_set_aside(schema: int, tmp_path: Path) -> None:
    run = Run(tmp_path, schema)
    odd: list[Item] = [
        {"no": "type"},
        {"role": "critic", "content": "x"},
        {"type": "reasoning", "summary": [], "id": "rs_1"},
        {"type": "compaction"},
        {"type": "agent_message", "author": "/root", "recipient": "/root", "content": []},
        {"type": "function_call", "call_id": "x"},
        call("one", '{"other": 1}'),
    ]
    ask(run.turn, [call("one")])
    ask(run.turn, [call("one"), *odd, user("last")])

    (body,) = [run._body(event.request_payload) for event in run._log(events.InferenceStarted)[1:]]  # noqa: SLF001
    assert [item["type"] for item in body["input"]] == ["function_call", "message"]
    assert [aside["item"] for aside in body["items_set_aside"]] == odd
    assert [aside["index"] for aside in body["items_set_aside"]] == list(range(1, 8))
    assert len(run.graph().conversation_items) == 2


def test_an_item_that_is_no_json_costs_its_request_nothing_else(run: Run) -> None:
    ask(run.turn, [user("one"), {"role": "user", "content": object()}], assistant("yes"))

    assert [item["content"][0]["text"] for item in run.requests()[0]] == ["one"]
    assert len(run.graph().conversation_items) == 2


def test_what_the_host_hands_over_is_never_changed(run: Run) -> None:
    items = [user("one"), call("one"), {"type": "reasoning", "summary": []}]
    request = {"input": items, "previous_response_id": "none", "model": "m"}
    answer = {"id": "resp", "output": [assistant("yes"), {"role": "assistant", "content": "plain"}]}
    before = copy.deepcopy((request, answer))

    with run.turn.inference() as attempt:
        attempt.request(request)
        attempt.item(answer["output"][0])
        attempt.completed(answer)
    run.turn.compaction().installed(items, items)
    run.root.item(items[0])

    assert (request, answer) == before


def test_in_schema_1_items_are_written_with_the_ids_that_they_have_and_no_others(tmp_path: Path) -> None:
    run = Run(tmp_path, schema=1)
    ask(run.turn, [user("one"), assistant("yes", id="msg_1")])

    first, second = run.requests()[0]
    assert "id" not in first
    assert second["id"] == "msg_1"
    assert run.accepted() == []
