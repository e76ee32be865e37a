"""Many bundles: a list that is there at once and fills by itself, whatever comes, goes and is damaged."""

import errno
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rollout_trace.errors import BundleError
from rollout_trace.follow.bundle_follower import BundleFollower
from rollout_trace.limits import DEFAULT_LIMITS, Limits
from rollout_trace.query.prices import shipped_prices
from rollout_trace.web.interface.library import BundleKey
from rollout_trace.web.library import Library
from rollout_trace.web.open_rollout import OpenRollout
from rollout_trace.web.view import View
from web.served import EXAMPLE, EXAMPLES, Viewer, until, viewing


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with two runs of the example; `late` began a day after `early`, and has no end."""
    folder = tmp_path / "bundles"
    early = Path(shutil.copytree(EXAMPLE, folder / "early", ignore=shutil.ignore_patterns("state.json")))
    late = Path(shutil.copytree(early, folder / "late"))
    manifest = json.loads((late / "manifest.json").read_text())
    for file in (late / "manifest.json", late / "trace.jsonl"):
        text = file.read_text().replace(manifest["rollout_id"], "another-rollout")
        text = text.replace(manifest["trace_id"], "another-trace").replace("17900000", "17900864")
        lines = text.splitlines(keepends=True)
        file.write_text("".join(lines if file.suffix == ".json" else lines[:-1]))
    return folder


@pytest.fixture
def viewer(root: Path, own: Path) -> Iterator[Viewer]:
    with viewing(root, own) as viewer:
        viewer.bundles_when_read()
        yield viewer


def names(told: Any) -> list[str]:
    return [line["name"] for line in told["bundles"]["entries"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["late", "early"]),
        ({"reversed": "true"}, ["early", "late"]),
        ({"order": "duration"}, ["early", "late"]),
        ({"order": "size"}, ["early", "late"]),
        ({"order": "name", "reversed": "true"}, ["early", "late"]),
        ({"offset": 1}, ["early"]),
        ({"limit": 1}, ["late"]),
        ({"text": "PLAINDATE"}, ["late", "early"]),
        ({"text": "gpt-5.5"}, ["late", "early"]),
        ({"text": "earl"}, ["early"]),
        ({"text": "nowhere"}, []),
        ({"status": "running"}, ["late"]),
        ({"status": "completed"}, ["early"]),
    ],
)
def test_bundles_are_sorted_chosen_and_cut(asked: dict[str, Any], expected: list[str], viewer: Viewer) -> None:
    told = viewer.ask("bundles", **asked).json

    assert names(told) == expected
    assert (told["found"], told["read"], told["is_one"]) == (2, 2, False)


def test_a_line_has_the_figures_that_list_prints(viewer: Viewer) -> None:
    late, early = viewer.ask("bundles").json["bundles"]["entries"]
    figures = early["figures"]

    assert (early["state"], early["error"]) == ("known", None)
    assert (figures["duration_ms"], figures["agents"], figures["models"]) == (41_396, 2, ["gpt-5.5"])
    assert (figures["usage"]["requests"], figures["usage"]["cost_usd"]) == (11, "0.100027")
    assert late["figures"]["started_at_unix_ms"] - figures["started_at_unix_ms"] == 86_400_000


def test_the_fleet_is_what_compare_prints(viewer: Viewer) -> None:
    totals = viewer.ask("fleet").json
    (tool, *_) = viewer.ask("fleet/tools").json["entries"]
    (model,) = viewer.ask("fleet/models").json["entries"]
    (task,) = viewer.ask("fleet/tasks").json["entries"]
    errors = viewer.ask("fleet/errors").json["entries"]

    assert (totals["bundles"], totals["read"], totals["models"], totals["tasks"]) == (2, 2, 1, 1)
    assert (tool["tool"], tool["outcomes"]) == (
        "exec_command",
        {"calls": 10, "failed": 0, "exit_not_zero": 2, "never_ended": 0},
    )
    assert (model["completed"], model["median_ms"], model["longest_ms"]) == (20, 2_662, 12_940)
    assert (task["bundles"], task["usage"]["cost_usd"]) == (2, "0.200054")
    assert [(line["error"]["source"], line["error"]["count"], line["name"]) for line in errors] == [
        ("exec_command", 2, "early"),
        ("request", 2, "early"),
    ]
    assert {line["key"] for line in errors} == {viewer.key("early")}


def test_two_rollouts_beside_each_other(viewer: Viewer) -> None:
    pair = {"left": viewer.key("early"), "right": viewer.key("late")}
    told = viewer.ask("compare", **pair).json

    assert [(agent["same"], agent["rows"], agent["parts_at"]) for agent in told["agents"]] == [
        (agent["rows"], agent["rows"], None) for agent in told["agents"]
    ]
    rows = viewer.ask("compare/rows", **pair, agent=0, limit=3).json
    assert (rows["total"], len(rows["entries"])) == (told["agents"][0]["rows"], 3)
    assert all(row["is_same"] and row["left"]["text"] == row["right"]["text"] for row in rows["entries"])
    assert viewer.ask("compare/rows", **pair, agent=99).status == 404


def test_a_bundle_that_comes_appears_and_one_that_goes_is_gone(viewer: Viewer, root: Path) -> None:
    key = viewer.key("early")
    assert viewer.ask("rollout", key).status == 200
    with viewer.stream("/api/1/changes") as changes:
        assert next(changes).data == {"found": 2, "read": 2}
        shutil.copytree(root / "late", root / "later")
        assert next(change for change in changes if change.data["read"] == 3).data["found"] == 3
        assert sorted(names(viewer.ask("bundles").json)) == ["early", "late", "later"]
        shutil.rmtree(root / "early")
        assert next(change for change in changes if change.data["found"] == 2).data == {"found": 2, "read": 2}

    assert sorted(names(viewer.ask("bundles").json)) == ["late", "later"]
    assert (viewer.ask("rollout", key).status, key in viewer.ask("rollout", key).sentence) == (404, True)


def test_a_damaged_bundle_says_why_and_hides_no_other(root: Path, own: Path) -> None:
    (root / "early" / "manifest.json").write_text("{")
    with viewing(root, own) as viewer:
        told = viewer.bundles_when_read()
        line = told["bundles"]["entries"][-1]
        refused = viewer.ask("rollout", line["key"])
        assert names(told) == ["late", "early"]

        assert (line["state"], line["figures"]) == ("failed", None)
        assert "manifest.json" in line["error"]
        assert (refused.status, refused.json["code"]) == (409, "unreadable-bundle")
        assert "manifest.json" in refused.sentence

        (root / "early" / "manifest.json").write_text((EXAMPLE / "manifest.json").read_text())
        until(lambda: viewer.ask("rollout", line["key"]).status, lambda status: status == 200)
        until(lambda: viewer.ask("bundles").json["bundles"]["entries"][-1]["state"], lambda state: state == "known")


def test_of_a_bundle_of_a_schema_that_is_not_known_it_is_said_that_default_rejects_it(root: Path, own: Path) -> None:
    manifest = root / "early" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"schema_version": 1', '"schema_version": 9'))
    with viewing(root, own) as viewer:
        told = viewer.ask("rollout", viewer.key("early")).json["answer"]

    assert told["default_rejects"]
    assert told["diagnostics"]["error"] > 0


def test_a_folder_without_bundles_waits_for_the_first(tmp_path: Path, own: Path) -> None:
    (tmp_path / "empty").mkdir()
    with viewing(tmp_path / "empty", own) as viewer:
        told = viewer.ask("bundles").json
        assert (told["found"], told["bundles"]) == (0, {"offset": 0, "total": 0, "entries": []})
        assert viewer.ask("fleet").json["bundles"] == 0
        assert viewer.ask("fleet/tools").json["entries"] == []

        shutil.copytree(EXAMPLE, tmp_path / "empty" / "first")
        assert names(until(lambda: viewer.ask("bundles").json, lambda told: told["read"] == 1)) == ["first"]


def test_bundles_further_down_are_named(root: Path, own: Path) -> None:
    above = root.with_name("above")
    above.mkdir()
    with viewing(above, own) as viewer:
        assert viewer.ask("bundles").json["further_down"] is None
        deep = root.rename(above / "of-one-version")
        told = viewer.ask("bundles").json
        assert (told["found"], told["further_down"]) == (0, str(deep))


def test_a_folder_that_is_removed_and_comes_back(viewer: Viewer, root: Path) -> None:
    shutil.move(root, f"{root}-away")
    until(lambda: viewer.ask("bundles").json["found"], lambda found: found == 0)
    shutil.move(f"{root}-away", root)

    assert sorted(names(until(lambda: viewer.ask("bundles").json, lambda told: told["read"] == 2))) == ["early", "late"]


def test_thousands_of_bundles_are_listed_at_once_and_their_facts_come_later(tmp_path: Path, own: Path) -> None:
    root = tmp_path / "many"
    for number in range(2_000):
        folder = root / f"run-{number:04}"
        folder.mkdir(parents=True)
        shutil.copy(EXAMPLE / "manifest.json", folder)  # without a log, so that they are quickly known to be none
    with viewing(root, own) as viewer:
        first = viewer.ask("bundles", limit=10).json
        assert (first["found"], first["bundles"]["total"], len(first["bundles"]["entries"])) == (2_000, 2_000, 10)
        last = viewer.ask("bundles", offset=1_995, limit=10).json
        assert [line["name"] for line in last["bundles"]["entries"]] == [
            f"run-{number}" for number in range(1_995, 2_000)
        ]
        told = viewer.bundles_when_read()
        assert {line["state"] for line in told["bundles"]["entries"]} == {"failed"}


def test_more_rollouts_than_are_kept_open_are_opened_again(tmp_path: Path, own: Path) -> None:
    for number in range(7):
        shutil.copytree(EXAMPLE, tmp_path / "many" / f"run-{number}")
    with viewing(tmp_path / "many", own) as viewer:
        keys = [viewer.key(f"run-{number}") for number in range(7)]
        for key in (*keys, *keys, *reversed(keys)):
            assert viewer.ask("rollout", key).json["answer"]["key"] == key


def test_the_only_bundle_is_said_to_be_one(own: Path) -> None:
    with viewing(EXAMPLE, own) as viewer:
        told = viewer.bundles_when_read()
        assert (told["is_one"], names(told)) == (True, [EXAMPLE.name])
        assert viewer.address.endswith(f"/#/{told['bundles']['entries'][0]['key']}/overview")


def test_a_folder_that_is_given_as_dots_has_its_name(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLE / "payloads")
    with viewing(Path(".."), own) as viewer:
        (line,) = viewer.bundles_when_read()["bundles"]["entries"]
        assert line["name"] == viewer.ask("rollout", line["key"]).json["answer"]["name"] == EXAMPLE.name
    with viewing(EXAMPLE, own) as viewer:
        assert viewer.key(EXAMPLE.name) == line["key"]


def test_keys_are_the_same_after_a_restart(own: Path) -> None:
    keys = set()
    for _ in range(2):
        with viewing(EXAMPLES, own) as viewer:
            keys.add(viewer.key("fix-the-build"))

    assert len(keys) == 1


def test_nothing_is_written_into_bundles_and_without_cache_nothing_anywhere(root: Path, own: Path) -> None:
    before = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}
    with viewing(root, own, "--no-cache") as viewer:
        viewer.bundles_when_read()
        for key in (viewer.key("early"), viewer.key("late")):
            for name in ("rollout", "timeline", "check"):
                assert viewer.ask(name, key).status == 200

    assert {file: file.read_bytes() for file in root.rglob("*") if file.is_file()} == before
    assert not (own / "cache").exists()


HOOK = """
import os, sys, time

