"""The loop of an agent: ask the model, do what it calls for, ask again, until it has nothing more to call for.

Owns an agent's history and its inbox, and records both with what is sent and answered. What a tool does is in `tools`,
how agents come to each other in `crew`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from rollout_trace.demo.inbox import Inbox
from rollout_trace.demo.model import Json, Model, StalledError
from rollout_trace.record import InferenceAttempt, Thread, Turn

_CALLS: Final = frozenset({"function_call", "custom_tool_call"})

ToolOfModel = Callable[[Turn, Json], Json]
"""Does what a call item asks for, in a turn, and returns the item with its output."""


class Agent:
    """One agent: a thread of the recording, a model, tools, and a history."""

    def __init__(self, path: str, thread: Thread, model: Model, instructions: str) -> None:
        self.path = path
        """Where it stands among the agents, such as `/root/reviewer`; the handle has no path if nothing is recorded."""
        self.thread = thread
        self.inbox = Inbox()
        self.tools: Mapping[str, ToolOfModel] = {}
        """What the model may call, by name."""
        self._model = model
        self._history: list[Json] = [_message("developer", instructions)]

    def hear(self, text: str) -> None:
        """The user says something."""
        self._history.append(self.thread.item(_message("user", text)))

    def work(self, turn: Turn) -> str:
        """Go on until the model calls for nothing more; returns what it says last."""
        while True:
            self._open_inbox()
            items = self._ask(turn)
            calls = [item for item in items if item["type"] in _CALLS]
            if not calls:
                return "".join(part["text"] for part in items[-1]["content"])
            self._history += [self.tools[call["name"]](turn, call) for call in calls]

    def compact(self) -> None:
        """Have the model make a shorter history of this one, and go on with that."""
        body: Json = {"model": self._model.name, "input": list(self._history)}
        with self.thread.turn() as turn, turn.compaction() as compaction:
            with compaction.request(body) as request:
                events = list(self._model.stream(body))
                shorter = [event["item"] for event in events if event["type"] == "response.output_item.done"]
                request.completed(shorter)
            words_of_user = [item for item in self._history if item.get("role") == "user"]
            self._history = compaction.installed(self._history, [*words_of_user, *shorter])

    def _open_inbox(self) -> None:
        """Take what others have sent into the history."""
        for message in self.inbox.take():
            self._history.append(self.thread.receive(message.text, sender=message.sender))

    def _ask(self, turn: Turn) -> list[Json]:
        """The items of the model's answer. A request whose answer stalls is given up, and sent again."""
        request: Json = {"model": self._model.name, "input": list(self._history), "stream": True}
        while True:
            with turn.inference(model=self._model.name, provider=self._model.provider) as attempt:
                attempt.request(request)
                try:
                    items = self._read(request, attempt)
                except StalledError as error:
                    attempt.cancelled(str(error))
                    continue
            self._history += items
            return items

    def _read(self, request: Json, attempt: InferenceAttempt) -> list[Json]:
        items: list[Json] = []
        for event in self._model.stream(request):
            if event["type"] == "response.output_item.done":
                attempt.item(event["item"])
                items.append(event["item"])
            else:
                response = event["response"]
                attempt.completed(response_id=response["id"], usage=response["usage"])
        return items


def _message(role: str, text: str) -> Json:
    return {"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]}
