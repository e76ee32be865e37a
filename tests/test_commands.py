"""The command as its users run it: real processes, real files, exit codes, and what is printed where."""

import json
import os
import pty
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import rollout_trace
from rollout_trace.bundle.state_file import load_state

EXAMPLE = Path(__file__).parents[1] / "examples" / "fix-the-build"
NO_FOLDER = "no such folder; name the folder of a bundle, or one that holds bundles"
COMMAND = str(Path(sysconfig.get_path("scripts")) / "rollout-trace")


def run(*arguments: str | Path, cwd: Path | None = None, columns: int = 200) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; it never shows a traceback."""
    done = subprocess.run(  # noqa: S603 - our own command
        [COMMAND, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": str(columns)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A copy of the example that may be written to and damaged."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "bundles" / "good", ignore=shutil.ignore_patterns("state.json")))


@pytest.fixture
def damaged(bundle: Path) -> Path:
    """A bundle whose third event stands twice."""
    copy = Path(shutil.copytree(bundle, bundle.with_name("damaged")))
    lines = (copy / "trace.jsonl").read_text().splitlines(keepends=True)
    (copy / "trace.jsonl").write_text("".join([*lines[:3], lines[2], *lines[3:]]))
    return copy


class TestReduce:
    def test_it_writes_the_graph_into_the_bundle_and_prints_where(self, bundle: Path) -> None:
        done = run("reduce", bundle)

        assert (done.returncode, done.stdout, done.stderr) == (0, f"{bundle / 'state.json'}\n", "")
        assert load_state(bundle) == rollout_trace.reduce_bundle(bundle).trace

    def test_output_names_another_file(self, bundle: Path, tmp_path: Path) -> None:
        done = run("reduce", bundle, "-o", tmp_path / "graph.json")

        assert done.stdout == f"{tmp_path / 'graph.json'}\n"
        assert not (bundle / "state.json").exists()
        assert load_state(tmp_path / "graph.json") == rollout_trace.reduce_bundle(bundle).trace

    def test_output_dash_is_standard_output(self, bundle: Path) -> None:
        done = run("reduce", bundle, "-o", "-")

        assert json.loads(done.stdout)["schema_version"] == 1
        assert not (bundle / "state.json").exists()

    def test_a_folder_of_bundles_is_done_in_order_and_a_bad_one_does_not_stop_it(
        self, bundle: Path, damaged: Path
    ) -> None:
        other = shutil.copytree(bundle, bundle.with_name("other"))
        done = run("reduce", bundle.parent)

        assert done.returncode == 1
        assert done.stdout.splitlines() == [str(bundle / "state.json"), str(other / "state.json")]
        assert [line for line in done.stderr.splitlines() if "rejected" in line] == [
            line for line in done.stderr.splitlines() if line.startswith(f"{damaged}: rejected ")
        ]

    def test_a_rejection_names_line_seq_event_type_object_and_reason(self, damaged: Path) -> None:
        (damaged / "payloads" / "1.json").unlink()
        done = run("reduce", damaged)

        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr == (
            f"{damaged}: rejected payload-missing: line 2, seq 2, thread_started: "
            "payload raw_payload:1: No such file or directory\n"
        )

    def test_salvage_reduces_what_default_refuses_and_says_what_it_skipped(self, damaged: Path) -> None:
        (damaged / "payloads" / "1.json").unlink()
        done = run("reduce", "--mode", "salvage", damaged)

        assert done.returncode == 0
        assert f"{damaged}: error payload-missing: line 2, seq 2, thread_started: " in done.stderr

    def test_json_is_one_object_a_bundle_and_nothing_else(self, bundle: Path, damaged: Path) -> None:
        (damaged / "payloads" / "1.json").unlink()
        done = run("reduce", "--json", bundle, damaged)

        good, bad = map(json.loads, done.stdout.splitlines())
        assert (done.returncode, done.stderr) == (1, "")
        assert good == {"bundle": str(bundle), "state": str(bundle / "state.json"), "error": None, "diagnostics": []}
        assert (bad["state"], bad["error"]["code"], bad["error"]["ids"]) == (
            None,
            "payload-missing",
            {"raw_payload_id": "raw_payload:1"},
        )

    def test_several_bundles_do_not_go_into_one_file(self, bundle: Path, damaged: Path, tmp_path: Path) -> None:
        done = run("reduce", bundle, damaged, "-o", tmp_path / "graph.json")

        assert done.returncode == 2
        assert "--output is for one bundle, and these are 2" in done.stderr
        assert not (tmp_path / "graph.json").exists()

    def test_a_graph_that_cannot_be_written_is_an_error(self, bundle: Path, tmp_path: Path) -> None:
        done = run("reduce", bundle, "-o", tmp_path / "nowhere" / "graph.json")

        assert done.returncode == 1
        assert done.stderr == f"{tmp_path / 'nowhere' / 'graph.json'}: error: No such file or directory\n"

    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_many_bundles_show_their_progress_in_a_terminal(self, jobs: str, bundle: Path) -> None:
        shutil.copytree(bundle, bundle.with_name("other"))
        terminal, stderr = pty.openpty()
        with subprocess.Popen(  # noqa: S603 - our own command
            [COMMAND, "reduce", "--jobs", jobs, str(bundle.parent)],
            stdout=subprocess.PIPE,
            stderr=stderr,
            env={**os.environ, "TERM": "xterm"},
        ) as process:
            assert process.wait(timeout=60) == 0
        os.close(stderr)
        shown = os.read(terminal, 100_000).decode()
        os.close(terminal)

        assert "Reducing" in shown

    def test_evidence_is_never_written_over(self, bundle: Path) -> None:
        for name in ("manifest.json", "trace.jsonl", "payloads/1.json", "payloads/new.json"):
            before = {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
            done = run("reduce", bundle, "-o", bundle / name)

            assert done.returncode == 1
            assert done.stderr == f"{bundle / name}: error: is evidence of a bundle, and is not written over\n"
            assert {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()} == before

    def test_an_output_without_name_is_an_error(self, bundle: Path) -> None:
        done = run("reduce", bundle, "-o", "")

        assert (done.returncode, done.stderr) == (1, ".: error: names no file\n")


class TestWrongInput:
    def test_a_path_that_is_not_there_does_not_stop_the_others(self, bundle: Path, tmp_path: Path) -> None:
        done = run("reduce", tmp_path / "nothing", bundle)

        assert done.returncode == 1
        assert done.stdout == f"{bundle / 'state.json'}\n"
        assert done.stderr == f"{tmp_path / 'nothing'}: error: {NO_FOLDER}\n"

    def test_a_path_that_is_not_there_is_told_in_json_too(self, tmp_path: Path) -> None:
        told = json.loads(run("reduce", "--json", tmp_path / "nothing").stdout)

        assert told["error"] == {"message": f"{tmp_path / 'nothing'}: {NO_FOLDER}"}

    def test_a_folder_of_bundles_is_no_bundle_and_the_error_says_what_to_do(self, bundle: Path) -> None:
        done = run("summary", bundle.parent)

        assert done.returncode == 1
        assert done.stderr.endswith("no trace bundle, but a folder that holds 1; name one of them\n")

    def test_an_empty_manifest_is_called_empty(self, bundle: Path) -> None:
        (bundle / "manifest.json").write_text("")

        assert run("reduce", bundle).stderr == f"{bundle / 'manifest.json'}: error: is empty\n"

    @pytest.mark.parametrize("command", ["reduce", "summary"])
    def test_a_folder_without_bundle_is_an_error_that_says_so(self, command: str, tmp_path: Path) -> None:
        done = run(command, tmp_path)

        assert done.returncode == 1
        assert done.stderr.startswith(f"{tmp_path}: error: no trace bundle")

    @pytest.mark.parametrize("command", ["reduce", "summary"])
    def test_a_file_is_no_bundle(self, command: str, bundle: Path) -> None:
        done = run(command, bundle / "trace.jsonl")

        assert done.returncode == 1
        assert done.stderr.startswith(f"{bundle / 'trace.jsonl'}: error: ")

    @pytest.mark.parametrize("command", [("reduce",), ("reduce", "--mode", "salvage"), ("summary",)])
    @pytest.mark.parametrize(
        ("name", "text"),
        [("manifest.json", "{"), ("manifest.json", "[]"), ("manifest.json", '{"schema_version": 1}')],
    )
    def test_a_broken_manifest_is_named(self, command: tuple[str, ...], name: str, text: str, bundle: Path) -> None:
        (bundle / name).write_text(text)
        done = run(*command, bundle)

        assert done.returncode == 1
        assert done.stderr.startswith(f"{bundle / name}: error: ")

    def test_a_bundle_of_a_newer_schema_is_refused_with_what_to_do(self, bundle: Path) -> None:
        manifest = bundle / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"schema_version": 1', '"schema_version": 3'))
        done = run("reduce", bundle)

        assert done.returncode == 1
        assert "the manifest says schema 3, and this version reads 1 and 2" in done.stderr
        assert "a newer rollout-trace may read it" in done.stderr

    def test_a_log_of_rubbish_is_refused(self, bundle: Path) -> None:
        (bundle / "trace.jsonl").write_bytes(b"\xff\xfe\n\x00\n")
        done = run("reduce", bundle)

        assert done.returncode == 1
        assert f"{bundle}: rejected broken-line: line 1: " in done.stderr

    def test_what_a_trace_says_reaches_the_terminal_escaped(self, bundle: Path) -> None:
        log = bundle / "trace.jsonl"
        hostile = r"/root\u001b[31m\u202e[red]"
        log.write_text(log.read_text().replace('"agent_path":"/root"', f'"agent_path":"{hostile}"', 1))
        (bundle / "payloads" / "1.json").write_text("{}")
        done = run("summary", bundle)

        assert "\x1b" not in done.stdout
        assert "\u202e" not in done.stdout
        assert r"/root\x1b[31m\u202e[red]" in done.stdout


class TestTraceReduce:
    def test_it_prints_where_the_graph_was_written(self, bundle: Path) -> None:
        done = run("debug", "trace-reduce", "bundles/good", cwd=bundle.parents[1])

        assert (done.returncode, done.stdout, done.stderr) == (0, "bundles/good/state.json\n", "")
        assert load_state(bundle) == rollout_trace.reduce_bundle(bundle, "codex").trace

    @pytest.mark.parametrize("option", ["-o", "--output"])
    def test_output_names_another_file(self, option: str, bundle: Path, tmp_path: Path) -> None:
        done = run("debug", "trace-reduce", bundle, option, tmp_path / "graph.json")

        assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'graph.json'}\n")

    def test_options_that_configure_codex_are_taken(self, bundle: Path) -> None:
        done = run("debug", "trace-reduce", "-c", 'model="x"', "--enable", "a", "--disable", "b", bundle)

        assert done.returncode == 0

    def test_a_refusal_is_exit_code_1_and_a_missing_argument_2(self, bundle: Path) -> None:
        (bundle / "payloads" / "1.json").unlink()

        assert run("debug", "trace-reduce", bundle).returncode == 1
        assert run("debug", "trace-reduce", bundle / "nothing").returncode == 1
        assert run("debug", "trace-reduce").returncode == 2


class TestSummary:
    def test_it_shows_identity_status_agents_tools_and_totals(self, bundle: Path) -> None:
        done = run("summary", bundle)
        trace = rollout_trace.reduce_bundle(bundle).trace

        assert (done.returncode, done.stderr) == (0, "")
        for shown in (trace.rollout_id, trace.trace_id, "completed", "/root", "exec_command", "compactions"):
            assert shown in done.stdout
        assert not (bundle / "state.json").exists()

    def test_a_damaged_bundle_is_shown_and_called_damaged(self, damaged: Path) -> None:
        (damaged / "payloads" / "1.json").unlink()
        done = run("summary", damaged)

        assert done.returncode == 0
        assert done.stderr.startswith(f"{damaged}: damaged: mode default rejects this bundle")
        assert len(done.stderr.splitlines()) == 1
        assert "error payload-missing" in done.stdout

    @pytest.mark.parametrize("columns", [20, 40, 60, 80])
    def test_no_figure_is_cut_however_narrow_the_terminal(self, columns: int, bundle: Path) -> None:
        done = run("summary", bundle, columns=columns)

        assert "55,883" in done.stdout or "A wider window shows" in done.stdout
        assert "41.4 s" in done.stdout
        assert "…" not in done.stdout.replace(" …", "")

    def test_lines_are_not_wrapped_where_nobody_looks(self, bundle: Path) -> None:
        done = run("summary", bundle, columns=0)

        assert any(len(line) > 150 for line in done.stdout.splitlines())

    def test_what_runs_in_a_rollout_that_is_over_is_unfinished(self, bundle: Path) -> None:
        log = bundle / "trace.jsonl"
        kept = [line for line in log.read_text().splitlines() if '"code_cell_ended"' not in line]
        log.write_text("\n".join(kept))

        assert "code cells   1: 1 unfinished" in run("summary", bundle).stdout

    def test_json_has_the_summary_and_the_diagnostics(self, bundle: Path) -> None:
        shown = json.loads(run("summary", "--json", bundle).stdout)

        assert shown["diagnostics"] == []
        assert sum(shown["summary"]["requests"].values()) == len(
            rollout_trace.reduce_bundle(bundle).trace.inference_calls
        )


class TestCheck:
    def test_the_exit_code_is_the_verdict(self, bundle: Path, damaged: Path) -> None:
        torn = Path(shutil.copytree(bundle, bundle.with_name("torn")))
        (torn / "trace.jsonl").write_bytes((bundle / "trace.jsonl").read_bytes()[:5_000])

        assert run("check", bundle).returncode == 0
        assert run("check", torn).returncode == 3
        assert run("check", damaged).returncode == 4
        assert run("check", bundle / "payloads").returncode == 1
        assert run("check").returncode == 2

    def test_of_several_there_is_a_line_each_and_the_worst_is_the_exit_code(self, bundle: Path, damaged: Path) -> None:
        done = run("check", bundle.parent, columns=0)

        assert done.returncode == 4
        assert [line.split()[:2] for line in done.stdout.splitlines()] == [
            ["damaged", str(damaged)],
            ["whole", str(bundle)],
        ]

    def test_the_last_line_says_what_can_be_trusted(self, damaged: Path) -> None:
        (damaged / "payloads" / "9.json").unlink()
        done = run("check", damaged)

        assert done.stdout.splitlines()[-1] == (
            "Damaged: 1 payload is missing or broken, 1 event does not fit the rest. 80 of 81 events can be used; mode "
            "salvage shows what they tell."
        )
        offset = (damaged / "trace.jsonl").read_bytes().index(b'"seq":11,') - len('{"schema_version":1,')
        assert f"line 12 (byte {offset:,}): payload raw_payload:9: No such file or directory" in done.stdout

    def test_json_has_every_finding(self, damaged: Path) -> None:
        told = json.loads(run("check", "--json", damaged).stdout)

        assert (told["bundle"], told["verdict"], told["error"]) == (str(damaged), "damaged", None)
        assert {"severity", "code", "message", "line", "offset", "seq", "ids", "path"} == set(told["findings"][0])
        assert told["evidence"]["log"] == {"files": 1, "bytes": (damaged / "trace.jsonl").stat().st_size}

    def test_a_bundle_that_lost_its_manifest_is_damaged_and_not_unknown(self, bundle: Path) -> None:
        (bundle / "manifest.json").unlink()
        done = run("check", bundle)

        assert done.returncode == 4
        assert "manifest.json cannot be read" in done.stdout


@pytest.mark.parametrize("mode", [(), ("--mode", "default"), ("--mode", "codex"), ("--mode", "salvage")])
def test_a_plain_reduction_is_the_same_as_one_that_is_parsed(
    mode: tuple[str, ...], bundle: Path, damaged: Path
) -> None:
    """The parser is not imported where nothing needs it. A number of jobs needs it, and changes nothing here."""
    (damaged / "payloads" / "1.json").unlink()
    shutil.copytree(bundle, bundle.with_name("cut"))
    with (bundle.with_name("cut") / "trace.jsonl").open("ab") as log:
        log.write(b'{"schema_version":')
    for path in (bundle, damaged, bundle.with_name("cut"), bundle.parent, bundle / "payloads", bundle / "missing"):
        told = []
        for more in ((), ("--jobs", "1")):
            for state in bundle.parent.glob("*/state.json"):
                state.unlink()
            done = run("reduce", *more, path, *mode)
            written = {state: state.read_bytes() for state in bundle.parent.glob("*/state.json")}
            told.append((done.returncode, done.stdout, done.stderr, written))
        assert told[0] == told[1]


@pytest.mark.parametrize(
    "arguments", [("reduce",), ("reduce", "--help"), ("reduce", "x", "--mode", "strict"), ("reduce", "--mode", "codex")]
)
def test_what_is_no_plain_reduction_is_for_the_parser(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)

    assert "Usage: rollout-trace reduce" in done.stdout or "`rollout-trace reduce -h`" in done.stderr


@pytest.mark.parametrize(("more", "parser"), [((), False), (("--jobs", "1"), True)])
def test_the_parser_is_imported_only_where_it_is_needed(more: tuple[str, ...], parser: bool, bundle: Path) -> None:  # noqa: FBT001 - a parameter of the test
    program = (
        "import os, sys; sys.argv[0] = 'rollout-trace'; os._exit = lambda code: print('click' in sys.modules)\n"
        "from rollout_trace.cli.main import main\n"
        "main()"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, "reduce", *more, str(bundle)], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == str(parser)


def test_the_version_is_shown_before_anything_is_imported() -> None:
    program = (
        "import sys; sys.argv = ['rollout-trace', '--version']; from rollout_trace.cli.main import main; main(); "
        "print(sorted({'click', 'msgspec', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603

    assert done.stdout == f"rollout-trace {rollout_trace.__version__}\n[]\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("summary", str(EXAMPLE)), ("reduce", "-o", "-", str(EXAMPLE))]
)
def test_output_that_cannot_be_written_is_an_error(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(  # noqa: S603 - our own command
            [COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )

    assert (done.returncode, done.stderr) == (1, "rollout-trace: error: No space left on device\n")


def test_a_reader_that_has_had_enough_is_no_fault() -> None:
    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, "reduce", "-o", "-", str(EXAMPLE)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""


def test_a_terminal_that_lacks_a_character_gets_it_escaped(bundle: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [COMMAND, "summary", str(bundle)],
        env={**os.environ, "PYTHONIOENCODING": "latin-1", "COLUMNS": "40"},
        capture_output=True,
        check=True,
        timeout=60,
    )

    assert rb"\u2026" in done.stdout  # the dots where a text is cut


def test_help_names_every_command_and_the_exit_codes() -> None:
    done = run("--help")

    assert done.returncode == 0
    for shown in ("reduce", "summary", "debug", "Exit codes"):
        assert shown in done.stdout


@pytest.mark.parametrize("arguments", [("--help",), ("summary", str(EXAMPLE)), ("summary", "nowhere")])
def test_streams_that_the_shell_has_closed_are_no_traceback(arguments: tuple[str, ...]) -> None:
    closing = 'exec "$0" "$@" >&-'
    done = subprocess.run(  # noqa: S603 - our own command
        ["/bin/sh", "-c", closing, COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == int("nowhere" in arguments)
    assert "Traceback" not in done.stderr


def test_a_path_that_no_system_has_does_not_stop_the_others(bundle: Path) -> None:
    done = run("reduce", "a" * 300, bundle)

    assert done.returncode == 1
    assert done.stderr == f"{'a' * 300}: error: File name too long\n"
    assert done.stdout == f"{bundle / 'state.json'}\n"


def test_a_file_anywhere_in_a_bundle_is_evidence(bundle: Path, tmp_path: Path) -> None:
    (bundle / "other").mkdir()
    (bundle / "other" / "1.json").write_text("{}")
    loop = tmp_path / "loop"
    loop.symlink_to(loop)

    assert "is evidence of a bundle" in run("reduce", bundle, "-o", bundle / "other" / "1.json").stderr
    assert "is evidence of a bundle" in run("reduce", bundle, "-o", bundle / "Trace.JSONL").stderr
    for _ in range(2):  # a graph of one's own may lie in the bundle, and be written anew
        assert run("reduce", bundle, "-o", bundle / "graph.json").returncode == 0
    assert run("reduce", bundle, "-o", loop).stdout == f"{loop}\n"  # the link is replaced


def test_a_folder_with_a_manifest_of_another_kind_is_no_bundle(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "out").mkdir()

    assert run("reduce", bundle, "-o", tmp_path / "out" / "graph.json").returncode == 0
