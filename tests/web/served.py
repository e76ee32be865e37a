"""The viewer as its users have it: the command in a process of its own, asked over HTTP by the standard library."""

import http.client
import json
import os
import re
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

PROJECT = Path(__file__).resolve().parents[2]
EXAMPLES = PROJECT / "examples"
EXAMPLE = EXAMPLES / "fix-the-build"
COMMAND = str(Path(sysconfig.get_path("scripts")) / "rollout-trace")
PATIENCE_SECONDS = 30.0


class Response(NamedTuple):
    """What came back. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def sentence(self) -> str:
        """The sentence of a problem."""
        return str(self.json["sentence"])


class Event(NamedTuple):
    """One server-sent event."""

    event_id: int | None
    """None if it has an empty one, so that a browser that comes back says nothing of what it has seen."""
    data: Any


class Viewer:
    """A server that runs."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.address = address
        parts = urlsplit(address)
        self.host, self.port = parts.hostname or "", parts.port or 0

    def get(self, path: str, method: str = "GET", *, at_host: str | None = None, **headers: str) -> Response:
        """Ask for a path as it stands; underscores in names of headers stand for hyphens."""
        connection = http.client.HTTPConnection(at_host or self.host, self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return Response(answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def ask(self, name: str, key: str | None = None, **parameters: object) -> Response:
        """Ask a question of the interface; while its bundle is being read, ask again."""
        place = f"/api/1/{name}" if key is None else f"/api/1/rollouts/{key}/{name}"
        path = f"{place}?{urlencode(parameters, quote_via=quote)}"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (answer := self.get(path)).status == 202 and time.monotonic() < deadline:
            pass
        return answer

    def key(self, name: str) -> str:
        """The key of the bundle in the folder of this name."""
        lines = self.ask("bundles", limit=1000).json["bundles"]["entries"]
        return str(next(line["key"] for line in lines if line["name"] == name))

    def bundles_when_read(self) -> Any:
        """The list of bundles, once the facts of all are known."""
        return until(lambda: self.ask("bundles").json, lambda told: told["read"] == told["found"])

    @contextmanager
    def stream(self, path: str, **headers: str) -> Iterator[Iterator[Event]]:
        """The events of a stream, as they come."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path, headers={n.replace("_", "-"): text for n, text in headers.items()})
            answer = connection.getresponse()
            assert (answer.status, answer.getheader("content-type")) == (200, "text/event-stream; charset=utf-8")
            yield _events(answer)
        finally:
            connection.close()

    def stop(self) -> int:
        """Press Ctrl-C; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_SECONDS)


def _events(answer: http.client.HTTPResponse) -> Iterator[Event]:
    """The events of a stream until it ends; what is told to keep it open does not make a test wait for ever."""
    event_id: int | None = 0
    deadline = time.monotonic() + PATIENCE_SECONDS
    while line := answer.readline():
        assert time.monotonic() < deadline, "the stream goes on, and what is waited for does not come"
        field, _, value = line.decode().rstrip("\n").partition(": ")
        if field == "id":
            event_id = int(value) if value else None
        elif field == "data":
            deadline = time.monotonic() + PATIENCE_SECONDS
            yield Event(event_id, json.loads(value))


def until(look: Any, is_right: Any) -> Any:
    """What is seen when it is right; fails if it does not become so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_right(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.02)
    return seen


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """Cache and settings of one's own, and no browser."""
    own = {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_CONFIG_HOME": str(folder / "config"), "HOME": str(folder)}
    kept = {name: text for name, text in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    return {**kept, **own, **variables}


@contextmanager
def viewing(
    path: Path, own: Path, *options: str, command: Sequence[str] = (COMMAND,), **variables: str
) -> Iterator[Viewer]:
    """View a folder at a free port; `own` is a folder for cache, settings and what the command says."""
    own.mkdir(exist_ok=True, parents=True)
    with (
        (own / "errors").open("w+") as errors,
        subprocess.Popen(  # noqa: S603 - our own command
            [*command, "view", str(path), "--no-open", *(() if "--port" in options else ("--port", "0")), *options],
            env=environment(own, **variables),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            found = re.search(r"is shown at (\S+)", told)
            assert found, (own / "errors").read_text()
            yield Viewer(process, found[1])
        finally:
            process.kill()
    assert "Traceback" not in (own / "errors").read_text()
