"""All of the page with keys alone: these tests never move a mouse."""

import re

import pytest
from playwright.sync_api import expect

from viewer.reader import Reader

KEYS_OF_PLACES = {
    "Overview": "o",
    "Timeline": "t",
    "Conversation": "c",
    "Requests": "r",
    "Agents": "a",
    "Tools": "w",
    "Code cells": "p",
    "Terminals": "m",
    "Failures": "f",
    "Usage": "u",
    "Time": "i",
    "Compactions": "n",
    "Events": "e",
    "Search": "s",
    "Check": "k",
}


@pytest.fixture
def walker(reader: Reader) -> Reader:
    """A reader who opened the example by keys: the list, its first entry, Enter."""
    reader.open("#/")
    reader.sees_all()
    reader.press("j", "Enter")
    reader.sees_place("Overview")
    expect(reader.page.get_by_role("banner")).to_contain_text("thermostat")
    return reader


def test_every_place_has_a_key(walker: Reader) -> None:
    for place, key in KEYS_OF_PLACES.items():
        walker.press("g", key)
        walker.sees_place(place)
        if place == "Search":
            walker.press("Escape")  # leaves the field for words, where keys are text
    for place, key in {"Fleet": "v", "Compare": "d", "Bundles": "b"}.items():
        walker.press("g", key)
        walker.sees_place(place)


def test_an_entry_is_selected_opened_and_closed(walker: Reader) -> None:
    walker.press("g", "f")
    walker.sees_place("Failures")
    walker.press("j", "j", "j", "Enter")
    walker.sees("The patch does not apply", within=walker.panel)
    walker.press("Escape")
    expect(walker.panel).to_have_count(0)
    walker.press("k", "Enter")
    expect(walker.panel.get_by_role("heading", name="request:2")).to_be_visible()

    walker.press("o")
    expect(walker.panel).to_have_count(0)
    expect(walker.page.get_by_role("heading", level=1)).to_have_text("Request 2")
    assert "/inference_call/" in walker.hash


def test_first_and_last_entry(walker: Reader) -> None:
    walker.press("g", "w")
    walker.sees_place("Tools")
    walker.press("j", "End", "Enter")
    expect(walker.panel.get_by_role("heading", name="tool:19")).to_be_visible()
    walker.press("Home", "Enter")
    expect(walker.panel.get_by_role("heading", name=re.compile(r"tool:1\b"))).to_be_visible()


def test_time_is_travelled_by_events(walker: Reader) -> None:
    time = walker.page.get_by_role("contentinfo", name="Time")
    walker.press("g", "n")
    walker.sees_place("Compactions")
    walker.press(",")
    expect(time).to_contain_text("as of event 179 of 180")
    walker.press(*[","] * 14)
    expect(time).to_contain_text("as of event 165 of 180")
    walker.sees("No history was replaced.")
    walker.press(".")
    expect(time).to_contain_text("as of event 166 of 180")
    expect(walker.table("Replaced histories")).to_be_visible()
    walker.press("0")
    expect(time).to_contain_text("all 180 events")


def test_the_slider_of_time_is_moved_by_arrows(walker: Reader) -> None:
    slider = walker.page.get_by_role("slider", name="Event as of which all is shown")
    slider.focus()
    walker.press("ArrowLeft", "ArrowLeft")
    expect(walker.page.get_by_role("contentinfo", name="Time")).to_contain_text("as of event 178 of 180")
    walker.press("End")
    expect(walker.page.get_by_role("contentinfo", name="Time")).to_contain_text("all 180 events")


def test_the_timeline_is_walked_from_entry_to_entry(walker: Reader) -> None:
    walker.press("g", "t")
    walker.sees_place("Timeline")
    told = walker.main.get_by_role("status")
    walker.press("j")
    expect(told).to_contain_text("thread agent starts")
    walker.press("j")
    expect(told).to_contain_text("codex turn")
    walker.press("Enter")
    expect(walker.panel.get_by_role("heading", name="turn:1")).to_be_visible()
    walker.press("Escape", "j", "k", "Enter")
    expect(walker.panel.get_by_role("heading", name="agent /root")).to_be_visible()


