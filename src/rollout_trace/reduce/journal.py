"""Taking back what a refused event had begun to change.

Every map of the reducer's state is a `JournaledMap`, and every value in one is immutable. So what an event does to the
state is exactly a list of overwritten entries: a `Journal`. Rolled back, it restores the state; committed, it tells
which objects the event has touched, which is the evidence for them. An entry that was deleted comes back as the last of
its map: no rule goes by the order of a map that it deletes from.
"""

from typing import Any, Final, Generic, NoReturn, TypeVar

from rollout_trace.reduce.evidence import ObjectKind

K = TypeVar("K")
V = TypeVar("V")


class _Absent:
    """What a map holds under a key that it does not have."""


_ABSENT: Final = _Absent()


class Journal:
    """What the event in progress has overwritten."""

    def __init__(self) -> None:
        self.overwritten: list[tuple[JournaledMap[Any, Any], Any, Any]] = []

    def touched(self) -> tuple[tuple[ObjectKind, str], ...]:
        """The objects of the graph that were made or changed, in order; one that was changed twice is there twice."""
        return tuple([(target.kind, key) for target, key, _ in self.overwritten if target.kind is not None])

    def commit(self) -> None:
        """Keep what was done."""
        self.overwritten.clear()

    def roll_back(self, to: int = 0) -> None:
        """Undo what was done since the last commit, or since the journal had so many entries."""
        for target, key, value in reversed(self.overwritten[to:]):
            target.restore(key, value)
        del self.overwritten[to:]


class JournaledMap(dict[K, V], Generic[K, V]):
    """A map that notes in a journal what it overwrites. Only item assignment and deletion change it.

    `kind` is the kind of the graph's objects that the map holds, None for a map that only the reducer uses.
    """

    __slots__ = ("_overwritten", "kind")

    def __init__(self, journal: Journal, kind: ObjectKind | None = None) -> None:
        super().__init__()
        self._overwritten = journal.overwritten
        self.kind = kind

    def __setitem__(self, key: K, value: V) -> None:
        self._overwritten.append((self, key, self.get(key, _ABSENT)))
        dict.__setitem__(self, key, value)  # not by super(), which takes half as long again, and this runs most of all

    def __delitem__(self, key: K) -> None:
        self._overwritten.append((self, key, self[key]))
        super().__delitem__(key)

    def touch(self, key: K) -> None:
        """Note that an entry changes by what other maps hold of it."""
        self[key] = self[key]

    def restore(self, key: K, value: V | _Absent) -> None:
        """Put back an entry as the journal has it."""
        if isinstance(value, _Absent):
            super().pop(key, None)  # an interruption may have come before the entry was made
        else:
            super().__setitem__(key, value)

    def load(self, entries: dict[K, V]) -> None:
        """Take over the entries of another map, without a note in the journal."""
        super().update(entries)

    def _unjournaled(self, *_args: object, **_kwargs: object) -> NoReturn:
        message = "a JournaledMap changes only by item assignment and deletion"
        raise TypeError(message)

    clear = pop = popitem = setdefault = update = __ior__ = _unjournaled
