"""The commands that answer questions, as their users run them: which bundle, which object, what is printed where."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rollout_trace.cli.commands import rollout_trace as program
from test_commands import COMMAND, EXAMPLE, run

THERMOSTAT = EXAMPLE.parent / "thermostat"

ANSWERS = {
    "summary": (),
    "timeline": (),
    "show": ("call_build",),
    "why": ("call_build",),
    "conversation": (),
    "context": ("request:9",),
    "tools": (),
    "terminals": (),
    "agents": (),
    "failures": (),
    "compactions": (),
    "usage": (),
    "time": (),
    "grep": ("juillet",),
}
"""Each command that reads one bundle, with what it must be given besides."""
VARIABLE = "CODEX_ROLLOUT_TRACE_ROOT"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two bundles, the environment's: `older` began before `newer`, though its name comes last."""
    folder = tmp_path / "traces"
    for name in ("newer", "older"):
        shutil.copytree(EXAMPLE, folder / name, ignore=shutil.ignore_patterns("state.json"))
    manifest = folder / "older" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("1790000000000", "1789999999999"))
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


@pytest.fixture
def bundle(root: Path) -> Path:
    return root / "newer"


def test_every_command_that_reads_a_bundle_is_tested_here() -> None:
    others = {"reduce", "debug", "diff"}
    reading = {
        name
        for name in program.list_commands(program.make_context("rollout-trace", [], resilient_parsing=True))
        if (command := program.get_command(None, name)) is not None  # type: ignore[arg-type]
        and any(parameter.name == "words" for parameter in command.params)
    }

    assert reading - others == set(ANSWERS)


class TestEveryAnswer:
    @pytest.mark.parametrize("command", ANSWERS)
    def test_it_is_json_for_a_program(self, command: str, bundle: Path) -> None:
        done = run(command, bundle, *ANSWERS[command], "--json")
        told = json.loads(done.stdout)

        assert (done.returncode, done.stderr) == (0, "")
        assert (told["bundle"], told["at"], told["default_rejects"]) == (str(bundle), None, False)
        assert len(told) > 3

    @pytest.mark.parametrize("command", ANSWERS)
    @pytest.mark.parametrize("columns", [80, 140])
    def test_it_fits_the_terminal(self, command: str, columns: int, bundle: Path) -> None:
        lines = run(command, bundle, *ANSWERS[command], columns=columns).stdout.splitlines()

        assert lines
        assert [line for line in lines if len(line) > columns] == []

    @pytest.mark.parametrize("command", ANSWERS)
    def test_it_can_be_had_in_a_narrow_window(self, command: str, bundle: Path) -> None:
        done = run(command, bundle, *ANSWERS[command], columns=30)

        assert (done.returncode, done.stderr) == (0, "")

    @pytest.mark.parametrize("command", ANSWERS)
    def test_it_has_no_colours_where_nobody_looks(self, command: str, bundle: Path) -> None:
        assert "\x1b" not in run(command, bundle, *ANSWERS[command], columns=0).stdout

    @pytest.mark.parametrize("command", ANSWERS)
    def test_nothing_is_written_and_a_state_file_is_not_believed(self, command: str, bundle: Path) -> None:
        honest = run(command, bundle, *ANSWERS[command]).stdout
        (bundle / "state.json").write_text("{}")
        before = {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()}

        assert run(command, bundle, *ANSWERS[command]).stdout == honest
        assert {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()} == before

    @pytest.mark.parametrize("command", ANSWERS)
    def test_of_a_damaged_bundle_it_says_so_in_one_line_beside_the_answer(self, command: str, bundle: Path) -> None:
        lines = (bundle / "trace.jsonl").read_text().splitlines(keepends=True)
        (bundle / "trace.jsonl").write_text("".join([*lines[:2], "rubbish\n", *lines[2:]]))
        done = run(command, bundle, *ANSWERS[command])

        assert done.returncode == 0
        assert done.stdout
        assert done.stderr == (
            f"{bundle}: damaged: mode default rejects this bundle, `check` says what is missing; "
            "shown is what could be read of it\n"
        )

    @pytest.mark.parametrize("command", ANSWERS)
    def test_hostile_text_reaches_no_terminal(self, command: str, bundle: Path) -> None:
        hostile = r"\u001b[31m\u202e\u0007make check"
        for file in (bundle / "trace.jsonl", *(bundle / "payloads").iterdir()):
            text = file.read_text()
            for words in ("make check", "juillet", "/root/reviewer", "call_build_"):
                text = text.replace(words, words[:2] + hostile.replace("make check", "") + words[2:])
            file.write_text(text)
        done = run(command, bundle, *(re.sub("juillet", "uillet", word) for word in ANSWERS[command]))

        assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.stdout) == []

    @pytest.mark.parametrize("command", ["timeline", "tools", "failures", "conversation", "summary"])
    def test_it_may_be_of_an_earlier_event(self, command: str, bundle: Path) -> None:
        early = json.loads(run(command, bundle, "--at", "12", "--json").stdout)

        assert early["at"] == 12
        assert "call_read" not in json.dumps(early)  # which starts at event 14
        assert early != json.loads(run(command, bundle, "--json").stdout) | {"at": 12}


