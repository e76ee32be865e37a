"""What every handle records to: events and payloads of one rollout, best effort (spec 4, "Contexts").

Owns the border between the host and its trace: nothing in here raises into the host, what goes wrong is logged as a
warning (logger `rollout_trace`), once for each reason, counted, and told in the trace as soon as writing works again.
Owns too the numbers of payloads, which ids are taken, and who is cut off from the trace: whoever records to a
`Recording` records nothing (so disabled handles need no cases of their own), and a forked child's recordings become
such.
"""

import functools
import itertools
import logging
import os
import threading
import time
import uuid
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from rollout_trace.events.manifest import Manifest
from rollout_trace.events.types import Event, ProtocolEventObserved, RecordingCompleted
from rollout_trace.ids import CodexTurnId, RawPayloadId, RolloutId, ThreadId, TraceId
from rollout_trace.record import files
from rollout_trace.record.durability import Durability, syncing
from rollout_trace.record.encoding import UnrecordableError, checked, pretty, shaped
from rollout_trace.record.event_log import EventLog, LogLostError, Observed
from rollout_trace.record.losses import Category, Losses
from rollout_trace.values import PayloadKind, PayloadKindName, PayloadRef

LOGGER: Final = logging.getLogger("rollout_trace")
FIRST_SCHEMA: Final = 1
MAXIMUM_WARNINGS: Final = 20
"""How many reasons a recording warns of, once each; all others, and the same again, are logged at level debug."""
NEWEST_SCHEMA: Final = 2

_KINDS: Final = {kind: PayloadKind(kind) for kind in PayloadKindName}


class Recording:
    """A recording of nothing: every call is accepted, and there is never a trace of it."""

    enabled = False
    """Whether a call has any effect. What is expensive to say is not even worked out while this is False."""
    items_have_ids = False
    """Whether items have ids of their own and are accepted into histories (spec 5); else the schema is 1."""

    @property
    def lost(self) -> "Recording":
        """Where an object records whose start was lost: to nowhere, but counted."""
        return self

    def append(self, event: Event, thread_id: ThreadId | None = None, turn_id: CodexTurnId | None = None) -> bool:  # noqa: ARG002
        """Record an event, with the context of its envelope; whether it is in the log now."""
        return False

    def payload(self, kind: PayloadKindName, value: object, shape: Any = None) -> PayloadRef | None:  # noqa: ANN401, ARG002
        """Write a payload, and return how events refer to it; None if it cannot be written.

        `shape` is the type that readers will read it as, if they do.
        """
        return None

    def lose_event(self, event_type: type[msgspec.Struct]) -> None:
        """An event is not recorded, since a payload that it needs could not be written."""

    def lose_item(self, item_type: str, reason: str) -> None:
        """An item is set aside in its payload, where readers do not look."""

    def refuse(self, call: str, reason: str) -> None:
        """A call of the host makes no sense where it stands; nothing is recorded."""

    def fail(self, call: str, error: Exception) -> None:
        """A call of the host failed in here."""

    def warn(self, call: str, reason: str) -> None:
        """A call of the host was recorded, but not quite as it was meant."""

    def close(self) -> None:
        """End the recording as one that was closed properly, and let go of its files."""

    def new_id(self, prefix: str = "") -> str:  # noqa: ARG002
        """An id that nothing else has: a new UUID after `prefix`."""
        return ""

    def claim(self, what: str, wanted: object = None, prefix: str = "") -> str:  # noqa: ARG002
        """An id that nothing else of its sort has: the wanted one if that is free, else a new one after `prefix`."""
        return ""

    def is_free(self, what: str, wanted: str) -> bool:  # noqa: ARG002
        """Take an id; False if it was taken before."""
        return False

    def owns_terminal(self, process_id: str, thread_id: ThreadId) -> bool:  # noqa: ARG002
        """Whether a thread may speak of a process: in schema 1 a process id belongs to one thread for ever."""
        return False


DISABLED: Final = Recording()


