"""A thread: one agent's session, the root's or a child's (spec 4, "thread")."""

import re
import uuid
from pathlib import Path
from typing import Any, Final

from rollout_trace.events import payloads
from rollout_trace.events import types as events
from rollout_trace.ids import AgentPath, ThreadId
from rollout_trace.record.cells import Cell, UnrecordedCell
from rollout_trace.record.classification import KindSaid
from rollout_trace.record.context import ThreadContext, ThreadHandle
from rollout_trace.record.encoding import Json
from rollout_trace.record.handle import Handle, outcome_of, passing, recorded, recorded_as, starts
from rollout_trace.record.recording import DISABLED, Recording
from rollout_trace.record.tools import Asked, Tool, UnrecordedTool
from rollout_trace.record.turn import DISABLED_TURN, Turn
from rollout_trace.values import ExecutionStatus, PayloadKindName, RolloutStatus

ROOT_PATH: Final = "/root"
_ROLLOUT_STATUS: Final = {
    ExecutionStatus.COMPLETED: RolloutStatus.COMPLETED,
    ExecutionStatus.FAILED: RolloutStatus.FAILED,
    ExecutionStatus.CANCELLED: RolloutStatus.ABORTED,
    ExecutionStatus.ABORTED: RolloutStatus.ABORTED,
}
_EXECUTION_STATUS: Final = {
    RolloutStatus.COMPLETED: ExecutionStatus.COMPLETED,
    RolloutStatus.FAILED: ExecutionStatus.FAILED,
    RolloutStatus.ABORTED: ExecutionStatus.ABORTED,
}
_METADATA: Final[Json] = {
    "task_name": None,
    "nickname": None,
    "agent_role": None,
    "session_source": "python",
    "rollout_path": None,
    "approval_policy": "never",
    "sandbox_policy": "DangerFullAccess",
}
"""What session metadata say unless the host says otherwise: commands run as they come, and nothing confines them."""
_INHERITED: Final = ("cwd", "approval_policy", "sandbox_policy")


