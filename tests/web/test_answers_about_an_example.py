"""What the endpoints of a rollout tell of the example `thermostat`.

Every expected value was read by a person from the events and the payload files, and is written out here.
"""

from typing import Any

import pytest

from rollout_trace.errors import QuestionError
from rollout_trace.web.answers.table import ANSWERS
from rollout_trace.web.view import View
from web.viewing import ENDPOINTS, EXAMPLES, ask, envelope, view_of, whole_list

ROOT = "49ab9441-b7a0-441c-ae83-c7bb2ef0e74a"
REVIEWER, TESTER = "14043095-9c72-41da-aeb1-952b24b75a2d", "af1bba99-cdb7-4779-9145-5d47f7cd6635"
FIRST_TURN, COMPACTING_TURN, LAST_TURN = (
    "a2be90f5-fafe-4c6b-91cd-48bd13f792d2",
    "ec540d3f-2d0a-4264-84da-6fb69123d705",
    "60aceb1a-5684-49e3-b789-932d8da84f67",
)
FIRST, CANCELLED, AGAIN, PATCHING, LAST_BEFORE, AFTER_COMPACTION = (
    "228d0509-5e2d-4a8f-9064-1a7410e6f803",
    "1c0963b8-cd90-4a39-9e26-d875fd100fd0",
    "f71b8365-c4cf-4094-b8a4-0acf36d5a61f",
    "0b968348-88fd-4a29-9288-9f96da72f771",
    "70a3303f-ff84-46db-bf42-db4667ff5a09",
    "bcdf2679-e50a-4f3c-9d0f-53d024cba65e",
)
COMPACTION = "be57d643-3de3-4f0e-b23f-53ada0700c5c"
CAT = "exec-c2a967b3-5789-4e19-b12d-25d96d36e055"
GREP = "exec-2ec09676-f7af-4d11-b322-9571fc143338"


@pytest.fixture(scope="module")
def view() -> View:
    return view_of(EXAMPLES / "thermostat")


def test_every_endpoint_of_a_rollout_has_an_answer() -> None:
    assert ANSWERS.keys() == ENDPOINTS.keys()


class TestTheRollout:
    def test_at_a_glance(self, view: View) -> None:
        told = ask(view, "rollout")
        assert (told["key"], told["name"], told["is_live"]) == ("a-key", "thermostat", False)
        assert (told["first_seq"], told["last_seq"], told["events"]) == (1, 180, 180)
        assert told["last_moment_unix_ms"] == 1795261517236
        assert (told["default_rejects"], told["diagnostics"]) == (False, {})
        assert (told["failures"], told["replacements"]) == (5, 1)
        assert told["summary"]["agents"] == []
        assert told["summary"]["last_answer"] == (
            "The offset was 23 and had to be 32. The check passes, and two agents confirm it."
        )
        assert (told["usage"]["requests"], told["usage"]["requests_without_count"]) == (20, 1)
        assert told["account"]["total_ms"] == 1795261517236 - 1795261514394

    def test_what_went_wrong(self, view: View) -> None:
        told = whole_list(view, "failures")
        assert [
            (failure["subject"]["object_id"], failure["position"]["seq"], failure["ended_seq"]) for failure in told
        ] == [
            ("call_check", 10, 13),
            (CANCELLED, 15, 16),
            ("call_guess", 39, 42),
            (LAST_TURN, 168, 177),
            ("call_hour", 174, 176),
        ]
        assert told[1]["error"] == "nothing more came"

    def test_it_was_read_without_a_fault(self, view: View) -> None:
        assert whole_list(view, "diagnostics") == []

    def test_the_check(self, view: View) -> None:
        told = ask(view, "check")
        assert (told["verdict"], told["events"], told["events_skipped"]) == ("whole", 180, 0)
        assert told["evidence"]["inference_request"]["files"] == 20
        (finding,) = whole_list(view, "check/findings")
        assert (finding["severity"], finding["code"], finding["ids"]) == (
            "note",
            "never-ended",
            {"operation_id": "terminal_operation:10"},  # of `sleep 3600`, which a user interrupted
        )


