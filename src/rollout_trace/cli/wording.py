"""How objects of a graph, their evidence and their texts look in an answer, the same in every command."""

from collections.abc import Iterable, Sequence

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rollout_trace.cli.formatting import duration_text
from rollout_trace.cli.reading import Reading
from rollout_trace.ids import ItemId, RawPayloadId, ThreadId
from rollout_trace.printable import printable, printable_lines
from rollout_trace.query.gist import gist, one_line
from rollout_trace.query.naming import ObjectRef, item_ref
from rollout_trace.reduce.evidence import EventPosition
from rollout_trace.values import UnixMilliseconds

_MOST_EVENTS = 4
_MOST_PAYLOADS = 3
_GIST_CHARACTERS = 100


def name_text(asked: Reading, ref: ObjectRef) -> Text:
    """The short name of an object, by which the user can ask for it."""
    return Text(printable(asked.names.short(ref)), "bold")


def ref_text(asked: Reading, ref: ObjectRef, longest: int = _GIST_CHARACTERS) -> Text:
    """An object's short name, and what it is in a few words."""
    words = one_line(gist(asked.reduction.trace, asked.names, ref), longest)
    return Text.assemble(name_text(asked, ref), f" {printable(words)}" if words else "")


def refs_text(asked: Reading, refs: Iterable[ObjectRef]) -> Text:
    """The short names of objects, in a row."""
    return Text(", ").join(name_text(asked, ref) for ref in refs)


def agent_text(asked: Reading, thread_id: ThreadId | None) -> str:
    """The name of an agent; empty for none."""
    return printable(asked.names.agent(thread_id))


def since_start(asked: Reading, moment: UnixMilliseconds) -> str:
    """A moment, from the start of the rollout."""
    return f"+{duration_text(max(moment - asked.reduction.trace.started_at_unix_ms, 0))}"


def evidence_text(asked: Reading, events: Sequence[EventPosition], payload_ids: Sequence[RawPayloadId] = ()) -> Text:
    """Where the evidence is: the events by `seq`, and the payload files."""
    seqs = [str(position.seq) for position in events]
    if len(seqs) > _MOST_EVENTS:
        seqs = [*seqs[: _MOST_EVENTS - 1], "…", seqs[-1]]
    known = asked.reduction.trace.raw_payloads
    refs = [known[payload] for payload in payload_ids if payload in known]
    files = [printable(ref.path) for ref in refs[:_MOST_PAYLOADS]] + ["…"] * (len(refs) > _MOST_PAYLOADS)
    parts = [*([f"seq {', '.join(seqs)}"] if seqs else []), *files]
    return Text(" · ".join(parts), "dim")


def item_lines(asked: Reading, item_ids: Sequence[ItemId], mark: str, style: str, most: int | None) -> Table:
    """Items, one below the other, each with a mark before it; those beyond `most` are counted."""
    grid = Table.grid(padding=(0, 1))
    for item_id in item_ids[:most]:
        grid.add_row(Text(mark, style), ref_text(asked, item_ref(item_id)))
    if most is not None and len(item_ids) > most:
        grid.add_row("", Text(f"… and {len(item_ids) - most:,} more; --full shows them", "dim"))
    return grid


def block(text: str, most_lines: int | None = None, indent: int = 2) -> Padding:
    """A text of several lines, indented; what is beyond `most_lines` is counted."""
    lines = printable_lines(text.rstrip("\n"))
    shown = Text("\n".join(lines[:most_lines]))
    if most_lines is not None and len(lines) > most_lines:
        shown.append(f"\n… {len(lines) - most_lines:,} more lines; --full shows them", "dim")
    return Padding(shown, (0, 0, 0, indent))
