"""What holds of every reduction, whatever the log: on random recordings and on the conformance cases."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conformance.cases import Case, all_cases
from plausible import recordings
from recording import CHILD, ROOT, Recording, agent_message, recording_with_turn
from rollout_trace.bundle.folder import Bundle
from rollout_trace.diagnostics import Code, Diagnostic
from rollout_trace.errors import PayloadError, Rejection
from rollout_trace.events.log_entry import LogEntry, LoggedEvent, UnreadableLine
from rollout_trace.events.manifest import Manifest
from rollout_trace.ids import EdgeId, ItemId, ToolCallId
from rollout_trace.model.edges import ItemAnchor, ToolCallAnchor
from rollout_trace.model.state_json import decode_state, encode_state
from rollout_trace.reduce.evidence import EventPosition, ItemSource
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.reducer_state import PayloadLoader
from rollout_trace.reduce.replay import Reducer, Reduction
from rollout_trace.values import PayloadRef, SpawnAgent

OpenCase = Callable[[Case], Bundle]

modes = st.sampled_from(Mode)
cases = st.sampled_from(sorted(all_cases()))
places = st.integers(0, 200)


class Log(NamedTuple):
    """A log and what is needed to reduce it."""

    manifest: Manifest
    load_payload: PayloadLoader
    entries: Sequence[LogEntry]

    def reducer(self, mode: Mode) -> Reducer:
        return Reducer(self.manifest, self.load_payload, mode)


class Told(NamedTuple):
    """All that a reduction says."""

    state: bytes
    diagnostics: tuple[Diagnostic, ...]
    evidence: list[object]
    sources: dict[ItemId, ItemSource | None]


class Refused(NamedTuple):
    """Why a reduction says nothing."""

    code: str
    sentence: str
    ids: dict[str, str]


def told(reduction: Reduction) -> Told:
    return Told(
        encode_state(reduction.trace),
        reduction.diagnostics,
        list(reduction.evidence),
        {item_id: reduction.evidence.item_source(item_id) for item_id in reduction.trace.conversation_items},
    )


def seen(reducer: Reducer) -> Told | Refused:
    """The graph so far. Codex's own reducer, and so mode `codex`, may refuse the end of a log."""
    try:
        return told(reducer.view())
    except Rejection as rejection:
        return Refused(rejection.code, str(rejection), rejection.ids)


def finish(reducer: Reducer, entries: Sequence[LogEntry]) -> tuple[Refused | None, Told | Refused]:
    """Apply what is left of a log: why it was refused, if it was, and what there is in the end."""
    try:
        for entry in entries:
            reducer.apply(entry)
    except Rejection as rejection:
        return Refused(rejection.code, str(rejection), rejection.ids), seen(reducer)
    return None, seen(reducer)


def log_of(recording: Recording) -> Log:
    return Log(recording.manifest, recording.load_payload, recording.entries)


@cache
def log_in(bundle: Bundle) -> Log:
    return Log(bundle.manifest, cache(bundle.read_payload), tuple(bundle.events()))


# However a log is applied, its graph is the same.


def check_that_the_way_does_not_matter(log: Log, mode: Mode) -> None:
    """One at a time with a look after each, and from a copy at any place: always what all at once gives."""
    at_once = finish(log.reducer(mode), log.entries)
    reducer, copies, views = log.reducer(mode), [], []
    for entry in log.entries:
        copies.append(reducer.fork())
        views.append(seen(reducer))
        refused, _ = finish(reducer, [entry])
        if refused:
            break
    assert (refused, seen(reducer)) == at_once
    for place, (copy, view) in enumerate(zip(copies, views, strict=True)):
        assert seen(copy) == view, f"the reducer went on after it was copied at entry {place}; its copy may not"
        assert finish(copy, log.entries[place:]) == at_once, f"copied at entry {place}"
    assert seen(reducer) == at_once[1], "copies went on; what they were copied from may not"


@given(recordings(), modes)
@settings(max_examples=120)
def test_a_recording_is_the_same_graph_however_it_is_applied(recording: Recording, mode: Mode) -> None:
    check_that_the_way_does_not_matter(log_of(recording), mode)


@given(cases, modes, places)
@settings(max_examples=150)
def test_a_case_is_the_same_graph_however_it_is_applied(bundle_of: OpenCase, name: str, mode: Mode, place: int) -> None:
    log = log_in(bundle_of(all_cases()[name]))
    place %= len(log.entries) + 1
    at_once = finish(log.reducer(mode), log.entries)
    reducer = log.reducer(mode)
    refused, view = finish(reducer, log.entries[:place])
    if refused:
        assert (refused, view) == at_once
        return
    copy = reducer.fork()

    assert finish(reducer, log.entries[place:]) == at_once
    assert seen(copy) == view
    assert finish(copy, log.entries[place:]) == at_once


# A log may be damaged in any way, and salvage gets what can be had.


class Damage(NamedTuple):
    """What happens to a log: entries lost, doubled, swapped or made unreadable, payloads lost or cut."""

    what: str
    place: int
    other: int


DAMAGES = ("drop", "double", "swap", "unreadable", "lose payload", "cut payload")
damages = st.lists(st.builds(Damage, st.sampled_from(DAMAGES), places, places), max_size=6)


