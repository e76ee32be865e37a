"""The commands, each in a file of its own that is imported when it is called."""

from importlib import import_module
from typing import Any

import click

from rollout_trace.cli.reporting import refuse_use
from rollout_trace.version import __version__


class CommandsByFile(click.Group):
    """A group whose commands are found by name: the command `x-y` is `x_y` in `rollout_trace.cli.x_y`."""

    def __init__(self, *args: Any, files: tuple[str, ...] = (), **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **kwargs)
        self._files = files

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of the commands, in the order in which help shows them."""
        return [name.replace("_", "-") for name in self._files]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, if there is one."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"rollout_trace.cli.{name}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names, and the other arguments; what is no command is wrong use."""
        word = args[0]
        if self.get_command(ctx, word) is None and not word.startswith("-"):
            from rollout_trace.cli.suggestions import suggestion  # noqa: PLC0415 - not for a command that there is

            refuse_use(f"there is no command `{word}`; {suggestion(word, self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=CommandsByFile,
    files=(
        "summary",
        "timeline",
        "show",
        "why",
        "conversation",
        "context",
        "tools",
        "terminals",
        "agents",
        "failures",
        "compactions",
        "diff",
        "grep",
        "usage",
        "time",
        "list",
        "compare",
        "check",
        "view",
        "watch",
        "reduce",
        "export",
        "demo",
        "debug",
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine, 1 a bundle could not be read or was rejected, 2 wrong use, 3 incomplete and 4 damaged "
    "(check), 130 stopped by Ctrl-C, 141 nobody reads the output any more.",
)
@click.version_option(__version__, prog_name="rollout-trace", message="%(prog)s %(version)s")
def rollout_trace() -> None:
    """Read, reduce and explain the trace bundles that coding agents record.

    Codex writes a bundle for each run when CODEX_ROLLOUT_TRACE_ROOT names a folder.
    """
