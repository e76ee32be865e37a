"""`list` and `compare` as users run them, and the facts that they keep."""

import json
import os
import shutil
import stat
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rollout_trace.query.prices import shipped_prices

EXAMPLE = Path(__file__).parents[1] / "examples" / "fix-the-build"
COMMAND = str(Path(sysconfig.get_path("scripts")) / "rollout-trace")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command with cache and settings of its own."""
    folders = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_CONFIG_HOME": str(tmp_path / "config")}

    def run_command(*arguments: str | Path, columns: int = 200, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **folders, "COLUMNS": str(columns), **variables}
        done = subprocess.run(  # noqa: S603 - our own command
            [COMMAND, *map(str, arguments)], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert "Traceback" not in done.stderr
        return done

    return run_command


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with two runs of the example: `late` began a day after `early`, and has no end."""
    folder = tmp_path / "bundles"
    early = Path(shutil.copytree(EXAMPLE, folder / "early", ignore=shutil.ignore_patterns("state.json")))
    late = Path(shutil.copytree(early, folder / "late"))
    manifest = json.loads((late / "manifest.json").read_text())
    rollout, trace = manifest["rollout_id"], manifest["trace_id"]
    for file in (late / "manifest.json", late / "trace.jsonl"):
        text = file.read_text().replace(rollout, "another-rollout").replace(trace, "another-trace")
        text = text.replace("17900000", "17900864")  # the times of that day
        lines = text.splitlines(keepends=True)
        file.write_text("".join(lines if file.suffix == ".json" else lines[:-1]))
    return folder


def listed(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def names(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [Path(line["bundle"]).name for line in listed(done)]


def cached(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").rglob("*.json"))


class TestList:
    def test_a_line_says_when_how_long_how_it_ended_what_it_cost_and_what_was_asked(self, run: Run, root: Path) -> None:
        lines = run("list", root).stdout.splitlines()

        assert lines[0].split() == [
            *("bundle", "started", "time", "status", "faults"),
            *("cost", "tokens", "requests", "agents", "size", "asked"),
        ]
        assert lines[2].startswith("early   2026-09-21 14:13  41.4 s  completed       0  $0.1000*   69.8k        11  ")
        assert lines[1].startswith("late    2026-09-22 14:13")
        assert "no end" in lines[1]
        assert "2 bundles of 2 sessions, 139.6k tokens in and out, cost $0.2001*" in lines
        assert lines[-3:] == [
            "* 2 of 22 requests have no count of tokens, and are in no sum but that of requests.",
            "Requests to compact a history, 2 here, are in no sum: traces do not count their tokens.",
            f"Prices of {shipped_prices().date}: what the tokens cost by the list, not what was paid.",
        ]

    @pytest.mark.parametrize("columns", [80, 140])
    def test_it_fits_the_terminal_one_line_a_bundle_without_colour_codes(
        self, columns: int, run: Run, root: Path
    ) -> None:
        done = run("list", root, columns=columns)

        assert max(map(len, done.stdout.splitlines())) <= columns
        assert done.stdout.count("The build") == 2
        assert "\x1b" not in done.stdout

    @pytest.mark.parametrize("order", ["faults", "size", "agents", "tokens"])
    def test_what_it_is_sorted_by_is_shown_however_narrow_the_window_is(self, order: str, run: Run, root: Path) -> None:
        head = run("list", root, "--sort", order, columns=66).stdout.splitlines()[0].split()

        assert "faults" in head
        assert order in head
        assert "requests" not in head

    def test_a_long_name_is_shown_so_far_that_it_names_the_bundle(self, run: Run, root: Path) -> None:
        one, other = "trace-8f71d79d-467c-53c4-bd2d-a6d2e4ebdb5b", "trace-8f71d79d-5dd1-40f2-9c11-d1a2e4ebdb5b"
        (root / "early").rename(root / one)
        (root / "late").rename(root / other)
        shown = [line.split()[0] for line in run("list", root).stdout.splitlines()[1:3]]

        assert shown == ["trace-8f71d79d-5", "trace-8f71d79d-4"]
        assert names(run("list", root, "--json")) == [other, one]
        assert "Of long names the beginning is shown, which every command takes.\n" in run("list", root).stdout

    def test_a_name_with_which_another_begins_is_shown_whole(self, run: Run, root: Path) -> None:
        (root / "early").rename(root / "trace-of-a-long-afternoon")
        (root / "late").rename(root / "trace-of-a-long-afternoon-2")
        shown = [line.split()[0] for line in run("list", root).stdout.splitlines()[1:3]]

        assert shown == ["trace-of-a-long-afternoon-", "trace-of-a-long-afternoon"]

    def test_json_has_the_facts_a_line_for_each(self, run: Run, root: Path) -> None:
        late, early = listed(run("list", root, "--json"))

        assert early["bundle"] == str(root / "early")
        assert (early["status"], late["status"]) == ("completed", "no-end")
        assert (early["duration_ms"], early["agents"], early["models"]) == (41_396, 2, ["gpt-5.5"])
        assert (early["usage"]["requests"], early["usage"]["cost_usd"]) == (11, 0.100027)
        assert early["compaction_requests"] == 1
        assert early["prices"] == {"date": str(shipped_prices().date), "source": shipped_prices().source, "own": None}

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ((), ["late", "early"]),
            (("--sort", "time"), ["early", "late"]),
            (("--sort", "size"), ["early", "late"]),
            (("--rows", "1"), ["late"]),
            (("--status", "completed"), ["early"]),
            (("--status", "no-end"), ["late"]),
            (("--since", "2026-09-22"), ["late"]),
            (("--since", "2026-09-21T14:00"), ["late", "early"]),
            (("--since", "1m", "--rows", "1"), []),
            (("--model", "gpt-5*"), ["late", "early"]),
            (("--model", "gpt-5"), []),
            (("--asked", "PLAINDATE"), ["late", "early"]),
            (("--asked", "something else"), []),
        ],
    )
    def test_sorts_and_filters(self, options: tuple[str, ...], expected: list[str], run: Run, root: Path) -> None:
        if options[:2] == ("--since", "1m"):
            shutil.rmtree(root / "late")  # of which nobody knows when these tests run
            expected = names(run("list", root, "--json", "--since", "2026-09-21")) and expected
        assert names(run("list", root, "--json", *options)) == expected

    def test_the_root_may_come_from_the_environment(self, run: Run, root: Path) -> None:
        assert len(listed(run("list", "--json", CODEX_ROLLOUT_TRACE_ROOT=str(root)))) == 2

    def test_a_bundle_that_cannot_be_read_does_not_hide_the_others(self, run: Run, root: Path) -> None:
        (root / "early" / "manifest.json").write_text("{")
        done = run("list", root)

        assert done.returncode == 1
        assert "late" in done.stdout
        assert done.stderr.startswith(f"{root / 'early' / 'manifest.json'}: error: ")

    def test_nothing_is_written_into_a_bundle(self, run: Run, root: Path) -> None:
        before = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}
        run("list", root)

        assert {file: file.read_bytes() for file in root.rglob("*") if file.is_file()} == before


