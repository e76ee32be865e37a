"""Following bundles that grow: every event once, and always the graph that a fresh reduction would give."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from growing import GrowingBundle
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.diagnostics import Code
from rollout_trace.errors import BundleError
from rollout_trace.follow.bundle_follower import BundleFollower, Change, ChangeKind
from rollout_trace.follow.following import Following, follow_bundles
from rollout_trace.limits import Limits
from rollout_trace.model.state_json import encode_state
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction

EXAMPLE = Path(__file__).parents[1] / "examples" / "fix-the-build"


@pytest.fixture
def growing(tmp_path: Path) -> GrowingBundle:
    return GrowingBundle(EXAMPLE, tmp_path / "root" / "trace-1")


def told(reduction: Reduction) -> tuple[bytes, object, object]:
    return encode_state(reduction.trace), reduction.diagnostics, list(reduction.evidence)


def assert_as_fresh(follower: BundleFollower) -> None:
    """The follower's graph is that of a reduction of what lies on disk now."""
    assert told(follower.reduction()) == told(reduce_bundle(follower.path, Mode.SALVAGE))


def polled(follower: BundleFollower) -> tuple[ChangeKind, int] | None:
    change = follower.poll()
    return None if change is None else (change.kind, change.entries)


# It grows.


def test_every_line_is_one_change_and_the_graph_is_as_a_fresh_one(growing: GrowingBundle) -> None:
    follower = BundleFollower(growing.path)
    assert polled(follower) == (ChangeKind.OPENED, 0)
    for _ in growing.lines:
        growing.write_lines(1)
        assert polled(follower) == (ChangeKind.GROWN, 1)
        assert polled(follower) is None
        assert_as_fresh(follower)
    assert follower.is_closed


def test_no_event_is_applied_twice_and_no_old_byte_read_again(
    growing: GrowingBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied: list[object] = []
    apply, pread, read = Reducer.apply, os.pread, []

    def counted(self: Reducer, entry: object) -> None:
        applied.append(entry)
        apply(self, entry)  # type: ignore[arg-type]

    def measured(descriptor: int, length: int, place: int) -> bytes:
        data = pread(descriptor, length, place)
        read.append(len(data))
        return data

    monkeypatch.setattr(Reducer, "apply", counted)
    monkeypatch.setattr("rollout_trace.follow.log_tail.os.pread", measured)
    follower = BundleFollower(growing.path)
    for _ in growing.lines:
        growing.write_lines(1)
        follower.poll()

    assert len(applied) == len(growing.lines)
    # Of what was read before, only the few bytes are looked at that tell whether it is the same log.
    assert sum(read) <= sum(map(len, growing.lines)) + 64 * len(growing.lines)


@pytest.mark.parametrize("cut", [1, 20, 200, -1])
def test_a_line_without_its_end_is_not_complete_yet(cut: int, growing: GrowingBundle) -> None:
    follower = BundleFollower(growing.path)
    growing.write_lines(3)
    follower.poll()
    line = growing.lines[3]
    growing.write(line[:cut])

    assert polled(follower) is None
    assert_as_fresh(follower)  # which calls it torn, or reads it, if all of it is there but the line feed
    assert (Code.TORN_LINE in {found.code for found in follower.reduction().diagnostics}) == (cut != -1)

    growing.write(line[cut:])
    assert polled(follower) == (ChangeKind.GROWN, 1)
    assert_as_fresh(follower)


def test_a_line_that_is_no_event_is_torn_only_as_long_as_it_is_the_last(growing: GrowingBundle) -> None:
    follower = BundleFollower(growing.path)
    growing.write_lines(2)
    growing.write(b"{\n\n")
    follower.poll()
    assert_as_fresh(follower)
    growing.write_lines(2)
    follower.poll()
    assert_as_fresh(follower)
    assert Code.BROKEN_LINE in {found.code for found in follower.reduction().diagnostics}


def test_an_overlong_line_is_not_held_in_memory(growing: GrowingBundle) -> None:
    limits = Limits(line_bytes=2_000)
    follower = BundleFollower(growing.path, limits)
    growing.write_lines(2)
    for _ in range(10):
        growing.write(b"x" * 1_500)
        follower.poll()
    growing.write(b"\n")
    growing.write_lines(2)
    follower.poll()

    codes = [found.code for found in follower.reduction().diagnostics]
    assert codes.count(Code.LIMIT_EXCEEDED) == 1
    assert told(follower.reduction()) == told(reduce_bundle(growing.path, Mode.SALVAGE, limits))


# It is cut, replaced, gone.


def cut_short(growing: GrowingBundle) -> None:
    growing.log.write_bytes(b"".join(growing.lines[:5]))


def replaced_by_another_file(growing: GrowingBundle) -> None:
    other = growing.path / "new"
    other.write_bytes(b"".join(growing.lines[:30]))
    other.replace(growing.log)


def written_anew_and_longer(growing: GrowingBundle) -> None:
    status = growing.log.stat()
    growing.log.write_bytes(b"".join(growing.lines[1:40]))
    os.utime(growing.log, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))


def written_anew_at_the_same_length(growing: GrowingBundle) -> None:
    status = growing.log.stat()
    growing.log.write_bytes(growing.log.read_bytes()[:-50] + b" " * 49 + b"\n")
    os.utime(growing.log, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))


def bundle_replaced_by_another(growing: GrowingBundle) -> None:
    shutil.move(growing.path, growing.path.with_name("old"))
    shutil.copytree(growing.path.with_name("old"), growing.path)
    cut_short(growing)


