"""The last answer that was worked out of something that changes, kept until that is another."""

from collections.abc import Callable
from threading import RLock
from typing import Any, TypeVar

Value = TypeVar("Value")


class Kept:
    """Values by name; each is worked out anew when what it was made of is another. Who wants the same one waits."""

    def __init__(self) -> None:
        self._locks: dict[str, RLock] = {}
        self._values: dict[str, tuple[object, Any]] = {}

    def get(self, name: str, made_of: object, compute: Callable[[], Value]) -> Value:
        """The value of this name. `made_of` is compared with what it was at the last time."""
        with self._locks.setdefault(name, RLock()):
            if name not in self._values or self._values[name][0] != made_of:
                self._values[name] = (made_of, compute())
            value: Value = self._values[name][1]
            return value
