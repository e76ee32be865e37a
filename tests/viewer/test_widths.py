"""What is shown fits into the window: on a wide screen all of it, on a narrow one what leads to the rest."""

import pytest
from playwright.sync_api import Locator, expect

from viewer.reader import Reader

WIDE, NARROW, TELEPHONE = 1440, 800, 400
BESIDE = "table => table.scrollWidth - table.clientWidth"
"""How many pixels of a table one has to scroll to."""
BEYOND_ITS_CELL = """table => [...table.querySelectorAll("[role=gridcell] .object-name")]
    .filter(name => name.getBoundingClientRect().right > name.closest("[role=gridcell]").getBoundingClientRect().right)
    .map(name => name.innerText)"""


def look_at(reader: Reader, width: int) -> None:
    """Make the window as wide as this."""
    reader.page.set_viewport_size({"width": width, "height": 900})


def is_within(shown: Locator, width: int) -> bool:
    """Whether nothing of it lies beside the window."""
    box = shown.bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width


@pytest.mark.parametrize("width", [WIDE, NARROW, TELEPHONE])
def test_all_that_leads_elsewhere_can_be_reached(width: int, reader: Reader) -> None:
    look_at(reader, width)
    reader.open_bundle("thermostat")
    links = reader.page.get_by_role("navigation", name="Places").get_by_role("link").all()
    search = reader.page.get_by_role("searchbox")
    buttons = reader.page.get_by_role("banner").get_by_role("button").all()
    assert len(links) == 18
    assert len(buttons) == 2
    assert [item.inner_text() for item in (*links, search, *buttons) if not is_within(item, width)] == []


def test_on_a_wide_screen_no_column_is_out_of_the_window(reader: Reader) -> None:
    look_at(reader, WIDE)
    reader.open_bundle("thermostat")
    names = reader.page.get_by_role("navigation", name="Places").locator("a > span").all_inner_texts()
    for name in reversed(names):  # from the bundle's places to those of all bundles, which lead out of it
        reader.go_to(name)
        for table in reader.main.get_by_role("grid").all():
            assert table.evaluate(BESIDE) == 0, f"{name}: {table.get_attribute('aria-label')}"


def test_a_narrow_table_scrolls_to_its_last_column(reader: Reader) -> None:
    look_at(reader, NARROW)
    reader.open_bundle("thermostat")
    reader.go_to("Requests")
    table = reader.table("Requests")
    assert table.evaluate(BESIDE) > 0
    table.hover()
    reader.page.mouse.wheel(table.evaluate(BESIDE), 0)
    expect(table.get_by_role("columnheader", name="Cost")).to_be_in_viewport(ratio=1)


def test_a_name_that_is_cut_ends_in_dots(reader: Reader) -> None:
    look_at(reader, WIDE)
    reader.open_bundle("thermostat")
    reader.go_to("Requests")
    reader.sees_all()
    table = reader.table("Requests")
    assert reader.column("Requests", "Agent").count(("agent /root/reviewer",)) == 2
    assert table.evaluate(BEYOND_ITS_CELL) == []


def test_a_bundle_is_listed_by_its_name_and_by_what_was_asked(reader: Reader) -> None:
    reader.open("#/")
    reader.sees("3 in")
    asked = "The build of plaindate has been failing since yesterday."
    told = {row[0]: row[1] for row in reader.column("Bundles", "Bundle", "First message of the user")}
    assert told["fix-it-alone"].startswith(asked)
    assert told["fix-the-build"].startswith(asked)