class TestCache:
    def test_the_second_time_nothing_is_reduced(self, run: Run, root: Path) -> None:
        first = run("list", root)
        for payload in root.glob("*/payloads/*.json"):  # without which nothing could be reduced; no file comes or goes
            payload.write_text("")

        assert run("list", root).stdout == first.stdout
        assert run("list", root, "--no-cache").stdout != first.stdout

    def test_it_is_for_the_user_alone(self, run: Run, root: Path, tmp_path: Path) -> None:
        run("list", root)
        files = cached(tmp_path)

        assert len(files) == 2
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        folders = (files[0].parent, files[0].parent.parent)
        assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}

    def test_a_run_that_has_grown_is_read_anew(self, run: Run, root: Path) -> None:
        log = root / "late" / "trace.jsonl"
        whole = log.read_text().splitlines(keepends=True)
        log.write_text("".join(whole[:20]))
        few = listed(run("list", root, "--json"))[0]["usage"]["requests"]
        log.write_text("".join(whole))

        assert (few, listed(run("list", root, "--json"))[0]["usage"]["requests"]) == (3, 11)

    def test_a_payload_that_is_gone_is_seen(self, run: Run, root: Path) -> None:
        run("list", root)
        (root / "late" / "payloads" / "1.json").unlink()

        assert sum(listed(run("list", root, "--json"))[0]["diagnostics"].values()) > 0

    @pytest.mark.parametrize("text", ["", "{", "[]", "\xff", '{"form":"0 0"}'])
    def test_a_broken_or_old_file_is_ignored_and_written_anew(
        self, text: str, run: Run, root: Path, tmp_path: Path
    ) -> None:
        first = run("list", root)
        good = {file: file.read_bytes() for file in cached(tmp_path)}
        for file in good:
            file.write_text(text)
        again = run("list", root)

        assert (again.stdout, again.stderr) == (first.stdout, "")
        assert {file: file.read_bytes() for file in cached(tmp_path)} == good

    def test_facts_of_another_program_are_not_used(self, run: Run, root: Path, tmp_path: Path) -> None:
        run("list", root)
        for file in cached(tmp_path):
            entry = json.loads(file.read_text())
            file.write_text(json.dumps({**entry, "form": "another", "facts": {**entry["facts"], "agents": 99}}))

        assert [line["agents"] for line in listed(run("list", root, "--json"))] == [2, 2]

    def test_without_cache_nothing_is_kept(self, run: Run, root: Path, tmp_path: Path) -> None:
        run("list", root, "--no-cache")

        assert not (tmp_path / "cache").exists()

    def test_a_folder_that_cannot_be_written_does_no_harm(self, run: Run, root: Path, tmp_path: Path) -> None:
        (tmp_path / "cache").write_text("no folder")

        assert (run("list", root).returncode, run("list", root).stderr) == (0, "")


