"""The released client as a program: where it lies, how it is configured, started and ended.

Owns every process of these tests. Each wait is bounded, and what is ended is ended by its id.
"""

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

PROJECT = Path(__file__).resolve().parents[2]
GET_THEM = "the released clients are not here; tests/real_client/install fetches them"
LONGEST_RUN = 60.0
"""Seconds that the client may take for anything."""

Message = dict[str, Any]


@dataclass(frozen=True)
class Client:
    """One released version: the `schema` of its bundles, and whether its own reducer is what mode `codex` follows."""

    version: str
    schema: int
    is_reference: bool

    def __str__(self) -> str:
        return self.version

    @property
    def program(self) -> Path | None:
        """The executable, if it is installed."""
        folder = Path(os.environ.get("ROLLOUT_TRACE_CLIENTS") or PROJECT / ".clients")
        return next(folder.glob(f"{self.version}/vendor/*/bin/codex"), None)


def _known_clients() -> Iterator[Client]:
    for line in Path(__file__).with_name("clients.txt").read_text().splitlines():
        if not line.startswith("#"):
            version, schema, reducer = line.split()
            yield Client(version, int(schema), is_reference=reducer == "agrees")


CLIENTS = tuple(_known_clients())


@dataclass(frozen=True)
class Settings:
    """What a scenario wants of the client's configuration."""

    model: str = "gpt-5.5"
    provider: str = "scripted"
    features: tuple[str, ...] = ()
    compact_at_tokens: int | None = None


