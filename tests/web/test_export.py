"""A rollout as one file: what is in it, what may happen in it, what is left out of it, and how it is written."""

import base64
import gzip
import hashlib
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recording import ROOT, assistant, function_call, known_as, recording_with_turn, user
from rollout_trace.cli.html import contents
from rollout_trace.web.export import enclosed as enclosed_module
from rollout_trace.web.export.enclosed import key_of_question
from web.viewing import ENDPOINTS, EXAMPLES, ask, lists_of, view_of, whole_list

THERMOSTAT = EXAMPLES / "thermostat"
COMMAND = [sys.executable, "-m", "rollout_trace", "export", "html"]


def export(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603


def enclosed_in(file: Path) -> dict[str, Any]:
    """What a file encloses, unpacked as its page does it."""
    packed = re.search(r'id="rollout-trace-answers">([^<]*)<', file.read_text())
    assert packed is not None
    enclosed: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    return enclosed


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("export") / "thermostat.html"
    assert export(THERMOSTAT, "-o", file).returncode == 0
    return file


def test_lists_and_objects_are_those_that_the_server_tells(page: Path) -> None:
    view, enclosed = view_of(THERMOSTAT), enclosed_in(page)
    for name, asked in lists_of(view):
        if name == "conversation" or "thread" not in asked:  # other lists of one agent are chosen by the page
            key = key_of_question(ENDPOINTS[name], asked)
            told = enclosed["answers"][key]["answer"]
            entries = [with_item(entry, enclosed) for entry in told["entries"]]
            assert entries == whole_list(view, name, **asked)[told["offset"] :]  # a request's follow those before
    for tool_id in view.trace.tool_calls:
        told = enclosed["answers"][f"object?id={tool_id}&kind=tool_call"]["answer"]
        assert told == ask(view, "object", kind="tool_call", id=tool_id)


def with_item(entry: Any, enclosed: dict[str, Any]) -> Any:
    if isinstance(entry, str):
        return enclosed["items"][entry]
    return {**entry, "item": enclosed["items"][entry["item"]]} if "item" in entry else entry


def test_payload_files_are_enclosed_as_they_stand(page: Path) -> None:
    view, enclosed = view_of(THERMOSTAT), enclosed_in(page)
    assert (enclosed["payloads"], enclosed["payloads_left_out"]) == (115, 0)
    for ref in view.trace.raw_payloads.values():
        told = enclosed["answers"][f"payload?payload={ref.raw_payload_id}"]["answer"]
        assert told["text"] == (THERMOSTAT / ref.path).read_text()


def test_only_the_program_and_the_style_of_the_file_may_run(page: Path) -> None:
    text = page.read_text()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert policy is not None
    assert len(scripts) == len(styles) == 1
    for kind, content in (("script", scripts[0]), ("style", styles[0])):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]
    assert "connect-src" not in policy[1]
    assert not re.search(r"<(?:link|img|iframe|base)\b", text.replace(scripts[0], ""))


def test_no_text_of_a_trace_can_end_the_data(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("</script><script>alert(1)</script><!--")])
    view_bundle = recording.write(tmp_path / "</script><b>")

    assert export(view_bundle.path, "-o", tmp_path / "page.html").returncode == 0

    text = (tmp_path / "page.html").read_text()
    assert len(re.findall(r"<script[\s>]", text)) == text.count("</script>") == 2
    assert "alert(1)" not in text
    (item,) = enclosed_in(tmp_path / "page.html")["items"].values()
    assert item["text"]["text"] == "</script><script>alert(1)</script><!--"


def test_each_request_has_an_item_in_its_own_words(tmp_path: Path) -> None:
    """The graph has one item for two that are the same in their first 240 bytes; each request showed its own."""
    recording = recording_with_turn()
    for number, last_word in enumerate(("ONE", "TWO"), start=1):
        search = {"type": "web_search_call", "status": "completed", "query": "x" * 400 + last_word}
        recording.request(f"inf-{number}", [user("go"), search])
    bundle = recording.write(tmp_path / "bundle")

    assert export(bundle.path, "-o", tmp_path / "page.html").returncode == 0

    view, enclosed = view_of(bundle), enclosed_in(tmp_path / "page.html")
    for number, last_word in enumerate(("ONE", "TWO"), start=1):
        told = enclosed["answers"][f"request/items?request=inf-{number}"]["answer"]
        shown = [with_item(entry, enclosed) for entry in told["entries"]]
        assert shown == whole_list(view, "request/items", request=f"inf-{number}")[told["offset"] :]
        assert last_word in shown[-1]["item"]["text"]["text"]


