"""`reduce PATH`, with or without a mode, understood without the parser of the command line.

To import that takes longer than to reduce a small bundle, and this is how programs call the command most. Whatever else
stands on the command line is for the parser; both come to the same functions.
"""

import os
from typing import Final

_MODES: Final = ("default", "codex", "salvage")
LIMITS_VARIABLE: Final = "ROLLOUT_TRACE_LIMITS"
"""The environment variable of the option `--limit`, which only the parser reads."""


def reduce_plainly(arguments: list[str]) -> int | None:
    """Reduce the bundles at a path and return the exit code; None if the arguments ask for anything else."""
    match arguments:
        case ["reduce", path]:
            mode = "default"
        case ["reduce", "--mode", mode, path] | ["reduce", path, "--mode", mode]:
            pass
        case _:
            return None
    if path.startswith("-") or mode not in _MODES or LIMITS_VARIABLE in os.environ:
        return None
    from rollout_trace.cli.reducing import bundles_in, reduce_bundles  # noqa: PLC0415 - not before this is known
    from rollout_trace.cli.streams import prepare_streams  # noqa: PLC0415 - likewise
    from rollout_trace.reduce.modes import Mode  # noqa: PLC0415 - likewise

    prepare_streams()
    return reduce_bundles(*bundles_in([path]), mode=Mode(mode))
