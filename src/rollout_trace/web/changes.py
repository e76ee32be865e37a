"""Streams of changes, as server-sent events: of one rollout, or of the list of bundles.

A stream begins with how things stand, and goes on with each change in order. The id of an event is what its change was
told up to (the last seq of a log, the revision of the list): who comes back to a rollout, also to a server that was
started again, says what was seen, and is told how things stand only if that is another, or was that the bundle is gone.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final, NamedTuple, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from rollout_trace.follow.bundle_follower import ChangeKind
from rollout_trace.web.interface.rollout import RolloutChange
from rollout_trace.web.library import Library
from rollout_trace.web.open_rollout import OpenRollout

_LOOK_SECONDS: Final = 0.1
_HEARTBEAT_SECONDS: Final = 15.0
_MOST_DIGITS: Final = 20
_TYPE: Final = "text/event-stream"
_HEADERS: Final = {"cache-control": "no-store"}


class _Told(NamedTuple):
    """A change, and up to where it goes."""

    change: msgspec.Struct
    up_to: int | None
    """None where who comes back is to be told how things stand, whatever that is."""
    is_known_by_id: bool = True
    """Whether who has seen the id has seen all that the change says."""


class _Changes(Protocol):
    """What a stream tells of."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come."""

    def followed(self) -> AbstractContextManager[None]:
        """Lasts as long as the stream."""

    def new(self) -> Sequence[_Told]:
        """What has come since this was asked last; at first, how things stand."""


class _RolloutChanges:
    def __init__(self, rollout: OpenRollout) -> None:
        self._rollout = rollout
        self._seen: int | None = None

    @property
    def has_ended(self) -> bool:
        return self._rollout.has_ended

    def followed(self) -> AbstractContextManager[None]:
        return self._rollout.followed()

    def new(self) -> Sequence[_Told]:
        changes = self._rollout.changes
        fresh = changes[-1:] if self._seen is None else [one for one in changes if one.number > self._seen]
        if changes:
            self._seen = changes[-1].number
        return [_told(change) for _, change in fresh]


def _told(change: RolloutChange) -> _Told:
    """A bundle that is gone may come back as it was: its id, told again, would hide that."""
    usual = (ChangeKind.OPENED.value, ChangeKind.GROWN.value)
    return _Told(change, None if change.kind == ChangeKind.GONE else change.last_seq, change.kind in usual)


class _LibraryChanges:
    has_ended = False

    def __init__(self, library: Library) -> None:
        self._library = library
        self._seen: int | None = None

    def followed(self) -> AbstractContextManager[None]:
        return nullcontext()

    def new(self) -> Sequence[_Told]:
        revision = self._library.revision
        if revision == self._seen:
            return ()
        self._seen = revision
        # Another server counts anew: what it has told is told again, which is little.
        return [_Told(self._library.change(), revision, is_known_by_id=False)]


def rollout_changes(request: Request, rollout: OpenRollout, is_over: Callable[[], bool]) -> Response:
    """What happens to a rollout."""
    return _stream(request, _RolloutChanges(rollout), is_over)


def library_changes(request: Request, library: Library, is_over: Callable[[], bool]) -> Response:
    """What happens to the list of bundles."""
    return _stream(request, _LibraryChanges(library), is_over)


def _stream(request: Request, changes: _Changes, is_over: Callable[[], bool]) -> Response:
    if request.method == "HEAD":
        return Response(media_type=_TYPE, headers=_HEADERS)
    seen = request.headers.get("last-event-id", "")
    is_number = seen.isascii() and seen.isdigit() and len(seen) <= _MOST_DIGITS
    events = _events(changes, int(seen) if is_number else None, is_over)
    return StreamingResponse(events, media_type=_TYPE, headers=_HEADERS)


async def _events(changes: _Changes, seen: int | None, is_over: Callable[[], bool]) -> AsyncIterator[bytes]:
    is_first = True
    spoke_at = time.monotonic()
    with changes.followed():
        yield b": a stream of changes\n\n"
        while not is_over():
            has_ended = changes.has_ended  # asked before, so that what was told last is not missed
            for told in changes.new():
                if not (is_first and told.is_known_by_id and told.up_to == seen):
                    up_to = b"" if told.up_to is None else b"%d" % told.up_to
                    yield b"id: %s\ndata: %s\n\n" % (up_to, msgspec.json.encode(told.change))
                    spoke_at = time.monotonic()
                is_first = False
            if has_ended:
                return
            if time.monotonic() - spoke_at > _HEARTBEAT_SECONDS:
                yield b": still here\n\n"
                spoke_at = time.monotonic()
            await asyncio.sleep(_LOOK_SECONDS)
