"""`reduce --jobs`: the same as one bundle after the other, and no worse for what goes wrong in a process.

What goes wrong is made by an audit hook in the processes of the command: it sees every file that they open or rename.
"""

import os
import pickle
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from rollout_trace.bundle.state_file import load_state
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.errors import (
    BundleError,
    EventError,
    JsonError,
    PayloadError,
    Rejection,
    RolloutTraceError,
    StateError,
)
from rollout_trace.fleet.processes import in_order, in_processes

EXAMPLE = Path(__file__).parents[1] / "examples" / "fix-the-build"
COMMAND = str(Path(sysconfig.get_path("scripts")) / "rollout-trace")
LONGEST = 60.0
"""Seconds that anything here may take."""

HOOK = """
import os, signal, sys, time

def watch(event, arguments):
    if event == "open" and "deadly" in str(arguments[0]):
        os.kill(os.getpid(), signal.SIGKILL)
    if event == "os.rename" and "endless" in str(arguments[0]):
        with open(os.environ["BEGUN"], "a") as begun:
            begun.write(f"{os.getpid()}\\n")
        time.sleep(600)

signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell takes from what it runs in the background
sys.addaudithook(watch)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder for bundles."""
    folder = tmp_path / "bundles"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a command, and of its workers, in which the hook is at work."""
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK)
    return {**os.environ, "PYTHONPATH": str(tmp_path / "hook"), "BEGUN": str(tmp_path / "begun")}


def run_in(folder: Path, *arguments: str, descriptors: int | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a working folder, where it may have only so many files open if that is given."""
    limit = "" if descriptors is None else f"ulimit -n {descriptors}; "
    return subprocess.run(  # noqa: S603 - our own command
        ["/bin/sh", "-c", f'{limit}exec "$@"', "sh", COMMAND, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )


def make_bundle(root: Path, name: str) -> Path:
    return Path(shutil.copytree(EXAMPLE, root / name, ignore=shutil.ignore_patterns("state.json")))


def reject(bundle: Path) -> None:
    (bundle / "payloads" / "1.json").unlink()


def warn_of(bundle: Path) -> None:
    """Tear the last line of the log."""
    log = bundle / "trace.jsonl"
    log.write_bytes(log.read_bytes()[:-20])


def run(*arguments: str | Path, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [COMMAND, *map(str, arguments)], env=environment, capture_output=True, text=True, check=False, timeout=LONGEST
    )


@contextmanager
def started(*arguments: str | Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The command in a process group of its own, as a shell would start it; killed if it is still there."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def workers_at_work(environment: dict[str, str], count: int) -> list[int]:
    """The ids of the processes that are about to put a graph in its place; waits for as many."""
    begun = Path(environment["BEGUN"])
    for _ in range(int(LONGEST / 0.05)):
        if begun.exists() and len(lines := begun.read_text().splitlines()) == count:
            return [int(line) for line in lines]
        time.sleep(0.05)
    pytest.fail("the workers have not begun")


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def name_once_released(bundle: Path) -> str:
    """The work of a process on a folder, which for `slow` lasts until a file is there."""
    for _ in range(int(LONGEST / 0.05)):
        if bundle.name != "slow" or (bundle.parent / "released").exists():
            return bundle.name
        time.sleep(0.05)
    return "not released"


def test_what_is_done_comes_at_once_and_can_be_put_in_order(root: Path) -> None:
    bundles = [root / "slow", root / "a", root / "b"]
    with closing(in_processes(name_once_released, bundles, jobs=2)) as each:
        done = [next(each), next(each)]
        (root / "released").touch()
        done += each

    assert done == [(root / "a", "a"), (root / "b", "b"), (root / "slow", "slow")]
    assert [bundle for bundle, _ in in_order(bundles, done)] == bundles


@pytest.mark.parametrize("options", [(), ("--json",), ("--mode", "codex"), ("--mode", "salvage")])
def test_what_is_told_and_written_is_the_same_as_with_one_job(options: tuple[str, ...], root: Path) -> None:
    for name in ("a", "b-rejected", "c-unreadable", "d", "e-torn", "f"):
        make_bundle(root, name)
    reject(root / "b-rejected")
    (root / "c-unreadable" / "manifest.json").write_text("{")
    warn_of(root / "e-torn")

    one = run("reduce", "--jobs", "1", *options, root, root.parent / "nothing")
    graphs = {state: state.read_bytes() for state in root.glob("*/state.json")}
    for state in graphs:
        state.unlink()
    three = run("reduce", "--jobs", "3", *options, root, root.parent / "nothing")

    assert (three.returncode, three.stdout, three.stderr) == (one.returncode, one.stdout, one.stderr)
    assert {state: state.read_bytes() for state in root.glob("*/state.json")} == graphs
    assert len(graphs) >= 2


def test_outcomes_come_in_the_order_of_the_bundles_whichever_is_done_first(root: Path) -> None:
    bundles = [make_bundle(root, f"{number:02}") for number in range(12)]
    for bundle in bundles[1::2]:
        (bundle / "trace.jsonl").write_text((bundle / "trace.jsonl").read_text().splitlines(keepends=True)[0])
    in_another_order = bundles[6:] + bundles[:6]
    done = run("reduce", "--jobs", "4", *in_another_order)

    assert done.stdout.splitlines() == [str(bundle / "state.json") for bundle in in_another_order]
    assert (done.returncode, done.stderr) == (0, "")


def test_a_process_that_dies_takes_only_its_bundle_with_it(root: Path, environment: dict[str, str]) -> None:
    for name in ("a", "b-deadly", "c", "d", "e-deadly", "f-deadly", "g"):
        make_bundle(root, name)
    done = run("reduce", "--jobs", "2", root, environment=environment)

    killed = "the process that reduced it was ended by signal 9 (Killed"
    assert done.returncode == 1
    assert done.stdout.splitlines() == [str(root / name / "state.json") for name in "acdg"]
    assert [line.partition(": error: ")[0] for line in done.stderr.splitlines()] == [
        str(root / name) for name in ("b-deadly", "e-deadly", "f-deadly")
    ]
    assert done.stderr.count(killed) == 3
    assert load_state(root / "g") == reduce_bundle(root / "g").trace


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_leaves_no_process_and_nothing_half_written(jobs: str, root: Path, environment: dict[str, str]) -> None:
    for name in ("a", "b-endless", "c-endless", "d"):
        make_bundle(root, name)
    with started("reduce", "--jobs", jobs, root, environment=environment) as process:
        at_work = workers_at_work(environment, int(jobs))
        half_written = list(root.glob("*-endless/.state.json.*"))
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        stdout, stderr = process.communicate(timeout=LONGEST)

    assert process.returncode == 130
    assert (stdout, stderr.strip()) == (f"{root / 'a' / 'state.json'}\n", "")
    assert len(half_written) == int(jobs)
    assert [process_id for process_id in at_work if is_running(process_id)] == []
    assert not list(root.glob("*-endless/*state*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_output_that_cannot_be_written_stops_the_workers(root: Path, environment: dict[str, str]) -> None:
    for name in ("a", "b-endless"):
        make_bundle(root, name)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(  # noqa: S603 - our own command
            [COMMAND, "reduce", "--jobs", "2", str(root)],
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=LONGEST,
        )

    assert (done.returncode, done.stderr) == (1, "rollout-trace: error: No space left on device\n")
    assert not list(root.glob("b-endless/*state*"))


def test_one_bundle_is_reduced_without_other_processes() -> None:
    program = (
        "import sys; sys.argv = ['rollout-trace', 'reduce', '--jobs', '8', '--output', '/dev/null', sys.argv[1]]; "
        "from rollout_trace.cli.run import run\n"
        "run()\n"
        "print(sorted({'subprocess', 'multiprocessing'} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", program, str(EXAMPLE)], capture_output=True, text=True, check=True, timeout=LONGEST
    )

    assert done.stdout == "/dev/null\n[]\n"


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_a_number_of_jobs_that_makes_no_sense_is_wrong_use(jobs: str, root: Path) -> None:
    done = run("reduce", "--jobs", jobs, root)

    assert done.returncode == 2
    assert "'--jobs'" in done.stderr


@pytest.mark.parametrize(
    "error",
    [
        RolloutTraceError("reason"),
        BundleError(Path("bundle"), "reason"),
        EventError("reason", is_json=True),
        JsonError("reason"),
        PayloadError("payload-missing", "raw_payload:1", "reason"),
        Rejection("duplicate", "reason", {"thread_id": "1"}),
        StateError(Path("state.json"), "reason"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_the_same_in_another_process(error: RolloutTraceError) -> None:
    if isinstance(error, Rejection):
        error.line = 7  # which the reducer adds
    received = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own

    assert type(received) is type(error)
    assert (str(received), received.args, vars(received)) == (str(error), error.args, vars(error))


def test_a_module_in_a_strangers_folder_is_not_run(root: Path) -> None:
    bundles = [make_bundle(root, name) for name in ("a", "b")]
    for name in ("msgspec", "rollout_trace", "sitecustomize"):
        (root / f"{name}.py").write_text("raise SystemExit('a stranger ran')")

    done = run_in(root, "reduce", "--jobs", "2", ".")

    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"{bundle.name}/state.json" for bundle in bundles]


def test_where_fewer_processes_can_be_started_these_do_all(root: Path) -> None:
    for number in range(30):
        make_bundle(root, f"bundle-{number:02}")

    done = run_in(root, "reduce", "--jobs", "30", ".", descriptors=24)

    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 30
