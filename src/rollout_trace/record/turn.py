"""A turn: one activation of the runtime for a thread, and everything that happens in it (spec 4, "turn")."""

from typing import Final

from rollout_trace.events import types as events
from rollout_trace.ids import CodexTurnId, EdgeId
from rollout_trace.record.cells import Cell, UnrecordedCell
from rollout_trace.record.classification import KindSaid
from rollout_trace.record.compaction import DISABLED_COMPACTION, Compaction
from rollout_trace.record.context import NO_CONTEXT, ThreadContext, ThreadHandle
from rollout_trace.record.handle import Handle, outcome_of, recorded, starts
from rollout_trace.record.inference import DISABLED_ATTEMPT, InferenceAttempt
from rollout_trace.record.recording import DISABLED, Recording
from rollout_trace.record.tools import Asked, Tool, UnrecordedTool
from rollout_trace.values import ExecutionStatus, PayloadKindName


class Turn(Handle):
    """A turn. What is still open when it ends was not completed, and ends with it; a cell may run on."""

    def __init__(self, recording: Recording, owner: Handle | None, context: ThreadContext, turn_id: object) -> None:
        super().__init__(recording, owner)
        self._context = context
        self.turn_id = ""
        """The id of the turn; empty if the handle is disabled."""
        self._begin(turn_id)

    def inference(self, *, model: str | None = None, provider: str | None = None) -> InferenceAttempt:
        """A request is to be sent to a model, by default to the thread's. A retry is an attempt of its own."""
        if not self.recording.enabled:
            return DISABLED_ATTEMPT
        turn_id = CodexTurnId(self.turn_id)
        return InferenceAttempt(self._while_open("Turn.inference"), self, self._context, turn_id, model, provider)

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
        """A tool is called: with `arguments` (a mapping, or JSON text), with a text as `input`, or a shell's `command`.

        `call_id` is what the model calls the call; none if the model did not ask for it. `kind` says what kind of tool
        it is where the name does not (see `docs/recording.md`).
        """
        if not self.recording.enabled:
            return UnrecordedTool(call_id, input)
        asked = Asked(name, call_id, arguments, input, command, namespace, kind)
        return Tool(self._while_open("Turn.tool"), self, self._context, CodexTurnId(self.turn_id), asked)

    def cell(self, *, call_id: str, source: object) -> Cell:
        """A program that the model wrote in its `exec` call `call_id` begins to run; `source` without the pragma."""
        if not self.recording.enabled:
            return UnrecordedCell(call_id)
        return Cell(self._while_open("Turn.cell"), self, self._context, CodexTurnId(self.turn_id), call_id, source)

    def compaction(self) -> Compaction:
        """The thread's history is to be replaced by a shorter one."""
        if not self.recording.enabled:
            return DISABLED_COMPACTION
        return Compaction(self._while_open("Turn.compaction"), self, self._context, CodexTurnId(self.turn_id))

    @recorded
    def result(self, message: str, *, to: ThreadHandle) -> None:
        """The result of this turn goes to the agent's parent; `Thread.receive` is its arrival there."""
        edge = f"edge:agent_result:{self._context.thread_id}:{self.turn_id}:{to.thread_id}"
        if not self.recording.is_free("edge", edge):
            self.recording.refuse("Turn.result", "the turn has told its result")
            return
        status = {"completed": message}
        body = {"child_agent_path": self._context.agent_path, "message": message, "status": status}
        observed = events.AgentResultObserved(
            edge_id=EdgeId(edge),
            child_thread_id=self._context.thread_id,
            child_codex_turn_id=CodexTurnId(self.turn_id),
            parent_thread_id=to.context.thread_id,
            message=message,
            carried_payload=self.recording.payload(PayloadKindName.AGENT_RESULT, body),
        )
        self.recording.append(observed, self._context.thread_id, CodexTurnId(self.turn_id))

    @recorded
    def end(self, status: str = "completed") -> None:
        """The turn ends as `completed`, `failed`, `cancelled` or `aborted`."""
        self._end(self._status("Turn.end", status))

    @recorded
    def _leave(self, exception: BaseException | None) -> None:
        self._tell_error(exception, {"thread_id": self._context.thread_id, "turn_id": self.turn_id})
        self._end(ExecutionStatus.COMPLETED if exception is None else outcome_of(exception))

    @recorded
    def end_with_owner(self, status: ExecutionStatus) -> None:
        """The turn ends unfinished."""
        self._end(status)

    @starts("Thread.turn")
    def _begin(self, turn_id: object) -> None:
        self.turn_id = self.recording.claim("turn", turn_id)
        started = events.CodexTurnStarted(codex_turn_id=CodexTurnId(self.turn_id), thread_id=self._context.thread_id)
        if self._start(started, self._context.thread_id, CodexTurnId(self.turn_id)):
            self._context.turn_id = CodexTurnId(self.turn_id)

    def _end(self, status: ExecutionStatus) -> None:
        if not self._end_once():
            return
        if status is ExecutionStatus.COMPLETED:
            self._hand_over_cells()
        self._end_owned(status)
        ended = events.CodexTurnEnded(codex_turn_id=CodexTurnId(self.turn_id), status=status)
        self.recording.append(ended, self._context.thread_id, CodexTurnId(self.turn_id))
        if self._context.turn_id == self.turn_id:
            self._context.turn_id = None

    def _hand_over_cells(self) -> None:
        """A program may run on after a completed turn, and a later turn may wait for it."""
        for handle in list(self._owned):
            if isinstance(handle, Cell) and self._owner is not None:
                self.disown(handle)
                self._owner.own(handle)

    def _while_open(self, call: str) -> Recording:
        if self._has_ended:
            self.recording.refuse(call, "the turn has ended")
            return self.recording.lost
        return self.recording


DISABLED_TURN: Final = Turn(DISABLED, None, NO_CONTEXT, None)
