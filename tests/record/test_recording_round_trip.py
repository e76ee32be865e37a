"""What a program records is what readers read: no diagnostics, and the graph says what the program did."""

import tempfile
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from record.program import Deeds, play, play_at_once
from rollout_trace import Recorder, RolloutTrace, reduce_bundle
from rollout_trace.model import CodeCellRequester, SpawnedOrigin


def statuses(graph: RolloutTrace) -> dict[str, dict[str, str]]:
    objects = {
        "turn": graph.codex_turns,
        "inference call": graph.inference_calls,
        "tool call": graph.tool_calls,
        "code cell": graph.code_cells,
    }
    return {
        sort: {own_id: str(one.execution.status) for own_id, one in some.items()}  # type: ignore[attr-defined]
        for sort, some in objects.items()
    }


def check(graph: RolloutTrace, deeds: Deeds, schema: int, without_call: int = 0) -> None:
    """The graph says what the program did; `without_call` children were made by no tool call."""
    found = statuses(graph)
    sent = {number for numbers in deeds.sent.values() for number in numbers}
    for sort, all_ended in deeds.ended.items():
        ended = {own_id: how for own_id, how in all_ended.items() if deeds.asked_as.get(own_id, -1) in {-1, *sent}}
        assert {own_id: found[sort][own_id] for own_id in ended} == ended, sort
    assert found["turn"] == deeds.ended["turn"]
    assert found["inference call"] == deeds.ended.get("inference call", {})
    calls_of_cells = len(deeds.asked_as) if schema == 2 else 0
    assert len(found["tool call"]) == len(deeds.ended.get("tool call", {})) + calls_of_cells

    origins = {thread_id: thread.origin for thread_id, thread in graph.threads.items()}
    spawned = {
        thread_id: origin.parent_thread_id for thread_id, origin in origins.items() if isinstance(origin, SpawnedOrigin)
    }
    assert spawned == deeds.parents

    known: dict[int, str] = {}
    for call_id, numbers in deeds.sent.items():
        ids = graph.inference_calls[call_id].request_item_ids  # type: ignore[index]
        assert len(ids) == len(numbers)
        for number, item_id in zip(numbers, ids, strict=True):  # what is sent again is the same item
            assert known.setdefault(number, item_id) == item_id

    nested = [tool for tool in graph.tool_calls.values() if isinstance(tool.requester, CodeCellRequester)]
    assert len(nested) == deeds.asked_by_cell.total()
    by_tool = {operation.tool_call_id: operation for operation in graph.terminal_operations.values()}
    for tool_call_id, output in deeds.outputs.items():
        result = by_tool[tool_call_id].result  # type: ignore[index]
        assert result is not None
        assert result.stdout == output
    edges = Counter(str(edge.kind) for edge in graph.interaction_edges.values())
    assert edges["spawn_agent"] == len(deeds.parents) - without_call
    if schema == 2:  # where a message is an item as soon as it arrives; in schema 1 a request must carry it
        assert edges["agent_result"] == deeds.results.total()
        assert edges["send_message"] == deeds.messages.total()


@pytest.mark.parametrize("schema", [1, 2])
@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 6))
def test_a_random_program_is_read_as_what_it_did(schema: int, seed: int, steps: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with Recorder(folder, schema=schema) as rollout:
            deeds = play(rollout, Random(seed), steps)  # noqa: S311 - to be repeated
        assert rollout.path is not None

        reduction = reduce_bundle(rollout.path)

        assert reduction.diagnostics == ()
        assert reduction.trace.status == "completed"
        check(reduction.trace, deeds, schema)


@pytest.mark.parametrize("schema", [1, 2])
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_random_agents_at_once_are_read_as_what_they_did(schema: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with Recorder(folder, schema=schema) as rollout:
            deeds = play_at_once(rollout, seed, steps=5, agents=4)
        assert rollout.path is not None

        reduction = reduce_bundle(rollout.path)

        assert reduction.diagnostics == ()
        check(reduction.trace, deeds, schema, without_call=4)
