"""`tools`: what each tool returned, against what the model was shown of it."""

from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.formatting import CAUTION, duration_text, outcome_text, plural_text
from rollout_trace.cli.reading import Reading, agent_option, reading
from rollout_trace.cli.tables import Table
from rollout_trace.cli.wording import block, evidence_text, name_text, ref_text, refs_text
from rollout_trace.ids import ToolCallId
from rollout_trace.printable import printable
from rollout_trace.query.gist import one_line
from rollout_trace.query.item_text import without_header
from rollout_trace.query.naming import ObjectRef, item_ref
from rollout_trace.query.tool_outputs import Showing, ToolOutput, tool_outputs_of
from rollout_trace.reduce.evidence import ObjectKind

_MOST_CHARACTERS = 70
_MOST_LINES = 40
_STYLES = {Showing.CUT: CAUTION, Showing.NOTHING: CAUTION}


@click.command()
@reading("[TOOL]")
@agent_option
@click.option("--full", is_flag=True, help="Show texts in full, however long.")
def tools(asked: Reading, operand: str | None, *, agent: str | None, full: bool) -> None:
    """Show what tools returned, and what the model was shown.

    With TOOL (a tool call's name, as `tool:3`, or id), both texts. Sizes are in characters, without the
    lines that the runtime puts before an output. `whole`: all that was returned was shown; `more later`: the command
    ran on, and later calls have the rest; `cut`: so many characters are missing; `reworded`: told in other words;
    `nothing`: no output was shown; `to a cell`: code asked for it.
    """
    chosen = None if operand is None else [ToolCallId(asked.find(operand, ObjectKind.TOOL_CALL).object_id)]
    thread_id = asked.agent(agent)
    outputs = tool_outputs_of(asked.bundle, asked.reduction, chosen)
    found = [output for output in outputs if thread_id in {None, output.thread_id}]
    asked.answer(lambda: _table(asked, found) if chosen is None else _texts(asked, outputs[0], full=full), tools=found)


def _table(asked: Reading, found: Sequence[ToolOutput]) -> Iterator[RenderableType]:
    rows = [
        (
            name_text(asked, ObjectRef(ObjectKind.TOOL_CALL, output.tool_call_id)),
            f"{asked.reduction.trace.tool_calls[output.tool_call_id].execution.started_seq}",
            printable(f"{output.tool} {one_line(output.asked, _MOST_CHARACTERS)}"),
            outcome_text(output.outcome),
            "" if output.duration_ms is None else duration_text(output.duration_ms),
            _size(output.returned),
            _size(output.shown),
            _how(asked, output),
        )
        for output in found
    ]
    if not rows:
        yield Text("No tool was called.")
        return
    headings = ("call", "seq", "asked", "outcome", "took", "returned", "shown", "how")
    yield Table(headings, rows, ("seq", "took", "returned", "shown"), names=("call",), spare=("seq", "took"))


def _size(text: str | None) -> str:
    return "-" if text is None else f"{len(without_header(text)):,}"


def _how(asked: Reading, output: ToolOutput) -> Text:
    how = Text(output.showing, _STYLES.get(output.showing, "none"))
    match output.showing:
        case Showing.CUT:
            how.append(f" ({output.missing:,} characters)")
        case Showing.NOTHING if output.not_in is not None:
            request = ObjectRef(ObjectKind.INFERENCE_CALL, output.not_in)
            how.append(": ").append_text(name_text(asked, request)).append(" was without it")
        case Showing.NOTHING:
            how.append(": no request came after")
    return how


def _characters(text: str | None) -> str:
    return "no text" if text is None else plural_text(len(without_header(text)), "character")


def _texts(asked: Reading, output: ToolOutput, *, full: bool) -> Iterator[RenderableType]:
    ref = ObjectRef(ObjectKind.TOOL_CALL, output.tool_call_id)
    events = asked.reduction.evidence.events_of(ref.kind, ref.object_id)
    yield Text.assemble(ref_text(asked, ref), "  ", outcome_text(output.outcome), "  ", evidence_text(asked, events))
    payload = None if output.returned_by is None else asked.reduction.trace.raw_payloads.get(output.returned_by)
    place = "" if payload is None else f"  {printable(payload.path)}"
    yield Text.assemble(("\nreturned", "bold"), f"  {_characters(output.returned)}", (place, "dim"))
    most = None if full else _MOST_LINES
    yield block(output.returned if output.returned is not None else "(the trace does not have it)", most)
    shown = refs_text(asked, map(item_ref, output.shown_by))
    yield Text.assemble(
        ("\nshown to the model", "bold"), "  ", _how(asked, output), f", {_characters(output.shown)}  ", shown
    )
    yield block(output.shown if output.shown is not None else "(nothing)", most)
    if output.later:
        later = refs_text(asked, (ObjectRef(ObjectKind.TOOL_CALL, tool_id) for tool_id in output.later))
        yield Text.assemble(("\nprinted later", "bold"), "  as ", later, " returned it")
