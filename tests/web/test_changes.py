"""Following: a run that goes on is seen to its last event, in order, also across a restart of the server."""

import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from growing import GrowingBundle
from rollout_trace.bundle.folder import Bundle
from rollout_trace.query.current_activity import current_activities
from rollout_trace.query.moment import state_at
from web.served import EXAMPLE, Event, Viewer, until, viewing

EVENTS = 80


@pytest.fixture
def growing(tmp_path: Path) -> GrowingBundle:
    """A run that has not begun."""
    (tmp_path / "bundles").mkdir()
    return GrowingBundle(EXAMPLE, tmp_path / "bundles" / "run")


@pytest.fixture
def viewer(growing: GrowingBundle, own: Path) -> Iterator[Viewer]:
    with viewing(growing.path.parent, own) as viewer:
        yield viewer


def changes_of(viewer: Viewer) -> str:
    return f"/api/1/rollouts/{viewer.key('run')}/changes"


def _goes_to(seq: int, told: Any) -> bool:
    return bool(told["as_of"] == seq)


def up_to(changes: Iterator[Event], seq: int) -> Event:
    """The change with which this event was there; those before it are in order."""
    seen = -1
    for change in changes:
        assert change.event_id is not None
        assert seen <= change.event_id == change.data["last_seq"] <= seq
        seen = change.event_id
        if seen == seq:
            return change
    raise AssertionError(f"the stream ended at {seen}")


def test_a_run_is_followed_from_its_first_to_its_last_event(viewer: Viewer, growing: GrowingBundle) -> None:
    with viewer.stream(changes_of(viewer)) as changes:
        assert next(changes).data["events"] == 0
        for count in range(1, EVENTS + 1):
            growing.write_lines(1)
            change = up_to(changes, count)
            assert (change.data["kind"], change.data["events"]) == ("grown", count)
            assert change.data["is_live"] == (count < EVENTS)
        told = current_activities(state_at(Bundle(EXAMPLE), EVENTS).trace)
        assert [agent["doing"] for agent in change.data["activities"]] == [agent.doing for agent in told]
        assert viewer.ask("rollout", viewer.key("run")).json["as_of"] == EVENTS


def test_half_a_line_is_no_event(viewer: Viewer, growing: GrowingBundle) -> None:
    growing.write_lines(3)
    with viewer.stream(changes_of(viewer)) as changes:
        up_to(changes, 3)
        line = growing.lines[3]
        growing.write(line[:20])
        growing.write(line[20:])
        assert up_to(changes, 4).data["events"] == 4


def test_who_comes_back_is_told_only_what_is_new(viewer: Viewer, growing: GrowingBundle) -> None:
    growing.write_lines(10)
    with viewer.stream(changes_of(viewer)) as changes:
        assert up_to(changes, 10).event_id == 10
    with viewer.stream(changes_of(viewer), Last_Event_ID="10") as changes:
        growing.write_lines(1)
        assert next(changes).event_id == 11
    growing.write_lines(4)
    with viewer.stream(changes_of(viewer), Last_Event_ID="11") as changes:
        assert up_to(changes, 15).data["events"] == 15


def test_a_stream_begins_with_how_things_stand_now(viewer: Viewer, growing: GrowingBundle) -> None:
    growing.write_lines(10)
    with viewer.stream(changes_of(viewer)) as changes:
        up_to(changes, 10)
    growing.write_lines(10)  # while nobody follows
    until(lambda: viewer.ask("rollout", viewer.key("run")).json, partial(_goes_to, 20))
    with viewer.stream(changes_of(viewer)) as changes:
        assert next(changes).event_id == 20


@pytest.mark.parametrize("last", ["", "x", "-1", "9" * 5_000, "\xb2"])
def test_an_id_that_is_none_is_as_if_nothing_was_seen(last: str, viewer: Viewer, growing: GrowingBundle) -> None:
    growing.write_lines(5)
    with viewer.stream(changes_of(viewer), Last_Event_ID=last) as changes:
        assert up_to(changes, 5).data["events"] == 5


