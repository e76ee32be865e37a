"""How objects of a graph, their evidence and their texts look in an answer, the same in every command."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from rollout_trace.cli.formatting import duration_text
from rollout_trace.cli.printing import unbroken
from rollout_trace.cli.reading import Reading
from rollout_trace.ids import ItemId, RawPayloadId, ThreadId
from rollout_trace.printable import printable, printable_lines
from rollout_trace.query.gist import gist, one_line
from rollout_trace.query.naming import ObjectRef, item_ref
from rollout_trace.reduce.evidence import EventPosition, ObjectKind
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
    return unbroken(f"+{duration_text(max(moment - asked.reduction.trace.started_at_unix_ms, 0))}")


def evidence_text(asked: Reading, events: Sequence[EventPosition], payload_ids: Sequence[RawPayloadId] = ()) -> Text:
    """Where the evidence is: the events by `seq`, and the payload files."""
    seqs = [str(position.seq) for position in events]
    if len(seqs) > _MOST_EVENTS:
        seqs = [*seqs[: _MOST_EVENTS - 1], "…", seqs[-1]]
    known = asked.reduction.trace.raw_payloads
    refs = [known[payload] for payload in payload_ids if payload in known]
    files = [printable(ref.path) for ref in refs[:_MOST_PAYLOADS]] + ["…"] * (len(refs) > _MOST_PAYLOADS)
    parts = [*([f"{unbroken('seq ')}{', '.join(seqs)}"] if seqs else []), *files]
    return Text(" · ".join(parts), "dim")


def item_evidence(asked: Reading, item_id: ItemId) -> Text:
    """Where an item was first seen: the event, and the payload that has it."""
    evidence = asked.reduction.evidence
    source = evidence.item_source(item_id)
    payloads = [] if source is None else [source.payload.raw_payload_id]
    return evidence_text(asked, evidence.events_of(ObjectKind.CONVERSATION_ITEM, item_id)[:1], payloads)


def item_lines(asked: Reading, item_ids: Sequence[ItemId], mark: str, style: str, most: int | None) -> Table:
    """Items, one below the other, each with a mark before it; those beyond `most` are counted."""
    grid = Table.grid(padding=(0, 1))
    for item_id in item_ids[:most]:
        evidence = item_evidence(asked, item_id)
        grid.add_row(Text(mark, style), Text.assemble(ref_text(asked, item_ref(item_id)), "  ", evidence))
    if most is not None and len(item_ids) > most:
        grid.add_row("", Text(f"… and {len(item_ids) - most:,} more; --full shows them", "dim"))
    return grid


def block(text: str, most_lines: int | None = None, indent: int = 2, *, is_end: bool = False) -> RenderableType:
    """A text of several lines, indented; of more than `most_lines` the first (or last), and the others counted."""
    lines = printable_lines(text.rstrip("\n"))
    if most_lines is None or len(lines) <= most_lines:
        return _Block(lines, indent)
    left_out = len(lines) - most_lines
    if is_end:
        earlier = more_text(left_out, "line", "earlier")
        return Group(Padding(earlier, (0, 0, 0, indent)), _Block(lines[-most_lines:], indent))
    return Group(_Block(lines[:most_lines], indent), Padding(more_text(left_out, "line"), (0, 0, 0, indent)))


def more_text(count: int, noun: str, which: str = "more") -> Text:
    """That there is more than is shown: `… 1 more line; --full shows it`."""
    what, them = (noun, "it") if count == 1 else (f"{noun}s", "them")
    return Text(f"… {count:,} {which} {what}; --full shows {them}", "dim")


class _Block:
    """Indented lines. Only those that are too long for the terminal are wrapped, since wrapping takes long."""

    def __init__(self, lines: Sequence[str], indent: int) -> None:
        self._lines = lines
        self._indent = indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._lines:
            if self._indent + cell_len(line) <= options.max_width:
                yield Segment(f"{' ' * self._indent}{line}\n")
            else:
                yield Padding(Text(line, overflow="fold"), (0, 0, 0, self._indent))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(self._indent + 1, options.max_width)