class TestWhichBundle:
    def told(self, *arguments: str | Path, cwd: Path | None = None) -> str:
        done = run(*arguments, "--json", cwd=cwd)
        assert done.returncode == 0, done.stderr
        bundle: str = json.loads(done.stdout)["bundle"]
        return bundle

    def test_without_a_path_it_is_the_newest_of_the_root_that_the_environment_names(self, root: Path) -> None:
        assert self.told("timeline") == str(root / "newer")
        assert self.told("timeline", "latest") == str(root / "newer")
        assert self.told("show", "call_build") == str(root / "newer")
        assert self.told("show", "latest", "call_build") == str(root / "newer")

    def test_latest_in_a_folder_is_the_newest_there(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(VARIABLE)

        assert self.told("timeline", root / "latest") == str(root / "newer")

    def test_a_single_word_is_the_bundle_if_it_names_one_and_else_what_is_asked_for(self, root: Path) -> None:
        assert self.told("conversation", root / "older") == str(root / "older")
        assert self.told("conversation", "/root/reviewer") == str(root / "newer")
        assert self.told("tools", "tool:1") == str(root / "newer")

    def test_a_bundle_that_cannot_be_opened_is_never_the_newest(self, root: Path) -> None:
        (root / "newer" / "manifest.json").write_text("{")

        assert self.told("timeline") == str(root / "older")

    def test_differences_are_between_bundles_named_alike(self, root: Path) -> None:
        done = run("diff", root / "older", "latest", "--json")

        (agent, *_) = json.loads(done.stdout)["difference"]["agents"]
        assert [stretch["is_same"] for stretch in agent["stretches"]] == [True]


class TestBadUse:
    """One sentence on standard error, which says what to do."""

    def refused(self, code: int, *arguments: str | Path) -> str:
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (code, "")
        return done.stderr

    def test_an_unknown_id(self, bundle: Path) -> None:
        assert self.refused(2, "show", bundle, "nonsense") == (
            f"{bundle}: error: no object has a name that begins with `nonsense`; `timeline` shows what there is\n"
        )

    def test_a_beginning_of_several_ids(self, bundle: Path) -> None:
        assert self.refused(2, "why", bundle, "call_p") == (
            f"{bundle}: error: `call_p` may be call_patch or call_poll; give more of the name, or all of it\n"
        )

    def test_the_id_of_something_else(self, bundle: Path) -> None:
        assert "`call_build` is tool:1, a tool call, not a request" in self.refused(2, "context", bundle, "call_build")

    def test_a_root_in_place_of_a_bundle(self, root: Path) -> None:
        assert self.refused(1, "timeline", root) == (
            f"{root}: error: no trace bundle, but a folder that holds 2; name one of them\n"
        )

    def test_two_roots(self, root: Path) -> None:
        assert "is one word too many: this command takes one bundle\n" in self.refused(2, "timeline", root, root)

    @pytest.mark.parametrize(("command", "operand"), [("why", "ID"), ("grep", "PATTERN"), ("context", "REQUEST")])
    def test_a_bundle_and_nothing_to_look_for(self, command: str, operand: str, bundle: Path) -> None:
        assert f"`{bundle}` is the bundle; the {operand} is missing after it\n" in self.refused(2, command, bundle)

    @pytest.mark.parametrize("name", ["state.json", "trace.jsonl", "manifest.json"])
    def test_a_file_of_a_bundle_in_its_place(self, name: str, bundle: Path) -> None:
        run("reduce", bundle)

        assert self.refused(1, "timeline", bundle / name) == (
            f"{bundle / name}: error: no trace bundle: it is no folder; name the folder that a bundle is\n"
        )

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()

        reason = "no trace bundle: it has no manifest.json; name a folder that a recorder wrote"
        assert self.refused(1, "timeline", tmp_path / "empty") == f"{tmp_path / 'empty'}: error: {reason}\n"
        assert self.refused(1, "timeline", tmp_path / "empty" / "latest").startswith(
            f"{tmp_path / 'empty'}: error: no trace bundle"
        )

    def test_no_bundle_and_no_root(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(VARIABLE, raising=False)

        assert self.refused(2, "timeline") == (
            f"error: no bundle is named, and {VARIABLE} is not set; name a bundle's folder\n"
        )

    def test_an_event_that_the_log_does_not_have(self, bundle: Path) -> None:
        assert self.refused(2, "timeline", bundle, "--at", "81") == (
            f"{bundle}: error: the log has no event 81; the last is 80\n"
        )

    def test_a_pattern_that_is_none(self, bundle: Path) -> None:
        assert "`[` is no regular expression" in self.refused(2, "grep", bundle, "[")
        assert run("grep", bundle, "-F", "[").returncode == 0

    def test_a_pattern_that_stands_nowhere_is_exit_code_1(self, bundle: Path) -> None:
        done = run("grep", bundle, "a word that nobody says")

        assert (done.returncode, done.stdout, done.stderr) == (1, "It stands nowhere in this rollout.\n", "")


def test_a_terminal_gets_colours(bundle: Path) -> None:
    reader, terminal = pty.openpty()
    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, "failures", str(bundle)], stdout=terminal, env={**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    ) as process:
        assert process.wait(timeout=60) == 0
    os.close(terminal)
    shown = os.read(reader, 100_000).decode()
    os.close(reader)

    assert "\x1b[31mexit code 2" in shown


def test_a_request_is_shown_as_the_model_saw_it(bundle: Path) -> None:
    shown = run("conversation", bundle, "--request", "request:1", columns=100).stdout

    assert "You are a coding agent. Work in the repository" in shown
    assert shown.index("item:1") < shown.index("item:2")
    assert "item:3" not in shown


def test_what_is_long_is_cut_and_said_to_be(bundle: Path) -> None:
    cut, full = (run("compactions", bundle, *more).stdout for more in ((), ("--full",)))

    assert "… and 11 more; --full shows them" in cut
    assert "more; --full" not in full
    assert len(full.splitlines()) > len(cut.splitlines())


def test_a_command_imports_nothing_of_the_answers_of_others() -> None:
    program_text = (
        "import sys; sys.argv = ['rollout-trace', 'summary', sys.argv[1], '--json']\n"
        "from rollout_trace.cli.run import run\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "used = {name.rpartition('.')[2] for name in sys.modules if name.startswith('rollout_trace.query.')}\n"
        "print(sorted(used & {'timeline', 'lineage', 'difference', 'search', 'failures'}), file=sys.stderr)"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program_text, str(EXAMPLE)], capture_output=True, text=True, check=True
    )

    assert done.stderr == "[]\n"


