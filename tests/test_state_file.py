"""Where a graph lies on disk: it is replaced as a whole or not at all."""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recording import recording_with_turn, user
from rollout_trace.bundle.state_file import load_state, write_state
from rollout_trace.errors import StateError
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.state_json import encode_state

for_users_with_limits = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not hold for this user"
)


@pytest.fixture(name="trace")
def _trace() -> RolloutTrace:
    recording = recording_with_turn()
    recording.request("inf-1", [user("words")])
    return recording.reduce().trace


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_was_written_is_read(tmp_path: Path, trace: RolloutTrace) -> None:
    write_state(trace, tmp_path / "state.json")

    assert (tmp_path / "state.json").read_bytes() == encode_state(trace)
    assert load_state(tmp_path / "state.json") == trace
    assert load_state(str(tmp_path)) == trace  # the folder that holds it
    assert names_in(tmp_path) == ["state.json"]


def test_any_name_will_do(tmp_path: Path, trace: RolloutTrace) -> None:
    write_state(trace, tmp_path / "a graph, é")
    assert load_state(tmp_path / "a graph, é") == trace


def test_an_old_graph_is_replaced_as_a_whole(tmp_path: Path, trace: RolloutTrace) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(b"x" * 1_000_000)
    with file.open("rb") as reader:
        write_state(trace, file)
        assert reader.read() == b"x" * 1_000_000, "who reads the old graph must not see it change"
    assert load_state(file) == trace
    assert names_in(tmp_path) == ["state.json"]


def test_a_link_is_replaced_and_what_it_leads_to_is_not_touched(tmp_path: Path, trace: RolloutTrace) -> None:
    bundle, outside = tmp_path / "bundle", tmp_path / "precious"
    bundle.mkdir()
    outside.write_text("precious")
    (bundle / "state.json").symlink_to(outside)

    write_state(trace, bundle / "state.json")

    assert outside.read_text() == "precious"
    assert not (bundle / "state.json").is_symlink()
    assert load_state(bundle) == trace


@pytest.mark.skipif(sys.platform == "win32", reason="this system does not limit the size of files")
def test_a_disk_that_is_full_leaves_the_old_graph_and_nothing_else(tmp_path: Path, trace: RolloutTrace) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(b"old")
    size = len(encode_state(trace))

    with pytest.raises(StateError) as error, files_no_longer_than(size - 1):
        write_state(trace, file)

    assert (error.value.path, error.value.reason) == (file, os.strerror(errno.EFBIG))
    assert file.read_bytes() == b"old"
    assert names_in(tmp_path) == ["state.json"]
    with files_no_longer_than(size):
        write_state(trace, file)


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """Lets a write fail that makes a file longer than `size` bytes, after it has written so many."""
    import resource  # noqa: PLC0415 - not on every system

    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_a_failure_at_the_last_step_leaves_the_old_graph_and_nothing_else(
    tmp_path: Path, trace: RolloutTrace, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail)
        with pytest.raises(StateError) as error:
            write_state(trace, file)

    assert (error.value.path, error.value.reason) == (file, os.strerror(errno.EIO))
    assert file.read_bytes() == b"old"
    assert names_in(tmp_path) == ["state.json"]


def test_what_a_crash_left_does_not_stop_the_next_one(
    tmp_path: Path, trace: RolloutTrace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies while it writes leaves its temporary file, and the next one may have its number.

    (In a container it always has.)
    """

    class PowerCut(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", die)
        patched.setattr(os, "unlink", die)
        with pytest.raises(PowerCut):
            write_state(trace, tmp_path / "state.json")
    assert names_in(tmp_path) != []

    write_state(trace, tmp_path / "state.json")

    assert load_state(tmp_path) == trace


@for_users_with_limits
def test_a_folder_that_may_not_be_written_to_is_left_as_it_is(tmp_path: Path, trace: RolloutTrace) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(b"old")
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(StateError, match="Permission denied"):
            write_state(trace, file)
        assert names_in(tmp_path) == ["state.json"]
        assert file.read_bytes() == b"old"
    finally:
        tmp_path.chmod(stat.S_IRWXU)


@pytest.mark.parametrize("path", ["nowhere/state.json", "file/state.json", "."])
def test_a_place_where_no_file_can_be_is_an_error_with_its_name(path: str, tmp_path: Path, trace: RolloutTrace) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateError) as error:
        write_state(trace, tmp_path / path)
    assert error.value.path == tmp_path / path
    assert str(error.value).startswith(f"{tmp_path / path}: ")
    assert names_in(tmp_path) == ["file"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path, trace: RolloutTrace) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_state(trace, pipe)
        assert os.read(reader, 1_000_000) == encode_state(trace)
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert names_in(tmp_path) == ["pipe"]


# Reading.


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"schema_version":1',
        b"\xff",
        b'{"schema_version":"1"}',
        b"[" * 200_000,
    ],
)
def test_what_is_no_graph_is_said_to_be_none(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_bytes(data)
    with pytest.raises(StateError, match="no reduced graph") as error:
        load_state(tmp_path)
    assert error.value.path == tmp_path / "state.json"


def test_a_graph_cut_anywhere_is_no_graph(tmp_path: Path, trace: RolloutTrace) -> None:
    state = encode_state(trace)
    for length in range(0, len(state), 7):
        (tmp_path / "state.json").write_bytes(state[:length])
        with pytest.raises(StateError):
            load_state(tmp_path)


def test_no_utf_8_in_a_text_of_a_graph_is_no_graph(tmp_path: Path, trace: RolloutTrace) -> None:
    (tmp_path / "state.json").write_bytes(encode_state(trace).replace(b"words", b"w\xffrds"))
    with pytest.raises(StateError, match="no reduced graph"):
        load_state(tmp_path)


def test_a_file_that_is_not_there_is_an_error_with_its_name(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "state.json", tmp_path / "nowhere" / "state.json"):
        with pytest.raises(StateError, match="No such file") as error:
            load_state(path)
        assert error.value.path.name == "state.json"


def test_fields_of_a_newer_version_are_passed_over(tmp_path: Path, trace: RolloutTrace) -> None:
    newer = encode_state(trace).replace(b"{", b'{"newer":{"a":[1]},', 1)
    (tmp_path / "state.json").write_bytes(newer)
    assert load_state(tmp_path) == trace