class Thread(ThreadHandle):
    """One agent's session. The end of the root's is the end of the rollout."""

    def __init__(self, recording: Recording, owner: Handle | None, context: ThreadContext, metadata: Json) -> None:
        super().__init__(recording, owner)
        self.context = context
        self._current: Turn | None = None
        self._metadata = metadata
        self._end_is_recorded = False
        self._begin()

    def turn(self, turn_id: str | None = None) -> Turn:
        """A turn begins; its id is a new UUID unless one is given."""
        if not self.recording.enabled:
            return DISABLED_TURN
        self._current = Turn(self._while_open("Thread.turn"), self, self.context, turn_id)
        return self._current

    def tool(
        self,
        name: str,
        *,
        call_id: str | None = None,
        arguments: object = None,
        input: object = None,  # noqa: A002
        command: object = None,
        namespace: str | None = None,
        kind: KindSaid | None = None,
    ) -> Tool:
        """A tool is called in the turn that goes on, or in none; see `Turn.tool`."""
        if not self.recording.enabled:
            return UnrecordedTool(call_id, input)
        asked = Asked(name, call_id, arguments, input, command, namespace, kind)
        owner = self._current if self._current is not None and self.context.turn_id else self
        return Tool(self._while_open("Thread.tool"), owner, self.context, self.context.turn_id, asked)

    def cell(self, *, call_id: str, source: object) -> Cell:
        """A program of the model begins to run in the turn that goes on; see `Turn.cell`."""
        if not self.recording.enabled:
            return UnrecordedCell(call_id)
        owner = self._current if self._current is not None and self.context.turn_id else self
        return Cell(self._while_open("Thread.cell"), owner, self.context, self.context.turn_id, call_id, source)

    # The conversation.

    @passing("Thread.item")
    def item(self, item: dict[str, Any]) -> dict[str, Any]:
        """Take an item into the thread's history.

        Returns a copy with the id that it keeps, to be sent in as many requests as you like; the item itself if it is
        not recorded. Items that are not told so get into the history with the first request that carries them.
        """
        entered = self.context.history.enter(item)
        self.context.accept(self.recording, self.context.history.accept(entered), self.context.turn_id)
        return entered

    def receive(self, message: object, *, sender: ThreadHandle) -> Json:
        """A message of another agent arrives. Returns the item for the next request."""
        content = [{"type": "input_text", "text": self._given("Thread.receive", message)}]
        author = getattr(sender, "agent_path", None) or ROOT_PATH
        item = {"type": "agent_message", "author": author, "recipient": self.agent_path, "content": content}
        return self._receive(item)

    # Other agents.

    def spawn(
        self,
        name: str,
        *,
        by: Tool | None = None,
        message: str | None = None,
        model: str | None = None,
        provider: str | None = None,
        inherits_history: bool = False,
        thread_id: str | None = None,
        **metadata: object,
    ) -> "Thread":
        """A child begins: its path is this thread's, and its name in lower-case letters, digits and underscores.

        `by` is the tool call that makes it, and `message` its task (by default the call's argument `message`).
        `metadata` are further fields of spec 1, "session metadata". A `thread_id` must be a UUID.
        """
        unrecorded = disabled_thread(f"{self.agent_path}/{_segment(name)}")
        child = self._spawn(unrecorded, name, model, provider, thread_id, metadata, inherits_history=inherits_history)
        if by is not None:
            self._tell_origin(child, by, message)
        return child

    def resume(self) -> "Thread":
        """Use a child again that has ended. In schema 1 the trace cannot tell of it, and the handle is disabled."""
        if not self.recording.enabled or not self._has_ended:
            return self
        if not self.recording.items_have_ids:
            return disabled_thread(self.agent_path)
        self._resume()
        return self

    @recorded
    def protocol_event(self, event_type: str, payload: object) -> None:
        """Keep an event of the host's own protocol, such as `turn_started` or `error`; stream deltas are left out."""
        if str(event_type).endswith("delta"):
            return
        ref = self.recording.payload(PayloadKindName.PROTOCOL_EVENT, payload)
        if ref is None:
            self.recording.lose_event(events.ProtocolEventObserved)
            return
        self.recording.append(events.ProtocolEventObserved(event_type=event_type, event_payload=ref))

    @recorded
    def end(self, status: str = "completed") -> None:
        """The thread ends as `completed`, `failed` or `aborted`, and what is still open with it."""
        self._end(_ROLLOUT_STATUS[self._status("Thread.end", status)])

    @recorded
    def _leave(self, exception: BaseException | None) -> None:
        self._tell_error(exception, {"thread_id": self.thread_id})
        self._end(_ROLLOUT_STATUS[ExecutionStatus.COMPLETED if exception is None else outcome_of(exception)])

    @recorded
    def end_with_owner(self, status: ExecutionStatus) -> None:
        """The thread ends as the rollout does."""
        self._end(_ROLLOUT_STATUS[status])

    # Below: how it is recorded.

    @starts("Recorder.root_thread, Thread.spawn")
    def _begin(self) -> None:
        body = {
            **_METADATA,
            "cwd": _working_folder(),
            **self._metadata,
            "thread_id": self.thread_id,
            "agent_path": self.agent_path,
        }
        body |= {"model": self.context.model, "provider_name": self.context.provider}
        started = events.ThreadStarted(
            thread_id=self.context.thread_id,
            agent_path=self.context.agent_path,
            metadata_payload=self.recording.payload(PayloadKindName.SESSION_METADATA, body, payloads.SessionMetadata),
        )
        self._start(started)

    @passing("Thread.spawn")
    def _spawn(
        self,
        _unrecorded: "Thread",
        name: str,
        model: str | None,
        provider: str | None,
        thread_id: str | None,
        metadata: Json,
        *,
        inherits_history: bool,
    ) -> "Thread":
        recording = self._while_open("Thread.spawn")
        path = _path(recording, self.agent_path, name)
        if thread_id is not None and not is_uuid(thread_id):
            recording.warn("Thread.spawn", f"the thread_id {thread_id!r} is no UUID: readers find no messages to it")
        context = ThreadContext(
            ThreadId(recording.claim("thread", thread_id)),
            AgentPath(path),
            self.context.model if model is None else model,
            self.context.provider if provider is None else provider,
            recording,
        )
        if inherits_history:
            self.context.history.given_to(context.history)
        inherited: Json = {field: self._metadata[field] for field in _INHERITED if field in self._metadata}
        told = {**inherited, **metadata, **_origin(self, path, metadata)}
        return Thread(recording, self._owner, context, told)

    @recorded_as("Thread.spawn")
    def _tell_origin(self, child: "Thread", tool: Tool, message: str | None) -> None:
        tool.spawned(child, message)

    @recorded_as("Thread.resume")
    def _resume(self) -> None:
        resumed = events.ThreadResumed(thread_id=self.context.thread_id)
        if not self._end_is_recorded or self.recording.append(resumed):  # who has not ended needs no return
            self._reopen()

    @passing("Thread.receive")
    def _receive(self, item: Json) -> Json:
        entered = self.context.history.enter(item)
        if self.recording.items_have_ids:
            ref = self.recording.payload(PayloadKindName.PROTOCOL_EVENT, entered)
            self.context.accept(self.recording, self.context.history.accept(entered), self.context.turn_id, ref)
        return entered

    def _end(self, status: RolloutStatus) -> None:
        ended = events.ThreadEnded(thread_id=self.context.thread_id, status=status)
        execution = _EXECUTION_STATUS[status]  # it does not end as running
        if not self._end_once():
            return
        self._end_owned(execution)
        self._end_is_recorded = self.recording.append(ended)
        if self.agent_path == ROOT_PATH:
            self.recording.append(events.RolloutEnded(status=status))

    def _while_open(self, call: str) -> Recording:
        if self._has_ended:
            self.recording.refuse(call, "the thread has ended")
            return self.recording.lost
        return self.recording