class TestAgents:
    def test_children_follow_their_parent(self, view: View) -> None:
        told = whole_list(view, "agents")
        assert [(line["thread_id"], line["parent"], line["depth"]) for line in told] == [
            (ROOT, None, 0),
            (REVIEWER, ROOT, 1),
            (TESTER, ROOT, 1),
        ]
        assert [(line["sent"], line["received"]) for line in told] == [(4, 2), (1, 2), (1, 2)]
        assert [line["totals"]["requests"] for line in told] == [14, 2, 4]
        assert [line["totals"]["tool_calls"] for line in told] == [15, 1, 3]
        assert [line["ended_at_unix_ms"] for line in told] == [1795261517236, 1795261516290, 1795261516391]
        assert {line["activity"]["doing"] for line in told} == {"ended"}

    def test_what_went_between_them(self, view: View) -> None:
        told = [(went["kind"], went["sender"], went["receiver"]) for went in whole_list(view, "passages")]
        assert told == [
            ("spawn_agent", ROOT, REVIEWER),
            ("spawn_agent", ROOT, TESTER),
            ("send_message", ROOT, TESTER),
            ("agent_result", REVIEWER, ROOT),
            ("agent_result", TESTER, ROOT),
            ("close_agent", ROOT, REVIEWER),
        ]

    def test_what_went_from_and_to_one(self, view: View) -> None:
        told = [went["words"] for went in whole_list(view, "passages", thread=TESTER)]
        assert told == [
            "Run the check of the project, and wait for more.",
            "Please also try 37 degrees.",
            "The check passes. 37 degrees come out as 98, which is rounded down.",
        ]


class TestTheTimeline:
    def test_one_entry_for_each_piece_of_work(self, view: View) -> None:
        told = [(entry["position"]["seq"], entry["subject"]["object_id"]) for entry in whole_list(view, "timeline")]
        assert told[:6] == [
            (2, ROOT),
            (3, FIRST_TURN),
            (5, FIRST),
            (10, "call_check"),
            (15, CANCELLED),
            (17, AGAIN),
        ]
        assert told[-2:] == [(174, "call_hour"), (179, ROOT)]

    def test_of_one_agent(self, view: View) -> None:
        told = [entry["position"]["seq"] for entry in whole_list(view, "timeline", thread=REVIEWER)]
        assert told == [80, 87, 89, 115, 123, 132]

    def test_the_critical_path_has_no_gap(self, view: View) -> None:
        told = whole_list(view, "critical-path")
        assert told[0]["started_at_unix_ms"] == 1795261514394
        assert sum(step["duration_ms"] for step in told) == 2842
        ends = [step["started_at_unix_ms"] + step["duration_ms"] for step in told]
        assert ends[:-1] == [step["started_at_unix_ms"] for step in told[1:]]


class TestTheConversation:
    def test_items_stand_at_their_place(self, view: View) -> None:
        told = whole_list(view, "conversation", thread=ROOT)
        assert [entry["index"] for entry in told] == list(range(40))
        assert [entry["item"]["label"] for entry in told[:6]] == [
            "developer",
            "user",
            "reasoning",
            "assistant (commentary)",
            "call",
            "output",
        ]

    def test_a_call_and_its_output(self, view: View) -> None:
        call, output = (entry["item"] for entry in ask(view, "conversation", thread=ROOT, offset=4, limit=2)["entries"])
        assert (call["tool"], call["call_id"], call["content_kinds"]) == ("exec_command", "call_check", ["json"])
        assert (output["tool"], output["first_shown_in"]) == ("exec_command", CANCELLED)
        assert output["origins"] == [{"kind": "tool_call", "object_id": "call_check"}]
        assert output["text"]["text"].startswith("Exit code 1.\nFAIL  0 C: expected 32 F, got 23 F\n")
        assert output["source"]["payload"]["path"] == "payloads/8.json"

    def test_where_turns_begin_and_where_the_history_was_replaced(self, view: View) -> None:
        told = whole_list(view, "conversation", thread=ROOT)
        assert {entry["index"]: entry["begins_turn"] for entry in told if entry["begins_turn"]} == {
            0: FIRST_TURN,
            34: COMPACTING_TURN,
            37: LAST_TURN,
        }
        assert {entry["index"]: entry["compaction"] for entry in told if entry["compaction"]} == {34: COMPACTION}

    def test_an_item_as_its_payload_has_it(self, view: View) -> None:
        told = ask(view, "item", item="conversation_item:3")
        assert (told["payload"]["path"], told["path"]) == ("payloads/3.json", "output_items[0]")
        assert '"id": "rs_21db9ccb126243a6ae8f30b6f87be5bd"' in told["text"]["text"]
        assert (told["images"], told["fault"]) == ([], None)

    def test_a_compaction_marker_stands_in_no_payload(self, view: View) -> None:
        told = ask(view, "item", item="conversation_item:51")
        assert (told["payload"], told["path"], told["text"]["text"], told["fault"]) == (None, None, "", None)


