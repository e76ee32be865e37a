"""Every place has an address: it can be sent to others, loaded again, and gone back to."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from viewer.conftest import EXAMPLES
from viewer.reader import Reader
from viewer.viewer_process import ViewerProcess

PLACES_OF_BUNDLES = ("Bundles", "Fleet", "Compare")
PLACES_OF_A_ROLLOUT = (
    *("Overview", "Timeline", "Conversation", "Requests", "Agents", "Tools", "Code cells", "Terminals", "Failures"),
    *("Usage", "Time", "Compactions", "Events", "Search", "Check"),
)


def shown(reader: Reader) -> str:
    """All that the place says."""
    reader.sees_all()
    return reader.main.inner_text()


def shows_again(reader: Reader, told: str) -> None:
    """The place says what it said before."""
    expect(reader.main).to_have_text(told, use_inner_text=True)


def holds_its_place(reader: Reader, place: str, elsewhere: str) -> None:
    """What a place shows is shown again by its address, after a reload, and by Back."""
    reader.go_to(place)
    if place == "Bundles":
        reader.sees("3 in")
    told, address = shown(reader), reader.hash

    reader.page.reload()
    shows_again(reader, told)

    reader.go_to(elsewhere)
    reader.page.go_back()
    reader.sees_place(place)
    shows_again(reader, told)
    assert reader.hash == address

    reader.page.goto("about:blank")
    reader.open(address)
    shows_again(reader, told)


def test_these_are_all_places(reader: Reader) -> None:
    reader.open_bundle("thermostat")
    links = reader.page.get_by_role("navigation", name="Places").get_by_role("link").all_inner_texts()
    assert tuple(text.splitlines()[0] for text in links) == (*PLACES_OF_BUNDLES, *PLACES_OF_A_ROLLOUT)


@pytest.mark.parametrize("place", PLACES_OF_BUNDLES)
def test_a_place_of_all_bundles(place: str, reader: Reader) -> None:
    reader.open("#/fleet" if place == "Bundles" else "#/")
    holds_its_place(reader, place, elsewhere="Fleet" if place == "Bundles" else "Bundles")


@pytest.mark.parametrize("place", PLACES_OF_A_ROLLOUT)
def test_a_place_of_a_rollout(place: str, reader: Reader) -> None:
    reader.open_bundle("thermostat")
    reader.go_to("Agents" if place == "Overview" else "Overview")
    holds_its_place(reader, place, elsewhere="Agents" if place == "Overview" else "Overview")


def test_an_object_as_a_place_of_its_own(reader: Reader) -> None:
    reader.open_bundle("thermostat")
    reader.go_to("Failures")
    reader.click_link("tool tool:5")
    reader.sees("The patch does not apply", within=reader.panel)
    reader.panel.get_by_role("link", name="Open", exact=True).click()
    expect(reader.panel).to_have_count(0)
    told, address = shown(reader), reader.hash
    assert "The patch does not apply: convert.sh has no such lines" in told

    reader.page.reload()
    shows_again(reader, told)
    reader.page.go_back()
    reader.sees_place("Failures")
    reader.sees("The patch does not apply", within=reader.panel)
    reader.page.go_forward()
    expect(reader.panel).to_have_count(0)
    shows_again(reader, told)
    assert reader.hash == address


def test_a_comparison(reader: Reader) -> None:
    reader.open("#/compare")
    for side, name in (("Left", "fix-the-build"), ("Right", "fix-it-alone")):
        choice = reader.main.get_by_role("combobox", name=side)
        choice.select_option(label=choice.get_by_role("option", name=name).inner_text())
    reader.main.get_by_role("button", name="Compare").click()
    reader.sees("They part at row 16.")

    reader.page.reload()
    reader.sees("They part at row 16.")
    reader.page.go_back()
    expect(reader.main.get_by_role("button", name="Compare")).to_be_visible()
    reader.page.go_forward()
    reader.sees("They part at row 16.")


def test_the_selection_the_moment_and_a_filter_are_in_the_address(reader: Reader) -> None:
    reader.open_bundle("thermostat")
    reader.go_to("Tools")
    reader.main.get_by_role("combobox", name="Tool", exact=True).select_option("apply_patch")
    reader.row("Tool calls", "failed").click()
    reader.click_link("#47")

    for is_reloaded in (False, True):
        if is_reloaded:
            reader.page.reload()
        reader.sees("The patch does not apply", within=reader.panel)
        expect(reader.page.get_by_role("contentinfo", name="Time")).to_contain_text("as of event 47 of 180")
        expect(reader.row("Tool calls", "tool:6")).to_contain_text("running")
        assert reader.column("Tool calls", "Call", "Outcome") == [
            ("tool tool:5 apply_patch", "failed"),
            ("tool tool:6 apply_patch", "running"),
        ]


def test_a_long_list_is_found_where_it_was_left(colleague: Reader) -> None:
    colleague.open_bundle("long_session")
    colleague.go_to("Tools")
    colleague.table("Tool calls").hover()
    colleague.page.mouse.wheel(0, 900)
    table = colleague.table("Tool calls")
    expect(table).to_have_js_property("scrollTop", 900)
    colleague.sees_all()

    colleague.page.reload()
    expect(table).to_have_js_property("scrollTop", 900)
    colleague.go_to("Overview")
    colleague.page.go_back()
    colleague.sees_place("Tools")
    expect(table).to_have_js_property("scrollTop", 900)


@pytest.fixture
def without_a_line(tmp_path: Path) -> Iterator[ViewerProcess]:
    """A viewer of an example whose log has lost its hundredth line."""
    bundle = tmp_path / "thermostat"
    shutil.copytree(EXAMPLES / "thermostat", bundle)
    log = bundle / "trace.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:99] + lines[100:]))
    with ViewerProcess(tmp_path) as viewer:
        yield viewer


def test_events_are_counted_and_not_told_from_their_numbers(
    without_a_line: ViewerProcess, reader_of: Callable[[ViewerProcess], Reader]
) -> None:
    reader = reader_of(without_a_line)
    reader.open_bundle("thermostat")
    expect(reader.page.get_by_role("contentinfo", name="Time")).to_contain_text("all 179 events")


def test_an_address_that_asks_for_what_there_is_not_shows_what_there_is(reader: Reader) -> None:
    reader.open("#/?order=beauty&status=asleep")
    reader.sees("3 in")
    assert len(reader.rows("Bundles")) == 3
    reader.open("#/compare")
    for side in ("Left", "Right"):
        reader.main.get_by_role("combobox", name=side).select_option(index=1)
    reader.main.get_by_role("button", name="Compare").click()
    reader.sees("They say the same to the end.")
    reader.open(f"{reader.hash}?agent=99")
    reader.sees("They say the same to the end.")


def test_an_address_that_names_nothing_says_so(reader: Reader) -> None:
    reader.excused.append("404")
    reader.open("#/000000000000/overview")
    expect(reader.page.get_by_role("alert")).to_contain_text("000000000000")
    reader.open_bundle("thermostat")
    reader.open(f"{reader.hash.removesuffix('/overview')}/nowhere")
    reader.sees("This page has no place “nowhere”.")


@pytest.mark.parametrize("moment", ["9999", "abc"])
def test_an_address_at_an_event_that_there_is_not_says_that_it_shows_the_end(moment: str, reader: Reader) -> None:
    reader.open_bundle("thermostat")
    bundle = reader.hash.split("/")[1]
    reader.open(f"#/{bundle}/overview?at={moment}")

    asked = "9,999" if moment == "9999" else moment
    time = reader.page.get_by_role("contentinfo", name="Time")
    expect(time).to_contain_text(f"The log has no event “{asked}”: shown is its end, event 180.")
    reader.sees("180 events")
