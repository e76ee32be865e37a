"""What other agents have sent to one, until it looks."""

import threading
from typing import NamedTuple

from rollout_trace.record import Thread


class Message(NamedTuple):
    """What one agent says to another."""

    sender: Thread
    text: str


class Inbox:
    """The messages for one agent, which others put in from threads of their own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[Message] = []
        self._count = 0
        self._is_closed = False

    def put(self, message: Message) -> None:
        """Send a message."""
        with self._changed:
            self._waiting.append(message)
            self._count += 1
            self._changed.notify_all()

    def take(self) -> list[Message]:
        """The messages that have come since the last look."""
        with self._changed:
            taken, self._waiting = self._waiting, []
            return taken

    def wait_for(self, count: int, seconds: float) -> bool:
        """Wait until so many messages have come in all, taken or not; False if they do not come in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._count >= count, seconds)
            return self._count >= count

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
