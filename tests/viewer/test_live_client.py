"""The released client is looked at while it works: by somebody who had the page open before it began."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from real_client.client import LONGEST_RUN, Client, Desk, Settings
from real_client.model_server import ModelServer
from real_client.scenarios import WAITS
from real_client.script import answer, runs, says
from viewer.reader import Reader
from viewer.viewer_process import ViewerProcess

PROMPT = "Start waiting."


@pytest.fixture
def desk(client: Client, tmp_path: Path) -> Iterator[Desk]:
    """A client whose model has it wait until the file `told` is there."""
    story = {PROMPT: [answer(runs("echo I begin")), answer(WAITS), answer(says("I was told."))]}
    with ModelServer(story).listening() as model:
        yield Desk(tmp_path, client, Settings(), model.port)


@pytest.fixture
def viewer(desk: Desk) -> Iterator[ViewerProcess]:
    with ViewerProcess(desk.traces) as started:
        yield started


@pytest.fixture
def reader(viewer: ViewerProcess, reader_of: Callable[[ViewerProcess], Reader]) -> Reader:
    """Somebody who looks at the empty folder."""
    sitting = reader_of(viewer)
    sitting.open("#/")
    sitting.sees("New ones appear here by themselves.")
    return sitting


def opens_what_appears(reader: Reader) -> None:
    """The bundle that has come by itself is opened, and is live."""
    reader.table("Bundles").get_by_role("link").first.click()
    reader.sees_place("Overview")
    expect(reader.page.get_by_role("banner")).to_contain_text("live")


def sees_the_command(reader: Reader) -> None:
    """The page says what the agent is waiting for."""
    reader.go_to("Agents")
    expect(reader.row("Agents", "/root")).to_contain_text(re.compile("uses exec_command.*told"))


def test_the_client_is_followed_to_its_last_event(desk: Desk, reader: Reader) -> None:
    with desk.starting_exec(PROMPT) as process:
        opens_what_appears(reader)
        sees_the_command(reader)
        desk.let_go("told")
        assert process.wait(LONGEST_RUN) == 0

    (log,) = desk.traces.glob("*/trace.jsonl")
    events = len(log.read_bytes().splitlines())
    expect(reader.page.get_by_role("contentinfo", name="Time")).to_contain_text(f"all {events} events")
    expect(reader.page.get_by_role("banner")).to_contain_text("completed")
    reader.go_to("Conversation")
    reader.sees("I was told.")


def test_a_client_that_is_killed_is_not_said_to_have_ended(desk: Desk, reader: Reader) -> None:
    with desk.starting_exec(PROMPT) as process:
        opens_what_appears(reader)
        sees_the_command(reader)
        process.kill()
        process.wait(LONGEST_RUN)
    desk.let_go("told")

    reader.go_to("Overview")
    assert "completed" not in reader.fact("Status")
    expect(reader.page.get_by_role("banner")).to_contain_text("running")
