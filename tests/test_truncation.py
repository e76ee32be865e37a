"""A log, or a payload, cut at any byte: salvage never refuses, default gives a graph or a clear rejection.

The graph of a cut log is that of its whole lines. To show it at every byte and not only at some, the log is read once:
where a line is cut shows in the entry that is read of it (at every byte), and what that entry does to the graph is
looked at once for each entry there is. A further recording is one parameter more.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rollout_trace.bundle.folder import Bundle
from rollout_trace.bundle.log import LineReader
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events.log_entry import LogEntry, LoggedEvent, UnreadableLine
from rollout_trace.events.references import payload_refs
from rollout_trace.model.state_json import encode_state
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer
from rollout_trace.values import PayloadKindName, PayloadRef

PROJECT = Path(__file__).parents[1]

RECORDINGS = pytest.mark.parametrize(
    "name", ["examples/fix-the-build", "examples/thermostat", "real/0.160.0/agents_v2", "real/0.169.0/agents_v2"]
)


@pytest.fixture
def bundle(name: str, request: pytest.FixtureRequest) -> Bundle:
    if name.startswith("real/"):
        real: Path = request.getfixturevalue("real_bundles")
        return Bundle(real.parent / name)
    return Bundle(PROJECT / name)


def whole_lines(bundle: Bundle) -> list[bytes]:
    return (bundle.path / "trace.jsonl").read_bytes().splitlines(keepends=True)


def entries_of_cuts(reader: LineReader, line: bytes) -> Iterator[tuple[LogEntry, ...]]:
    """What is read of a log whose last line is this one, cut at each of its bytes."""
    for length in range(1, len(line)):
        cut = reader.copy()
        yield (*cut.take(line[:length]), *cut.end())


def seen(reducer: Reducer) -> bytes:
    return encode_state(reducer.view().trace)


@RECORDINGS
@pytest.mark.parametrize("mode", [Mode.DEFAULT, Mode.SALVAGE])
def test_a_log_cut_at_any_byte_has_the_graph_of_its_whole_lines(bundle: Bundle, mode: Mode) -> None:
    reader = LineReader()
    reducer = Reducer(bundle.manifest, bundle.read_payload, mode)
    cuts = 0
    for line in whole_lines(bundle):
        torn: set[LogEntry] = set()
        for length, entries in enumerate(entries_of_cuts(reader, line), start=1):
            (entry,) = entries
            cuts += 1
            if length == len(line) - 1:  # all of the event is there but its line feed
                assert isinstance(entry, LoggedEvent)
                assert not entry.line_is_ended
            else:
                assert isinstance(entry, UnreadableLine)
                assert entry.torn
                torn.add(entry)
        graph = seen(reducer)
        for unreadable in torn:
            cut = reducer.fork()
            cut.apply(unreadable)
            assert seen(cut) == graph
            assert Code.TORN_LINE in {found.code for found in cut.view().diagnostics}
        for entry in reader.take(line):
            reducer.apply(entry)
    assert cuts == len((bundle.path / "trace.jsonl").read_bytes()) - len(whole_lines(bundle))
    assert not {Code.TORN_LINE, Code.BROKEN_LINE} & {found.code for found in reducer.view().diagnostics}


def first_request(bundle: Bundle) -> PayloadRef:
    refs = (ref for entry in bundle.events() if isinstance(entry, LoggedEvent) for ref in payload_refs(entry.event))
    return next(ref for ref in refs if ref.kind.type is PayloadKindName.INFERENCE_REQUEST)


def reducer_with_cut_payload(bundle: Bundle, mode: Mode, cut: PayloadRef, kept: list[int]) -> Reducer:
    """A reducer for which one payload has only `kept[0]` bytes."""
    whole = {cut: bundle.read_payload(cut)}

    def load(ref: PayloadRef) -> bytes:
        return whole[ref][: kept[0]] if ref in whole else bundle.read_payload(ref)

    return Reducer(bundle.manifest, load, mode)


@RECORDINGS
def test_a_payload_cut_at_any_byte_costs_the_items_of_its_event_and_nothing_else(bundle: Bundle) -> None:
    cut, kept = first_request(bundle), [0]
    entries = list(bundle.events())
    at = next(n for n, e in enumerate(entries) if isinstance(e, LoggedEvent) and cut in payload_refs(e.event))
    salvaged = reducer_with_cut_payload(bundle, Mode.SALVAGE, cut, kept)
    by_default = reducer_with_cut_payload(bundle, Mode.DEFAULT, cut, kept)
    for entry in entries[:at]:
        salvaged.apply(entry)
        by_default.apply(entry)
    graphs = set()
    for length in range(len(bundle.read_payload(cut))):
        kept[0] = length
        reducer = salvaged.fork()
        reducer.apply(entries[at])
        reported = reducer.view().diagnostics
        assert [found.code for found in reported if found.line is not None] == [Code.PAYLOAD_BROKEN]
        graphs.add(seen(reducer))
        with pytest.raises(Rejection, match=cut.raw_payload_id) as rejected:
            by_default.fork().apply(entries[at])
        assert (rejected.value.code, rejected.value.line) == (Code.PAYLOAD_BROKEN, at + 1)
    assert len(graphs) == 1  # however little is missing, and however much
    for entry in entries[at + 1 :]:
        reducer.apply(entry)
    assert len(reducer.view().trace.inference_calls) == len(reduce_bundle(bundle).trace.inference_calls)
