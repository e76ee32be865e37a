"""`tools`: what each tool returned, against what the model was shown of it."""

from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.formatting import duration_text, outcome_text, table_of
from rollout_trace.cli.reading import Reading, reading
from rollout_trace.cli.wording import block, name_text, ref_text, refs_text
from rollout_trace.ids import ToolCallId
from rollout_trace.printable import printable
from rollout_trace.query.gist import one_line
from rollout_trace.query.item_text import without_header
from rollout_trace.query.naming import ObjectRef, item_ref
from rollout_trace.query.tool_outputs import Showing, ToolOutput, tool_outputs_of
from rollout_trace.reduce.evidence import ObjectKind

_MOST_CHARACTERS = 70
_STYLES = {Showing.CUT: "yellow", Showing.NOTHING: "yellow"}


@click.command()
@reading("[TOOL]")
def tools(asked: Reading, operand: str | None) -> None:
    """Show what tools returned, and what the model was shown.

    With TOOL (a tool call's name, as `tool:3`, or id), both texts in full. Sizes are in characters, without the
    lines that the runtime puts before an output. `whole`: all that was returned was shown; `more later`: the command
    ran on, and later calls have the rest; `cut`: so many characters are missing; `reworded`: told in other words;
    `nothing`: no output was shown; `to a cell`: code asked for it.
    """
    chosen = None if operand is None else [ToolCallId(asked.find(operand, ObjectKind.TOOL_CALL).object_id)]
    found = tool_outputs_of(asked.bundle, asked.reduction, chosen)
    asked.answer(lambda: _table(asked, found) if chosen is None else _texts(asked, found[0]), tools=found)


def _table(asked: Reading, found: Sequence[ToolOutput]) -> Iterator[RenderableType]:
    rows = [
        (
            name_text(asked, ObjectRef(ObjectKind.TOOL_CALL, output.tool_call_id)),
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
    yield table_of(
        ("call", "asked", "outcome", "took", "returned", "shown", "how"), rows, ("took", "returned", "shown")
    )


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


def _texts(asked: Reading, output: ToolOutput) -> Iterator[RenderableType]:
    ref = ObjectRef(ObjectKind.TOOL_CALL, output.tool_call_id)
    yield Text.assemble(ref_text(asked, ref), "  ", outcome_text(output.outcome))
    payload = None if output.returned_by is None else asked.reduction.trace.raw_payloads.get(output.returned_by)
    place = "" if payload is None else f"  {printable(payload.path)}"
    yield Text.assemble(("\nreturned", "bold"), f"  {_size(output.returned)} characters", (place, "dim"))
    yield block(output.returned if output.returned is not None else "(the trace does not have it)")
    shown = refs_text(asked, map(item_ref, output.shown_by))
    yield Text.assemble(
        ("\nshown to the model", "bold"), "  ", _how(asked, output), f", {_size(output.shown)} characters  ", shown
    )
    yield block(output.shown if output.shown is not None else "(nothing)")
    if output.later:
        later = refs_text(asked, (ObjectRef(ObjectKind.TOOL_CALL, tool_id) for tool_id in output.later))
        yield Text.assemble(("\nprinted later", "bold"), "  as ", later, " returned it")