def root_of(recording: Recording, owner: Handle, thread_id: str, model: object, provider: object, more: Json) -> Thread:
    """The root thread of a rollout."""
    context = ThreadContext(ThreadId(thread_id), AgentPath(ROOT_PATH), str(model or ""), str(provider or ""), recording)
    return Thread(recording, owner, context, more)


def _working_folder() -> str | None:
    try:
        return str(Path.cwd())
    except OSError:  # it was removed
        return None


def _origin(parent: Thread, path: str, metadata: Json) -> Json:
    """What a child's session metadata say of where it comes from."""
    nickname, role = metadata.get("nickname"), metadata.get("agent_role")
    spawn = {
        "parent_thread_id": parent.thread_id,
        "depth": path.count("/") - 1,
        "agent_path": path,
        "agent_nickname": nickname,
        "agent_role": role,
    }
    return {"task_name": path.rsplit("/", 1)[-1], "session_source": {"subagent": {"thread_spawn": spawn}}}


def _path(recording: Recording, parent: str, name: object) -> str:
    """The path of a child that no other has."""
    segment = _segment(name)
    path, count = f"{parent}/{segment}", 1
    while not recording.is_free("agent path", path):
        count += 1
        path = f"{parent}/{segment}_{count}"
    return path


def is_uuid(text: object) -> bool:
    """Whether a thread's id is what readers of agents' messages demand."""
    try:
        return isinstance(text, str) and str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _segment(name: object) -> str:
    """What a child's name is in its path."""
    segment = re.sub(r"[^a-z0-9_]+", "_", name.lower() if isinstance(name, str) else "") or "agent"
    return "root_" if segment == "root" else segment


def disabled_thread(agent_path: str) -> Thread:
    """A thread that is not recorded; it knows its path, which stands in the messages of agents."""
    context = ThreadContext(ThreadId(""), AgentPath(agent_path), "", "", DISABLED)
    return Thread(DISABLED, None, context, {})
