"""Bundles on disk: the manifest, the log line by line, and payloads that stay inside the folder (spec 1)."""

import json
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recording import Recording, recording_with_turn
from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.bundle.folder import Bundle, open_bundle
from rollout_trace.bundle.log import read_log
from rollout_trace.diagnostics import Code
from rollout_trace.errors import BundleError, PayloadError, Rejection
from rollout_trace.events.codec import decode_event, encode_event
from rollout_trace.events.log_entry import LogEntry, LoggedEvent, UnreadableLine
from rollout_trace.ids import RawPayloadId
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer
from rollout_trace.values import PayloadKind, PayloadKindName, PayloadRef

MANIFEST: dict[str, Any] = {
    "schema_version": 1,
    "trace_id": "a-trace",
    "rollout_id": "a-rollout",
    "root_thread_id": "a-thread",
    "started_at_unix_ms": 1_770_000_000_000,
    "raw_event_log": "trace.jsonl",
    "payloads_dir": "payloads",
}

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")


def lines_of(recording: Recording) -> list[bytes]:
    return [encode_event(entry.event) for entry in recording.entries]


EVENT, OTHER_EVENT = lines_of(recording_with_turn())


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A bundle with two events, a payload, and something precious beside it."""
    folder = tmp_path / "trace-1"
    (folder / "payloads").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST, indent=2))
    (folder / "trace.jsonl").write_bytes(EVENT + b"\n" + OTHER_EVENT + b"\n")
    (folder / "payloads" / "1.json").write_bytes(b'{"n":1}')
    (tmp_path / "precious.json").write_bytes(b'"precious"')
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "1.json").write_bytes(b'"precious"')
    return folder


def ref_to(path: str) -> PayloadRef:
    return PayloadRef(RawPayloadId("raw_payload:7"), PayloadKind(PayloadKindName.TOOL_RESULT), path)


def entries_of(*lines: bytes) -> list[LogEntry]:
    return list(read_log(lines))


def numbers_of(entries: list[LogEntry]) -> list[int | None]:
    return [entry.line for entry in entries]


# The manifest.


def test_a_bundle_is_opened_by_its_folder(folder: Path) -> None:
    for bundle in (Bundle(folder), Bundle(str(folder)), open_bundle(folder)):
        assert bundle.path == folder
        assert bundle.manifest.trace_id == "a-trace"
        assert bundle.manifest.started_at_unix_ms == 1_770_000_000_000
        assert numbers_of(list(bundle.events())) == [1, 2]
        assert bundle.read_payload(ref_to("payloads/1.json")) == b'{"n":1}'


def test_unknown_fields_of_a_manifest_are_ignored_even_twice(folder: Path) -> None:
    text = json.dumps(MANIFEST)
    (folder / "manifest.json").write_text(text.replace("{", '{"new":1,"new":{"trace_id":1,"trace_id":2},', 1))
    assert Bundle(folder).manifest.trace_id == "a-trace"


@pytest.mark.parametrize("name", MANIFEST)
def test_every_field_of_a_manifest_must_be_there_once_and_of_its_type(name: str, folder: Path) -> None:
    file = folder / "manifest.json"
    wrong: object = [] if isinstance(MANIFEST[name], str) else "1"
    for text in (
        json.dumps({field: value for field, value in MANIFEST.items() if field != name}),
        json.dumps({**MANIFEST, name: None}),
        json.dumps({**MANIFEST, name: wrong}),
        json.dumps(MANIFEST).replace("{", "{" + json.dumps({name: MANIFEST[name]})[1:-1] + ",", 1),
    ):
        file.write_text(text)
        with pytest.raises(BundleError) as error:
            Bundle(folder)
        assert error.value.path == file
        assert name in error.value.reason


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{",
        json.dumps(MANIFEST).encode()[:-1],
        json.dumps(MANIFEST).encode() * 2,
        b"[" * 200_000,
        json.dumps(MANIFEST).encode().replace(b"a-trace", b"a-\xfftrace"),
    ],
)
def test_a_manifest_that_is_none_is_refused_by_its_name(data: bytes, folder: Path) -> None:
    (folder / "manifest.json").write_bytes(data)
    with pytest.raises(BundleError) as error:
        Bundle(folder)
    assert error.value.path == folder / "manifest.json"
    assert str(error.value) == f"{folder / 'manifest.json'}: {error.value.reason}"
    assert error.value.reason


@pytest.mark.parametrize("depth", [500, 900, 950, 1000, 5000])
def test_deep_nesting_in_a_manifest_is_read_or_refused_and_does_not_crash(depth: int, folder: Path) -> None:
    (folder / "manifest.json").write_text(
        json.dumps(MANIFEST).replace("{", '{"new":' + "[" * depth + "]" * depth + ",", 1)
    )
    try:
        assert Bundle(folder).manifest.trace_id == "a-trace"
    except BundleError as error:
        assert error.path == folder / "manifest.json"  # noqa: PT017 - either will do


def test_a_folder_without_a_manifest_is_said_to_be_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"no trace bundle: neither it nor") as error:
        Bundle(tmp_path)
    assert error.value.path == tmp_path


@pytest.mark.parametrize("path", ["trace-1/nowhere", "trace-1/trace.jsonl", "trace-1/manifest.json"])
def test_what_is_no_folder_is_an_error_with_its_name(path: str, folder: Path) -> None:
    with pytest.raises(BundleError) as error:
        Bundle(folder.parent / path)
    assert str(folder.parent / path) in str(error.value)


def test_a_manifest_that_is_a_folder_is_refused(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").mkdir()
    with pytest.raises(BundleError, match="no regular file"):
        Bundle(folder)


def test_a_bundle_behind_a_link_is_a_bundle(folder: Path) -> None:
    (folder.parent / "latest").symlink_to(folder)
    bundle = Bundle(folder.parent / "latest")
    assert numbers_of(list(bundle.events())) == [1, 2]
    assert bundle.read_payload(ref_to("payloads/1.json")) == b'{"n":1}'


def test_bundles_are_found_in_a_folder_by_name(folder: Path) -> None:
    second = folder.parent / "trace-0"
    second.mkdir()
    (second / "manifest.json").touch()
    assert list(find_bundles(folder)) == [folder]
    assert list(find_bundles(folder.parent)) == [second, folder]
    for nothing, reason in ((folder / "payloads", "no trace bundle"), (folder / "x", "no such folder")):
        with pytest.raises(BundleError, match=reason):
            find_bundles(nothing)
    with pytest.raises(BundleError, match="is a file of a bundle; name the folder it is in"):
        find_bundles(folder / "trace.jsonl")


# The log.


def test_lines_become_events_with_their_numbers() -> None:
    first, second = entries_of(EVENT + b"\n", OTHER_EVENT + b"\n")
    assert isinstance(first, LoggedEvent)
    assert isinstance(second, LoggedEvent)
    assert (first.line, first.event.seq) == (1, 1)
    assert (second.line, second.event.seq) == (2, 2)


def test_blank_lines_are_skipped_and_counted() -> None:
    entries = entries_of(b"\n", EVENT + b"\n", b"  \t\n", b"\r\n", OTHER_EVENT + b"\n", b"\n")
    assert numbers_of(entries) == [2, 5]
    assert all(isinstance(entry, LoggedEvent) for entry in entries)


def test_lines_may_end_as_on_windows(folder: Path) -> None:
    (folder / "trace.jsonl").write_bytes(EVENT + b"\r\n\r\n" + OTHER_EVENT + b"\r\n")
    first, second = Bundle(folder).events()
    assert first == LoggedEvent(decode_event(EVENT), 1, offset=0)
    assert second == LoggedEvent(decode_event(OTHER_EVENT), 3, offset=len(EVENT) + 4)


def test_an_event_tells_whether_its_line_is_ended(folder: Path) -> None:
    (folder / "trace.jsonl").write_bytes(EVENT + b"\n" + OTHER_EVENT)
    assert [entry.line_is_ended for entry in Bundle(folder).events() if isinstance(entry, LoggedEvent)] == [True, False]


@pytest.mark.parametrize("blank", ["\u00a0", "\u2003\u3000", "\u2028", "\x85", " \t\r"], ids=ascii)
def test_a_line_of_unicode_white_space_is_blank(blank: str, folder: Path) -> None:
    (folder / "trace.jsonl").write_bytes(EVENT + b"\n" + blank.encode() + b"\n" + OTHER_EVENT + b"\n")
    assert [entry.line for entry in Bundle(folder).events()] == [1, 3]


@pytest.mark.parametrize("text", ["\u200b", "\ufeff", "\x1c", "\x00"], ids=ascii)
def test_a_line_of_other_invisible_characters_is_not(text: str, folder: Path) -> None:
    (folder / "trace.jsonl").write_bytes(EVENT + b"\n" + text.encode() + b"\n" + OTHER_EVENT + b"\n")
    assert isinstance(list(Bundle(folder).events())[1], UnreadableLine)


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n  \n", b"\r\n"])
def test_a_last_line_that_is_no_json_is_torn_with_or_without_its_end(end: bytes, folder: Path) -> None:
    (folder / "trace.jsonl").write_bytes(EVENT + b"\n\n" + OTHER_EVENT[:-20] + end)
    first, last = Bundle(folder).events()
    assert first.line == 1
    assert isinstance(last, UnreadableLine)
    assert (last.line, last.torn) == (3, True)
    assert last.reason


def test_a_line_in_the_middle_that_is_no_json_is_broken() -> None:
    broken, second = entries_of(EVENT[:-20] + b"\n", OTHER_EVENT + b"\n")
    assert isinstance(broken, UnreadableLine)
    assert (broken.line, broken.torn) == (1, False)
    assert isinstance(second, LoggedEvent)


def test_of_two_lines_that_are_no_json_only_the_last_is_torn() -> None:
    entries = entries_of(EVENT + b"\n", b"one\n", b"\n", b"two\n", b"\n")
    assert numbers_of(entries) == [1, 2, 4]
    assert [entry.torn for entry in entries if isinstance(entry, UnreadableLine)] == [False, True]


def test_a_last_line_that_is_json_but_no_event_is_broken_and_not_torn() -> None:
    _, last = entries_of(EVENT + b"\n", b'{"seq":2}\n')
    assert isinstance(last, UnreadableLine)
    assert (last.line, last.torn) == (2, False)


def test_a_last_event_without_a_line_feed_is_an_event() -> None:
    assert isinstance(entries_of(EVENT + b"\n", OTHER_EVENT)[1], LoggedEvent)


def test_a_log_cut_anywhere_gives_whole_events_and_at_most_one_torn_line(folder: Path) -> None:
    log = EVENT + b"\n" + OTHER_EVENT + b"\n"
    for length in range(len(log)):
        (folder / "trace.jsonl").write_bytes(log[:length])
        entries = list(Bundle(folder).events())
        whole = [entry for entry in entries if isinstance(entry, LoggedEvent)]
        torn = [entry for entry in entries if isinstance(entry, UnreadableLine)]
        assert len(whole) == (length >= len(EVENT)) + (length >= len(log) - 1)
        assert [entry.torn for entry in torn] == [True] * (length not in {0, len(EVENT), len(EVENT) + 1, len(log) - 1})


def test_an_empty_log_has_no_entries(folder: Path) -> None:
    (folder / "trace.jsonl").write_bytes(b"")
    assert list(Bundle(folder).events()) == []


def test_a_missing_log_is_an_error_with_its_name(folder: Path) -> None:
    (folder / "trace.jsonl").unlink()
    bundle = Bundle(folder)  # a recording that has just begun has a manifest only
    with pytest.raises(BundleError, match="No such file") as error:
        list(bundle.events())
    assert error.value.path == folder / "trace.jsonl"


def test_a_log_is_read_anew_each_time_and_to_where_it_has_grown(folder: Path) -> None:
    bundle = Bundle(folder)
    assert len(list(bundle.events())) == 2
    with (folder / "trace.jsonl").open("ab") as log:
        log.write(OTHER_EVENT + b"\n")
    assert len(list(bundle.events())) == 3


def test_lines_are_taken_one_at_a_time() -> None:
    taken = 0

    def lines() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield EVENT + b"\n"

    entries = read_log(lines())
    assert taken == 0
    for number in range(1, 1001):
        next(entries)
        assert taken == number


def test_a_long_log_is_not_held_in_memory(folder: Path) -> None:
    megabyte = (EVENT + b"\n") * (1_000_000 // len(EVENT))
    with (folder / "trace.jsonl").open("wb") as log:
        for _ in range(20):
            log.write(megabyte)
    bundle = Bundle(folder)
    tracemalloc.start()
    try:
        count = sum(1 for _ in bundle.events())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 20 * (1_000_000 // len(EVENT))
    assert peak < 1_000_000


# Payloads stay inside.


@pytest.mark.parametrize(
    "path",
    [
        "../precious.json",
        "payloads/../../precious.json",
        "payloads/../payloads/1.json",  # inside, but the way to it is not
        "..",
        "../trace-1/payloads/1.json",
        "payloads/..",
        "payloads\\..\\..\\precious.json",
        "payloads/1.json\0",
        "\0",
    ],
)
def test_a_path_that_leads_out_is_refused(path: str, folder: Path) -> None:
    with pytest.raises(PayloadError) as error:
        Bundle(folder).read_payload(ref_to(path))
    assert error.value.code == Code.PAYLOAD_OUTSIDE
    assert error.value.payload_id == "raw_payload:7"
    assert "raw_payload:7" in str(error.value)
    assert repr(path) in str(error.value)


def test_an_absolute_path_is_refused_even_if_it_leads_inside(folder: Path) -> None:
    for path in (folder / "payloads" / "1.json", folder.parent / "precious.json"):
        with pytest.raises(PayloadError) as error:
            Bundle(folder).read_payload(ref_to(str(path)))
        assert error.value.code == Code.PAYLOAD_OUTSIDE


@pytest.mark.parametrize("target", ["../../precious.json", "{parent}/precious.json", "/nowhere/precious.json"])
def test_a_link_that_leads_out_is_refused(target: str, folder: Path) -> None:
    (folder / "payloads" / "2.json").symlink_to(target.format(parent=folder.parent))
    with pytest.raises(PayloadError) as error:
        Bundle(folder).read_payload(ref_to("payloads/2.json"))
    assert error.value.code == Code.PAYLOAD_OUTSIDE


def test_a_folder_behind_a_link_that_leads_out_is_refused(folder: Path) -> None:
    (folder / "more").symlink_to("../elsewhere")
    (folder / "payloads" / "inner").symlink_to(folder.parent / "elsewhere")
    for path in ("more/1.json", "payloads/inner/1.json", "more/nowhere.json"):
        with pytest.raises(PayloadError) as error:
            Bundle(folder).read_payload(ref_to(path))
        assert error.value.code == Code.PAYLOAD_OUTSIDE


def test_links_that_lead_out_in_two_steps_are_refused(folder: Path) -> None:
    (folder / "payloads" / "2.json").symlink_to("3.json")
    (folder / "payloads" / "3.json").symlink_to("../../precious.json")
    with pytest.raises(PayloadError) as error:
        Bundle(folder).read_payload(ref_to("payloads/2.json"))
    assert error.value.code == Code.PAYLOAD_OUTSIDE


def test_a_folder_whose_name_begins_as_the_bundle_s_is_outside(folder: Path) -> None:
    neighbour = folder.with_name(folder.name + "-2")
    neighbour.mkdir()
    (neighbour / "1.json").write_bytes(b'"precious"')
    (folder / "payloads" / "2.json").symlink_to(neighbour / "1.json")
    with pytest.raises(PayloadError) as error:
        Bundle(folder).read_payload(ref_to("payloads/2.json"))
    assert error.value.code == Code.PAYLOAD_OUTSIDE


def test_links_and_folders_inside_a_bundle_are_read(folder: Path) -> None:
    (folder / "payloads" / "2.json").symlink_to("1.json")
    (folder / "payloads" / "3.json").symlink_to(folder / "payloads" / "2.json")
    (folder / "other").symlink_to("payloads")
    bundle = Bundle(folder)
    paths = [
        "payloads/2.json",
        "payloads/3.json",
        "other/1.json",
        "other/2.json",
        "payloads//1.json",
        "./payloads/./1.json",
    ]
    assert {bundle.read_payload(ref_to(path)) for path in paths} == {b'{"n":1}'}


def test_a_payload_is_read_whole_though_the_system_gives_it_in_pieces(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "payloads" / "1.json").write_bytes(b"0123456789" * 100)
    read = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, count: read(descriptor, min(count, 7)))
    assert Bundle(folder).read_payload(ref_to("payloads/1.json")) == b"0123456789" * 100


@needs_pipes
def test_a_pipe_is_refused_and_nobody_waits_for_it(folder: Path) -> None:
    os.mkfifo(folder / "payloads" / "2.json")
    (folder / "payloads" / "3.json").symlink_to("2.json")
    for path in ("payloads/2.json", "payloads/3.json"):
        with pytest.raises(PayloadError, match="no regular file") as error:
            Bundle(folder).read_payload(ref_to(path))
        assert error.value.code == Code.PAYLOAD_OUTSIDE


@pytest.mark.parametrize("path", ["payloads", "payloads/", ".", ""])
def test_a_folder_is_no_payload(path: str, folder: Path) -> None:
    with pytest.raises(PayloadError, match="no regular file") as error:
        Bundle(folder).read_payload(ref_to(path))
    assert error.value.code == Code.PAYLOAD_OUTSIDE


@pytest.mark.parametrize(
    "path",
    ["payloads/2.json", "nowhere/1.json", "payloads/1.json/1.json", "payloads/" + "x" * 300, "x/" * 3000],
    ids=["file", "folder", "below a file", "long name", "long path"],
)
def test_what_is_not_there_is_missing(path: str, folder: Path) -> None:
    with pytest.raises(PayloadError) as error:
        Bundle(folder).read_payload(ref_to(path))
    assert error.value.code == Code.PAYLOAD_MISSING
    assert error.value.payload_id == "raw_payload:7"
    assert error.value.reason


def test_links_in_a_circle_are_missing(folder: Path) -> None:
    (folder / "payloads" / "2.json").symlink_to("3.json")
    (folder / "payloads" / "3.json").symlink_to("2.json")
    with pytest.raises(PayloadError) as error:
        Bundle(folder).read_payload(ref_to("payloads/2.json"))
    assert error.value.code == Code.PAYLOAD_MISSING


def test_many_payloads_leave_no_file_open(folder: Path) -> None:
    (folder / "payloads" / "2").mkdir()
    bundle = Bundle(folder)
    first = os.open(folder / "manifest.json", os.O_RDONLY)
    os.close(first)
    for _ in range(10):
        bundle.read_payload(ref_to("payloads/1.json"))
        for path in ("payloads/2", "payloads/9.json", "../precious.json"):
            with pytest.raises(PayloadError):
                bundle.read_payload(ref_to(path))
    after = os.open(folder / "manifest.json", os.O_RDONLY)
    os.close(after)
    assert after == first


def test_the_reduction_says_which_payload_leads_out_and_salvage_goes_on(folder: Path) -> None:
    recording = recording_with_turn()
    recording.request("inf-1", [])
    start = encode_event(recording.entries[-1].event)
    (folder / "trace.jsonl").write_bytes(b"\n".join([EVENT, OTHER_EVENT, start.replace(b"payloads/", b"../")]))
    bundle = Bundle(folder)

    def reducer(mode: Mode) -> Reducer:
        return Reducer(bundle.manifest, bundle.read_payload, mode)

    for mode in (Mode.CODEX, Mode.DEFAULT):
        with pytest.raises(Rejection, match=r"^line 3, .*raw_payload:1") as rejected:
            apply_all(reducer(mode), bundle)
        assert rejected.value.code == Code.PAYLOAD_OUTSIDE
    salvaged = reducer(Mode.SALVAGE)
    apply_all(salvaged, bundle)
    reported = [d for d in salvaged.view().diagnostics if d.code is Code.PAYLOAD_OUTSIDE]
    assert [(d.line, d.ids["raw_payload_id"]) for d in reported] == [(3, "raw_payload:1")]


def apply_all(reducer: Reducer, bundle: Bundle) -> None:
    for entry in bundle.events():
        reducer.apply(entry)


# The manifest and the log stay inside too.


@pytest.mark.parametrize("name", ["manifest.json", "trace.jsonl"])
def test_a_manifest_or_log_that_is_a_link_out_is_refused(name: str, folder: Path) -> None:
    (folder / name).rename(folder.parent / name)
    (folder / name).symlink_to(folder.parent / name)
    with pytest.raises(BundleError, match="leads out of the bundle") as error:
        list(Bundle(folder).events())
    assert error.value.path == folder / name


@pytest.mark.parametrize("name", ["manifest.json", "trace.jsonl"])
def test_a_manifest_or_log_that_is_a_link_inside_is_read(name: str, folder: Path) -> None:
    (folder / name).rename(folder / "moved")
    (folder / name).symlink_to("moved")
    assert numbers_of(list(Bundle(folder).events())) == [1, 2]


@needs_pipes
@pytest.mark.parametrize("name", ["manifest.json", "trace.jsonl"])
def test_a_manifest_or_log_that_is_a_pipe_is_refused_and_nobody_waits_for_it(name: str, folder: Path) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(BundleError, match="no regular file") as error:
        list(Bundle(folder).events())
    assert error.value.path == folder / name
