"""What a stranger's trace cannot do to who looks at it: run anything, reach anyone, hide what is there.

All of it is looked at, in the browser, from the server and in an exported file: every place, every kind of object, and
every form in which a text can be shown.
"""

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from recording import recording_with_turn
from rollout_trace import reduce_bundle
from rollout_trace.query.naming import objects_of
from rollout_trace.record import Recorder
from rollout_trace.reduce.evidence import ObjectKind
from viewer.conftest import EXAMPLES
from viewer.exporting import export
from viewer.hostile_bundle import HOSTILE, hostile_bundle
from viewer.reader import Reader
from viewer.viewer_process import ViewerProcess

NAME = '"><img src=x onerror=harmed=6>\u202ethermostat'
OBJECTS_OF_A_KIND = 3
FORMS = ("markdown", "code", "terminal", "raw")
HARM = """() => {
    const page = document.getElementById("page");
    const all = [...page.querySelectorAll("*")];
    return {
        done: window.harmed ?? null,
        active: all
            .filter(one => one.matches("script, iframe, object, embed, style, base, meta, link, img, video, audio"))
            .map(one => one.outerHTML.slice(0, 200)),
        handlers: all.flatMap(one => one.getAttributeNames().filter(name => name.startsWith("on"))),
        links: all.filter(one => one.hasAttribute("href") && !one.getAttribute("href").startsWith("#"))
            .map(one => one.getAttribute("href")),
        hidden: [page.innerText, ...all.map(one => `${one.title} ${one.ariaLabel} ${one.placeholder}`)]
            .filter(text => /[\\u202a-\\u202e\\u2066-\\u2069\\u200b\\u0000-\\u0008\\u001b]/u.test(text))
            .map(text => text.slice(0, 200)),
    };
}"""
NO_HARM: dict[str, object] = {"done": None, "active": [], "handlers": [], "links": [], "hidden": []}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle whose texts are hostile, with a name to match."""
    return hostile_bundle(EXAMPLES / "thermostat", tmp_path_factory.mktemp("hostile") / NAME)


@pytest.fixture(scope="module")
def hostile_viewer(hostile: Path) -> Iterator[ViewerProcess]:
    with ViewerProcess(hostile.parent) as viewer:
        yield viewer


def unpacked(file: Path) -> str:
    """What an exported file encloses, as the page unpacks it."""
    packed = re.search(r'id="rollout-trace-answers">([^<]*)<', file.read_text())
    assert packed is not None
    return gzip.decompress(base64.b64decode(packed[1])).decode()


def object_addresses(bundle: Path, key: str) -> list[str]:
    """Where some objects of each kind are shown."""
    trace = reduce_bundle(bundle).trace
    return [
        f"#/{key}/object/{kind.value}/{quote(object_id, safe='')}"
        for kind in ObjectKind
        for object_id in list(objects_of(trace, kind))[-OBJECTS_OF_A_KIND:]
    ]


def finds_no_harm(reader: Reader) -> None:
    """Nothing ran, nothing was made of the text, and nothing in it is invisible."""
    reader.sees_all()
    assert reader.page.evaluate(HARM) == NO_HARM, reader.hash


def looks_at_every_place(reader: Reader) -> None:
    """Every place of the navigation, one after the other."""
    places = reader.page.get_by_role("navigation", name="Places").get_by_role("link").all_inner_texts()
    for place in [text.splitlines()[0] for text in places]:
        if place not in {"Bundles", "Fleet", "Compare"}:
            reader.go_to(place)
            finds_no_harm(reader)


def looks_at_the_uses_of_a_terminal(reader: Reader) -> None:
    """The last that has any, which the place of terminals shows when it is chosen."""
    reader.go_to("Terminals")
    reader.table("Terminals").get_by_role("row").last.click()
    reader.sees("What used it")
    looks_at_every_form(reader)


def looks_at_every_form(reader: Reader) -> None:
    """Every text of what is shown, in all forms."""
    for form in FORMS:
        for button in reader.main.get_by_role("button", name=form, exact=True).all():
            button.click()
        finds_no_harm(reader)


def looks_at_objects(reader: Reader, bundle: Path) -> None:
    """Objects of every kind, as places of their own."""
    key = reader.hash.split("/")[1]
    for address in object_addresses(bundle, key):
        reader.open(address)
        expect(reader.page.get_by_role("heading", level=1)).to_be_visible()
        looks_at_every_form(reader)


def test_hostile_text_does_nothing_from_the_server(
    reader_of: Callable[[ViewerProcess], Reader], hostile_viewer: ViewerProcess, hostile: Path
) -> None:
    reader = reader_of(hostile_viewer)
    for address in ("#/", "#/fleet", "#/compare"):
        reader.open(address)
        finds_no_harm(reader)
    reader.open("#/")
    reader.table("Bundles").get_by_role("link").first.click()
    reader.sees_place("Overview")
    reader.sees("⟨U+202E⟩")
    looks_at_every_place(reader)
    looks_at_the_uses_of_a_terminal(reader)
    looks_at_objects(reader, hostile)


def test_a_hostile_name_of_an_agent_does_nothing(reader_of: Callable[[ViewerProcess], Reader], tmp_path: Path) -> None:
    recording = recording_with_turn()
    recording.thread("child", f"/root/{HOSTILE}", nickname=HOSTILE)
    with ViewerProcess(recording.write(tmp_path / "bundle").path) as viewer:
        reader = reader_of(viewer)
        reader.page.goto(viewer.first_address)
        reader.sees_place("Overview")
        looks_at_every_place(reader)


def test_hostile_text_does_nothing_in_an_exported_file(browser: Browser, hostile: Path, tmp_path: Path) -> None:
    file = export(hostile, tmp_path / "page.html")
    reader = Reader(browser, file.as_uri())
    reader.open("")
    reader.sees_place("Overview")
    reader.sees("⟨U+202E⟩")
    looks_at_every_place(reader)
    looks_at_the_uses_of_a_terminal(reader)
    looks_at_objects(reader, hostile)
    reader.close()


class TestARedactedFile:
    """No text of a run is in a file that was written with `--redact`, neither shown nor packed."""

    SECRETS = (
        *("in-a-prompt", "in-instructions", "in-an-answer", "in-an-argument", "in-a-command", "in-a-folder"),
        *("in-a-terminal", "in-an-output", "in-an-error", "in-a-message", "in-a-result", "in-a-warning", "in-an-input"),
    )

    @pytest.fixture
    def bundle(self, tmp_path: Path) -> Path:
        with (
            Recorder(tmp_path / "traces") as rollout,
            rollout.root_thread(model="a-model", cwd="/in-a-folder") as thread,
        ):
            with thread.turn() as turn:
                with turn.inference() as attempt:
                    attempt.request(
                        {"instructions": "in-instructions", "input": [{"role": "user", "content": "in-a-prompt"}]}
                    )
                    call = {"type": "function_call", "name": "exec_command", "call_id": "call_1"}
                    call["arguments"] = '{"cmd": "in-an-argument"}'
                    attempt.completed([{"type": "message", "role": "assistant", "content": "in-an-answer"}, call])
                with turn.tool("exec_command", call_id="call_1", arguments={"cmd": "in-an-argument"}) as tool:
                    with tool.command(["sh", "-c", "in-a-command"], cwd="/in-a-folder", process_id=1) as command:
                        command.exited(1, "in-a-terminal")
                    tool.output("in-an-output", status="failed")
                with turn.tool("apply_patch", call_id="call_2", input="in-an-input") as tool:
                    tool.failed("in-an-error")
                with turn.tool("spawn_agent", call_id="call_3", arguments={"message": "in-a-message"}) as tool:
                    child = thread.spawn("helper", by=tool, model="a-model")
                    tool.output("in-an-output")
                with child.turn() as work, work.inference() as attempt:
                    attempt.request({"input": [child.receive("in-a-message", sender=thread)]})
                    attempt.failed("in-an-error")
                    work.result("in-a-result", to=thread)
            thread.protocol_event("warning", {"type": "warning", "message": "in-a-warning"})
        assert rollout.path is not None
        return rollout.path

    def test_none_of_the_secrets_is_in_it(self, browser: Browser, bundle: Path, tmp_path: Path) -> None:
        whole = export(bundle, tmp_path / "whole.html")
        redacted = export(bundle, tmp_path / "redacted.html", "--redact")
        assert [secret for secret in self.SECRETS if secret not in unpacked(whole)] == []
        assert [secret for secret in self.SECRETS if secret in unpacked(redacted) + redacted.read_text()] == []

        reader = Reader(browser, redacted.as_uri())
        reader.open("")
        reader.sees_place("Overview")
        for address in ("", *object_addresses(bundle, reader.hash.split("/")[1])):
            reader.open(address)
            reader.sees_all()
            assert "in-a" not in reader.page.content().replace("rollout-trace-answers", "")
        reader.close()


def test_the_browsers_own_log_knows_no_request_of_the_page_to_anyone_else(
    browsers: Callable[..., Browser], hostile_viewer: ViewerProcess, tmp_path: Path
) -> None:
    log = tmp_path / "network.json"
    browser = browsers(f"--log-net-log={log}")
    reader = Reader(browser, f"{hostile_viewer.origin}/")
    reader.open("#/")
    reader.table("Bundles").get_by_role("link").first.click()
    reader.sees_place("Overview")
    looks_at_every_place(reader)
    reader.close()
    browser.close()

    told = json.loads(log.read_text())
    started = told["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    begun = [
        event["params"] for event in told["events"] if event["type"] == started and "url" in event.get("params", {})
    ]
    ours = [asked["url"] for asked in begun if asked["initiator"] == hostile_viewer.origin]
    assert {urlsplit(url).netloc for url in ours} == {f"127.0.0.1:{hostile_viewer.port}"}
    assert len(ours) > 10
    strangers = {urlsplit(asked["url"]).hostname for asked in begun} - {"127.0.0.1"}
    # What the browser asks for itself, whatever page it shows. Here it gets nowhere: no name is looked up.
    assert strangers <= {"accounts.google.com", "update.googleapis.com", "content-autofill.googleapis.com"}
