"""`demo`: a run of a small agent, recorded and shown."""

import sys
from pathlib import Path

import click

from rollout_trace.bundle.state_file import write_state_into
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.cli.reporting import complain
from rollout_trace.cli.summary import summary
from rollout_trace.demo.play import play
from rollout_trace.limits import DEFAULT_LIMITS
from rollout_trace.printable import printable
from rollout_trace.record import Recorder


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
@click.pass_context
def demo(context: click.Context, out: Path, schema: str) -> None:
    """Let a small agent work for a few seconds, and show what it recorded of itself.

    Its model follows a script, so it needs neither a key nor a network. Its commands, files, programs and the agents
    that it calls in are real, in a temporary folder.
    """
    with Recorder(out, schema=int(schema)) as recorder:
        if recorder.path is None:  # the recorder has said why
            sys.exit(1)
        bundle = out / recorder.path.name
        if sys.stderr.isatty():
            complain("Three agents are at work, for a few seconds.")
        try:
            play(recorder)
        except FileNotFoundError as error:
            complain(f"error: the demo needs {error.filename}, which this system does not have")
            sys.exit(1)
    write_state_into(bundle, reduce_bundle(bundle).trace)
    context.invoke(summary, bundle=bundle, limits=DEFAULT_LIMITS, as_json=False)
    click.echo(f"\nThe bundle: {printable(str(bundle))}")