def test_a_stream_is_taken_up_again_after_the_server_was_restarted(growing: GrowingBundle, own: Path) -> None:
    growing.write_lines(10)
    with viewing(growing.path.parent, own) as first:
        with first.stream(changes_of(first)) as changes:
            seen = up_to(changes, 10).event_id
        assert first.stop() == 130
    growing.write_lines(5)
    with viewing(growing.path.parent, own, "--port", str(first.port)) as second:
        assert second.port == first.port
        with second.stream(changes_of(second), Last_Event_ID=str(seen)) as changes:
            assert up_to(changes, 15).data["events"] == 15
            growing.write_rest()
            assert not up_to(changes, EVENTS).data["is_live"]
        with second.stream(changes_of(second), Last_Event_ID=str(EVENTS)) as changes:
            growing.write(growing.lines[-1].replace(b'"seq":80', b'"seq":81'))
            assert next(changes).event_id == 81


def test_a_log_that_is_replaced_is_told_and_read_anew(viewer: Viewer, growing: GrowingBundle) -> None:
    growing.write_lines(20)
    with viewer.stream(changes_of(viewer)) as changes:
        up_to(changes, 20)
        growing.log.write_bytes(b"".join(growing.lines[:5]))
        change = next(change for change in changes if change.data["kind"] == "replaced")

    assert (change.event_id, change.data["events"]) == (5, 5)
    assert change.data["reason"]
    assert viewer.ask("rollout", viewer.key("run")).json["answer"]["events"] == 5


def test_another_log_that_goes_as_far_is_told_to_who_comes_back(viewer: Viewer, growing: GrowingBundle) -> None:
    growing.write_lines(20)
    with viewer.stream(changes_of(viewer)) as changes:
        up_to(changes, 20)
        other = growing.log.with_name("other.jsonl")
        other.write_bytes(b"".join(growing.lines[:20]))
        other.replace(growing.log)
        assert next(change for change in changes if change.data["kind"] == "replaced").event_id == 20
    with viewer.stream(changes_of(viewer), Last_Event_ID="20") as changes:
        assert next(changes).data["kind"] == "replaced"


def test_a_log_that_is_gone_is_told_and_what_needs_no_log_can_still_be_asked(
    viewer: Viewer, growing: GrowingBundle
) -> None:
    growing.write_lines(20)
    with viewer.stream(changes_of(viewer)) as changes:
        up_to(changes, 20)
        growing.log.unlink()
        change = next(change for change in changes if change.data["kind"] == "gone")

    assert (change.data["events"], change.data["is_live"]) == (20, False)
    assert viewer.ask("agents", viewer.key("run")).json["as_of"] == 20
    refused = viewer.ask("events", viewer.key("run"))
    assert (refused.status, refused.json["code"]) == (409, "unreadable-bundle")
    assert "trace.jsonl: No such file or directory" in refused.sentence


def test_payloads_that_are_removed_after_the_end_are_told_and_missed(viewer: Viewer, growing: GrowingBundle) -> None:
    growing.write_rest()
    key = viewer.key("run")
    payload = growing.path / "payloads" / "7.json"
    content = payload.read_bytes()
    with viewer.stream(changes_of(viewer)) as changes:
        up_to(changes, EVENTS)
        assert viewer.ask("check", key).json["answer"]["verdict"] == "whole"
        payload.unlink()
        assert next(changes).data["last_seq"] == EVENTS
        assert viewer.ask("check", key).json["answer"]["verdict"] == "damaged"
        payload.write_bytes(content)
        assert next(changes).data["last_seq"] == EVENTS
        assert viewer.ask("check", key).json["answer"]["verdict"] == "whole"


def test_a_bundle_that_is_removed_is_told_and_ends_its_stream(viewer: Viewer, growing: GrowingBundle) -> None:
    growing.write_lines(20)
    key = viewer.key("run")
    with viewer.stream(changes_of(viewer)) as changes:
        up_to(changes, 20)
        shutil.rmtree(growing.path)
        assert [change.data["kind"] for change in changes][-1] == "gone"
    assert until(lambda: viewer.ask("rollout", key).status, lambda status: status == 404)