def damaged(log: Log, damage: list[Damage]) -> Log:
    entries: list[LogEntry] = list(log.entries)
    lost, cut = set(), set()
    for what, place, other in damage:
        one, two = (place % len(entries), other % len(entries)) if entries else (0, 0)
        match what:
            case "drop":
                del entries[one : one + 1]
            case "double":
                entries[two:two] = entries[one : one + 1]
            case "swap" if entries:
                entries[one], entries[two] = entries[two], entries[one]
            case "unreadable":
                entries.insert(one, UnreadableLine(line=0, reason="no reason", torn=False))
            case "lose payload":
                lost.add(f"raw_payload:{place}")
            case "cut payload":
                cut.add(f"raw_payload:{place}")

    def load(ref: PayloadRef) -> bytes:
        if ref.raw_payload_id in lost:
            raise PayloadError("payload-missing", ref.raw_payload_id, "lost")
        data = log.load_payload(ref)
        return data[: len(data) // 2] if ref.raw_payload_id in cut else data

    return Log(log.manifest, load, [renumbered(entry, line) for line, entry in enumerate(entries, start=1)])


def renumbered(entry: LogEntry, line: int) -> LogEntry:
    if isinstance(entry, LoggedEvent):
        return LoggedEvent(entry.event, line)
    return UnreadableLine(line=line, reason=entry.reason, torn=entry.torn)


def check_salvage(log: Log) -> None:
    """Salvage refuses nothing, says what default says where that refuses nothing, and leaves nothing half done."""
    salvaged = log.reducer(Mode.SALVAGE)
    for entry in log.entries:
        salvaged.apply(entry)
    reduction = salvaged.view()

    refused, by_default = finish(log.reducer(Mode.DEFAULT), log.entries)
    if refused is None:
        assert told(reduction) == by_default

    applied = {position for position, _ in reduction.evidence}
    sound = [e for e in log.entries if isinstance(e, LoggedEvent) and EventPosition(e.event.seq, e.line) in applied]
    _, without_what_was_skipped = finish(log.reducer(Mode.SALVAGE), sound)
    assert isinstance(without_what_was_skipped, Told)
    assert without_what_was_skipped.state == encode_state(reduction.trace)
    assert without_what_was_skipped.evidence == list(reduction.evidence)


@given(recordings(), damages)
@settings(max_examples=600)
def test_salvage_gets_all_that_can_be_had_of_a_damaged_recording(recording: Recording, damage: list[Damage]) -> None:
    check_salvage(damaged(log_of(recording), damage))


@given(cases, damages)
@settings(max_examples=300)
def test_salvage_gets_all_that_can_be_had_of_a_damaged_case(
    bundle_of: OpenCase, name: str, damage: list[Damage]
) -> None:
    check_salvage(damaged(log_in(bundle_of(all_cases()[name])), damage))


def test_salvage_refuses_not_even_the_end_of_a_log() -> None:
    """Two calls say that they spawned one child; the first is delivered, the second still waits when the log ends."""
    recording = recording_with_turn()
    recording.thread(CHILD, "/root/bee")
    recording.turn("turn-2", CHILD)
    spawned = {"call_id": "c", "sender_thread_id": ROOT, "new_thread_id": CHILD, "model": "m", "reasoning_effort": "x"}
    recording.tool("tool-1", kind=SpawnAgent())
    recording.runtime_ended("tool-1", {**spawned, "prompt": "dig", "status": "running"})
    recording.request("inf-1", [agent_message("/root", "/root/bee", "dig")], turn="turn-2", thread=CHILD)
    recording.tool("tool-2", kind=SpawnAgent())
    recording.runtime_ended("tool-2", {**spawned, "prompt": "dance", "status": "running"})

    reduction = recording.reduce(Mode.SALVAGE)

    edge = reduction.trace.interaction_edges[EdgeId(f"edge:spawn:{ROOT}:{CHILD}")]
    assert edge.source == ToolCallAnchor(ToolCallId("tool-1"))
    assert isinstance(edge.target, ItemAnchor)
    assert [diagnostic.code for diagnostic in reduction.diagnostics] == [Code.CONFLICT]


# A graph is one text, and the text is the graph.


@given(recordings())
@settings(max_examples=100)
def test_state_json_read_and_written_again_is_the_same_bytes(recording: Recording) -> None:
    trace = recording.reduce(Mode.SALVAGE).trace
    state = encode_state(trace)
    assert decode_state(state) == trace
    assert encode_state(decode_state(state)) == state


@given(cases)
@settings(max_examples=60)
def test_state_json_of_codex_read_and_written_again_is_the_same_bytes(name: str) -> None:
    state = all_cases()[name].codex.state
    assume(state is not None)
    assert state is not None
    assert encode_state(decode_state(state.encode())).decode() == state


REDUCE_THEM_ALL = """
import hashlib, sys
from pathlib import Path
from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.bundle.folder import Bundle
from rollout_trace.model.state_json import encode_state
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer
for path in find_bundles(Path(sys.argv[1])):
    bundle = Bundle(path)
    reducer = Reducer(bundle.manifest, bundle.read_payload, Mode.SALVAGE)
    for entry in bundle.events():
        reducer.apply(entry)
    seen = reducer.view()
    told = encode_state(seen.trace) + repr((seen.diagnostics, list(seen.evidence))).encode()
    print(path.name, hashlib.sha256(told).hexdigest())
"""


def test_a_reduction_does_not_depend_on_the_order_of_hashes(tmp_path: Path) -> None:
    """Python orders sets of texts anew in every process; two processes must tell the same all the same."""
    for case in list(all_cases().values())[::6]:
        case.write(tmp_path / case.name)
    runs = [
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", REDUCE_THEM_ALL, str(tmp_path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0].count("\n") == len(list(all_cases())[::6])
    assert runs[0] == runs[1]
