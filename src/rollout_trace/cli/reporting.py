"""How commands tell of faults: one line each on standard error, safe to show."""

import os
import sys
from pathlib import Path
from typing import Final, NoReturn

import msgspec

from rollout_trace.diagnostics import Diagnostic
from rollout_trace.errors import (
    BundleError,
    OutputError,
    PriceTableError,
    QuestionError,
    Rejection,
    RolloutTraceError,
    StateError,
)
from rollout_trace.printable import printable

PROGRAM: Final = "rollout-trace"
_FAILED: Final = 1
_WRONG_USE: Final = 2
_json_encoder: Final = msgspec.json.Encoder(decimal_format="number")  # amounts of money are numbers


def diagnostic_line(bundle: str, diagnostic: Diagnostic) -> str:
    """One diagnostic of a bundle: `BUNDLE: warning torn-line: line 12: …`."""
    return printable(f"{bundle}: {diagnostic}")


def failure_line(bundle: str, error: RolloutTraceError) -> str:
    """Why a bundle has no graph: `BUNDLE: rejected duplicate: line 12, …`, or `FILE: error: …`."""
    if isinstance(error, Rejection):
        return printable(f"{bundle}: rejected {error.code}: {error}")
    if isinstance(error, BundleError | OutputError | PriceTableError | StateError):
        return printable(f"{error.path}: error: {error.reason}")
    return printable(f"{bundle}: error: {error}")


def refuse(path: Path, error: RolloutTraceError) -> NoReturn:
    """End the command with one sentence: 2 for a question that was put wrong, 1 for a bundle that cannot be read."""
    complain(failure_line(str(path), error))
    sys.exit(_WRONG_USE if isinstance(error, QuestionError) else _FAILED)


def refuse_use(sentence: str) -> NoReturn:
    """End the command, since it was not used as it wants to be, with one sentence."""
    complain(own_failure_line(sentence))
    sys.exit(_WRONG_USE)


def own_failure_line(sentence: str) -> str:
    """What is wrong with no file, but with how the program was used, or where it runs."""
    return printable(f"{PROGRAM}: error: {sentence}")


def error_fields(error: RolloutTraceError) -> dict[str, object]:
    """An error for programs: its sentence, and for a rejection what a diagnostic has."""
    if not isinstance(error, Rejection):
        return {"message": str(error)}
    return {
        "code": error.code,
        "line": error.line,
        "seq": error.seq,
        "event_type": error.event_type,
        "ids": error.ids,
        "message": error.message,
    }


def tell_json(fields: object) -> None:
    """Write a line of JSON to standard output. In a terminal, what is no visible character is escaped besides."""
    text = _json_encoder.encode(fields)
    if sys.stdout.isatty():
        text = "".join(c if c.isprintable() else _json_escape(c) for c in text.decode()).encode()
    _tell(text)


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))


def complain(line: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def path_text(path: Path) -> str:
    """A path for JSON; bytes in it that are no text are escaped."""
    return os.fsencode(path).decode(errors="backslashreplace")


def tell_path(path: Path) -> None:
    """Write a path to standard output: to a terminal safe to show, to a program as it is."""
    if sys.stdout.isatty():
        sys.stdout.write(f"{printable(str(path))}\n")
        sys.stdout.flush()
    else:
        _tell(os.fsencode(path))


def _tell(line: bytes) -> None:
    """Write a line to standard output, after what has been written as text."""
    sys.stdout.flush()
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()