class TestRequests:
    def test_in_the_order_in_which_they_were_sent(self, view: View) -> None:
        told = whole_list(view, "requests")
        assert [line["started_seq"] for line in told] == [
            *(5, 15, 17, 36, 44, 52, 59, 66, 74, 89, 92, 95, 105, 111, 123, 129, 142, 152, 159, 170)
        ]
        assert [(line["items"], line["items_before"], line["shared_prefix"]) for line in told[:4]] == [
            (2, None, None),
            (6, 2, 2),
            (6, 6, 6),
            (9, 6, 6),
        ]
        assert (told[0]["duration_ms"], told[0]["gist"]) == (
            241,
            "says “I will run the check first.”; calls exec_command",
        )
        assert (told[1]["outcome"]["status"], told[1]["tokens"]) == ("cancelled", None)

    def test_of_one_agent(self, view: View) -> None:
        assert [line["started_seq"] for line in whole_list(view, "requests", thread=TESTER)] == [92, 111, 129, 142]

    def test_a_request_that_keeps_the_cache(self, view: View) -> None:
        told = ask(view, "request", request=AGAIN)
        assert (told["number_in_thread"], told["before"], told["after"]) == (3, CANCELLED, PATCHING)
        assert (told["against"], told["new"], told["vanished"], told["shared_prefix"]) == (CANCELLED, 0, 0, 6)
        assert (told["keeps_cache"], told["broken_by"], told["broken_at"]) == (True, None, None)
        assert told["started_tool_call_ids"] == ["call_read"]
        assert (told["request_payload"]["path"], told["response_payload"]["path"]) == (
            "payloads/10.json",
            "payloads/11.json",
        )

    def test_a_request_after_a_compaction_begins_anew(self, view: View) -> None:
        told = ask(view, "request", request=AFTER_COMPACTION)
        assert (told["number_in_thread"], told["before"], told["after"]) == (14, LAST_BEFORE, None)
        assert (told["items"], told["new"], told["vanished"], told["shared_prefix"]) == (3, 2, 31, 0)
        assert (told["keeps_cache"], told["broken_by"], told["broken_at"]) == (
            False,
            "conversation_item:52",
            "conversation_item:1",
        )
        assert told["compactions"] == [COMPACTION]
        assert told["usage_against"]["input_tokens"] == 1579

    def test_the_first_request_stands_against_none(self, view: View) -> None:
        told = ask(view, "request", request=FIRST)
        assert (told["before"], told["against"], told["usage_against"], told["new"]) == (None, None, None, 2)

    def test_against_another(self, view: View) -> None:
        told = ask(view, "request", request=AGAIN, against=FIRST)
        assert (told["against"], told["new"], told["shared_prefix"]) == (FIRST, 4, 2)

    def test_what_the_model_saw(self, view: View) -> None:
        told = whole_list(view, "request/items", request=PATCHING)
        assert [(item["index"], item["is_new"], item["is_in_shared_prefix"]) for item in told] == [
            *((index, False, True) for index in range(6)),
            *((index, True, False) for index in (6, 7, 8)),
        ]
        assert [item["index"] for item in whole_list(view, "request/items", request=PATCHING, choice="new")] == [
            6,
            7,
            8,
        ]

    def test_what_it_saw_no_more(self, view: View) -> None:
        told = whole_list(view, "request/items", request=AFTER_COMPACTION, choice="vanished")
        assert len(told) == 31
        assert [(item["index"], item["item"]["item_id"]) for item in told[:2]] == [
            (0, "conversation_item:1"),
            (2, "conversation_item:3"),  # at 1 stood what the user asked, which is still said
        ]
        assert {(item["is_new"], item["is_vanished"], item["is_in_shared_prefix"]) for item in told} == {
            (False, True, False)
        }