def test_a_history_is_enclosed_once(tmp_path: Path) -> None:
    recording = recording_with_turn()
    said = [user(f"word {number}") for number in range(4)]
    recording.request("inf-1", said[:2])
    recording.request("inf-2", said[:3])
    recording.request("inf-3", [said[0], user("another"), said[3]])
    bundle = recording.write(tmp_path / "bundle")
    assert export(bundle.path, "-o", tmp_path / "page.html").returncode == 0

    answers = enclosed_in(tmp_path / "page.html")["answers"]
    told = [answers[f"request/items?request=inf-{number}"]["answer"] for number in (1, 2, 3)]
    assert [(one["begins_as"], one["offset"], len(one["entries"]), one["total"]) for one in told] == [
        (None, 0, 2, 2),
        ("inf-1", 2, 1, 3),
        ("inf-2", 1, 2, 3),
    ]


def test_an_item_that_says_the_same_as_another_is_not_taken_for_it(tmp_path: Path) -> None:
    """What is sent anew after a compaction is another item, with an origin of its own."""
    recording = recording_with_turn(schema_version=2)
    for number, own_id in enumerate(("old", "new"), start=1):
        recording.request(f"inf-{number}", [known_as("first", user("go")), known_as(own_id, user("the same"))])
    bundle = recording.write(tmp_path / "bundle")
    assert export(bundle.path, "-o", tmp_path / "page.html").returncode == 0

    view, enclosed = view_of(bundle), enclosed_in(tmp_path / "page.html")
    assert ask(view, "request", request="inf-2")["shared_prefix"] == 2
    told = enclosed["answers"]["request/items?request=inf-2"]["answer"]
    assert (told["offset"], told["total"]) == (1, 2)
    shown = [with_item(entry, enclosed) for entry in told["entries"]]
    assert shown == whole_list(view, "request/items", request="inf-2")[1:]


def test_one_large_payload_leaves_room_for_small_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosed_module, "MOST_PAYLOAD_BYTES", 2_000)
    recording = recording_with_turn()
    recording.tool("tool-1", invocation={"payload": "x" * 3_000})
    recording.tool("tool-2", invocation={"payload": "small"})

    found = enclosed_module.enclosed(view_of(recording.write(tmp_path / "bundle")))

    assert (found.payloads, found.payloads_left_out) == (1, 1)


SECRETS = ("in-a-prompt", "in-an-answer", "in-a-command", "in-an-output", "in-an-error", "in-a-folder")


def test_a_redacted_file_has_no_texts(tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("secret in-a-prompt")])
    recording.answer("inf-1", [assistant("secret in-an-answer"), function_call("call-1", '{"cmd": "in-a-command"}')])
    recording.tool(
        "tool-1", call="call-1", invocation={"payload": {"arguments": "in-a-command", "cwd": "/in-a-folder"}}
    )
    recording.tool_ended("tool-1", "failed", {"error": "in-an-error", "output": "in-an-output"})
    bundle = recording.write(tmp_path / "bundle")

    assert export(bundle.path, "-o", tmp_path / "whole.html").returncode == 0
    done = export(bundle.path, "--redact", "-o", tmp_path / "redacted.html")

    assert done.returncode == 0
    whole, redacted = (json.dumps(enclosed_in(tmp_path / f"{name}.html")) for name in ("whole", "redacted"))
    assert [secret for secret in SECRETS if secret not in whole] == []
    assert [secret for secret in SECRETS if secret in redacted] == []
    told = enclosed_in(tmp_path / "redacted.html")
    prompt = next(iter(told["items"].values()))
    words = "[18 characters left out]"
    assert prompt["text"] == {"offset": 0, "characters": len(words), "text": words}  # nothing more to unfold
    (tool,) = told["answers"]["tools"]["answer"]["entries"]
    assert (tool["tool_call_id"], tool["outcome"]["status"]) == ("tool-1", "failed")
    assert told["answers"][f"conversation?thread={ROOT}"]["answer"]["total"] == 3
    assert not any(name.startswith(("events", "payload?", "item?", "object/text")) for name in told["answers"])