class Desk:
    """A folder in which a client works: `work` (where commands run), `traces` (its bundles), and a home of its own."""

    def __init__(self, folder: Path, client: Client, settings: Settings, port: int) -> None:
        if client.program is None:
            raise FileNotFoundError(GET_THEM)
        self.work = folder / "work"
        self.traces = folder / "traces"
        self._home = folder / "home"
        self._program = client.program
        for made in (self.work, self.traces, self._home):
            made.mkdir(parents=True)
        (self._home / "config.toml").write_text(_config(settings, port))

    def exec(self, prompt: str, *options: str) -> None:
        """Have a prompt worked off, and wait until the client has ended by itself."""
        with self.starting_exec(prompt, *options) as process:
            process.wait(LONGEST_RUN)

    def exec_again(self, prompt: str) -> None:
        """Have another prompt worked off in the thread of the last one."""
        with self._running("exec", "resume", "--skip-git-repo-check", "--last", prompt) as process:
            process.wait(LONGEST_RUN)

    @contextmanager
    def starting_exec(self, prompt: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
        """Begin to have a prompt worked off; the client is killed if it still runs at the end of the context."""
        with self._running("exec", "--skip-git-repo-check", *options, "--", prompt) as process:
            yield process

    @contextmanager
    def app_server(self) -> Iterator["AppServer"]:
        """The client as a server, which ends when the context does."""
        with (
            self._log() as log,
            self._started(["app-server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log) as process,
        ):
            server = AppServer(process)
            server.ask("initialize", clientInfo={"name": "rollout-trace", "title": "Tests", "version": "1"})
            server.tell("initialized")
            yield server
            server.close()

    def reduce(self, bundle: Path, state: Path) -> bool:
        """Have the client's own reducer write the graph of a bundle; False if it refuses."""
        with self._running("debug", "trace-reduce", str(bundle), "--output", str(state)) as process:
            return process.wait(LONGEST_RUN) == 0

    def wait_for_event(self, event: str, count: int = 1) -> None:
        """Wait until so many events of a type stand in the log of the bundle that is being written."""
        quoted = json.dumps({"type": event}, separators=(",", ":")).strip("{}").encode()

        def recorded() -> bool:
            return sum(log.read_bytes().count(quoted) for log in self.traces.glob("*/trace.jsonl")) >= count

        wait_until(recorded, f"the client has not recorded {count} of {event}")

    def let_go(self, word: str) -> None:
        """Make the file that a command of the model waits for."""
        (self.work / word).touch()

    def _log(self) -> IO[bytes]:
        return (self._home / "log.txt").open("ab")

    @contextmanager
    def _running(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        with self._log() as log, self._started(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process:
            yield process

    @contextmanager
    def _started(
        self, arguments: Sequence[str], *, stdin: int, stdout: int | IO[bytes], stderr: IO[bytes]
    ) -> Iterator[subprocess.Popen[bytes]]:
        environment = {
            "HOME": str(self._home),
            "CODEX_HOME": str(self._home),
            "CODEX_ROLLOUT_TRACE_ROOT": str(self.traces),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "NO_PROXY": "127.0.0.1",
            "HTTP_PROXY": "http://127.0.0.1:9",  # nobody listens: whatever is not on loopback cannot be reached
            "HTTPS_PROXY": "http://127.0.0.1:9",
        }
        with subprocess.Popen(  # noqa: S603 - the program is the one to be tested
            [str(self._program), *arguments], cwd=self.work, env=environment, stdin=stdin, stdout=stdout, stderr=stderr
        ) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()


class AppServer:
    """The client's app server: requests and notifications, one JSON object a line."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._asked = 0
        self._answers: queue.Queue[Message] = queue.Queue()
        self._notices: queue.Queue[Message] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def ask(self, method: str, **parameters: Any) -> Message:
        """Send a request and return its result."""
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": parameters})
        answer = _next(self._answers)
        if "result" not in answer:
            raise RuntimeError(f"{method} was refused: {answer.get('error')}")
        result: Message = answer["result"]
        return result

    def tell(self, method: str) -> None:
        """Send a notification."""
        self._send({"method": method})

    def wait_for_words(self) -> None:
        """Wait for the next thing that the model says to the user."""
        while self._next_of("item/completed")["item"]["type"] != "agentMessage":
            pass

    def wait_for_end_of_turn(self) -> None:
        """Wait for the next end of a turn."""
        self._next_of("turn/completed")

    def close(self) -> None:
        """Have the server end, and wait until it has."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(LONGEST_RUN)
        self._listener.join(LONGEST_RUN)

    # What a person does.

    def start_thread(self) -> str:
        """Start a thread; returns its id."""
        thread_id: str = self.ask("thread/start")["thread"]["id"]
        return thread_id

    def start_turn(self, thread_id: str, prompt: str) -> str:
        """Start a turn; returns its id."""
        turn = self.ask("turn/start", threadId=thread_id, input=[{"type": "text", "text": prompt}])
        turn_id: str = turn["turn"]["id"]
        return turn_id

    def take_turn(self, thread_id: str, prompt: str) -> None:
        """Start a turn and wait for its end."""
        self.start_turn(thread_id, prompt)
        self.wait_for_end_of_turn()

    def interrupt(self, thread_id: str, turn_id: str) -> None:
        """Interrupt a turn and wait for its end."""
        self.ask("turn/interrupt", threadId=thread_id, turnId=turn_id)
        self.wait_for_end_of_turn()

    def steer(self, thread_id: str, turn_id: str, words: str) -> None:
        """Say something while a turn runs."""
        self.ask("turn/steer", threadId=thread_id, expectedTurnId=turn_id, input=[{"type": "text", "text": words}])

    def compact(self, thread_id: str) -> None:
        """Have the history of a thread made shorter, and wait until it is."""
        self.ask("thread/compact/start", threadId=thread_id)
        self.wait_for_end_of_turn()

    def fork(self, thread_id: str) -> str:
        """Start a thread that begins with the history of another one; returns its id."""
        fork_id: str = self.ask("thread/fork", threadId=thread_id)["thread"]["id"]
        return fork_id

    def _send(self, message: Message) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def _listen(self) -> None:
        if self._process.stdout is not None:
            for line in self._process.stdout:
                message = json.loads(line)
                (self._notices if "method" in message else self._answers).put(message)

    def _next_of(self, method: str) -> Message:
        """The parameters of the next notification of a method; others before it are of no interest."""
        while (notice := _next(self._notices))["method"] != method:
            pass
        parameters: Message = notice["params"]
        return parameters


def _next(messages: queue.Queue[Message]) -> Message:
    try:
        return messages.get(timeout=LONGEST_RUN)
    except queue.Empty:
        raise TimeoutError("the client does not say what was waited for") from None


def wait_until(happened: Callable[[], object], complaint: str) -> None:
    """Wait for something, but not for ever."""
    deadline = time.monotonic() + LONGEST_RUN
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(complaint)
        time.sleep(0.02)


def _config(settings: Settings, port: int) -> str:
    # JSON's strings and numbers are TOML's too.
    lines = [
        f"model = {json.dumps(settings.model)}",
        'model_provider = "scripted"',
        'approval_policy = "never"',
        'sandbox_mode = "danger-full-access"',
        "check_for_update_on_startup = false",
    ]
    if settings.compact_at_tokens is not None:
        lines.append(f"model_auto_compact_token_limit = {settings.compact_at_tokens}")
    lines += [
        "[model_providers.scripted]",
        f"name = {json.dumps(settings.provider)}",
        f'base_url = "http://127.0.0.1:{port}/v1"',
        'wire_api = "responses"',
        "request_max_retries = 0",
        "stream_max_retries = 1",
        "requires_openai_auth = false",
        "[analytics]",
        "enabled = false",
        "[features]",
        "enable_request_compression = false",
        *(f"{feature} = true" for feature in settings.features),
    ]
    return "\n".join([*lines, ""])