class TestTools:
    def test_in_the_order_of_their_starts(self, view: View) -> None:
        told = whole_list(view, "tools")
        assert [line["started_seq"] for line in told] == [
            *(10, 22, 24, 28, 39, 47, 55, 62, 69, 79, 84, 98, 101, 115, 119, 126, 137, 155, 174)
        ]
        assert [(line["tool"], line["asked"], line["outcome"]["exit_code"], line["showing"]) for line in told[2:4]] == [
            ("exec_command", "cat convert.sh", 0, "to a cell"),
            ("exec_command", "grep -n convert.sh *.sh", 0, "to a cell"),
        ]
        assert (told[0]["duration_ms"], told[0]["showing"]) == (13, "whole")
        assert (told[6]["tool_call_id"], told[6]["showing"]) == ("call_soak", "more later")

    @pytest.mark.parametrize(
        ("chosen", "expected"),
        [
            ({"faults_only": True}, ["call_check", "call_guess", "call_hour"]),
            ({"tool": "apply_patch"}, ["call_guess", "call_mend"]),
            ({"tool": "apply_patch", "faults_only": True}, ["call_guess"]),
            ({"thread": TESTER, "tool": "wait_agent"}, ["call_listen"]),
            ({"thread": TESTER, "faults_only": True}, []),
            ({"tool": "no-such-tool"}, []),
        ],
    )
    def test_some_of_them(self, view: View, chosen: dict[str, Any], expected: list[str]) -> None:
        assert [line["tool_call_id"] for line in whole_list(view, "tools", **chosen)] == expected

    def test_code_cells(self, view: View) -> None:
        (told,) = whole_list(view, "cells")
        assert (told["code_cell_id"], told["started_seq"]) == ("code_cell:call_read", 23)
        assert told["nested_tool_call_ids"] == [CAT, GREP]
        assert told["output_item_ids"] == ["conversation_item:10"]
        assert told["source"]["text"].startswith(
            'const script = await tools.exec_command({"cmd": "cat convert.sh"});\n'
        )
        assert whole_list(view, "cells", thread=TESTER) == []

    def test_terminals(self, view: View) -> None:
        told = whole_list(view, "terminals")
        assert [line["duration_ms"] for line in told[2:4]] == [10, 612]  # the fourth outlived the call that opened it
        assert [(line["command"], line["uses"]) for line in told[:4]] == [
            ("sh check.sh", 1),
            ("cat convert.sh", 1),
            ("grep -n convert.sh *.sh", 1),
            ("sh soak.sh", 3),
        ]
        assert told[3]["opened_by"] == {"kind": "terminal_operation", "object_id": "terminal_operation:4"}
        assert told[0]["started_at_unix_ms"] == 1795261514645

    def test_what_used_a_terminal(self, view: View) -> None:
        terminal = whole_list(view, "terminals")[3]["terminal_id"]
        told = whole_list(view, "terminal", terminal=terminal)
        assert [(use["use"]["tool_call_id"], use["use"]["kind"]) for use in told] == [
            ("call_soak", "exec_command"),
            ("call_poll_1", "write_stdin"),
            ("call_poll_2", "write_stdin"),
        ]
        assert told[0]["use"]["output"] is None
        assert told[0]["output"]["text"] == "10 C is 50 F\n20 C is 68 F\n30 C is 86 F\nsoak test done\n"


class TestReplacements:
    def test_the_one_that_an_event_tells_of(self, view: View) -> None:
        (told,) = whole_list(view, "compactions")
        assert told["ref"] == {"kind": "compaction", "object_id": COMPACTION}
        assert (told["position"]["seq"], told["before"], told["after"]) == (166, 33, 2)
        assert (told["dropped"], told["kept"], told["added"]) == (32, 1, 1)
        assert told["first_request"]["object_id"] == AFTER_COMPACTION

    @pytest.mark.parametrize(
        ("choice", "first"),
        [("dropped", "conversation_item:1"), ("kept", "conversation_item:52"), ("added", "conversation_item:53")],
    )
    def test_its_items(self, view: View, choice: str, first: str) -> None:
        assert whole_list(view, "compactions/items", seq=166, choice=choice)[0]["item_id"] == first

    def test_no_history_is_replaced_by_another_event(self, view: View) -> None:
        with pytest.raises(QuestionError, match="no history was replaced at event 165"):
            ask(view, "compactions/items", seq=165)


class TestUsage:
    def test_in_all_and_by_model(self, view: View) -> None:
        told = ask(view, "usage")
        (model,) = told["models"]
        assert (model["model"], model["prices"], model["totals"]) == ("scripted-1", [], told["total"])
        assert (told["compaction_requests"], told["total"]["cost_usd"]) == (1, None)
        assert told["price_date"] == str(view.prices.date)

    def test_by_turn(self, view: View) -> None:
        told = whole_list(view, "turns")
        assert [(line["started_seq"], line["thread_id"], line["usage"]["requests"]) for line in told] == [
            (3, ROOT, 13),
            (87, REVIEWER, 2),
            (90, TESTER, 4),
            (163, ROOT, 0),
            (168, ROOT, 1),
        ]
        assert (told[-1]["outcome"]["status"], told[-1]["duration_ms"]) == ("cancelled", 600)


