"""A thread that lives again after its end, and what it forgets (spec 5, section 4).

Its conversation, and all that waits, stays. The handles of its runtime do not: they may be given anew.
"""

from msgspec.structs import replace

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import types as events
from rollout_trace.events.types import TraceEvent
from rollout_trace.reduce import code_cells, terminal_sessions, threads
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.windows import reopened


def thread_resumed(state: ReducerState, event: TraceEvent, resumed: events.ThreadResumed) -> None:
    """An ended thread lives again. One that began in an older recording starts here, as far as this one can tell."""
    thread_id = resumed.thread_id
    thread = state.threads.get(thread_id)
    if thread is None:
        message = f"thread {thread_id} is resumed, but was not started in this trace"
        state.tolerate(Code.THREAD_FROM_ELSEWHERE, message, {"thread_id": thread_id})
        state.threads[thread_id] = threads.started_elsewhere(thread_id, event)
        return
    if thread.execution.ended_at_unix_ms is None:
        message = f"thread {thread_id} is resumed, but has not ended"
        raise Rejection(Code.CONFLICT, message, {"thread_id": thread_id})
    state.threads[thread_id] = replace(thread, execution=reopened(thread.execution))
    code_cells.forget_runtime_ids(state, thread_id)
    terminal_sessions.forget_process_ids(state, thread_id)
