"""The evidence as it lies on disk: the lines of the log, and the payload files."""

import codecs
import os
from collections.abc import Mapping, Sequence
from typing import BinaryIO, Final

from rollout_trace.diagnostics import Diagnostic
from rollout_trace.errors import PayloadError
from rollout_trace.events.log_entry import LoggedEvent
from rollout_trace.events.references import event_type, payload_refs
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.web import parts
from rollout_trace.web.answers.cutting import page_made_of
from rollout_trace.web.answers.finding import found_in
from rollout_trace.web.interface.common import EXCERPT_CHARACTERS, Excerpt, Page
from rollout_trace.web.interface.objects import EventLine, PayloadText
from rollout_trace.web.interface.questions import EventsQuery, PayloadQuery
from rollout_trace.web.view import View, once_a_view

_MOST_TOUCHED: Final = 100
_PIECE_BYTES: Final = 1 << 20
_decoder_of_text: Final = codecs.getincrementaldecoder("utf-8")
_LONGEST_CHARACTER: Final = 4


def events(view: View, asked: EventsQuery) -> Page[EventLine]:
    """The lines of the log that are not blank, as far as the graph was made from them."""
    chosen = range(len(parts.entries(view))) if asked.event_type is None else _by_type(view).get(asked.event_type, ())
    return page_made_of(chosen, asked, lambda part: _lines(view, part))


@once_a_view
def _by_type(view: View) -> Mapping[str, Sequence[int]]:
    """The indexes of the lines with events of each type."""
    found: dict[str, list[int]] = {}
    for index, entry in enumerate(parts.entries(view)):
        if isinstance(entry, LoggedEvent):
            found.setdefault(event_type(entry.event), []).append(index)
    return found


@once_a_view
def _diagnostics_by_line(view: View) -> Mapping[int | None, Diagnostic]:
    """The last diagnostic of each line: of an event that was not applied, the one that says why."""
    return {diagnostic.line: diagnostic for diagnostic in view.reduction.diagnostics}


def _lines(view: View, indexes: Sequence[int]) -> list[EventLine]:
    with os.fdopen(view.bundle.open_log(), "rb") as log:
        return [_line(view, log, index) for index in indexes]


def _line(view: View, log: BinaryIO, index: int) -> EventLine:
    entry = parts.entries(view)[index]
    text = _line_at(log, entry.offset or 0)
    if not isinstance(entry, LoggedEvent):
        return EventLine(
            index=index,
            line=entry.line,
            seq=None,
            at_unix_ms=None,
            event_type=None,
            thread_id=None,
            codex_turn_id=None,
            fault=entry.reason,
            touched=(),
            payloads=(),
            text=text,
        )
    event, applied = entry.event, parts.applied_by_line(view).get(entry.line)
    return EventLine(
        index=index,
        line=entry.line or 0,
        seq=event.seq,
        at_unix_ms=event.wall_time_unix_ms,
        event_type=event_type(event),
        thread_id=event.thread_id,
        codex_turn_id=event.codex_turn_id,
        fault=None if applied is not None else _why_not_applied(view, entry.line),
        touched=() if applied is None else applied.touched[:_MOST_TOUCHED],
        payloads=tuple(payload_refs(event)),
        text=text,
    )


def _why_not_applied(view: View, line: int | None) -> str:
    diagnostic = _diagnostics_by_line(view).get(line)
    return "it was not applied" if diagnostic is None else diagnostic.message


def _line_at(log: BinaryIO, offset: int) -> Excerpt:
    """The line that begins at a byte, without its line feed. Of one that is too long, no more than a piece is held."""
    log.seek(offset)
    decoder = _decoder_of_text("backslashreplace")
    text, characters = "", 0
    while piece := log.readline(_PIECE_BYTES):
        is_last = piece.endswith(b"\n") or len(piece) < _PIECE_BYTES
        decoded = decoder.decode(piece.removesuffix(b"\n"), final=is_last)
        text += decoded[: EXCERPT_CHARACTERS - len(text)]
        characters += len(decoded)
        if is_last:
            break
    return Excerpt(offset=0, characters=characters, text=text)


def payload(view: View, asked: PayloadQuery) -> PayloadText:
    """A part of a payload file as text."""
    ref = found_in(view, ObjectKind.RAW_PAYLOAD, view.trace.raw_payloads, asked.payload)
    try:
        # A few bytes more, so that a character that begins within the part is whole.
        data, size = view.bundle.read_payload_part(ref, asked.offset, asked.limit + _LONGEST_CHARACTER)
    except PayloadError as error:
        return PayloadText(payload=ref, bytes=0, offset=asked.offset, next_offset=None, text="", fault=str(error))
    used = _end_of_characters(data, asked.limit)
    end = asked.offset + used
    return PayloadText(
        payload=ref,
        bytes=size,
        offset=asked.offset,
        next_offset=end if data and end < size else None,
        text=data[:used].decode(errors="backslashreplace"),
        fault=None,
    )


def _end_of_characters(data: bytes, limit: int) -> int:
    """How many bytes are taken so that no character is cut: at least `limit`, and at most three more."""
    if len(data) <= limit:
        return len(data)
    decoder = _decoder_of_text("backslashreplace")
    decoder.decode(data[:limit])
    begun = decoder.getstate()[0]
    for more in range(_LONGEST_CHARACTER - 1 if begun else 0):
        decoder.decode(data[limit + more : limit + more + 1])
        if not decoder.getstate()[0]:
            return limit + more + 1
    return limit
