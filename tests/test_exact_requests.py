"""What a model saw is what stands in the request's own list, also of items that the graph cannot tell apart.

Without ids of their own, two items whose JSON is the same in its first 240 bytes are one item of the graph.
"""

from pathlib import Path
from typing import Any

import pytest

from recording import Recording, assistant, recording_with_turn, user
from rollout_trace import query, reduce_bundle
from rollout_trace.bundle.folder import Bundle
from rollout_trace.ids import InferenceCallId
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction

FIRST, SECOND = InferenceCallId("inf-1"), InferenceCallId("inf-2")


def search(last: str) -> dict[str, Any]:
    return {"type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "z" * 400 + last}}


def answered(recording: Recording, folder: Path) -> tuple[Bundle, Reduction]:
    bundle = recording.write(folder / "bundle")
    reduction = reduce_bundle(bundle, Mode.SALVAGE)
    seen = [reduction.trace.inference_calls[call].request_item_ids for call in (FIRST, SECOND)]
    assert set(seen[0]) & set(seen[1])  # the graph has one item for what both requests have in its place
    return bundle, reduction


def two_full_requests(*, skipped: bool = False) -> Recording:
    recording = recording_with_turn()
    before = [{"type": "additional_tools", "tools": []}] if skipped else []
    recording.request(FIRST, [user("go"), search("ONE")])
    recording.request(SECOND, [*before, user("go"), search("TWO"), assistant("found")])
    return recording


def a_request_that_continues_an_answer() -> Recording:
    recording = recording_with_turn()
    recording.request(FIRST, [user("go"), search("ONE")])
    recording.request("inf-between", [user("go"), search("TWO")])
    recording.answer("inf-between", [assistant("found")], response="response-1")
    recording.request(SECOND, [user("on")], previous="response-1")
    return recording


CASES = [two_full_requests(), two_full_requests(skipped=True), a_request_that_continues_an_answer()]


@pytest.mark.parametrize("recording", CASES, ids=["full", "after what is no conversation", "continued"])
class TestExactness:
    @pytest.mark.parametrize("with_content", [True, False])
    def test_each_request_shows_its_own(self, recording: Recording, *, with_content: bool, tmp_path: Path) -> None:
        bundle, reduction = answered(recording, tmp_path)
        first, second = (
            query.seen_at(bundle, reduction, call, with_content=with_content)[1] for call in (FIRST, SECOND)
        )

        assert (first.text[-6:], second.text[-6:]) == ('ONE"}}', 'TWO"}}')
        assert first.item_id == second.item_id
        assert second.content == (search("TWO") if with_content else None)

    def test_the_prefix_is_broken_where_the_cut_parts_differ(self, recording: Recording, tmp_path: Path) -> None:
        found = query.context_of(*answered(recording, tmp_path), SECOND, FIRST)
        searched = found.item_ids[1]

        assert (found.shared_prefix, found.broken_by, found.broken_at) == (1, searched, searched)
        assert not found.keeps_cache
        assert searched in found.new
        assert found.vanished == (searched,)


def test_a_history_that_grew_keeps_the_cache_though_it_has_long_calls(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request(FIRST, [user("go"), search("ONE")])
    recording.request(SECOND, [user("go"), search("ONE"), assistant("found")])
    found = query.context_of(*answered(recording, tmp_path), SECOND)

    assert (found.keeps_cache, found.shared_prefix, len(found.new), found.vanished) == (True, 2, 1, ())


def test_a_request_whose_list_is_gone_is_shown_as_the_item_was_first_seen(tmp_path: Path) -> None:
    bundle, reduction = answered(two_full_requests(), tmp_path)
    payload = reduction.trace.raw_payloads[reduction.trace.inference_calls[SECOND].raw_request_payload_id]
    (bundle.path / payload.path).unlink()

    assert query.seen_at(bundle, reduction, SECOND)[1].text.endswith('ONE"}}')
    assert query.context_of(bundle, reduction, SECOND).shared_prefix == 2
