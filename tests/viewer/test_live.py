"""Runs that are looked at while they are recorded: followed, not followed, and across a restart of the viewer."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from rollout_trace.record import Recorder
from rollout_trace.record.turn import Turn
from viewer.reader import Reader
from viewer.viewer_process import ViewerProcess

CONNECTIONS_OF_A_BROWSER = 6
"""How many a browser opens to one server, for all of its tabs."""
LOOK_AWAY = """() => {
    Object.defineProperty(document, "hidden", {value: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""
"""What a browser does when another tab is chosen. A headless one shows all of its tabs."""
NOBODY_ANSWERS = "net::ERR_CONNECTION_REFUSED"
"""What the browser complains of while there is no viewer."""
NOT_THERE = "404 (Not Found)"
"""What the browser complains of while there is no bundle."""

RowInView = tuple[int, int]
"""A row by its index, and how many pixels its top is below the top of the list."""


def first_in_view(table: Locator) -> RowInView:
    """The first row of a table that a reader sees, and where it stands."""
    index, top = table.evaluate(
        """table => {
            const top = table.getBoundingClientRect().top + table.querySelector(".virtual-list-head").clientHeight;
            const rows = [...table.querySelectorAll("[data-index]")];
            const first = rows
                .filter(row => row.getBoundingClientRect().bottom > top + 1)
                .sort((one, other) => one.dataset.index - other.dataset.index)[0];
            return [Number(first.dataset.index), Math.round(first.getBoundingClientRect().top - top)];
        }"""
    )
    return index, top


class Agent:
    """An agent that records itself, as far as a test wants it to."""

    def __init__(self, root: Path) -> None:
        self.recorder = Recorder(root)
        assert self.recorder.path is not None
        self.bundle = self.recorder.path
        self._turn: Turn = self.recorder.root_thread(model="scripted-1").turn()
        self._calls = 0

    def calls_tools(self, count: int) -> None:
        """Call that many tools, one after the other."""
        for _ in range(count):
            self._calls += 1
            with self._turn.tool("exec_command", arguments={"cmd": f"echo {self._calls}"}) as tool:
                tool.result({"output": f"{self._calls}"})

    def begins(self, command: str) -> None:
        """Call a tool that does not end."""
        self._turn.tool("exec_command", arguments={"cmd": command})

    def ends(self) -> None:
        """Be done, if it is not."""
        self._turn.end()
        self.recorder.close()


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    working = Agent(tmp_path)
    yield working
    working.ends()


@pytest.fixture
def viewer(tmp_path: Path) -> Iterator[ViewerProcess]:
    with ViewerProcess(tmp_path) as started:
        yield started


def sees_calls(reader: Reader, count: int) -> None:
    """The place of tools says how many there are."""
    heading = reader.page.get_by_role("heading", level=1)
    expect(heading.locator("xpath=..")).to_contain_text(str(count))
    expect(reader.table("Tool calls")).to_have_attribute("aria-rowcount", str(count + 1))


def test_the_demo_is_followed_from_its_first_to_its_last_event(
    viewer: ViewerProcess, reader_of: Callable[[ViewerProcess], Reader], tmp_path: Path
) -> None:
    reader = reader_of(viewer)
    reader.open("#/")
    reader.sees("New ones appear here by themselves.")

    demo = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "rollout_trace", "demo", "--out", str(tmp_path)], stdout=subprocess.DEVNULL
    )
    try:
        reader.table("Bundles").get_by_role("link").first.click()  # it appears by itself
        reader.sees_place("Overview")
        banner = reader.page.get_by_role("banner")
        expect(banner).to_contain_text("live")
        reader.go_to("Tools")
        expect(banner).to_contain_text("completed")
        assert demo.wait(60) == 0
    finally:
        demo.kill()
        demo.wait()

    (log,) = tmp_path.glob("*/trace.jsonl")
    events = len(log.read_bytes().splitlines())
    expect(reader.page.get_by_role("contentinfo", name="Time")).to_contain_text(f"all {events} events")
    expect(banner.get_by_text("live", exact=True)).to_have_count(0)
    sees_calls(reader, 19)
    expect(reader.row("Tool calls", "sleep 3600")).to_contain_text("cancelled")


def test_what_an_agent_is_doing_now(
    viewer: ViewerProcess, reader_of: Callable[[ViewerProcess], Reader], agent: Agent
) -> None:
    agent.calls_tools(2)
    reader = reader_of(viewer)
    reader.open_bundle(agent.bundle.name)
    reader.go_to("Agents")
    assert reader.column("Agents", "Agent", "Outcome", "Doing") == [("agent /root", "running", "works")]

    agent.begins("make check")

    expect(reader.row("Agents", "/root").get_by_role("gridcell").nth(2)).to_have_text(
        'uses exec_command: {"cmd":"make check"}'
    )


def test_a_bundle_that_grew_while_nobody_looked_is_shown_as_it_is(
    viewer: ViewerProcess, reader_of: Callable[[ViewerProcess], Reader], agent: Agent
) -> None:
    agent.calls_tools(1)
    reader = reader_of(viewer)
    reader.open_bundle(agent.bundle.name)
    reader.go_to("Tools")
    for count in (2, 3):  # so that answers about several ends of the log are known
        agent.calls_tools(1)
        sees_calls(reader, count)

    reader.go_to("Bundles")
    agent.calls_tools(2)
    agent.ends()
    reader.open_bundle(agent.bundle.name)

    expect(reader.page.get_by_role("banner")).to_contain_text("completed")
    reader.go_to("Tools")
    sees_calls(reader, 5)


def test_a_bundle_that_is_removed_while_it_is_looked_at_and_comes_back(
    viewer: ViewerProcess, reader_of: Callable[[ViewerProcess], Reader], agent: Agent, tmp_path: Path
) -> None:
    agent.calls_tools(3)
    agent.ends()
    reader = reader_of(viewer)
    reader.open_bundle(agent.bundle.name)
    banner = reader.page.get_by_role("banner")
    expect(banner).to_contain_text("completed")
    reader.excused.append(NOT_THERE)

    (tmp_path / "elsewhere").mkdir()
    away = agent.bundle.rename(tmp_path / "elsewhere" / agent.bundle.name)
    expect(banner).to_contain_text("no longer there")
    expect(banner).not_to_contain_text("completed")

    away.rename(agent.bundle)
    expect(banner).to_contain_text("completed")
    expect(banner).not_to_contain_text("no longer there")
    reader.go_to("Tools")
    sees_calls(reader, 3)


def test_an_address_of_a_bundle_that_is_not_there_yet_shows_it_when_it_comes(
    viewer: ViewerProcess, reader_of: Callable[[ViewerProcess], Reader], agent: Agent, tmp_path: Path
) -> None:
    agent.calls_tools(3)
    agent.ends()
    reader = reader_of(viewer)
    reader.open_bundle(agent.bundle.name)
    address = reader.hash
    (tmp_path / "elsewhere").mkdir()
    away = agent.bundle.rename(tmp_path / "elsewhere" / agent.bundle.name)
    reader.excused.append(NOT_THERE)
    expect(reader.page.get_by_role("banner")).to_contain_text("no longer there")
    late = reader_of(viewer)
    late.excused.append(NOT_THERE)
    late.open(address)
    late.sees("there is no bundle")

    away.rename(agent.bundle)

    late.sees_place("Overview")
    expect(late.page.get_by_role("banner")).to_contain_text("completed")


def test_a_log_that_is_cut_while_it_is_looked_at_is_shown_as_it_is(
    viewer: ViewerProcess, reader_of: Callable[[ViewerProcess], Reader], agent: Agent
) -> None:
    agent.calls_tools(3)
    agent.ends()
    reader = reader_of(viewer)
    reader.open_bundle(agent.bundle.name)
    banner = reader.page.get_by_role("banner")
    expect(banner).to_contain_text("completed")

    log = agent.bundle / "trace.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-3]))

    expect(banner).to_contain_text("read anew: the log is shorter than what was read of it")
    expect(banner).to_contain_text("running")
    expect(reader.main).not_to_contain_text("completed, ")


def test_check_says_what_is_missing_as_soon_as_it_is(
    viewer: ViewerProcess, reader_of: Callable[[ViewerProcess], Reader], agent: Agent
) -> None:
    agent.calls_tools(3)
    agent.ends()
    reader = reader_of(viewer)
    reader.open_bundle(agent.bundle.name)
    reader.go_to("Check")
    reader.sees("all of its evidence is here")

    next((agent.bundle / "payloads").iterdir()).unlink()

    reader.sees("damaged")


def test_more_tabs_than_a_browser_has_connections_can_be_open(
    viewer: ViewerProcess, browser: Browser, agent: Agent
) -> None:
    agent.calls_tools(2)
    context = browser.new_context()
    for _ in range(CONNECTIONS_OF_A_BROWSER + 1):
        tab = context.new_page()
        tab.goto(f"{viewer.origin}/#/")
        tab.get_by_role("grid", name="Bundles").get_by_role("link").first.click()
        expect(tab.get_by_role("banner")).to_contain_text("live")
        tab.evaluate(LOOK_AWAY)
    context.close()


def test_a_reader_who_does_not_follow_is_not_moved(
    viewer: ViewerProcess, reader_of: Callable[[ViewerProcess], Reader], agent: Agent
) -> None:
    agent.calls_tools(200)
    reader = reader_of(viewer)
    reader.open_bundle(agent.bundle.name)
    reader.go_to("Tools")
    sees_calls(reader, 200)
    table = reader.table("Tool calls")
    table.hover()
    reader.page.mouse.wheel(0, 2_505)
    expect(table.get_by_role("row", name="echo 90")).to_be_visible()
    reader.sees_all()
    before = first_in_view(table), table.evaluate("table => table.scrollTop")

    for count in (250, 300, 350):
        agent.calls_tools(50)
        sees_calls(reader, count)
        reader.sees_all()
        assert (first_in_view(table), table.evaluate("table => table.scrollTop")) == before
    assert before[0][0] > 80


def test_a_reader_who_follows_sees_the_last_entry(
    viewer: ViewerProcess, reader_of: Callable[[ViewerProcess], Reader], agent: Agent
) -> None:
    agent.calls_tools(200)
    reader = reader_of(viewer)
    reader.open_bundle(agent.bundle.name)
    reader.go_to("Tools")
    sees_calls(reader, 200)

    reader.press("l")
    for count in (200, 250, 300):
        expect(reader.row("Tool calls", f"echo {count}")).to_be_in_viewport()
        agent.calls_tools(50)

    reader.press("l")
    sees_calls(reader, 350)
    before = first_in_view(reader.table("Tool calls"))
    agent.calls_tools(50)
    sees_calls(reader, 400)
    assert first_in_view(reader.table("Tool calls")) == before


def test_the_page_goes_on_when_the_viewer_was_started_again(
    reader_of: Callable[[ViewerProcess], Reader], agent: Agent, tmp_path: Path
) -> None:
    agent.calls_tools(100)
    with ViewerProcess(tmp_path) as first:
        reader = reader_of(first)
        reader.open_bundle(agent.bundle.name)
        reader.go_to("Tools")
        sees_calls(reader, 100)
        reader.table("Tool calls").hover()
        reader.page.mouse.wheel(0, 700)
        expect(reader.row("Tool calls", "echo 40")).to_be_visible()
        before = first_in_view(reader.table("Tool calls"))
        reader.excused.append(NOBODY_ANSWERS)
    banner = reader.page.get_by_role("banner")
    expect(banner).to_contain_text("connection lost, trying again")
    agent.calls_tools(50)
    assert first_in_view(reader.table("Tool calls")) == before

    with ViewerProcess(tmp_path, first.port) as second:
        assert second.origin == first.origin
        sees_calls(reader, 150)
        assert first_in_view(reader.table("Tool calls")) == before
        agent.calls_tools(25)
        sees_calls(reader, 175)
        agent.ends()
        expect(banner).to_contain_text("completed")
