"""Code cells: programs that the model wrote for its `exec` tool (spec 4, "code cell").

Owns a cell from its start to its end, and in schema 2 the tool call around it. Tools that the program asks for are
made by `Cell.tool` and end with it.
"""

import itertools
from typing import Final

from rollout_trace.events import types as events
from rollout_trace.ids import CallId, CodexTurnId, RuntimeCellId
from rollout_trace.record.classification import KindSaid
from rollout_trace.record.context import ThreadContext
from rollout_trace.record.encoding import Json
from rollout_trace.record.handle import Handle, outcome_of, passing, recorded, resolved, starts, text_of
from rollout_trace.record.recording import DISABLED, Recording
from rollout_trace.record.tools import Asked, Requester, Tool, UnrecordedTool
from rollout_trace.values import CellStatus, ExecutionStatus, PayloadKindName, PayloadRef


class Cell(Handle):
    """A program that the model wrote: it may first yield, and then completes, fails or is terminated.

    At the end of its `with` block it has completed, unless it has yielded: then it runs on.
    """

    def __init__(
        self,
        recording: Recording,
        owner: Handle | None,
        context: ThreadContext,
        turn_id: CodexTurnId | None,
        call_id: object,
        source: object,
    ) -> None:
        super().__init__(recording, owner)
        self._context = context
        self._turn_id = turn_id
        self._call: Tool | None = None
        self._call_id = call_id
        self._tool_numbers = itertools.count(1)
        self._has_responded = False
        self.cell_id = ""
        """The runtime's id of this cell, by which `wait` calls name it; empty if the handle is disabled."""
        self._begin(source)

    def tool(
        self,
        name: str,
        *,
        arguments: object = None,
        input: object = None,  # noqa: A002
        kind: KindSaid | None = None,
    ) -> Tool:
        """The program calls a tool: with `arguments`, or with a text as `input`. Its caller gets a `result`."""
        if not self.recording.enabled:
            return UnrecordedTool(None, input)
        recording = self.recording
        if self._has_ended:
            recording.refuse("Cell.tool", "the cell has ended")
            recording = recording.lost
        requester = Requester(self.cell_id, f"tool-{next(self._tool_numbers)}")
        asked = Asked(name, arguments=arguments, input=input, kind=kind)
        return Tool(recording, self, self._context, self._turn_id, asked, requester)

    def yielded(self, output: object = "") -> Json:
        """The model is shown the output so far, and the program runs on. Returns the item for the next request."""
        return self._yield(self._item("Cell.yielded", output))

    def completed(self, output: object = "") -> Json:
        """The program has come to its end.

        Returns the item for the next request. If the cell had yielded, the model has one already, and sees the end of
        the program in the output of the call that waits for it.
        """
        return self._end(self._item("Cell.completed", output), CellStatus.COMPLETED, None)

    def failed(self, error: object, output: object = "") -> Json:
        """The program has failed. Returns the item for the next request, as `completed` does."""
        return self._end(self._item("Cell.failed", output), CellStatus.FAILED, error)

    def terminated(self, output: object = "") -> Json:
        """The program was stopped. Returns the item for the next request, as `completed` does."""
        return self._end(self._item("Cell.terminated", output), CellStatus.TERMINATED, None)

    @recorded
    def _leave(self, exception: BaseException | None) -> None:
        if exception is None and not self._has_responded:
            self.completed()
        elif exception is not None and outcome_of(exception) is ExecutionStatus.FAILED:
            self.failed(exception)
        elif exception is not None:
            self.terminated()

    @recorded
    def end_with_owner(self, status: ExecutionStatus) -> None:
        """The program is stopped."""
        ended = CellStatus.FAILED if status is ExecutionStatus.FAILED else CellStatus.TERMINATED
        self._end_without_output(ended)

    def _item(self, call: str, output: object) -> Json:
        """What the `exec` call returns to the model."""
        said = self._given(call, output)
        content = [{"type": "input_text", "text": said}] if isinstance(said, str) else said
        return {"type": "custom_tool_call_output", "call_id": self._call_id, "output": content}

    @starts("Turn.cell")
    def _begin(self, source: object) -> None:
        text = str(resolved(source))
        if self._turn_id is None or not self._is_free(text):
            self.recording.refuse("Turn.cell", "a cell belongs to a turn, and to an `exec` call that no other cell has")
            self.recording = self.recording.lost
            return
        self.cell_id = str(next(self._context.cell_numbers))
        started = events.CodeCellStarted(
            runtime_cell_id=RuntimeCellId(self.cell_id),
            model_visible_call_id=CallId(str(self._call_id)),
            source_js=text,
        )
        self._start(started, self._context.thread_id, self._turn_id)

    def _is_free(self, source: str) -> bool:
        """Take the `exec` call of this cell: in schema 2 it is a tool call, in schema 1 only an id."""
        if not isinstance(self._call_id, str):
            return False
        if not self.recording.items_have_ids:
            return self.recording.is_free("model-visible call", self._call_id)
        asked = Asked("exec", self._call_id, input=source)
        self._call = Tool(self.recording, self, self._context, self._turn_id, asked)
        return self._call.has_call_id

    @passing("Cell.yielded")
    def _yield(self, item: Json) -> Json:
        if self._has_responded or self._has_ended:
            return item
        body = {"response": {"Yielded": {"cell_id": self.cell_id, "content_items": item["output"]}}}
        self._respond(CellStatus.YIELDED, self.recording.payload(PayloadKindName.TOOL_RESULT, body))
        return self._show(item, ExecutionStatus.COMPLETED)

    @passing("Cell.completed")
    def _end(self, item: Json, status: CellStatus, error: object) -> Json:
        if not self._end_once():
            return item
        self._end_tools(status)
        what: Json = {"cell_id": self.cell_id, "content_items": item["output"]}
        if status is CellStatus.TERMINATED:
            body: Json = {"response": {"Terminated": what}}
        else:
            body = {"response": {"Result": {**what, "error_text": None if error is None else text_of(error)}}}
        is_first = not self._has_responded
        if is_first:
            self._respond(status, self.recording.payload(PayloadKindName.TOOL_RESULT, body))
        self._record_end(status, self.recording.payload(PayloadKindName.TOOL_RESULT, body))
        if not is_first:
            return item
        succeeded = status is CellStatus.COMPLETED
        return self._show(item, ExecutionStatus.COMPLETED if succeeded else ExecutionStatus.FAILED)

    def _end_without_output(self, status: CellStatus) -> None:
        if self._end_once():
            self._end_tools(status)
            self._record_end(status, None)
            if self._call is not None:
                self._call.end_with_owner(_EXECUTION[status])

    def _end_tools(self, status: CellStatus) -> None:
        """What the program asked for and did not wait for ends with it."""
        for tool in reversed(list(self._owned)):
            if tool is not self._call:
                tool.end_with_owner(
                    ExecutionStatus.FAILED if status is CellStatus.FAILED else ExecutionStatus.CANCELLED
                )

    def _respond(self, status: CellStatus, ref: PayloadRef | None) -> None:
        self._has_responded = True
        responded = events.CodeCellInitialResponse(
            runtime_cell_id=RuntimeCellId(self.cell_id), status=status, response_payload=ref
        )
        self.recording.append(responded, self._context.thread_id, self._turn_id)

    def _record_end(self, status: CellStatus, ref: PayloadRef | None) -> None:
        ended = events.CodeCellEnded(runtime_cell_id=RuntimeCellId(self.cell_id), status=status, response_payload=ref)
        self.recording.append(ended, self._context.thread_id, self._turn_id)

    def _show(self, item: Json, status: ExecutionStatus) -> Json:
        """The `exec` call returns to the model."""
        if self._call is not None:
            return self._call.output(item["output"], status=status)
        return self._context.history.enter(item)


_EXECUTION: Final = {
    CellStatus.FAILED: ExecutionStatus.FAILED,
    CellStatus.TERMINATED: ExecutionStatus.CANCELLED,
}


class UnrecordedCell(Cell):
    """A cell that is not recorded: it only knows what the item says that goes back to the model."""

    recording = DISABLED
    cell_id = ""
    is_recorded = False
    _has_ended = False

    def __init__(self, call_id: object) -> None:
        self._call_id = call_id
