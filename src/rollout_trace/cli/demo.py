"""`demo`: a run of a small agent, recorded and shown."""

import sys
from pathlib import Path
from shutil import which

import click

from rollout_trace.cli.outcome import reduce_and_write
from rollout_trace.cli.reporting import complain, failure_line
from rollout_trace.cli.summary import summary
from rollout_trace.demo.play import play
from rollout_trace.limits import DEFAULT_LIMITS
from rollout_trace.printable import printable
from rollout_trace.record import Recorder
from rollout_trace.reduce.modes import Mode


@click.command()
@click.option(
    "--out",
    metavar="DIR",
    default="rollout-trace-demo",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Record into this folder; each run leaves a bundle of its own in it.",
)
@click.option("--schema", type=click.Choice(["1", "2"]), default="2", show_default=True, help="The format's version.")
@click.option("--open", "is_opened", is_flag=True, help="Then look at it in the browser, as `view` does.")
@click.pass_context
def demo(context: click.Context, out: Path, schema: str, *, is_opened: bool) -> None:
    """Let a small agent work, and show what it recorded.

    It works for a few seconds and records itself. Its model follows a script, so it needs neither a key nor a
    network. Its commands, files, programs and the agents that it calls in are real, in a temporary folder.
    """
    if which("sh") is None:
        raise click.ClickException("the demo runs commands with `sh`, which is not found")
    with Recorder(out, schema=int(schema)) as recorder:
        if recorder.path is None:  # the recorder has said why
            sys.exit(1)
        bundle = out / recorder.path.name
        if sys.stderr.isatty():
            complain("Three agents are at work, for a few seconds.")
        play(recorder)
    outcome = reduce_and_write(bundle, None, Mode.DEFAULT)
    if outcome.error is not None:
        complain(failure_line(str(bundle), outcome.error))
        sys.exit(1)
    context.invoke(summary, words=(str(bundle),), limits=DEFAULT_LIMITS, as_json=False)
    click.echo(f"\nThe bundle: {printable(str(bundle))}")
    if is_opened:
        from rollout_trace.cli.view import view  # noqa: PLC0415 - a server costs more to import than all of this

        context.invoke(view, word=str(bundle), limits=DEFAULT_LIMITS)