class TestObjects:
    def test_a_tool_call(self, view: View) -> None:
        told = ask(view, "object", kind="tool_call", id="call_soak")
        assert (told["name"], told["kind_word"], told["what"]) == ("tool:7", "tool call", "exec_command sh soak.sh")
        assert (told["events"], told["payloads"], told["named_by"], told["links_in_all"]) == (5, 4, 1, 8)
        assert {title: text["text"] for title, text in told["texts"].items()} == {
            "asked": "sh soak.sh",
            "returned": "Still running in session 1004.\n",
            "shown to the model": "Still running in session 1004.\n",
            "printed until its end, after the call": "10 C is 50 F\n20 C is 68 F\n30 C is 86 F\nsoak test done\n",
        }
        recorded = {
            title: [(source["ref"]["object_id"], source["seq"]) for source in sources]
            for title, sources in told["sources"].items()
        }
        assert recorded["asked"] == [("raw_payload:38", 55)]
        assert recorded["returned"] == [("raw_payload:48", 71)]  # the call had ended with event 57
        assert [seq for _, seq in recorded["shown to the model"]] == [59]

    def test_a_terminal_ends_with_the_command_that_opened_it(self, view: View) -> None:
        told = ask(view, "object", kind="terminal_session", id="terminal_session:terminal_operation:4")
        assert (told["outcome"]["status"], told["outcome"]["exit_code"]) == ("completed", 0)
        assert (told["execution"]["started_seq"], told["execution"]["ended_seq"]) == (56, 71)

    def test_its_events_payloads_and_what_names_it(self, view: View) -> None:
        asked = {"kind": "tool_call", "id": "call_soak"}
        events = [
            (event["position"]["seq"], event["event_type"]) for event in whole_list(view, "object/events", **asked)
        ]
        assert events[0] == (55, "tool_call_started")
        assert {event_type for _, event_type in events} >= {"tool_call_runtime_started", "tool_call_ended"}
        paths = [payload["path"] for payload in whole_list(view, "object/payloads", **asked)]
        assert paths == ["payloads/38.json", "payloads/40.json", "payloads/39.json", "payloads/48.json"]
        (naming,) = whole_list(view, "object/named-by", **asked)
        assert naming == {
            "ref": {"kind": "inference_call", "object_id": "a180d458-f02c-45dd-b155-acdf47fede9b"},
            "field": "tool_call_ids_started_by_response",
        }

    def test_a_part_of_its_text(self, view: View) -> None:
        asked = {"kind": "tool_call", "id": "call_soak", "title": "printed until its end, after the call"}
        told = ask(view, "object/text", **asked, offset=13, limit=12)
        assert told == {"offset": 13, "characters": 54, "text": "20 C is 68 F"}
        with pytest.raises(QuestionError, match="`shown to the model`, `printed until"):
            ask(view, "object/text", **{**asked, "title": "thought"})

    def test_the_lineage_of_a_nested_call(self, view: View) -> None:
        told = ask(view, "lineage", kind="tool_call", id=CAT, depth=2)
        (cell,) = told["causes"]
        assert (cell["relation"], cell["ref"]["object_id"]) == ("called by", "code_cell:call_read")

    def test_a_payload_comes_from_the_object_that_names_it(self, view: View) -> None:
        told = ask(view, "lineage", kind="raw_payload", id="raw_payload:38", depth=1)
        assert [(step["relation"], step["ref"]["object_id"]) for step in told["causes"]] == [
            ("evidence of", "call_soak")
        ]

    @pytest.mark.parametrize(
        ("words", "kind", "object_id"),
        [("tool:7", "tool_call", "call_soak"), ("/root/tester", "thread", TESTER), ("228d", "inference_call", FIRST)],
    )
    def test_what_a_few_words_mean(self, view: View, words: str, kind: str, object_id: str) -> None:
        assert ask(view, "named", words=words) == {"kind": kind, "object_id": object_id}

    def test_places_are_those_of_the_lists(self, view: View) -> None:
        told = ask(view, "place", kind="tool_call", id="call_soak")
        entry = whole_list(view, "timeline")[told["timeline_index"]]
        assert (entry["subject"]["object_id"], entry["position"]["seq"]) == ("call_soak", 55)
        assert whole_list(view, "events")[told["event_index"]]["seq"] == 55
        assert (told["thread_id"], told["conversation_index"]) == (ROOT, None)

    def test_the_place_of_an_item(self, view: View) -> None:
        told = ask(view, "place", kind="conversation_item", id="conversation_item:28")
        entry = whole_list(view, "conversation", thread=told["thread_id"])[told["conversation_index"]]
        assert entry["item"]["item_id"] == "conversation_item:28"
        assert told["timeline_index"] is None


