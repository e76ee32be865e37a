"""Where there is no room for all, that is said, and the rest can be reached."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from recording import Recording, recording_with_turn, user
from viewer.reader import Reader
from viewer.viewer_process import ViewerProcess


def compare(reader: Reader, left: str, right: str) -> None:
    """Choose two bundles, and compare them."""
    reader.open("#/compare")
    for side, name in (("Left", left), ("Right", right)):
        choice = reader.main.get_by_role("combobox", name=side)
        choice.select_option(label=choice.get_by_role("option", name=name).inner_text())
    reader.main.get_by_role("button", name="Compare").click()
    reader.sees_all()


def test_the_row_at_which_two_part_is_seen_and_found_again(reader: Reader) -> None:
    reader.page.set_viewport_size({"width": 1440, "height": 900})
    compare(reader, "fix-the-build", "fix-it-alone")
    parting = reader.main.get_by_role("row").filter(has_text=re.compile("^16"))
    expect(parting).to_be_in_viewport()

    rows = reader.main.get_by_role("grid", name="Rows")
    rows.hover()
    reader.page.mouse.wheel(0, -100_000)
    expect(parting).to_have_count(0)
    reader.main.get_by_role("button", name="They part at row 16.").click()
    expect(parting).to_be_in_viewport()


@pytest.fixture
def viewer_of(tmp_path: Path) -> Iterator[Callable[..., ViewerProcess]]:
    """Starts viewers of recordings, which are given by the names of their bundles."""
    started: list[ViewerProcess] = []

    def start(**recordings: Recording) -> ViewerProcess:
        for name, recording in recordings.items():
            recording.write(tmp_path / name)
        started.append(ViewerProcess(tmp_path).__enter__())
        return started[-1]

    yield start
    for viewer in started:
        viewer.__exit__(None, None, None)


def test_of_a_long_text_it_is_said_how_much_is_left_out(
    viewer_of: Callable[..., ViewerProcess], reader_of: Callable[[ViewerProcess], Reader]
) -> None:
    said = {"brief": "word " * 10, "long": "word " * 200}
    recordings = {}
    for name, text in said.items():
        recordings[name] = recording_with_turn()
        recordings[name].request("inf-1", [user(text)])
    reader = reader_of(viewer_of(**recordings))
    compare(reader, "brief", "long")

    asked = reader.main.get_by_role("row").filter(has_text=re.compile("^Asked"))
    brief, long = asked.get_by_role("cell").all_inner_texts()
    assert brief.split() == ["word"] * 10
    assert long.endswith("… 400 more characters; the overview has them")


def test_every_agent_can_be_chosen(
    viewer_of: Callable[..., ViewerProcess], reader_of: Callable[[ViewerProcess], Reader]
) -> None:
    recording = recording_with_turn()
    for number in range(1, 251):
        recording.thread(f"agent-{number}", f"/root/agent_{number:03}")
    reader = reader_of(viewer_of(crowd=recording))
    reader.open_bundle("crowd")
    reader.go_to("Tools")
    choice = reader.main.get_by_role("combobox", name="Agent", exact=True)
    last = choice.get_by_role("option", name="agent_250")
    more = choice.get_by_role("option", name="fetch more")
    expect(more).to_have_text("… fetch more of 151 further agents")
    choice.select_option("more")
    expect(more).to_have_text("… fetch more of 51 further agents")
    choice.select_option("more")
    expect(more).to_have_count(0)
    choice.select_option(label=last.inner_text())
    reader.page.reload()
    expect(choice.locator("option:checked")).to_have_text("/root/agent_250")