class TestCompare:
    def test_it_shows_tools_models_tasks_and_errors(self, run: Run, root: Path) -> None:
        found = json.loads(run("compare", root, "--json").stdout)

        tool = found["tools"][0]
        assert (tool["tool"], tool["bundles"]) == ("exec_command", 2)
        assert tool["outcomes"] == {"calls": 10, "failed": 0, "exit_not_zero": 2, "never_ended": 0}
        (model,) = found["models"]
        assert (model["model"], model["completed"], model["failed"]) == ("gpt-5.5", 20, 2)
        # Of the ten durations of one run, in order: the fifth, and the tenth.
        assert (model["median_ms"], model["percentile_95_ms"], model["longest_ms"]) == (2_662, 12_940, 12_940)
        (task,) = found["tasks"]
        assert (task["bundles"], task["median_cost_usd"], task["usage"]["cost_usd"]) == (2, 0.100027, 0.200054)
        assert [(error["source"], error["count"], error["seq"]) for error in found["errors"]] == [
            ("exec_command", 2, 6),
            ("request", 2, 12),
        ]

    @pytest.mark.parametrize("columns", [80, 140])
    def test_it_fits_the_terminal_without_colour_codes(self, columns: int, run: Run, root: Path) -> None:
        done = run("compare", root, columns=columns)

        assert max(map(len, done.stdout.splitlines())) <= columns
        assert "\x1b" not in done.stdout
        assert "exit code 2: make: *** [check]" in done.stdout

    def test_many_bundles_are_read_by_several_processes_with_the_same_result(self, run: Run, root: Path) -> None:
        for number in range(10):
            shutil.copytree(root / "early", root / f"copy-{number}")

        few = json.loads(run("compare", root / "early", "--json", "--no-cache").stdout)
        many = json.loads(run("compare", root, "--json", "--no-cache").stdout)
        assert many["bundles"] == 12
        assert many["tools"][0]["outcomes"]["calls"] == 12 * few["tools"][0]["outcomes"]["calls"]

    def test_json_says_which_prices_it_has_and_which_bundles_it_has_not(self, run: Run, root: Path) -> None:
        (root / "early" / "manifest.json").write_text("{")
        done = run("compare", root, "--json")
        found = json.loads(done.stdout)

        assert done.returncode == 1
        assert found["prices"]["date"] == str(shipped_prices().date)
        assert [failure["bundle"] for failure in found["failures"]] == [str(root / "early")]
        assert found["compaction_requests"] == 1

    def test_it_says_what_is_in_no_sum(self, run: Run, root: Path) -> None:
        lines = run("compare", root).stdout.splitlines()

        assert "2 bundles, 22 requests, cost $0.2001*" in lines
        assert "* 2 of 22 requests have no count of tokens, and are in no sum but that of requests." in lines
        assert "Requests to compact a history, 2 here, are in no sum: traces do not count their tokens." in lines


