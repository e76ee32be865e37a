"""What all handles have in common: where they record, when they end, and that they never raise (spec 4, "Contexts").

Owns the lifetime of an object: it starts, or its start is lost and everything of it with that; it ends once, by a call,
by the end of its `with` block, or with its owner, whichever comes first.
"""

import functools
import itertools
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Concatenate, Final, ParamSpec, Self, TypeAlias, TypeVar

from rollout_trace.events.types import Event, ProtocolEventObserved
from rollout_trace.ids import CodexTurnId, ThreadId
from rollout_trace.record.recording import Recording
from rollout_trace.values import ExecutionStatus, PayloadKindName

_H = TypeVar("_H", bound="Handle")
_T = TypeVar("_T")
_P = ParamSpec("_P")

LEFT_OPEN: Final = {
    ExecutionStatus.COMPLETED: ExecutionStatus.CANCELLED,
    ExecutionStatus.CANCELLED: ExecutionStatus.CANCELLED,
    ExecutionStatus.FAILED: ExecutionStatus.FAILED,
    ExecutionStatus.ABORTED: ExecutionStatus.ABORTED,
}
"""How what is still open ends when its owner ends: it was not completed (compare spec 3, section 1)."""


_TOLD_IN: Final = "_rollout_trace_told_in"
"""The attribute of an exception that says in which recording it is kept already."""

_Method: TypeAlias = Callable[Concatenate[_H, _P], None]
_Passing: TypeAlias = Callable[Concatenate[_H, _T, _P], _T]


def recorded(method: _Method[_H, _P]) -> _Method[_H, _P]:
    """A method of a handle that records: it does nothing when disabled, and never raises into the host."""
    return recorded_as(method.__qualname__.replace("._leave", ".__exit__"))(method)


def recorded_as(call: str) -> Callable[[_Method[_H, _P]], _Method[_H, _P]]:
    """The same for a method that works for the public `call`, by which messages name it."""

    def decorate(method: _Method[_H, _P]) -> _Method[_H, _P]:
        @functools.wraps(method)
        def best_effort(handle: _H, /, *args: _P.args, **kwargs: _P.kwargs) -> None:
            if not handle.recording.enabled:
                return
            try:
                method(handle, *args, **kwargs)
            except Exception as error:  # noqa: BLE001 - the border: whatever is wrong with a trace, the host goes on
                handle.recording.fail(call, error)

        return best_effort

    return decorate


def starts(call: str) -> Callable[[_Method[_H, _P]], _Method[_H, _P]]:
    """A method that records the start of a handle's object: if it fails, all that follows of the object is lost."""

    def decorate(method: _Method[_H, _P]) -> _Method[_H, _P]:
        @functools.wraps(method)
        def best_effort(handle: _H, /, *args: _P.args, **kwargs: _P.kwargs) -> None:
            if not handle.recording.enabled:
                return
            try:
                method(handle, *args, **kwargs)
            except Exception as error:  # noqa: BLE001 - as above
                handle.recording.fail(call, error)
                handle.recording = handle.recording.lost

        return best_effort

    return decorate


