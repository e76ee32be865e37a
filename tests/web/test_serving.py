"""The command `view`: its address, what it says, how it ends, and what it does without."""

import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from web.served import COMMAND, EXAMPLE, EXAMPLES, PATIENCE_SECONDS, PROJECT, Viewer, environment, until, viewing


def ended(own: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What a command says that ends by itself."""
    own.mkdir(exist_ok=True)
    return subprocess.run(  # noqa: S603 - our own command
        [COMMAND, *map(str, arguments)],
        env=environment(own),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def test_it_listens_on_loopback_only_and_says_where(own: Path) -> None:
    with viewing(EXAMPLES, own) as viewer:
        assert viewer.address == f"http://127.0.0.1:{viewer.port}/"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", viewer.port), timeout=5)


@pytest.mark.parametrize("is_asked", [False, True])
def test_ctrl_c_ends_it_also_while_streams_are_open(is_asked: bool, own: Path) -> None:  # noqa: FBT001 - a parameter
    with viewing(EXAMPLES, own) as viewer:
        if is_asked:
            key = viewer.key("fix-the-build")
            with viewer.stream("/api/1/changes") as first, viewer.stream(f"/api/1/rollouts/{key}/changes") as second:
                assert next(first).data["found"] == 3
                assert next(second).data["events"] == 80
                assert viewer.stop() == 130
                assert list(second) == []
        else:
            assert viewer.stop() == 130
        with pytest.raises(ConnectionRefusedError):
            viewer.get("/")

    assert (own / "errors").read_text().strip() == ""


def test_a_terminal_that_goes_away_ends_it(own: Path) -> None:
    with viewing(EXAMPLES, own) as viewer:
        viewer.process.send_signal(signal.SIGTERM)
        assert viewer.process.wait(PATIENCE_SECONDS) != 0

    assert (own / "errors").read_text() == ""


def test_a_port_that_is_taken_is_said_and_without_one_another_is_taken(own: Path) -> None:
    with viewing(EXAMPLE, own / "first") as first:
        done = ended(own, "view", EXAMPLE, "--no-open", "--port", str(first.port))
        assert (done.returncode, done.stdout) == (1, "")
        assert (
            done.stderr
            == f"rollout-trace: error: cannot listen at 127.0.0.1, port {first.port}: Address already in use\n"
        )
        with viewing(EXAMPLE, own / "second") as second:
            assert second.port != first.port


def test_a_port_can_be_taken_again_at_once(own: Path) -> None:
    with viewing(EXAMPLE, own) as first:
        assert first.get("/").status == 200
        assert first.stop() == 130
    with viewing(EXAMPLE, own, "--port", str(first.port)) as second:
        assert second.get("/").status == 200


def test_what_is_no_folder_is_one_sentence(own: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for name, reason in (("file", "is no folder"), ("nothing", "no such folder")):
        done = ended(own, "view", tmp_path / name, "--no-open")
        assert (done.returncode, done.stdout) == (1, "")
        assert (
            done.stderr
            == f"{tmp_path / name}: error: {reason}; name the folder of a bundle, or one that holds bundles\n"
        )


def test_wrong_options_are_wrong_use(own: Path, tmp_path: Path) -> None:
    assert ended(own, "view", EXAMPLE, "--port", "70000").returncode == 2
    assert ended(own, "view", EXAMPLE, "--limit", "colours=1").returncode == 2
    (tmp_path / "bad.toml").write_text("[models.a]\ninput = 1\n")
    done = ended(own, "view", EXAMPLE, "--prices", tmp_path / "bad.toml")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def browser(folder: Path) -> dict[str, str]:
    """A display, and a browser that writes down what it is to open, and is there until it is closed."""
    folder.mkdir(parents=True)
    program = folder / "browser"
    waits = f"for i in $(seq 300); do [ -e {folder}/closed ] && exit; sleep 0.1; done"
    program.write_text(f'#!/bin/sh\necho "$1" >> {folder}/opened\n{waits}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"BROWSER": str(program), "DISPLAY": ":99"}


def test_the_browser_is_opened_at_the_address_that_is_printed(own: Path, tmp_path: Path) -> None:
    variables = environment(own, **browser(tmp_path / "browser"))
    own.mkdir()
    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, "view", str(EXAMPLE), "--port", "0"], env=variables, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[-1]
            opened = tmp_path / "browser" / "opened"
            assert until(lambda: opened.exists() and opened.read_text(), bool) == f"{address}\n"
            assert Viewer(process, address).get("/").status == 200
        finally:
            (tmp_path / "browser" / "closed").touch()
            process.kill()


@pytest.mark.parametrize("options", [("--no-open",), ()])
def test_no_browser_is_opened_if_there_is_none_or_none_is_wanted(
    options: tuple[str, ...], own: Path, tmp_path: Path
) -> None:
    variables = browser(tmp_path / "browser")
    if not options:
        del variables["DISPLAY"]
    own.mkdir()
    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, "view", str(EXAMPLE), "--port", "0", *options],
        env=environment(own, **variables),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[-1]
            assert Viewer(process, address).get("/").status == 200
        finally:
            process.kill()

    assert not (tmp_path / "browser" / "opened").exists()


def test_a_page_that_is_not_built_is_said_in_the_terminal_and_in_the_browser(own: Path, tmp_path: Path) -> None:
    package = tmp_path / "package"
    shutil.copytree(PROJECT / "src", package, ignore=shutil.ignore_patterns("page", "__pycache__"))
    program = (sys.executable, "-P", "-m", "rollout_trace")
    with viewing(EXAMPLE, own, command=program, PYTHONPATH=str(package)) as viewer:
        page = viewer.get("/")
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "The page of the viewer is not built." in page.body.decode()
        assert viewer.get("/app.js").status == 404
        assert viewer.ask("bundles").status == 200

    assert (own / "errors").read_text() == ("The page of the viewer is not built; the address says how to build it.\n")


def test_many_ask_at_once(own: Path) -> None:
    answers: list[tuple[str, int, int]] = []

    def ask(viewer: Viewer, name: str, key: str) -> None:
        answer = viewer.ask(name, key)
        answers.append((name, answer.status, answer.json.get("as_of", -1)))

    with viewing(EXAMPLES, own) as viewer:
        key = viewer.key("thermostat")
        names = ("rollout", "timeline", "agents", "requests", "tools", "check", "usage", "failures") * 4
        threads = [threading.Thread(target=ask, args=(viewer, name, key)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)

    assert sorted(answers) == sorted((name, 200, 180) for name in names)


def test_the_demo_can_be_looked_at(own: Path, tmp_path: Path) -> None:
    own.mkdir()
    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, "demo", "--out", str(tmp_path / "demo"), "--open"],
        env=environment(own),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            address = next(line.split()[-1] for line in process.stdout if " is shown at " in line)
            viewer = Viewer(process, address)
            (line,) = viewer.bundles_when_read()["bundles"]["entries"]
            assert line["figures"]["status"] == "completed"
            assert viewer.stop() == 130
        finally:
            process.kill()


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("summary", str(EXAMPLE)), ("demo", "--help")])
def test_no_other_command_imports_the_server(arguments: tuple[str, ...]) -> None:
    program = f"""
import os, sys
sys.argv = ["rollout-trace", *{arguments!r}]
os._exit = sys.exit
from rollout_trace.cli.main import main
try:
    main()
finally:
    print(sorted({{"starlette", "uvicorn", "anyio", "asyncio"}} & sys.modules.keys()), file=sys.stderr)
"""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS
    )
    assert done.stderr == "[]\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the children of a process")
def test_ctrl_c_leaves_no_process_that_still_reads_bundles(own: Path, tmp_path: Path) -> None:
    for number in range(40):
        shutil.copytree(EXAMPLE, tmp_path / "many" / f"run-{number:02}", ignore=shutil.ignore_patterns("state.json"))
    with viewing(tmp_path / "many", own, "--no-cache") as viewer:
        readers = until(lambda: _children_of(viewer.process.pid), bool)
        assert viewer.stop() == 130
    assert [pid for pid in readers if Path(f"/proc/{pid}").exists()] == []


def _children_of(pid: int) -> list[str]:
    """The processes that any thread of a process has started."""
    return [child for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]