class TestLimits:
    @pytest.mark.parametrize("command", ["list", "compare"])
    def test_a_limit_leaves_out_what_passes_it(self, command: str, run: Run, root: Path) -> None:
        def requests(*options: str, **variables: str) -> list[int]:
            lines = listed(run(command, root, "--json", *options, **variables))
            return [line["usage"]["requests"] for line in lines]

        whole = requests()
        limited = requests("--limit", "events=20")

        assert sum(limited) == 2 * 3 < sum(whole)
        assert requests(ROLLOUT_TRACE_LIMITS="events=20") == limited
        assert requests() == whole  # what was found within other limits is not used

    @pytest.mark.parametrize("command", ["list", "compare"])
    def test_a_number_alone_is_told_where_it_belongs(self, command: str, run: Run, root: Path) -> None:
        done = run(command, root, "--limit", "5")

        assert done.returncode == 2
        assert "'5' is no limit on what is read; --rows 5 shows so many lines" in done.stderr


class TestPrices:
    def test_ones_own_prices_and_those_of_the_list_both_have_their_date(
        self, run: Run, root: Path, tmp_path: Path
    ) -> None:
        own = tmp_path / "own.toml"
        own.write_text('date = 2026-10-01\n[models."a"]\ninput = 1\ncached_input = 1\noutput = 1\n', encoding="utf-8")

        for command in (("usage", EXAMPLE), ("list", root), ("compare", root)):
            last = run(*command, "--prices", own).stdout.splitlines()[-1]
            assert last.startswith(f"Prices of {shipped_prices().date}, and your own of 2026-10-01 for a: ")

    def test_a_model_that_has_a_price_for_other_days_is_told_from_one_that_has_none(
        self, run: Run, root: Path, tmp_path: Path
    ) -> None:
        own = tmp_path / "own.toml"
        own.write_text('[models."gpt-5.5"]\nuntil = 2026-09-21\ninput = 0\ncached_input = 0\noutput = 1_000_000\n')
        lines = run("compare", root, "--prices", own).stdout.splitlines()  # of the 21st, and of the 22nd

        assert "2 bundles, 22 requests, cost $1,397.00 + unknown*" in lines
        assert "No price is known for gpt-5.5 on some days; --prices takes a file with your own." in lines

    def test_of_many_models_with_prices_of_ones_own_only_some_are_named(
        self, run: Run, root: Path, tmp_path: Path
    ) -> None:
        own = tmp_path / "own.toml"
        own.write_text("".join(f"[models.a{n}]\ninput = 1\ncached_input = 1\noutput = 1\n" for n in range(7)))
        last = run("list", root, "--prices", own).stdout.splitlines()[-1]

        assert f"Prices of {shipped_prices().date}, and your own for a0, a1, a2, a3, a4, 2 more: " in last

    def test_a_run_keeps_the_price_of_its_day(self, run: Run, root: Path, tmp_path: Path) -> None:
        own = tmp_path / "own.toml"
        row = '[[models."gpt-5.5"]]\n{days}\ninput = 0\ncached_input = 0\noutput = {price}\n'
        rows = ("until = 2026-09-21", 1_000_000), ("from = 2026-09-22", 2_000_000)
        own.write_text("".join(row.format(days=days, price=price) for days, price in rows))
        late, early = listed(run("list", root, "--json", "--prices", own))  # of the 22nd, and of the 21st

        assert (early["usage"]["cost_usd"], late["usage"]["cost_usd"]) == (1_397, 2 * 1_397)

    def test_a_file_of_ones_own_counts_when_it_is_named_or_lies_in_the_settings(
        self, run: Run, root: Path, tmp_path: Path
    ) -> None:
        own = tmp_path / "config" / "rollout-trace" / "prices.toml"
        own.parent.mkdir(parents=True)
        own.write_text('[models."gpt-5.5"]\ninput = 0\ncached_input = 0\noutput = 1_000_000\n', encoding="utf-8")

        assert listed(run("list", root, "--json"))[0]["usage"]["cost_usd"] == 1_397
        other = own.replace(tmp_path / "other.toml")
        assert listed(run("list", root, "--json"))[0]["usage"]["cost_usd"] == 0.100027
        assert (
            json.loads(run("usage", EXAMPLE, "--json", "--prices", other).stdout)["usage"]["total"]["cost_usd"] == 1_397
        )

    @pytest.mark.parametrize("command", ["usage", "list", "compare"])
    def test_a_malformed_file_is_one_sentence(self, command: str, run: Run, root: Path, tmp_path: Path) -> None:
        bad = tmp_path / "bad.toml"
        bad.write_text("[models.a]\ninput = 1\n", encoding="utf-8")
        done = run(command, EXAMPLE if command == "usage" else root, "--prices", bad)

        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"{bad}: error: is no price table: ")
        assert done.stderr.count("\n") == 1

    def test_an_unknown_price_is_said_to_be_unknown(self, run: Run, root: Path) -> None:
        for payload in (root / "early").rglob("trace.jsonl"):
            payload.write_text(payload.read_text().replace('"model":"gpt-5.5"', '"model":"gpt-0"'))
        done = run("usage", root / "early")

        assert "unknown" in done.stdout
        assert "$" not in done.stdout
        assert "No price is known for gpt-0; --prices takes a file with your own." in done.stdout


