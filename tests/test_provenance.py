"""Which request asked for something, and which first showed the model what came of it; and how `why` says so."""

from pathlib import Path

import pytest

from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.query import Names, provenance_of
from rollout_trace.query.naming import ObjectRef
from rollout_trace.reduce.evidence import ObjectKind
from test_commands import EXAMPLE, run

THERMOSTAT = EXAMPLE.parent / "thermostat"
Requests = tuple[str | None, str | None]


@pytest.fixture(scope="module", name="told")
def _told() -> dict[str, Requests]:
    """For a few objects of the example: the request that asked, and the one that first showed what came of it."""
    trace = reduce_bundle(THERMOSTAT).trace
    names = Names(trace)

    def name(call_id: str | None) -> str | None:
        return None if call_id is None else names.short(ObjectRef(ObjectKind.INFERENCE_CALL, call_id))

    told = {}
    for words in ("tool:6", "tool:3", "cell:1", "terminal:4", "item:1", "item:13", "item:14", "tool:19"):
        found = provenance_of(trace, names.find(words))
        assert found is not None
        told[words] = (name(found.asked_in), name(found.shown_in))
    return told


class TestProvenance:
    def test_a_call_was_asked_for_by_the_answer_that_has_it(self, told: dict[str, Requests]) -> None:
        assert told["tool:6"] == ("request:5", "request:6")
        assert told["item:13"] == ("request:5", None)  # the model wrote it, and need not be shown it

    def test_an_output_comes_of_what_was_asked_for(self, told: dict[str, Requests]) -> None:
        assert told["item:14"] == ("request:5", "request:6")

    def test_a_code_cell_and_what_it_called_were_asked_for_in_the_same_answer(self, told: dict[str, Requests]) -> None:
        assert told["cell:1"] == ("request:3", "request:4")
        assert told["tool:3"] == ("request:3", None)

    def test_a_terminal_is_of_the_call_that_opened_it(self, told: dict[str, Requests]) -> None:
        assert told["terminal:4"] == ("request:6", "request:7")

    def test_what_the_user_said_was_asked_for_by_no_request(self, told: dict[str, Requests]) -> None:
        assert told["item:1"] == (None, "request:1")

    def test_what_came_of_a_cancelled_call_nobody_saw(self, told: dict[str, Requests]) -> None:
        assert told["tool:19"] == ("request:20", None)

    def test_other_objects_have_none(self) -> None:
        trace = reduce_bundle(THERMOSTAT).trace
        assert provenance_of(trace, Names(trace).find("turn:1")) is None


class TestWhy:
    def second_line(self, words: str) -> str:
        return run("why", THERMOSTAT, words).stdout.splitlines()[1]

    def test_it_begins_with_who_asked_when_and_where_the_model_first_saw_it(self) -> None:
        assert self.second_line("tool:6") == (
            "Asked for by /root in request:5 (seq 45) at +694 ms; first seen by the model in request:6 (seq 52)."
        )

    def test_a_code_cell_stands_between(self) -> None:
        assert self.second_line("tool:3") == (
            "Asked for by cell:1, which /root wrote in request:3 (seq 18) at +505 ms; "
            "the model saw what the cell made of it."
        )

    def test_what_nobody_saw_is_said(self) -> None:
        assert self.second_line("tool:19").endswith("; no request showed the model what came of it.")

    def test_it_goes_no_further_than_a_compaction(self) -> None:
        told = run("why", THERMOSTAT, "tool:6", "--depth", "5").stdout

        assert "… more: why compaction:1" in told
        assert "put in place" not in told

    def test_what_is_told_elsewhere_is_said_to_be_above_or_below(self) -> None:
        told = run("why", THERMOSTAT, "tool:6", "--depth", "5").stdout

        assert "(see above)" in told or "(see below)" in told


def test_show_speaks_as_readers_do(tmp_path: Path) -> None:
    shown = run("show", THERMOSTAT, "tool:6", cwd=tmp_path).stdout

    assert "  asked for in  item:13" in shown
    assert "  its output    item:14" in shown
    assert "  asked for by  request:5" in shown
    assert "first seen by the model in request:6 (seq 52)." in shown