@pytest.mark.parametrize(
    "happen",
    [
        cut_short,
        replaced_by_another_file,
        written_anew_and_longer,
        written_anew_at_the_same_length,
        bundle_replaced_by_another,
    ],
    ids=lambda happen: happen.__name__,
)
def test_a_log_that_is_another_is_read_anew(happen: Callable[[GrowingBundle], None], growing: GrowingBundle) -> None:
    growing.write_lines(20)
    follower = BundleFollower(growing.path)
    follower.poll()
    happen(growing)

    change = follower.poll()

    assert change is not None
    assert change.kind is ChangeKind.REPLACED
    assert change.reason
    assert_as_fresh(follower)
    growing.write(growing.lines[-1])
    follower.poll()
    assert_as_fresh(follower)


def test_a_line_that_is_overwritten_after_the_end_is_seen(growing: GrowingBundle) -> None:
    growing.write_rest()
    follower = BundleFollower(growing.path)
    follower.poll()
    status = growing.log.stat()
    growing.log.write_bytes(b"".join([b"x" * 9 + growing.lines[0][9:], *growing.lines[1:]]))
    os.utime(growing.log, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))

    change = follower.poll()

    assert change is not None
    assert (change.kind, change.reason) == (ChangeKind.REPLACED, "the log was written to after its end")
    assert told(follower.reduction()) == told(reduce_bundle(growing.path, Mode.SALVAGE))


@pytest.mark.parametrize("what", ["trace.jsonl", "."], ids=["the log", "the bundle"])
def test_what_is_gone_is_told_once_and_its_graph_stays(what: str, growing: GrowingBundle, tmp_path: Path) -> None:
    growing.write_lines(20)
    follower = BundleFollower(growing.path)
    follower.poll()
    before = told(follower.reduction())
    aside = tmp_path / "aside"
    (growing.path / what).resolve().rename(aside)

    assert polled(follower) == (ChangeKind.GONE, 0)
    assert polled(follower) is None
    assert told(follower.reduction())[0] == before[0]

    aside.rename((growing.path / what).resolve() if what != "." else growing.path)
    growing.write_lines(1)
    assert polled(follower) == (ChangeKind.GROWN, 1)
    assert_as_fresh(follower)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_log_that_becomes_a_pipe_is_gone_and_nobody_waits_for_it(growing: GrowingBundle) -> None:
    growing.write_lines(20)
    follower = BundleFollower(growing.path)
    follower.poll()
    growing.log.unlink()
    os.mkfifo(growing.log)

    assert polled(follower) == (ChangeKind.GONE, 0)


# It has only begun.


def test_a_bundle_without_log_is_open_and_without_manifest_not_yet(growing: GrowingBundle) -> None:
    manifest = growing.path / "manifest.json"
    whole = manifest.read_bytes()
    manifest.write_bytes(whole[:20])
    growing.log.unlink()
    follower = BundleFollower(growing.path)
    assert polled(follower) is None
    with pytest.raises(BundleError, match="no trace bundle so far"):
        follower.reduction()

    manifest.write_bytes(whole)
    assert polled(follower) == (ChangeKind.OPENED, 0)
    assert polled(follower) is None
    growing.write_lines(2)
    assert polled(follower) == (ChangeKind.GROWN, 2)
    assert_as_fresh(follower)


# A root.


def changes_of(following: Following) -> list[tuple[str, ChangeKind]]:
    return [(follower.path.name, change.kind) for follower, change in following.poll()]


def test_new_bundles_in_a_root_appear(growing: GrowingBundle) -> None:
    root = growing.path.parent
    following = Following(root)
    assert changes_of(following) == [("trace-1", ChangeKind.OPENED)]
    GrowingBundle(EXAMPLE, root / "trace-0").write_rest()
    growing.write_lines(1)
    (root / "no-bundle").mkdir()
    following._find_again_at = 0.0  # noqa: SLF001 - else it looks a moment later
    assert changes_of(following) == [("trace-1", ChangeKind.GROWN), ("trace-0", ChangeKind.OPENED)]


def test_a_quiet_bundle_of_a_root_is_read_when_it_changes(growing: GrowingBundle) -> None:
    growing.write_lines(3)
    os.utime(growing.log, (1_000_000, 1_000_000))
    following = Following(growing.path.parent)
    assert changes_of(following) == []
    growing.write_lines(1)
    following._find_again_at = 0.0  # noqa: SLF001
    ((follower, change),) = following.poll()
    assert (change.kind, change.entries) == (ChangeKind.OPENED, 4)
    assert_as_fresh(follower)


def test_the_iterator_yields_changes_until_the_end(growing: GrowingBundle) -> None:
    seen: list[Change] = []
    graphs: list[bytes] = []
    for follower, change in follow_bundles(growing.path, interval_seconds=0, until_end=True):
        seen.append(change)
        graphs.append(encode_state(follower.reduction().trace))
        growing.write_lines(7)
    assert sum(change.entries for change in seen) == len(growing.lines)
    assert graphs[-1] == encode_state(reduce_bundle(growing.path).trace)


@pytest.mark.parametrize("path", ["nothing", "root/trace-1/manifest.json"])
def test_a_path_that_is_no_folder_is_an_error(path: str, growing: GrowingBundle, tmp_path: Path) -> None:
    assert growing.path.exists()
    with pytest.raises(BundleError):
        Following(tmp_path / path)
