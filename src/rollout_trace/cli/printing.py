"""How an answer is printed: as wide as the window, and without a window as it is."""

import os
import sys
from collections.abc import Iterable

import click
from rich.console import Console, RenderableType

_UNLIMITED = 100_000
_UNBROKEN = "\ue000"  # rich breaks lines at every character that Python takes for a space


def unbroken(text: str) -> str:
    """A text whose words `show` leaves together on a line, as a figure and its unit."""
    return text.replace(" ", _UNBROKEN)


def show(parts: Iterable[RenderableType]) -> None:
    """Print parts to standard output; a word that is wider than the window is left for it to break.

    Text is shown as it is: no markup, no emoji codes, no guessed colours. Where nobody looks, lines are not wrapped.
    """
    console = Console(markup=False, emoji=False, highlight=False, width=output_width())
    for part in parts:
        with console.capture() as captured:
            console.print(part, crop=False)
        lines = captured.get().replace(_UNBROKEN, " ").splitlines()
        if lines:
            click.echo("\n".join(line.rstrip() for line in lines), color=True)


def output_width() -> int:
    """How many characters a line may have; as good as no limit where nobody looks."""
    has_width = sys.stdout.isatty() or os.environ.get("COLUMNS", "0") not in {"", "0"}
    return Console().width if has_width else _UNLIMITED