def wait_until_released(event, arguments):
    if event == "open" and os.path.join("held", "trace.jsonl") in str(arguments[0]):
        for _ in range(600):
            if os.path.exists(os.environ["RELEASED"]):
                break
            time.sleep(0.05)

if "rollout_trace.fleet.process_worker" in sys.orig_argv:
    sys.addaudithook(wait_until_released)
"""
"""What makes the facts of the bundle `held` take until a file is there."""


def test_a_bundle_that_comes_while_facts_are_found_appears(root: Path, own: Path, tmp_path: Path) -> None:
    (root / "early").rename(root / "held")
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK)
    released = tmp_path / "released"
    with viewing(root, own, PYTHONPATH=str(tmp_path / "hook"), RELEASED=str(released)) as viewer:
        shutil.copytree(root / "late", root / "later")
        told = until(lambda: viewer.ask("bundles").json, lambda told: told["found"] == 3)
        assert told["read"] < 3
        released.touch()
        assert sorted(names(viewer.bundles_when_read())) == ["held", "late", "later"]
        assert viewer.stop() == 130


def test_facts_are_found_later_where_the_system_allows_no_process_now(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [OSError(errno.EAGAIN, "no more processes")] * 2

    def process(*arguments: Any, **options: Any) -> Any:
        if refusals:
            raise refusals.pop()
        return real(*arguments, **options)

    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", process)
    library = Library(root, DEFAULT_LIMITS, shipped_prices(), keep_facts=False)
    try:
        assert len(until(library.known, lambda known: len(known) == 2)) == 2
        assert not refusals
    finally:
        library.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_was_read_is_not_shown_as_it_is_now_when_reading_on_has_failed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_follower: BundleFollower) -> None:
        raise ZeroDivisionError

    rollout = OpenRollout(BundleKey("a-key"), root / "early", DEFAULT_LIMITS, shipped_prices())
    until(rollout.view, lambda view: isinstance(view, View))
    monkeypatch.setattr(BundleFollower, "poll", fail)
    until(lambda: rollout.has_ended, bool)

    with pytest.raises(BundleError, match="a fault of ours"):
        rollout.view()


def requests_known(limits: Limits) -> int:
    """How many requests the viewer knows of in the example."""
    library = Library(EXAMPLE, limits, shipped_prices(), keep_facts=False)
    try:
        (known,) = until(library.known, bool)
        return len(known.facts.requests)
    finally:
        library.close()


def test_what_is_known_of_a_bundle_is_within_the_limits() -> None:
    assert requests_known(DEFAULT_LIMITS) == 11
    assert requests_known(Limits(events=20)) == 3
