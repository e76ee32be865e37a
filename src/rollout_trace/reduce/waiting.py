"""What still waits when a log seems to have ended. Data only."""

import msgspec

from rollout_trace.ids import CallId, CodeCellId, EdgeId, ThreadId
from rollout_trace.model.edges import EdgeKind
from rollout_trace.reduce.windows import Moment


class WaitingStart(msgspec.Struct, frozen=True, kw_only=True):
    """A code cell that was started, and whose source no answer or request has shown."""

    code_cell_id: CodeCellId
    thread_id: ThreadId
    call_id: CallId
    """The model-visible call that is its source."""
    started: Moment


class WaitingDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A message that went out to an agent, and that the agent's conversation does not show."""

    edge_id: EdgeId
    kind: EdgeKind
    target_thread_id: ThreadId


class Waiting(msgspec.Struct, frozen=True):
    """All that waits for something that the log has not shown so far."""

    starts: tuple[WaitingStart, ...]
    deliveries: tuple[WaitingDelivery, ...]
