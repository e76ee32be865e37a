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
