"""The rollout, its threads and their turns (spec 3, section 1).

Owns when they start and end and whom an event belongs to. What else the end of a turn closes stands in `turn_end`,
what a thread's conversation holds in `conversation`.
"""

from typing import Any

from msgspec.structs import replace

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import types as events
from rollout_trace.events.payloads import SessionMetadata
from rollout_trace.events.types import TraceEvent
from rollout_trace.ids import AgentPath, CodexTurnId, EdgeId, ThreadId
from rollout_trace.model.threads import AgentThread, CodexTurn, RootOrigin, SpawnedOrigin
from rollout_trace.reduce import repeated_history
from rollout_trace.reduce.payload_reading import read_payload, shaped
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.windows import closed, moment_of, opened
from rollout_trace.values import ExecutionStatus


def rollout_started(state: ReducerState, _event: TraceEvent, start: events.RolloutStarted) -> None:
    """The recording says who it is; the manifest has said so before."""
    state.rollout = replace(state.rollout, trace_id=start.trace_id, root_thread_id=start.root_thread_id)


def recording_completed(state: ReducerState, _event: TraceEvent, _completed: events.RecordingCompleted) -> None:
    """The recording was closed properly, if the line that says so is whole; nothing follows."""
    state.rollout = replace(state.rollout, recording_complete=state.line_is_ended)


def rollout_ended(state: ReducerState, event: TraceEvent, end: events.RolloutEnded) -> None:
    """The root is done."""
    state.rollout = replace(state.rollout, status=end.status, ended_at_unix_ms=event.wall_time_unix_ms)


def thread_started(state: ReducerState, event: TraceEvent, start: events.ThreadStarted) -> None:
    """An agent begins, spawned by another if its session source says so."""
    if start.thread_id in state.threads:
        message = f"thread {start.thread_id} is started twice"
        raise Rejection(Code.DUPLICATE, message, {"thread_id": start.thread_id})
    metadata = SessionMetadata()
    if start.metadata_payload is not None:
        kept = "the thread is kept as its event tells it, and counts as no other's child"
        with state.payload_of(start.metadata_payload, kept, thread_id=start.thread_id):
            metadata = shaped(read_payload(state, start.metadata_payload), SessionMetadata, "session metadata")
    spawn = _spawn_in(metadata.session_source)
    agent_path = AgentPath(_first(_text(spawn, "agent_path"), metadata.agent_path, start.agent_path))
    state.threads[start.thread_id] = AgentThread(
        thread_id=start.thread_id,
        agent_path=agent_path,
        nickname=metadata.nickname,
        origin=RootOrigin() if spawn is None else _spawned(start.thread_id, spawn, metadata, agent_path),
        execution=opened(moment_of(event)),
        default_model=metadata.model,
        conversation_item_ids=(),
    )


def thread_ended(state: ReducerState, event: TraceEvent, end: events.ThreadEnded) -> None:
    """An agent ends."""
    thread = known_thread(state, end.thread_id)
    execution = closed(thread.execution, moment_of(event), ExecutionStatus(end.status.value))
    state.threads[end.thread_id] = replace(thread, execution=execution)
    repeated_history.forget(state, end.thread_id)


def started_elsewhere(thread_id: ThreadId, event: TraceEvent) -> AgentThread:
    """A thread of which nothing is known but that it lives."""
    return AgentThread(
        thread_id=thread_id,
        agent_path=AgentPath(""),
        nickname=None,
        origin=RootOrigin(),
        execution=opened(moment_of(event)),
        default_model=None,
        conversation_item_ids=(),
    )


def codex_turn_started(state: ReducerState, event: TraceEvent, start: events.CodexTurnStarted) -> None:
    """The runtime is activated for a thread."""
    if start.codex_turn_id in state.codex_turns:
        message = f"codex turn {start.codex_turn_id} is started twice"
        raise Rejection(Code.DUPLICATE, message, {"codex_turn_id": start.codex_turn_id})
    known_thread(state, start.thread_id)
    state.codex_turns[start.codex_turn_id] = CodexTurn(
        codex_turn_id=start.codex_turn_id,
        thread_id=start.thread_id,
        execution=opened(moment_of(event)),
        input_item_ids=(),
    )


def known_thread(state: ReducerState, thread_id: ThreadId) -> AgentThread:
    """The thread of this id; raises `Rejection` if no event has started it."""
    thread = state.threads.get(thread_id)
    if thread is None:
        message = f"thread {thread_id} is unknown"
        raise Rejection(Code.UNKNOWN_REFERENCE, message, {"thread_id": thread_id})
    return thread


def known_turn(state: ReducerState, codex_turn_id: CodexTurnId, thread_id: ThreadId, what: str) -> CodexTurn:
    """The turn of this id, which must be one of a known thread's; `what` names, in errors, what refers to it.

    Raises:
        Rejection: the turn or the thread is unknown, or the turn is another thread's.
    """
    turn = state.codex_turns.get(codex_turn_id)
    ids = {"codex_turn_id": codex_turn_id, "thread_id": thread_id}
    if turn is None:
        message = f"{what} is in codex turn {codex_turn_id}, which is unknown"
        raise Rejection(Code.UNKNOWN_REFERENCE, message, ids)
    if turn.thread_id != thread_id:
        message = f"{what} is in thread {thread_id}, its codex turn {codex_turn_id} in thread {turn.thread_id}"
        raise Rejection(Code.WRONG_OWNER, message, ids)
    known_thread(state, thread_id)
    return turn


def thread_of(state: ReducerState, event: TraceEvent, what: str) -> ThreadId:
    """The thread that an event belongs to: its own, else that of its turn; `what` names the event in errors.

    Raises:
        Rejection: the event names neither a thread nor a known turn.
    """
    if event.thread_id is not None:
        return event.thread_id
    turn = None if event.codex_turn_id is None else state.codex_turns.get(event.codex_turn_id)
    if turn is None:
        message = f"{what} names no thread and no known codex turn"
        ids = {} if event.codex_turn_id is None else {"codex_turn_id": event.codex_turn_id}
        raise Rejection(Code.MISSING_CONTEXT, message, ids)
    return turn.thread_id


def spawn_edge_id(parent: ThreadId, child: ThreadId) -> EdgeId:
    """The id of the edge by which a thread was spawned, whether or not there is such an edge."""
    return EdgeId(f"edge:spawn:{parent}:{child}")


def _spawn_in(session_source: object) -> dict[str, Any] | None:
    """The object that makes a thread a spawned one, if it is there and names the parent."""
    found = session_source
    for field in ("subagent", "thread_spawn"):
        found = found.get(field) if isinstance(found, dict) else None
    return found if isinstance(found, dict) and isinstance(found.get("parent_thread_id"), str) else None


def _spawned(child: ThreadId, spawn: dict[str, Any], metadata: SessionMetadata, agent_path: AgentPath) -> SpawnedOrigin:
    parent = ThreadId(spawn["parent_thread_id"])
    names_in_path = [name for name in agent_path.split("/") if name]
    return SpawnedOrigin(
        parent_thread_id=parent,
        spawn_edge_id=spawn_edge_id(parent, child),
        task_name=_first(_text(spawn, "task_name"), metadata.task_name, *names_in_path[-1:], ""),
        agent_role=_first(_text(spawn, "agent_role"), metadata.agent_role, ""),
    )


def _first(*candidates: str | None) -> str:
    """The first that is there; the last of them always is."""
    return next(candidate for candidate in candidates if candidate is not None)


def _text(fields: dict[str, Any] | None, field: str) -> str | None:
    value = None if fields is None else fields.get(field)
    return value if isinstance(value, str) else None
