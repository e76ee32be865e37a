"""`export html`: a rollout as one page that needs no server, for a bug report or a colleague."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from rollout_trace.bundle.discovery import folder_name
from rollout_trace.bundle.output_file import is_evidence, replace_file
from rollout_trace.cli.formatting import plural_text, size_text
from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.reading import open_reading
from rollout_trace.cli.reporting import complain, refuse, tell_path
from rollout_trace.cli.user_prices import prices_option, user_prices
from rollout_trace.cli.which_bundle import bundle_named
from rollout_trace.errors import OutputError, reason_of
from rollout_trace.limits import Limits
from rollout_trace.web.export.document import PageNotBuiltError, document
from rollout_trace.web.export.enclosed import Enclosed, enclosed
from rollout_trace.web.library import key_of
from rollout_trace.web.view import View, extent_of

_DECLINED = 1


@click.command()
@click.argument("bundle", metavar="[BUNDLE]", required=False)
@click.option("-o", "--output", metavar="FILE", required=True, type=click.Path(path_type=Path), help="Write this file.")
@click.option(
    "--redact",
    is_flag=True,
    help="Leave out the texts of prompts, answers, programs, outputs and folders, and all raw evidence.",
)
@click.option("--at", metavar="SEQ", type=int, help="As it was when the event SEQ had happened.")
@click.option("-y", "--yes", is_flag=True, help="Write without asking; else a person at a terminal is asked.")
@prices_option
@limits_option
def html(
    bundle: str | None,
    limits: Limits,
    *,
    output: Path,
    redact: bool,
    at: int | None,
    yes: bool,
    price_file: Path | None,
) -> None:
    """Write a page of the viewer with a rollout inside it.

    The file shows what the viewer shows, needs neither a server nor a network, and fetches nothing. What it will
    contain is said before it is written. BUNDLE is a bundle's folder; `latest`, or nothing, is the newest in the
    folder that CODEX_ROLLOUT_TRACE_ROOT names.
    """
    path = bundle_named(bundle)
    try:
        _look_at(output)
    except OutputError as error:
        refuse(path, error)
    prices = user_prices(price_file)
    reading = open_reading(path, limits, at=at)
    extent = extent_of(key_of(path), folder_name(path), reading.reduction, is_live=False)
    view = View(reading.bundle, reading.reduction, extent, prices)
    with click.progressbar(length=100, label="Collecting", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        found = enclosed(view, is_redacted=redact, progress=lambda share: bar.update(round(100 * share) - bar.pos))
    try:
        page = document(found)
    except PageNotBuiltError as error:
        raise click.ClickException(str(error)) from None
    for line in contents(found, view, len(page)):
        complain(line)
    if not yes and sys.stdin.isatty() and not click.confirm(f"Write {output}?", default=True, err=True):
        sys.exit(_DECLINED)
    try:
        _write(output, page)
    except OutputError as error:
        refuse(path, error)
    tell_path(output)


def contents(found: Enclosed, view: View, size: int) -> Iterator[str]:
    """What the file will contain, in lines for a person who is about to give it away."""
    trace = view.trace
    counts = (
        plural_text(len(trace.threads), "agent"),
        plural_text(len(trace.inference_calls), "request"),
        plural_text(len(trace.tool_calls), "tool call"),
        plural_text(len(trace.conversation_items), "item"),
    )
    left_out = plural_text(found.payloads_left_out, "payload file")
    yield f"The file ({size_text(size)}) will contain {', '.join(counts)},"
    if found.is_redacted:
        yield "without their texts: prompts, answers, programs, outputs, folders and errors are left out,"
        yield f"and so are the log and {left_out}. What stays: names of models, tools and agents, ids, times, sizes."
        return
    yield "with everything that they say: prompts, answers, programs, outputs, folders;"
    yield f"{plural_text(view.extent.events, 'event')} and {plural_text(found.payloads, 'payload file')} as they stand."
    if found.payloads_left_out:
        yield f"Too large, and left out: {left_out}, those of requests first. Nothing else was removed;"
    else:
        yield "Nothing was removed;"
    yield "--redact leaves out the texts."


def _look_at(output: Path) -> None:
    """Find what can be wrong with a file before there is anything to be written into it."""
    try:
        if not output.name:
            raise OutputError(output, "names no file")
        if is_evidence(output):
            raise OutputError(output, "is evidence of a bundle, and is not written over")
        if output.is_dir():
            raise OutputError(output, "is a folder")
        output.parent.stat()
    except (OSError, ValueError) as error:
        raise OutputError(output, reason_of(error)) from error


def _write(output: Path, page: bytes) -> None:
    try:
        if output.exists() and not output.is_file():
            output.write_bytes(page)
        else:
            replace_file(output, [page])
    except (OSError, ValueError) as error:
        raise OutputError(output, reason_of(error)) from error
