"""What somebody may have meant who called a command that there is not."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from rollout_trace.bundle.layout import MANIFEST

_OTHER_WORDS: Final = {
    "cost": "usage",
    "costs": "usage",
    "price": "usage",
    "tokens": "usage",
    "state": "reduce",
    "request": "context REQUEST` or `conversation --request REQUEST",
    "requests": "usage --requests",
    "cells": "show cell:1` and `timeline",
    "cell": "show cell:1",
    "tool": "tools TOOL",
    "items": "conversation",
    "messages": "conversation",
    "errors": "failures",
    "search": "grep",
    "find": "grep",
    "events": "show seq:1` and `timeline",
    "event": "show seq:1",
    "open": "view",
    "html": "export html",
    "tail": "watch",
}
"""What users call things, and the command that has the answer."""


def suggestion(word: str, commands: Sequence[str]) -> str:
    """The advice for a `word` that is no command."""
    if word in _OTHER_WORDS:
        return f"`{_OTHER_WORDS[word]}` has that"
    path = Path(word)
    try:
        if (path / MANIFEST).exists():
            return f"that is a bundle: `summary {word}` shows what is in it"
        if path.is_dir():
            return f"that is a folder: `list {word}` shows the bundles in it"
    except (OSError, ValueError):
        pass
    close = get_close_matches(word, commands, n=1)
    return f"did you mean `{close[0]}`?" if close else "`rollout-trace -h` names all commands"
