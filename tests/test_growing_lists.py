"""Lists of ids are written as JSON is, whatever they have in common with the ones before."""

import msgspec
import pytest

from rollout_trace.model.growing_lists import GrowingLists

LONG = tuple(f"conversation_item:{number}" for number in range(1, 5))
QUOTED = ('a "quoted" id', "", "ä\n")


@pytest.mark.parametrize(
    "lists",
    [
        pytest.param([(), ()], id="empty"),
        pytest.param([LONG, LONG], id="the same"),
        pytest.param([LONG, LONG[:2], LONG[:3]], id="a beginning"),
        pytest.param([LONG[:1], LONG[:3], LONG], id="an extension"),
        pytest.param([LONG, LONG[:2] + LONG[3:], LONG], id="a parting"),
        pytest.param([LONG, LONG[1:], LONG[:1]], id="another"),
        pytest.param([QUOTED, QUOTED[:2], (*QUOTED, *LONG)], id="ids that are escaped"),
    ],
)
def test_each_list_is_written_as_if_it_stood_alone(lists: list[tuple[str, ...]]) -> None:
    growing = GrowingLists(indentation=0)
    for ids in lists:
        assert b"".join(growing.text_of(ids)) == msgspec.json.format(msgspec.json.encode(ids), indent=2)
