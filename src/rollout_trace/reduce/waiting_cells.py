"""A code cell whose source item has not been seen yet, and what was reported of it meanwhile.

Data only; the rules are in `code_cells`.
"""

from typing import NamedTuple

from rollout_trace.events.types import CodeCellStarted
from rollout_trace.ids import CodexTurnId, RawPayloadId, ThreadId
from rollout_trace.reduce.windows import Moment
from rollout_trace.values import CellStatus


class CellReport(NamedTuple):
    """An initial response or an end, as the runtime reported it."""

    moment: Moment
    status: CellStatus
    is_end: bool
    payload_id: RawPayloadId | None = None


class WaitingCell(NamedTuple):
    """The start of a cell, with the context of its event."""

    moment: Moment
    thread_id: ThreadId
    codex_turn_id: CodexTurnId | None
    start: CodeCellStarted
    reports: tuple[CellReport, ...]
