"""The end of a turn, and what ends with it (spec 3, section 1).

A runtime that is interrupted writes no ends for what it was doing. The turn's own end is what says that its code cells
and inference calls are over. This module owns that end; the turns themselves are in `threads`. Tool calls and
terminals stay as they are: they may outlive the turn.
"""

from typing import Final

from msgspec.structs import replace

from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.events import types as events
from rollout_trace.events.types import TraceEvent
from rollout_trace.reduce import code_cells, inference
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.reduce.windows import closed, moment_of
from rollout_trace.values import CellStatus, ExecutionStatus

# A turn that completes leaves its cells: a later `wait` may resume one that has yielded.
_CELLS_END: Final = {
    ExecutionStatus.FAILED: CellStatus.FAILED,
    ExecutionStatus.CANCELLED: CellStatus.TERMINATED,
    ExecutionStatus.ABORTED: CellStatus.TERMINATED,
}
_INFERENCE_CALLS_END: Final = {
    ExecutionStatus.COMPLETED: ExecutionStatus.CANCELLED,
    ExecutionStatus.CANCELLED: ExecutionStatus.CANCELLED,
    ExecutionStatus.FAILED: ExecutionStatus.FAILED,
    ExecutionStatus.ABORTED: ExecutionStatus.ABORTED,
}


def codex_turn_ended(state: ReducerState, event: TraceEvent, end: events.CodexTurnEnded) -> None:
    """An activation of the runtime ends, and its cells and inference calls with it."""
    turn_id = end.codex_turn_id
    turn = state.codex_turns.get(turn_id)
    if turn is None:
        message = f"codex turn {turn_id} ends, but was not seen to start ({state.why_unseen()})"
        raise Rejection(Code.TURN_NEVER_STARTED, message, {"codex_turn_id": turn_id})
    if event.thread_id not in {None, turn.thread_id}:
        message = f"codex turn {turn_id} of thread {turn.thread_id} ends in thread {event.thread_id}"
        ids = {"codex_turn_id": turn_id, "thread_id": turn.thread_id}
        raise Rejection(Code.WRONG_OWNER, message, ids)
    moment = moment_of(event)
    state.codex_turns[turn_id] = replace(turn, execution=closed(turn.execution, moment, end.status))
    if end.status in _CELLS_END:
        code_cells.end_with_turn(state, turn_id, moment, _CELLS_END[end.status])
    if end.status in _INFERENCE_CALLS_END:
        inference.end_with_turn(state, turn_id, moment, _INFERENCE_CALLS_END[end.status])