def test_a_bundle_that_was_gone_and_is_as_it_was_is_told_to_who_comes_back(
    viewer: Viewer, growing: GrowingBundle, tmp_path: Path
) -> None:
    """A browser comes back with the id of the last change; one that says nothing is told how things stand."""
    growing.write_lines(20)
    key = viewer.key("run")
    with viewer.stream(changes_of(viewer)) as changes:
        assert up_to(changes, 20).event_id == 20
        away = growing.path.rename(tmp_path / "away")
        assert [(change.data["kind"], change.event_id) for change in changes] == [("gone", None)]
    away.rename(growing.path)
    until(lambda: viewer.ask("rollout", key).status, lambda status: status == 200)
    with viewer.stream(f"/api/1/rollouts/{key}/changes") as changes:
        assert next(changes).data["kind"] == "opened"


def test_a_stream_goes_on_while_many_others_are_opened(growing: GrowingBundle, own: Path) -> None:
    growing.write_lines(5)
    for number in range(7):
        shutil.copytree(EXAMPLE, growing.path.parent / f"other-{number}")
    with viewing(growing.path.parent, own) as viewer, viewer.stream(changes_of(viewer)) as changes:
        up_to(changes, 5)
        for number in range(7):
            assert viewer.ask("rollout", viewer.key(f"other-{number}")).status == 200
        growing.write_rest()
        assert up_to(changes, EVENTS).data["events"] == EVENTS


def test_a_bundle_without_a_log_is_followed_when_it_begins(viewer: Viewer, growing: GrowingBundle) -> None:
    growing.log.unlink()
    key = viewer.key("run")
    with viewer.stream(changes_of(viewer)) as changes:
        growing.write_rest()
        assert up_to(changes, EVENTS).data["events"] == EVENTS
    assert viewer.ask("rollout", key).json["answer"]["events"] == EVENTS


def test_going_back_in_time_works_while_the_log_grows(viewer: Viewer, growing: GrowingBundle) -> None:
    key = viewer.key("run")
    for count in range(1, EVENTS + 1, 13):
        growing.write_lines(13)
        last = min(count + 12, EVENTS)
        told = until(lambda: viewer.ask("rollout", key).json, partial(_goes_to, last))
        assert told["answer"]["last_seq"] == last
        for at in range(1, last):
            assert viewer.ask("rollout", key, at=at).json["as_of"] == at


def test_a_large_bundle_is_read_in_the_background_with_progress(own: Path, tmp_path: Path) -> None:
    """A log of many thousand lines: what is asked meanwhile is answered at once with how far reading has come."""
    bundle = Path(shutil.copytree(EXAMPLE, tmp_path / "bundles" / "large", ignore=shutil.ignore_patterns("state.json")))
    log = bundle / "trace.jsonl"
    lines = log.read_text().splitlines()
    other = json.loads(lines[-1])
    other["payload"] = {"type": "other", "kind": "note", "summary": "x" * 200, "payloads": [], "metadata": {}}
    more = (json.dumps({**other, "seq": seq}) for seq in range(len(lines) + 1, 120_000))
    log.write_text("\n".join([*lines, *more]) + "\n")
    with viewing(bundle.parent, own, "--no-cache") as viewer:
        key = viewer.key("large")
        answers = []
        while (answer := viewer.get(f"/api/1/rollouts/{key}/rollout")).status == 202:
            answers.append(answer.json)
            assert viewer.get("/api/1/bundles").status == 200

    assert answer.status == 200
    assert answers
    assert all(0 <= told["bytes_read"] <= told["bytes_in_log"] for told in answers)
    assert answers[-1]["bytes_in_log"] == log.stat().st_size
    assert [told["bytes_read"] for told in answers] == sorted(told["bytes_read"] for told in answers)