class TestWrongUse:
    @pytest.mark.parametrize("command", ["list", "compare"])
    def test_without_root_it_says_what_to_give(self, command: str, run: Run) -> None:
        done = run(command, CODEX_ROLLOUT_TRACE_ROOT="")

        assert done.returncode == 2
        assert "name a folder of bundles, or set CODEX_ROLLOUT_TRACE_ROOT to one" in done.stderr

    @pytest.mark.parametrize("command", ["list", "compare"])
    def test_an_empty_folder_a_file_and_nothing_are_one_sentence(self, command: str, run: Run, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        (tmp_path / "file").write_text("")

        for name, reason in (("empty", "no trace bundle"), ("file", "is no folder"), ("nothing", "no such folder")):
            done = run(command, tmp_path / name)
            assert (done.returncode, done.stdout) == (1, "")
            assert done.stderr.startswith(f"{tmp_path / name}: error: {reason}")
            assert done.stderr.count("\n") == 1

    @pytest.mark.parametrize("command", ["list", "compare", "reduce", "check"])
    def test_bundles_further_down_are_named(self, command: str, run: Run, root: Path, tmp_path: Path) -> None:
        deep = tmp_path / "above" / "b" / "of-one-version"
        (tmp_path / "above" / "a" / "empty").mkdir(parents=True)
        deep.parent.mkdir(parents=True)
        root.rename(deep)

        done = run(command, tmp_path / "above")

        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.endswith(
            ": no trace bundle, but folders that hold some: `b/of-one-version`; name one of them\n"
        )

    def test_a_moment_that_is_none_is_named(self, run: Run, root: Path) -> None:
        done = run("list", root, "--since", "yesterday")

        assert done.returncode == 2
        assert "'yesterday' is no moment; give 2026-11-21, 2026-11-21T14:00, 7d, 12h or 30m" in done.stderr

    def test_no_bundle_that_fits_the_filters_is_said(self, run: Run, root: Path) -> None:
        done = run("list", root, "--model", "none")

        assert (done.returncode, done.stdout, done.stderr) == (0, "", "none of 2 bundles has what --model wants\n")

    @pytest.mark.parametrize("command", ["usage", "time"])
    def test_a_folder_of_bundles_is_no_bundle(self, command: str, run: Run, root: Path) -> None:
        done = run(command, root)

        assert done.returncode == 1
        assert done.stderr.endswith("no trace bundle, but a folder that holds 2; name one of them\n")


@pytest.mark.parametrize("columns", [80, 140])
@pytest.mark.parametrize("command", [("usage", "--requests"), ("time",)])
def test_one_bundle_fits_the_terminal_without_colour_codes(command: tuple[str, ...], columns: int, run: Run) -> None:
    done = run(*command, EXAMPLE, columns=columns)

    assert max(map(len, done.stdout.splitlines())) <= columns
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    "command", [("usage", "--requests"), ("time",), ("list", "--no-cache"), ("compare", "--no-cache")]
)
def test_what_a_trace_says_reaches_the_terminal_escaped(command: tuple[str, ...], run: Run, root: Path) -> None:
    bundle = root / "early"
    log = bundle / "trace.jsonl"
    hostile = r"\u001b[31m\u202e[red]"
    text = log.read_text().replace('"model":"gpt-5.5"', f'"model":"{hostile}"')
    text = text.replace('"name":"month_names"', f'"name":"{hostile}"').replace("unexpected status", hostile)
    log.write_text(text.replace('"agent_path":"/root"', f'"agent_path":"/root{hostile}"'))
    (bundle / "payloads" / "1.json").write_text("{}")
    for payload in (bundle / "payloads").glob("*.json"):
        payload.write_text(payload.read_text().replace("The build of", hostile))
    done = run(command[0], root if command[0] in {"list", "compare"} else bundle, *command[1:])

    assert done.returncode == 0
    assert r"\x1b[31m\u202e[red]" in done.stdout
    assert not {"\x1b", "\u202e"} & set(done.stdout)
