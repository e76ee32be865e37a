"""An exported file shows what the viewer shows."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from viewer.conftest import EXAMPLES
from viewer.exporting import export
from viewer.reader import Reader


def compares(reader: Reader, request: str, other: str) -> tuple[list[str], str]:
    """Compare a request with another, by keys: what the head says of it, and the items that are new."""
    reader.go_to("Requests")
    reader.row("Requests", request).click()
    against = reader.main.get_by_role("textbox", name="compared with")
    against.fill(other)
    against.press("Enter")
    expect(reader.main.locator("dd", has_text=re.compile(rf"{other}\b"))).to_be_visible()
    reader.main.get_by_role("tab", name="New").click()
    reader.sees_all()
    return [reader.fact(term) for term in ("Input", "Shown", "Prefix", "Between")], reader.main.inner_text()


def test_a_request_is_compared_with_any_other(reader: Reader, browser: Browser, tmp_path: Path) -> None:
    file = export(EXAMPLES / "thermostat", tmp_path / "page.html")
    away = Reader(browser, file.as_uri())
    away.open("")
    away.sees_place("Overview")
    reader.open_bundle("thermostat")

    told = compares(reader, "request:20", "request:1")
    assert compares(away, "request:20", "request:1") == told
    (_, shown, prefix, between), _ = told
    assert shown == "3 items, 2 new, 1 vanished"
    assert prefix.startswith("not even the first item is the same as in")
    assert between.split() == ["compaction", "compaction:1"]
    away.close()


def found(reader: Reader, words: str) -> set[str]:
    """The lines in which words are found."""
    reader.press("/")
    reader.page.keyboard.type(words)
    reader.press("Enter")
    reader.sees_place("Search")
    reader.sees(re.compile(r"^found in \d+ lines?$"))
    return set(reader.main.locator(".search-text").all_inner_texts())


def test_words_are_found_that_stand_in_items_in_outputs_and_beside_the_items_of_requests(
    reader: Reader, browser: Browser, tmp_path: Path
) -> None:
    away = Reader(browser, export(EXAMPLES / "thermostat", tmp_path / "page.html").as_uri())
    away.open("")
    away.sees_place("Overview")
    reader.open_bundle("thermostat")

    for words in ("nine fifths", "soak test done", "scripted-1"):
        assert found(away, words) == found(reader, words)
    away.close()
