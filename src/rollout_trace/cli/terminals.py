"""`terminals`: what opened each terminal, what used it again, and how its process stands."""

from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from rollout_trace.cli.formatting import duration_text, outcome_text
from rollout_trace.cli.printing import unbroken
from rollout_trace.cli.reading import Reading, agent_option, reading
from rollout_trace.cli.wording import agent_text, evidence_text, name_text, since_start
from rollout_trace.printable import printable, printable_lines
from rollout_trace.query.gist import one_line
from rollout_trace.query.item_text import without_header
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.terminals import Terminal, TerminalUse, terminals_of
from rollout_trace.reduce.evidence import ObjectKind

_MOST_CHARACTERS = 70
_OUTPUT_CHARACTERS = 100


@click.command()
@reading("[TERMINAL]")
@agent_option
@click.option("--full", is_flag=True, help="Show outputs in full.")
def terminals(asked: Reading, operand: str | None, *, agent: str | None, full: bool) -> None:
    """Show the terminals, and what was done in each.

    First stands the operation that opened a terminal, then those that used it again. With TERMINAL (`terminal:3`), only
    that one.
    """
    thread_id = asked.agent(agent)
    terminal_id = None if operand is None else asked.find(operand, ObjectKind.TERMINAL_SESSION).object_id
    found = [
        terminal
        for terminal in terminals_of(asked.reduction)
        if thread_id in {None, terminal.thread_id} and terminal_id in {None, terminal.terminal_id}
    ]
    asked.answer(lambda: _parts(asked, found, full=full), terminals=found)


def _parts(asked: Reading, found: Sequence[Terminal], *, full: bool) -> Iterator[RenderableType]:
    if not found:
        yield Text("No terminal was used.")
    for terminal in found:
        ref = ObjectRef(ObjectKind.TERMINAL_SESSION, terminal.terminal_id or "")
        name = Text("no terminal", "bold") if terminal.terminal_id is None else name_text(asked, ref)
        cwd = "" if terminal.cwd is None else f" in {printable(terminal.cwd)}"
        head = Text.assemble(name, f"  {agent_text(asked, terminal.thread_id)}{cwd}  ", outcome_text(terminal.outcome))
        tree = Tree(head, guide_style="dim")
        for use in terminal.uses:
            tree.add(_use(asked, use, full=full))
        yield tree


def _use(asked: Reading, use: TerminalUse, *, full: bool) -> Text:
    operation = name_text(asked, ObjectRef(ObjectKind.TERMINAL_OPERATION, use.operation_id))
    tool = name_text(asked, ObjectRef(ObjectKind.TOOL_CALL, use.tool_call_id))
    asked_for = printable(f"{use.kind} {one_line(use.input, _MOST_CHARACTERS)}")
    took = "" if use.duration_ms is None else f", {unbroken(duration_text(use.duration_ms))}"
    line = Text.assemble(operation, " by ", tool, f"  {asked_for}  {since_start(asked, use.at_unix_ms)}{took}  ")
    line.append_text(evidence_text(asked, use.events, use.payloads))
    if use.output:
        output = without_header(use.output)
        lines = printable_lines(output.rstrip("\n")) if full else [printable(one_line(output, _OUTPUT_CHARACTERS))]
        line.append("".join(f"\n{shown}" for shown in lines))
    return line
