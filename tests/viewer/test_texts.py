"""Texts of a trace as a reader sees them: whole, and as they stand in the payload."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from recording import recording_with_turn, user
from viewer.reader import Reader
from viewer.viewer_process import ViewerProcess


@pytest.fixture
def viewer(tmp_path: Path) -> Iterator[ViewerProcess]:
    recording = recording_with_turn()
    recording.request("request-1", [user("hello \N{SLIGHTLY SMILING FACE} world")])
    recording.write(tmp_path / "bundle")
    with ViewerProcess(tmp_path / "bundle") as started:
        yield started


def test_the_json_of_an_item_with_an_emoji_is_shown(
    viewer: ViewerProcess, reader_of: Callable[[ViewerProcess], Reader]
) -> None:
    reader = reader_of(viewer)
    reader.page.goto(viewer.first_address)
    reader.go_to("Conversation")
    reader.main.get_by_role("button", name="JSON").click()

    expect(reader.main).to_contain_text('text: "hello \N{SLIGHTLY SMILING FACE} world"')