def passing(call: str) -> Callable[[_Passing[_H, _T, _P]], _Passing[_H, _T, _P]]:
    """A method for the public `call` that returns what it is given, as it was recorded.

    Where nothing is recorded, for whatever reason, the host gets back just what it has given: it needs that to go on.
    """

    def decorate(method: _Passing[_H, _T, _P]) -> _Passing[_H, _T, _P]:
        @functools.wraps(method)
        def best_effort(handle: _H, given: _T, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
            if not handle.recording.enabled:
                return given
            try:
                return method(handle, given, *args, **kwargs)
            except Exception as error:  # noqa: BLE001 - as above
                handle.recording.fail(call, error)
                return given

        return best_effort

    return decorate


def outcome_of(exception: BaseException) -> ExecutionStatus:
    """How a piece of work ends that an exception leaves.

    What is no `Exception` (an interrupt, asyncio's cancellation, the close of a generator) cancels it.
    """
    if isinstance(exception, SystemExit):
        return ExecutionStatus.FAILED if exception.code else ExecutionStatus.COMPLETED
    return ExecutionStatus.FAILED if isinstance(exception, Exception) else ExecutionStatus.CANCELLED


def description_of(exception: BaseException) -> str:
    """An exception in one line."""
    said = str(exception)
    return f"{type(exception).__name__}: {said}" if said else type(exception).__name__


def text_of(error: object) -> str:
    """What a host says of a failure, an exception or anything else, as a text."""
    return description_of(error) if isinstance(error, BaseException) else str(error)


def resolved(value: object) -> object:
    """What an argument says: one that is expensive to make is given as a callable."""
    return value() if callable(value) else value


class Handle:
    """Something that is recorded from its start to its end. Use it with `with`, in asynchronous code too.

    At the end of the block it ends as completed; an exception that passes ends it as failed, or as cancelled if it is
    no error (an interrupt, asyncio's cancellation, the close of a generator), and goes on.
    """

    def __init__(self, recording: Recording, owner: "Handle | None" = None) -> None:
        self.recording = recording
        self._owner = owner
        self._owned: dict[Handle, None] = {}
        self._ends = itertools.count()
        self._has_ended = False
        self.is_recorded = False
        """Whether the trace has the start of this object, so that other events may refer to it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, exception: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if self.recording.enabled and not self._has_ended:
            self._leave(exception)

    @recorded
    def _leave(self, exception: BaseException | None) -> None:
        """End as the end of a `with` block does."""
        raise NotImplementedError

    @recorded
    def end_with_owner(self, status: ExecutionStatus) -> None:
        """End because the owner has; `status` is how what is left open ends."""
        raise NotImplementedError

    def _given(self, call: str, value: object) -> object:
        """An argument that the host gets back, so that a callable is called in any case; one that fails says how."""
        try:
            return resolved(value)
        except Exception as error:  # noqa: BLE001 - the border, as above
            self.recording.fail(call, error)
            return description_of(error)

    def _status(self, call: str, status: str) -> ExecutionStatus:
        """How an object ends, as the host says it; as failed if that is no end."""
        with suppress(ValueError):
            ended = ExecutionStatus(status)
            if ended is not ExecutionStatus.RUNNING:
                return ended
        self.recording.warn(call, f"{status!r} is no status to end with: it ends as failed")
        return ExecutionStatus.FAILED

    @recorded_as("Thread.protocol_event")
    def _tell_error(self, exception: BaseException | None, where: dict[str, str]) -> None:
        """Keep an error that leaves a `with` block as a protocol event, once: where it leaves the innermost."""
        if exception is None or outcome_of(exception) is not ExecutionStatus.FAILED:
            return
        here = id(self.recording.lost)  # the same for all handles of a recording
        if exception.__dict__.get(_TOLD_IN) == here:
            return
        exception.__dict__[_TOLD_IN] = here
        said = {"type": "error", "message": description_of(exception), "exception": type(exception).__name__, **where}
        ref = self.recording.payload(PayloadKindName.PROTOCOL_EVENT, said)
        if ref is None:
            self.recording.lose_event(ProtocolEventObserved)
        else:
            self.recording.append(ProtocolEventObserved(event_type="error", event_payload=ref))

    def _start(self, event: Event, thread_id: ThreadId | None = None, turn_id: CodexTurnId | None = None) -> bool:
        """Record the start. If it is lost, so is everything else of this object."""
        if self.recording.append(event, thread_id, turn_id):
            self.is_recorded = True
            if self._owner is not None:
                self._owner.own(self)
            return True
        self.recording = self.recording.lost
        return False

    def own(self, handle: "Handle") -> None:
        """Take an object that ends with this one, if not before."""
        self._owned[handle] = None

    def disown(self, handle: "Handle") -> None:
        """Forget an object that has ended."""
        self._owned.pop(handle, None)

    def _end_once(self) -> bool:
        """Whether this is the first end; the ones that come later are ignored."""
        if next(self._ends):
            return False
        self._has_ended = True
        if self._owner is not None:
            self._owner.disown(self)
        return True

    def _reopen(self) -> None:
        """Live again after an end."""
        self._ends = itertools.count()
        self._has_ended = False
        if self._owner is not None:
            self._owner.own(self)

    def _end_owned(self, status: ExecutionStatus) -> None:
        """End what is still open, the last first."""
        for handle in reversed(list(self._owned)):
            handle.end_with_owner(LEFT_OPEN[status])
