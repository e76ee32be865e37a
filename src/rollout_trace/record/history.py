"""What a thread's model has been shown, as far as recording must know it (spec 4, "In schema 2").

Owns the ids that items get and keep when they are sent again, and which of them the thread has accepted. An item that
comes without an id is looked for among those of the last request, and among what entered the history since (answers,
outputs of tools, messages of agents): by place and content first, then by content, as a reader places it.

In schema 1 items have no ids: then this only sees to the form of items, and that no call id is used for two calls.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from rollout_trace.record.encoding import Json, UnrecordableError, encode
from rollout_trace.record.items import WITHOUT_ID, Item, NothingToReadError, item_of, items_of, new_id, with_id
from rollout_trace.record.recording import Recording

_SYSTEM_ROLES = ("system", "developer")


class Placed(NamedTuple):
    """A list of items as a payload holds it."""

    items: list[Json]
    set_aside: list[Json]
    """Those that no reader could make sense of, each with its index and the reason; readers do not look here."""
    accepted: list[str]
    """The ids of those that a request brings into the history, in order."""

    def beside_items(self) -> Json:
        """What a payload says besides its items."""
        return {"items_set_aside": self.set_aside} if self.set_aside else {}

    def in_place_of(self, values: Sequence[Json]) -> list[Json]:
        """The list as the host goes on with it: the items of `values`, with their ids where they were recorded."""
        recorded = iter(self.items)
        missing = {entry["index"] for entry in self.set_aside}
        return [value if index in missing else next(recorded) for index, value in enumerate(values)]


class _Known(NamedTuple):
    """An item that was seen: what it is known by, and its id."""

    identity: bytes
    item_id: str


class _Unused:
    """Items that were seen, each to be found once."""

    def __init__(self, known: Sequence[_Known]) -> None:
        self._known = known
        self._places: dict[bytes, list[int]] = {}
        for place, entry in enumerate(known):
            self._places.setdefault(entry.identity, []).append(place)

    def find(self, item: Item, place: int) -> str | None:
        """The id of the item as it was seen: at this place, else at the first other."""
        places = self._places.get(item.identity, [])
        for candidate in (place, *places):
            if candidate in places and item.own_id in {None, self._known[candidate].item_id}:
                places.remove(candidate)
                return self._known[candidate].item_id
        return None


class History:
    """The history of one thread. Any thread of the host may tell of it."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._lock = threading.RLock()
        self._last_sent: list[_Known] = []
        self._news: list[_Known] = []
        """What entered since, and was not sent yet."""
        self._streamed: list[tuple[str, object]] = []
        """Id and `call_id` of items of an answer that is not complete: accepted with it, or with their tool."""
        self._settled: set[str] = set()
        """Ids that are accepted, or that never will be: inherited ones, and what a compaction left."""
        self._counted: set[int] = set()
        self._calls: dict[tuple[str, str], bytes] = {}
        self._ids_of_calls: dict[tuple[str, str], str] = {}
        """The ids of calls that readers compare as a whole."""
        self._answers: dict[str, list[Json]] = {}
        """What the model had in view after an answer, by the answer's id."""

    # Whole lists.

    def request(self, values: object, continued: object = None) -> Placed:
        """The items of a request, with those that the answer `continued` had in view before them."""
        with self._lock:
            before = self._answers.get(continued, []) if isinstance(continued, str) else []
            if not before:
                self._answers.clear()  # who sends everything continues nothing
            placed, sent = self._place([*before, *items_of(values)], [*self._last_sent, *self._news])
            self._sent(sent)
            return placed._replace(accepted=self._accept(placed.items, unless_system_text=True))

    def answer(
        self, values: object, request: Sequence[Json], streamed: Sequence[object], response_id: object
    ) -> Placed:
        """The items of the answer to a request, of which some may have been told as they came."""
        with self._lock:
            placed, seen = self._place(items_of(values), list(_known(streamed)))
            self._news += [entry for entry in seen if entry not in self._news]
            if isinstance(response_id, str):
                self._answers[response_id] = [*request, *placed.items]
            return placed

    def inherit(self, values: object) -> Placed:
        """Go on with a history that came from elsewhere: its items are known, but were not accepted here."""
        with self._lock:
            placed, sent = self._place(items_of(values), [*self._last_sent, *self._news])
            self._last_sent, self._news = sent, []
            self._answers.clear()
            self._settled.update(entry.item_id for entry in sent)
            return placed

    def look_at(self, values: object) -> Placed:
        """The items of a list that is neither sent nor answered; nothing enters by it."""
        with self._lock:
            return self._place(items_of(values), [*self._last_sent, *self._news])[0]

    def given_to(self, child: "History") -> None:
        """Let another thread begin with a copy of what is known here."""
        child.begin_with([*self._last_sent, *self._news])

    def begin_with(self, known: list[_Known]) -> None:
        """Begin with what is known elsewhere."""
        self._last_sent = known
        self._settled = {entry.item_id for entry in known}

    # Single items.

    def enter(self, value: object) -> Json:
        """An item that enters the history now.

        Raises:
            UnrecordableError: it is no item that readers can read.
        """
        return self._new(value)

    def stream(self, value: object) -> object:
        """An item of an answer that is not complete; one that readers cannot read is left as it is."""
        try:
            item = self._new(value)
        except UnrecordableError:  # the answer as a whole sets it aside
            return value
        if self._recording.items_have_ids and "id" in item:
            with self._lock:
                self._streamed.append((item["id"], item.get("call_id")))
        return item

    def accept(self, *items: Json) -> list[str]:
        """The ids of those items that were not accepted yet; from now on they are."""
        with self._lock:
            return self._accept(items)

    def accept_call(self, call_id: object) -> list[str]:
        """What is accepted before the tool of a call starts whose answer still comes: the call, and all before it."""
        with self._lock:
            calls = [place for place, (_, streamed) in enumerate(self._streamed) if streamed == call_id]
            if not calls or call_id is None:
                return []
            ready, self._streamed = self._streamed[: calls[0] + 1], self._streamed[calls[0] + 1 :]
            return self._accept([{"id": item_id} for item_id, _ in ready])

    def _new(self, value: object) -> Json:
        with self._lock:
            item = self._readable(value)
            if not self._recording.items_have_ids:
                return with_id(item, item.own_id)
            item_id = item.own_id or new_id(item.item_type)
            entry = _Known(item.identity, item_id)
            if entry not in self._last_sent and entry not in self._news:
                self._news.append(entry)
            return with_id(item, item_id)

    def _place(self, values: Iterable[object], known: Sequence[_Known]) -> tuple[Placed, list[_Known]]:
        unused = _Unused(known)
        placed = Placed([], [], [])
        seen: list[_Known] = []
        for index, value in enumerate(values):
            try:
                item = self._readable(value)
            except UnrecordableError as error:
                placed.set_aside.append(self._set_aside(index, value, error))
                continue
            if not self._recording.items_have_ids or item.item_type in WITHOUT_ID:
                placed.items.append(with_id(item, item.own_id))
                continue
            found = unused.find(item, len(seen))
            item_id = found or item.own_id or new_id(item.item_type)
            seen.append(_Known(item.identity, item_id))
            placed.items.append(with_id(item, item_id))
        return placed, seen

    def _readable(self, value: object) -> Item:
        item = item_of(value)
        call, identity = item.call, item.identity
        if call is None:
            return item
        if item.id_is_content:
            if self._recording.items_have_ids:
                item = item._replace(own_id=self._ids_of_calls.get(call, item.own_id or new_id(item.item_type)))
                self._ids_of_calls[call] = item.own_id or ""
            identity += (item.own_id or "").encode()
        if self._calls.setdefault(call, identity) != identity:
            raise UnrecordableError(f"call id {call[1]} was used before, with other content")
        return item

    def _set_aside(self, index: int, value: object, error: UnrecordableError) -> Json:
        """What a payload says of an item that it does not list; it is counted once for all payloads that carry it."""
        reason = str(error)
        try:
            written = encode(value)
        except UnrecordableError:
            value, written = None, reason.encode()
        if not isinstance(error, NothingToReadError) and hash(written) not in self._counted:
            self._counted.add(hash(written))
            item_type = _type_of(value)
            self._recording.lose_item(item_type, f"an item of type {item_type} is set aside: {reason}")
        return {"index": index, "reason": reason, "item": value}

    def _sent(self, sent: list[_Known]) -> None:
        carried = {entry.item_id for entry in sent}
        self._last_sent = sent
        self._news = [entry for entry in self._news if entry.item_id not in carried]

    def _accept(self, items: Sequence[Json], *, unless_system_text: bool = False) -> list[str]:
        if not self._recording.items_have_ids:
            return []
        accepted = []
        for item in items:
            if "id" not in item or item["id"] in self._settled:
                continue
            if unless_system_text and item.get("role") in _SYSTEM_ROLES:
                continue
            self._settled.add(item["id"])
            accepted.append(item["id"])
        return accepted


def _known(streamed: Iterable[object]) -> Iterator[_Known]:
    for value in streamed:
        with suppress(UnrecordableError):
            item = item_of(value)
            if item.own_id is not None:
                yield _Known(item.identity, item.own_id)


def _type_of(value: object) -> str:
    item_type = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return item_type if isinstance(item_type, str) else "unknown"
