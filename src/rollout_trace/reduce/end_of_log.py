"""What shows only when a log has ended (spec 3, section 8; spec 5, sections 1, 2 and 5).

Applied to a view of the graph, never to the run itself: a log that seems to have ended may still grow.
"""

from rollout_trace import json_text
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.reduce import agents, tools
from rollout_trace.reduce.reducer_state import ReducerState
from rollout_trace.values import PayloadRef


def close(state: ReducerState, *, is_empty: bool, is_cut: bool, log_goes_on: bool) -> None:
    """Draw the conclusions of the end; of a log that `is_cut`, since it was rejected, it is not known how it ends.

    That a log which goes on has no end here is no fault of it.

    Raises:
        Rejection: the mode refuses what the end shows.
    """
    if state.reads_better and is_empty and not is_cut:
        state.tolerate(Code.NO_EVENTS, "no event of the log could be applied, or it has none", {})
    agents.resolve_spawns(state)
    tools.note_started_cells(state)
    if state.dialect.recording_is_closed and not is_cut:
        if state.reads_better and not state.rollout.recording_complete and not log_goes_on:
            state.tolerate(Code.NOT_COMPLETED, "the recording has no end: it still runs, or its process died", {})
        for ref in state.raw_payloads.values():
            if ref not in state.checked_payloads:
                _check_unread(state, ref)


def _check_unread(state: ReducerState, ref: PayloadRef) -> None:
    """A payload that no rule reads is evidence all the same: it must be there and be JSON."""
    try:
        if json_text.is_json(state.load(ref)):
            state.checked_payloads.add(ref)
            return
        message = f"payload {ref.raw_payload_id}, which reduction does not read, is no JSON"
    except Rejection as rejection:
        if rejection.code == Code.PAYLOAD_OUTSIDE:
            if not state.is_salvage:
                raise
            state.report(Code.PAYLOAD_OUTSIDE, rejection.message, rejection.ids)
            return
        message = rejection.message
    state.tolerate(Code.UNREAD_PAYLOAD, message, {"raw_payload_id": ref.raw_payload_id})
