"""What the handles of one thread share: who the thread is, its turn, its history, and the numbers it gives.

Owns acceptances (spec 4, "In schema 2"): the events that say that an item entered this thread's history.
"""

import itertools
import time
from collections.abc import Iterable

from rollout_trace.events.types import HistoryItemAccepted
from rollout_trace.ids import AgentPath, CodexTurnId, ResponsesItemId, ThreadId
from rollout_trace.record.handle import Handle
from rollout_trace.record.history import History
from rollout_trace.record.recording import DISABLED, Recording
from rollout_trace.values import PayloadRef


class ThreadContext:
    """One thread of a recording."""

    def __init__(
        self, thread_id: ThreadId, agent_path: AgentPath, model: str, provider: str, recording: Recording
    ) -> None:
        self.thread_id = thread_id
        self.agent_path = agent_path
        self.model = model
        """What requests say by default."""
        self.provider = provider
        self.history = History(recording)
        self.turn_id: CodexTurnId | None = None
        """The turn that is going on."""
        self.cell_numbers = itertools.count(1)

    def accept(
        self,
        recording: Recording,
        item_ids: Iterable[str],
        turn_id: CodexTurnId | None,
        message: PayloadRef | None = None,
    ) -> None:
        """Say that items entered the history; `message` is the item itself if another agent sent it."""
        for item_id in item_ids:
            event = HistoryItemAccepted(item_id=ResponsesItemId(item_id), agent_message_payload=message)
            recording.append(event, self.thread_id, turn_id)


NO_CONTEXT = ThreadContext(ThreadId(""), AgentPath(""), "", "", DISABLED)
"""What disabled handles share."""


class ThreadHandle(Handle):
    """A thread, as far as others must know it to refer to it."""

    context: ThreadContext

    @property
    def thread_id(self) -> str:
        """The id of the thread; empty if the handle is disabled."""
        return self.context.thread_id

    @property
    def agent_path(self) -> str:
        """Where its agent stands in the tree of agents, such as `/root/reviewer`."""
        return self.context.agent_path


def now_ms() -> int:
    """The time, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000