def strings_in(value: object) -> Iterator[str]:
    """All texts in JSON, but the names of its fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings_in(inner)


def test_nothing_that_the_evidence_says_in_words_is_in_a_redacted_file(tmp_path: Path) -> None:
    """Whatever field it is in: ids, names and kinds have no spaces, and folders begin with a slash."""
    payloads = [file.read_text() for file in THERMOSTAT.glob("payloads/*.json")]
    evidence = [*payloads, *(THERMOSTAT / "trace.jsonl").read_text().splitlines()]
    said = {text for json_text in evidence for text in strings_in(json.loads(json_text))}
    agents = {thread.agent_path for thread in view_of(THERMOSTAT).trace.threads.values()}
    texts = {text for text in said if re.search(r"\s|^/.", text)} - agents

    assert export(THERMOSTAT, "-o", tmp_path / "whole.html").returncode == 0
    assert export(THERMOSTAT, "--redact", "-o", tmp_path / "redacted.html").returncode == 0

    shown, left = (set(strings_in(enclosed_in(tmp_path / f"{name}.html"))) for name in ("whole", "redacted"))
    assert len(texts & shown) > 50
    assert [text for text in texts if any(text in entry for entry in left)] == []


def test_of_what_is_left_out_the_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = recording_with_turn()
    recording.tool("tool-1", invocation={"payload": "x" * 3_000})
    view = view_of(recording.write(tmp_path / "bundle"))

    whole = " ".join(contents(enclosed_module.enclosed(view), view, 1))
    monkeypatch.setattr(enclosed_module, "MOST_PAYLOAD_BYTES", 2_000)
    in_part = " ".join(contents(enclosed_module.enclosed(view), view, 1))

    assert "Nothing was removed;" in whole
    assert "left out: 1 payload file, those of requests first. Nothing else was removed;" in in_part


def test_what_the_file_will_contain_is_said_before_it_is_written(tmp_path: Path) -> None:
    """A person who is asked can still say no."""
    file = tmp_path / "page.html"
    main, worker = pty.openpty()
    with subprocess.Popen([*COMMAND, THERMOSTAT, "-o", file], stdin=worker, stdout=worker, stderr=worker) as process:  # noqa: S603
        os.close(worker)
        told = b""
        while b"[Y/n]" not in told:
            told += os.read(main, 4096)
        assert not file.exists()
        os.write(main, b"n\n")
        assert process.wait(timeout=30) == 1
    os.close(main)
    assert b"56 items" in told
    assert b"115 payload files as they stand" in told
    assert not file.exists()


def test_a_program_is_not_asked_and_gets_the_path(tmp_path: Path) -> None:
    done = export(THERMOSTAT, "-o", tmp_path / "page.html", "--redact")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'page.html'}\n")
    assert "without their texts" in done.stderr
    assert "115 payload files" in done.stderr


def test_an_earlier_moment_can_be_exported(tmp_path: Path) -> None:
    assert export(THERMOSTAT, "-o", tmp_path / "page.html", "--at", "50").returncode == 0
    rollout = enclosed_in(tmp_path / "page.html")["answers"]["rollout"]["answer"]
    assert (rollout["events"], rollout["summary"]["conversation_items"]) == (50, 13)


@pytest.mark.parametrize("place", ["manifest.json", "trace.jsonl", "payloads/1.json", "payloads/new.html"])
def test_evidence_is_never_written_over(place: str, tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [user("go")])
    bundle = recording.write(tmp_path / "bundle").path
    before = {file: file.read_bytes() for file in bundle.rglob("*") if file.is_file()}

    done = export(bundle, "-o", bundle / place)

    assert done.returncode == 1
    assert done.stderr == (f"{bundle / place}: error: is evidence of a bundle, and is not written over\n")
    assert {file: file.read_bytes() for file in bundle.rglob("*") if file.is_file()} == before


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    done = export(THERMOSTAT, "-o", tmp_path / "none" / "page.html")
    assert done.returncode == 1
    assert done.stderr == f"{tmp_path / 'none' / 'page.html'}: error: No such file or directory\n"
    done = export(THERMOSTAT, "-o", tmp_path)
    assert (done.returncode, done.stderr) == (1, f"{tmp_path}: error: is a folder\n")
