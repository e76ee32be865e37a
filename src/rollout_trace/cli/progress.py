"""A bar for work that takes a while, where somebody looks."""

import sys
from collections.abc import Iterable
from typing import TypeVar

_Item = TypeVar("_Item")


def with_progress(items: Iterable[_Item], total: int, what: str) -> Iterable[_Item]:
    """The items, with a bar on standard error if there are several and somebody looks."""
    if total <= 1 or not sys.stderr.isatty():
        return items
    from rich.console import Console  # noqa: PLC0415 - costs more than reducing a small bundle
    from rich.progress import track  # noqa: PLC0415 - likewise

    return track(items, what, total, console=Console(stderr=True), transient=True)