class TestEvidence:
    def test_the_lines_of_the_log(self, view: View) -> None:
        lines = (EXAMPLES / "thermostat" / "trace.jsonl").read_text().splitlines()
        told = whole_list(view, "events")
        assert [line["text"]["text"] for line in told] == lines
        assert [(line["index"], line["line"], line["seq"]) for line in told[:2]] == [(0, 1, 1), (1, 2, 2)]
        assert {ref["object_id"] for ref in told[9]["touched"]} == {"raw_payload:4", "call_check", FIRST}
        assert [payload["path"] for payload in told[9]["payloads"]] == ["payloads/4.json"]
        assert {line["fault"] for line in told} == {None}

    def test_of_one_type(self, view: View) -> None:
        told = whole_list(view, "events", event_type="thread_started")
        assert [(line["index"], line["seq"]) for line in told] == [(1, 2), (79, 80), (84, 85)]

    def test_a_payload_file(self, view: View) -> None:
        data = (EXAMPLES / "thermostat" / "payloads" / "2.json").read_text()
        told = ask(view, "payload", payload="raw_payload:2")
        assert (told["text"], told["bytes"], told["next_offset"], told["fault"]) == (data, len(data), None, None)

    def test_where_words_stand(self, view: View) -> None:
        told = whole_list(view, "search", text="ROUNDED")
        assert [(hit["holder"]["kind"], hit["payload"]) for hit in told] == [
            ("conversation_item", "raw_payload:97"),
            ("conversation_item", "raw_payload:101"),
            ("interaction_edge", "raw_payload:98"),
            ("raw_payload", "raw_payload:101"),
            ("interaction_edge", None),
        ]
        assert (told[0]["before"], told[0]["match"], told[0]["after"]) == (
            "The check passes. 37 degrees come out as 98, which is ",
            "rounded",
            " down.",
        )
        assert told[-1]["position"] == {"seq": 145, "line": 145}
        assert whole_list(view, "search", text="ROUNDED", match_case=True) == []


@pytest.mark.parametrize(
    ("name", "asked", "sentence"),
    [
        ("conversation", {"thread": "nobody"}, "there is no agent `nobody` in the graph of event 180"),
        ("timeline", {"thread": "nobody"}, "there is no agent `nobody`"),
        ("request", {"request": "no-such"}, "there is no request `no-such`"),
        ("request", {"request": FIRST, "against": "no-such"}, "there is no request `no-such`"),
        ("request/items", {"request": "no-such"}, "there is no request `no-such`"),
        ("terminal", {"terminal": "no-such"}, "there is no terminal `no-such`"),
        ("object", {"kind": "tool_call", "id": "no-such"}, "there is no tool call `no-such`"),
        ("lineage", {"kind": "code_cell", "id": "no-such"}, "there is no code cell `no-such`"),
        ("place", {"kind": "raw_payload", "id": "no-such"}, "there is no payload `no-such`"),
        ("payload", {"payload": "payloads/1.json"}, "there is no payload `payloads/1.json`"),  # a path is no id
        ("payload", {"payload": "../manifest.json"}, "there is no payload `../manifest.json`"),
        ("item", {"item": "conversation_item:999"}, "there is no item `conversation_item:999`"),
        ("named", {"words": "no-such"}, "no object has a name that begins with `no-such`"),
        ("search", {"text": ""}, "there are no words to look for"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(view: View, name: str, asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(QuestionError) as refused:
        ask(view, name, **asked)
    assert str(refused.value).startswith(sentence)


def test_an_answer_says_of_which_event_it_is_and_names_what_it_mentions(view: View) -> None:
    told = envelope(view, "request", request=FIRST)
    assert told["as_of"] == 180
    assert told["names"] == {
        f"inference_call/{FIRST}": "request:1",
        f"inference_call/{CANCELLED}": "request:2",
        f"thread/{ROOT}": "/root",
        f"codex_turn/{FIRST_TURN}": "turn:1",
        **{f"conversation_item/conversation_item:{number}": f"item:{number}" for number in (3, 4, 5)},
        "tool_call/call_check": "tool:1",
        "raw_payload/raw_payload:2": "payload:2",
        "raw_payload/raw_payload:3": "payload:3",
    }
