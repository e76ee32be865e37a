"""A model that says what a script has it say: the Responses API as server-sent events, on loopback.

Owns the protocol towards the client. What is said stands in `scenarios`. A thread that asks for the first time plays
the part whose cue is in the last message of that request: the prompt of a root, the task of a child.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from real_client.script import Answer, Ending, Item, Story

PAUSE = 0.2
"""Seconds between the last item and the end of an answer, so that tools start, and end, before it does."""
LONGEST_SILENCE = 30.0
"""Seconds after which even an answer without end is given up."""


class ModelServer:
    """One telling of a story. `port` is where; `complaints` is what did not go as the story has it."""

    def __init__(self, story: Story) -> None:
        self._unplayed = dict(story)
        self._parts: dict[str, list[Answer]] = {}
        self._lock = threading.Lock()
        self._answers = 0
        self._over = threading.Event()
        self.complaints: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port: int = self._http.server_address[1]

    @contextmanager
    def listening(self) -> Iterator["ModelServer"]:
        """Serve while the context lasts."""
        serving = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        serving.start()
        try:
            yield self
        finally:
            self._over.set()
            self._http.shutdown()
            serving.join()
            self._http.server_close()

    def unsaid(self) -> dict[str, int]:
        """How many answers of which parts nobody has asked for."""
        with self._lock:
            left = {cue: len(answers) for cue, answers in self._unplayed.items()}
            return left | {thread: len(answers) for thread, answers in self._parts.items() if answers}

    def _next_answer(self, thread: str, asked: Sequence[Item]) -> tuple[int, Answer] | None:
        with self._lock:
            if thread not in self._parts:
                heard = [json.dumps(item, ensure_ascii=False) for item in asked if item["type"].endswith("message")]
                cue = next((cue for cue in self._unplayed if cue in heard[-1]), None)
                if cue is None:
                    self.complaints.append("a thread asked that has no part in the story")
                    return None
                self._parts[thread] = list(self._unplayed.pop(cue))
            if not self._parts[thread]:
                self.complaints.append("a thread asked more often than its part has answers")
                return None
            self._answers += 1
            return self._answers, self._parts[thread].pop(0)

    def _events(self, number: int, answer: Answer, asked: Sequence[Item]) -> Iterator[Item]:
        """The events of one answer, in its own time."""
        response = f"resp_{number}"
        yield {"type": "response.created", "response": {"id": response}}
        for index, line in enumerate(answer.lines):
            item = line(asked) if callable(line) else line
            named = {"id": f"item_{number}_{index}", **item}
            if named["type"].endswith("_call"):
                named = {"call_id": f"call_{number}_{index}", **named}
            yield {"type": "response.output_item.done", "output_index": index, "item": named}
        self._over.wait(LONGEST_SILENCE if answer.ending is Ending.SILENCE else PAUSE)
        if answer.ending is not Ending.COMPLETED:
            return
        usage = {
            "input_tokens": answer.tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 10,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": answer.tokens + 10,
        }
        yield {"type": "response.completed", "response": {"id": response, "usage": usage}}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            """One connection of the client."""

            def do_GET(self) -> None:
                body = b'{"models": []}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path != "/v1/responses":
                    self.send_error(404)
                    return
                asked: list[Item] = json.loads(body)["input"]
                thread = self.headers["x-codex-window-id"].partition(":")[0]
                turn = model._next_answer(thread, asked)
                if turn is None:
                    self.send_error(500)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("x-request-id", f"req_{turn[0]}")
                self.end_headers()
                try:
                    for event in model._events(*turn, asked):
                        self.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
                        self.wfile.flush()
                except OSError:
                    pass  # the client has hung up, as it does when a turn is interrupted or it is killed

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
                """Say nothing."""

        return Handler
