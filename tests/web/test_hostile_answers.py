"""What a stranger's bundle, or a strange question, cannot do: break an answer, hide what is there, last for ever."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from recording import ROOT, Recording, assistant, function_call, message, recording_with_turn, user
from rollout_trace.bundle.folder import Bundle
from rollout_trace.errors import QuestionError
from rollout_trace.web.answers import search as searching
from rollout_trace.web.interface.common import EXCERPT_CHARACTERS
from web.viewing import ask, envelope, view_of, whole_list

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07 \x1b[2J\x9b31m",
    "nul \x00, bell \x07, escape \x1b, delete \x7f",
    "\u202etxt.exe\u202c \u2066isolated\u2069 \u200b\ufeff",
    "javascript:alert(1) [link](javascript:alert(1)) data:text/html,<b>",
    "line\u2028separator\u2029paragraph\x85next",
    "'\"`${x}{{x}}\\",
    "漢字 🙂 e\u0301 \U0010ffff \ufffe",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_out_as_it_stands(text: str, tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.thread("child", f"/root/{text}", nickname=text)
    recording.request("inf-1", [user(text)])
    recording.answer("inf-1", [assistant(text), function_call("call-1", json.dumps({"cmd": text}))])
    recording.tool(text, call="call-1", invocation={"payload": {"arguments": text}})
    recording.tool_ended(text, "failed", {"error": text})
    view = view_of(recording.write(tmp_path / "bundle"))

    asked, answered, called = (entry["item"] for entry in whole_list(view, "conversation", thread=ROOT))
    assert (asked["text"]["text"], answered["text"]["text"]) == (text, text)
    assert json.loads(called["text"]["text"]) == {"cmd": text}
    assert json.loads(ask(view, "item", item=asked["item_id"])["text"]["text"])["content"][0]["text"] == text
    assert whole_list(view, "agents")[1]["totals"]["agent_path"] == f"/root/{text}"
    assert whole_list(view, "tools")[0]["tool_call_id"] == text
    assert [failure["error"] for failure in whole_list(view, "failures") if failure["error"]] == [text]
    told = envelope(view, "object", kind="tool_call", id=text)
    assert (told["answer"]["texts"]["returned"]["text"], told["names"][f"tool_call/{text}"]) == (text, "tool:1")
    words = text[:12]
    assert all(hit["match"] == words for hit in whole_list(view, "search", text=words, match_case=True))
    assert ask(view, "search", text=words)["total"] > 0
    for name in ("rollout", "timeline", "requests", "passages", "events", "check/findings"):
        envelope(view, name)


@pytest.mark.parametrize("words", ["\ud800", "a\udfffb", "\x00"])
def test_a_question_may_hold_what_no_text_does(words: str, tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    view = view_of(recording.write(tmp_path / "bundle"))

    assert whole_list(view, "search", text=words) == []
    for name, asked in (
        ("named", {"words": words}),
        ("object", {"kind": "tool_call", "id": words}),
        ("conversation", {"thread": words}),
        ("search", {"text": f"{words}(", "is_pattern": True}),
    ):
        with pytest.raises(QuestionError):
            ask(view, name, **asked)


class TestLinesOfTheLog:
    def view_with_line(self, tmp_path: Path, line: bytes, *, after: bytes = b"") -> list[dict[str, Any]]:
        """The lines that are told of a log with another one between its second and its third."""
        recording = recording_with_turn()
        recording.turn_ended("completed")
        bundle = recording.write(tmp_path / "bundle")
        log = bundle.path / "trace.jsonl"
        first, second, third = log.read_bytes().splitlines(keepends=True)
        log.write_bytes(first + second + line + third + after)
        return whole_list(view_of(Bundle(bundle.path)), "events")

    def test_a_line_that_is_no_event(self, tmp_path: Path) -> None:
        told = self.view_with_line(tmp_path, b'{"seq": \xff}\n')
        assert [(line["line"], line["seq"]) for line in told] == [(1, 1), (2, 2), (3, None), (4, 3)]
        broken = told[2]
        assert (broken["index"], broken["event_type"], broken["touched"], broken["payloads"]) == (2, None, [], [])
        assert broken["text"] == {"offset": 0, "characters": 13, "text": '{"seq": \\xff}'}
        assert "utf-8" in broken["fault"]
        assert [line["fault"] is None for line in told] == [True, True, False, True]

    def test_blank_lines_are_counted_and_not_told(self, tmp_path: Path) -> None:
        told = self.view_with_line(tmp_path, b"\n  \n")
        assert [(line["index"], line["line"]) for line in told] == [(0, 1), (1, 2), (2, 5)]

    def test_a_torn_line_at_the_end(self, tmp_path: Path) -> None:
        told = self.view_with_line(tmp_path, b"", after=b'{"schema_version":1,"se')
        assert (told[3]["line"], told[3]["text"]["text"]) == (4, '{"schema_version":1,"se')
        assert told[3]["fault"]

    def test_an_event_that_was_skipped(self, tmp_path: Path) -> None:
        recording = recording_with_turn()
        recording.turn()  # a second time
        bundle = recording.write(tmp_path / "bundle")
        told = whole_list(view_of(bundle), "events")
        assert (told[2]["event_type"], told[2]["seq"], told[2]["touched"]) == ("codex_turn_started", 3, [])
        assert told[2]["fault"].endswith("; skipped")
        assert envelope(view_of(bundle), "events")["as_of"] == 2

    def test_a_long_line_is_cut_and_its_length_told(self, tmp_path: Path) -> None:
        line = ("漢" * 800_000).encode()  # pieces of it end within a character
        told = self.view_with_line(tmp_path, line + b"\n")
        assert told[2]["text"] == {"offset": 0, "characters": 800_000, "text": "漢" * EXCERPT_CHARACTERS}


class TestPayloadFiles:
    def bundle_with(self, data: bytes, tmp_path: Path) -> Bundle:
        recording = recording_with_turn()
        recording.request_of("inf-1", data)
        return recording.write(tmp_path / "bundle")

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 7, 100])
    @pytest.mark.parametrize(
        "data",
        ["aé漢🙂z".encode() * 3, b"\xff\xfe\xc3\xc3\xa9\xf0\x9f\x99", b"\xe6\xbc\xe6\xbc\xa2\x80\x80a", b""],
    )
    def test_parts_put_together_are_the_whole(self, data: bytes, limit: int, tmp_path: Path) -> None:
        view = view_of(self.bundle_with(data, tmp_path))
        parts = [ask(view, "payload", payload="raw_payload:1", limit=limit)]
        for _ in data:
            if (offset := parts[-1]["next_offset"]) is not None:
                parts.append(ask(view, "payload", payload="raw_payload:1", offset=offset, limit=limit))
                assert parts[-1]["offset"] == offset
        assert parts[-1]["next_offset"] is None
        assert {(part["bytes"], part["fault"]) for part in parts} == {(len(data), None)}
        assert "".join(part["text"] for part in parts) == data.decode(errors="backslashreplace")

    def test_a_file_that_is_missing(self, tmp_path: Path) -> None:
        bundle = self.bundle_with(b"{}", tmp_path)
        (bundle.path / "payloads" / "1.json").unlink()
        told = ask(view_of(bundle), "payload", payload="raw_payload:1")
        assert (told["text"], told["next_offset"]) == ("", None)
        assert told["fault"] == "payload raw_payload:1: No such file or directory"

    def test_a_reference_that_leads_out_of_the_bundle(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("a secret")
        bundle = self.bundle_with(b"{}", tmp_path)
        log = bundle.path / "trace.jsonl"
        log.write_text(log.read_text().replace("payloads/1.json", "payloads/../../secret"))
        told = ask(view_of(Bundle(bundle.path)), "payload", payload="raw_payload:1")
        assert (told["text"], told["bytes"]) == ("", 0)
        assert "leads out of the bundle" in told["fault"]

    def test_a_link_that_leads_out_of_the_bundle(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("a secret")
        bundle = self.bundle_with(b"{}", tmp_path)
        (bundle.path / "payloads" / "1.json").unlink()
        (bundle.path / "payloads" / "1.json").symlink_to(tmp_path / "secret")
        told = ask(view_of(bundle), "payload", payload="raw_payload:1")
        assert (told["text"], "leads out of the bundle" in told["fault"]) == ("", True)


def test_an_item_whose_payload_is_gone_says_so(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    bundle = recording.write(tmp_path / "bundle")
    view = view_of(bundle)
    (bundle.path / "payloads" / "1.json").unlink()

    told = ask(view, "item", item="conversation_item:1")
    assert (told["path"], told["text"]["characters"]) == ("input[0]", 0)
    assert told["fault"] == "payload raw_payload:1: No such file or directory"


def test_only_pictures_are_told_as_images(tmp_path: Path) -> None:
    addresses = [
        "data:image/png;base64,iVBORw0KGgo=",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:text/html;base64,PGI+",
        "https://example.com/a.png",
        "data:image/png;base64,x' onerror='y",
        "file:///etc/passwd",
        "data:image/jpeg;base64,/9j/4AAQ",
    ]
    content = [{"type": "input_image", "image_url": address} for address in addresses]
    recording = recording_with_turn()
    recording.request("inf-1", [{"type": "message", "role": "user", "content": content}])
    view = view_of(recording.write(tmp_path / "bundle"))

    assert ask(view, "item", item="conversation_item:1")["images"] == [addresses[0], addresses[-1]]


class TestSearch:
    @pytest.fixture
    def bundle(self, tmp_path: Path) -> Bundle:
        recording = recording_with_turn()
        recording.request("inf-1", [user("a.c and abc\nABC\nabc"), message("developer", f"{'a' * 40}b")])
        recording.answer("inf-1", [function_call("call-1")])
        recording.tool("tool-1", call="call-1", invocation={"payload": {"one": "abc", "two": "abc"}})
        recording.request("inf-2", [user("a.c and abc\nABC\nabc"), message("developer", f"{'a' * 40}b")])
        return recording.write(tmp_path / "bundle")

    def found(self, bundle: Bundle, **asked: Any) -> list[tuple[str, str, str, str]]:
        return [
            (hit["holder"]["object_id"], hit["before"], hit["match"], hit["after"])
            for hit in whole_list(view_of(bundle), "search", **asked)
        ]

    def test_words_are_taken_as_they_stand(self, bundle: Bundle) -> None:
        assert self.found(bundle, text="a.c") == [("conversation_item:1", "", "a.c", " and abc")]

    def test_a_line_counts_once_in_each_object(self, bundle: Bundle) -> None:
        assert self.found(bundle, text="abc") == [
            ("conversation_item:1", "a.c and ", "abc", ""),
            ("conversation_item:1", "", "ABC", ""),
            ("conversation_item:1", "", "abc", ""),
            ("tool-1", "", "abc", ""),
        ]
        assert len(self.found(bundle, text="abc", match_case=True)) == 3

    def test_a_pattern(self, bundle: Bundle) -> None:
        assert self.found(bundle, text="^A.C$", is_pattern=True, match_case=True) == [
            ("conversation_item:1", "", "ABC", "")
        ]
        assert len(self.found(bundle, text="^a.c$", is_pattern=True)) == 3

    @pytest.mark.parametrize("pattern", ["(", "[z-a]", "a{2,1}", "(?P<x", "*", "(" * 5_000 + ")" * 5_000, "\\"])
    def test_a_wrong_pattern_is_said_to_be_one(self, bundle: Bundle, pattern: str) -> None:
        with pytest.raises(QuestionError, match=r"is no pattern: .*; it can be looked for as plain words"):
            self.found(bundle, text=pattern, is_pattern=True)

    def test_a_pattern_that_takes_too_long_is_given_up(self, bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(searching, "MOST_SECONDS", 1.0)
        with pytest.raises(QuestionError, match=re.escape("the pattern `(a+)+$` was given up")):
            self.found(bundle, text="(a+)+$", is_pattern=True)
        assert self.found(bundle, text="a.c")  # and others are answered

    def test_what_stands_in_too_many_lines_is_not_told_in_part(
        self, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(searching, "MOST_HITS", 3)
        for is_pattern in (False, True):
            with pytest.raises(QuestionError, match="`abc` stands in more than 3 lines; look for something rarer"):
                self.found(bundle, text="abc", is_pattern=is_pattern)
        assert len(self.found(bundle, text="abc", match_case=True)) == 3

    def test_further_pages_are_of_the_same_search(self, bundle: Bundle) -> None:
        view = view_of(bundle)
        pages = [ask(view, "search", text="abc", offset=offset, limit=1) for offset in range(4)]
        assert [page["total"] for page in pages] == [4, 4, 4, 4]
        assert [hit["match"] for page in pages for hit in page["entries"]] == ["abc", "ABC", "abc", "abc"]

    def test_a_long_line_is_cut_around_the_words(self, tmp_path: Path) -> None:
        recording = recording_with_turn()
        recording.request("inf-1", [user("x" * 1_000 + "needle" + "y" * 1_000)])
        ((_, before, match, after),) = self.found(recording.write(tmp_path / "long"), text="needle")
        assert (before, match, after) == ("x" * 120, "needle", "y" * 400)


def test_a_bundle_without_any_event(tmp_path: Path) -> None:
    view = view_of(Recording().write(tmp_path / "bundle"))

    told = envelope(view, "rollout")
    assert (told["as_of"], told["answer"]["first_seq"], told["answer"]["last_seq"], told["answer"]["events"]) == (
        *(0, 0, 0, 0),
    )
    for name in ("agents", "timeline", "requests", "events", "turns", "compactions", "critical-path"):
        assert whole_list(view, name) == []
    assert ask(view, "check")["verdict"] != "whole"


def test_the_lineage_of_an_agent_with_much_work_is_told_in_part_and_says_so(tmp_path: Path) -> None:
    recording = recording_with_turn()
    for number in range(1, 1_100):
        recording.tool(f"tool-{number}", kind=None)
    recording.turn("turn-2")
    recording.tool("tool-last", turn="turn-2")
    told = ask(view_of(recording.write(tmp_path / "bundle")), "lineage", kind="thread", id=ROOT)

    first, second = told["effects"]
    assert (len(first["steps"]), first["more"]) == (1_099, 0)
    assert (second["ref"]["object_id"], second["steps"], second["more"]) == ("turn-2", [], 1)


def test_words_of_any_length_are_found_without_regard_to_case(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user(f"{'A' * 5_000}b"), user("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}n ΟΔΟΣ")])
    view = view_of(recording.write(tmp_path / "bundle"))

    assert [hit["match"] for hit in whole_list(view, "search", text=f"{'a' * 3_000}B")] == [f"{'A' * 400}"]
    assert [hit["match"] for hit in whole_list(view, "search", text="n οδοσ")] == ["n ΟΔΟΣ"]
