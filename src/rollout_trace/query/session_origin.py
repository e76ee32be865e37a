"""How the session of a bundle came about, and so which bundles belong together.

The graph does not say it. It is told by the metadata of the root thread (`session_source`), and by the event
`session_configured` of the host's protocol: which session the rollout is part of, and which one it was forked from.
"""

from enum import StrEnum
from typing import Any

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.errors import PayloadError
from rollout_trace.events.types import Event, ProtocolEventObserved, ThreadStarted, UnknownEvent
from rollout_trace.ids import ThreadId
from rollout_trace.values import PayloadRef


class Beginning(StrEnum):
    """How a rollout came about."""

    STARTED = "started"
    """By a user; whether it goes on with an older one shows only beside that (see `query.sessions`)."""
    FORKED = "fork"
    """As a copy of another session."""
    REVIEW = "review"
    """As a review, which another session asked for."""
    APPROVAL = "approval"
    """As the automatic reviewer of what another session wants to do."""
    SUBAGENT = "subagent"
    """By another session, in some other way."""


class SessionOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a rollout belongs."""

    session_id: str
    """The session that it is part of: its own thread, or that of the session that started it."""
    forked_from_id: str | None
    beginning: Beginning


class _Metadata(msgspec.Struct, frozen=True):
    session_source: Any = None


class _Configured(msgspec.Struct, frozen=True):
    thread_id: str | None = None
    session_id: str | None = None
    forked_from_id: str | None = None


class OriginListener:
    """Hears the events of a bundle, and then knows its origin."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._root: ThreadId = bundle.manifest.root_thread_id
        self._configured = _Configured()
        self._beginning = Beginning.STARTED

    def hear(self, event: Event | UnknownEvent) -> None:
        """Take note of an event; what cannot be read says nothing."""
        try:
            match event:
                case ThreadStarted(thread_id=thread_id, metadata_payload=PayloadRef() as ref) if (
                    thread_id == self._root
                ):
                    metadata = msgspec.json.decode(self._bundle.read_payload(ref), type=_Metadata)
                    self._beginning = _beginning_of(metadata.session_source)
                case ProtocolEventObserved(event_type="session_configured", event_payload=ref):
                    configured = msgspec.json.decode(self._bundle.read_payload(ref), type=_Configured)
                    if configured.thread_id == self._root:
                        self._configured = configured
        except (PayloadError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return

    def origin(self) -> SessionOrigin:
        """The origin, as far as it was told."""
        forked_from = self._configured.forked_from_id
        is_fork = self._beginning is Beginning.STARTED and forked_from is not None
        return SessionOrigin(
            session_id=self._configured.session_id or self._root,
            forked_from_id=forked_from,
            beginning=Beginning.FORKED if is_fork else self._beginning,
        )


def _beginning_of(session_source: object) -> Beginning:
    match session_source:
        case {"subagent": "review"}:
            return Beginning.REVIEW
        case {"subagent": {"other": "guardian"}}:
            return Beginning.APPROVAL
        case {"subagent": _}:
            return Beginning.SUBAGENT
        case _:
            return Beginning.STARTED