class TestAnEvent:
    def test_is_shown_with_what_it_changed_and_the_files_it_names(self) -> None:
        shown = run("show", THERMOSTAT, "seq:39").stdout
        assert shown.startswith("seq:39  event  tool_call_started\n")
        assert "payload  payloads/26.json\n" in shown
        assert "  tool:5 apply_patch" in shown
        assert '"tool_call_id": "call_guess"' in shown

    def test_that_the_log_does_not_have_is_named(self) -> None:
        refused = run("show", THERMOSTAT, "seq:999")
        assert (refused.returncode, refused.stderr) == (2, f"{THERMOSTAT}: error: the log has no event 999\n")


class TestAMoment:
    def test_is_said_and_is_no_fault_of_the_log(self) -> None:
        shown = run("summary", THERMOSTAT, "--at", "60").stdout
        assert shown.startswith("As of event 60; what came after it is not looked at.\n")
        assert "1.0 s until event 60\n" in shown
        assert "not-completed" not in shown


def test_a_limit_is_no_damage() -> None:
    told = run("summary", THERMOSTAT, "--limit", "events=10").stderr
    assert told.startswith(f"{THERMOSTAT}: not read whole: ")
    assert "exceeds the limit events of 10" in told
    assert "damaged" not in told


def test_output_that_nobody_reads_any_more_ends_the_command_as_shells_have_it() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([COMMAND, "why", THERMOSTAT, "tool:5"], stdout=writer, stderr=subprocess.PIPE, check=False)  # noqa: S603
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")
