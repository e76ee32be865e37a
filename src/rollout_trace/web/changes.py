"""Streams of changes, as server-sent events: of one rollout, or of the list of bundles.

The id of an event is what its change was told up to (the last seq of a log, the revision of the list), so that a
browser that comes back says what it has seen, and is told at once if there is more.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Final, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import StreamingResponse

from rollout_trace.web.library import Library
from rollout_trace.web.open_rollout import OpenRollout

_LOOK_SECONDS: Final = 0.1
_HEARTBEAT_SECONDS: Final = 15.0
_MOST_DIGITS: Final = 20


class _Told(NamedTuple):
    """What can be told: a new object when there is something new, and up to where it goes."""

    change: msgspec.Struct
    up_to: int


def rollout_changes(request: Request, rollout: OpenRollout, is_over: Callable[[], bool]) -> StreamingResponse:
    """What happens to a rollout."""
    rollout.follow()

    def look() -> _Told | None:
        change = rollout.last_change
        return None if change is None else _Told(change, change.last_seq)

    return _stream(request, look, is_over)


def library_changes(request: Request, library: Library, is_over: Callable[[], bool]) -> StreamingResponse:
    """What happens to the list of bundles."""
    last: _Told | None = None

    def look() -> _Told:
        nonlocal last
        if last is None or last.up_to != library.revision:
            revision = library.revision
            last = _Told(library.change(), revision)
        return last

    return _stream(request, look, is_over)


def _stream(request: Request, look: Callable[[], _Told | None], is_over: Callable[[], bool]) -> StreamingResponse:
    seen = request.headers.get("last-event-id", "")
    is_number = seen.isascii() and seen.isdigit() and len(seen) <= _MOST_DIGITS
    events = _events(look, int(seen) if is_number else None, is_over)
    return StreamingResponse(events, media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _events(
    look: Callable[[], _Told | None], seen: int | None, is_over: Callable[[], bool]
) -> AsyncIterator[bytes]:
    told: msgspec.Struct | None = None
    spoke_at = time.monotonic()
    yield b": a stream of changes\n\n"
    while not is_over():
        news = look()
        if news is not None and news.change is not told:
            is_known = told is None and news.up_to == seen
            told = news.change
            if not is_known:
                yield b"id: %d\ndata: %s\n\n" % (news.up_to, msgspec.json.encode(told))
                spoke_at = time.monotonic()
        elif time.monotonic() - spoke_at > _HEARTBEAT_SECONDS:
            yield b": still here\n\n"
            spoke_at = time.monotonic()
        await asyncio.sleep(_LOOK_SECONDS)
