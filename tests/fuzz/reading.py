"""Reading a mutated bundle in every way there is, and what must hold of it however it was mutated."""

from pathlib import Path

from fuzz.mutations import Files
from rollout_trace.bundle.folder import Bundle
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.check.bundle_check import check_bundle
from rollout_trace.check.findings import Verdict
from rollout_trace.diagnostics import Level
from rollout_trace.errors import BundleError, Rejection
from rollout_trace.follow.bundle_follower import BundleFollower
from rollout_trace.model.state_json import decode_state, encode_state
from rollout_trace.printable import printable
from rollout_trace.query.current_activity import current_activities
from rollout_trace.query.summary import summarize
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction


class BundleOnDisk:
    """A folder that holds one mutated bundle after the other; only files that differ are written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: Files = {}

    def write(self, files: Files) -> Path:
        """Let the folder hold this bundle."""
        for path in self._written.keys() - files.keys():
            (self._folder / path).unlink()
        for path, data in files.items():
            if self._written.get(path) != data:
                (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
                (self._folder / path).write_bytes(data)
        self._written = dict(files)
        return self._folder


def read_in_every_way(folder: Path) -> None:
    """Whatever is in a folder: it is no bundle, or salvage has a graph of it, and nothing but our errors is raised."""
    try:
        Bundle(folder)
    except BundleError as error:
        assert printable(str(error)).isprintable()  # noqa: PT017
        assert check_bundle(folder).verdict is Verdict.DAMAGED
        return
    salvaged = reduce_bundle(folder, Mode.SALVAGE)
    assert_default_agrees(folder, salvaged)
    assert_all_can_be_shown(salvaged)
    report = check_bundle(folder)
    rejects = any(found.level is Level.ERROR for found in salvaged.diagnostics)
    assert not (rejects and report.verdict is Verdict.WHOLE)
    follower = BundleFollower(folder)
    follower.poll()
    assert encode_state(follower.reduction().trace) == encode_state(salvaged.trace)
    for mode in (Mode.CODEX,):
        _graph_or_rejection(folder, mode)


def assert_default_agrees(folder: Path, salvaged: Reduction) -> None:
    """Default gives the same graph as salvage, or a rejection that names what is wrong; salvage reports that."""
    by_default = _graph_or_rejection(folder, Mode.DEFAULT)
    if isinstance(by_default, Rejection):
        assert by_default.message
        assert any(found.level is Level.ERROR for found in salvaged.diagnostics)
    else:
        assert encode_state(by_default.trace) == encode_state(salvaged.trace)
        assert by_default.diagnostics == salvaged.diagnostics


def assert_all_can_be_shown(reduction: Reduction) -> None:
    """The answers can be made of the graph, and it can be written and read again."""
    summarize(reduction.trace)
    current_activities(reduction.trace)
    state = encode_state(reduction.trace)
    assert encode_state(decode_state(state)) == state
    assert all(printable(str(found)).isprintable() for found in reduction.diagnostics)


def _graph_or_rejection(folder: Path, mode: Mode) -> Reduction | Rejection:
    try:
        return reduce_bundle(folder, mode)
    except Rejection as rejection:
        return rejection