class LiveRecording(Recording):
    """A recording to a bundle on disk."""

    enabled = True

    def __init__(
        self, bundle: Path, schema: int, trace_id: str, thread_id: str, durability: Durability, interval_ms: int
    ) -> None:
        """Make the bundle.

        Raises:
            OSError: it cannot be made.
        """
        self.bundle = bundle
        self.items_have_ids = schema >= NEWEST_SCHEMA
        self._numbers = itertools.count(1)
        self._claimed: dict[tuple[str, str], object] = {}
        self._terminals: dict[str, ThreadId] = {}
        self._losses = Losses()
        """What the trace does not tell of yet."""
        self._all_losses = Losses()
        self._counting = threading.RLock()
        self._warned: set[str] = set()
        self._lost = _LostRecording(self)
        manifest_to_come = _make_folder(bundle, schema, TraceId(trace_id), ThreadId(thread_id))
        self._log = EventLog(f"{bundle}/trace.jsonl", schema, RolloutId(thread_id))
        files.rename(manifest_to_come, f"{bundle}/manifest.json")  # only now is the folder a bundle
        if durability is not Durability.PROCESS:
            for path in (bundle / "manifest.json", bundle, bundle.parent):
                files.sync_path(str(path))
        self._syncing = syncing(durability, bundle, self._log.sync, interval_ms, lambda error: self._warn(_said(error)))
        _watch_forks()
        _LIVE.add(self)

    @property
    def lost(self) -> Recording:
        """Where an object records whose start was lost."""
        return self._lost

    def append(self, event: Event, thread_id: ThreadId | None = None, turn_id: CodexTurnId | None = None) -> bool:
        """Record an event; what was lost before is told after it."""
        if not self._appended(event, thread_id, turn_id):
            return False
        if self._losses:
            self._tell_losses()
        return True

    def payload(self, kind: PayloadKindName, value: object, shape: Any = None) -> PayloadRef | None:  # noqa: ANN401
        """Write a payload."""
        try:
            value = value() if callable(value) else value
            if shape is not None:
                shaped(value, shape)
            return self._write_payload(kind, value)
        except Exception as error:  # noqa: BLE001 - the border: the host's own code may run in here, and raise anything
            self._lose("payloads", kind, f"payload {kind}: {_said(error)}")
            return None

    def lose_event(self, event_type: type[msgspec.Struct]) -> None:
        """Count an event that is not recorded."""
        with self._counting:
            for losses in (self._losses, self._all_losses):
                losses.count("events", str(event_type.__struct_config__.tag))

    def lose_item(self, item_type: str, reason: str) -> None:
        """Count an item that is set aside."""
        self._lose("items", item_type, reason)

    def refuse(self, call: str, reason: str) -> None:
        """Count a call that makes no sense."""
        self._lose("events", call, f"{call}: {reason}")

    def fail(self, call: str, error: Exception) -> None:
        """Count a call that failed."""
        self._lose("events", call, f"{call}: {_said(error)}")

    def warn(self, call: str, reason: str) -> None:
        """Log what is odd about a call."""
        self._warn(f"{call}: {reason}")

    def new_id(self, prefix: str = "") -> str:
        """An id that nothing else has."""
        return f"{prefix}{uuid.uuid4()}"

    def claim(self, what: str, wanted: object = None, prefix: str = "") -> str:
        """An id that nothing else of its sort has."""
        if isinstance(wanted, str) and wanted and wanted.isprintable() and self.is_free(what, wanted):
            return wanted
        if wanted is not None:
            self._warn(f"{wanted!r} cannot be the id of a {what}: it is taken, or no text")
        made = self.new_id(prefix)
        self.is_free(what, made)
        return made

    def is_free(self, what: str, wanted: str) -> bool:
        """Take an id."""
        token = object()
        return self._claimed.setdefault((what, wanted), token) is token

    def owns_terminal(self, process_id: str, thread_id: ThreadId) -> bool:
        """Whether a thread may speak of a process."""
        return self.items_have_ids or self._terminals.setdefault(process_id, thread_id) == thread_id

    def close(self) -> None:
        """End the recording as one that was closed properly, and let go of its files."""
        if self.enabled and self._losses:
            self._tell_losses()
        if self.enabled and self._all_losses:
            self._log_safely(logging.WARNING, f"not everything is in the trace: {self._all_losses.said()}")
        self._let_go(self._complete)

    def abandon(self) -> None:
        """Have nothing to do with the recording any more, in a forked child: it is its parent's."""
        self.enabled = self._lost.enabled = False
        self._log.abandon()

    def _let_go(self, *last_steps: Callable[[], None]) -> None:
        """Record nothing any more, and let go of the files."""
        if not self.enabled:
            return
        self.enabled = self._lost.enabled = False
        for step in (*last_steps, self._syncing.close, self._log.close):
            try:
                step()
            except OSError as error:
                self._warn(_said(error))

    def _complete(self) -> None:
        if self.items_have_ids:
            self._log.append(Observed(RecordingCompleted(), None, None), is_last=True)

    def _appended(self, event: Event, thread_id: ThreadId | None, turn_id: CodexTurnId | None) -> bool:
        try:
            self._log.append(Observed(checked(event), thread_id, turn_id))
        except LogLostError as error:
            self._warn(_said(error))
            self._let_go()
            return False
        except (OSError, UnrecordableError) as error:
            event_type = str(type(event).__struct_config__.tag)
            self._lose("events", event_type, f"event {event_type}: {_said(error)}")
            return False
        try:
            self._syncing.event_appended()
        except OSError as error:
            self._warn(_said(error))
        return True

    def _write_payload(self, kind: PayloadKindName, value: object) -> PayloadRef:
        data = pretty(value)
        number = next(self._numbers)
        path = f"payloads/{number}.json"
        whole_path = f"{self.bundle}/{path}"
        files.write_new(whole_path, data)
        self._syncing.payload_written(whole_path)
        return PayloadRef(RawPayloadId(f"raw_payload:{number}"), _KINDS[kind], path)

    def _lose(self, category: Category, what: str, reason: str) -> None:
        with self._counting:
            for losses in (self._losses, self._all_losses):
                losses.count(category, what, reason)
        self._warn(reason)

    def _tell_losses(self) -> None:
        """Say in the trace what it lacks; what cannot be said now is said later."""
        with self._counting:
            losses, self._losses = self._losses, Losses()
        try:
            ref = self._write_payload(PayloadKindName.PROTOCOL_EVENT, losses.warning())
        except (OSError, UnrecordableError):
            ref = None
        if ref is None or not self._appended(
            ProtocolEventObserved(event_type="warning", event_payload=ref), None, None
        ):
            with self._counting:
                self._losses.add(losses)

    def _warn(self, reason: str) -> None:
        is_new = reason not in self._warned and len(self._warned) < MAXIMUM_WARNINGS
        if is_new:
            self._warned.add(reason)
        self._log_safely(logging.WARNING if is_new else logging.DEBUG, reason)

    def _log_safely(self, level: int, message: str) -> None:
        try:
            LOGGER.log(level, "recording %s: %s", self.bundle, message)
        except Exception:  # noqa: BLE001 - a log handler of the host that raises must not stop the host either
            return


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


