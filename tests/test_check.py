"""Checking the evidence of a bundle: each finding, the verdict, and the word that is said at the end."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from record.test_recording_faults import Disk, record
from rollout_trace import Recorder
from rollout_trace.check.bundle_check import check_bundle
from rollout_trace.check.findings import EvidenceBytes, Finding, FindingCode, Report, Severity, Verdict
from rollout_trace.diagnostics import Code
from rollout_trace.errors import BundleError
from rollout_trace.limits import Limits

EXAMPLE = Path(__file__).parents[1] / "examples" / "fix-the-build"


class Bundle:
    """A copy of the example that may be damaged."""

    def __init__(self, folder: Path) -> None:
        self.path = Path(shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("state.json")))
        self.log = self.path / "trace.jsonl"
        self.lines = self.log.read_text().splitlines(keepends=True)

    def write(self, lines: list[str]) -> None:
        self.log.write_text("".join(lines))

    def offset_of(self, line: int) -> int:
        return sum(len(text.encode()) for text in self.log.read_text().splitlines(keepends=True)[: line - 1])

    def number_of(self, event_type: str) -> int:
        """The first line with an event of this type."""
        return next(n for n, line in enumerate(self.lines, start=1) if f'"type":"{event_type}"' in line)


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return Bundle(tmp_path / "bundle")


def found(report: Report, code: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.code == code]


def only(report: Report, code: str) -> Finding:
    (finding,) = found(report, code)
    return finding


# Whole.


def test_a_closed_recording_with_all_its_evidence_is_whole(bundle: Bundle) -> None:
    report = check_bundle(bundle.path)
    assert (report.verdict, report.findings, report.events) == (Verdict.WHOLE, (), 80)
    assert report.conclusion.startswith("Whole: ")


def test_evidence_is_counted_by_kind(bundle: Bundle) -> None:
    evidence = check_bundle(bundle.path).evidence
    files = [file for file in bundle.path.rglob("*") if file.is_file()]
    assert sum(kind.files for kind in evidence.values()) == len(files)
    assert sum(kind.bytes for kind in evidence.values()) == sum(file.stat().st_size for file in files)
    assert evidence["log"] == EvidenceBytes(1, bundle.log.stat().st_size)
    assert evidence["agent_result"].files == 1


# Incomplete.


def test_a_torn_tail_is_found_with_its_byte_and_what_was_under_way(bundle: Bundle) -> None:
    at = bundle.number_of("inference_started")
    bundle.write([*bundle.lines[:at], bundle.lines[at][:20]])

    report = check_bundle(bundle.path)

    assert report.verdict is Verdict.INCOMPLETE
    torn = only(report, Code.TORN_LINE)
    assert (torn.line, torn.offset, torn.severity) == (at + 1, bundle.offset_of(at + 1), Severity.INCOMPLETE)
    assert only(report, FindingCode.NOT_ENDED).severity is Severity.INCOMPLETE
    running = {next(iter(finding.ids)) for finding in found(report, FindingCode.NEVER_ENDED)}
    assert running == {"thread_id", "codex_turn_id", "inference_call_id"}
    assert f"all {at} events up to there can be trusted" in report.conclusion
    assert "Under way when it stops: 1 thread, 1 turn, 1 request." in report.conclusion


def test_an_event_without_line_feed_is_counted_and_said(bundle: Bundle) -> None:
    bundle.write([*bundle.lines[:-1], bundle.lines[-1].rstrip("\n")])
    report = check_bundle(bundle.path)
    assert report.events == 80
    assert only(report, FindingCode.NO_LINE_END).line == 80


def test_a_bundle_that_has_only_begun_is_incomplete(bundle: Bundle) -> None:
    bundle.log.unlink()
    shutil.rmtree(bundle.path / "payloads")
    assert check_bundle(bundle.path).verdict is Verdict.INCOMPLETE
    bundle.log.write_bytes(b"")
    report = check_bundle(bundle.path)
    assert (report.verdict, report.events) == (Verdict.INCOMPLETE, 0)
    assert report.conclusion == "Incomplete but consistent: the recording had begun, and has no events yet."


def test_a_payload_whose_event_was_not_written_any_more_is_incomplete(bundle: Bundle) -> None:
    bundle.write(bundle.lines[:11])
    (bundle.path / "payloads" / "ghost.json").write_text("{}")
    report = check_bundle(bundle.path)
    assert report.verdict is Verdict.INCOMPLETE
    assert "payloads/ghost.json" in {finding.path for finding in found(report, FindingCode.PAYLOAD_UNREFERENCED)}


@pytest.mark.skipif(sys.platform == "darwin", reason="names of files are text there")
def test_a_file_whose_name_is_no_text_is_told_by_a_name_that_is(bundle: Bundle) -> None:
    (bundle.path / "payloads" / os.fsdecode(b"\xff.json")).write_bytes(b"")

    finding = only(check_bundle(bundle.path), FindingCode.PAYLOAD_UNREFERENCED)

    assert finding.path == "payloads/\\xff.json"
    assert json.loads(msgspec.json.encode(finding))["path"] == finding.path


def test_what_never_ended_in_a_closed_recording_is_a_note(bundle: Bundle) -> None:
    at = bundle.number_of("tool_call_ended")
    lines = [line for number, line in enumerate(bundle.lines, start=1) if number != at]
    bundle.write([line.replace(f'"seq":{n + 1},', f'"seq":{n},') for n, line in enumerate(lines, start=1)])
    report = check_bundle(bundle.path)
    (never,) = found(report, FindingCode.NEVER_ENDED)
    assert never.severity is Severity.NOTE
    assert next(iter(never.ids)) == "tool_call_id"


# Damaged.


def lose_a_line(bundle: Bundle) -> None:
    bundle.write([*bundle.lines[:9], *bundle.lines[10:]])


def double_a_line(bundle: Bundle) -> None:
    bundle.write([*bundle.lines[:10], bundle.lines[9], *bundle.lines[10:]])


def break_a_line(bundle: Bundle) -> None:
    bundle.write([*bundle.lines[:9], "{\n", *bundle.lines[10:]])


def lose_a_payload(bundle: Bundle) -> None:
    (bundle.path / "payloads" / "9.json").unlink()


def break_a_payload(bundle: Bundle) -> None:
    (bundle.path / "payloads" / "9.json").write_text("{")


def break_a_payload_that_nobody_reads(bundle: Bundle) -> None:
    ref = next(json.loads(line)["payload"] for line in bundle.lines if '"protocol_event_observed"' in line)
    (bundle.path / ref["event_payload"]["path"]).write_text("{")


def let_a_payload_be_a_folder(bundle: Bundle) -> None:
    lose_a_payload(bundle)
    (bundle.path / "payloads" / "9.json").mkdir()


def give_an_id_to_two_files(bundle: Bundle) -> None:
    ninth, eighth = '"raw_payload_id":"raw_payload:9"', '"raw_payload_id":"raw_payload:8"'
    bundle.write([line.replace(ninth, eighth) for line in bundle.lines])


def say_another_schema(bundle: Bundle) -> None:
    bundle.write([bundle.lines[0].replace('"schema_version":1', '"schema_version":7'), *bundle.lines[1:]])


def say_another_rollout(bundle: Bundle) -> None:
    rollout = json.loads(bundle.lines[0])["rollout_id"]
    bundle.write([bundle.lines[0].replace(f'"rollout_id":"{rollout}"', '"rollout_id":"x"'), *bundle.lines[1:]])


@pytest.mark.parametrize(
    ("damage", "code", "line", "path"),
    [
        (lose_a_line, FindingCode.SEQ_GAP, 10, None),
        (double_a_line, FindingCode.SEQ_REPEAT, 11, None),
        (break_a_line, Code.BROKEN_LINE, 10, None),
        (lose_a_payload, Code.PAYLOAD_MISSING, 11, "payloads/9.json"),
        (break_a_payload, Code.PAYLOAD_BROKEN, 11, "payloads/9.json"),
        (break_a_payload_that_nobody_reads, Code.PAYLOAD_BROKEN, None, "payloads/2.json"),
        (let_a_payload_be_a_folder, Code.PAYLOAD_OUTSIDE, 11, "payloads/9.json"),
        (give_an_id_to_two_files, FindingCode.PAYLOAD_CONFLICT, 11, "payloads/9.json"),
        (say_another_schema, Code.EVENT_SCHEMA, 1, None),
        (say_another_rollout, Code.EVENT_ROLLOUT, 1, None),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_damage_is_found_where_it_is(
    damage: Callable[[Bundle], None], code: str, line: int | None, path: str | None, bundle: Bundle
) -> None:
    damage(bundle)
    report = check_bundle(bundle.path)
    assert report.verdict is Verdict.DAMAGED
    finding = found(report, code)[0]
    assert (finding.severity, finding.line, finding.path) == (Severity.DAMAGE, line, path)
    assert finding.offset == (None if line is None else bundle.offset_of(line))
    assert report.conclusion.startswith("Damaged: ")


def remove(payload: Path) -> None:
    payload.unlink()


def cut_short(payload: Path) -> None:
    payload.write_bytes(payload.read_bytes()[:-1])


def empty(payload: Path) -> None:
    payload.write_bytes(b"")


def put_a_folder_in_its_place(payload: Path) -> None:
    payload.unlink()
    payload.mkdir()


@pytest.mark.parametrize("spoil", [remove, cut_short, empty, put_a_folder_in_its_place])
@pytest.mark.parametrize("example", ["fix-the-build", "thermostat"])  # of schema 1, of schema 2
def test_every_payload_that_the_log_names_is_looked_for(
    example: str, spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    """Whether reduction reads it or not."""
    bundle = tmp_path / "bundle"
    shutil.copytree(EXAMPLE.parent / example, bundle)
    for payload in sorted((bundle / "payloads").iterdir()):
        spoil(payload)
        report = check_bundle(bundle)
        damage = [finding for finding in report.findings if finding.severity is Severity.DAMAGE]
        assert {finding.path for finding in damage if finding.path} == {f"payloads/{payload.name}"}
        assert report.verdict is Verdict.DAMAGED
        assert report.conclusion.startswith("Damaged: 1 payload is missing or broken")
        if payload.is_dir():
            payload.rmdir()
        shutil.copy(EXAMPLE.parent / example / "payloads" / payload.name, payload)


def test_a_gap_says_how_many_events_are_missing(bundle: Bundle) -> None:
    bundle.write([*bundle.lines[:9], *bundle.lines[12:]])
    assert only(check_bundle(bundle.path), FindingCode.SEQ_GAP).message == "3 events are missing before seq 13"


def test_after_a_repeat_the_order_goes_on_from_before_it(bundle: Bundle) -> None:
    bundle.write([*bundle.lines[:40], bundle.lines[4], *bundle.lines[40:]])
    report = check_bundle(bundle.path)
    assert [finding.line for finding in found(report, FindingCode.SEQ_REPEAT)] == [41]
    assert found(report, FindingCode.SEQ_GAP) == []


def test_a_message_that_never_arrived_is_found(bundle: Bundle) -> None:
    """Without the parent's later requests its child's result waits for ever."""
    at = bundle.number_of("agent_result_observed")
    bundle.write(bundle.lines[:at])
    waiting = only(check_bundle(bundle.path), FindingCode.WAITING_DELIVERY)
    assert "agent_result" in waiting.message


def test_a_cell_whose_source_was_never_shown_is_found(bundle: Bundle) -> None:
    at = bundle.number_of("code_cell_started")
    cell = json.loads(bundle.lines[at - 1])["payload"]
    answers = bundle.path / "payloads"
    for file in answers.iterdir():
        file.write_text(file.read_text().replace(cell["model_visible_call_id"], "another-call"))
    waiting = only(check_bundle(bundle.path), FindingCode.WAITING_START)
    assert waiting.ids["call_id"] == cell["model_visible_call_id"]


def test_time_that_goes_back_is_a_note(bundle: Bundle) -> None:
    time = json.loads(bundle.lines[20])["wall_time_unix_ms"]
    lines = list(bundle.lines)
    lines[20] = lines[20].replace(str(time), str(time - 86_400_000))
    bundle.write(lines)
    report = check_bundle(bundle.path)
    assert report.verdict is Verdict.WHOLE
    assert only(report, FindingCode.TIME_BACKWARDS).line == 21


def test_what_passes_a_limit_is_found(bundle: Bundle) -> None:
    report = check_bundle(bundle.path, Limits(payload_bytes=3_000))
    assert report.verdict is Verdict.DAMAGED
    assert all("--limit payload_bytes=NUMBER" in finding.message for finding in found(report, Code.LIMIT_EXCEEDED))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version":1}'])
def test_a_bundle_without_a_manifest_that_can_be_read_is_damaged(text: str, bundle: Bundle) -> None:
    (bundle.path / "manifest.json").write_text(text)
    report = check_bundle(bundle.path)
    assert (report.verdict, report.findings[0].code) == (Verdict.DAMAGED, FindingCode.MANIFEST_UNREADABLE)


def test_a_bundle_that_has_lost_its_log_is_damaged(bundle: Bundle) -> None:
    bundle.log.unlink()
    report = check_bundle(bundle.path)
    assert (report.verdict, report.findings[0].code) == (Verdict.DAMAGED, FindingCode.LOG_UNREADABLE)


def test_a_folder_that_is_no_bundle_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no trace bundle"):
        check_bundle(tmp_path)


# What the recorder itself tells.


def test_what_the_recorder_could_not_write_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = record(tmp_path, 2, Disk("full", first=20), monkeypatch)
    assert recorded is not None

    report = check_bundle(recorded)

    start, its_end = found(report, FindingCode.NOT_RECORDED)
    assert report.verdict is Verdict.DAMAGED
    assert (start.severity, its_end.severity) == (Severity.DAMAGE, Severity.DAMAGE)
    assert "could not record 1 events (tool_call_runtime_started: 1); first of all " in start.message
    assert "could not record 1 events (tool_call_runtime_ended: 1)" in its_end.message
    assert report.conclusion.startswith("Damaged: 2 losses are told by the recorder. ")


def test_items_that_the_recorder_set_aside_are_a_note(tmp_path: Path) -> None:
    with Recorder(tmp_path) as rollout:
        thread = rollout.root_thread(model="m", provider="p")
        with thread, thread.turn() as turn:
            attempt = turn.inference()
            attempt.request({"input": [{"role": "critic", "content": "nobody knows this role"}]})
            attempt.completed("yes")
    assert rollout.path is not None

    report = check_bundle(rollout.path)

    assert only(report, FindingCode.NOT_RECORDED).severity is Severity.NOTE
    assert report.verdict is Verdict.WHOLE


def test_a_warning_of_the_client_is_no_loss() -> None:
    report = check_bundle(EXAMPLE.parent / "thermostat")
    assert not found(report, FindingCode.NOT_RECORDED)
