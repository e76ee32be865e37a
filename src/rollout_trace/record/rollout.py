"""A recording as the host sees it: where it goes, and its root thread (spec 4, "thread").

Owns the choice of the folder, and the end of the rollout. A recorder that cannot record is disabled, as one is that was
not asked to; the host need not care.
"""

import os
import re
import uuid
from pathlib import Path
from typing import Any, Final

from rollout_trace.events.types import RolloutStarted
from rollout_trace.ids import ThreadId, TraceId
from rollout_trace.record.durability import Durability
from rollout_trace.record.handle import Handle, outcome_of, recorded, recorded_as
from rollout_trace.record.recording import DISABLED, FIRST_SCHEMA, LOGGER, NEWEST_SCHEMA, LiveRecording, Recording
from rollout_trace.record.thread import ROOT_PATH, Thread, disabled_thread, is_uuid, root_of
from rollout_trace.values import ExecutionStatus

ENVIRONMENT_VARIABLE: Final = "CODEX_ROLLOUT_TRACE_ROOT"
INTERVAL_MS: Final = 200

_PLAIN_NAME: Final = re.compile(r"[\w.-]{1,100}", re.ASCII)

_Folder = str | os.PathLike[str] | None


class Recorder(Handle):
    """A recording of one rollout: a root thread, its children, and all that they do.

    Use it with `with`: the end of the block ends what is still open and closes the recording. Nothing that goes wrong
    with the recording is raised; it is logged once as a warning (logger `rollout_trace`).
    """

    def __init__(
        self,
        folder: _Folder,
        *,
        bundle: _Folder = None,
        schema: int = NEWEST_SCHEMA,
        durability: Durability | str = Durability.PROCESS,
        interval_ms: int = INTERVAL_MS,
        trace_id: str | None = None,
        thread_id: str | None = None,
    ) -> None:
        """Make a bundle `trace-<trace id>-<thread id>` in `folder`, or at `bundle`, which is new or empty.

        Without either the recorder is disabled. `schema` is 2, or 1 for older readers. `durability` is `"process"`,
        `"interval"` (all that was recorded is synced every `interval_ms` milliseconds) or `"event"`. The ids are new
        UUIDs unless they are given; a thread's should be one.
        """
        self.trace_id = _id("trace_id", trace_id)
        """The id of this recording."""
        self._root_id = _id("thread_id", thread_id)
        self._root: Thread | None = None
        super().__init__(self._open(folder, bundle, schema, durability, interval_ms))

    @classmethod
    def from_env(cls, variable: str = ENVIRONMENT_VARIABLE, **options: Any) -> "Recorder":  # noqa: ANN401
        """A recorder into the folder that an environment variable names; disabled if it is not set, or empty.

        `options` are those of the constructor.
        """
        return cls(os.environ.get(variable), **options)

    @property
    def enabled(self) -> bool:
        """Whether anything is recorded."""
        return self.recording.enabled

    @property
    def path(self) -> Path | None:
        """The folder of the bundle; None if there is none."""
        return self.recording.bundle if isinstance(self.recording, LiveRecording) else None

    def root_thread(self, *, model: str | None = None, provider: str | None = None, **metadata: object) -> Thread:
        """The root thread, which begins the rollout. `model` and `provider` are what requests say by default.

        `metadata` are further fields of spec 1, "session metadata", such as `cwd` (by default the working folder),
        `nickname`, `approval_policy` or `sandbox_policy`.
        """
        if not self.recording.enabled:
            return disabled_thread(ROOT_PATH)
        if self._root is not None:
            self.recording.refuse("Recorder.root_thread", "a rollout has one root")
            return self._root
        self._begin()
        self._root = root_of(self.recording, self, self._root_id, model, provider, metadata)
        return self._root

    @recorded
    def close(self, status: str = "completed") -> None:
        """End what is still open, as `completed`, `failed` or `aborted`, and close the recording."""
        self._close(self._status("Recorder.close", status))

    @recorded
    def _leave(self, exception: BaseException | None) -> None:
        self._tell_error(exception, {})
        self._close(ExecutionStatus.COMPLETED if exception is None else outcome_of(exception))

    @recorded_as("Recorder.root_thread")
    def _begin(self) -> None:
        self.recording.append(RolloutStarted(trace_id=TraceId(self.trace_id), root_thread_id=ThreadId(self._root_id)))

    def _close(self, status: ExecutionStatus) -> None:
        if self._end_once():
            for thread in reversed(list(self._owned)):  # children before those who made them, the root last
                thread.end_with_owner(status)
            self.recording.close()

    def _open(
        self, folder: _Folder, bundle: _Folder, schema: int, durability: Durability | str, interval_ms: int
    ) -> Recording:
        if folder in {None, ""} and bundle in {None, ""}:
            return DISABLED
        if schema not in {FIRST_SCHEMA, NEWEST_SCHEMA}:
            LOGGER.warning("nothing is recorded: there is no schema %r", schema)
            return DISABLED
        try:
            made = Path(bundle) if bundle else Path(folder or "") / f"trace-{self.trace_id}-{self._root_id}"
            made = made.expanduser().absolute()
            return LiveRecording(made, schema, self.trace_id, self._root_id, Durability(durability), int(interval_ms))
        except Exception as error:  # noqa: BLE001 - the border: a host must run where it cannot be recorded
            LOGGER.warning("nothing is recorded: %s", error)
            return DISABLED


def _id(what: str, wanted: str | None) -> str:
    """The wanted id if it can be part of a folder's name, else a new UUID."""
    if wanted is None:
        return str(uuid.uuid4())
    text = str(wanted)
    if not _PLAIN_NAME.fullmatch(text) or ".." in text:
        LOGGER.warning("Recorder: %r is no %s: a name has letters, digits and `-_.`; a new one is made", text, what)
        return str(uuid.uuid4())
    if what == "thread_id" and not is_uuid(text):
        LOGGER.warning("Recorder: the thread_id %r is no UUID: readers find no agents' messages to such a thread", text)
    return text