def test_the_timeline_is_walked_from_arrow_to_arrow(walker: Reader) -> None:
    walker.press("g", "t")
    walker.sees_place("Timeline")
    told = walker.main.get_by_role("status")
    walker.press("a")
    expect(told).to_contain_text("spawns, /root to /root/reviewer, +1.64 s, Review convert.sh: is the formula right?")
    walker.press("a", "a")
    expect(told).to_contain_text("sends a message, /root to /root/tester, +1.73 s, Please also try 37 degrees.")
    walker.press("A", "Enter")
    expect(walker.panel.get_by_role("heading", name="edge:2")).to_be_visible()


def test_the_keys_are_shown_by_a_key(walker: Reader) -> None:
    walker.press("?")
    dialog = walker.page.get_by_role("dialog", name="Keys")
    for place in KEYS_OF_PLACES:
        expect(dialog.get_by_text(f"go to {place}", exact=True)).to_be_visible()
    walker.press("Escape")
    expect(dialog).to_have_count(0)


def test_keys_do_nothing_behind_a_dialog(walker: Reader) -> None:
    walker.press("g", "t")
    walker.sees_place("Timeline")
    walker.press("j", "Enter")
    expect(walker.panel).to_be_visible()
    walker.press("?")
    dialog = walker.page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()

    walker.press("g", "f", "Escape")

    expect(dialog).to_have_count(0)
    expect(walker.panel).to_be_visible()
    walker.sees_place("Timeline")


def test_bundles_are_chosen_by_words(reader: Reader) -> None:
    reader.open("#/")
    reader.sees_all()
    reader.press("/")
    reader.page.keyboard.type("fix-it")
    expect(reader.table("Bundles")).to_have_attribute("aria-rowcount", "2")
    reader.press("Escape", "j", "Enter")
    reader.sees_place("Overview")
    expect(reader.page.get_by_role("banner")).to_contain_text("fix-it-alone")


def test_a_search_leads_to_where_it_was_said(walker: Reader) -> None:
    walker.press("/")
    walker.page.keyboard.type("nine fifths")
    walker.press("Enter")
    walker.sees_place("Search")
    walker.sees("found in 5 lines")
    walker.press("j", "Enter")
    walker.sees_place("Conversation")
    expect(walker.main.get_by_role("article").filter(has_text="The formula is right: nine fifths")).to_be_in_viewport()


def test_requests_are_walked_one_by_one(walker: Reader) -> None:
    heading = walker.page.get_by_role("heading", level=1)
    walker.press("g", "r")
    walker.sees_place("Requests")
    walker.press("j", "Enter")
    expect(heading).to_have_text("Request 1")
    for key, request in (("]", "Request 2"), ("]", "Request 3"), ("[", "Request 2")):
        walker.sees_all()
        walker.press(key)
        expect(heading).to_have_text(request)


def test_tab_leads_past_the_navigation_to_what_is_shown(walker: Reader) -> None:
    walker.page.reload()
    walker.sees_place("Overview")
    walker.press("Tab")
    expect(walker.page.get_by_role("link", name="Skip to what is shown")).to_be_focused()
    walker.press("Enter")
    expect(walker.main).to_be_focused()


def test_everything_that_can_be_used_is_reached_by_tab_and_is_seen_to_be(walker: Reader) -> None:
    walker.press("g", "w")
    walker.sees_place("Tools")
    walker.press("j", "Enter")
    expect(walker.panel).to_be_visible()
    reached = set()
    for _ in range(250):
        walker.press("Tab")
        name, ring = walker.page.evaluate(
            """() => {
                const one = document.activeElement;
                if (one === document.body) return ["", true];
                const style = getComputedStyle(one);
                const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
                const name = one.getAttribute("aria-label") ?? one.textContent.trim();
                return [name, ring || style.boxShadow !== "none"];
            }"""
        )
        if name in reached:
            continue
        assert ring, f"where is the focus? at {name!r}"
        reached.add(name)
    for wanted in (
        "Tool calls",
        "Close the panel",
        "One event back",
        "Event as of which all is shown",
        "Width of the panel",
    ):
        assert wanted in reached


def test_the_theme_is_changed(walker: Reader) -> None:
    ground = "() => getComputedStyle(document.documentElement).colorScheme"
    seen = set()
    for _ in range(3):
        walker.press("d")
        seen.add(walker.page.evaluate(ground))
    assert {"dark", "light"} <= seen
