"""What answers add to those of `query`, each on the smallest recording that shows it."""

from decimal import Decimal
from pathlib import Path

from recording import ROOT, assistant, function_call, function_output, recording_with_turn, user
from rollout_trace.bundle.folder import Bundle
from rollout_trace.query.prices import ModelPrice, PriceTable
from rollout_trace.web.interface.common import EXCERPT_CHARACTERS
from rollout_trace.web.view import View
from web.viewing import ask, view_of, whole_list


def test_costs_are_told_without_rounding(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    tokens = {
        "input_tokens": 1_000,
        "cached_input_tokens": 300,
        "cache_write_input_tokens": 0,
        "output_tokens": 7,
        "reasoning_output_tokens": 0,
    }
    recording.answer("inf-1", [assistant("done")], token_usage=tokens)
    whole = view_of(recording.write(tmp_path / "bundle"))
    price = ModelPrice(input=Decimal("1.25"), cached_input=Decimal("0.125"), output=Decimal(10))
    view = View(whole.bundle, whole.reduction, whole.extent, PriceTable(models={"a-model": (price,)}))

    cost = Decimal("0.0009825")  # 700 × 1.25 + 300 × 0.125 + 7 × 10, a million times less
    (line,) = whole_list(view, "requests")
    assert Decimal(line["cost_usd"]) == cost
    assert Decimal(ask(view, "request", request="inf-1")["cost_usd"]) == cost
    assert Decimal(ask(view, "usage")["total"]["cost_usd"]) == cost
    assert Decimal(ask(view, "rollout")["usage"]["cost_usd"]) == cost
    assert Decimal(whole_list(view, "turns")[0]["usage"]["cost_usd"]) == cost
    assert ask(view, "usage")["price_date"] is None


def test_tools_that_differ_break_the_cache_though_all_items_are_the_same(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request_of("inf-1", {"input": [user("go")], "instructions": "Be brief.", "tools": []})
    recording.request_of("inf-2", {"input": [user("go")], "instructions": "Be brief.", "tools": [{"name": "exec"}]})
    told = ask(view_of(recording.write(tmp_path / "bundle")), "request", request="inf-2")

    assert (told["shared_prefix"], told["broken_by"], told["broken_at"]) == (1, None, None)
    assert (told["keeps_cache"], told["changed_settings"], told["tools"]) == (False, ["tools"], 1)
    assert told["instructions"] == {"offset": 0, "characters": 9, "text": "Be brief."}


def test_a_replacement_that_no_event_tells_of_is_named_by_the_request_that_shows_it(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), assistant("one"), user("on"), assistant("two")])
    seq = recording.request("inf-2", [user("go"), user("on"), user("a summary")])
    view = view_of(recording.write(tmp_path / "bundle"))

    (told,) = whole_list(view, "compactions")
    assert (told["kind"], told["ref"], told["position"]["seq"]) == ("unrecorded", None, seq)
    assert told["first_request"] == {"kind": "inference_call", "object_id": "inf-2"}
    assert (told["before"], told["after"], told["dropped"], told["kept"], told["added"]) == (4, 3, 2, 2, 1)
    dropped = whole_list(view, "compactions/items", seq=seq, choice="dropped")
    assert [item["text"]["text"] for item in dropped] == ["one", "two"]


def test_a_call_that_no_event_tells_of_has_its_tool_from_the_payload(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), function_call("call-1", name="look"), function_output("call-1")])
    view = view_of(recording.write(tmp_path / "bundle"))

    told = [entry["item"] for entry in whole_list(view, "conversation", thread=ROOT)]
    assert [(item["label"], item["tool"]) for item in told] == [("user", None), ("call", "look"), ("output", None)]


def test_of_an_item_that_is_shown_twice_each_place_is_told(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("again"), user("again"), user("again")])
    view = view_of(recording.write(tmp_path / "bundle"))

    told = whole_list(view, "request/items", request="inf-1")
    assert [(item["index"], item["item"]["text"]["text"]) for item in told] == [
        (0, "again"),
        (1, "again"),
        (2, "again"),
    ]


def test_what_mode_default_refuses_is_told(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.answer("never-asked", [assistant("done")])
    told = ask(view_of(recording.write(tmp_path / "bundle")), "rollout")

    assert (told["default_rejects"], told["diagnostics"]) == (True, {"error": 1})


def test_arguments_that_the_graph_has_only_in_part_are_told_in_full(tmp_path: Path) -> None:
    arguments = '{"words": "' + "x" * (EXCERPT_CHARACTERS + 5) + '"}'
    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), function_call("call-1", arguments)])
    bundle: Bundle = recording.write(tmp_path / "bundle")

    told = ask(view_of(bundle), "conversation", thread=ROOT, offset=1)["entries"][0]["item"]["text"]
    assert told == {"offset": 0, "characters": len(arguments), "text": arguments[:EXCERPT_CHARACTERS]}


def test_a_request_shows_its_own_of_an_item_that_the_graph_cannot_tell_from_anothers(tmp_path: Path) -> None:
    def search(last: str) -> dict[str, object]:
        return {"type": "web_search_call", "status": "completed", "action": {"query": "z" * 400 + last}}

    recording = recording_with_turn()
    recording.request("inf-1", [user("go"), search("ONE")])
    recording.request("inf-2", [user("go"), search("TWO")])
    view = view_of(recording.write(tmp_path / "bundle"))

    (_, first), (_, second) = (whole_list(view, "request/items", request=request) for request in ("inf-1", "inf-2"))
    assert (first["item"]["text"]["text"][-6:], second["item"]["text"]["text"][-6:]) == ('ONE"}}', 'TWO"}}')
    assert (second["is_new"], second["is_in_shared_prefix"]) == (True, False)
    assert whole_list(view, "requests")[1]["shared_prefix"] == 1
    (vanished,) = whole_list(view, "request/items", request="inf-2", choice="vanished")
    assert vanished["item"]["text"]["text"].endswith('ONE"}}')
