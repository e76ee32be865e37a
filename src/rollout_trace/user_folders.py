"""Where a user's own files lie: settings and caches, as the XDG base directory specification has it."""

import os
from pathlib import Path

_NAME = "rollout-trace"


def config_file(name: str) -> Path:
    """The place of a file with settings."""
    return _base("XDG_CONFIG_HOME", ".config") / _NAME / name


def cache_folder() -> Path:
    """The folder for what can be made anew."""
    return _base("XDG_CACHE_HOME", ".cache") / _NAME


def _base(variable: str, otherwise: str) -> Path:
    given = Path(os.environ.get(variable, ""))
    # The specification: a relative path is not valid, and to be ignored.
    if given.is_absolute():
        return given
    try:
        return Path.home() / otherwise
    except RuntimeError:  # nobody's process, as in some containers
        return Path(os.devnull)  # in which there is nothing, and nothing can be written