class _LostRecording(Recording):
    """Where objects record whose start was lost: readers could not tell what their events belong to."""

    enabled = True

    def __init__(self, live: LiveRecording) -> None:
        self._live = live
        self.items_have_ids = live.items_have_ids

    def append(self, event: Event, thread_id: ThreadId | None = None, turn_id: CodexTurnId | None = None) -> bool:  # noqa: ARG002
        """Record an event; what was lost before is told after it."""
        self._live.lose_event(type(event))
        return False

    def lose_event(self, event_type: type[msgspec.Struct]) -> None:
        """Count an event that is not recorded."""
        self._live.lose_event(event_type)

    def lose_item(self, item_type: str, reason: str) -> None:
        """Count an item that is set aside."""
        self._live.lose_item(item_type, reason)

    def fail(self, call: str, error: Exception) -> None:
        """Count a call that failed."""
        self._live.fail(call, error)

    def warn(self, call: str, reason: str) -> None:
        """Log what is odd about a call."""
        self._live.warn(call, reason)

    def refuse(self, call: str, reason: str) -> None:
        """Count a call that makes no sense."""
        self._live.refuse(call, reason)

    def new_id(self, prefix: str = "") -> str:
        """An id, as a live recording gives it: who asks need not know that it is lost."""
        return self._live.new_id(prefix)

    def claim(self, what: str, wanted: object = None, prefix: str = "") -> str:
        """An id that nothing else of its sort has."""
        return self._live.claim(what, wanted, prefix)

    def is_free(self, what: str, wanted: str) -> bool:
        """Take an id."""
        return self._live.is_free(what, wanted)

    def owns_terminal(self, process_id: str, thread_id: ThreadId) -> bool:
        """Whether a thread may speak of a process."""
        return self._live.owns_terminal(process_id, thread_id)


_LIVE: Final[weakref.WeakSet[LiveRecording]] = weakref.WeakSet()


@functools.cache
def _watch_forks() -> None:
    os.register_at_fork(after_in_child=_abandon_all)


def _abandon_all() -> None:
    for recording in list(_LIVE):
        recording.abandon()
    _LIVE.clear()


def _make_folder(bundle: Path, schema: int, trace_id: TraceId, thread_id: ThreadId) -> str:
    """Make what a bundle begins with; returns the path of the manifest, which waits for its name."""
    manifest = Manifest(
        schema_version=schema,
        trace_id=trace_id,
        rollout_id=RolloutId(thread_id),
        root_thread_id=thread_id,
        started_at_unix_ms=time.time_ns() // 1_000_000,
        raw_event_log="trace.jsonl",
        payloads_dir="payloads",
    )
    files.make_folder(bundle)
    files.make_folder(bundle / "payloads")
    path = f"{bundle}/manifest.json.tmp"
    files.write_new(path, pretty(manifest))
    return path
