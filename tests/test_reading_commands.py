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

NOWHERE = "It stands nowhere in this rollout. An id is no text: `show` finds it.\n"
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
    @pytest.mark.parametrize("columns", [50, 60, 80, 140])
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

    def test_the_beginning_of_a_name_will_do(self, root: Path) -> None:
        assert self.told("timeline", root / "ol") == str(root / "older")
        assert self.told("timeline", "ol") == str(root / "older")  # of those in the root that the environment names
        assert self.told("show", root / "ol", "call_build") == str(root / "older")
        assert self.told("conversation", "ol") == str(root / "older")
        assert self.told("check", root / "ol") == str(root / "older")
        assert self.told("reduce", root / "ol") == str(root / "older")
        assert "  older  /root  ended" in run("watch", "--once", root / "ol").stdout
        assert run("reduce", root / "ol").stdout == f"{root / 'older' / 'state.json'}\n"

    @pytest.mark.usefixtures("root")
    def test_a_pattern_is_no_beginning_of_a_name(self) -> None:
        assert run("grep", "older").returncode == 1  # looked for in the newest, where it stands nowhere

    def test_without_a_path_checking_and_watching_take_the_root_too(self, root: Path) -> None:
        assert [line.split()[1] for line in run("check").stdout.splitlines()] == [
            str(root / "newer"),
            str(root / "older"),
        ]
        for name in ("newer", "older"):
            (root / name / "trace.jsonl").touch()
        assert {line.split("  ")[1] for line in run("watch", "--once").stdout.splitlines()} == {"newer", "older"}

    def test_bundles_that_nobody_writes_to_are_not_watched_and_said_to_be_there(self, root: Path) -> None:
        for name in ("newer", "older"):
            os.utime(root / name / "trace.jsonl", (0, 0))
        done = run("watch", "--once", root)

        told = "nobody has written to what it holds, 2 bundles, for an hour; name one of them, or see `list`"
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{root}: error: {told}\n")

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

    @pytest.mark.parametrize(
        ("name", "what"),
        [
            ("state.json", "a reduced graph"),
            ("trace.jsonl", "a file of a bundle"),
            ("manifest.json", "a file of a bundle"),
        ],
    )
    @pytest.mark.parametrize("command", ["timeline", "check", "watch", "list", "view"])
    def test_a_file_of_a_bundle_in_its_place(self, command: str, name: str, what: str, bundle: Path) -> None:
        run("reduce", bundle)

        assert self.refused(1, command, bundle / name) == (
            f"{bundle / name}: error: is {what}; name the folder it is in\n"
        )

    def test_a_folder_whose_folders_hold_bundles(self, root: Path) -> None:
        for command in ("timeline", "list", "reduce"):
            assert self.refused(1, command, root.parent) == (
                f"{root.parent}: error: no trace bundle, but folders that hold some: `{root.name}`; name one of them\n"
            )

    def test_a_single_word_without_a_root_to_look_in(self, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(VARIABLE)

        assert self.refused(2, "show", "call_build") == (
            "rollout-trace: error: `call_build` is taken for the ID, and no bundle is named before it; "
            f"{VARIABLE}, whose newest would be meant, is not set\n"
        )
        (bundle / "state.json").write_text("{}")
        assert self.refused(1, "show", bundle / "state.json") == (
            f"{bundle / 'state.json'}: error: is a reduced graph; name the folder it is in\n"
        )

    def test_a_beginning_of_several_bundles(self, root: Path) -> None:
        shutil.copytree(root / "newer", root / "newest")

        assert self.refused(1, "summary", root / "new") == (
            f"{root / 'new'}: error: may be `newer` or `newest`; give more of the name\n"
        )
        assert run("summary", root / "newer").returncode == 0

    @pytest.mark.parametrize(
        ("word", "advice"),
        [
            ("summray", "did you mean `summary`?"),
            ("cost", "`usage` has that"),
            ("request", "`context REQUEST` or `conversation --request REQUEST` has that"),
            ("zzz", "`rollout-trace -h` names all commands"),
        ],
    )
    def test_a_command_that_there_is_not(self, word: str, advice: str) -> None:
        assert self.refused(2, word) == f"rollout-trace: error: there is no command `{word}`; {advice}\n"

    def test_a_path_in_place_of_a_command(self, root: Path) -> None:
        assert f"that is a folder: `list {root}` shows the bundles in it\n" in self.refused(2, root)
        assert f"that is a bundle: `summary {root / 'newer'}` shows" in self.refused(2, root / "newer")

    def test_an_option_that_there_is_not(self, bundle: Path) -> None:
        told = self.refused(2, "summary", bundle, "--requests")
        assert told.startswith("rollout-trace: error: No such option")
        assert told.endswith("; `rollout-trace summary -h` says how it is used\n")

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()

        reason = (
            "no trace bundle: neither it nor a folder in it has a manifest.json; "
            f"codex writes bundles to the folder that {VARIABLE} names"
        )
        assert self.refused(1, "timeline", tmp_path / "empty") == f"{tmp_path / 'empty'}: error: {reason}\n"
        assert self.refused(1, "timeline", tmp_path / "empty" / "latest").startswith(
            f"{tmp_path / 'empty'}: error: no trace bundle"
        )

    def test_no_bundle_and_no_root(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(VARIABLE, raising=False)

        assert self.refused(2, "timeline") == (
            f"rollout-trace: error: no bundle is named, and {VARIABLE} is not set; name a bundle's folder\n"
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

        assert (done.returncode, done.stdout, done.stderr) == (1, NOWHERE, "")


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


def test_words_are_said_to_come_from_where_they_stand_first() -> None:
    lines = run("grep", THERMOSTAT, "10 C is 50 F").stdout.splitlines()
    told = json.loads(run("grep", THERMOSTAT, "10 C is 50 F", "--json").stdout)

    assert lines[0] == "first in tool:8 write_stdin (only looks)  seq 64 · payloads/44.json"
    assert lines[2].endswith("  seq 66 · payloads/45.json  shown to the model in request:8")
    assert told["origin"] == told["hits"][0]["holder"]
    assert [hit["position"]["seq"] for hit in told["hits"]] == [64, 66, 71]


class TestOneAgentOrObject:
    """What a question is narrowed to: an agent, or a single object as the last word."""

    @pytest.mark.parametrize("command", ["timeline", "failures", "tools", "terminals", "compactions", "usage"])
    def test_an_agent_has_its_own_work_only(self, command: str) -> None:
        whole, of_one = (run(command, THERMOSTAT, *more).stdout for more in ((), ("--agent", "/root/tester")))

        assert of_one
        assert of_one != whole
        assert "/root/reviewer" not in of_one

    def test_an_agent_that_there_is_not_is_wrong_use(self) -> None:
        assert run("failures", THERMOSTAT, "--agent", "/nobody").returncode == 2

    def test_a_terminal(self) -> None:
        assert run("terminals", THERMOSTAT, "terminal:4").stdout.startswith("terminal:4  /root")
        assert "terminal:5" not in run("terminals", THERMOSTAT, "terminal:4").stdout

    def test_a_compaction(self) -> None:
        assert run("compactions", THERMOSTAT, "compaction:1").stdout.startswith("compaction:1  /root")
        assert run("compactions", THERMOSTAT, "tool:1").returncode == 2

    def test_an_agent_and_those_below_it(self) -> None:
        shown = run("agents", THERMOSTAT, "/root/tester").stdout

        assert shown.startswith("/root/tester  tester")
        assert "/root/reviewer" not in shown
        assert run("agents", THERMOSTAT, "/root").stdout == run("agents", THERMOSTAT).stdout

    def test_the_usage_of_an_agent_is_its_part_of_the_whole(self) -> None:
        told = json.loads(run("usage", THERMOSTAT, "--agent", "/root/tester", "--json").stdout)["usage"]

        assert told["total"]["tokens"]["input_tokens"] == 1_072
        assert [agent["agent_path"] for agent in told["agents"]] == ["/root/tester"]
        assert told["compaction_requests"] == 0

    def test_texts_of_a_tool_are_cut_and_said_to_be(self, bundle: Path) -> None:
        for file in (bundle / "payloads").iterdir():
            file.write_text(file.read_text().replace("ruff check", r"line\n" * 60 + "ruff check"))
        cut, full = (run("tools", bundle, "tool:1", *more).stdout for more in ((), ("--full",)))

        assert "more lines; --full shows them" in cut
        assert full.count("  line\n") > cut.count("  line\n")


class TestEvidence:
    """Each answer says by which events and payload files it can be checked."""

    def test_of_each_item_of_a_conversation(self) -> None:
        lines = run("conversation", THERMOSTAT).stdout.splitlines()

        assert lines[0] == "item:1  developer  +8 ms  first shown in request:1  seq 5 · payloads/2.json"

    def test_of_a_tool_call(self) -> None:
        assert run("tools", THERMOSTAT, "tool:3").stdout.startswith(
            "tool:3 exec_command cat convert.sh  completed  seq 24, 25, 26, 27\n"
        )
        assert run("tools", THERMOSTAT).stdout.splitlines()[1].split()[:2] == ["tool:1", "10"]

    def test_a_tool_call_alone_has_the_sizes_of_the_table(self) -> None:
        """Without the lines that the runtime puts before an output; of `tool:6` the table says 34 and 34."""
        shown = run("tools", EXAMPLE, "tool:6").stdout
        assert "returned  34 characters" in shown
        assert "shown to the model  more later, 34 characters" in shown

    def test_of_a_compaction(self) -> None:
        lines = run("compactions", THERMOSTAT).stdout.splitlines()

        assert "33 items became 2  seq 166 · payloads/111.json" in lines[0]
        assert lines[2].endswith("and say plainly what you did.  seq 5 · payloads/2.json")
        assert "payloads/111.json" in run("show", THERMOSTAT, "compaction:1").stdout

    def test_of_where_two_runs_part(self) -> None:
        lines = run("diff", EXAMPLE, EXAMPLE.parent / "fix-it-alone").stdout.splitlines()

        assert lines[0] == "They part at item:16 of A (request:5, seq 38) and item:16 of B (request:4, seq 32)."
        assert lines[2] == "/root  they part after the first 15 items"


def test_runs_that_do_the_same_are_said_to_first() -> None:
    lines = run("diff", THERMOSTAT, THERMOSTAT).stdout.splitlines()

    assert lines[:3] == ["They do the same.", "", "/root  the same in both: 40 items"]


def test_runs_that_were_asked_different_things_are_said_to_be() -> None:
    lines = run("diff", EXAMPLE, THERMOSTAT).stdout.splitlines()

    assert lines[1] == "They were asked different things."
    assert lines[3].startswith("/root  they part at the first item")


def test_instructions_of_the_host_are_folded(bundle: Path) -> None:
    for file in (bundle / "payloads").iterdir():
        file.write_text(file.read_text().replace("Commands run without", r"\n" * 9 + "Commands run without"))
    lines = run("conversation", bundle).stdout.splitlines()

    assert lines[0].startswith("item:1  developer")
    assert lines[4] == "  … 7 more lines; --full shows them"


def test_the_program_of_a_cell_stands_once_in_a_timeline() -> None:
    shown = run("timeline", THERMOSTAT, columns=0).stdout

    assert shown.count("const script = await") == 1
    assert "tool:2 exec starts cell:1" in shown


def test_the_help_of_no_command_is_cut() -> None:
    shown = run("--help", columns=80).stdout

    assert [line for line in shown.splitlines() if line.endswith("...") and not line.startswith("Usage")] == []


def test_nothing_is_yellow_which_no_light_background_shows(bundle: Path) -> None:
    reader, terminal = pty.openpty()
    (bundle / "trace.jsonl").write_text("".join((bundle / "trace.jsonl").read_text().splitlines(keepends=True)[:60]))
    for command in ("summary", "usage", "failures", "timeline", "tools"):
        subprocess.run(  # noqa: S603 - our own command
            [COMMAND, command, str(bundle)],
            stdout=terminal,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
            check=True,
        )
        shown = os.read(reader, 100_000).decode()
        assert "\x1b[" in shown
        assert not re.search(r"\x1b\[(?:\d+;)*(?:33|93)m", shown)
    os.close(terminal)
    os.close(reader)


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


@pytest.mark.parametrize("command", ["agents", "terminals", "timeline", "conversation"])
@pytest.mark.parametrize("columns", [50, 63, 71, 80])
def test_a_figure_and_its_unit_stay_on_one_line(command: str, columns: int, bundle: Path) -> None:
    wide, narrow = (re.findall(r"\+[\d.]+ m?s", run(command, bundle, columns=width).stdout) for width in (0, columns))

    assert narrow == wide
    assert wide
