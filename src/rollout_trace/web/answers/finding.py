"""Finding what a question names, or saying that the graph does not have it."""

from collections.abc import Mapping
from typing import TypeVar

from rollout_trace.errors import QuestionError
from rollout_trace.ids import RawPayloadId, ThreadId
from rollout_trace.query.naming import KIND_WORDS, GraphObject, ObjectRef, object_of
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.values import PayloadRef
from rollout_trace.web import parts
from rollout_trace.web.view import View

Id = TypeVar("Id", bound=str)
Found = TypeVar("Found")


def found_in(view: View, kind: ObjectKind, objects: Mapping[Id, Found], object_id: Id) -> Found:
    """The object with an id among those of its kind.

    Raises:
        QuestionError: there is none.
    """
    try:
        return objects[object_id]
    except KeyError:
        message = f"there is no {KIND_WORDS[kind]} `{object_id}` in the graph of event {parts.last_seq(view)}"
        raise QuestionError(message) from None


def found_object(view: View, ref: ObjectRef) -> GraphObject:
    """The object that is meant.

    Raises:
        QuestionError: the graph does not have it.
    """
    try:
        return object_of(view.trace, ref)
    except KeyError:
        return found_in(view, ref.kind, {}, ref.object_id)


def check_thread(view: View, thread_id: ThreadId | None) -> None:
    """Check that the graph has a thread, if one is asked for.

    Raises:
        QuestionError: it has not.
    """
    if thread_id is not None:
        found_in(view, ObjectKind.THREAD, view.trace.threads, thread_id)


def payload_of(view: View, payload_id: RawPayloadId | None) -> PayloadRef | None:
    """The payload with an id, if there is one."""
    return None if payload_id is None else view.trace.raw_payloads.get(payload_id)
