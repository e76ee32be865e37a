"""Tuples as ordered sets: the format's "add once"."""

from typing import TypeVar

T = TypeVar("T")


def added_once(values: tuple[T, ...], *more: T) -> tuple[T, ...]:
    """`values`, followed by those of `more` that are not in it yet; the same tuple if all are."""
    for value in more:
        if value not in values:
            values = (*values, value)
    return values
