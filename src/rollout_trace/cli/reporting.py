"""How commands tell of faults: one line each on standard error, safe to show."""

import click

from rollout_trace.diagnostics import Diagnostic
from rollout_trace.errors import Rejection, RolloutTraceError
from rollout_trace.printable import printable


def diagnostic_line(bundle: str, diagnostic: Diagnostic) -> str:
    """One diagnostic of a bundle."""
    return printable(f"{bundle}: {diagnostic}")


def failure_line(bundle: str, error: RolloutTraceError) -> str:
    """Why a bundle could not be reduced, or its graph not be written."""
    if isinstance(error, Rejection):
        return printable(f"{bundle}: rejected {error.code}: {error}")
    return printable(f"error: {error}")


def complain(line: str) -> None:
    """Write a line to standard error."""
    click.echo(line, err=True)


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
